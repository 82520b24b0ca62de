"""What the checks of one verification share: the built image, its layers, a running container."""

import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http.client import HTTPException
from pathlib import Path

from generator.verify.container import Container
from generator.verify.dialect import PODMAN
from generator.verify.engine import HARDENED, Built, Engine
from generator.verify.errors import (
    BuildError,
    EndedError,
    EngineError,
    NotStartedError,
    PatienceError,
    UnreachableError,
)
from generator.verify.hidden import given, masked
from generator.verify.image_config import ImageConfig
from generator.verify.layers import Layer, all_layers, read_last
from generator.verify.processes import is_settled
from generator.verify.stages import SCRATCH, base_references, directives, without_frontend
from generator.verify.subject import Subject
from generator.verify.waiting import wait_for
from generator.verify.web import request

PIDS = 256
STRICT = (*HARDENED, "--pids-limit", str(PIDS))
SOFT = ("--pids-limit", str(PIDS))
LOG_LINES = 15  # of what a builder or a container said
PROBE_SECONDS = 5  # between two runs of a health check; images say up to hours
_SETTLE_SECONDS = 3.0
_STAYS_SECONDS = 2.0
_LISTENS_SECONDS = 1.0  # between two looks at the ports; looking costs the program time


@dataclass(kw_only=True)
class Bench:
    """One subject on one engine. What is expensive is made once, when a check first asks."""

    subject: Subject
    engine: Engine
    notes: list[str] = field(default_factory=list)
    built: Built | None = None
    strict_failure: str = ""
    _dockerfile: Path | None = None
    _container: Container | None = None
    _unreachable: EngineError | None = None

    # Builds.

    @property
    def dockerfile(self) -> Path:
        """The Dockerfile that is built: the subject's, or its copy without a frontend line."""
        return self._dockerfile or self.subject.dockerfile

    def build(
        self,
        name: str,
        *options: str,
        context: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Built:
        """Build the subject, or a changed copy of its folder.

        Where the frontend of its `# syntax=` line is out of reach, the engine's own one builds.

        Raises:
            BuildError: with the builder's output.
        """
        tag = self.engine.tag(name)
        words = (*self.subject.build_options(), *options)
        folder = context or self.subject.context

        def once() -> Built:
            return self.engine.build(
                folder, *words, tag=tag, dockerfile=self.dockerfile, environment=environment
            )

        try:
            return once()
        except BuildError as error:
            frontend = self._missing_frontend(str(error))
            if not frontend:
                raise
            self._dockerfile = self._without_frontend()
            self.note(f"built with the engine's own frontend; {frontend} is out of reach")
            return once()

    def _missing_frontend(self, said: str) -> str:
        if self._dockerfile:
            return ""
        frontend = directives(self.subject.dockerfile.read_text(encoding="utf-8")).get("syntax", "")
        name = frontend.split("@")[0].rsplit(":", 1)[0]
        wrong = ("resolve", "dial tcp", "no such host", "not found", "pull", "denied", "timeout")
        lines = [line for line in said.splitlines() if name and name in line]
        return frontend if any(word in line for line in lines for word in wrong) else ""

    def _without_frontend(self) -> Path:
        """Copy the Dockerfile to outside the context, with the ignore file that is its own."""
        source = self.subject.dockerfile
        target = self.copied_file(source)
        target.write_text(without_frontend(source.read_text(encoding="utf-8")), encoding="utf-8")
        return target

    def copied_file(self, source: Path, name: str = "frontend") -> Path:
        """Copy a Dockerfile and its `<name>.dockerignore` into a folder of their own."""
        folder = self.engine.scratch() / name
        folder.mkdir(exist_ok=True)
        target = folder / source.name
        shutil.copy(source, target)
        own_ignore = source.with_name(f"{source.name}.dockerignore")
        if own_ignore.exists():
            shutil.copy(own_ignore, target.with_name(own_ignore.name))
        return target

    def note(self, text: str) -> None:
        """Add what a reader of the report must know, once."""
        told = masked(text, self.hidden)
        if told not in self.notes:
            self.notes.append(told)

    def note_log(self, logs: str, of: str = "container") -> None:
        """Add the end of the log of a container that failed; the first one tells enough."""
        first = f"the end of the {of}'s log:"
        if not any(note.startswith(first) for note in self.notes):
            lines = [line for line in logs.splitlines() if line.strip()][-LOG_LINES:]
            self.note("\n".join([first, *(lines or ["(it wrote nothing)"])]))

    @cached_property
    def secrets(self) -> dict[str, str]:
        """The secret values that the user gave, by the name to tell."""
        return given(self.subject)

    @cached_property
    def hidden(self) -> set[str]:
        """The values that nothing may tell."""
        return {*self.secrets.values(), *self.subject.secrets.values()}

    def note_stand_ins(self) -> None:
        """Name the base images that are stand-ins for official ones."""
        text = self.subject.dockerfile.read_text(encoding="utf-8")
        for reference in base_references(text, self.subject.build_arguments):
            if source := self.engine.bases.get(reference):
                self.note(f"base image {reference} is a stand-in: {source}")

    # The image.

    @property
    def tag(self) -> str:
        """The tag of the built image."""
        if self.built is None:
            raise EngineError("not built")
        return self.built.tag

    @cached_property
    def image(self) -> ImageConfig:
        """What the image says of itself."""
        return self.engine.image(self.tag)

    @cached_property
    def base(self) -> ImageConfig | None:
        """What its base says, None if that is not known."""
        if self.subject.base in {"", SCRATCH}:
            return None
        return self.engine.image(self.subject.base)

    @cached_property
    def layers(self) -> list[Layer]:
        """Its layers, the lowest first."""
        return all_layers(self.engine, self.tag)

    @property
    def below(self) -> int:
        """How many of its layers are those of the base: all of that or none."""
        layers = self.base.layers if self.base else ()
        return len(layers) if self.image.layers[: len(layers)] == layers else 0

    @property
    def own_layers(self) -> list[Layer]:
        """Its layers above the base."""
        return self.layers[self.below :]

    @cached_property
    def ids(self) -> tuple[int, int]:
        """The uid and gid of its process, as USER and its passwd file say."""
        user, _, group = self.image.user.partition(":")
        rows = [line.split(":") for line in read_last(self.layers, "etc/passwd").splitlines()]
        account = next((row for row in rows if len(row) > 3 and user in (row[0], row[2])), None)
        uid = int(user) if user.isdecimal() else _number(account[2]) if account else 0
        if group.isdecimal():
            return uid, int(group)
        groups = [line.split(":") for line in read_last(self.layers, "etc/group").splitlines()]
        named = next((row for row in groups if len(row) > 2 and row[0] == group), None)
        if named:
            return uid, _number(named[2])
        return uid, _number(account[3]) if account else 0

    def mount_points(self) -> list[str]:
        """Where something else than the image's own disk lies in a container."""
        options = [*self.subject.tmpfs, *self.subject.volumes]
        given = [next((p for p in text.split(":") if p.startswith("/")), text) for text in options]
        hosts = [text.split(":")[1] for text in self.subject.volumes if text.count(":")]
        return sorted({*given, *hosts, *self.image.volumes, "/dev/shm"})  # noqa: S108

    # Containers.

    def options(
        self, *, cpus: str | None = None, secrets: Sequence[str] | None = None
    ) -> list[str]:
        """Options of `docker run` beside the hardening."""
        subject = self.subject
        words = [*subject.limits(self._possible(cpus)), *subject.variables()]
        words += subject.secret_variables() if secrets is None else secrets
        if subject.port:
            words += ["--publish", f"127.0.0.1::{subject.port}"]
        return words

    def _possible(self, cpus: str | None) -> str | None:
        """A limit that the engine takes: it refuses more CPUs than its machine has."""
        wanted = cpus or self.subject.cpus
        if wanted in (None, "auto") or float(wanted) <= self.cpus:
            return cpus
        self.note(f"limited to {self.cpus} CPUs, all that the machine has, and not to {wanted}")
        return str(self.cpus)

    @cached_property
    def cpus(self) -> int:
        """The CPUs of the engine's machine."""
        return self.engine.cpus()

    @property
    def hardening(self) -> Sequence[str]:
        """How strictly containers run: as a strict cluster would, or as the image can bear."""
        if self._container is None:
            self._container = self.container  # which finds out
        return SOFT if self.strict_failure else STRICT

    def start(
        self,
        *options: str,
        cpus: str | None = None,
        secrets: Sequence[str] | None = None,
        hardening: Sequence[str] | None = None,
    ) -> Container:
        """Start a container; use it as a context manager."""
        self._must_start()
        words = [*self.options(cpus=cpus, secrets=secrets), *options]
        how = self.hardening if hardening is None else hardening
        return self.engine.start(
            self.tag, *words, hardening=how, environment=self.subject.client_environment()
        )

    def _must_start(self) -> None:
        """Do not wait for the same failure in every check."""
        if self._unreachable:
            raise NotStartedError("no container of the image starts") from self._unreachable

    @property
    def container(self) -> Container:
        """The container that the checks look at together; they neither stop nor break it.

        It runs hardened if it can; `strict_failure` tells why not otherwise.

        Raises:
            EngineError: if it does not start either way.
        """
        self._must_start()
        if self._container is None:
            try:
                self._container = self._start_shared()
            except EngineError as error:
                self._unreachable = error
                raise
        return self._container

    def has_container(self) -> bool:
        """Whether the container that the checks share was started."""
        return self._container is not None

    def _start_shared(self) -> Container:
        try:
            return self._started(STRICT)
        except UnreachableError:
            raise  # a writable root would change nothing
        except (EndedError, PatienceError) as error:
            strict = error
        try:
            container = self._started(SOFT)
        except (EndedError, PatienceError) as error:
            if isinstance(error, EndedError):
                self.note_log(error.logs)
            raise error from strict
        self.strict_failure = str(strict)
        self.note("it does not run hardened, so the other checks ran it on a writable root")
        if isinstance(strict, EndedError):
            self.note_log(strict.logs, "hardened container")
        return container

    @cached_property
    def quicker_probe(self) -> str:
        """What the engine's clock for the health check is set to where the image's is slow."""
        interval = int(self.image.probe.get("Interval") or 30 * 10**9) / 10**9
        is_slow = bool(self.image.probe.get("Test")) and interval > PROBE_SECONDS
        # Podman takes an interval with a command only.
        return f"{PROBE_SECONDS}s" if is_slow and self.engine.dialect is not PODMAN else ""

    def _started(self, hardening: Sequence[str]) -> Container:
        words = ("--health-interval", self.quicker_probe) if self.quicker_probe else ()
        container = self.start(*words, hardening=hardening)
        try:
            self.wait_until_ready(container)
        except EngineError as error:
            if isinstance(error, PatienceError):
                self.note_log(container.logs())
            container.remove()
            raise
        return container

    def wait_until_ready(self, container: Container) -> None:
        """Wait until it answers on its port, or until its program has started.

        Raises:
            EndedError: if it ends first.
            PatienceError: if it does not answer in time.
            UnreachableError: if that is because it listens elsewhere.
        """
        if self.subject.port:
            self._wait_for_port(container, self.subject.port)
            return
        try:
            wait_for(
                "its program", lambda: is_settled(container, self.image), patience=_SETTLE_SECONDS
            )
        except PatienceError:
            container.must_run()
        # A job, or a tool that shows its usage, ends before any other check sees it.
        time.sleep(_STAYS_SECONDS)
        container.must_run()

    def _wait_for_port(self, container: Container, port: int) -> None:
        address, path = container.address(port), self.subject.path
        next_look = time.monotonic() + _LISTENS_SECONDS

        def look() -> bool:
            nonlocal next_look
            try:
                return bool(request(address, path or "/").status)
            except OSError:
                container.must_run()
                if not path and time.monotonic() >= next_look:
                    next_look = time.monotonic() + _LISTENS_SECONDS
                    # Some protocols have no answer to HTTP, and engines accept connections to
                    # published ports where nobody listens.
                    if container.listeners().get(port):
                        return True
                raise
            except HTTPException:
                return True  # it listens, and speaks something else

        try:
            wait_for(
                f"an answer at {path or '/'} on port {port}", look, patience=self.engine.patience
            )
        except PatienceError as error:
            raise _explained(error, port, container.listeners()) from error

    def ask(self, container: Container, times: int = 3) -> int:
        """Ask for its path a few times, so that it does what it does; how often it answered."""
        answers = 0
        for _ in range(times if self.subject.port else 0):
            with suppress(OSError, HTTPException):
                request(container.address(self.subject.port or 0), self.subject.path or "/")
                answers += 1
        container.must_run()
        return answers


def _explained(error: PatienceError, port: int, listeners: Mapping[int, bool]) -> PatienceError:
    """The same with what to do, where it is known on which ports the program listens."""
    if listeners.get(port):
        return error
    if port in listeners:
        return UnreachableError(
            f"nobody can reach port {port}: the program listens on 127.0.0.1 alone; "
            "let it listen on 0.0.0.0"
        )
    if others := sorted(number for number, is_open in listeners.items() if is_open):
        found = " and ".join(map(str, others))
        return UnreachableError(f"nothing listens on port {port}, but on {found}; see --port")
    return error


def _number(text: str) -> int:
    """An id of a passwd or group file; 0, the worst, where it is none."""
    return int(text) if text.isdecimal() else 0
