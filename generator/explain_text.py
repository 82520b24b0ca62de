"""What `imgen explain` prints: plain lines of at most the given width, coloured if wanted."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import click

from generator.explain import Block, Line, Reason
from generator.practices._model import Practice

_MARGIN = 6


@dataclass(frozen=True, kw_only=True)
class Spec:
    """The spec beside a file: its name, the line of each field it sets, and what it could set."""

    name: str = "imgen.yaml"
    places: Mapping[str, int] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def origin(self, fields: Sequence[str]) -> str:
        """Where it says so, or which field could."""
        given = [
            f"{name}, {self.name}:{self.places[name]}" for name in fields if name in self.places
        ]
        unset = [name for name in fields if not self.known or name.partition(".")[0] in self.known]
        return "; ".join(given) or ", ".join(unset)


def file_text(found: Sequence[Block], *, width: int, colour: bool, spec: Spec) -> str:
    """Blocks of a file, each line with its number, and below it why it is there.

    A reason is told once; where it holds again, only its practice is named.
    """
    told: set[str] = set()
    return "\n".join(
        text
        for block in found
        for line in block.lines
        for text in _line(line, told, width=width, colour=colour, spec=spec)
    )


def _line(line: Line, told: set[str], *, width: int, colour: bool, spec: Spec) -> Iterator[str]:
    number = _styled(f"{line.number:>4}  ", colour=colour, dim=True)
    yield f"{number}{line.text}" if line.text else number.rstrip()
    indent = " " * (_MARGIN + len(line.text) - len(line.text.lstrip()) + 2)
    again = [reason.practice.id for reason in line.reasons if reason.why in told]
    texts = [
        (reason.practice.id, _told(reason, spec))
        for reason in line.reasons
        if reason.why not in told
    ]
    told.update(reason.why for reason in line.reasons)
    if again:
        texts.append((", ".join(dict.fromkeys(again)), "as above"))
    for name, text in texts:
        lead = f"{indent}^ {name}  "
        for row in textwrap.wrap(
            text,
            width=max(width, len(lead) + 20),
            initial_indent=lead,
            subsequent_indent=" " * len(lead),
            break_long_words=False,
            break_on_hyphens=False,
        ):
            yield _styled(row, colour=colour, fg="cyan")


def _told(reason: Reason, spec: Spec) -> str:
    origin = spec.origin(reason.fields)
    return f"{reason.why} [{origin}]" if origin else reason.why


def _styled(text: str, *, colour: bool, **style: bool | str) -> str:
    return click.style(text, **style) if colour else text  # type: ignore[arg-type]


def practice_text(practice: Practice, *, width: int, colour: bool) -> str:
    """One practice in full: why, how it is kept and proven, and an example wrong and right."""
    return "\n".join(_practice(practice, width, colour=colour))


def _practice(practice: Practice, width: int, *, colour: bool) -> Iterator[str]:
    yield _styled(f"{practice.id}  {practice.title}", colour=colour, bold=True)
    yield ""
    yield from textwrap.wrap(practice.why, width=width)
    yield ""
    rows = [
        ("severity", practice.severity.value),
        ("checked", practice.checked or f"not by a machine: {practice.unchecked}"),
        ("linters", ", ".join(practice.codes)),
        ("proven", _proven(practice)),
        ("source", practice.source),
    ]
    for name, told in rows:
        if told:
            yield from textwrap.wrap(
                told,
                width=width,
                initial_indent=f"{name:<10}",
                subsequent_indent=" " * 10,
                break_long_words=False,
                break_on_hyphens=False,
            )
    for title, text in (("wrong", practice.example.wrong), ("right", practice.example.right)):
        yield ""
        fg = "red" if title == "wrong" else "green"
        yield _styled(f"{title} ({practice.example.file}):", colour=colour, fg=fg)
        yield from (f"    {line}".rstrip() for line in text.strip("\n").splitlines())


def _proven(practice: Practice) -> str:
    if practice.proofs:
        return f"imgen verify: {', '.join(practice.proofs)}"
    return f"not on a container: {practice.unproven}"


def catalogue_text(practices: Sequence[Practice], *, colour: bool) -> str:
    """A line for each practice."""
    width = max(len(practice.id) for practice in practices)
    return "\n".join(
        f"{_styled(f'{practice.id:<{width}}', colour=colour, bold=True)}  {practice.title}"
        for practice in practices
    )
