"""The project that documentation describes: how it is installed, and which files that reads."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

from generator.detect.python import installing, manifests
from generator.detect.python.manifests import Manifest
from generator.detect.python.model import Requirement
from generator.detect.sites.proposals import Site
from generator.detect.sites.read_the_docs import Installed
from generator.detect.tree import Tree

_MOST_MODULES = 6
_NO_PACKAGES = frozenset(["tests", "test", "testing", "docs", "doc", "examples", "benchmarks"])
# By which variable a tool is told the version that it would ask git for.
_VERSION_VARIABLES = {
    "dunamai": "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "hatch-vcs": "SETUPTOOLS_SCM_PRETEND_VERSION",
    "pbr": "PBR_VERSION",
    "pdm-backend-scm": "PDM_BUILD_SCM_VERSION",
    "poetry-dynamic-versioning": "POETRY_DYNAMIC_VERSIONING_BYPASS",
    "setuptools-scm": "SETUPTOOLS_SCM_PRETEND_VERSION",
    "uv-dynamic-versioning": "UV_DYNAMIC_VERSIONING_BYPASS",
}


def code(tree: Tree) -> list[str]:
    """The folders and modules with the Python code that pages may describe."""
    if tree.has_folder("src"):
        return ["src"]
    packages = (path.partition("/")[0] for path in tree.named("__init__.py"))
    found = dict.fromkeys(name for name in packages if name not in _NO_PACKAGES)
    return [name for name in found if tree.has(f"{name}/__init__.py")][:4]


def modules(tree: Tree) -> list[str]:
    """The modules at the top that the project's manifests name, or that carry its name."""
    found = manifests.read(tree)
    names = {re.sub(r"[-.]", "_", each.name.lower()) for each in found}
    told = "\n".join(tree.text(each.path) or "" for each in found)
    return [
        path
        for path in tree.top("*.py")
        if path != "setup.py"
        and (path[:-3].lower() in names or re.search(rf"['\"]{re.escape(path[:-3])}['\"]", told))
    ][:_MOST_MODULES]


def installable(tree: Tree) -> Manifest | None:
    """The manifest of a project that can be installed as a package."""
    found = next((each for each in manifests.read(tree) if each.backend and each.packaged), None)
    return found if found and (code(tree) or modules(tree)) else None


def read_by(tree: Tree, projects: Sequence[Installed]) -> list[str]:
    """What has to be copied so that some folders can be installed."""
    found = [each.path for each in projects if each.path]
    if any(not each.path for each in projects):
        declared = manifests.read(tree)
        roots = [path for each in declared for path in each.folders.values()]
        tops = [path.strip("./").partition("/")[0] for path in roots]
        inner = [path for path in tops if path and tree.has_folder(path)]
        sources = list(dict.fromkeys([*code(tree), *modules(tree), *inner]))
        found += [*installing.project_files(tree, declared), *(sources or ["."])]
    return found


def entries(paths: Iterable[str]) -> list[str]:
    """The entries to copy, without those that lie in another one."""
    found = sorted(set(filter(None, paths)))
    if "." in found:
        return ["."]
    return [each for each in found if not any(each.startswith(f"{other}/") for other in found)]


def requirements(tree: Tree, projects: Sequence[Installed]) -> Mapping[str, Requirement]:
    """What is installed with the project, by name."""
    own = [each for each in projects if not each.path]
    found: dict[str, Requirement] = {}
    for declared in manifests.read(tree)[:1] if own else ():
        extras = [declared.extras.get(extra.lower(), ()) for each in own for extra in each.extras]
        for needed in (declared.requirements, *extras):
            found.update({each.name: each for each in needed})
    return found


def command(site: Site, tree: Tree, project: Installed) -> str:
    """The command that installs a folder of the tree."""
    extras = f"[{','.join(project.extras)}]" if project.extras else ""
    place = f"./{project.path}" if project.path else "."
    plain = f"pip install {shlex.quote(place + extras)}"
    declared = next(iter(manifests.read(tree)), None)
    if project.path or declared is None:
        return plain
    tool = installing.version_tool(declared, tree)
    if not tool or tool not in _VERSION_VARIABLES:
        return plain
    site.note(
        f"{tool} reads the project's version from git, which stays out of the build: where the "
        "pages show it, write the release instead of 0.0.0 into build.run",
        *project.evidence,
    )
    return f"{_VERSION_VARIABLES[tool]}=0.0.0 {plain}"
