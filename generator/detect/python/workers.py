"""Programs that take jobs from a queue: Celery, RQ, Dramatiq, Huey, ARQ."""

import ast
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from generator.detect.existing import Existing
from generator.detect.model import Evidence, Note
from generator.detect.python.code import (
    Code,
    Module,
    argument,
    aside,
    assigned,
    is_main_guard,
    name_rank,
    string,
)
from generator.detect.python.layout import dotted_name, reached, root_of
from generator.detect.python.model import Project
from generator.detect.python.program import Program
from generator.detect.python.scripts import script

_PROCESSES = "2"
_QUEUE_OPTIONS = ("-Q", "--queues")  # of Celery
_RQ_FLAGS = ("-b", "--burst", "-q", "--quiet", "-s", "--with-scheduler", "-v", "--verbose")
_MOST_TRIED = 20  # files
_RQ_CONFIG = ("-c", "--config")


def find(code: Code, project: Project, told: Existing) -> Iterator[Program]:
    """The queue workers of a project."""
    if project.needs("celery"):
        yield from _first(_celery(code, project, told))
    if project.needs("huey"):
        yield from _first(_huey(code, project))
    if project.needs("dramatiq"):
        yield from _first(_marked(code, project, "dramatiq", "Dramatiq", "dramatiq.actor"))
    if project.needs("arq"):
        yield from _first(_arq(code, project))
    if project.needs("rq"):
        yield from _first(_rq(code, project, told))


def _first(found: Iterator[Program]) -> list[Program]:
    ranked = sorted(found, key=lambda each: (aside(each.path), each.path.count("/"), each.path))
    return ranked[:1]


def _words_of(told: Existing, program: str) -> tuple[list[str], Evidence | None]:
    """What follows `PROGRAM … worker` in a command that the project has, and where it stands."""
    lines = [(each.value, each.evidence) for each in told.workers.values()]
    if told.argv_evidence:
        lines.append((shlex.join(told.argv), told.argv_evidence))
    for line, place in lines:
        try:
            words = shlex.split(line)
        except ValueError:
            continue
        if program in words and "worker" in words[words.index(program) :]:
            start = words.index("worker", words.index(program))
            return words[start + 1 :], place
    return [], None


def _instances(
    code: Code, word: str, names: tuple[str, ...]
) -> Iterator[tuple[Module, str, Evidence]]:
    """Module-level names that hold an instance of one of some classes."""
    for module in code.modules(code.holding(word)):
        for node in module.top:
            pair = assigned(node)
            if pair and isinstance(pair[1], ast.Call) and module.dotted(pair[1].func) in names:
                yield module, pair[0], module.evidence(node)


def _celery(code: Code, project: Project, told: Existing) -> Iterator[Program]:
    words, _ = _words_of(told, "celery")
    plain_words = [part for word in words for part in word.split("=", 1)]
    pairs = [pair for pair in pairwise(plain_words) if pair[0] in _QUEUE_OPTIONS]
    queues = (f"--queues={pairs[0][1]}",) if pairs and "$" not in pairs[0][1] else ()
    names = ("celery.Celery", "celery.app.Celery", "flask_celeryext.Celery")
    for module, name, evidence in _instances(code, "Celery(", names):
        root = root_of(code, project, module.path)
        target = dotted_name(module.path, root)
        if not target:
            continue
        # Celery finds `app` and `celery` of a module, and the module `celery` of a package.
        plain = target.removesuffix(".celery") if target.count(".") == 1 else target
        loaded = plain if name in ("app", "celery") else f"{target}:{name}"
        scheduled = code.holding("beat_schedule", "crontab(", "django_celery_beat")
        notes = [
            Note(
                text=f"the worker runs {_PROCESSES} processes; without --concurrency Celery starts "
                "one for each CPU of the host, whatever the container's limit",
                evidence=(evidence,),
            )
        ]
        if scheduled:
            command = f"celery -A {loaded} beat --schedule=/tmp/celerybeat-schedule"
            text = f"scheduled tasks need one more container of the same image: `{command}`"
            notes.append(Note(text=text, evidence=(Evidence(path=scheduled[0]),)))
        yield _worker(
            "Celery worker",
            module.path,
            root,
            evidence,
            (
                *("celery", "-A", loaded, "worker", "--loglevel=INFO"),
                *(f"--concurrency={_PROCESSES}", *queues),
            ),
            notes,
        )


def _huey(code: Code, project: Project) -> Iterator[Program]:
    names = tuple(
        f"huey.{name}" for name in ("RedisHuey", "SqliteHuey", "PriorityRedisHuey", "Huey")
    )
    for module, name, evidence in _instances(code, "Huey(", names):
        root = root_of(code, project, module.path)
        if target := dotted_name(_with_tasks(code, module.path, name, root), root):
            command = ("huey_consumer", f"{target}.{name}", "-w", _PROCESSES)
            yield _worker("Huey worker", module.path, root, evidence, command)


