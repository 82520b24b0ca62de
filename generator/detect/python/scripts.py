"""Programs without a server or queue: scripts, `python -m package`, console entry points."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from generator.detect.model import Evidence, Note
from generator.detect.python.code import Code, Module, argument, aside, string
from generator.detect.python.interactive import has_main
from generator.detect.python.layout import dotted_name, folder, importable, located, root_of
from generator.detect.python.model import Project
from generator.detect.python.program import Program
from generator.detect.python.starts import Start
from generator.detect.python.subcommands import serving

_NAMES: tuple[str, ...] = (
    "main.py",
    "app.py",
    "bot.py",
    "run.py",
    "server.py",
    "worker.py",
    "__main__.py",
)
_NAMES += ("start.py", "service.py", "daemon.py", "cli.py", "index.py")
_MOST = 40  # scripts looked at
# A top-level call that keeps the program running, in a script without a main guard.
_RUNNING: tuple[str, ...] = (
    "run",
    "run_forever",
    "run_polling",
    "serve_forever",
    "start",
    "main",
    "infinity_polling",
)
_RUNNING += ("polling", "launch", "run_app", "start_polling", "listen")
_LISTENING: tuple[str, ...] = (
    "HTTPServer(",
    "make_server(",
    "TCPServer(",
    ".listen(",
    "web.run_app(",
    "serve(",
)
_LISTENING += ("start_server(", "WSGIServer(", "grpc.server(", "start_http_server(", "app.run(")


def find(code: Code, project: Project, start: Start) -> Iterator[Program]:
    """The scripts and entry points of a project, the likeliest first."""
    told = list(_told(code, project, start))
    yield from told
    yield from _entry_points(code, project)
    known = {each.path for each in told}
    found = [each for each in _scripts(code, project) if each.path not in known]
    yield from found[:1]


def script(code: Code, project: Project, path: str, evidence: Evidence) -> Program:
    """A file that `python` runs, by its path or as a module."""
    root = root_of(code, project, path)
    target = dotted_name(path, root)
    own = folder(path)
    is_package = code.tree.has(f"{own}/__init__.py") if own else False
    relative = any(each.level for each in code.imports(path))
    if path.endswith("/__main__.py") and target:
        command: tuple[str, ...] = ("python", "-m", target.removesuffix(".__main__"))
    elif target and (relative or (root != own and (is_package or _needs_root(code, path, root)))):
        command = ("python", "-m", target)
    else:
        command, root = ("python", path), own
    return Program(
        kind="Python script",
        score=60,
        path=path,
        root=root,
        reason="program in",
        evidence=(evidence,),
        command=command,
        notes=tuple(_asking(code, path)),
        listens=listens(code, path),
        port_is_ours=False,
    )


def _asking(code: Code, path: str) -> Iterator[Note]:
    """Say which arguments a script does not start without."""
    module = code.module(path) if code.holding("add_argument(", "click", among=[path]) else None
    found = {}
    for node in module.nodes if module else []:
        if isinstance(node, ast.Call) and (name := _needed_argument(node)):
            found[name] = node
    if module and found:
        text = f"it does not start without its arguments {', '.join(found)}: add them to `command`"
        first = next(iter(found.values()))
        yield Note(text=text, evidence=(module.evidence(first),))


def _needed_argument(call: ast.Call) -> str:
    """The name of a command-line argument that has to be given."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    words = [text for each in call.args if (text := string(each))]
    if name not in ("add_argument", "argument", "option") or not words:
        return ""
    required = argument(call, "required")
    if isinstance(required, ast.Constant):
        return words[0] if required.value is True else ""
    is_positional = name != "option" and not words[0].startswith("-")
    nargs = argument(call, "nargs")
    may_be_left_out = (string(nargs) or "") in ("?", "*") or (
        name == "argument" and isinstance(nargs, ast.UnaryOp)
    )
    has_default = argument(call, "default") is not None
    return words[0] if is_positional and not may_be_left_out and not has_default else ""


