"""The field types that profiles share: what each accepts and how it may be written."""

from functools import partial
from typing import Annotated

from generator import commands, grammar, packages, quantity, secrecy
from profiles._model import Check, Field, Flag, Model, Shorthand, integer

__all__ = ["Field", "Flag"]

Text = Annotated[str, Check(secrecy.label_text)]
Name = Annotated[str, Check(grammar.app_name)]
Version = Annotated[str, Check(grammar.version, {"type": ["string", "number"]})]
Url = Annotated[str, Check(secrecy.public_url, {"type": "string", "format": "uri"})]
License = Annotated[str, Check(grammar.license_expression)]
Port = Annotated[
    int,
    Check(grammar.port, {"type": "integer", "minimum": 1, "maximum": 65535, "not": {"const": 22}}),
]
ImageReference = Annotated[str, Check(grammar.image_reference)]
Registry = Annotated[str, Check(grammar.registry)]
Repository = Annotated[str, Check(grammar.repository)]
EnvName = Annotated[str, Check(grammar.env_name)]
PublicEnvName = Annotated[str, Check(secrecy.public_env_name)]
PublicText = Annotated[str, Check(secrecy.public_text, {"type": ["string", "number", "boolean"]})]
PlainText = Annotated[str, Check(grammar.value_text, {"type": ["string", "number", "boolean"]})]
LabelKey = Annotated[str, Check(secrecy.label_key)]
DataDirectory = Annotated[str, Check(grammar.data_directory)]
AbsolutePath = Annotated[str, Check(grammar.absolute_path)]
ArtifactTarget = Annotated[str, Check(grammar.artifact_target)]
ContextPath = Annotated[str, Check(grammar.context_path)]
MadePath = Annotated[str, Check(grammar.made_path)]
Package = Annotated[str, Check(packages.package)]
Argument = Annotated[str, Check(commands.argument, {"type": ["string", "number", "boolean"]})]
ShellStep = Annotated[str, Check(commands.shell_step)]
UrlPath = Annotated[str, Check(grammar.url_path)]
Location = Annotated[str, Check(grammar.location)]
Upstream = Annotated[str, Check(grammar.upstream, {"type": "string", "format": "uri"})]
AppTarget = Annotated[str, Check(grammar.app_target)]
Release = Annotated[str, Check(grammar.release, {"type": ["string", "number"]})]
ToolVersion = Annotated[str, Check(grammar.tool_version, {"type": ["string", "number"]})]
PackageName = Annotated[str, Check(grammar.package_name)]
PinnedPackage = Annotated[str, Check(grammar.pinned_package)]
StepVariable = Annotated[str, Check(secrecy.step_variable)]
StepValue = Annotated[str, Check(commands.step_value, {"type": ["string", "number", "boolean"]})]
Cpus = Annotated[str, Check(quantity.cpus, {"type": ["string", "number"]})]
Memory = Annotated[str, Check(quantity.memory)]


def choice(*words: str) -> Check:
    """One of a few words."""
    return Check(partial(grammar.one_of, choices=words), {"enum": list(words)})


STOP_SIGNALS = ("SIGTERM", "SIGQUIT", "SIGINT", "SIGHUP", "SIGUSR1", "SIGUSR2")
StopSignal = Annotated[str, choice(*STOP_SIGNALS)]


class Resources(Model):
    """What the container may use at run time."""

    cpus: Cpus | None = Field(
        None,
        description="CPU limit: 0.5, 2 or 1500m. Servers and nginx start a worker for each CPU; "
        "there `auto` reads the cgroup's limit at start.",
    )
    memory: Memory | None = Field(None, description="Memory limit (512Mi, 1Gi).")


class Healthcheck(Model):
    """How the engine finds out whether the app works; times in seconds."""

    path: UrlPath | None = Field(None, description="URL path that answers 200 when all is well.")
    command: list[Argument] | None = Field(
        None, description="Command in exec form that exits 0 when all is well."
    )
    disabled: Flag = Field(False, description="No health check, for jobs that end by themselves.")
    interval: Annotated[int, integer(1, 3600)] = Field(30, description="Seconds between checks.")
    timeout: Annotated[int, integer(1, 3600)] = Field(3, description="Seconds a check may take.")
    start_period: Annotated[int, integer(0, 3600)] = Field(
        10, description="Seconds after the start in which failures do not count."
    )
    retries: Annotated[int, integer(1, 100)] = Field(
        3, description="Failures in a row that make it unhealthy."
    )


def _healthcheck(value: object) -> object:
    if value == "none":
        return {"disabled": "true"}
    if isinstance(value, str) and value.startswith("/"):
        return {"path": value}
    if isinstance(value, str):
        raise ValueError(
            f"must be a path like /healthz, none or a mapping, not {grammar.shown(value)}"
        )
    return value


HealthcheckField = Annotated[
    Healthcheck, Shorthand(_healthcheck, {"type": "string", "examples": ["none", "/healthz"]})
]


class User(Model):
    """The account of the process, by number: a name does not satisfy Kubernetes' runAsNonRoot."""

    uid: Annotated[int, integer(1, 65533)] = Field(description="Numeric user id, never 0.")
    gid: Annotated[int, integer(1, 65533)] = Field(description="Numeric group id, never 0.")


def _user(value: object) -> object:
    if isinstance(value, str | int):
        uid, colon, gid = str(value).partition(":")
        return {"uid": uid, "gid": gid if colon else uid}
    return value


UserField = Annotated[
    User, Shorthand(_user, {"type": ["string", "integer"], "examples": ["10001:10001"]})
]
