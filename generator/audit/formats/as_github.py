"""Findings as workflow commands, which GitHub Actions shows beside the lines of a change."""

from collections.abc import Sequence

from generator.audit.formats._summary import origin
from generator.findings import Finding, Severity
from generator.table import prose, visible

_COMMAND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(findings: Sequence[Finding], notes: Sequence[str]) -> str:
    """One command a line and nothing else; a note is a notice without a place."""
    return "\n".join(
        [
            *map(_annotation, findings),
            *(f"::notice title=imgen::{_message(prose(note))}" for note in notes),
        ]
    )


def _annotation(found: Finding) -> str:
    by = origin(found)
    lines = [prose(found.what), prose(found.why), *_instead(found.instead)]
    title = f"{found.practice} {found.title}" + (f" ({by})" if by else "")
    properties = {
        "file": visible(found.path),
        "line": str(max(1, found.line)),
        "title": prose(title),
    }
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = _message("\n".join(line for line in lines if line))
    return f"::{_COMMAND[found.severity]} {written}::{message}"


def _instead(text: str) -> list[str]:
    lines = [visible(line) for line in text.splitlines() if line.strip()]
    return [f"write: {lines[0]}", *lines[1:]] if lines else []


def _message(text: str) -> str:
    # The percent sign first, or the others would be escaped twice.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
