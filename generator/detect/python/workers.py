"""Programs that take jobs from a queue: Celery, RQ, Dramatiq, Huey, ARQ."""

import ast
from collections.abc import Iterator

from generator.detect.model import Evidence, Note
from generator.detect.python.code import Code, Module, aside, assigned, name_rank
from generator.detect.python.layout import dotted_name, root_of
from generator.detect.python.model import Project
from generator.detect.python.program import Program

_PROCESSES = "2"


def find(code: Code, project: Project) -> Iterator[Program]:
    """The queue workers of a project."""
    if project.needs("celery"):
        yield from _first(_celery(code, project))
    if project.needs("huey"):
        yield from _first(_huey(code, project))
    if project.needs("dramatiq"):
        yield from _first(_marked(code, project, "dramatiq", "Dramatiq", "dramatiq.actor"))
    if project.needs("arq"):
        yield from _first(_arq(code, project))
    if project.needs("rq"):
        yield from _first(_rq(code, project))


def _first(found: Iterator[Program]) -> list[Program]:
    ranked = sorted(found, key=lambda each: (aside(each.path), each.path.count("/"), each.path))
    return ranked[:1]


def _instances(
    code: Code, word: str, names: tuple[str, ...]
) -> Iterator[tuple[Module, str, Evidence]]:
    """Module-level names that hold an instance of one of some classes."""
    for module in code.modules(code.holding(word)):
        for node in module.top:
            pair = assigned(node)
            if pair and isinstance(pair[1], ast.Call) and module.dotted(pair[1].func) in names:
                yield module, pair[0], module.evidence(node)


def _celery(code: Code, project: Project) -> Iterator[Program]:
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
            ("celery", "-A", loaded, "worker", "--loglevel=INFO", f"--concurrency={_PROCESSES}"),
            notes,
        )


def _huey(code: Code, project: Project) -> Iterator[Program]:
    names = tuple(
        f"huey.{name}" for name in ("RedisHuey", "SqliteHuey", "PriorityRedisHuey", "Huey")
    )
    for module, name, evidence in _instances(code, "Huey(", names):
        root = root_of(code, project, module.path)
        if target := dotted_name(module.path, root):
            command = ("huey_consumer", f"{target}.{name}", "-w", _PROCESSES)
            yield _worker("Huey worker", module.path, root, evidence, command)


def _marked(code: Code, project: Project, program: str, kind: str, mark: str) -> Iterator[Program]:
    for module in code.modules(code.holding(mark)):
        root = root_of(code, project, module.path)
        if target := dotted_name(module.path, root):
            line = code.tree.line(module.path, mark.replace(".", r"\."))
            evidence = Evidence(path=module.path, line=line)
            command = (program, target, "--processes", "1", "--threads", "8")
            yield _worker(f"{kind} worker", module.path, root, evidence, command)


def _arq(code: Code, project: Project) -> Iterator[Program]:
    for module in code.modules(code.holding("class WorkerSettings")):
        root = root_of(code, project, module.path)
        if target := dotted_name(module.path, root):
            line = code.tree.line(module.path, "class WorkerSettings")
            evidence = Evidence(path=module.path, line=line)
            command = ("arq", f"{target}.WorkerSettings")
            yield _worker("ARQ worker", module.path, root, evidence, command)


def _rq(code: Code, project: Project) -> Iterator[Program]:
    paths = sorted(code.holding("from rq import", "import rq"), key=name_rank)
    for path in paths:
        evidence = Evidence(path=path, line=code.tree.line(path, "rq"))
        root = root_of(code, project, path)
        text = "the worker takes jobs of the queue `default`; name others after it"
        notes = [Note(text=text, evidence=(evidence,))]
        url = Note(text="the worker finds Redis at RQ_REDIS_URL, else at localhost")
        yield _worker("RQ worker", path, root, evidence, ("rq", "worker", "default"), [*notes, url])


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