def _with_tasks(code: Code, path: str, name: str, root: str) -> str:
    """The file that has the instance and leads to its tasks, which may lie in others."""
    marks = (f"@{name}.task", f"@{name}.periodic_task")
    tasks = {each for each in code.holding(*marks) if not aside(each)}
    if tasks <= set(reached(code, path, root)):
        return path
    for each in code.holding(f"import {name}")[:_MOST_TRIED]:
        if not aside(each) and tasks <= set(reached(code, each, root)):
            return each
    return path


def _marked(code: Code, project: Project, program: str, kind: str, mark: str) -> Iterator[Program]:
    found: dict[str, list[tuple[str, str]]] = {}  # files with their modules, by root
    for module in code.modules(code.holding(mark)):
        root = root_of(code, project, module.path)
        target = dotted_name(module.path, root)
        if target and not aside(module.path):
            found.setdefault(root, []).append((module.path, target))
    for root, files in found.items():
        path = files[0][0]
        line = code.tree.line(path, mark.replace(".", r"\."))
        targets = sorted(target for _, target in files)[:_MOST_TRIED]
        command = (program, *targets, "--processes", "1", "--threads", "8")
        yield _worker(f"{kind} worker", path, root, Evidence(path=path, line=line), command)


def _arq(code: Code, project: Project) -> Iterator[Program]:
    for module in code.modules(code.holding("class WorkerSettings")):
        root = root_of(code, project, module.path)
        if target := dotted_name(module.path, root):
            line = code.tree.line(module.path, "class WorkerSettings")
            evidence = Evidence(path=module.path, line=line)
            command = ("arq", f"{target}.WorkerSettings")
            yield _worker("ARQ worker", module.path, root, evidence, command)


def _rq(code: Code, project: Project, told: Existing) -> Iterator[Program]:
    words, place = _words_of(told, "rq")
    queues, options = _rq_words(words)
    paths = sorted(code.holding("from rq import", "import rq"), key=name_rank)
    if not words and (own := _rq_script(code, project, paths)):
        yield own
        return
    for path in paths:
        evidence = Evidence(path=path, line=code.tree.line(path, "rq"))
        root = root_of(code, project, path)
        taken = queues or _rq_queues(code, paths) or ["default"]
        is_one = "the queue" if len(taken) == 1 else "the queues"
        where = place if queues and place else evidence
        notes = [
            Note(
                text=f"the worker takes jobs of {is_one} {', '.join(taken)}; name others after it",
                evidence=(where,),
            ),
            Note(text="the worker finds Redis at RQ_REDIS_URL, else at localhost"),
        ]
        command = ("rq", "worker", *options, *taken)
        yield _worker("RQ worker", path, root, evidence, command, notes)


def _rq_script(code: Code, project: Project, paths: Sequence[str]) -> Program | None:
    """A script of the project that makes a worker of its own and runs it."""
    for module in code.modules(code.holding(".work(", among=paths)):
        if any(map(is_main_guard, module.top)) and not aside(module.path):
            evidence = Evidence(path=module.path, line=code.tree.line(module.path, r"\.work\("))
            return replace(
                script(code, project, module.path, evidence),
                kind="RQ worker",
                score=70,
                reason="runs a worker of RQ in",
                all_files=True,
                listens=False,
                notes=(),
            )
    return None


def _rq_words(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The queues that a command line of rq names, and the options to keep."""
    queues, options = [], []
    skip = False
    for word, after in zip_longest(words, words[1:], fillvalue=""):
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = "=" not in word and word not in _RQ_FLAGS
            if word in _RQ_CONFIG and "$" not in after:
                options += [word, after]
            elif word in ("-s", "--with-scheduler"):
                options.append(word)
        elif "$" not in word:
            queues.append(word)
    return queues, options


def _rq_queues(code: Code, paths: Sequence[str]) -> list[str]:
    """The queues that the code makes."""
    found: dict[str, None] = {}
    for module in code.modules(code.holding("Queue(", among=paths)):
        for node in module.nodes:
            if isinstance(node, ast.Call) and module.dotted(node.func) == "rq.Queue":
                name = argument(node, "name", 0)
                if name is None or string(name):
                    found[string(name) or "default"] = None
    return list(found)


def _worker(  # noqa: PLR0913, PLR0917 - a private helper of this module alone
    kind: str,
    path: str,
    root: str,
    evidence: Evidence,
    command: tuple[str, ...],
    notes: list[Note] | None = None,
) -> Program:
    return Program(
        kind=kind,
        score=70 if not aside(path) else 30,
        path=path,
        root=root,
        reason=f"{kind.removesuffix(' worker')} app in",
        evidence=(evidence,),
        command=command,
        notes=tuple(notes or ()),
        tmpfs=(),
        all_files=True,
    )
