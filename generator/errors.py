"""What can go wrong through no fault of imgen, and the exit code of each."""

from collections.abc import Iterable
from dataclasses import dataclass

OK = 0
FAILED = 1
USAGE = 2
CONFLICT = 3
INTERRUPTED = 130


class ImgenError(Exception):
    """Something the user can mend. The command line shows the text, never a traceback."""

    exit_code = FAILED


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with a spec: where it stands and what to write instead.

    `field` is a dotted path (`server.gunicorn`), empty for the whole document. `line` and
    `column` count from 1; 0 means that the spec did not come from a file.
    """

    field: str
    text: str
    source: str = ""
    line: int = 0
    column: int = 0
    warning: bool = False

    def __str__(self) -> str:
        place = f"{self.source}:{self.line}:{self.column}: " if self.line else ""
        field = f"{_printable(self.field)}: " if self.field else ""
        return f"{place}{'warning: ' if self.warning else ''}{field}{self.text}"


def _printable(path: str) -> str:
    """A key may be any text: one that would move the cursor must not reach a terminal."""
    text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in path)
    return text if len(text) <= 200 else f"{text[:197]}..."


class SpecError(ImgenError):
    """A spec that does not describe an app; carries every problem found, in file order."""

    exit_code = USAGE

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(ImgenError):
    """A command line, an answer or a path that cannot be used."""

    exit_code = USAGE


class ConflictError(ImgenError):
    """Files of a person stand where generated ones would go; nothing was written."""

    exit_code = CONFLICT


class WriteError(ImgenError):
    """A target that cannot be written, or that lies outside the target folder."""
