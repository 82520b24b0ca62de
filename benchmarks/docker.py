"""The docker command: labelled builds and containers, and their removal."""

import json
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LABEL = "io.imgen.benchmark"
STAND_IN = "io.imgen.stand-in"
# What a strict cluster leaves a container.
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
_SAYS_NOTHING = re.compile(
    r"error: (failed to|subprocess-exited|metadata-generation)", re.IGNORECASE
)
OLDEST = 23  # the first engine whose builder knows COPY --link


class EngineError(Exception):
    """A docker command that failed; the text is what it said."""


class BuildError(EngineError):
    """A build that failed; the text is the builder's whole output."""

    def reason(self) -> str:
        """The line that says why, without the builder's own bookkeeping."""
        lines = [re.sub(r"^#\d+ (\d+\.\d+ )?", "", line).strip() for line in str(self).splitlines()]
        told = [line for line in lines if re.match(r"(?i)(e: |npm err|.*\berror:)", line)]
        telling = [line for line in told if not _SAYS_NOTHING.match(line)]
        return (telling or told or lines or ["no output"])[0]


@dataclass(frozen=True)
class State:
    """A container as the engine knows it."""

    running: bool
    exit_code: int
    pid: int


class Docker:
    """One session with the engine. All that it makes carries its label, and `clean_up` ends it."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.aliases: dict[str, str] = {}
        self._program = shutil.which("docker") or "docker"
        self._label = ("--label", f"{LABEL}={session}")
        self._count = 0

    def call(self, *arguments: str, timeout: float = 120) -> str:
        """Run one docker command and return what it printed.

        Args:
            arguments: its words after `docker`.
            timeout: seconds that it may take.

        Raises:
            EngineError: if it fails, takes too long or does not exist.
        """
        try:
            done = subprocess.run(  # noqa: S603 - words of this package, no shell
                [self._program, *arguments],
                capture_output=True,
                text=True,
                timeout=timeout,
                check=False,
            )
        except FileNotFoundError:
            raise EngineError("there is no docker command: install Docker 23 or later") from None
        except subprocess.TimeoutExpired:
            text = f"docker {arguments[0]} did not end within {timeout:.0f} s"
            raise EngineError(text) from None
        if done.returncode:
            raise EngineError(done.stderr.strip() or f"docker {arguments[0]} failed")
        return done.stdout

    def try_call(self, *arguments: str) -> str:
        """Run one docker command that may fail; then the answer is empty."""
        try:
            return self.call(*arguments)
        except EngineError:
            return ""

    def require(self) -> dict[str, Any]:
        """Describe the engine.

        Raises:
            EngineError: if none answers or it is too old.
        """
        info: dict[str, Any] = json.loads(self.call("info", "--format", "json", timeout=15))
        if not info.get("ServerVersion"):
            raise EngineError(f"no engine answers: {'; '.join(info.get('ServerErrors') or ())}")
        major = re.match(r"\d+", info["ServerVersion"])
        if not major or int(major[0]) < OLDEST:
            text = f"the engine is {info['ServerVersion']}, {OLDEST} or later is needed"
            raise EngineError(text)
        self.call("buildx", "version", timeout=15)
        return info

    # Images.

    def has(self, reference: str) -> bool:
        """Whether an image is here."""
        return bool(self.try_call("image", "inspect", "--format", "{{.Id}}", reference))

    def stand_in(self, reference: str) -> str:
        """What an image is made from if it only stands in for the real one, else nothing."""
        form = f'{{{{index .Config.Labels "{STAND_IN}"}}}}'
        return self.try_call("image", "inspect", "--format", form, reference).strip()

    def alias(self, name: str, present: str) -> bool:
        """Give a stand-in a further name for this session, if nothing has that name.

        Real images are never renamed: where they can be pulled, so can the one that is missing.
        """
        if self.has(name) or not self.stand_in(present):
            return name in self.aliases
        self.call("image", "tag", present, name)
        self.aliases[name] = present
        return True

    def size(self, tag: str) -> int:
        """The bytes of an image, its base included."""
        return int(self.call("image", "inspect", "--format", "{{.Size}}", tag))

    def build(self, context: Path, tag: str, *options: str) -> float:
        """Build an image from a folder with a Dockerfile and return the seconds it took.

        Raises:
            BuildError: if the build fails.
        """
        words = ("build", "--progress", "plain", "--tag", tag, *self._label, *options)
        start = time.monotonic()
        try:
            self.call(*words, str(context), timeout=900)
        except EngineError as error:
            raise BuildError(str(error)) from None
        return time.monotonic() - start

    # Containers.

    def start(self, tag: str, *options: str) -> str:
        """Start a container in the background and return its name."""
        self._count += 1
        name = f"imgen-benchmark-{self.session}-{self._count}"
        self.call("run", "--detach", "--name", name, *self._label, *options, tag)
        return name

    def state(self, name: str) -> State:
        """Look at a container."""
        form = "{{json .State}}"
        state = json.loads(self.call("container", "inspect", "--format", form, name))
        return State(state["Running"], state["ExitCode"], state["Pid"])

    def first_uid(self, name: str) -> int:
        """The user id of a container's PID 1."""
        pid = self.state(name).pid
        for line in self.call("top", name, "-eo", "pid,uid").splitlines()[1:]:
            words = line.split()
            if int(words[0]) == pid:
                return int(words[1])
        raise EngineError(f"{name} has no first process")

    def last_line(self, name: str) -> str:
        """The last line that a container wrote."""
        try:
            done = subprocess.run(  # noqa: S603 - words of this package, no shell
                [self._program, "logs", "--tail", "20", name],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=30,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return ""
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        errors = [line for line in lines if re.search(r"(?i)error|not found|denied|no such", line)]
        return (errors or lines or [""])[-1]

    def stop(self, name: str) -> float:
        """Stop a container as `docker stop` does by default; the seconds it took."""
        start = time.monotonic()
        self.call("stop", name)
        return time.monotonic() - start

    def remove(self, name: str) -> None:
        """Remove a container with its anonymous volumes."""
        self.try_call("rm", "--force", "--volumes", name)

    def left_over(self) -> list[str]:
        """What this session made and has not removed yet."""
        mine = ("--filter", f"label={LABEL}={self.session}")
        return [
            *self.try_call("ps", "--all", "--quiet", *mine).split(),
            *self.try_call("image", "ls", "--quiet", *mine).split(),
            *(name for name in self.aliases if self.has(name)),
        ]

    def clean_up(self) -> None:
        """Remove the containers, images, cache mounts and further names of this session.

        A second Ctrl-C does not disturb it.
        """
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._clean_up()
        finally:
            signal.signal(signal.SIGINT, before)

    def _clean_up(self) -> None:
        mine = ("--filter", f"label={LABEL}={self.session}")
        for name in self.try_call("ps", "--all", "--quiet", *mine).split():
            self.remove(name)
        for image in set(self.try_call("image", "ls", "--quiet", *mine).split()):
            self.try_call("image", "rm", "--force", image)
        for name in self.aliases:
            self.try_call("image", "rm", name)
        cache = ("--filter", f"description~={self.session}")
        self.try_call("builder", "prune", "--force", *cache)
