"""What a project declares of itself: pyproject.toml, Pipfile, and the files of setuptools."""

from collections.abc import Mapping
from typing import Any

from generator.detect.python import specifiers
from generator.detect.python.manifest import MOST_REQUIREMENTS, Lines, Manifest, listed
from generator.detect.python.model import Requirement
from generator.detect.python.setuptools_manifests import read_setup_cfg, read_setup_py
from generator.detect.tree import Tree
from generator.detect.values import entries, mapping, text, texts

__all__ = ["PYPROJECT", "Manifest", "read", "read_pipfile", "read_pyproject"]

PYPROJECT = "pyproject.toml"


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
        specifiers.normalized(name): listed(value, lines, sources)
        for name, value in mapping(document.get("dependency-groups")).items()
    }
    extras = mapping(project.get("optional-dependencies"))
    scripts = _scripts(project.get("scripts"))
    packaged = mapping(tool.get("uv")).get("package") is not False
    packaged = packaged and poetry.get("package-mode") is not False
    packaged = packaged and mapping(tool.get("pdm")).get("distribution") is not False
    found = listed(project.get("dependencies"), lines, sources)
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
            specifiers.normalized(name): listed(value, lines, sources)
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


def _poetry_requirements(
    value: object, lines: Lines, *, optional: bool = False
) -> tuple[Requirement, ...]:
    """The requirements of a Poetry or Pipfile table, without those that are optional, or those."""
    found = []
    for name, wanted in list(mapping(value).items())[:MOST_REQUIREMENTS]:
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


def read(tree: Tree) -> list[Manifest]:
    """The manifests of a project, the one that counts first."""
    readers = (read_pyproject, read_setup_cfg, read_setup_py, read_pipfile)
    return [found for reader in readers if (found := reader(tree))]
