"""How an audit tells what it found: five formats, one small module each."""

from collections.abc import Sequence

from generator.findings import Finding
from generator.practices._model import Practice

NAMES = ("text", "json", "sarif", "github", "markdown")


def render(  # noqa: PLR0913 - as many as a command has options
    findings: Sequence[Finding],
    fmt: str,
    *,
    colour: bool = False,
    width: int = 80,
    practices: Sequence[Practice] = (),
    checked: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> str:
    """What to print for an audit, without a last line end; empty where there is nothing to say.

    Args:
        findings: what was found, in any order; a path is relative to the working directory.
        fmt: one of `NAMES`.
        colour: whether the text has colours. The other formats have none.
        width: columns that the text may take.
        practices: the catalogue, the rules of SARIF.
        checked: paths of the files that were looked at, also those without a finding.
        notes: what else a reader must know, such as a tool that could not run.

    Raises:
        ValueError: for another format.
    """
    ordered = sorted(
        findings,
        key=lambda found: (
            found.path,
            found.line,
            found.severity.rank,
            found.practice,
            found.tool,
            found.rule,
            found.what,
        ),
    )
    match fmt:
        case "text":
            from generator.audit.formats import as_text

            return as_text.render(ordered, checked, notes, colour=colour, width=width)
        case "json":
            from generator.audit.formats import as_json

            return as_json.render(ordered, checked, notes)
        case "sarif":
            from generator.audit.formats import as_sarif

            return as_sarif.render(ordered, practices, notes)
        case "github":
            from generator.audit.formats import as_github

            return as_github.render(ordered, notes)
        case "markdown":
            from generator.audit.formats import as_markdown

            return as_markdown.render(ordered, checked, notes)
        case _:
            raise ValueError(f"format: must be one of {', '.join(NAMES)}, not {fmt!r}")
