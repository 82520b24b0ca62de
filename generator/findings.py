"""What an audit finds: one fault in one line, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is to leave a practice out, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def is_at_least(self, other: "Severity") -> bool:
        """Whether it is as bad as another, or worse."""
        return self.rank <= other.rank


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What a check of one practice yields.

    `path` is relative to the build context or as given on the command line, `line` counts from 1.
    `instead` is the line to write, empty where no single line mends it. `severity` is that of the
    practice unless this fault is milder or worse.
    """

    path: str
    line: int
    what: str
    instead: str = ""
    severity: Severity | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A fault as it is told: with its practice, and the tool that saw it.

    `rule` is the tool's own code (`DL3006`, `SC2086`, `JSONArgsRecommended`), empty for imgen's.
    """

    practice: str
    title: str
    severity: Severity
    path: str
    line: int
    what: str
    why: str
    instead: str = ""
    tool: str = "imgen"
    rule: str = ""
