"""The metrics, how their numbers are written, and when one number beats another."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from .results import IMGEN, Measured, Variant

NONE = "\N{EN DASH}"


def _megabytes(value: float) -> str:
    return f"{value / 1e6:.0f} MB" if value >= 1e8 else f"{value / 1e6:.1f} MB"


def _seconds(value: float) -> str:
    return f"{value:.1f} s" if value >= 1 else f"{value:.2f} s"


def _count(value: float) -> str:
    return f"{value:.0f}"


@dataclass(frozen=True)
class Metric:
    """A number of a variant, less being better.

    `least` and `share` say how much less another number must be to count as better: an absolute
    difference in the metric's own unit, and a part of imgen's number.
    """

    name: str
    heading: str
    written: Callable[[float], str]
    least: float
    share: float
    ratio: bool = True

    def beats(self, other: float, own: float) -> bool:
        """Whether another variant's number is better than imgen's."""
        return own - other > max(self.least, self.share * own)


METRICS = (
    Metric("bytes", "size", _megabytes, 100_000, 0.0),
    Metric("cold", "cold build", _seconds, 0.1, 0.1),
    Metric("rebuild", "rebuild", _seconds, 0.1, 0.1),
    Metric("ready", "ready", _seconds, 0.05, 0.1),
    Metric("stop", "stop", _seconds, 0.05, 0.1),
    Metric("exit_code", "exit", _count, 0.5, 0.0, ratio=False),
    Metric("audit", "audit", _count, 0.5, 0.0, ratio=False),
    Metric("hadolint", "hadolint", _count, 0.5, 0.0, ratio=False),
)


def written(metric: Metric, variant: Variant) -> str:
    """The number of a variant, a dash where there is none."""
    value = variant.number(metric.name)
    return NONE if value is None else metric.written(value)


def ratio(metric: Metric, variant: Variant, app: Measured) -> float | None:
    """How many times imgen's number a variant's number is."""
    own = app.variant(IMGEN)
    value, base = variant.number(metric.name), own and own.number(metric.name)
    return None if value is None or not base or not metric.ratio else value / base


def beaten(app: Measured) -> Iterator[tuple[Metric, Variant]]:
    """Where another variant that builds and runs has a better number than imgen's."""
    own = app.variant(IMGEN)
    for metric in METRICS if own else ():
        mine = own.number(metric.name) if own else None
        for variant in app.shown():
            value = variant.number(metric.name)
            if variant is own or not variant.runs or value is None or mine is None:
                continue
            if metric.beats(value, mine):
                yield metric, variant
