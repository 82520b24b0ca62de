"""A whole verification: build, run every check, tell each result at once, leave nothing behind."""

import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from generator.errors import UsageError
from generator.verify import checks
from generator.verify.bench import LOG_LINES, Bench
from generator.verify.checks import Check, contents
from generator.verify.checks._model import Outcome, failed, skipped
from generator.verify.container import Container
from generator.verify.engine import Engine
from generator.verify.errors import (
    BuildError,
    EndedError,
    EngineError,
    MissingBaseError,
    NoEngineError,
    NotStartedError,
)
from generator.verify.hidden import masked
from generator.verify.result import Layer, Report, Result
from generator.verify.subject import OTHER, Subject

_LAST_MOMENT = 0.5  # seconds
# Not every system has all of them.
_ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which checks run: `only` these, empty for all, and none of `skip`.

    `keep` is told the container and the image that then stay; without it nothing does.
    """

    only: Collection[str] = field(default_factory=frozenset)
    skip: Collection[str] = field(default_factory=frozenset)
    keep: Callable[[str, str], None] | None = None

    def __post_init__(self) -> None:
        """Refuse names of no check.

        Raises:
            UsageError: with the names that there are.
        """
        known = checks.names()
        for name in (*self.only, *self.skip):
            if name not in known:
                raise UsageError(f"there is no check {name!r}: choose of {', '.join(known)}")
        if self.only and {*self.only} <= {*self.skip}:
            raise UsageError(f"--skip leaves nothing of --only {','.join(sorted(self.only))}")

    def wants(self, check: Check) -> bool:
        """Whether a check is to run; nothing can be looked at without a build."""
        if check is checks.BUILDS:
            return True
        return check.name not in self.skip and (not self.only or check.name in self.only)


def verify(
    subject: Subject,
    engine: Engine,
    *,
    on_start: Callable[[str, str], None],
    on_result: Callable[[Result], None],
    choice: Choice | None = None,
) -> Report:
    """Build a subject and prove every practice on it.

    `on_start` is told the name and title of each check that begins, `on_result` each result.

    Raises:
        MissingBaseError: if a base image is out of reach.
        NoEngineError: if the engine no longer answers.
    """
    start = time.monotonic()
    bench = Bench(subject=subject, engine=engine, notes=[*subject.notes])
    wanted = choice or Choice()
    interrupted = True
    named = subject.named_volumes()
    if named:
        named -= engine.volume_names()  # those that were there before stay
    try:
        results = _run(bench, wanted, on_start, on_result)
        kept = _kept(bench) if wanted.keep else None
        report = _report(bench, results, time.monotonic() - start)
        if kept:
            engine.keep(kept.name, bench.tag)
            named = set()
        if kept and wanted.keep:
            wanted.keep(kept.name, bench.tag)
        interrupted = False
    finally:
        with _undisturbed():
            _clean_up(engine, named, interrupted=interrupted)
    return report


def _kept(bench: Bench) -> Container | None:
    """The container that is to stay, also if no check has asked for one."""
    if not bench.built:
        return None
    try:
        return bench.container
    except EngineError as error:
        bench.note(f"there is no container to keep: {error}")
        return None


def _clean_up(engine: Engine, volumes: Collection[str], *, interrupted: bool) -> None:
    try:
        engine.remove_containers()
        if interrupted:
            # The engine may still be making what its client was asked for in the last moment.
            time.sleep(_LAST_MOMENT)
            engine.remove_containers()
        engine.remove_volumes(volumes)
        engine.clean_up()
    finally:
        engine.drop_scratch()  # also where the engine is gone


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C wait until everything is removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(
    bench: Bench,
    choice: Choice,
    on_start: Callable[[str, str], None],
    on_result: Callable[[Result], None],
) -> list[Result]:
    results = []
    for check in filter(choice.wants, checks.CHECKS):
        reason = "" if bench.built or check is checks.BUILDS else "not built"
        if reason:
            result = _result(check, skipped(reason), 0.0)
        else:
            on_start(check.name, check.title)
            begin = time.monotonic()
            seen = _outcome(bench, check)
            outcome = replace(seen, evidence=masked(seen.evidence, bench.hidden))
            result = _result(check, outcome, time.monotonic() - begin)
            on_result(result)
        results.append(result)
        if check is checks.BUILDS and bench.built is not None:
            bench.subject = bench.subject.with_image(bench.image, bench.base)
            bench.note_stand_ins()
    return results


def _outcome(bench: Bench, check: Check) -> Outcome:
    try:
        return check.run(bench)
    except (MissingBaseError, NoEngineError):
        raise
    except BuildError as error:
        tail = error.tail(LOG_LINES)
        bench.note("\n".join(["the end of the builder's log:", *tail]))
        return failed(error.reason(LOG_LINES))
    except NotStartedError as error:
        return skipped(str(error))
    except EndedError as error:
        bench.note_log(error.logs)
        return failed(f"the container {error}")
    except (EngineError, OSError, LookupError, TypeError, ValueError) as error:
        return failed(_told(error))


def _told(error: Exception) -> str:
    if isinstance(error, EngineError):
        return " ".join(str(error).split())
    if isinstance(error, OSError):
        return f"{error.filename or 'the engine'}: {error.strerror or error}"
    # An image may hold anything, also what no reader of its files has thought of.
    return f"what the image holds cannot be read: {type(error).__name__}: {error}"


def _result(check: Check, outcome: Outcome, seconds: float) -> Result:
    return Result(
        check=check.name,
        practice=check.practice,
        title=check.title,
        status=outcome.status,
        evidence=" ".join(outcome.evidence.split()),
        seconds=seconds,
        severity=check.severity,
    )


def _report(bench: Bench, results: list[Result], seconds: float) -> Report:
    subject, engine = bench.subject, bench.engine
    steps = contents.own_steps(bench) if bench.built else []
    memory = f"{subject.memory / 2**20:g} MiB" if subject.memory else ""
    limits = {"cpus": subject.cpus or "", "memory": memory}
    settings = {
        "base": subject.base,
        "port": str(subject.port or ""),
        "path": subject.path,
        "server": "" if subject.server == OTHER else subject.server,
        **limits,
    }
    return Report(
        subject=subject.shown,
        image=bench.tag if bench.built else "",
        engine=f"{engine.dialect.program}: {engine.description()}",
        results=results,
        size=bench.image.size if bench.built else 0,
        layers=[
            Layer(instruction=masked(text, bench.hidden), size=size) for text, size in steps if size
        ],
        notes=bench.notes,
        seconds=seconds,
        settings={name: value for name, value in settings.items() if value},
    )
