"""A container engine by its command line: builds, images and containers, cleaned up again.

Only a run that was killed outright leaves something. It carries a label:

    docker rm --force --volumes $(docker ps --all --quiet --filter label=io.imgen.verify)
"""

import itertools
import json
import shutil
import subprocess
import tarfile
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

from generator.verify.container import Container
from generator.verify.dialect import DIALECTS, DOCKER, PLAIN, Dialect
from generator.verify.errors import (
    BuildError,
    CommandError,
    EngineError,
    MissingBaseError,
    NoEngineError,
    PatienceError,
    explained,
    last_line,
)
from generator.verify.image_config import ImageConfig, read_config
from generator.verify.progress import PlainProgress, Step
from generator.verify.stages import SCRATCH, base_references
from generator.verify.waiting import PATIENCE

STAND_IN = "io.imgen.stand-in"
# What a careful orchestrator leaves a container.
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
BUILD_SECONDS = 1800.0
_ANSWER_SECONDS = 5.0

Completed = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Built:
    """A successful build."""

    tag: str
    seconds: float
    steps: tuple[Step, ...]

    def runs(self) -> list[Step]:
        """The RUN instructions, whether they ran or came from the cache."""
        return [step for step in self.steps if step.text.startswith("RUN ")]


def find(program: str | None = None) -> Dialect:
    """Choose the engine: the one named, or Docker, or Podman where that is all there is.

    Raises:
        NoEngineError: if there is none, it does not answer, or it is too old.
    """
    if program is None:
        program = next((name for name in DIALECTS if shutil.which(name)), None)
        if program is None:
            raise NoEngineError(
                "there is neither a docker nor a podman command: install Docker 23 or later, or "
                "Podman 4 or later; `imgen audit` needs no engine"
            )
    dialect = DIALECTS[program]
    if reason := unavailable(dialect):
        raise NoEngineError(reason)
    return dialect


