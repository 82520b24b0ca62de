"""A container: its processes, its health, its answers and its end."""

import json
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from .waiting import PATIENCE, wait_for
from .web import Reply, request

if TYPE_CHECKING:
    from .engine import Completed, Engine


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
    """How a container ended after `docker stop`."""

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
        with suppress(AssertionError):
            self.engine.volumes |= {
                mount["Name"] for mount in self._inspect()["Mounts"] if mount["Type"] == "volume"
            }
        self.engine.call("rm", "--force", "--volumes", self.name, check=False)

    def _inspect(self) -> Any:
        return json.loads(self.engine.call("container", "inspect", self.name).stdout)[0]

    def logs(self) -> str:
        """All that it wrote so far, both streams."""
        done = self.engine.call("logs", self.name)
        return done.stdout + done.stderr

    def processes(self) -> list[Process]:
        """Every process in it."""
        done = self.engine.call("top", self.name, "-eo", "pid,ppid,uid,args")
        rows = [line.split(maxsplit=3) for line in done.stdout.splitlines()[1:]]
        return [Process(int(pid), int(ppid), int(uid), args) for pid, ppid, uid, args in rows]

    def first_process(self) -> Process:
        """The one that is PID 1 inside."""
        pid = self._inspect()["State"]["Pid"]
        return next(process for process in self.processes() if process.pid == pid)

    def exec(self, *command: str, check: bool = True) -> "Completed":
        """Run a command in it, as the image's user."""
        return self.engine.call("exec", self.name, *command, check=check)

    def disk(self) -> bytes:
        """Its file system as a tar archive, volumes and tmpfs left out."""
        return subprocess.run(
            ["docker", "export", self.name], capture_output=True, check=True, timeout=60
        ).stdout

    def health(self) -> str:
        """What the engine thinks of it: starting, healthy or unhealthy."""
        self._assert_running()
        return str(self._inspect()["State"].get("Health", {}).get("Status", "none"))

    def _assert_running(self) -> None:
        state = self._inspect()["State"]
        assert state["Running"], f"ended with {state['ExitCode']}:\n{self.logs()}"

    def address(self, port: int) -> tuple[str, int]:
        """Where a published port is reached."""
        self._assert_running()
        (binding, *_) = self._inspect()["NetworkSettings"]["Ports"][f"{port}/tcp"]
        return binding["HostIp"], int(binding["HostPort"])

    def wait_until_healthy(self) -> None:
        """Wait for the engine's own verdict."""
        wait_for("healthy", lambda: self.health() == "healthy")

    def get(self, port: int, path: str = "/", **headers: str) -> Reply:
        """Ask for a path as soon as the program listens."""
        address = self.address(port)

        def look() -> Reply | None:
            try:
                return request(address, path, headers=headers)
            except OSError:
                self._assert_running()
                raise

        reply = wait_for(f"an answer at {path}", look)
        assert reply is not None
        return reply

    def stop(self, *, patience: float = PATIENCE) -> Stop:
        """Stop it as `docker stop` does by default, and see how it took that."""
        start = time.monotonic()
        self.engine.call("stop", self.name, timeout=patience)
        seconds = time.monotonic() - start
        return Stop(seconds, int(self._inspect()["State"]["ExitCode"]))
