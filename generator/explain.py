"""`imgen explain`: the lines of a generated file with the practices they carry, or one practice.

The catalogue's carriers say which line carries what; nothing is told here that is not there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.practices import every
from generator.practices._model import Carrier, Practice

_JOINED = ("&& ", "|| ")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a line is there: the practice, the spec fields it came from, and one line of why."""

    practice: Practice
    fields: tuple[str, ...]
    why: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a file, and what it carries."""

    number: int
    text: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, kw_only=True)
class Block:
    """An instruction of a Dockerfile with all its lines, or one line of another file."""

    lines: tuple[Line, ...]

    def holds(self, number: int) -> bool:
        """Whether a line is one of it."""
        return self.lines[0].number <= number <= self.lines[-1].number


def blocks(name: str, text: str) -> list[Block]:
    """What the lines of a file carry; `name` is the file's without its folder."""
    carriers = [
        (practice, carrier)
        for practice in every()
        for carrier in practice.carriers
        if carrier.file == name
    ]
    return list(_blocks(text.splitlines(), carriers))


def _blocks(lines: Sequence[str], carriers: Sequence[tuple[Practice, Carrier]]) -> Iterator[Block]:
    start = 0
    for number, text in enumerate(lines):
        is_comment = number > start and text.lstrip().startswith("#")
        if (text.rstrip().endswith("\\") or is_comment) and number + 1 < len(lines):
            continue
        group = lines[start : number + 1]
        told = [line for line in group if not line.lstrip().startswith("#")]
        folded = " ".join(part for line in told for part in line.removesuffix("\\").split())
        said: set[tuple[str, str]] = set()
        found = []
        for offset, line in enumerate(group):
            own = line.strip().removesuffix("\\").strip()
            heads = [own, *(own.removeprefix(joined) for joined in _JOINED)]
            if offset == 0:
                heads.append(folded)
            elif folded.startswith("HEALTHCHECK "):
                # Its CMD is no instruction, and starts nothing but the check.
                heads = [head for head in heads if not head.startswith("CMD ")]
            reasons = tuple(_reasons(heads, carriers, said))
            found.append(Line(number=start + offset + 1, text=line, reasons=reasons))
        yield Block(lines=tuple(found))
        start = number + 1


def _reasons(
    heads: Sequence[str],
    carriers: Sequence[tuple[Practice, Carrier]],
    said: set[tuple[str, str]],
) -> Iterator[Reason]:
    """Yield what a line carries, each reason once in its instruction."""
    for practice, carrier in carriers:
        key = (practice.id, carrier.why)
        if key not in said and any(head.startswith(carrier.starts) for head in heads):
            said.add(key)
            yield Reason(practice=practice, fields=carrier.fields, why=carrier.why)
