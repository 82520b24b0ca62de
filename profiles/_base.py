"""The part of a spec that every profile has, and how it becomes an image.

A profile derives from `Profile`, adds its fields and answers the questions at the end of the
class: its base image, its build stage, its command. Everything else follows here, once.
"""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, ClassVar

from generator import bases, grammar, packages, quantity, tags
from generator.errors import Problem
from generator.ignore import ignore_lines
from generator.image import APP_DIR, ENTRYPOINT, BuildStage, Copy, Image, Probe
from profiles import _checks as checks
from profiles import _fields as f
from profiles._fields import Field
from profiles._model import Check, Model

DEFAULT_FRONTEND = "docker/dockerfile:1"
CA_BUNDLE = "/run/secrets/ca_bundle"


def _syntax(value: object) -> str:
    return str(value) if value in ("default", "none") else grammar.image_reference(value)


class Profile(Model):
    """What a spec says about any app."""

    QUESTIONS: ClassVar[tuple[str, ...]] = ("name", "version", "maintainer")
    """Dotted field paths that the wizard and cookiecutter ask for, in this order."""

    COMMON: ClassVar[tuple[str, ...]] = ("name", "maintainer", "port", "secrets")
    """Those of them that the wizard asks at once; it offers the others as more options."""

    INSTEAD_OF: ClassVar[Mapping[str, str]] = {}
    """Questions, each with the other one whose answer makes it needless."""

    PROPOSED_WITH: ClassVar[Mapping[str, str]] = {}
    """Proposals, each with the field beside which alone it makes sense."""

    PROPOSALS: ClassVar[Mapping[str, str]] = {}
    """Usual answers, proposed where the model has no default of its own."""

    SUMMARY: ClassVar[str]
    """One line on what the profile is for, and for whom."""

    name: f.Name = Field(description="Name of the app and of its image.")
    version: f.Version = Field(description="Version of the app; its tags and labels follow.")
    maintainer: f.Text = Field(description="Who answers for the image: name and mail address.")
    description: f.Text | None = Field(None, description="One line on what the app does.")
    source: f.Url | None = Field(None, description="URL of the source repository.")
    url: f.Url | None = Field(None, description="URL of the app's home page.")
    license: f.License | None = Field(None, description="Licence as an SPDX expression.")
    labels: dict[f.LabelKey, f.PublicText] = Field(
        {}, description="Further labels, such as com.example.team: shop."
    )
    port: f.Port | None = Field(None, description="TCP port the app listens on.")
    env: dict[f.PublicEnvName, f.PublicText] = Field(
        {}, description="Environment variables that everyone may see."
    )
    secrets: list[f.EnvName] = Field(
        [],
        description="Names of variables required at start, given at run time as NAME or as the "
        "path of a file in NAME_FILE. Never in the image.",
    )
    insecure_defaults: dict[f.EnvName, f.PlainText] = Field(
        {},
        description="Default passwords, for demos: used when nothing is given, with a warning "
        "at every start. Everyone who has the image can read them.",
    )
    volumes: list[f.DataDirectory] = Field(
        [], description="Folders of data that outlives the container."
    )
    tmpfs: list[f.AbsolutePath] = Field(
        [],
        description="Folders for scratch files, mounted in memory at run time.",
    )
    packages: list[f.Package] = Field([], description="System packages the app needs at run time.")
    include: list[f.ContextPath] = Field(
        ["."],
        description="Files and folders of the build context that make the app. Naming them keeps "
        "everything else out of the image.",
    )
    resources: f.Resources = Field(
        default_factory=f.Resources, description="CPU and memory limits at run time."
    )
    healthcheck: f.HealthcheckField = Field(
        default_factory=f.Healthcheck,
        description="How the engine finds out whether the app works: a path, a command or none.",
    )
    stop_signal: f.StopSignal | None = Field(
        None, description="Signal that asks the app to stop (SIGTERM; SIGQUIT for nginx)."
    )
    init: f.Flag | None = Field(
        None,
        description="Run tini as PID 1; by default where the program is not known to handle "
        "signals and to reap orphans.",
    )
    user: f.UserField | None = Field(
        None, description="Numeric uid:gid of the process, never 0 (10001:10001)."
    )
    repository: f.Repository | None = Field(
        None, description="Repository of the built image; the name if not given."
    )
    registry: f.Registry | None = Field(
        None, description="Registry prefix for base images, for mirrors and closed networks."
    )
    ca_bundle: f.Flag = Field(
        False,
        description="Trust a company's CA bundle while building; it comes as the build secret "
        "`ca_bundle` and leaves nothing in a layer.",
    )
    http_proxy: f.Url | None = Field(
        None, description="HTTP proxy for the build, as build arguments that leave no trace."
    )
    syntax: Annotated[str, Check(_syntax)] = Field(
        "default",
        description="Dockerfile frontend: default, a pinned docker/dockerfile reference, or none "
        "to build without a registry.",
    )
    outputs: list[Annotated[str, f.choice("bake")]] = Field(
        [], description="Further files: bake writes docker-bake.hcl."
    )

    # What a profile answers.

    def base_image(self) -> str:
        """The image that the final stage starts from, without the registry prefix."""
        raise NotImplementedError

    def argv(self) -> Sequence[str]:
        """The command in exec form."""
        raise NotImplementedError

    def build_stage(self) -> BuildStage | None:
        """The stage whose results are copied, or none."""
        raise NotImplementedError

    def package_family(self) -> str:
        """The package manager of the base image."""
        return bases.family(self.base_image())

    def copies(self) -> Sequence[Copy]:
        """What comes from the build context or the build stage."""
        return [app_copy(path) for path in sorted(set(self.include))]

    def context(self) -> Sequence[str]:
        """Paths of the build context that the build reads, beside the generated files."""
        return self.include

    def environment(self) -> Mapping[str, str]:
        """Variables that the profile sets; the spec's own come on top."""
        return {}

    def default_init(self) -> bool:
        """Whether PID 1 should be an init: the program may handle no signals or leave zombies."""
        return False

    def default_stop_signal(self) -> str:
        """The signal that asks the program to stop."""
        return "SIGTERM"

    def listen_port(self) -> int | None:
        """The port that the program listens on."""
        return self.port

    def scratch(self) -> Sequence[str]:
        """Folders that a read-only container needs as tmpfs."""
        return sorted(set(self.tmpfs))

    def probe(self) -> Sequence[str] | None:
        """The health check for `healthcheck.path` or the port, or none."""
        return None

    def extra_files(self) -> Sequence[str]:
        """Generated files beside Dockerfile, .dockerignore and entrypoint.sh."""
        return []

    def code(self) -> Sequence[str]:
        """Where in the image the app's files lie."""
        return [APP_DIR, ENTRYPOINT, *(copy.target for copy in self.copies())]

    def default_user(self) -> tuple[int, int]:
        """The uid and gid when the spec names none."""
        return 10001, 10001

    def creates_user(self) -> bool:
        """Whether the account has to be made; official nginx images bring one."""
        return True

    def workers_at_start(self) -> bool:
        """Whether the entrypoint counts the CPUs."""
        return self.resources.cpus == quantity.AUTO

    def workers_variable(self) -> str:
        """The environment variable in which the server looks for its number of workers."""
        return ""

    def build_outputs(self) -> Sequence[str]:
        """Folders that the build makes anew, so that the context must not bring them."""
        return []

    def data_links(self) -> Mapping[str, str]:
        """Absolute paths of the image that lead into folders of data (S2.12)."""
        return {}

    def references(self) -> Iterator[tuple[str, str]]:
        """Base images with the field they come from."""
        yield "base", self.base_image()

    # What follows from it.

    def image_variables(self) -> Mapping[str, str]:
        """The variables that imgen itself sets in the image."""
        return {"APP_VERSION": self.version, **self.environment()}

    def uses_init(self) -> bool:
        """Whether PID 1 is tini."""
        return self.default_init() if self.init is None else self.init

    def workers(self) -> int:
        """Worker processes for the CPU limit; one without a limit (S3)."""
        cpus = self.resources.cpus
        return 1 if cpus is None or cpus == quantity.AUTO else quantity.workers(cpus)

    def check(self) -> Iterator[Problem]:
        """Yield what no single field can tell; warnings included."""
        yield from checks.every_profile(self)

    def image(self) -> Image:
        """Compute everything that the templates place."""
        own_uid, own_gid = self.default_user()
        files = ("Dockerfile", ".dockerignore", "entrypoint.sh", *self.extra_files())
        generated = [name for name in files[2:] if not name.startswith("docker-")]
        bake = "bake" in self.outputs
        tini = "/sbin/tini" if self.package_family() == "apk" else "/usr/bin/tini"
        entrypoint = (tini, "--", ENTRYPOINT) if self.uses_init() else (ENTRYPOINT,)
        own_packages = ["tini"] if self.uses_init() else []
        if self.creates_user() and not bases.has_useradd(self.base_image(), self.package_family()):
            own_packages.append("shadow-utils")
        return Image(
            profile=type(self).__module__.rpartition(".")[2].replace("_", "-"),
            files=(*files, "docker-bake.hcl") if bake else files,
            name=self.name,
            version=self.version,
            frontend=self._frontend(),
            build_command=self.build_command(),
            run_command=self.run_command(),
            base=bases.with_registry(self.base_image(), self.registry),
            family=self.package_family(),
            build=self.build_stage(),
            package_mounts=self.package_mounts(self.package_family()),
            packages=packages.in_order([*self.packages, *own_packages]),
            create_user=self.creates_user(),
            uid=self.user.uid if self.user else own_uid,
            gid=self.user.gid if self.user else own_gid,
            environment=dict(sorted(self._environment().items())),
            copies=tuple(self.copies()),
            labels=dict(sorted(self._labels().items())),
            volumes=tuple(sorted(set(self.volumes))),
            link_folders=tuple(sorted({path.rpartition("/")[0] for path in self.data_links()})),
            links=dict(sorted(self.data_links().items())),
            port=self.listen_port(),
            stop_signal=self.stop_signal or self.default_stop_signal(),
            probe=self._probe(),
            entrypoint=entrypoint,
            command=tuple(self.argv()),
            secrets=tuple(sorted(set(self.secrets))),
            insecure_defaults=dict(sorted(self.insecure_defaults.items())),
            workers=self.workers(),
            workers_at_start=self.workers_at_start(),
            workers_variable=self.workers_variable(),
            ignore=ignore_lines([*self.context(), *generated], self._not_from_context()),
            bake_tags=tuple(
                f"{self.repository or self.name}:{tag}"
                for tag in tags.compatible_tags(self.version)
            ),
            bake_args=dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), self.http_proxy)
            if self.http_proxy
            else {},
            build_secrets=tuple(f"id={name},src={path}" for name, path in self.build_secrets()),
        )

    def build_secrets(self) -> list[tuple[str, str]]:
        """Secrets that the build needs: id, and the file it is usually read from."""
        return [("ca_bundle", "ca-bundle.pem")] if self.ca_bundle else []

    def build_command(self) -> str:
        """The command that builds the image, with the secrets and arguments it needs."""
        words = [f"--secret id={name},src={path}" for name, path in self.build_secrets()]
        if self.http_proxy:
            words += [
                f"--build-arg {name}={shlex.quote(self.http_proxy)}"
                for name in ("HTTPS_PROXY", "HTTP_PROXY")
            ]
        words.append(f"--tag {self.repository or self.name}:{self.version}")
        return " ".join(["docker build", *words, "."])

    def run_command(self) -> str:
        """The command that runs the image as a strict cluster would (B18, B19)."""
        words = ["--rm --read-only --cap-drop ALL --security-opt no-new-privileges"]
        words += [f"--tmpfs {path}" for path in self.scratch()]
        if self.resources.cpus not in (None, quantity.AUTO):
            words.append(f"--cpus {self.resources.cpus}")
        if self.resources.memory:
            words.append(f"--memory {quantity.in_bytes(self.resources.memory) // 2**20}m")
        if port := self.listen_port():
            words.append(f"--publish {port}:{port}")
        words += [f"--env {name}" for name in sorted(set(self.secrets))]
        return " ".join(["docker run", *words, f"{self.repository or self.name}:{self.version}"])

    def secret_mounts(self) -> tuple[str, ...]:
        """Options of the secret mounts of build steps that reach the network."""
        return ("id=ca_bundle,required=true",) if self.ca_bundle else ()

    def package_mounts(self, family: str) -> tuple[str, ...]:
        """Mounts for a step that installs packages: apk reaches its repositories by TLS."""
        if not self.ca_bundle or family != "apk":
            return ()
        target = "/etc/ssl/certs/ca-certificates.crt"
        return (f"type=secret,id=ca_bundle,required=true,target={target}",)

    def _not_from_context(self) -> Sequence[str]:
        """What the image makes itself, so that the developer's machine must not bring it."""
        links = (path.removeprefix(f"{APP_DIR}/") for path in self.data_links())
        return [*self.build_outputs(), *links]

    def _frontend(self) -> str:
        if self.syntax == "none":
            return ""
        wanted = DEFAULT_FRONTEND if self.syntax == "default" else self.syntax
        return bases.with_registry(wanted, self.registry)

    def _environment(self) -> dict[str, str]:
        return {**self.image_variables(), **self.env}

    def _labels(self) -> dict[str, str]:
        oci = {
            "authors": self.maintainer,
            "description": self.description,
            "licenses": self.license,
            "source": self.source,
            "title": self.name,
            "url": self.url,
            "version": self.version,
        }
        own = {f"org.opencontainers.image.{key}": value for key, value in oci.items() if value}
        return {"maintainer": self.maintainer, **self.labels, **own}

    def _probe(self) -> Probe | None:
        check = self.healthcheck
        command = None if check.disabled else check.command or self.probe()
        if not command:
            return None
        return Probe(
            command=tuple(command),
            interval=check.interval,
            timeout=check.timeout,
            start_period=check.start_period,
            retries=check.retries,
        )


def app_copy(path: str) -> Copy:
    """Copy a path of the build context to its place below the app's folder."""
    return Copy(source=path, target=f"{APP_DIR}/" if path == "." else f"{APP_DIR}/{path}")


def build_copy(path: str) -> Copy:
    """Copy a path of the build context to its place in the build stage's working directory."""
    return Copy(source=path, target="." if path == "." else f"./{path}")
