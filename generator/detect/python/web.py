"""Web apps that a server loads, and those of frameworks with a server of their own."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator.detect.existing import Existing
from generator.detect.model import Alternative, Evidence, Note
from generator.detect.python import django
from generator.detect.python.bare import is_bare
from generator.detect.python.code import Code, aside
from generator.detect.python.frameworks import AppObject
from generator.detect.python.layout import dotted_name, folder, located, reached, root_of
from generator.detect.python.model import Project
from generator.detect.python.program import Program
from generator.detect.python.scripts import script
from generator.detect.python.servers import pinned
from generator.detect.python.starts import Start

_MOST_OTHERS = 4
_SOCKETS_THREADS = 100


def find(  # noqa: PLR0913, PLR0917 - all that was read before
    code: Code,
    project: Project,
    told: Existing,
    start: Start,
    objects: Sequence[AppObject],
    site: django.Site | None,
) -> Iterator[Program]:
    """The web apps of a project, the likeliest first: one for each framework."""
    if site and (app := django.served_object(site, list(objects), project, code)):
        yield _django(code, project, app, site)
    wanted = _named(code, told, start)
    rest = [each for each in objects if each.framework.name != "Django"]
    own = [each for each in rest if not aside(each.path)] or rest
    ranked = sorted(own, key=lambda each: not _is_named(each, wanted, code, project))
    if site:
        ranked = [each for each in ranked if each.path.count("/") < 3]
    seen: set[str] = set()
    for each in ranked:
        if each.framework.name in seen:
            continue
        seen.add(each.framework.name)
        others = [other for other in ranked if other is not each]
        chosen = _is_named(each, wanted, code, project)
        yield _program(code, project, each, others, start, told=chosen)
    if not objects and (unseen := _told_only(code, project, told, start)):
        yield unseen


def _named(code: Code, told: Existing, start: Start) -> tuple[str, str]:
    """The module and object that a command line or FLASK_APP names."""
    if start.target:
        module, _, name = start.target.partition(":")
        return module, name.removesuffix("()")
    value = told.env["FLASK_APP"].value if "FLASK_APP" in told.env else ""
    for path in (".flaskenv", ".env.example", ".env.sample", "pyproject.toml"):
        found = re.search(
            r"^(?:export )?FLASK_APP\s{0,9}=\s{0,9}[\"']?([\w./:]{1,200})",
            code.text(path),
            re.MULTILINE,
        )
        value = value or (found[1] if found else "")
    module, _, name = value.partition(":")
    return module.removesuffix(".py").replace("/", "."), name


def _is_named(each: AppObject, wanted: tuple[str, str], code: Code, project: Project) -> bool:
    module, name = wanted
    if not module:
        return False
    full = dotted_name(each.path, root_of(code, project, each.path))
    same = full == module or full.endswith(f".{module}") or module.endswith(f".{full}")
    return same and name in ("", each.name)


def _can_be_imported(code: Code, project: Project, root: str) -> bool:
    """Whether the modules below a root can be imported where the project is a package."""
    is_inside = bool(root) and code.tree.has(f"{root}/__init__.py")
    return not project.installed or (root in project.roots and not is_inside)


def _django(code: Code, project: Project, app: AppObject, site: django.Site) -> Program:
    target = f"{dotted_name(app.path, site.root)}:{app.expression()}"
    return Program(
        kind="Django app",
        score=35 if aside(app.path) else 92 if _can_be_imported(code, project, site.root) else 40,
        path=app.path,
        root=site.root,
        reason="Django app in",
        evidence=(app.evidence,),
        interface=app.framework.interface,
        target=target,
        port=8000,
        all_files=True,
    )


def _program(  # noqa: PLR0913 - all that was read before
    code: Code,
    project: Project,
    app: AppObject,
    others: list[AppObject],
    start: Start,
    *,
    told: bool,
) -> Program:
    root = root_of(code, project, app.path)
    target = f"{dotted_name(app.path, root)}:{app.expression()}"
    score = 35 if aside(app.path) else 95 if told else 88 if app.factory else 90
    score = score if _can_be_imported(code, project, root) else min(score, 40)
    score = score if not is_bare(code, app) else min(score, 40)
    common = Program(
        kind=f"{app.framework.name} app",
        score=score,
        path=app.path,
        root=root,
        reason="app factory in" if app.factory else "app object in",
        evidence=(app.evidence,),
        target=target,
        port=8000,
        told=told,
    )
    if app.framework.interface == "sanic":
        return _sanic(app, common, start)
    if app.framework.interface == "aiohttp":
        return _aiohttp(code, project, app, common, start)
    if app.framework.suffix:
        common = _dash(project, app, common)
    alternatives = _alternatives(code, project, app, others, root)
    notes = []
    threads = 0
    if project.needs("flask-socketio"):
        threads = _SOCKETS_THREADS
        text = "Socket.IO keeps its clients in one process: more need sticky sessions and a queue"
        notes.append(Note(text=text, evidence=(app.evidence,)))
    return replace(
        common,
        interface=app.framework.interface,
        notes=tuple(notes),
        threads=threads,
        alternatives=alternatives,
    )


def _dash(project: Project, app: AppObject, common: Program) -> Program:
    """A Dash app without `server = app.server`: from 3.1 on it is a WSGI app itself."""
    locked = project.needs("dash")
    numbers = [int(part) for part in re.findall(r"[0-9]{1,6}", locked.version if locked else "")]
    if numbers and numbers < [3, 1]:
        return replace(common, server="granian")  # which can load an attribute
    return replace(common, target=common.target.removesuffix(f".{app.framework.suffix}"))


def _alternatives(
    code: Code, project: Project, app: AppObject, others: list[AppObject], root: str
) -> tuple[Alternative, ...]:
    """Other apps that could be meant: those that the chosen one does not lead to."""
    inside = set(reached(code, app.path, root))
    found = []
    for each in others:
        interface = each.framework.interface
        leads = app.path in reached(code, each.path, root_of(code, project, each.path))
        if each.path in inside or leads or interface not in ("asgi", "wsgi"):
            continue
        target = f"{dotted_name(each.path, root_of(code, project, each.path))}:{each.expression()}"
        server = "uvicorn" if interface == "asgi" else "gunicorn"
        reason = f"{each.framework.name} app in"
        found.append(Alternative(value={server: target}, evidence=(each.evidence,), reason=reason))
    return tuple(found[:_MOST_OTHERS])


def _sanic(app: AppObject, common: Program, start: Start) -> Program:
    """Sanic's own server, in one process.

    Its manager of several keeps sockets in /tmp and takes longer to stop than an engine waits;
    `--fast` starts one for each CPU of the host, whatever the container's limit.
    """
    words = " ".join(start.arguments) if start.program == "sanic" else ""
    asked = re.search(r"(?:^| )(?:--fast|(?:-w|--workers)[ =](?!1(?: |$)))", words)
    notes = []
    if asked:
        text = "Sanic runs as one process: start more containers where it had several workers"
        notes.append(Note(text=text, evidence=(app.evidence,)))
    target = common.target.removesuffix("()")
    factory = ("--factory",) if app.factory else ()
    command = ("sanic", target, "--host=0.0.0.0", "--port={port}", "--single-process", *factory)
    return replace(common, command=command, target="", notes=tuple(notes))


def _aiohttp(
    code: Code, project: Project, app: AppObject, common: Program, start: Start
) -> Program:
    """A script that runs its app, else a server with aiohttp's own worker."""
    running = code.holding("run_app(", among=[app.path, *code.paths])
    running = [path for path in running if app.path in reached(code, path, common.root)]
    if running and start.program != "gunicorn":
        path = running[0]
        line = code.tree.line(path, r"run_app\(")
        evidence = Evidence(path=path, line=line)
        found = script(code, project, path, evidence)
        return replace(found, kind=common.kind, score=common.score, port=8080)
    command = ("gunicorn", common.target, "--bind", "0.0.0.0:{port}")
    options = ("--worker-class", "aiohttp.GunicornWebWorker", "--worker-tmp-dir", "/dev/shm")  # noqa: S108
    additional = () if project.needs("gunicorn") else pinned("gunicorn")
    return replace(
        common, command=(*command, *options), target="", port=8080, additional=additional
    )


def _told_only(code: Code, project: Project, told: Existing, start: Start) -> Program | None:
    """An app that only the command line tells of."""
    module, name = start.target.partition(":")[::2]
    if start.program not in ("gunicorn", "uvicorn", "hypercorn", "granian", "waitress-serve"):
        return None
    for root in (*project.roots, "", *sorted({folder(path) for path in code.paths})):
        path = located(code, root, module) if module else None
        if path and told.argv_evidence:
            asgi = start.program in ("uvicorn", "hypercorn") or "uvicorn" in str(start.arguments)
            return Program(
                kind="Python web app",
                score=85,
                path=path,
                root=root,
                reason="started by",
                evidence=(told.argv_evidence,),
                interface="asgi" if asgi else "wsgi",
                target=f"{module}:{name or 'application'}",
                port=8000,
            )
    return None
