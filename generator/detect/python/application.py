"""What a Python project runs: its framework, server, command, port, health path and settings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.detect.existing import Existing
from generator.detect.model import Note, Proposal
from generator.detect.python import (
    development,
    django,
    fields,
    frameworks,
    interactive,
    scripts,
    starts,
    web,
    workers,
)
from generator.detect.python.code import Code, aside
from generator.detect.python.model import Project
from generator.detect.python.program import Program
from generator.detect.tree import Tree
from generator.secrecy import gives_away

_MOST = 6  # programs described
_LONGEST = 200  # characters of a command in a note
_STARTING = ("command", "server")  # fields


@dataclass(frozen=True, kw_only=True)
class Application:
    """A program found in the code, as fields of a spec. `kind` and `score` as in `Candidate`.

    `additional` are packages that it needs and the project does not name: a production server.
    `missing` says why it cannot be started, or nothing.
    """

    kind: str
    score: int
    proposals: tuple[Proposal, ...] = ()
    additional: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: str = ""


def find(tree: Tree, project: Project, told: Existing) -> list[Application]:
    """The programs of a project, the likeliest first."""
    code = Code(tree)
    start = starts.parse(told.argv)
    objects = frameworks.find(code)
    site = django.find(code, objects, told.env)
    found = [
        *(
            development.loadable(code, each)
            for each in web.find(code, project, told, start, objects, site)
        ),
        *interactive.find(code, project, start),
        *workers.find(code, project, told),
        *(development.checked(code, project, each) for each in scripts.find(code, project, start)),
        *interactive.notebooks(code, project),
    ]
    programs = _without_launchers(_ranked(found), code)
    if not programs:
        return [_nothing(code)]
    describer = fields.Describer(code, project, told, start, site)
    first, *others = programs[:_MOST]
    described = [_application(describer, each) for each in programs[:_MOST]]
    return [_with_others(described[0], first, others, told), *described[1:]]


def _ranked(found: Sequence[Program]) -> list[Program]:
    """Programs by their score, each command once, those in tests and examples last."""
    own = [each for each in found if not aside(each.path)] or list(found)
    ranked = sorted(own, key=lambda each: -each.score)
    kept: list[Program] = []
    for each in ranked:
        same_file = [other for other in kept if other.path == each.path]
        is_script = each.kind in ("Python script", "Python program")
        if any(other.command == each.command and other.target == each.target for other in kept):
            continue
        # The file of a web app is often a script too, which starts a development server.
        if is_script and any(other.target or other.port for other in same_file):
            continue
        kept.append(each)
    return kept


def _without_launchers(programs: Sequence[Program], code: Code) -> list[Program]:
    """Leave out scripts that only start a web app, as `uvicorn.run("shop.main:app")` does."""
    targets = [each.target.removesuffix("()") for each in programs if each.target]
    marks = [f"{mark}{target}" for target in targets for mark in "\"'"]
    starting = set(code.holding(*marks))
    return [each for each in programs if each.target or each.path not in starting]


def _application(describer: fields.Describer, program: Program) -> Application:
    described = describer.describe(program)
    return Application(
        kind=program.kind,
        score=program.score,
        proposals=tuple(
            each
            for each in described.proposals
            if each.field not in _STARTING or not program.missing
        ),
        additional=tuple(described.additional),
        notes=tuple(described.notes),
        missing=program.missing,
    )


def _with_others(
    chosen: Application, first: Program, others: Sequence[Program], told: Existing
) -> Application:
    """The chosen program, with a note on those that need a container of their own."""
    told_already = any(each.text.startswith("migrations ") for each in chosen.notes)
    processes = _processes([first, *others], told, migrations=not told_already)
    notes = (*_beside(first, others, told), *processes)
    return Application(
        kind=chosen.kind,
        score=chosen.score,
        proposals=chosen.proposals,
        additional=chosen.additional,
        notes=(*chosen.notes, *notes),
        missing=chosen.missing,
    )


def _beside(first: Program, others: Sequence[Program], told: Existing) -> Iterator[Note]:
    own = told.workers.get("worker")
    for other in others:
        if own and other.kind == "RQ worker" and "rq" not in own.value.split():
            continue  # the project starts its worker in a way of its own
        if other.kind.endswith("worker") and first.kind != other.kind:
            command = " ".join(other.command)
            text = f"the {other.kind} is a container of its own, of the same image: `{command}`"
            yield Note(text=text, evidence=other.evidence)


def _processes(programs: Sequence[Program], told: Existing, *, migrations: bool) -> Iterator[Note]:
    """The lines of a Procfile that none of the programs stands for."""
    for name, line in told.workers.items():
        words = line.value.split()
        known = [each.command for each in programs if each.kind.endswith("worker")]
        if any(command[0] in words and "worker" in words for command in known):
            continue
        if len(line.value) > _LONGEST or "`" in line.value:
            continue
        if name == "release" and not migrations:
            continue
        # Whoever reads a report of this may not be one who may read the Procfile.
        shown = "" if gives_away(line.value) else f"`{line.value}`"
        text = f"the Procfile's {name} is a container of its own, of the same image"
        text += f": {shown}" if shown else ""
        if name == "release":
            shown = shown or "the Procfile's release"
            text = f"{shown} is a step of its own, before a new version starts"
        yield Note(text=text, evidence=(line.evidence,))


def _nothing(code: Code) -> Application:
    kind = "Python project" if code.paths else "Python dependencies without code"
    return Application(
        kind=kind,
        score=20 if code.paths else 10,
        missing="nothing in the code tells what to start: give `server` with module:name of the "
        "app, or `command`",
    )
