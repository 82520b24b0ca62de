"""What no single field of a spec can tell: contradictions, and what wants a second look."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from generator import packages, secrecy
from generator.errors import Problem
from generator.ignore import is_clutter_path, is_secret_path

if TYPE_CHECKING:
    from profiles._base import Profile


def every_profile(profile: "Profile") -> Iterator[Problem]:
    """Yield the problems that any profile may have; warnings included."""
    if family := profile.package_family():
        yield from packages.check_family("packages", profile.packages, family)
    yield from packages.check_packages(profile.packages, profile.argv())
    yield from packages.check_command("command", getattr(profile, "command", None) or ())
    yield from _variables(profile)
    yield from _secret_names(profile)
    yield from _folders(profile)
    yield from _healthcheck(profile)
    yield from _second_looks(profile)


def _variables(profile: "Profile") -> Iterator[Problem]:
    for name in profile.secrets:
        if name in profile.env:
            yield Problem(field=f"env.{name}", text="is a secret too: leave it out of env")
        if name in profile.insecure_defaults:
            text = "is required in `secrets`, so it needs no default here"
            yield Problem(field=f"insecure_defaults.{name}", text=text)
    for name in profile.insecure_defaults:
        if name in profile.env:
            yield Problem(field=f"env.{name}", text="stands in insecure_defaults too")
    if "APP_VERSION" in profile.env:
        yield Problem(field="env.APP_VERSION", text="is what `version` says: leave it out")


def _secret_names(profile: "Profile") -> Iterator[Problem]:
    """Names that would take part in entrypoint.sh itself."""
    fields = {"secrets": profile.secrets, "insecure_defaults": [*profile.insecure_defaults]}
    for field, name in ((field, name) for field, names in fields.items() for name in names):
        if secrecy.changes_code(name):
            yield Problem(field=field, text=f"{name} changes which code runs")
        elif name in profile.image_variables():
            yield Problem(field=field, text=f"{name} is set in the image, so it is never missing")
        elif name.startswith("_"):
            text = f"{name} begins with '_', as the variables of entrypoint.sh do"
            yield Problem(field=field, text=text)


def _folders(profile: "Profile") -> Iterator[Problem]:
    named = {path: f"include.{index}" for index, path in enumerate(profile.include)}
    for path in dict.fromkeys((*profile.include, *profile.context())):
        if is_secret_path(path):
            text = f"looks like a secret: {path} must not reach a layer (S2.15)"
            yield Problem(field=named.get(path, ""), text=text)
        elif is_clutter_path(path):
            text = f"{path} is never let into the build: it is made there, or of no use to the app"
            yield Problem(field=named.get(path, ""), text=text)
    for index, volume in enumerate(profile.volumes):
        if any(f"{path}/".startswith(f"{volume}/") for path in profile.code()):
            text = f"{volume} holds the app's code, which a volume would hide (S2.12)"
            yield Problem(field=f"volumes.{index}", text=text)


def _healthcheck(profile: "Profile") -> Iterator[Problem]:
    check = profile.healthcheck
    given = [check.path is not None, check.command is not None, check.disabled]
    if sum(given) > 1:
        text = "must have one of path and command, or be none"
        yield Problem(field="healthcheck", text=text)
    elif check.path is not None and profile.listen_port() is None:
        yield Problem(field="healthcheck.path", text="needs a port: write `port: 8000`")
    if check.command is not None:
        if not check.command:
            yield Problem(field="healthcheck.command", text="must have at least one word")
        yield from packages.check_command("healthcheck.command", check.command)
    elif not any(given) and profile.probe() is None:
        text = "is missing: without it nobody notices an app that hangs; `none` for a job"
        yield Problem(field="healthcheck", text=text, warning=True)


def _second_looks(profile: "Profile") -> Iterator[Problem]:
    if profile.port is not None and profile.port < 1024:
        text = f"{profile.port} is below 1024, which some runtimes deny to a non-root process"
        yield Problem(field="port", text=text, warning=True)
    if profile.user and profile.creates_user() and min(profile.user.uid, profile.user.gid) < 1000:
        text = "below 1000 the base image has accounts of its own: the build fails if it is taken"
        yield Problem(field="user", text=text, warning=True)
    if profile.init is False and profile.default_init():
        text = "false makes the program PID 1: it must handle signals and reap orphans (S2.5)"
        yield Problem(field="init", text=text, warning=True)
    if profile.insecure_defaults:
        text = "everyone who has the image knows these passwords (S2.10)"
        yield Problem(field="insecure_defaults", text=text, warning=True)
    if profile.http_proxy and "bake" not in profile.outputs:
        text = "is used by docker-bake.hcl (`outputs: [bake]`) and the printed build command"
        yield Problem(field="http_proxy", text=text, warning=True)
