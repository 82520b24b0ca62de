"""What a check is, and how it ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from generator.findings import Severity
from generator.verify.bench import Bench
from generator.verify.result import Status


@dataclass(frozen=True)
class Outcome:
    """How a check ended and what was observed, in one line."""

    status: Status
    evidence: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """One claim about an image or a container: what proves it, and of which practice.

    `run` may raise an EngineError, which counts as failed with its text as evidence.
    """

    name: str
    practice: str
    title: str
    run: Callable[[Bench], Outcome]
    severity: Severity = Severity.ERROR


def passed(evidence: str) -> Outcome:
    """It is as it should be."""
    return Outcome(Status.PASSED, evidence)


def failed(evidence: str) -> Outcome:
    """It is not."""
    return Outcome(Status.FAILED, evidence)


def skipped(reason: str) -> Outcome:
    """It does not apply here, or cannot be told."""
    return Outcome(Status.SKIPPED, reason)


def verdict(faults: Sequence[str], otherwise: str) -> Outcome:
    """Failed with the faults, or passed with what was seen instead."""
    return failed(listed(faults)) if faults else passed(otherwise)


def listed(words: Sequence[str], most: int = 5) -> str:
    """Some words in a row, the rest as a number."""
    shown = ", ".join(words[:most])
    return f"{shown} and {len(words) - most} more" if len(words) > most else shown
