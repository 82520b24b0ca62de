"""What is verified: a folder, its Dockerfile, and what its author promises of the image."""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from generator import quantity
from generator.errors import UsageError
from generator.verify.image_config import ImageConfig
from generator.verify.stages import final_base

if TYPE_CHECKING:
    from profiles._base import Profile

SPEC_NAME = "imgen.yaml"
SERVERS = ("granian", "gunicorn", "hypercorn", "nginx", "uvicorn")
OTHER = "other"
INITS = frozenset(["catatonit", "docker-init", "dumb-init", "tini"])
SIGNALS = {"SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGUSR1": 10, "SIGUSR2": 12, "SIGTERM": 15}
GRACE = 10  # seconds that engines grant by default
# Variables that an engine's command reads itself.
_CLIENT = re.compile(
    r"(?:DOCKER|BUILDX|BUILDKIT|COMPOSE|CONTAINERS?|PODMAN|LD|DYLD|XDG|LC|GO|SSH|SSL)_?\w*"
    r"|PATH|HOME|USER|SHELL|LANG|TMPDIR|TERM|\w*_PROXY",
    re.IGNORECASE,
)
# A made-up secret of such a name is a URL, since a program may look into it at start.
_URL_NAMES = ("_URL", "_URI", "_DSN")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Everything that the checks know before they look.

    `shown` is how the report names it. `path` is asked for by HTTP, empty for `/` where any answer
    will do. `cpus` is a limit, `auto`, or None; `memory` in bytes; `grace` in seconds. `secrets`
    are the variables required at start with the values given here, of which `made_up` are ours.
    `workers` is their number where it is fixed, None where it follows the limit.
    `sources` are paths of the context that make the app; `packages` and `environment` are those
    declared, None where only the Dockerfile is known.
    """

    shown: str
    context: Path
    dockerfile: Path
    base: str
    from_spec: bool = False
    port: int | None = None
    path: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    made_up: frozenset[str] = frozenset()
    build_secrets: tuple[str, ...] = ()
    build_arguments: Mapping[str, str] = field(default_factory=dict)
    user: str = ""
    cpus: str | None = None
    memory: int | None = None
    volumes: tuple[str, ...] = ()
    tmpfs: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    stop_codes: frozenset[int] = frozenset()
    grace: int = GRACE
    server: str = ""
    workers: int | None = None
    edit: str = ""
    sources: tuple[str, ...] = ()
    packages: frozenset[str] | None = None
    environment: Mapping[str, str] | None = None
    maintainer: str = ""
    notes: tuple[str, ...] = ()

    def with_image(self, image: ImageConfig, base: ImageConfig | None = None) -> "Subject":
        """Fill in what only the built image tells: EXPOSE, HEALTHCHECK, CMD, STOPSIGNAL.

        Ports of its own count before those that come from its base image.
        """
        found = self
        if not found.port and not found.from_spec:
            found = replace(found, port=_exposed(image, base.ports if base else frozenset()))
        if not found.path and not found.from_spec:
            found = replace(found, path=_probed_path(image, found.port))
        if not found.server:
            found = replace(found, server=server_of(image.argv))
        if not found.stop_codes:
            found = replace(found, stop_codes=_stop_codes(image))
        return found

    def limits(self, cpus: str | None = None) -> list[str]:
        """Options of `docker run` for its resources, volumes and scratch folders."""
        words = [word for path in self.tmpfs for word in ("--tmpfs", path)]
        words += [word for path in self.volumes for word in ("--volume", path)]
        words += [word for host in self.hosts for word in ("--add-host", f"{host}:127.0.0.1")]
        limit = cpus or self.cpus
        if limit and limit != quantity.AUTO:
            words += ["--cpus", limit]
        if self.memory:
            words += ["--memory", str(self.memory)]
        return words

    def variables(self) -> list[str]:
        """Options of `docker run` for its environment, the secrets left out."""
        return [word for pair in self.env.items() for word in ("--env", "=".join(pair))]

    def secret_variables(self, *, but: str = "") -> list[str]:
        """Options of `docker run` for its secrets, all or all but one.

        Their values are in `client_environment`, where no list of processes shows them.
        """
        given = {name: value for name, value in self.secrets.items() if name != but}
        return [
            word
            for name, value in given.items()
            for word in ("--env", f"{name}={value}" if _CLIENT.fullmatch(name) else name)
        ]

    def named_volumes(self) -> set[str]:
        """The names of its volumes, which outlive a container that anonymous ones go with."""
        heads = {text.split(":")[0] for text in self.volumes if ":" in text}
        return {name for name in heads if not name.startswith("/")}

    def client_environment(self) -> dict[str, str]:
        """The environment of the engine's command, from which it takes the secrets."""
        own = {name: value for name, value in self.secrets.items() if not _CLIENT.fullmatch(name)}
        return {**os.environ, **own}

    def build_options(self) -> list[str]:
        """Options of `docker build` for its secrets and arguments."""
        words = [word for secret in self.build_secrets for word in ("--secret", secret)]
        for pair in self.build_arguments.items():
            words += ["--build-arg", "=".join(pair)]
        return words


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the command line says about the subject; None or empty where it says nothing."""

    file: Path | None = None
    port: int | None = None
    path: str = ""
    env: Sequence[str] = ()
    secrets: Sequence[str] = ()
    build_secrets: Sequence[str] = ()
    build_arguments: Sequence[str] = ()
    grace: int | None = None
    cpus: str | None = None
    memory: str | None = None
    tmpfs: Sequence[str] = ()
    volumes: Sequence[str] = ()
    edit: str = ""


def find(target: Path, given: Given) -> Subject:
    """Read what is to be verified: a folder, its spec, or a Dockerfile.

    Raises:
        UsageError: if there is nothing to verify, or an option cannot be used.
        SpecError: if the spec is wrong.
    """
    if not target.exists():
        raise UsageError(f"{target}: no such file or folder")
    if given.file is None and (spec := _spec_of(target)):
        return _with(_from_spec(spec, given), given)
    if target.is_dir():
        return _with(_from_dockerfile(target, given.file or target / "Dockerfile"), given)
    return _with(_from_dockerfile(target.parent, given.file or target), given)


def _spec_of(target: Path) -> Path | None:
    if target.is_dir():
        spec = target / SPEC_NAME
        return spec if spec.exists() else None
    return target if target.suffix in {".yaml", ".yml"} else None


# From a spec.


def _from_spec(path: Path, given: Given) -> Subject:
    from generator.spec import parse
    from profiles.nginx import Nginx

    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: is not UTF-8 text") from error
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    profile = parse(text, source=str(path)).profile
    image = profile.image()
    dockerfile = path.parent / "Dockerfile"
    if not dockerfile.exists():
        raise UsageError(f"{dockerfile}: no such file; run `imgen generate {path}` first")
    hosts = _hosts(profile.proxy.values()) if isinstance(profile, Nginx) else []
    secrets = {name: _made_up(name) for name in image.secrets}
    notes = [_host_note(host) for host in hosts]
    may_die = image.entrypoint[0].endswith("/tini") or image.command[0] == "uvicorn"
    by_signal = 128 + SIGNALS.get(image.stop_signal, 15)
    return Subject(
        shown=str(dockerfile),
        context=path.parent,
        dockerfile=dockerfile,
        base=image.base,
        from_spec=True,
        port=image.port,
        path=_spec_path(profile),
        secrets=secrets,
        made_up=frozenset(secrets),
        build_secrets=_spec_secrets(profile, path.parent, given),
        build_arguments=dict(image.bake_args),
        user=f"{image.uid}:{image.gid}",
        cpus=profile.resources.cpus,
        memory=quantity.in_bytes(profile.resources.memory) if profile.resources.memory else None,
        tmpfs=tuple(profile.scratch()),
        hosts=tuple(hosts),
        stop_codes=frozenset({0, by_signal} if may_die else {0}),
        server=server_of(image.command),
        workers=None if image.workers_at_start else image.workers,
        sources=tuple(profile.context()),
        packages=frozenset(image.packages),
        environment={**image.environment},
        maintainer=profile.maintainer,
        notes=tuple(notes),
    )


def _spec_path(profile: "Profile") -> str:
    return profile.healthcheck.path or ""


def _spec_secrets(profile: "Profile", folder: Path, given: Given) -> tuple[str, ...]:
    """The build secrets that the user did not give, from the files they usually lie in."""
    ids = {option_of(text, "id") for text in given.build_secrets}
    found = []
    for name, usual in profile.build_secrets():
        if name in ids:
            continue
        if not (folder / usual).exists():
            raise UsageError(
                f"the build needs the secret {name}: give --build-secret id={name},src=FILE"
            )
        found.append(f"id={name},src={folder / usual}")
    return tuple(found)


def option_of(text: str, key: str) -> str:
    """One value of an option such as `id=token,src=FILE`, empty if it is not there."""
    pairs = (part.partition("=") for part in text.split(","))
    return next((value for name, _, value in pairs if name == key), "")


def _hosts(urls: Iterable[str]) -> list[str]:
    names = {urlsplit(url).hostname or "" for url in urls}
    return sorted(name for name in names if name and not re.fullmatch(r"[0-9.]+", name))


def _host_note(host: str) -> str:
    return f"{host}, to which nginx passes requests on, is not running: its name leads to 127.0.0.1"


def _made_up(name: str) -> str:
    """A value for a secret that nobody gave, unique enough to be searched for."""
    word = f"imgen-canary-{os.urandom(8).hex()}"
    return f"postgresql://imgen:{word}@127.0.0.1:1/imgen" if name.endswith(_URL_NAMES) else word


# From a Dockerfile.


def _from_dockerfile(context: Path, dockerfile: Path) -> Subject:
    if not dockerfile.exists() and not dockerfile.is_absolute():
        dockerfile = context / dockerfile
    try:
        text = dockerfile.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(
            f"{dockerfile}: no such file; give the Dockerfile by --file, or write an {SPEC_NAME} "
            "with `imgen new`"
        ) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{dockerfile}: is not UTF-8 text") from error
    except OSError as error:
        raise UsageError(f"{dockerfile}: {error.strerror}") from error
    if not final_base(text):
        raise UsageError(f"{dockerfile}: is no Dockerfile: it has no FROM")
    return Subject(shown=str(dockerfile), context=context, dockerfile=dockerfile, base="")


# What the command line adds.


def _with(subject: Subject, given: Given) -> Subject:
    secrets = dict(_pairs(given.secrets, "--secret"))
    arguments = {**subject.build_arguments, **dict(_pairs(given.build_arguments, "--build-arg"))}
    text = subject.dockerfile.read_text(encoding="utf-8-sig")
    made_up = subject.made_up - set(secrets)
    notes = [f"{name} was given a made-up value; --secret {name}=… gives yours" for name in made_up]
    edit = _inside(subject.context, given.edit) if given.edit else ""
    return replace(
        subject,
        base=final_base(text, arguments),
        port=given.port or subject.port,
        path=_checked_path(given.path) or subject.path,
        env={**subject.env, **dict(_pairs(given.env, "--env"))},
        secrets={**subject.secrets, **secrets},
        made_up=made_up,
        build_secrets=(*subject.build_secrets, *map(_checked_secret, given.build_secrets)),
        build_arguments=arguments,
        grace=subject.grace if given.grace is None else given.grace,
        cpus=_quantity(given.cpus, "--cpus", quantity.cpus) if given.cpus else subject.cpus,
        memory=quantity.in_bytes(_quantity(given.memory, "--memory", quantity.memory))
        if given.memory
        else subject.memory,
        tmpfs=(*subject.tmpfs, *map(_checked_tmpfs, given.tmpfs)),
        volumes=(*subject.volumes, *map(_checked_volume, given.volumes)),
        edit=edit,
        notes=(*subject.notes, *sorted(notes)),
    )


def _quantity(text: str, option: str, read: Callable[[object], str]) -> str:
    try:
        return read(text)
    except ValueError as error:
        raise UsageError(f"{option} {error}") from error


def _pairs(texts: Iterable[str], option: str) -> Iterable[tuple[str, str]]:
    for text in texts:
        name, sign, value = text.partition("=")
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            # The value may be a secret: it is not told.
            raise UsageError(f"{option} must be NAME=VALUE, or NAME to take it from here: {name!r}")
        if not sign and name not in os.environ:
            raise UsageError(f"{option} {name}: the variable is not set here; give {name}=VALUE")
        yield name, value if sign else os.environ[name]


def _inside(context: Path, name: str) -> str:
    """A file of the context relative to it, also where it was given as a full path."""
    file = Path(os.path.normpath(context.absolute() / name))
    if not file.is_file() or not file.is_relative_to(os.path.normpath(context.absolute())):
        raise UsageError(f"--edit {name}: no such file in {context}")
    return str(file.relative_to(os.path.normpath(context.absolute())))


def _checked_path(text: str) -> str:
    if text and not re.fullmatch(r"/[!-~]*", text):
        raise UsageError(
            f"--path must begin with / and hold no blanks, others than ASCII as %XX: {text!r}"
        )
    return text


def _checked_tmpfs(text: str) -> str:
    if not text.startswith("/"):
        raise UsageError(f"--tmpfs must be the full path of a folder: {text!r}")
    return text


def _checked_volume(text: str) -> str:
    if not re.fullmatch(r"(?:[A-Za-z0-9][\w.-]*:|/[^:]*:)?/[^:]*(?::[\w,]+)?", text):
        raise UsageError(f"--volume must be DIR or NAME:DIR, DIR a full path: {text!r}")
    return text


def _checked_secret(text: str) -> str:
    source = option_of(text, "src") or option_of(text, "source")
    variable = option_of(text, "env")
    if not option_of(text, "id") or not (source or variable):
        raise UsageError(f"--build-secret must be id=NAME,src=FILE or id=NAME,env=NAME: {text!r}")
    if source and not Path(source).is_file():
        raise UsageError(f"--build-secret {text}: no such file: {source}")
    if source and not os.access(source, os.R_OK):
        raise UsageError(f"--build-secret {text}: {source} may not be read")
    if variable and variable not in os.environ:
        raise UsageError(f"--build-secret {text}: the variable {variable} is not set here")
    return text


# What an image tells.


def server_of(argv: Sequence[str]) -> str:
    """The server that a command starts, `other` if it is none that is known here."""
    words = [word.rsplit("/", 1)[-1] for text in argv for word in text.split()]
    return next((word for word in words if word in SERVERS), OTHER)


def _exposed(image: ImageConfig, below: frozenset[str]) -> int | None:
    found = [text for text in image.ports if not text.endswith("/udp")]
    own = [text for text in found if text not in below] or found
    ports = sorted(int(text.split("/")[0]) for text in own)
    return ports[0] if ports else None


# Without what ends a word in a shell, or does not belong into a URL.
_PROBED = re.compile(
    r"http://(?:127\.0\.0\.1|0\.0\.0\.0|localhost|\[::1\])(?::(\d+))?(/(?![^\s'\"]*\$)[^\s'\"|;<>()`]*)",
    re.ASCII,
)


def _probed_path(image: ImageConfig, port: int | None) -> str:
    """The path of the URL in the health check, where it holds one for this port."""
    words = " ".join(map(str, image.probe.get("Test") or ()))
    match = _PROBED.search(words)
    # Some servers tell their health on another port than the one that they serve on.
    return match[2] if match and int(match[1] or 80) == port else ""


def _stop_codes(image: ImageConfig) -> frozenset[int]:
    signal = image.stop_signal or "SIGTERM"
    if not signal.isdigit():
        number = SIGNALS.get(f"SIG{signal.removeprefix('SIG')}", 15)
    else:
        number = int(signal)
    return frozenset({0, 128 + number})
