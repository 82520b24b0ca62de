"""Every check of `imgen verify`, in the order in which they run."""

from generator.verify.checks import (
    building,
    configuration,
    contents,
    processes,
    secrets,
    start,
    workers,
    writing,
)
from generator.verify.checks._model import Check, Outcome

__all__ = ["BUILDS", "CHECKS", "Check", "Outcome", "names"]

BUILDS = building.BUILDS
CHECKS: tuple[Check, ...] = (
    BUILDS,
    *start.CHECKS,
    *processes.CHECKS,
    *secrets.CHECKS,
    *contents.CHECKS,
    *configuration.CHECKS,
    *writing.CHECKS,
    *workers.CHECKS,
    *building.CHECKS,
    start.HEALTHY,
    contents.SIZE,
)


def names() -> list[str]:
    """The names of all checks, in their order."""
    return [check.name for check in CHECKS]
