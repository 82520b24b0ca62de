"""What the terminal tells at the end: the base images used, and sizes and times side by side.

Both travel as properties of test reports, which also come through pytest-xdist.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from generator.verify.container import Stop

BASE = "engine base image"
ENGINE = "engine"
ROW = "engine comparison"


@dataclass(frozen=True)
class Observed:
    """A container as it was after its start, and how it ended."""

    roots: list[str]
    first_process_faults: list[str]
    first_process: str
    uids: tuple[int, ...]
    stop: Stop


@dataclass(frozen=True)
class Row:
    """How one of two images of the same app fares."""

    kind: str
    size: int
    above_base: int
    rebuild_seconds: float
    seen: Observed

    def property(self) -> dict[str, Any]:
        """The row as plain values."""
        return asdict(self)


def engines(properties: Iterable[tuple[str, Any]]) -> list[str]:
    """One line for each engine that was used."""
    return sorted({str(value) for name, value in properties if name == ENGINE})


def stand_ins(properties: Iterable[tuple[str, Any]]) -> list[str]:
    """One line for each base image: a stand-in and what it is made from, or the real one."""
    used = sorted({tuple(value) for name, value in properties if name == BASE})
    width = max((len(reference) for reference, _ in used), default=0)
    return [
        f"{reference:<{width}}  {f'STAND-IN, {source}' if source else 'real image'}"
        for reference, source in used
    ]


def table(properties: Iterable[tuple[str, Any]]) -> list[str]:
    """The comparison, sizes in megabytes of a million bytes, times in seconds."""
    rows = {(value["example"], value["kind"]): value for name, value in properties if name == ROW}
    if not rows:
        return []
    lines = [_line(*_HEADINGS)]
    for (example, kind), row in sorted(rows.items()):
        seen, stop = row["seen"], row["seen"]["stop"]
        ratio = row["size"] / rows[example, "naive"]["size"]
        megabytes = [f"{row[key] / 1e6:.1f}" for key in ("size", "above_base")]
        seconds = [f"{value:.1f}" for value in (row["rebuild_seconds"], stop["seconds"])]
        uids = ",".join(str(uid) for uid in seen["uids"])
        last = (str(stop["exit_code"]), uids, seen["first_process"])
        lines.append(_line(example, kind, *megabytes, f"{ratio:.2f}", *seconds, *last))
    return lines


_HEADINGS = ("example", "image", "MB", "own MB", "ratio", "rebuild", "stop", "exit", "uid", "PID 1")
_WIDTHS = (-14, -11, 6, 8, 7, 9, 6, 6, 7, 0)


def _line(*cells: str) -> str:
    """Cells in columns, a negative width to the left."""
    return "".join(
        f"{cell:<{-width}}" if width < 0 else f"{cell:>{width}}" if width else f"  {cell}"
        for cell, width in zip(cells, _WIDTHS, strict=True)
    )
