"""A container: its processes, its health, its answers and its end."""

import json
import re
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Self

from generator.verify.errors import CommandError, EndedError, EngineError
from generator.verify.waiting import PATIENCE, wait_for
from generator.verify.web import Reply, request

if TYPE_CHECKING:
    from generator.verify.engine import Completed, Engine


_RESTART_SECONDS = "3"  # for one that does not stop by itself, which another check tells
_STATES = 'for f in /proc/[0-9]*/stat; do read -r line <"$f" && echo "$line"; done 2>/dev/null'
# Addresses are hexadecimal, each four bytes of them turned round; 0A is the state LISTEN.
_LISTENS = re.compile(r"(?m)^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:0000 0A ")
_LOOPBACK = re.compile(r"[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F")
_ZOMBIE = re.compile(r"(?m)^\d+ \(.*\) Z ")


@dataclass(frozen=True)
class Process:
    """A process of a container, by the numbers of the host."""

    pid: int
    ppid: int
    uid: int
    args: str

    def words(self) -> list[str]:
        """The command line's words, without the folders of paths."""
        return [word.rsplit("/", 1)[-1] for word in self.args.split()]


@dataclass(frozen=True)
class Stop:
    """How a container ended after it was asked to."""

    seconds: float
    exit_code: int


class Container:
    """A container that was started; leaving its context removes it and its volumes."""

    def __init__(self, engine: "Engine", name: str) -> None:
        self.engine = engine
        self.name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove it, running or not."""
        with suppress(EngineError):
            self.engine.volumes |= {
                mount["Name"] for mount in self._inspect()["Mounts"] if mount["Type"] == "volume"
            }
        words = ("rm", "--force", "--volumes", *self.engine.dialect.remove)
        self.engine.call(*words, self.name, check=False)

    def _inspect(self) -> Any:
        return json.loads(self.engine.call("container", "inspect", self.name).stdout)[0]

    def logs(self) -> str:
        """All that it wrote so far, both streams."""
        done = self.engine.call("logs", self.name)
        return done.stdout + done.stderr

    def processes(self) -> list[Process]:
        """Every process in it."""
        words = self.engine.dialect.processes
        done = self.engine.call("top", self.name, *words)
        rows = [line.split(maxsplit=3) for line in done.stdout.splitlines()[1:]]
        # A title may hold line ends; what follows them is no process.
        return [
            Process(int(row[0]), int(row[1]), int(row[2]), row[3])
            for row in rows
            if len(row) == 4 and all(text.isdecimal() for text in row[:3])
        ]

    def first_process(self) -> Process:
        """The one that is PID 1 inside.

        Raises:
            EndedError: if there is none any more.
        """
        self.must_run()
        pid = 1 if self.engine.dialect.own_numbers else self._inspect()["State"]["Pid"]
        for process in self.processes():
            if process.pid == pid:
                return process
        self.must_run()
        raise CommandError(f"top {self.name}", "PID 1 is not among the processes")

    def exec(self, *command: str, check: bool = True) -> "Completed":
        """Run a command in it, as the image's user."""
        return self.engine.call("exec", self.name, *command, check=check)

    def has_shell(self) -> bool:
        """Whether commands of a shell can be run in it."""
        return self.exec("sh", "-c", ":", check=False).returncode == 0

    def zombies(self) -> int:
        """The processes in it that have ended and whose parent has not asked how.

        Engines do not list them, so a shell in the container looks.
        """
        told = self.exec("sh", "-c", _STATES, check=False).stdout
        if not re.search(r"(?m)^1 \(", told):
            self.must_run()
            raise EngineError("the states of its processes cannot be read")
        return len(_ZOMBIE.findall(told))

    def changes(self) -> list[str]:
        """What differs from the image on its own disk: `A /path`, `C /path`, `D /path`."""
        lines = self.engine.call("diff", self.name).stdout.splitlines()
        workdir = self._inspect()["Config"].get("WorkingDir") or "/"
        own = {line.format(workdir=workdir) for line in self.engine.dialect.changes}
        return [line for line in lines if line not in own]

    def disk(self) -> bytes:
        """Its file system as a tar archive, volumes and tmpfs left out."""
        return subprocess.run(  # noqa: S603 - the engine's own command
            [self.engine.dialect.program, "export", self.name],
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout

    def health(self) -> str:
        """What the engine thinks of it: starting, healthy, unhealthy, or none."""
        self.must_run()
        if not self.engine.dialect.runs_probes:
            self.engine.call("healthcheck", "run", self.name, check=False)
        return str(self._health().get("Status") or "none")

    def _health(self) -> Any:
        state = self._inspect()["State"]
        # Podman's name for it was another once.
        return state.get("Health") or state.get("Healthcheck") or {}

    def probe_output(self) -> str:
        """What the last run of its health check wrote."""
        log = self._health().get("Log") or [{}]
        return str(log[-1].get("Output", "")).strip()

    def listeners(self) -> dict[int, bool]:
        """The TCP ports on which something in it listens, and whether others can reach them.

        Empty where this cannot be told, as in an image without `cat`.
        """
        told = self.exec("cat", "/proc/net/tcp", "/proc/net/tcp6", check=False).stdout
        found: dict[int, bool] = {}
        for address, port in _LISTENS.findall(told):
            number = int(port, 16)
            found[number] = found.get(number, False) or not _LOOPBACK.fullmatch(address)
        return found

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return bool(self._inspect()["State"]["Running"])

    def exit_code(self) -> int:
        """How it ended."""
        return int(self._inspect()["State"]["ExitCode"])

    def was_out_of_memory(self) -> bool:
        """Whether the kernel ended it for want of memory."""
        return bool(self._inspect()["State"].get("OOMKilled"))

    def must_run(self) -> None:
        """Make sure that it has not ended.

        Raises:
            EndedError: with its exit code and its log.
        """
        state = self._inspect()["State"]
        if not state["Running"]:
            logs = self.logs()
            if state.get("OOMKilled"):
                logs += "\nthe kernel ended it: it needs more memory than its limit"
            raise EndedError(int(state["ExitCode"]), logs)

    def address(self, port: int) -> tuple[str, int]:
        """Where a published port is reached."""
        self.must_run()
        bindings = self._inspect()["NetworkSettings"]["Ports"].get(f"{port}/tcp")
        if not bindings:
            self.must_run()
            raise EngineError(f"port {port} is not published")
        binding = bindings[0]
        return binding["HostIp"] or "127.0.0.1", int(binding["HostPort"])

    def wait_until_healthy(self) -> None:
        """Wait for the engine's own verdict."""
        wait_for("healthy", lambda: self.health() == "healthy", patience=self.engine.patience)

    def get(self, port: int, path: str = "/", **headers: str) -> Reply:
        """Ask for a path as soon as the program listens.

        Raises:
            EndedError: if it ends first.
            PatienceError: if it does not answer in time.
            http.client.HTTPException: if it accepts connections but does not speak HTTP.
        """
        address = self.address(port)

        def look() -> Reply | None:
            try:
                return request(address, path, headers=headers)
            except (OSError, HTTPException):
                self.must_run()
                raise

        what = f"an answer at {path} on port {port}"
        reply = wait_for(what, look, patience=self.engine.patience)
        if reply is None:  # not reached: wait_for gives what is true
            raise EngineError("no answer")
        return reply

    def stop(self, *, patience: float = PATIENCE, grace: int | None = None) -> Stop:
        """Stop it as `docker stop` does, and see how it took that; `grace` in seconds."""
        options = ("--time", str(grace)) if grace is not None else ()
        start = time.monotonic()
        self.engine.call("stop", *options, self.name, timeout=patience + (grace or 10))
        seconds = time.monotonic() - start
        return Stop(seconds, self.exit_code())

    def limit_cpus(self, cpus: str) -> None:
        """Change its CPU limit and restart it, as a changed deployment would."""
        self.engine.call("update", "--cpus", cpus, self.name)
        self.engine.call("restart", "--time", _RESTART_SECONDS, self.name)
