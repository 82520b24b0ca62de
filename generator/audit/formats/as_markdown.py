"""Findings as Markdown, for the summary of a job or a comment on a change."""

from collections.abc import Sequence
from itertools import groupby

from generator.audit.formats._summary import origin, summary
from generator.findings import Finding
from generator.table import markdown_cell, markdown_code


def render(findings: Sequence[Finding], checked: Sequence[str], notes: Sequence[str]) -> str:
    """The summary, a table for each file, and the notes."""
    blocks = [f"**imgen audit**: {summary(findings, checked)}"]
    for path, group in groupby(findings, key=lambda found: found.path):
        rows = [
            "| Line | Severity | Practice | What | Why | Write |",
            "| ---: | --- | --- | --- | --- | --- |",
            *map(_row, group),
        ]
        blocks += [markdown_code(path) or "<code>?</code>", "\n".join(rows)]
    if notes:
        blocks.append("\n".join(f"- {markdown_cell(note)}" for note in notes))
    return "\n\n".join(blocks)


def _row(found: Finding) -> str:
    seen = found.what + (f" ({by})" if (by := origin(found)) else "")
    cells = (
        str(found.line),
        found.severity.value,
        markdown_cell(found.practice),
        markdown_cell(seen),
        markdown_cell(found.why),
        markdown_code(found.instead),
    )
    return f"| {' | '.join(cells)} |"
