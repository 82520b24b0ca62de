"""What the Python profiles share: dependencies into a virtual environment, one server."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from generator import bases, grammar, packages
from generator.errors import Problem
from generator.image import APP_DIR, VENV, BuildStage, Copy, Expanded, Image
from profiles import _fields as f
from profiles._base import CA_BUNDLE, Profile, build_copy
from profiles._fields import Field
from profiles._model import Model, Shorthand, integer

UV_VERSION = "0.13.9"
# With it bytecode is tied to its source by a hash, not by a time (B22). It is the earliest time
# that a wheel, which is a zip file, can hold; fixed, so that the dependencies stay in the cache.
EARLIEST = "315532800"
SERVERS = ("gunicorn", "uvicorn", "hypercorn", "granian")
_WORKERS_VARIABLE = {
    "granian": "GRANIAN_WORKERS",
    "gunicorn": "WEB_CONCURRENCY",
    "uvicorn": "WEB_CONCURRENCY",
}
_LATER = ("poetry", "pdm", "pipenv")


class Dependencies(Model):
    """Where the Python dependencies are locked and which tool installs them."""

    manager: Annotated[str, f.choice("pip", "uv")] = Field(
        "pip", description="Tool that installs the dependencies: pip or uv."
    )
    files: list[f.ContextPath] | None = Field(
        None, description="Requirements files for pip (requirements.txt)."
    )
    constraints: list[f.ContextPath] = Field([], description="Constraints files for pip.")
    extras: list[f.Name] = Field([], description="Extras of the project, for uv.")
    groups: list[f.Name] = Field(
        [], description="Dependency groups beside the project's own, for uv."
    )
    version: f.Release | None = Field(None, description=f"Version of uv ({UV_VERSION}).")
    install_project: f.Flag = Field(
        False,
        description="Install the project itself, as a package, instead of copying its source.",
    )


def _dependencies(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value in {"uv.lock", "uv"}:
        return {"manager": "uv"}
    if value.endswith((".txt", ".in")):
        return {"manager": "pip", "files": [value]}
    if value in _LATER or value in ("poetry.lock", "pdm.lock", "Pipfile.lock"):
        raise ValueError(f"pip and uv are supported so far, not {grammar.shown(value)}")
    raise ValueError(
        "must be a requirements file, uv.lock, or a mapping with a manager, "
        f"not {grammar.shown(value)}"
    )


DependenciesField = Annotated[
    Dependencies,
    Shorthand(_dependencies, {"type": "string", "examples": ["requirements.txt", "uv.lock"]}),
]


class Server(Model):
    """The server that runs a WSGI or ASGI app: exactly one, with what it loads."""

    gunicorn: f.AppTarget | None = Field(None, description="WSGI app for gunicorn, module:name.")
    uvicorn: f.AppTarget | None = Field(None, description="ASGI app for uvicorn, module:name.")
    hypercorn: f.AppTarget | None = Field(None, description="ASGI app for hypercorn, module:name.")
    granian: f.AppTarget | None = Field(None, description="App for granian, module:name.")
    interface: Annotated[str, f.choice("asgi", "wsgi")] = Field(
        "asgi", description="Interface of the app that granian runs."
    )
    workers: Annotated[int, integer(1, 1024)] | None = Field(
        None, description="Worker processes, if not the CPU limit rounded up."
    )
    threads: Annotated[int, integer(1, 1024)] = Field(
        4, description="Threads of a gunicorn worker."
    )

    def chosen(self) -> list[tuple[str, str]]:
        """The servers that are set, with their targets; one in a valid spec."""
        pairs = ((name, getattr(self, name)) for name in SERVERS)
        return [(name, target) for name, target in pairs if target]


@dataclass(frozen=True, kw_only=True, eq=False)
class PythonImage(Image):
    """What the install steps and gunicorn.conf.py need beside the common values."""

    manager: str
    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    mounts: tuple[str, ...]
    project_mounts: tuple[str, ...]
    tool_mounts: tuple[str, ...]
    install_project: bool
    uv_version: str
    uv_options: str
    threads: int


def _server(value: object) -> object:
    """Take `gunicorn shop.wsgi:app` for the mapping."""
    if not isinstance(value, str):
        return value
    name, _, target = value.partition(" ")
    if name not in SERVERS:
        raise ValueError(
            f"must be one of {', '.join(SERVERS)} and what it loads, not {grammar.shown(value)}"
        )
    return {name: target.strip()}


ServerField = Annotated[
    Server, Shorthand(_server, {"type": "string", "examples": ["gunicorn shop.wsgi:app"]})
]


class PythonProfile(Profile):
    """A Python app, built in one stage and copied as a virtual environment into the next."""

    QUESTIONS: ClassVar[tuple[str, ...]] = (
        "name",
        "version",
        "maintainer",
        "python",
        "dependencies",
        "server",
        "command",
        "port",
        "healthcheck",
        "include",
        "packages",
        "build_packages",
        "secrets",
        "resources.cpus",
    )
    PROPOSALS: ClassVar[Mapping[str, str]] = {"dependencies": "requirements.txt", "port": "8000"}

    python: f.Release = Field("3.13", description="Python version, major and minor.")
    dependencies: DependenciesField = Field(
        default_factory=Dependencies,
        description="Locked dependencies: a requirements file, uv.lock, or a mapping with the "
        "manager.",
    )
    build_packages: list[f.Package] = Field(
        [], description="System packages needed to build the dependencies."
    )
    server: ServerField | None = Field(
        None,
        description="Server that runs the app and what it loads, as gunicorn shop.wsgi:app; "
        "gunicorn, uvicorn, hypercorn or granian.",
    )
    command: list[f.Argument] | None = Field(
        None, description="Command in exec form, for an app without one of these servers."
    )
    base: f.ImageReference | None = Field(
        None, description="Base image of both stages, if not the official one."
    )
    package_index: f.Url | None = Field(
        None, description="Package index to use instead of the public one, without credentials."
    )
    index_credentials: f.Flag = Field(
        False,
        description="The index needs a login; it comes as the build secret `netrc` and leaves "
        "nothing in a layer.",
    )

    def official_image(self) -> str:
        """The official Python image of the profile's flavour."""
        raise NotImplementedError

    def base_image(self) -> str:
        return self.base or self.official_image()

    def requirements(self) -> Sequence[str]:
        """Requirements files that pip installs."""
        files = self.dependencies.files
        return ["requirements.txt"] if files is None else files

    def manifests(self) -> Sequence[str]:
        """Files that the dependency step reads, mounted for it alone."""
        if self.dependencies.manager == "uv":
            return ["pyproject.toml", "uv.lock"]
        return [*self.requirements(), *self.dependencies.constraints]

    def argv(self) -> Sequence[str]:
        if self.server and self.server.chosen():
            return self._server_argv(self.server)
        return self.command or []

    def _server_argv(self, server: Server) -> Sequence[str]:
        name, target = server.chosen()[0]
        port = str(self.port or 8000)
        match name:
            case "gunicorn":
                return ["gunicorn", target]
            case "uvicorn":
                return ["uvicorn", target, "--host", "0.0.0.0", "--port", port]  # noqa: S104
            case "hypercorn":
                return ["hypercorn", target, "--bind", f"0.0.0.0:{port}", *self._workers_option()]
            case _:
                return [
                    *("granian", target, "--interface", server.interface),
                    *("--host", "0.0.0.0", "--port", port),  # noqa: S104
                ]

    def _workers_option(self) -> Sequence[str]:
        return [] if self.workers_at_start() else ["--workers", str(self.workers())]

    def code(self) -> Sequence[str]:
        return [*super().code(), VENV]

    def workers(self) -> int:
        own = self.server.workers if self.server else None
        return own or super().workers()

    def workers_at_start(self) -> bool:
        server = self.server
        return server is not None and server.workers is None and super().workers_at_start()

    def server_name(self) -> str:
        """The server's name, or nothing for a plain command."""
        return self.server.chosen()[0][0] if self.server and self.server.chosen() else ""

    def default_init(self) -> bool:
        # Of the servers gunicorn alone reaps orphans as PID 1.
        return self.server_name() != "gunicorn"

    def environment(self) -> Mapping[str, str]:
        variables: dict[str, str] = {
            "LANG": "C.UTF-8",
            "PATH": Expanded(f"{VENV}/bin:$PATH"),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
        }
        if any(path == "src" for path in self.include) and not self.dependencies.install_project:
            variables["PYTHONPATH"] = f"{APP_DIR}/src"
        if self.workers_variable() and not self.workers_at_start():
            variables[self.workers_variable()] = str(self.workers())
        return variables

    def workers_variable(self) -> str:
        return _WORKERS_VARIABLE.get(self.server_name(), "")

    def extra_files(self) -> Sequence[str]:
        return ["gunicorn.conf.py"] if self.server_name() == "gunicorn" else []

    def copies(self) -> Sequence[Copy]:
        own = [] if self.dependencies.install_project else list(super().copies())
        if self.server_name() != "gunicorn" or any(copy.source == "." for copy in own):
            return own
        target = f"{APP_DIR}/gunicorn.conf.py"
        return [Copy(source="gunicorn.conf.py", target=target, mode="0444"), *own]

    def context(self) -> Sequence[str]:
        project = ["pyproject.toml"] if self.dependencies.install_project else []
        return [*self.manifests(), *project, *self.include]

    def build_stage(self) -> BuildStage:
        args = {}
        env = {}
        if self.package_index:
            args["PIP_INDEX_URL"] = self.package_index
        if self.dependencies.manager == "uv":
            if self.package_index:
                args["UV_DEFAULT_INDEX"] = self.package_index
            if self.ca_bundle:
                env["SSL_CERT_FILE"] = CA_BUNDLE
            env |= {
                "UV_COMPILE_BYTECODE": "1",
                "UV_LINK_MODE": "copy",
                "UV_NO_DEV": "1",
                "UV_PROJECT_ENVIRONMENT": VENV,
                "UV_PYTHON_DOWNLOADS": "never",
            }
            if self.dependencies.install_project:
                # Else uv notes when the project's files were last touched (B22).
                env["UV_NO_INSTALLER_METADATA"] = "1"
        if self.ca_bundle:
            env["PIP_CERT"] = CA_BUNDLE
        env |= {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "SOURCE_DATE_EPOCH": EARLIEST,
        }
        if self.build_packages:
            # Debugging symbols hold the name of pip's temporary folder (B22).
            env["CFLAGS"] = "-g0"
        family = self.package_family()
        project = [*self.manifests(), "pyproject.toml"] if self.dependencies.install_project else []
        sources = sorted({*project, *self.include}) if project else []
        return BuildStage(
            base=bases.with_registry(self.base_image(), self.registry),
            family=family,
            packages=packages.in_order(self.build_packages),
            args=dict(sorted(args.items())),
            env=dict(sorted(env.items())),
            secrets=self.secret_mounts(),
            package_mounts=self.package_mounts(family),
            copies=tuple(build_copy(path) for path in sources),
        )

    def secret_mounts(self) -> tuple[str, ...]:
        netrc = ("id=netrc,required=true,target=/root/.netrc",) if self.index_credentials else ()
        return (*super().secret_mounts(), *netrc)

    def build_secrets(self) -> list[tuple[str, str]]:
        netrc = [("netrc", "$HOME/.netrc")] if self.index_credentials else []
        return [*super().build_secrets(), *netrc]

    def image(self) -> PythonImage:
        own = self.dependencies
        cache = "/root/.cache/pip" if own.manager == "pip" else "/root/.cache/uv"
        binds = [f"type=bind,source={path},target={path}" for path in self.manifests()]
        extras = [f" --extra {name}" for name in sorted(own.extras)]
        groups = [f" --group {name}" for name in sorted(own.groups)]
        install = bool(self.manifests())
        return PythonImage(
            **vars(super().image()),
            manager=own.manager,
            requirements=tuple(self.requirements()),
            constraints=tuple(own.constraints),
            mounts=(*self._mounts(cache), *binds) if install else (),
            project_mounts=self._mounts(cache),
            tool_mounts=self._mounts("/root/.cache/pip"),
            install_project=own.install_project,
            uv_version=own.version or UV_VERSION,
            uv_options="".join([*extras, *groups]),
            threads=self.server.threads if self.server else 1,
        )

    def _mounts(self, cache: str) -> tuple[str, ...]:
        secrets = (f"type=secret,{options}" for options in self.secret_mounts())
        return (f"type=cache,target={cache},sharing=locked", *secrets)

    def references(self) -> Iterator[tuple[str, str]]:
        yield "base" if self.base else "python", self.base_image()

    def check(self) -> Iterator[Problem]:
        yield from super().check()
        yield from self._check_command()
        yield from self._check_dependencies()
        family = self.package_family()
        if family:
            yield from packages.check_family("build_packages", self.build_packages, family)
        else:
            text = "has an unknown package manager: choose a Debian or Alpine based image"
            yield Problem(field="base", text=text)
        if self.index_credentials and not self.package_index:
            text = "needs `package_index`, the index to log in to"
            yield Problem(field="index_credentials", text=text)

    def _check_command(self) -> Iterator[Problem]:
        chosen = self.server.chosen() if self.server else []
        if self.server and len(chosen) != 1:
            text = f"must have exactly one of {', '.join(SERVERS)}"
            yield Problem(field="server", text=text)
        if self.server and self.command is not None:
            yield Problem(field="command", text="must not be there beside `server`: choose one")
        if not self.server and not self.command:
            text = "is missing: write `server: {gunicorn: package.module:app}`, or a `command`"
            yield Problem(field="server", text=text)
        if not self.server and self.resources.cpus == "auto":
            text = "auto is for servers whose workers imgen counts: give a number"
            yield Problem(field="resources.cpus", text=text)
        if self.server and self.port is None:
            yield Problem(field="port", text="is missing: the server needs one, such as 8000")

    def _check_dependencies(self) -> Iterator[Problem]:
        own = self.dependencies
        if own.manager == "uv" and (own.files is not None or own.constraints):
            text = "is for pip; uv reads pyproject.toml and uv.lock"
            yield Problem(field="dependencies.files", text=text)
        if own.manager == "pip" and (own.extras or own.groups or own.version):
            text = "extras, groups and version are for uv: name a requirements file instead"
            yield Problem(field="dependencies", text=text)
        if own.manager == "pip" and not self.requirements() and not own.install_project:
            text = "must name a requirements file, or install_project must be true"
            yield Problem(field="dependencies.files", text=text)
