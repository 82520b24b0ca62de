"""Findings for a person at a terminal, also a narrow one, or reading a log."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from generator.audit.formats._summary import origin, summary
from generator.findings import Finding, Severity
from generator.table import columns, pad, paint, prose, visible, wrap

_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_SEVERITY = max(len(severity) for severity in Severity)


def render(
    findings: Sequence[Finding],
    checked: Sequence[str],
    notes: Sequence[str],
    *,
    colour: bool,
    width: int,
) -> str:
    """The findings of each file, then the notes, then one line of summary.

    Why a practice matters is told once, at its first finding.
    """
    number = max((len(str(found.line)) for found in findings), default=1)
    practice = max((columns(visible(found.practice)) for found in findings), default=0)
    first = {(found.practice, found.why): found for found in reversed(findings)}
    blocks = [
        [
            paint(visible(path), "bold", colour=colour),
            "\n\n".join(
                "\n".join(
                    _finding(
                        found
                        if first[found.practice, found.why] is found
                        else replace(found, why=""),
                        number,
                        practice,
                        colour=colour,
                        width=width,
                    )
                )
                for found in group
            ),
        ]
        for path, group in groupby(findings, key=lambda found: found.path)
    ]
    if notes:
        blocks.append([line for note in notes for line in wrap(note, width, "note: ")])
    worst = min((found.severity for found in findings), key=lambda each: each.rank, default=None)
    tone = _STYLE[worst] if worst else "green"
    blocks.append(
        [paint(line, tone, colour=colour) for line in wrap(summary(findings, checked), width)]
    )
    return "\n\n".join("\n".join(block) for block in blocks)


def _finding(found: Finding, number: int, practice: int, *, colour: bool, width: int) -> list[str]:
    line = str(found.line).rjust(number)
    severity = found.severity.ljust(_SEVERITY)
    identity = pad(visible(found.practice), practice)
    head = f"  {line}  {severity}  {identity}  "
    seen = prose(found.what) + (f" ({prose(by)})" if (by := origin(found)) else "")
    first, *others = wrap(seen, width, head, " " * columns(head))
    tone = _STYLE[found.severity]
    rest = first[len(head) :]
    head = (
        f"  {line}  {paint(severity, tone, colour=colour)}"
        f"  {paint(identity, 'bold', colour=colour)}  "
    )
    indent = " " * (number + 4)
    lines = [(head + rest), *others]
    if found.why.strip():
        lines += [
            paint(kept, "dim", colour=colour) for kept in wrap(found.why, width, indent, indent)
        ]
    if found.instead.strip():
        lines += _instead(found.instead, indent, colour=colour, width=width)
    return lines


def _instead(text: str, indent: str, *, colour: bool, width: int) -> list[str]:
    """The line to write, its own line ends and leading blanks kept, so that it can be copied."""
    label = f"{indent}write: "
    plain: list[str] = []
    for line in filter(str.strip, text.splitlines()):
        blanks = len(line) - len(line.lstrip(" "))
        start = (label if not plain else " " * len(label)) + " " * blanks
        plain += wrap(line, width, start, " " * (columns(start) + 4))
    return [
        kept[: len(label)] + paint(kept[len(label) :], "green", colour=colour) for kept in plain
    ]
