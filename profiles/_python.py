"""What the Python profiles share: dependencies into a virtual environment, one server."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar

from generator import bases, grammar, packages
from generator.errors import Problem
from generator.image import APP_DIR, VENV, BuildStage, Copy, Expanded, Image
from profiles import _fields as f
from profiles._base import CA_BUNDLE, Profile, build_copy
from profiles._build import grouped
from profiles._dependencies import UV_VERSION, Dependencies, DependenciesField
from profiles._fields import Field
from profiles._model import Model, Shorthand, integer

# With it bytecode is tied to its source by a hash, not by a time (B22). It is the earliest time
# that a wheel, which is a zip file, can hold; fixed, so that the dependencies stay in the cache.
EARLIEST = "315532800"
SERVERS = ("gunicorn", "uvicorn", "hypercorn", "granian")
_WORKERS_VARIABLE = {
    "granian": "GRANIAN_WORKERS",
    "gunicorn": "WEB_CONCURRENCY",
    "uvicorn": "WEB_CONCURRENCY",
}
_UV = {
    "UV_COMPILE_BYTECODE": "1",
    "UV_LINK_MODE": "copy",
    "UV_NO_DEV": "1",
    "UV_PROJECT_ENVIRONMENT": VENV,
    "UV_PYTHON_DOWNLOADS": "never",
}
__all__ = ["UV_VERSION", "PythonProfile"]


class Server(Model):
    """The server that runs a WSGI or ASGI app: exactly one, with what it loads."""

    gunicorn: f.AppTarget | None = Field(
        None, description="WSGI app for gunicorn, module:name or module:factory()."
    )
    uvicorn: f.AppTarget | None = Field(
        None, description="ASGI app for uvicorn, module:name or module:factory()."
    )
    hypercorn: f.AppTarget | None = Field(
        None, description="ASGI app for hypercorn, module:name or module:factory()."
    )
    granian: f.AppTarget | None = Field(
        None, description="App for granian, module:name or module:factory()."
    )
    interface: Annotated[str, f.choice("asgi", "wsgi")] = Field(
        "asgi", description="Interface of the app that granian runs."
    )
    workers: Annotated[int, integer(1, 1024)] | None = Field(
        None, description="Worker processes, if not the CPU limit rounded up."
    )
    threads: Annotated[int, integer(1, 1024)] = Field(
        4, description="Threads of a gunicorn worker."
    )
    config: f.ContextPath | None = Field(
        None,
        description="The app's own gunicorn.conf.py, instead of a generated one. The address, the "
        "workers and the folder of the heartbeat still come from imgen.",
    )

    def chosen(self) -> list[tuple[str, str]]:
        """The servers that are set, with their targets; one in a valid spec."""
        pairs = ((name, getattr(self, name)) for name in SERVERS)
        return [(name, target) for name, target in pairs if target]


class Assets(Model):
    """Files that commands of the app make beside its source, once, in the build stage."""

    run: list[f.ShellStep] = Field(
        description="Commands that make them, run in /app with the dependencies at hand."
    )
    outputs: list[f.MadePath] = Field(
        description="Files and folders that they make, below /app: staticfiles."
    )
    env: dict[f.StepVariable, f.StepValue] = Field(
        {},
        description="Variables of these commands alone, beside those of `env`. Placeholders for "
        "what the app asks for at start: they stand in the Dockerfile, never in the image.",
    )

    def check(self) -> Iterator[Problem]:
        """Yield what no single field can tell."""
        if not self.run:
            yield Problem(field="assets.run", text="must have at least one command")
        if not self.outputs:
            yield Problem(field="assets.outputs", text="must name what the commands make")


@dataclass(frozen=True, kw_only=True, eq=False)
class PythonImage(Image):
    """What the install steps and gunicorn.conf.py need beside the common values."""

    manager: str
    tools: tuple[str, ...]
    requirements: tuple[str, ...]
    constraints: tuple[str, ...]
    selection: str
    hashes: bool
    other_index: bool
    additional: tuple[str, ...]
    mounts: tuple[str, ...]
    project_mounts: tuple[str, ...]
    tool_mounts: tuple[str, ...]
    workspace: bool
    install_project: bool
    project: str
    assets: tuple[str, ...]
    asset_variables: Mapping[str, str]
    asset_copies: tuple[Copy, ...]
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


def _without_parts(paths: set[str]) -> Sequence[str]:
    """Paths in order, without those that lie below another one."""
    if "." in paths:
        return ["."]
    folders = tuple(f"{path}/" for path in paths)
    return sorted(path for path in paths if not path.startswith(folders))


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
    COMMON: ClassVar[tuple[str, ...]] = (
        "name",
        "maintainer",
        "dependencies",
        "server",
        "command",
        "port",
        "healthcheck",
        "secrets",
    )
    INSTEAD_OF: ClassVar[Mapping[str, str]] = {"command": "server"}
    PROPOSED_WITH: ClassVar[Mapping[str, str]] = {"port": "server", "healthcheck": "port"}
    PROPOSALS: ClassVar[Mapping[str, str]] = {"dependencies": "requirements.txt", "port": "8000"}

    python: f.Release = Field("3.13", description="Python version, major and minor.")
    dependencies: DependenciesField = Field(
        default_factory=Dependencies,
        description="Locked dependencies: a requirements file, uv.lock, poetry.lock, pdm.lock, "
        "Pipfile.lock, or a mapping with the manager.",
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
    assets: Assets | None = Field(
        None,
        description="Files that the app makes of its source before it starts, such as Django's "
        "static files.",
    )
    links: dict[f.MadePath, f.AbsolutePath] = Field(
        {},
        description="Files that the app writes beside its code, each with its place in a volume, "
        "to which a link leads: db.sqlite3: /data/db.sqlite3.",
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

    def argv(self) -> Sequence[str]:
        if self.server and self.server.chosen():
            return self._server_argv(self.server)
        return self.command or []

    def _server_argv(self, server: Server) -> Sequence[str]:
        name, target = server.chosen()[0]
        port = str(self.port or 8000)
        # gunicorn and hypercorn call the factory in a target, the others by an option.
        factory = ["--factory"] if target.endswith("()") else []
        called = target.removesuffix("()")
        match name:
            case "gunicorn" if server.config:
                options = ["--config", server.config, "--bind", f"0.0.0.0:{port}"]
                # The heartbeat must neither wait for a disk nor need a writable one.
                options += ["--worker-tmp-dir", "/dev/shm"]  # noqa: S108
                return ["gunicorn", *options, *self._workers_option(), target]
            case "gunicorn":
                return ["gunicorn", target]
            case "uvicorn":
                address = ("--host", "0.0.0.0", "--port", port)  # noqa: S104
                return ["uvicorn", called, *factory, *address]
            case "hypercorn":
                return ["hypercorn", target, "--bind", f"0.0.0.0:{port}", *self._workers_option()]
            case _:
                return [
                    *("granian", called, *factory, "--interface", server.interface),
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
        if self._own_config():
            variables["XDG_RUNTIME_DIR"] = "/dev/shm"  # noqa: S108 # its control socket, in memory
        if self.workers_variable() and not self.workers_at_start():
            variables[self.workers_variable()] = str(self.workers())
        return variables

    def workers_variable(self) -> str:
        # A configuration of the app's own may say otherwise, so there it is an option.
        return "" if self._own_config() else _WORKERS_VARIABLE.get(self.server_name(), "")

    def _own_config(self) -> str | None:
        return self.server.config if self.server else None

    def extra_files(self) -> Sequence[str]:
        generated = self.server_name() == "gunicorn" and not self._own_config()
        return ["gunicorn.conf.py"] if generated else []

    def copies(self) -> Sequence[Copy]:
        made = [
            Copy(source=f"{APP_DIR}/{path}", target=f"{APP_DIR}/{path}", from_build=True)
            for path in self.build_outputs()
        ]
        own = [] if self.dependencies.install_project else list(super().copies())
        if self.server_name() != "gunicorn" or any(copy.source == "." for copy in own):
            return [*own, *made]
        config = self._own_config() or "gunicorn.conf.py"
        if any(f"{config}/".startswith(f"{copy.source}/") for copy in own):
            return [*own, *made]
        copied = Copy(source=config, target=f"{APP_DIR}/{config}", mode="0444")
        return [copied, *own, *made]

    def build_outputs(self) -> Sequence[str]:
        return sorted(set(self.assets.outputs)) if self.assets else []

    def data_links(self) -> Mapping[str, str]:
        return {f"{APP_DIR}/{path}": target for path, target in self.links.items()}

    def context(self) -> Sequence[str]:
        own = self.dependencies
        members = own.members if not own.install_project else []
        config = [path] if (path := self._own_config()) else []
        files = [*own.manifests(), *own.project_files(self.include)]
        return [*files, *members, *config, *self.include]

    def build_stage(self) -> BuildStage:
        family = self.package_family()
        return BuildStage(
            base=bases.with_registry(self.base_image(), self.registry),
            family=family,
            packages=packages.in_order([*self.build_packages, *self._asset_packages()]),
            args=dict(sorted(self._build_arguments().items())),
            env=dict(sorted(self._build_environment().items())),
            secrets=self.secret_mounts(),
            package_mounts=self.package_mounts(family),
            copies=tuple(build_copy(path) for path in self._project_sources()),
        )

    def _build_arguments(self) -> dict[str, str]:
        index = self.package_index
        if not index:
            return {}
        uv = {"UV_DEFAULT_INDEX": index} if self.dependencies.manager == "uv" else {}
        return {"PIP_INDEX_URL": index, **uv}

    def _build_environment(self) -> dict[str, str]:
        env = {
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_INPUT": "1",
            "SOURCE_DATE_EPOCH": EARLIEST,
        }
        if self.dependencies.manager == "uv":
            env |= _UV | ({"SSL_CERT_FILE": CA_BUNDLE} if self.ca_bundle else {})
            if self.dependencies.install_project or self.dependencies.members:
                # Else uv notes when the project's files were last touched (B22).
                env["UV_NO_INSTALLER_METADATA"] = "1"
        elif self.dependencies.manager == "pdm":
            env |= {"PDM_CHECK_UPDATE": "0", "PDM_USE_VENV": "0"}
        if self.ca_bundle:
            env["PIP_CERT"] = CA_BUNDLE
        if self.build_packages or self._asset_packages():
            # Debugging symbols hold the name of pip's temporary folder (B22).
            env["CFLAGS"] = "-g0"
        return env

    def _project_sources(self) -> Sequence[str]:
        """What is installed as a package: the project, or the members of its workspace alone."""
        own = self.dependencies
        if own.install_project:
            return _without_parts({*own.project_files(self.include), *self.include})
        return _without_parts({*own.manifests(), *own.members}) if own.members else []

    def secret_mounts(self) -> tuple[str, ...]:
        netrc = ("id=netrc,required=true,target=/root/.netrc",) if self.index_credentials else ()
        return (*super().secret_mounts(), *netrc)

    def build_secrets(self) -> list[tuple[str, str]]:
        netrc = [("netrc", "$HOME/.netrc")] if self.index_credentials else []
        return [*super().build_secrets(), *netrc]

    def image(self) -> PythonImage:
        own = self.dependencies
        cache = "/root/.cache/uv" if own.manager == "uv" else "/root/.cache/pip"
        binds = [f"type=bind,source={path},target={path}" for path in own.manifests()]
        reads = bool(binds or own.additional)
        extras = ",".join(sorted(set(own.extras)))
        other_index = self.package_index is not None
        return PythonImage(
            **vars(super().image()),
            manager=own.manager,
            tools=tuple(own.tools()),
            requirements=tuple(own.requirements()),
            constraints=tuple(own.constraints),
            selection=own.selection(other_index=other_index),
            hashes=own.hashes,
            other_index=other_index,
            additional=tuple(sorted(own.additional)),
            mounts=(*self._mounts(cache), *binds) if reads else (),
            project_mounts=self._mounts(cache),
            tool_mounts=self._mounts("/root/.cache/pip"),
            workspace=bool(own.members),
            install_project=own.install_project,
            project=f'".[{extras}]"' if extras else ".",
            assets=tuple(map(grouped, self.assets.run)) if self.assets else (),
            asset_variables=self._asset_variables(),
            asset_copies=self._asset_sources(),
            threads=self.server.threads if self.server else 1,
        )

    def _asset_packages(self) -> Sequence[str]:
        """What the app needs to run, since it runs to make its assets."""
        return self.packages if self.assets else ()

    def _asset_variables(self) -> dict[str, str]:
        if self.assets is None:
            return {}
        path = self.environment().get("PYTHONPATH")
        own = {"PYTHONPATH": path} if path else {}
        return dict(sorted((own | self.env | self.assets.env).items()))

    def _asset_sources(self) -> tuple[Copy, ...]:
        """What the assets are made of: all that the image gets of the source."""
        if self.assets is None:
            return ()
        return tuple(build_copy(path) for path in _without_parts(set(self.include)))

    def _mounts(self, cache: str) -> tuple[str, ...]:
        secrets = (f"type=secret,{options}" for options in self.secret_mounts())
        return (f"type=cache,target={cache},sharing=locked", *secrets)

    def references(self) -> Iterator[tuple[str, str]]:
        yield "base" if self.base else "python", self.base_image()

    def check(self) -> Iterator[Problem]:
        yield from super().check()
        yield from self._check_command()
        yield from self.dependencies.check()
        yield from self._check_links()
        if self.assets:
            yield from self._check_assets(self.assets)
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
        if self._own_config() and self.server_name() not in ("", "gunicorn"):
            yield Problem(field="server.config", text="is for gunicorn alone: leave it out")
        if self.server and self.port is None:
            yield Problem(field="port", text="is missing: the server needs one, such as 8000")

    def _check_links(self) -> Iterator[Problem]:
        folders = tuple(f"{path}/" for path in (*self.volumes, *self.tmpfs))
        for path, target in self.links.items():
            if not target.startswith(folders or "\0"):
                text = f"{target} must lie in one of `volumes`: add its folder there (S2.12)"
                yield Problem(field=f"links.{path}", text=text)
            if any(f"{name}/".startswith(f"{path}/") for name in self.include):
                text = "is in `include` too: what the app writes is no part of it"
                yield Problem(field=f"links.{path}", text=text)

    def _check_assets(self, assets: Assets) -> Iterator[Problem]:
        yield from assets.check()
        for index, path in enumerate(self.include):
            if any(f"{path}/".startswith(f"{made}/") for made in assets.outputs):
                text = f"{path} is made by `assets`: leave it out"
                yield Problem(field=f"include.{index}", text=text)
