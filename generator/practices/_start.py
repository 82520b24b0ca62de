"""What an image starts: ENTRYPOINT, CMD and the scripts that they run."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command, Word
from generator.audit.sources import INITS, Script, Sources
from generator.findings import Fault

SHELLS = frozenset(["ash", "bash", "dash", "ksh", "sh", "zsh"])
_WINDOWS_SHELLS = ("cmd", "powershell", "pwsh")


@dataclass(frozen=True, kw_only=True)
class Start:
    """Commands that run at the start, and where they stand: an instruction or a script."""

    path: str
    commands: tuple[Command, ...]
    instruction: Instruction | None = None
    script: Script | None = None

    def top(self) -> list[Command]:
        """The commands outside of `if`, loops and functions."""
        return [command for command in self.commands if not command.nested]

    def fault(self, word: Command | Word, what: str, instead: str = "") -> Fault:
        """Make a fault of a command or word."""
        return Fault(path=self.path, line=word.line, what=what, instead=instead)


def starts(sources: Sources) -> Iterator[Start]:
    """Yield ENTRYPOINT, CMD and the scripts, in the order in which they run."""
    path = sources.dockerfile.path
    for found in sources.final.starts():
        yield Start(path=path, commands=found.commands, instruction=found)
    for script in sources.scripts:
        yield Start(path=script.path, commands=script.commands, script=script)


def has_init(sources: Sources) -> bool:
    """Whether a small init such as tini is the first process, or a script becomes one."""
    words = [word for start in starts(sources) for one in start.commands for word in one.words[:4]]
    return any(word.rsplit("/", 1)[-1] in INITS | {"docker-init"} for word in words)


def is_windows(sources: Sources) -> bool:
    """Whether the image is one of Windows, where other rules hold."""
    shell = sources.final.last("SHELL")
    words = shell.words if shell else ()
    name = words[0].lower().replace("\\", "/").rsplit("/", 1)[-1] if words else ""
    base = sources.final.root.lower()
    return name.startswith(_WINDOWS_SHELLS) or any(
        part in base for part in ("windows", "nanoserver")
    )


def run_words(command: Command) -> Sequence[Word]:
    """The words from the program on, an init and its options left out."""
    words = command.arguments()
    while words and words[0].rsplit("/", 1)[-1] in INITS:
        words = words[1:]
        while words and words[0].startswith("-"):
            words = words[1:]
    return words
