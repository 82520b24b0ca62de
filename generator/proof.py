"""What the commands `audit` and `explain` do; `verify` has a module of its own."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.errors import FAILED, OK, USAGE, SpecError, UsageError
from generator.findings import Finding, Severity

if TYPE_CHECKING:
    from generator.audit.run import Auditor
    from generator.explain_text import Spec

NEVER = "never"
_MOST_THREADS = 8
SPEC_NAME = "imgen.yaml"


@dataclass(frozen=True, kw_only=True)
class AuditOrder:
    """What the command line of `imgen audit` asks for."""

    paths: tuple[Path, ...]
    context: Path | None
    fmt: str
    output: Path | None
    fail_on: str
    skip: tuple[str, ...]
    engine: bool


def audit(order: AuditOrder) -> int:
    """Audit, print, and give the exit code: 1 for a finding at or above `fail_on`.

    Of several files one that is no Dockerfile is told as a note, and the code is 2.

    Raises:
        UsageError: where no path can be audited, or for an unknown practice.
    """
    from generator import practices
    from generator.audit.discover import dockerfiles
    from generator.audit.formats import render
    from generator.audit.run import Auditor

    skipped = {practice_of(name) for name in order.skip}
    files = dockerfiles(order.paths or (Path(),))
    if order.context and len(files) > 1:
        raise UsageError(
            f"--context: names the build context of one Dockerfile, and here are {len(files)}"
        )
    auditor = Auditor(engine=order.engine)
    findings: list[Finding] = []
    unread: list[UsageError] = []
    for found in _audited(auditor, files, order.context):
        if isinstance(found, UsageError):
            unread.append(found)
        else:
            findings += [one for one in found if one.practice not in skipped]
    if len(unread) == len(files):
        raise unread[0]
    text = render(
        findings,
        order.fmt,
        colour=wants_colour(order.output),
        width=width(),
        practices=practices.every(),
        checked=[file.as_posix() for file in files],
        notes=[*sorted(auditor.notes), *(f"not checked: {error}" for error in unread)],
    )
    say(text, order.output)
    if unread:
        return USAGE
    return FAILED if _fails(findings, order.fail_on) else OK


def _audited(
    auditor: "Auditor", files: Sequence[Path], context: Path | None
) -> "list[list[Finding] | UsageError]":
    """What is found in each file, or why it was not read, in their order.

    Most of the time goes by in the tools, which are processes of their own: threads suffice.
    """
    import os
    from concurrent.futures import ThreadPoolExecutor

    def audited(file: Path) -> list[Finding] | UsageError:
        try:
            return auditor.audit(file, context)
        except UsageError as error:
            return error

    if len(files) == 1:
        return [audited(files[0])]
    pool = ThreadPoolExecutor(max_workers=min(_MOST_THREADS, 2 * (os.cpu_count() or 1)))
    try:
        return list(pool.map(audited, files))
    finally:
        # After Ctrl-C nobody waits for what has not begun.
        pool.shutdown(cancel_futures=True)


def practice_of(name: str) -> str:
    """The id of a practice that a person named.

    Raises:
        UsageError: if there is none.
    """
    from generator import practices

    try:
        return practices.get(name).id
    except KeyError as error:
        raise UsageError(f"{name}: is no practice; `imgen explain --list` shows them") from error


def _fails(findings: Sequence[Finding], fail_on: str) -> bool:
    return fail_on != NEVER and any(
        finding.severity.is_at_least(Severity(fail_on)) for finding in findings
    )


def explain(target: str | None) -> str:
    """What `imgen explain TARGET` prints: a file, some line of it, or a practice.

    Raises:
        UsageError: if there is no such file, line or practice.
    """
    from generator import practices
    from generator.explain_text import practice_text

    colour = wants_colour(None)
    if target is None:
        if not Path("Dockerfile").is_file():
            raise UsageError(
                "there is no Dockerfile here: name a file or a practice (S2.13); "
                "`imgen explain --list` shows the practices"
            )
        target = "Dockerfile"
    if not Path(target).exists():
        try:
            practice = practices.get(target)
        except KeyError:
            pass
        else:
            return practice_text(practice, width=min(width(), 100), colour=colour)
    return _explain_file(target, colour=colour)


def _explain_file(target: str, *, colour: bool) -> str:
    from generator.audit.load import read, why_unread
    from generator.explain import blocks
    from generator.explain_text import file_text

    path, line = Path(target), -1
    match = re.fullmatch(r"(.+):([0-9]{1,7})", target)
    if match and not path.exists():
        path, line = Path(match[1]), int(match[2])
    if path.is_dir():
        if not (path / "Dockerfile").exists():
            raise UsageError(f"{path}: has no Dockerfile in it; name the file itself")
        path /= "Dockerfile"
    if not path.exists():
        raise UsageError(
            f"{target}: is neither a file nor a practice; `imgen explain --list` shows those"
        )
    text = read(path)
    if text is None:
        raise UsageError(f"{path}: {why_unread(path)}")
    found = blocks(path.name, text)
    if not any(one.reasons for block in found for one in block.lines):
        raise UsageError(f"{path}: carries no practice that imgen knows of")
    if line >= 0:
        found = [block for block in found if block.holds(line)]
        if not found:
            raise UsageError(f"{path}: has no line {line}")
    return file_text(
        found, width=min(width(), 100), colour=colour, spec=_spec(path.parent / SPEC_NAME)
    )


def _spec(path: Path) -> "Spec":
    """What the spec beside a file sets, and what its profile could; nothing without a spec."""
    import profiles
    from generator.audit.load import read
    from generator.document import load
    from generator.explain_text import Spec

    text = read(path)
    try:
        document = load(text or "imgen: 1", source=str(path))
        known = profiles.get(str(document.value.get("profile"))).model_fields
    except (KeyError, SpecError):
        return Spec()
    places = {name: line for name, (line, _) in document.places.items() if "[" not in name}
    return Spec(places=places, known=frozenset(known))


def wants_colour(output: Path | None) -> bool:
    """Whether what is printed may have colours: not in a file, a pipe or with NO_COLOR."""
    import sys

    from generator.verify.live import wants_colour as wanted

    return output is None and wanted(sys.stdout)


def width() -> int:
    """The columns of the terminal, 80 in a pipe."""
    return shutil.get_terminal_size((80, 24)).columns


def say(text: str, output: Path | None) -> None:
    """Print a report, or write it to a file.

    Raises:
        UsageError: if the file cannot be written.
    """
    text = text if text.endswith("\n") or not text else f"{text}\n"
    if output is None:
        click.echo(text, nl=False, color=True)
    else:
        try:
            # A path of the report may hold bytes that are no UTF-8.
            output.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
