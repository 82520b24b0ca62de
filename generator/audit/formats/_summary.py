"""The last line of an audit: how much was found, and where."""

from collections.abc import Sequence

from generator.findings import Finding, Severity
from generator.table import count


def summary(findings: Sequence[Finding], checked: Sequence[str]) -> str:
    """`3 findings in 2 files: 1 error, 2 warnings`, or `no findings in 2 files`."""
    if not findings:
        return f"no findings in {count(len(set(checked)), 'file')}" if checked else "no findings"
    files = len({found.path for found in findings})
    parts = [
        count(number, severity.value)
        for severity in Severity
        if (number := sum(found.severity is severity for found in findings))
    ]
    return f"{count(len(findings), 'finding')} in {count(files, 'file')}: {', '.join(parts)}"


def origin(finding: Finding) -> str:
    """The other tool that saw it, with its code (`hadolint DL3006`); empty for imgen's own."""
    return "" if finding.tool == "imgen" else f"{finding.tool} {finding.rule}".strip()
