"""What `imgen explain` prints: plain lines of at most the given width, coloured if wanted."""

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence

import click

from generator.explain import Block, Line, Reason, sources_of
from generator.practices._model import Practice

Style = Callable[[str], str]
_MARGIN = 6


def file_text(
    found: Sequence[Block],
    *,
    width: int,
    colour: bool,
    places: Mapping[str, int],
    spec: str = "imgen.yaml",
) -> str:
    """Blocks of a file, each line with its number, and below it why it is there."""
    return "\n".join(
        text
        for block in found
        for line in block.lines
        for text in _line(line, width=width, colour=colour, places=places, spec=spec)
    )


def _line(
    line: Line, *, width: int, colour: bool, places: Mapping[str, int], spec: str
) -> Iterator[str]:
    number = _styled(f"{line.number:>4}  ", colour=colour, dim=True)
    yield f"{number}{line.text}".rstrip() if line.text else number.rstrip()
    indent = " " * (_MARGIN + len(line.text) - len(line.text.lstrip()) + 2)
    for reason in line.reasons:
        yield from _reason(reason, indent, width, colour, sources_of(reason.fields, places, spec))


def _reason(reason: Reason, indent: str, width: int, colour: bool, came: str) -> Iterator[str]:  # noqa: FBT001
    lead = f"{indent}^ {reason.practice.id}  "
    told = f"{reason.why} From {came}." if came else reason.why
    filled = textwrap.wrap(
        told,
        width=max(width, len(lead) + 20),
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for text in filled:
        yield _styled(text, colour=colour, fg="cyan")


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