def listens(code: Code, path: str) -> bool:
    """Whether a script opens a port itself."""
    return bool(code.holding(*_LISTENING, among=[path]))


def _needs_root(code: Code, path: str, root: str) -> bool:
    """Whether a script imports what lies in the root and not beside it."""
    own = folder(path)
    absolute = [each.module for each in code.imports(path) if not each.level]
    return any(
        importable(code, root, name) and not importable(code, own, name) for name in absolute
    )


def _told(code: Code, project: Project, start: Start) -> Iterator[Program]:
    path = start.script if code.tree.has(start.script) else ""
    if start.module and not path:
        for root in (*project.roots, ""):
            path = path or located(code, root, start.module) or ""
            path = path or located(code, root, f"{start.module}.__main__") or ""
    if path and path.endswith(".py") and not path.endswith("manage.py"):
        found = replace(script(code, project, path, Evidence(path=path)), score=75)
        given = start.arguments
        if given and not any("$" in word for word in given):
            found = replace(found, command=(*found.command, *given), notes=())
        yield found
    evidence = project.script_evidence.get(start.program)
    if start.program in project.scripts and project.installed and evidence:
        found = _entry_point(code, project, start.program)
        if start.arguments and not any("$" in word for word in start.arguments):
            found = replace(found, command=(start.program, *start.arguments))
        yield replace(found, score=75, told=True)


def _entry_points(code: Code, project: Project) -> Iterator[Program]:
    names = sorted(project.scripts, key=lambda name: (_is_extra(name), len(name), name))
    for name in names[:1]:
        if project.installed:
            yield _entry_point(code, project, name)


def _entry_point(code: Code, project: Project, name: str) -> Program:
    module, _, _ = project.scripts[name].partition(":")
    path = next(filter(None, (located(code, root, module) for root in project.roots)), "")
    evidence = project.script_evidence.get(name)
    return Program(
        kind="Python program",
        score=72,
        path=path,
        root=root_of(code, project, path) if path else "",
        reason="console script in",
        evidence=(evidence,) if evidence else (),
        command=(name, *serving(code, path)),
        listens=bool(path) and listens(code, path),
        port_is_ours=False,
    )


def _is_extra(name: str) -> bool:
    return (
        re.search(r"(?:^|[-_])(?:dev|test|tests|lint|docs|debug|admin|migrate)$", name) is not None
    )


def _scripts(code: Code, project: Project) -> Iterator[Program]:
    ranked = sorted(code.paths, key=_order)
    count = 0
    for path in ranked:
        name = path.rsplit("/", 1)[-1]
        named = name in _NAMES
        if not named and "__main__" not in code.text(path):
            continue
        if name == "manage.py" and "DJANGO_SETTINGS_MODULE" in code.text(path):
            continue  # it runs commands of a Django project and is no program of its own
        count += 1
        module = code.module(path) if count <= _MOST else None
        if module and (node := _running(module, named=named)):
            score = 25 if aside(path) else 60 if named else 45
            found = script(code, project, path, module.evidence(node))
            words = serving(code, path)
            yield replace(found, command=(*found.command, *words), score=score)


def _order(path: str) -> tuple[bool, int, int, str]:
    name = path.rsplit("/", 1)[-1]
    rank = _NAMES.index(name) if name in _NAMES else len(_NAMES)
    depth = path.count("/") - path.startswith("src/")
    # A file of a usual name one folder deeper is likelier than one of any name above it.
    return aside(path), depth + (rank == len(_NAMES)), rank, path


def _running(module: Module, *, named: bool) -> ast.AST | None:
    """What makes a file a program: a main guard, or a call that runs something."""
    if guard := has_main(module):
        return guard
    if module.path.endswith("__main__.py") and module.syntax.body:
        return module.syntax.body[-1]
    if not named:
        return None
    for node in module.top:
        if isinstance(node, ast.While):
            return node
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            name = function.attr if isinstance(function, ast.Attribute) else ""
            name = name or getattr(function, "id", "")
            if name in _RUNNING:
                return node
    return None
