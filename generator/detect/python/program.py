"""A program found in the code, before it is described by fields of a spec."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.detect.model import Alternative, Evidence, Note


@dataclass(frozen=True, kw_only=True)
class Program:
    """One way to start what a project holds.

    `path` is the file that it starts from and `root` the folder its imports come from. A server
    loads `target` by `interface` (`asgi` or `wsgi`), or else `command` starts it, in which
    `{port}` stands for the port; `server` is the only server that can load it. `port` is the
    framework's usual one, 0 if it listens on none; `port_is_ours` says that the command tells it,
    `listens` that the code opens one of its own choice. `env` and `tmpfs` are what it needs to run
    in a read-only container. `all_files` says that it loads modules by names in its settings,
    `told` that the project's own command or settings name it. `missing` says why it cannot be
    started for production, or nothing.
    """

    kind: str
    score: int
    path: str
    root: str
    reason: str
    evidence: tuple[Evidence, ...]
    interface: str = ""
    target: str = ""
    server: str = ""
    command: tuple[str, ...] = ()
    port: int = 0
    port_is_ours: bool = True
    listens: bool = False
    health: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    tmpfs: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    additional: tuple[str, ...] = ()
    all_files: bool = False
    threads: int = 0
    alternatives: tuple[Alternative, ...] = ()
    told: bool = False
    missing: str = ""

    def starts_script(self) -> bool:
        """Whether Python is given a file to start, and not the name of a module."""
        return self.command[:1] == ("python",) and self.command[1:2] != ("-m",)
