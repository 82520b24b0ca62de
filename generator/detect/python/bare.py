"""Flask apps that have no routes until a function of the project adds them."""

import ast
import re
from collections import Counter
from collections.abc import Iterable

from generator.detect.python.code import Code, Module, aside, assigned
from generator.detect.python.frameworks import AppObject, loaded, stem

_ADDING = ("register_blueprint", "add_url_rule", "route", "get", "post")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_MOST = 30  # files looked at


def is_bare(code: Code, app: AppObject) -> bool:
    """Whether a server that loads the object would answer nothing but 404.

    So it is where the routes are added in functions alone, none of which a module calls when it
    is loaded: the project's own script does it before it starts a server.
    """
    if app.framework.name != "Flask" or app.factory:
        return False
    marks = [f"{app.name}.{each}(" for each in _ADDING]
    paths = [path for path in code.holding(*marks) if not aside(path)][:_MOST]
    added: Counter[tuple[str, str]] = Counter()
    others: dict[_Function, bool] = {}  # whether they add to another app
    for module in code.modules(paths):
        if module.path != app.path and app.name not in module.names:
            continue  # it has another one of that name
        for node in module.nodes:
            if _adds(node, app.name):
                function = _around(module, node)
                if function is None:
                    return False
                if function not in others:
                    others[function] = _is_own(function, app.name)
                if not others[function]:
                    added[module.path, function.name] += 1
    most = [place for place, _ in added.most_common(1)]
    return bool(most) and not _called(code, most) and not _extended(code, app)


def _is_own(function: _Function, name: str) -> bool:
    """Whether a name in a function is its parameter or variable, and so another app."""
    arguments = function.args
    given = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    is_given = any(each.arg == name for each in given)
    pairs = filter(None, map(assigned, ast.walk(function)))
    return is_given or any(pair[0] == name for pair in pairs)


def _adds(node: ast.AST, name: str) -> bool:
    """Whether a call adds a route to the app of a name."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    owner = node.func.value
    return node.func.attr in _ADDING and isinstance(owner, ast.Name) and owner.id == name


def _around(module: Module, node: ast.AST) -> _Function | None:
    """The outermost function around a node, but not one that the node only decorates."""
    found: _Function | None = None
    child, outer = node, module.parents.get(node)
    while outer is not None:
        if isinstance(outer, _Function) and child not in outer.decorator_list:
            found = outer
        child, outer = outer, module.parents.get(outer)
    return found


def _called(code: Code, functions: Iterable[tuple[str, str]]) -> bool:
    """Whether a module calls one of some functions when it is loaded."""
    places = {name: path for path, name in functions}
    for module in code.modules(code.holding(*(f"{name}(" for name in places))[:_MOST]):
        for statement in loaded(module):
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            for node in ast.walk(statement):
                source = module.dotted(node.func) if isinstance(node, ast.Call) else ""
                head, _, name = source.rpartition(".")
                if name in places and _means(head, module.path, places[name]):
                    return True
    return False


def _means(head: str, caller: str, path: str) -> bool:
    """Whether what stands before a function's name means the file that has it."""
    return head.rpartition(".")[2] == stem(path) if head else caller == path


def _extended(code: Code, app: AppObject) -> bool:
    """Whether an extension adds routes of its own when the module is loaded."""
    module = code.module(app.path)
    names: set[str] = set()
    for statement in loaded(module) if module else ():
        if (pair := assigned(statement)) and isinstance(pair[1], ast.Call):
            given = [each.id for each in pair[1].args if isinstance(each, ast.Name)]
            given += [k.value.id for k in pair[1].keywords if isinstance(k.value, ast.Name)]
            if app.name in given:
                names.add(pair[0])
    text = code.text(app.path)
    return not names.isdisjoint(re.findall(r"^@?(\w{1,200})\.(?!init_app)\w", text, re.MULTILINE))
