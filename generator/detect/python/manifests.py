"""What a project declares of itself: pyproject.toml, setup.cfg, setup.py and Pipfile."""

import ast
import configparser
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.detect.model import Evidence
from generator.detect.python import specifiers
from generator.detect.python.model import Requirement
from generator.detect.tree import Tree
from generator.detect.values import entries, mapping, text, texts

PYPROJECT = "pyproject.toml"
_MOST = 1000  # requirements of one list
_LONGEST_SETUP = 200_000  # characters
_MOST_PLACES = 50  # of one word in a file
# Keywords of setup() by which a tool asks git for the version.
_VERSION_KEYWORDS = {"use_scm_version": "setuptools-scm", "pbr": "pbr"}


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One project as one file declares it.

    `kind` is project (the standard table), poetry, setup.cfg, setup.py or pipenv. `backend` is the
    module that builds a package of it, empty if nothing says. `dynamic` are the fields that only
    building tells. `packaged` is False where the project says that it is no package. `readings` are
    files that the build reads, by what the manifest names.
    """

    path: str
    kind: str
    name: str = ""
    version: str = ""
    python: str = ""
    python_line: int = 0
    requirements: tuple[Requirement, ...] = ()
    extras: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    script_evidence: Mapping[str, Evidence] = field(default_factory=dict)
    backend: str = ""
    build_requires: tuple[str, ...] = ()
    dynamic: tuple[str, ...] = ()
    packaged: bool = True
    readings: tuple[str, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    """Folders of packages by name, as `package_dir` of setuptools says; "" is the root."""


class Lines:
    """The places of words in a file."""

    def __init__(self, tree: Tree, path: str) -> None:
        self.path = path
        self._text = f"{tree.text(path) or ''}\n".lower()

    def at(self, first: str, *others: str) -> Evidence:
        """The first line that holds some words, without regard to case."""
        found = -1
        for _ in range(_MOST_PLACES):
            found = self._text.find(first.lower(), found + 1)
            if found < 0:
                break
            start = self._text.rfind("\n", 0, found) + 1
            line = self._text[start : self._text.index("\n", found)]
            if all(word.lower() in line for word in others):
                return Evidence(path=self.path, line=self._text.count("\n", 0, start) + 1)
        return Evidence(path=self.path)


def read_pyproject(tree: Tree, path: str = PYPROJECT) -> Manifest | None:
    """The project in a pyproject.toml; None if it only configures tools."""
    document = tree.toml(path)
    project = mapping(document.get("project"))
    tool = mapping(document.get("tool"))
    poetry = mapping(tool.get("poetry"))
    if not project and not poetry:
        return None
    lines = Lines(tree, path)
    build = mapping(document.get("build-system"))
    requires = tuple(
        parsed.name.lower()
        for each in texts(build.get("requires"))
        if (parsed := specifiers.parse(each))
    )
    backend = text(build.get("build-backend"))
    common: dict[str, Any] = {
        "path": path,
        "backend": backend or ("setuptools.build_meta:__legacy__" if build else ""),
        "build_requires": requires,
    }
    if poetry and not (project.get("name") or project.get("dependencies")):
        return _poetry(poetry, project, lines, common)
    sources = mapping(mapping(tool.get("uv")).get("sources"))
    groups = {
        specifiers.normalized(name): _listed(value, lines, sources)
        for name, value in mapping(document.get("dependency-groups")).items()
    }
    extras = mapping(project.get("optional-dependencies"))
    scripts = _scripts(project.get("scripts"))
    packaged = mapping(tool.get("uv")).get("package") is not False
    packaged = packaged and poetry.get("package-mode") is not False
    packaged = packaged and mapping(tool.get("pdm")).get("distribution") is not False
    found = _listed(project.get("dependencies"), lines, sources)
    if not found and poetry.get("dependencies"):
        found = _poetry_requirements(poetry.get("dependencies"), lines)
    return Manifest(
        **common,
        kind="project",
        name=text(project.get("name")),
        version=text(project.get("version")),
        python=text(project.get("requires-python")),
        python_line=lines.at("requires-python").line,
        requirements=found,
        extras={
            specifiers.normalized(name): _listed(value, lines, sources)
            for name, value in extras.items()
        },
        groups=groups,
        scripts=scripts,
        script_evidence={name: lines.at(name, target) for name, target in scripts.items()},
        dynamic=tuple(texts(project.get("dynamic"))),
        packaged=packaged,
        readings=_readings(project, poetry),
        folders=_setuptools_folders(tool),
    )


def _poetry(
    poetry: Mapping[str, Any], project: Mapping[str, Any], lines: Lines, common: Mapping[str, Any]
) -> Manifest:
    declared = mapping(poetry.get("dependencies"))
    python = declared.get("python")
    scripts = _scripts(poetry.get("scripts"))
    groups = {
        specifiers.normalized(name): _poetry_requirements(mapping(value).get("dependencies"), lines)
        for name, value in mapping(poetry.get("group")).items()
    }
    optional = {each.name: each for each in _poetry_requirements(declared, lines, optional=True)}
    extras = {
        specifiers.normalized(name): tuple(
            optional[key]
            for word in texts(value)
            if (key := specifiers.normalized(word.split("[")[0])) in optional
        )
        for name, value in mapping(poetry.get("extras")).items()
    }
    return Manifest(
        **common,
        kind="poetry",
        name=text(poetry.get("name")),
        version=text(poetry.get("version")),
        python=text(python) or text(mapping(python).get("version")),
        python_line=lines.at("python", "=").line if python else 0,
        requirements=_poetry_requirements(declared, lines),
        extras=extras,
        groups=groups,
        scripts=scripts,
        script_evidence={name: lines.at(name, target) for name, target in scripts.items()},
        packaged=poetry.get("package-mode") is not False,
        readings=_readings(project, poetry),
        folders={
            text(each.get("include")): text(each.get("from"))
            for each in entries(poetry.get("packages"))
        },
    )


def _listed(
    value: object, lines: Lines, sources: Mapping[str, Any] | None = None
) -> tuple[Requirement, ...]:
    found = []
    origins = {specifiers.normalized(name): each for name, each in (sources or {}).items()}
    for each in texts(value)[:_MOST]:
        parsed = specifiers.parse(each)
        if parsed is None:
            continue
        read = specifiers.requirement(each, lines.at(parsed.name))
        if read is None:
            continue
        origin = mapping(origins.get(read.name))
        kind = next((key for key in ("git", "path", "workspace", "url") if key in origin), "")
        found.append(replace(read, source=kind or read.source))
    return tuple(found)


def _poetry_requirements(
    value: object, lines: Lines, *, optional: bool = False
) -> tuple[Requirement, ...]:
    """The requirements of a Poetry or Pipfile table, without those that are optional, or those."""
    found = []
    for name, wanted in list(mapping(value).items())[:_MOST]:
        if specifiers.normalized(name) == "python":
            continue
        chosen = next(iter(entries(wanted)), {}) if isinstance(wanted, list) else mapping(wanted)
        if bool(chosen.get("optional")) != optional or _foreign(chosen):
            continue
        constraint = text(wanted) or text(chosen.get("version"))
        exact = constraint.removeprefix("==").strip()
        source = next((key for key in ("git", "path", "url") if key in chosen), "")
        source = "path" if "file" in chosen else source
        found.append(
            Requirement(
                name=specifiers.normalized(name),
                evidence=lines.at(name, "="),
                version=exact if specifiers.version(exact) else "",
                extras=tuple(specifiers.normalized(each) for each in texts(chosen.get("extras"))),
                source=source,
            )
        )
    return tuple(found)


def _foreign(wanted: Mapping[str, Any]) -> bool:
    """Whether a requirement is for another platform than Linux."""
    platform = text(wanted.get("platform")) or text(wanted.get("sys_platform"))
    marker = text(wanted.get("markers"))
    return (
        "win32" in platform
        or "darwin" in platform
        or (("win32" in marker or "Windows" in marker or "darwin" in marker) and "==" in marker)
    )


def _scripts(value: object) -> dict[str, str]:
    found = {}
    for name, target in mapping(value).items():
        chosen = text(target) or text(mapping(target).get("callable"))
        if chosen and ":" in chosen and mapping(target).get("type") != "file":
            found[name] = chosen.split("[")[0].strip()
    return found


def _readings(*tables: Mapping[str, Any]) -> tuple[str, ...]:
    """Files that a package's metadata is read from, as a manifest names them."""
    found: list[str] = []
    for table in tables:
        readme = table.get("readme")
        found += texts(readme) or texts(mapping(readme).get("file"))
        found += texts(mapping(table.get("license")).get("file"))
        found += [each for each in texts(table.get("license-files")) if "*" not in each]
    return tuple(dict.fromkeys(each.removeprefix("./") for each in found))


