"""Folders and files that code names in an expression, such as `BASE_DIR / "static"`."""

import ast
import posixpath

from generator.detect.python.code import Module, assigned, string
from generator.detect.python.layout import folder


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
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Add):
        return _sum(module, node, known, depth)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        inner = path_of(module, node.value, known, depth + 1)
        return None if inner is None else folder(inner)
    if isinstance(node, ast.Subscript):
        return _parents(module, node, known, depth)
    if isinstance(node, ast.Call):
        return _called(module, node, known, depth)
    if isinstance(node, ast.JoinedStr):
        return _formatted(module, node, known, depth)
    return None


def _inside(path: str) -> str | None:
    """A path without `.` and `..`; None if it is absolute, leads out or is no path at all."""
    if len(path) > 200 or "://" in path or path.startswith(("/", "~")):
        return None
    plain = posixpath.normpath(path) if path else ""
    return None if plain.startswith("..") else "" if plain == "." else plain


def _sum(module: Module, node: ast.BinOp, known: dict[str, str], depth: int) -> str | None:
    left = path_of(module, node.left, known, depth + 1)
    right = string(node.right)
    if left is None or right is None:
        return None
    if isinstance(node.op, ast.Add) and left and not right.startswith("/"):
        return _inside(f"{left}{right}")
    return _inside(posixpath.join(left, right.lstrip("/")))


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
    name = call.func.attr if isinstance(call.func, ast.Attribute) else module.dotted(call.func)
    name = name.rpartition(".")[2]
    first = path_of(module, call.args[0], known, depth + 1) if call.args else None
    if name in ("resolve", "absolute", "as_posix", "expanduser") and not call.args:
        is_method = isinstance(call.func, ast.Attribute)
        return path_of(module, call.func.value, known, depth + 1) if is_method else None  # type: ignore[attr-defined]
    if name in ("Path", "str", "abspath", "realpath", "PurePath", "path", "normpath", "fspath"):
        return first
    if name == "dirname":
        return None if first is None else folder(first)
    if name == "getcwd" or (name == "cwd" and not call.args):
        return ""
    if name in ("join", "joinpath"):
        parts = list(call.args)
        base = first
        if name == "joinpath" and isinstance(call.func, ast.Attribute):
            base = path_of(module, call.func.value, known, depth + 1)
            parts = [call.args[0] if call.args else call, *parts]
        texts = [string(part) for part in parts[1:]]
        if base is None or any(text is None for text in texts):
            return None
        return _inside(posixpath.join(base, *(text.lstrip("/") for text in texts if text)))
    return None


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
