"""Findings that a person has silenced: `# imgen: ignore=S2.12 the data is a cache`.

The comment stands on the line before. A reason is required, without one nothing is silenced.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from generator.audit.dockerfile import Dockerfile
from generator.findings import Finding

_IDS = re.compile(r"[A-Za-z][A-Za-z0-9.]*(?:\s*,\s*[A-Za-z][A-Za-z0-9.]*)*")


@dataclass(frozen=True, kw_only=True)
class Silence:
    """One such comment: what it names, why, where it stands, and the lines it speaks for."""

    ids: frozenset[str]
    reason: str
    line: int
    lines: range


def silences(text: str, dockerfile: Dockerfile | None = None) -> list[Silence]:
    """The comments of a file; of a Dockerfile one before an instruction speaks for all of it."""
    return list(_silences(text.splitlines(), dockerfile))


def _silences(lines: Sequence[str], dockerfile: Dockerfile | None) -> Iterator[Silence]:
    for number, line in enumerate(lines, 1):
        head, sign, rest = line.partition("imgen:")
        if not sign or head.strip() != "#" or not rest.strip().startswith("ignore="):
            continue
        match = _IDS.match(given := rest.strip().removeprefix("ignore=").strip())
        if not match:
            continue
        target = next(
            (n for n in range(number, len(lines)) if not lines[n].lstrip().startswith("#")),
            len(lines),
        )
        yield Silence(
            ids=frozenset(part.strip().upper() for part in match[0].split(",")),
            reason=given[match.end() :].strip(),
            line=number,
            lines=_speaks_for(target + 1, dockerfile),
        )


def _speaks_for(line: int, dockerfile: Dockerfile | None) -> range:
    for found in dockerfile.instructions if dockerfile else ():
        if found.line == line:
            return range(found.line, found.end + 1)
    return range(line, line + 1)


def without_silenced(
    findings: Iterable[Finding], comments: dict[str, list[Silence]]
) -> Iterator[Finding]:
    """Yield what nobody silenced; a comment without a reason is told beside its finding."""
    for finding in findings:
        named = {finding.practice.upper(), finding.rule.upper()}
        near = [
            one
            for one in comments.get(finding.path, ())
            if finding.line in one.lines and one.ids & named
        ]
        if any(one.reason for one in near):
            continue
        if near:
            told = f"{finding.what} (the ignore comment in line {near[0].line} gives no reason)"
            yield replace(finding, what=told)
        else:
            yield finding
