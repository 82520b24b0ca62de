"""Scripts that start a server for development: what to load instead, or what to change."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from generator.detect.model import Note
from generator.detect.python.code import Code, Module, argument, assigned, is_main_guard, string
from generator.detect.python.frameworks import loaded, maker
from generator.detect.python.layout import dotted_name, reached, root_of
from generator.detect.python.model import Project
from generator.detect.python.program import Program

_WORDS = ("Flask(", "Quart(", ".run(", ".run_server(", "make_server(", "http.server", "bottle")
_WITH_RUN = ("Flask", "Quart", "Dash", "Bottle")
# Packages that are servers for production, which a script may start itself.
_SERVERS = (
    "waitress",
    "gevent",
    "eventlet",
    "cheroot",
    "cherrypy",
    "gunicorn",
    "hypercorn",
    "uvicorn",
)
_RUN = ("run", "run_server")
_STANDARD = ("HTTPServer", "ThreadingHTTPServer", "TCPServer", "ThreadingTCPServer", "test")
_BOTTLE_PORT = 8080
# What bottle's `run` takes when it is given no server.
_OF_BOTTLE = ("", "wsgiref")
_MOST = 30  # files that are looked at for one program


def checked(code: Code, project: Project, program: Program) -> Program:
    """A script as it is, or what a production server loads of it, or why it must be changed."""
    module = code.module(program.path) if code.holding(*_WORDS, among=[program.path]) else None
    if module:
        program = _own(code, project, program, module)
    if program.target or program.missing:
        return program
    return replace(program, notes=(*program.notes, *_notes(code, program)))


def loadable(code: Code, program: Program) -> Program:
    """A web app as it is, or why no server can load its file."""
    module = code.module(program.path) if program.interface == "wsgi" else None
    made = _made(loaded(module), module) if module else {}
    for node in module.nodes if module and (made or "bottle" in module.text) else ():
        if module and isinstance(node, ast.Call) and _runs_on_import(module, node):
            is_run = _is_run(node, made) or module.dotted(node.func) == "bottle.run"
            if is_run:
                text = f"{module.evidence(node)} starts a server for development when a server "
                text += 'loads the file: put it below `if __name__ == "__main__":`'
                return replace(program, missing=text)
    return program


def _own(code: Code, project: Project, program: Program, module: Module) -> Program:
    calls = [node for node in module.nodes if isinstance(node, ast.Call)]
    if found := _run_in_function(module, calls):
        return replace(program, missing=_text(module, *found))
    for call in calls:
        name = module.dotted(call.func)
        if name == "wsgiref.simple_server.make_server":
            return _wsgiref(code, project, program, module, call)
        if name == "bottle.run" and (string(argument(call, "server")) or "") in _OF_BOTTLE:
            return _bottle(code, project, program, module, call)
    return program


def _run_in_function(module: Module, calls: list[ast.Call]) -> tuple[str, ast.Call] | None:
    """The framework and the call that runs an app which no server can load."""
    if any(full.partition(".")[0] in _SERVERS for full in module.names.values()):
        return None  # it may run another one than for development
    made = _made(module.nodes, module)
    own = {pair[0] for node in loaded(module) if (pair := assigned(node))}
    for call in calls:
        function = call.func
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            name = function.value.id
            if _is_run(call, made) and name not in own:
                return made[name], call
    return None


def _is_run(call: ast.Call, made: Mapping[str, str]) -> bool:
    """Whether a call starts the server for development of an app."""
    function = call.func
    if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
        return False
    is_own = (string(argument(call, "server")) or "") in _OF_BOTTLE
    return function.attr in _RUN and function.value.id in made and is_own


def _made(nodes: Iterable[ast.AST], module: Module) -> dict[str, str]:
    """The names that hold apps, with their frameworks."""
    made = {}
    for node in nodes:
        pair = assigned(node)
        framework = maker(module, pair[1]) if pair else None
        if pair and framework and framework.name in _WITH_RUN:
            made[pair[0]] = framework.name
    return made


def _text(module: Module, framework: str, call: ast.Call) -> str:
    return (
        f"{module.evidence(call)} starts {framework}'s server for development, and no other can "
        "load the app: make it at the top of the module, or in a function such as create_app() "
        "that returns it"
    )


def _wsgiref(
    code: Code, project: Project, program: Program, module: Module, call: ast.Call
) -> Program:
    app = argument(call, "app", 2)
    name = app.id if isinstance(app, ast.Name) else ""
    place = _top(module).get(name)
    if place is None or _runs_on_import(module, call):
        text = f"{module.evidence(call)} starts wsgiref's server for development: make the app at "
        text += 'the top of the module, and start it below `if __name__ == "__main__":` alone'
        return replace(program, missing=text)
    return _served(code, project, program, f"{name}", module, place)


def _bottle(
    code: Code, project: Project, program: Program, module: Module, call: ast.Call
) -> Program:
    given = argument(call, "app", 0)
    names = _top(module)
    name = given.id if isinstance(given, ast.Name) and given.id in names else ""
    place = names.get(name)
    if given is None:
        known = [each for each, full in module.names.items() if full == "bottle.default_app"]
        if known:
            name, place = f"{known[0]}()", call
    if place is None or _runs_on_import(module, call):
        text = f"{module.evidence(call)} starts Bottle's server for development: add `app = "
        text += "bottle.default_app()` after the routes, and call run() below "
        text += '`if __name__ == "__main__":` alone'
        return replace(program, missing=text)
    return replace(
        _served(code, project, program, name, module, place), kind="Bottle app", port=_BOTTLE_PORT
    )


def _served(  # noqa: PLR0913, PLR0917 - all that was read before
    code: Code, project: Project, program: Program, name: str, module: Module, place: ast.AST
) -> Program:
    root = root_of(code, project, module.path)
    target = dotted_name(module.path, root)
    if not target:
        return program
    return Program(
        kind="Python web app",
        score=85,
        path=module.path,
        root=root,
        reason="WSGI app in",
        evidence=(module.evidence(place),),
        interface="wsgi",
        target=f"{target}:{name}",
        port=8000,
    )


def _top(module: Module) -> dict[str, ast.AST]:
    """The names that a module has when it is loaded, with the statement that makes each."""
    found: dict[str, ast.AST] = {}
    for node in loaded(module):
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif pair := assigned(node):
            found[pair[0]] = node
    return found


def _runs_on_import(module: Module, call: ast.Call) -> bool:
    """Whether a call is made when the module is loaded."""
    node: ast.AST | None = call
    while node is not None:
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if is_function or is_main_guard(node):
            return False
        node = module.parents.get(node)
    return True


def _notes(code: Code, program: Program) -> Iterator[Note]:
    """Say that a program brings a server which is not meant for production."""
    files = reached(code, program.path, program.root)[:_MOST] if program.path else []
    for module in code.modules(code.holding(*_WORDS, among=files)):
        calls = [node for node in module.nodes if isinstance(node, ast.Call)]
        found = _run_in_function(module, calls) if module.path != program.path else None
        if found:
            yield Note(text=_text(module, *found), evidence=(module.evidence(found[1]),))
            return
        for call in calls:
            source, _, name = module.dotted(call.func).rpartition(".")
            is_standard = source in ("http.server", "socketserver") and name in _STANDARD
            if is_standard and "http.server" in module.text:
                text = "it serves with Python's http.server, which is not meant for production: "
                text += "put a proxy before it, or use a framework with a server of its own"
                yield Note(text=text, evidence=(module.evidence(call),))
                return
