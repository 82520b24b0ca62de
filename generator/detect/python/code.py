"""A project's Python code: which files matter, and their syntax trees, within bounds.

Parsing is what takes time, so a file is parsed only if its text holds a word that was asked for.
"""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from generator.detect.model import Evidence
from generator.detect.tree import Tree

MOST_READ = 600  # files
MOST_PARSED = 150  # files
MOST_PARSED_TEXT = 2**19  # characters, of all parsed files together
LARGEST = 2**18  # characters of one file

_NEVER = frozenset(
    [
        "build",
        "dist",
        "env",
        "migrations",
        "node_modules",
        "site-packages",
        "third_party",
        "venv",
        "vendor",
        "versions",
        "virtualenv",
        "_vendor",
        "__pycache__",
    ]
)
_ASIDE = frozenset(
    [
        "benchmark",
        "benchmarks",
        "ci",
        "demo",
        "demos",
        "doc",
        "docker",
        "docs",
        "e2e",
        "example",
        "examples",
        "integration",
        "notebooks",
        "sample",
        "samples",
        "script",
        "scripts",
        "spec",
        "test",
        "testing",
        "tests",
        "tools",
        "tutorial",
        "tutorials",
    ]
)
_NO_APP = frozenset(
    [
        "conftest.py",
        "dodo.py",
        "fabfile.py",
        "gunicorn.conf.py",
        "gunicorn_conf.py",
        "noxfile.py",
        "setup.py",
        "versioneer.py",
    ]
)
_NAMES = ("wsgi", "asgi", "app", "main", "application", "server", "api", "__init__", "__main__")
# The parentheses of a long import are bounded, so that broken ones cost no time.
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]{0,4000}\)|[^\n#]*)"
    r"|import[ \t]+([\w., \t]+))",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Import:
    """One import: `level` dots, the dotted module, and the names taken from it."""

    level: int
    module: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Module:
    """A parsed file."""

    path: str
    text: str
    syntax: ast.Module

    def evidence(self, node: ast.AST) -> Evidence:
        """Where a node stands."""
        return Evidence(path=self.path, line=getattr(node, "lineno", 0))

    @cached_property
    def _walked(self) -> tuple[list[ast.AST], dict[ast.AST, ast.AST]]:
        nodes: list[ast.AST] = [self.syntax]
        parents: dict[ast.AST, ast.AST] = {}
        for node in nodes:  # which grows
            for child in ast.iter_child_nodes(node):
                if not isinstance(child, ast.expr_context):
                    parents[child] = node
                    nodes.append(child)
        return nodes, parents

    @property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the syntax tree."""
        return self._walked[0]

    @property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        return self._walked[1]

    @cached_property
    def names(self) -> dict[str, str]:
        """What each imported name stands for, as a dotted name; relative ones begin with `.`."""
        found: dict[str, str] = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom):
                start = "." * node.level + (node.module or "")
                for alias in node.names:
                    joint = "" if start.endswith(".") else "."
                    found[alias.asname or alias.name] = f"{start}{joint}{alias.name}"
        return found

    def dotted(self, node: ast.AST | None) -> str:
        """The full dotted name of an expression such as `web.Application`, or nothing."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        parts.append(self.names.get(node.id, node.id))
        return ".".join(reversed(parts))

    @cached_property
    def top(self) -> list[ast.stmt]:
        """The statements that run on import, those in `if`, `try` and `with` included."""
        return list(statements(self.syntax.body))


class Code:
    """The Python files of a tree, those that are likely to start an app first."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        found = [path for path in tree.files if path.endswith(".py") and not _never(path)]
        self.paths = sorted(found, key=_order)[:MOST_READ]
        self.folders = {
            path[:place] for path in self.paths for place, char in enumerate(path) if char == "/"
        }
        self._modules: dict[str, Module | None] = {}
        self._parsed_text = 0

    def holding(self, *words: str, among: Iterable[str] | None = None) -> list[str]:
        """The files whose text holds one of some words."""
        paths = self.paths if among is None else among
        return [path for path in paths if any(word in self.text(path) for word in words)]

    def text(self, path: str) -> str:
        """The text of a file; empty if it cannot be read."""
        return self.tree.text(path) or ""

    def modules(self, paths: Iterable[str]) -> Iterator[Module]:
        """The parsed files of some paths, without those that cannot be parsed."""
        return filter(None, map(self.module, paths))

    def module(self, path: str) -> Module | None:
        """A parsed file, or None if it is broken, too large or one too many."""
        if path not in self._modules:
            self._modules[path] = self._parse(path)
        return self._modules[path]

    def _parse(self, path: str) -> Module | None:
        text = self.text(path)
        many = sum(module is not None for module in self._modules.values()) >= MOST_PARSED
        if many or len(text) > LARGEST or self._parsed_text + len(text) > MOST_PARSED_TEXT:
            return None
        self._parsed_text += len(text)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of escapes in the project's own strings
                return Module(path=path, text=text, syntax=ast.parse(text))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    def imports(self, path: str) -> list[Import]:
        """What a file imports, read without parsing it."""
        found = []
        for source, names, plain in _IMPORT.findall(self.text(path)[:LARGEST]):
            if plain:
                found += [Import(0, name) for name in re.findall(r"[A-Za-z_][\w.]*", plain)]
            else:
                module = source.lstrip(".")
                taken = re.findall(r"[A-Za-z_]\w*", names)
                found.append(Import(len(source) - len(module), module, tuple(taken)))
        return found


def aside(path: str) -> bool:
    """Whether a file stands where tests, documentation or examples do."""
    *folders, name = path.split("/")
    is_test = name.startswith("test_") or name.endswith(("_test.py", "_tests.py"))
    return is_test or name == "tests.py" or not _ASIDE.isdisjoint(folders)


def name_rank(path: str) -> int:
    """How likely a file of this name starts the app: 0 is likeliest."""
    stem = path.rsplit("/", 1)[-1].removesuffix(".py")
    return _NAMES.index(stem) if stem in _NAMES else len(_NAMES)


def meant(paths: Iterable[str], module: str) -> Iterator[str]:
    """The files among some that a dotted module name may mean, whatever it starts from."""
    base = module.strip(".").replace(".", "/")
    ends = (f"/{base}.py", f"/{base}/__init__.py")
    return (path for path in paths if base and f"/{path}".endswith(ends))


def statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements with those nested in `if`, `try` and `with`, but not in functions or classes."""
    waiting = list(reversed(body))
    while waiting:
        node = waiting.pop()
        yield node
        inner: list[ast.stmt] = []
        if isinstance(node, ast.If | ast.Try | ast.With | ast.AsyncWith):
            inner += node.body
        if isinstance(node, ast.Try):
            inner += [each for handler in node.handlers for each in handler.body]
        if isinstance(node, ast.If | ast.Try):
            inner += node.orelse
        waiting += reversed(inner)


def source(node: ast.AST) -> str:
    """The code of an expression; empty for one that is nested too deep."""
    try:
        return ast.unparse(node)
    except RecursionError:
        return ""


def assigned(node: ast.AST) -> tuple[str, ast.expr] | None:
    """The name and value of an assignment to one plain name."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target, value = node.target, node.value
    else:
        return None
    return (target.id, value) if isinstance(target, ast.Name) else None


def string(node: ast.AST | None) -> str | None:
    """A constant text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def parameter_defaults(function: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    """The parameters of a function that have a default, by name."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args]
    late = named[len(named) - len(arguments.defaults) :]
    found = {each.arg: value for each, value in zip(late, arguments.defaults, strict=True)}
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            found[each.arg] = value
    return found


def argument(call: ast.Call, name: str, place: int = -1) -> ast.expr | None:
    """An argument of a call by its keyword or place."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    return call.args[place] if 0 <= place < len(call.args) else None


def is_main_guard(node: ast.AST) -> bool:
    """Whether a statement is `if __name__ == "__main__":`."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = [node.test.left, *node.test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    return "__name__" in names and "__main__" in map(string, sides)


def _never(path: str) -> bool:
    *folders, name = path.split("/")
    hidden = any(folder.startswith(".") for folder in folders)
    generated = name.endswith(("_pb2.py", "_pb2_grpc.py"))
    return hidden or generated or name in _NO_APP or not _NEVER.isdisjoint(folders)


def _order(path: str) -> tuple[bool, int, int, str]:
    return aside(path), path.count("/"), name_rank(path), path
