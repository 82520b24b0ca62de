"""An audit: the rules of the catalogue and the tools, as findings by practice."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from generator import practices
from generator.audit import tools as linters
from generator.audit.ignored import IgnoreFile
from generator.audit.load import load
from generator.audit.remedies import remedy
from generator.audit.remedy_forms import LEAVE_OUT
from generator.audit.silenced import silences, without_silenced
from generator.audit.sources import GunicornConf, NginxConf, Script, Sources
from generator.audit.tools import ToolError, ToolFinding, ToolGoneError
from generator.findings import Finding, Severity
from generator.practices._final import is_windows
from generator.practices._model import Practice

FALLBACK = "B2"
"""The practice of whatever a tool says that belongs to no other."""


@dataclass
class Auditor:
    """Audits one Dockerfile after the other, and notes what could not be run.

    Args:
        tools: Whether hadolint and shellcheck are asked.
        engine: Whether the builder is asked for its own checks.
        today: The day on which base images are supported or have ended, the real one if not given.
    """

    tools: bool = True
    engine: bool = True
    today: date | None = None
    notes: list[str] = field(default_factory=list)
    _missing: set[str] = field(default_factory=set, init=False, repr=False)

    def audit(self, path: Path, root: Path | None = None, *, shown: str = "") -> list[Finding]:
        """The findings of one Dockerfile, in the order of its files and lines.

        Raises:
            UsageError: if it cannot be read, or a parser is not installed.
        """
        sources = load(path, root, shown=shown, today=self.today)
        found = _without_twins(sources, [*self._own(sources), *self._of_tools(sources)])
        comments = {
            sources.dockerfile.path: silences(sources.dockerfile.text, sources.dockerfile),
            **{
                other.path: silences(other.text)
                for other in _others(sources)
                if other.path != sources.dockerfile.path  # a here-document of it
            },
        }
        kept = without_silenced(found, comments)
        order = {name: number for number, name in enumerate(comments)}
        return sorted(kept, key=lambda one: (order.get(one.path, len(order)), one.path, one.line))

    def _own(self, sources: Sources) -> Iterator[Finding]:
        for practice in practices.every():
            for fault in practice.check(sources) if practice.check else ():
                yield Finding(
                    practice=practice.id,
                    title=practice.title,
                    severity=fault.severity or practice.severity,
                    path=fault.path,
                    line=fault.line,
                    what=fault.what,
                    why=practice.why,
                    instead=fault.instead or LEAVE_OUT,
                )

    def _of_tools(self, sources: Sources) -> Iterator[Finding]:
        asked: list[Callable[[], Iterable[ToolFinding]]] = []
        if self.tools:
            asked.append(lambda: linters.hadolint(sources))
            asked.append(lambda: linters.shellcheck(sources.scripts))
        if self.engine:
            asked.append(lambda: linters.build_checks(sources, self._missing))
        for ask in asked:
            try:
                yield from (
                    _as_finding(found, remedy(found, sources))
                    for found in ask()
                    if not _is_idle(found, sources)
                )
            except ToolError as error:
                if isinstance(error, ToolGoneError) and ask is asked[-1] and self.engine:
                    self.engine = False  # else each file waits for it again
                if str(error) not in self.notes:
                    self.notes.append(str(error))


def audit(
    path: Path, *, root: Path | None = None, tools: bool = True, today: date | None = None
) -> list[Finding]:
    """The findings of one Dockerfile, without asking an engine."""
    return Auditor(tools=tools, engine=False, today=today).audit(path, root)


def _others(sources: Sources) -> list[IgnoreFile | Script | NginxConf | GunicornConf]:
    extra = [sources.ignore] if sources.ignore else []
    return [*extra, *sources.scripts, *sources.nginx, *sources.gunicorn]


def _by_code() -> dict[str, Practice]:
    return {code: practice for practice in practices.every() for code in practice.codes}


def _is_idle(found: ToolFinding, sources: Sources) -> bool:
    """Whether a tool asks for what the image cannot have: accounts of Windows have no number."""
    return found.rule == "DL3066" and is_windows(sources.final)


def _as_finding(found: ToolFinding, instead: str) -> Finding:
    practice = _by_code().get(found.rule)
    known = practice or practices.get(FALLBACK)
    by_tool = known.id == FALLBACK or found.severity is Severity.NOTE
    return Finding(
        practice=known.id,
        title=known.title,
        severity=found.severity if by_tool else known.severity,
        path=found.path,
        line=found.line,
        what=found.text,
        why=known.why,
        instead=instead,
        tool=found.tool,
        rule=found.rule,
    )


def _without_twins(sources: Sources, findings: list[Finding]) -> Iterator[Finding]:
    """Yield a practice of an instruction in the words of one: imgen's, or the first tool's."""
    starts = {
        line: found.line
        for found in sources.dockerfile.instructions
        for line in range(found.line, found.end + 1)
    }
    told_by: dict[tuple[str, int, str], str] = {}
    for finding in findings:
        line = finding.line
        if finding.path == sources.dockerfile.path:
            line = starts.get(line, line)
        place = (finding.path, line, finding.practice)
        if told_by.setdefault(place, finding.tool) == finding.tool:
            yield finding