def _setuptools_folders(tool: Mapping[str, Any]) -> dict[str, str]:
    setuptools = mapping(tool.get("setuptools"))
    named = {
        name: folder
        for name, folder in mapping(setuptools.get("package-dir")).items()
        if isinstance(folder, str)
    }
    find = mapping(mapping(setuptools.get("packages")).get("find"))
    where = texts(find.get("where"))
    return named or ({"": where[0]} if where and where[0] != "." else {})


def read_pipfile(tree: Tree) -> Manifest | None:
    """The project in a Pipfile."""
    if not tree.has("Pipfile"):
        return None
    document = tree.toml("Pipfile")
    lines = Lines(tree, "Pipfile")
    return Manifest(
        path="Pipfile",
        kind="pipenv",
        requirements=_poetry_requirements(document.get("packages"), lines),
        groups={"dev-packages": _poetry_requirements(document.get("dev-packages"), lines)},
        packaged=False,
    )


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
        requirements=_listed(
            parser.get("options", "install_requires", fallback="").split("\n"), lines
        ),
        extras={
            specifiers.normalized(name): _listed(value.split("\n"), lines)
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
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) < 200
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
        requirements=_listed(_rows(requires), lines),
        extras={
            specifiers.normalized(name): _listed(_rows(each), lines)
            for name, each in extras.items()
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


def read(tree: Tree) -> list[Manifest]:
    """The manifests of a project, the one that counts first."""
    readers = (read_pyproject, read_setup_cfg, read_setup_py, read_pipfile)
    return [found for reader in readers if (found := reader(tree))]
