"""Folders and files that code names in an expression, such as `BASE_DIR / "static"`."""

import ast
import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from generator.detect.python.code import Module, argument, assigned, string
from generator.detect.python.layout import folder

_SAME = ("Path", "PurePath", "abspath", "fspath", "normpath", "path", "realpath", "str")
INSTANCE = ".instance_path"
"""What the folder of `app.instance_path` is known by: no name of Python can be this."""
_READING = ("os.getenv", "os.environ.get", "getenv", "decouple.config")
_SAME_METHODS = ("absolute", "as_posix", "expanduser", "resolve")


def known_paths(module: Module) -> dict[str, str]:
    """The names of a module that hold a path, each as a path in the tree.

    A path that the code gives relative to the working directory counts from the top.
    """
    found: dict[str, str] = {}
    for node in module.top:
        pair = assigned(node)
        if pair and (path := path_of(module, pair[1], found)) is not None:
            found[pair[0]] = path
    return found


def all_paths(module: Module, imported: Mapping[str, str]) -> dict[str, str]:
    """The names that hold a path, those of functions, absolute paths and defaults included."""
    found = dict(imported)
    for node in module.nodes:
        pair = assigned(node)
        if pair is None:
            continue
        value, _ = default_of(module, pair[1])
        text = string(value) or ""
        path = text.rstrip("/") if text.startswith("/") else path_of(module, value, found)
        if path is not None:
            found.setdefault(pair[0], path)
    return found


def default_of(module: Module, value: ast.expr) -> tuple[ast.expr, str]:
    """The default of a variable that a value is read from, and its name; else the value itself."""
    variable = ""
    for _ in range(4):
        if not isinstance(value, ast.Call) or len(value.args) + len(value.keywords) == 0:
            break
        source = module.dotted(value.func)
        default = argument(value, "default", 1)
        if source in _READING and default is not None:
            variable = string(argument(value, "key", 0)) or ""
            value = default
        elif source.rpartition(".")[2] == "Path" and len(value.args) == 1:
            value = value.args[0]
        else:
            break
    return value, variable


def path_of(
    module: Module, node: ast.expr | None, known: dict[str, str], depth: int = 0
) -> str | None:
    """The path in the tree that an expression gives; None if it is none or leads out."""
    if depth > 12 or node is None:
        return None
    if isinstance(node, ast.Name):
        return module.path if node.id == "__file__" else known.get(node.id)
    if (text := string(node)) is not None:
        return _inside(text)
    for kind, read in _READERS.items():
        if isinstance(node, kind):
            return read(module, node, known, depth)
    return None


def _inside(path: str) -> str | None:
    """A path without `.` and `..`; None if it is absolute, leads out or is no path at all."""
    if len(path) > 200 or "://" in path or path.startswith(("/", "~")):
        return None
    plain = posixpath.normpath(path) if path else ""
    return None if plain.startswith("..") else "" if plain == "." else plain


def _sum(module: Module, node: ast.BinOp, known: dict[str, str], depth: int) -> str | None:
    if not isinstance(node.op, ast.Div | ast.Add):
        return None
    left = path_of(module, node.left, known, depth + 1)
    right = string(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Add) and left and not right.startswith("/"):
        return _below(left, f"{left}{right}")
    return _below(left, posixpath.join(left, right.lstrip("/")))


def _below(base: str, path: str) -> str | None:
    """A path that begins with one known before, which may be absolute."""
    return posixpath.normpath(path) if base.startswith("/") else _inside(path)


def _parent(module: Module, node: ast.Attribute, known: dict[str, str], depth: int) -> str | None:
    if node.attr == "instance_path":
        return known.get(INSTANCE)
    inner = path_of(module, node.value, known, depth + 1) if node.attr == "parent" else None
    return None if inner is None else folder(inner)


def _parents(module: Module, node: ast.Subscript, known: dict[str, str], depth: int) -> str | None:
    value, index = node.value, node.slice
    if not (isinstance(value, ast.Attribute) and value.attr == "parents"):
        return None
    path = path_of(module, value.value, known, depth + 1)
    if path is None or not isinstance(index, ast.Constant) or not isinstance(index.value, int):
        return None
    for _ in range(min(index.value, 20) + 1):
        path = folder(path)
    return path


def _called(module: Module, call: ast.Call, known: dict[str, str], depth: int) -> str | None:
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else module.dotted(call.func)
    name = name.rpartition(".")[2]
    found: str | None = None
    if name in _SAME_METHODS and not call.args:
        found = path_of(module, owner, known, depth + 1)
    elif name in _SAME and call.args:
        found = path_of(module, call.args[0], known, depth + 1)
    elif name == "dirname" and call.args:
        inner = path_of(module, call.args[0], known, depth + 1)
        found = None if inner is None else folder(inner)
    elif name in ("cwd", "getcwd"):
        found = ""
    elif name == "joinpath":
        found = _join(path_of(module, owner, known, depth + 1), call.args)
    elif name == "join" and call.args:
        found = _join(path_of(module, call.args[0], known, depth + 1), call.args[1:])
    return found


def _join(base: str | None, parts: list[ast.expr]) -> str | None:
    texts = [string(part) for part in parts]
    plain = [text.lstrip("/") for text in texts if text is not None]
    if base is None or len(plain) < len(texts):
        return None
    return _below(base, posixpath.join(base, *plain))


def _formatted(
    module: Module, node: ast.JoinedStr, known: dict[str, str], depth: int
) -> str | None:
    text = ""
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            inner = path_of(module, value.value, known, depth + 1)
            if inner is None:
                return None
            text += inner or "."
        else:
            text += string(value) or ""
    return _inside(text)


_READERS: dict[type[ast.expr], Callable[[Module, Any, dict[str, str], int], str | None]] = {
    ast.Attribute: _parent,
    ast.BinOp: _sum,
    ast.Call: _called,
    ast.JoinedStr: _formatted,
    ast.Subscript: _parents,
}
