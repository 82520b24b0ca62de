"""What a project declares of itself in setup.cfg and setup.py, without running any of it."""

import ast
import configparser
import warnings
from collections.abc import Callable, Iterable
from typing import Any

from generator.detect.python import specifiers
from generator.detect.python.manifest import Lines, Manifest, listed
from generator.detect.tree import Tree
from generator.detect.values import mapping, text, texts

_LONGEST_SETUP = 200_000  # characters
_LONGEST_NAME = 200  # characters of a text that may name a file
# Keywords of setup() by which a tool asks git for the version.
_VERSION_KEYWORDS = {"use_scm_version": "setuptools-scm", "pbr": "pbr"}


def read_setup_cfg(tree: Tree) -> Manifest | None:
    """The project in a setup.cfg; None if it only configures tools."""
    content = tree.text("setup.cfg")
    if not content:
        return None
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(content)
    except configparser.Error:
        return None
    if not parser.get("metadata", "name", fallback=""):
        return None
    lines = Lines(tree, "setup.cfg")
    scripts = _entry_points(parser.get("options.entry_points", "console_scripts", fallback=""))
    extras = (
        dict(parser.items("options.extras_require"))
        if parser.has_section("options.extras_require")
        else {}
    )
    where = parser.get("options.packages.find", "where", fallback="")
    folders = dict(_pairs(parser.get("options", "package_dir", fallback="")))
    return Manifest(
        path="setup.cfg",
        kind="setup.cfg",
        name=parser.get("metadata", "name"),
        version=_plain(parser.get("metadata", "version", fallback="")),
        python=parser.get("options", "python_requires", fallback=""),
        python_line=lines.at("python_requires").line,
        requirements=listed(
            parser.get("options", "install_requires", fallback="").split("\n"), lines
        ),
        extras={
            specifiers.normalized(name): listed(value.split("\n"), lines)
            for name, value in extras.items()
        },
        scripts=scripts,
        script_evidence={name: lines.at(name, target) for name, target in scripts.items()},
        backend="setuptools.build_meta",
        readings=_cfg_readings(parser, folders.get("", where)),
        folders=folders or ({"": where} if where else {}),
    )


def _cfg_readings(parser: configparser.RawConfigParser, code: str) -> tuple[str, ...]:
    """What setuptools opens for the metadata; of a module the two places it may lie in."""
    found = []
    for _, value in parser.items("metadata"):
        kind, _, named = value.partition(":")
        if kind == "file":
            found += [part.strip() for part in named.split(",")]
        elif kind == "attr":
            module = named.strip().rpartition(".")[0].replace(".", "/")
            start = f"{code.strip('/')}/{module}".lstrip("/")
            found += [f"{start}/__init__.py", f"{start}.py"]
    return tuple(dict.fromkeys(found))


def _plain(value: str) -> str:
    return "" if value.startswith(("attr:", "file:")) else value


def _pairs(value: str) -> list[tuple[str, str]]:
    found = []
    for line in value.split("\n"):
        name, equals, folder = line.partition("=")
        if equals:
            found.append((name.strip(), folder.strip()))
    return found


def _entry_points(value: str | Iterable[object]) -> dict[str, str]:
    rows = value.split("\n") if isinstance(value, str) else [text(each) for each in value]
    found = {}
    for row in rows:
        name, _, target = row.partition("=")
        if target and ":" in target:
            found[name.strip()] = target.split("[")[0].strip()
    return found


def read_setup_py(tree: Tree) -> Manifest | None:
    """The project in a setup.py, as far as it is written out there."""
    content = tree.text("setup.py")
    if content is None:
        return None
    module = syntax(content)
    found = _setup_call(module) if module else None
    if module is None or found is None:
        return (
            Manifest(path="setup.py", kind="setup.py", backend="setuptools.build_meta")
            if ("setup(" in content)
            else None
        )
    values, known = _Values(module), {each.arg: each for each in found.keywords if each.arg}

    def given(name: str) -> Any:
        return values.of(known[name].value) if name in known else None

    lines = Lines(tree, "setup.py")
    entry = given("entry_points")
    console = entry.get("console_scripts") if isinstance(entry, dict) else None
    scripts = _entry_points(console if isinstance(console, str | list | tuple) else [])
    requires = given("install_requires")
    extras = mapping(given("extras_require"))
    strings = {
        node.value
        for node in ast.walk(module)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and len(node.value) < _LONGEST_NAME
    }
    dynamic = ["dependencies"] if "install_requires" in known and requires is None else []
    if any(key in known for key in _VERSION_KEYWORDS):
        dynamic.append("version")
    return Manifest(
        path="setup.py",
        kind="setup.py",
        name=text(given("name")),
        version=text(given("version")),
        python=text(given("python_requires")),
        python_line=known["python_requires"].value.lineno if "python_requires" in known else 0,
        requirements=listed(_rows(requires), lines),
        extras={
            specifiers.normalized(name): listed(_rows(each), lines) for name, each in extras.items()
        },
        scripts=scripts,
        script_evidence={name: lines.at(name, target) for name, target in scripts.items()},
        backend="setuptools.build_meta",
        build_requires=tuple(tool for key, tool in _VERSION_KEYWORDS.items() if key in known),
        dynamic=tuple(dynamic),
        readings=tuple(sorted(each for each in strings if tree.has(each.removeprefix("./")))),
        folders={
            name: folder
            for name, folder in mapping(given("package_dir")).items()
            if isinstance(folder, str)
        },
    )


def setup_keywords(tree: Tree) -> dict[str, tuple[Any, int]]:
    """What the call of setup() in a setup.py has written out, each with its line."""
    module = syntax(tree.text("setup.py") or "")
    found = _setup_call(module) if module else None
    if module is None or found is None:
        return {}
    values = _Values(module)
    return {
        each.arg: (values.of(each.value), each.value.lineno) for each in found.keywords if each.arg
    }


def _rows(value: object) -> list[str]:
    return [row for each in texts(value) for row in each.split("\n") if row.strip()]


def syntax(content: str) -> ast.Module | None:
    """The syntax tree of a Python text; None if it is broken, too deep or too long."""
    if len(content) > _LONGEST_SETUP:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _setup_call(module: ast.Module) -> ast.Call | None:
    for node in ast.walk(module):
        if isinstance(node, ast.Call):
            name = node.func
            called = name.id if isinstance(name, ast.Name) else getattr(name, "attr", "")
            if called == "setup":
                return node
    return None


class _Values:
    """The values of expressions that are written out, also by the name of a constant."""

    def __init__(self, module: ast.Module) -> None:
        self._names = {
            target.id: node.value
            for node in module.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def of(self, node: ast.expr) -> Any:
        """The value of an expression, or None if only running the code would tell it."""
        if isinstance(node, ast.Name):
            node = self._names.get(node.id, node)
        literal: Callable[[ast.expr], Any] = ast.literal_eval
        try:
            return literal(node)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return None