def unavailable(dialect: Dialect = DOCKER) -> str:
    """Say why an engine cannot be used and what to do, or nothing if it answers."""
    program = dialect.program
    if not shutil.which(program):
        return f"there is no {program} command: install it, or choose another engine by --engine"
    start = f"start it, or check the DOCKER_HOST variable and `{program} context ls`"
    try:
        version = _call(dialect, *dialect.server_version, timeout=_ANSWER_SECONDS).stdout.strip()
        if dialect.needs_buildx:
            _call(dialect, "buildx", "version", timeout=_ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        return f"no engine answers {program} within {_ANSWER_SECONDS:g} s: {start}"
    except subprocess.CalledProcessError as error:
        said = last_line(error.stderr)
        if "buildx" in error.cmd:
            return f"{program} has no builder: install its buildx plugin ({said})"
        return f"no engine answers {program}: {start}\n{explained(f'{program} version', said)}"
    if dialect.major(version) < dialect.oldest:
        return f"the engine is {program} {version}: {dialect.oldest} or later is needed"
    return ""


def _call(
    dialect: Dialect,
    *arguments: str,
    timeout: float = 300,
    check: bool = True,
    environment: Mapping[str, str] | None = None,
) -> Completed:
    # In a session of its own: Ctrl-C must reach imgen alone, which then ends things in order.
    return subprocess.run(  # noqa: S603 - the engine's own command
        [dialect.program, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
        check=check,
        env=environment,
        start_new_session=True,
    )


def build_arguments(options: Sequence[str]) -> dict[str, str]:
    """The build arguments among the options of a build."""
    pairs = itertools.pairwise(options)
    given = [value.partition("=") for option, value in pairs if option == "--build-arg"]
    return {name: value for name, sign, value in given if sign}


class Engine:
    """The engine that answers. Whatever it makes carries the label of this run.

    `patience` is how long a container may take for a step, `build_patience` a build, in seconds.
    """

    LABEL: ClassVar[str] = "io.imgen.verify"
    PREFIX: ClassVar[str] = "imgen-verify"

    def __init__(self, session: str = "", dialect: Dialect = DOCKER) -> None:
        self.session = session or uuid.uuid4().hex[:10]
        self.dialect = dialect
        self.bases: dict[str, str] = {}
        self.volumes: set[str] = set()
        self.patience = PATIENCE
        self.build_patience = BUILD_SECONDS
        self._kept: set[str] = set()
        self._pulled: set[str] = set()
        self._tags: set[str] = set()
        self._count = 0
        self._scratch: Path | None = None

    # Names and labels.

    def tag(self, name: str) -> str:
        """A tag that no other run uses."""
        return f"{self.PREFIX}/{self.session}/{name}:1"

    @property
    def session_label(self) -> str:
        """The key of the label that holds the run's id."""
        return f"{self.LABEL}.session"

    def labels(self) -> Mapping[str, str]:
        """What marks things as made by this run."""
        return {self.LABEL: "1", self.session_label: self.session}

    def _label_options(self) -> list[str]:
        return [word for pair in self.labels().items() for word in ("--label", "=".join(pair))]

    def _new_name(self) -> str:
        self._count += 1
        return f"{self.PREFIX}-{self.session}-{self._count}-{time.monotonic_ns()}"

    def scratch(self) -> Path:
        """A folder for this run's files, removed at the end."""
        if self._scratch is None:
            self._scratch = Path(mkdtemp(prefix=f"{self.PREFIX}-"))
        return self._scratch

    # Commands.

    def call(
        self,
        *arguments: str,
        timeout: float = 300,
        check: bool = True,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run one command of the engine; `timeout` in seconds, `environment` its whole one.

        Raises:
            CommandError: with its error output, if it must not fail and does.
            PatienceError: if it does not end in time.
        """
        name = f"{self.dialect.program} {arguments[0]}"
        try:
            done = _call(
                self.dialect, *arguments, timeout=timeout, check=False, environment=environment
            )
        except subprocess.TimeoutExpired as error:
            raise PatienceError(f"{name}: not within {timeout:g} s") from error
        if check and done.returncode:
            raise CommandError(name, done.stderr)
        return done

    def info(self, form: str) -> str:
        """What the engine tells of itself."""
        return self.call("info", "--format", form).stdout.strip()

    def cpus(self) -> int:
        """The CPUs of the machine that runs the containers."""
        return int(self.info(self.dialect.cpus))

    def description(self) -> str:
        """Its version and how it limits CPUs."""
        return self.info(self.dialect.description)

    def rewrites_timestamps(self) -> bool:
        """Whether its image store can give every file of a layer the same time."""
        return self.dialect is DOCKER and "io.containerd.snapshotter" in self.info(
            "{{.DriverStatus}}"
        )

    # Base images.

    def is_local(self, reference: str) -> bool:
        """Whether a reference can only be one of this machine's own."""
        return reference == SCRATCH or reference.startswith(f"{self.PREFIX}/")

    def require(self, reference: str, *, patience: float = 120) -> None:
        """Make sure that a base image is there, and note whether it is a stand-in.

        Raises:
            MissingBaseError: if it is neither present nor can be pulled.
        """
        if reference in {*self.bases, SCRATCH}:
            return
        look = ("image", "inspect", "--format", f'{{{{index .Config.Labels "{STAND_IN}"}}}}')
        done = self.call(*look, reference, check=False)
        if done.returncode and not self.is_local(reference):
            said = self._pull(reference, patience)
            done = self.call(*look, reference, check=False)
            if done.returncode:
                raise MissingBaseError(
                    f"base image {reference} is neither here nor can be pulled: check its name, "
                    f"the network and `{self.dialect.program} login`, or load it with "
                    f"`{self.dialect.program} image load`\n{said}"
                )
            self._pulled.add(reference)
        elif done.returncode:
            raise MissingBaseError(f"base image {reference} is not on this machine")
        self.bases[reference] = done.stdout.strip().replace("<no value>", "")

    def _pull(self, reference: str, patience: float) -> str:
        try:
            done = self.call("pull", "--quiet", reference, timeout=patience, check=False)
        except PatienceError as error:
            return str(error)
        return last_line(done.stderr)

    # Builds.

    def build(
        self,
        context: Path,
        *options: str,
        tag: str,
        dockerfile: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Built:
        """Build an image from a folder.

        Raises:
            BuildError: with the builder's output.
            MissingBaseError: if a base image is missing.
        """
        file = dockerfile or context / "Dockerfile"
        for reference in base_references(
            file.read_text(encoding="utf-8"), build_arguments(options)
        ):
            self.require(reference)
        # Before the build, so that an interrupted one is removed as well.
        self._tags.add(tag)
        start = time.monotonic()
        try:
            done = _call(
                self.dialect,
                *("build", *self.dialect.progress, *self.dialect.build),
                *("--tag", tag, "--file", str(file)),
                *self._label_options(),
                *options,
                str(context.absolute()),  # a relative name might look like an option
                check=False,
                timeout=self.build_patience,
                environment=environment,
            )
        except subprocess.TimeoutExpired as error:
            raise BuildError(f"the build did not end within {self.build_patience:g} s") from error
        progress = self.dialect.read_progress(done.stderr + done.stdout)
        if done.returncode and "rawjson" in done.stderr and self.dialect.progress != PLAIN:
            self.dialect = replace(self.dialect, progress=PLAIN, read_progress=PlainProgress)
            return self.build(
                context, *options, tag=tag, dockerfile=dockerfile, environment=environment
            )
        if done.returncode:
            raise BuildError(progress.text())
        return Built(tag, time.monotonic() - start, progress.steps())

    def export(self, context: Path, dockerfile: str, *options: str) -> bytes:
        """Build, and give the last stage's file system as a tar archive."""
        done = subprocess.run(  # noqa: S603 - the engine's own command
            [
                self.dialect.program,
                *("build", *self.dialect.to_stdout, "--file", "-", *options, str(context)),
            ],
            input=dockerfile.encode(),
            capture_output=True,
            timeout=300,
            check=False,
            start_new_session=True,
        )
        if done.returncode:
            raise BuildError(done.stderr.decode(errors="replace"))
        return done.stdout

    @contextmanager
    def exported(self, context: Path, dockerfile: Path) -> Iterator[tarfile.TarFile]:
        """The same as a stream, for contexts too large to hold.

        Raises:
            BuildError: with the builder's output.
        """
        log = self.scratch() / f"export-{time.monotonic_ns()}.log"
        command = [self.dialect.program, "build", *self.dialect.to_stdout]
        with log.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603 - the engine's own command
                [*command, "--file", str(dockerfile), str(context.absolute())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                yield archive
            if process.stdout:
                while process.stdout.read(2**16):
                    pass
            process.wait(timeout=30)
        except (tarfile.ReadError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()
            raise BuildError(log.read_text(encoding="utf-8", errors="replace")) from None
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()

    # Images.

    def image(self, tag: str) -> ImageConfig:
        """Inspect an image."""
        return read_config(self.call("image", "inspect", tag).stdout)

    def history(self, tag: str) -> str:
        """Every instruction that made an image, as the image tells them."""
        return self.call("history", "--no-trunc", "--format", "{{.CreatedBy}}", tag).stdout

    def steps(self, tag: str) -> list[tuple[str, int]]:
        """Every instruction that made an image and the bytes it added, the newest first."""
        if not self.dialect.needs_buildx:  # Podman's --human=false changes nothing in a template
            rows = json.loads(self.call("history", "--format", "json", tag).stdout)
            return [(row.get("CreatedBy", ""), int(row.get("size", 0))) for row in rows]
        form = "{{.Size}}\t{{.CreatedBy}}"
        done = self.call("history", "--no-trunc", "--human=false", "--format", form, tag)
        rows = [line.partition("\t") for line in done.stdout.splitlines() if "\t" in line]
        return [(text, int(size) if size.isdigit() else 0) for size, _, text in rows]

    def save(self, tag: str) -> Path:
        """Write an image to an archive in the scratch folder."""
        target = self.scratch() / f"image-{time.monotonic_ns()}.tar"
        self.call("image", "save", "--output", str(target), tag, timeout=600)
        return target

    # Containers.

    def _strict(self, hardening: Sequence[str]) -> Sequence[str]:
        """The same with what makes a read-only root read-only on this engine."""
        return (*hardening, *self.dialect.read_only) if "--read-only" in hardening else hardening

    def run(
        self,
        tag: str,
        *options: str,
        command: Sequence[str] = (),
        hardening: Sequence[str] = HARDENED,
        timeout: float = 60,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run a container to its end."""
        name = self._new_name()
        how = self._strict(hardening)
        words = ("run", "--name", name, *self._label_options(), *how, *options)
        with Container(self, name):
            return self.call(
                *words, tag, *command, timeout=timeout, check=False, environment=environment
            )

    def start(
        self,
        tag: str,
        *options: str,
        command: Sequence[str] = (),
        hardening: Sequence[str] = HARDENED,
        environment: Mapping[str, str] | None = None,
    ) -> Container:
        """Start a container in the background; use it as a context manager."""
        name = self._new_name()
        how = self._strict(hardening)
        words = ("run", "--detach", "--name", name, *self._label_options(), *how, *options)
        container = Container(self, name)
        try:
            self.call(*words, tag, *command, environment=environment)
        except EngineError:
            container.remove()
            raise
        return container

    # Volumes.

    def volume_names(self) -> set[str]:
        """Every volume that there is."""
        return set(self.call("volume", "ls", "--quiet").stdout.split())

    def remove_volumes(self, names: Iterable[str]) -> None:
        """Remove volumes; those in use stay."""
        for name in sorted(names):
            self.call("volume", "rm", name, check=False)

    # The end.

    def _mine(self) -> tuple[str, str]:
        return ("--filter", f"label={self.session_label}={self.session}")

    def left_over(self) -> list[str]:
        """What this run made and has not removed yet."""
        mine = self._mine()
        found = [
            *self.call("ps", "--all", "--format", "container {{.Names}}", *mine).stdout.split("\n"),
            *self.call("network", "ls", "--format", "network {{.Name}}", *mine).stdout.split("\n"),
            *self.call("image", "ls", "--format", "image {{.ID}}", *mine).stdout.split("\n"),
        ]
        names = self.call("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
        tags = [f"tag {name}" for name in names if self.session in name]
        volumes = self.call("volume", "ls", "--quiet").stdout.split()
        kept = [f"volume {name}" for name in self.volumes.intersection(volumes)]
        folder = [f"folder {self._scratch}"] if self._scratch and self._scratch.exists() else []
        return [line for line in (*found, *tags, *kept, *folder) if line]

    def keep(self, container: str, tag: str) -> None:
        """Leave a container and its image in place at the end."""
        self._kept |= {container, tag}

    def remove_containers(self) -> None:
        """Remove every container of this run and its volumes, also one that is just starting."""
        form = ("--format", "{{.Names}}")
        for name in self.call("ps", "--all", *form, *self._mine()).stdout.split():
            if name not in self._kept:
                Container(self, name).remove()

    def clean_up(self) -> None:
        """Remove the images, tags, networks and files of this run; present base images stay."""
        mine = self._mine()
        for tag in sorted((self._tags | self._pulled) - self._kept):
            self.call("image", "rm", "--force", tag, check=False)
        kept = {self.image(tag).id[:12] for tag in self._tags & self._kept}
        for image in set(self.call("image", "ls", "--quiet", *mine).stdout.split()) - kept:
            self.call("image", "rm", "--force", image, check=False)
        for network in self.call("network", "ls", "--quiet", *mine).stdout.split():
            self.call("network", "rm", network, check=False)
        self.drop_scratch()

    def drop_scratch(self) -> None:
        """Remove the folder of this run's files."""
        if self._scratch is not None:
            with suppress(OSError):
                shutil.rmtree(self._scratch)
            self._scratch = None
