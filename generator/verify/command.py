"""What `imgen verify` does with its options: find, build, check, report."""

import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from generator.errors import FAILED, OK, UsageError, WriteError
from generator.verify.subject import Given, Subject, find

if TYPE_CHECKING:
    from generator.verify.engine import Engine
    from generator.verify.result import Report
    from generator.verify.run import Choice

TIMEOUT = 60
WIDTH = 80
MOST = 120


@dataclass(frozen=True, kw_only=True)
class Options:
    """The command line beside what it says about the subject; `timeout` in seconds."""

    engine: str | None = None
    only: Sequence[str] = ()
    skip: Sequence[str] = ()
    timeout: int = TIMEOUT
    keep: bool = False
    form: str = "text"
    output: Path | None = None
    given: Given = field(default_factory=Given)


def run_verify(target: Path, options: Options) -> int:
    """Verify a folder, a spec or a Dockerfile, and return the exit code.

    The report goes to standard output or a file, progress to standard error.

    Raises:
        UsageError: if there is nothing to verify, or an option cannot be used.
        EngineError: if the verification could not run.
        WriteError: if the report cannot be written.
    """
    from generator.verify import engine as engines
    from generator.verify.run import Choice

    subject = find(target, options.given)
    choice = Choice(only=_words(options.only), skip=_words(options.skip))
    if options.output:
        _must_be_writable(options.output)
    engine = engines.Engine(dialect=engines.find(options.engine))
    engine.patience = options.timeout
    with _interruptible():
        report = _verified(engine, subject, choice, keep=options.keep)
    _tell(report, options)
    return FAILED if report.failures() else OK


def _must_be_writable(path: Path) -> None:
    """See that a report can be written there before the work starts, and leave it as it was.

    Raises:
        UsageError: if it cannot.
    """
    if not path.absolute().parent.is_dir():
        raise UsageError(f"--output {path}: there is no folder for it")
    is_new = not path.exists()
    if not is_new and not path.is_file() and not path.is_dir():
        return  # the reader of a pipe would take this for the end
    try:
        with path.open("ab"):
            pass
        if is_new:
            path.unlink()
    except OSError as error:
        raise UsageError(f"--output {path}: {error.strerror}") from error


def _words(texts: Sequence[str]) -> frozenset[str]:
    """Names given one by one or with commas."""
    return frozenset(word for text in texts for word in text.split(",") if word)


def _verified(engine: "Engine", subject: Subject, choice: "Choice", *, keep: bool) -> "Report":
    from generator.verify.live import Live, wants_colour
    from generator.verify.run import verify

    stream = sys.stderr
    named = subject.named_volumes()
    new_volumes = named - engine.volume_names() if named and keep else set()
    with Live(stream, colour=wants_colour(stream), width=_columns()) as live:

        def tell_kept(container: str, image: str) -> None:
            live.close()
            program = engine.dialect.program
            click.echo(
                f"The container {container} was left running. Remove it and its image:\n"
                f"  {program} rm --force --volumes {container}\n"
                f"  {program} image rm {image}",
                err=True,
            )
            for volume in sorted(new_volumes):
                click.echo(f"  {program} volume rm {volume}", err=True)

        return verify(
            subject,
            engine,
            on_start=live.start,
            on_result=live.result,
            choice=replace(choice, keep=tell_kept if keep else None),
        )


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end things in order, as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


# Not every system has both.
_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _tell(report: "Report", options: Options) -> None:
    from generator.verify.formats import render
    from generator.verify.live import shows_list, wants_colour

    if options.output:
        text = render(report, options.form, colour=False, width=WIDTH)
        try:
            options.output.write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise WriteError(f"{options.output}: {error.strerror}") from error
        return
    colour = options.form == "text" and wants_colour(sys.stdout)
    listed = sys.stdout.isatty() and shows_list(sys.stderr)
    text = render(report, options.form, colour=colour, width=_columns(), table=not listed)
    click.echo(f"\n{text}" if listed else text, color=colour)


def _columns() -> int:
    """The columns to use: those of the terminal, but lines longer than 120 are hard to read."""
    return min(shutil.get_terminal_size((WIDTH, 24)).columns, MOST)


def list_checks() -> str:
    """A line for each check: its name, the practice it proves, and what it claims."""
    from generator.verify.checks import CHECKS

    width = max(len(check.name) for check in CHECKS)
    return "\n".join(f"{one.name:<{width}}  {one.practice:<5}  {one.title}" for one in CHECKS)
