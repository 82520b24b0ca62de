"""What a verification tells: one result a check, and the image it was about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from generator.findings import Severity


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # does not apply here, or cannot be told; the evidence says why


@dataclass(frozen=True, kw_only=True)
class Result:
    """One check: what was expected and what was observed.

    `check` is its name (`stops`), `practice` the id it proves, `title` what it claims in a few
    words, `evidence` what was seen (`exit 0 after 0.3 s`), one line. `seconds` is how long it took.
    """

    check: str
    practice: str
    title: str
    status: Status
    evidence: str
    seconds: float
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer of the image above its base: the instruction that made it, and its bytes."""

    instruction: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Report:
    """A whole verification.

    `subject` is the Dockerfile's path as given, `engine` its name and version, `notes` what a
    reader must know, such as that a base image is a stand-in. Sizes in bytes, `seconds` in all.
    """

    subject: str
    image: str
    engine: str
    results: Sequence[Result]
    size: int = 0
    layers: Sequence[Layer] = ()
    notes: Sequence[str] = ()
    seconds: float = 0.0
    settings: Mapping[str, str] = field(default_factory=dict)

    def failures(self) -> list[Result]:
        """The checks that failed."""
        return [result for result in self.results if result.status is Status.FAILED]
