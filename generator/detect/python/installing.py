"""Where a project's modules are, and whether it has to be installed as a package."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from generator.detect.model import Evidence, Note
from generator.detect.python.manifest import Manifest
from generator.detect.python.model import Requirement
from generator.detect.python.workspaces import WEB
from generator.detect.tree import Tree

# Tools that ask git for a package's version.
_FROM_GIT = frozenset(
    [
        *("dunamai", "hatch-vcs", "pbr", "pdm-backend-scm", "poetry-dynamic-versioning"),
        *("setuptools-git-versioning", "setuptools-scm", "uv-dynamic-versioning"),
        *("versioneer", "versioningit"),
    ]
)
_SOURCE_FOLDERS = ("src", "lib", "python")
# What build backends run while they build.
_BUILD_SCRIPTS = ("hatch_build.py", "pdm_build.py")
_LICENCES = ("LICENSE*", "LICENCE*", "COPYING*", "NOTICE*")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Roots of imports, console scripts, and whether and why the project is installed."""

    roots: tuple[str, ...]
    scripts: Mapping[str, str]
    script_evidence: Mapping[str, Evidence]
    installed: bool
    evidence: tuple[Evidence, ...] = ()
    files: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: str = ""


def read(
    tree: Tree,
    manifests: Sequence[Manifest],
    requirements: Mapping[str, Requirement],
    *,
    folder: str = "",
    required: bool = False,
) -> Layout:
    """Read the layout of the project in a folder of a tree.

    `required` says that nothing but installing the project brings its dependencies.
    """
    main = next((each for each in manifests if each.kind != "pipenv"), None)
    roots = _roots(tree, main, folder)
    scripts = {name: to for each in reversed(manifests) for name, to in each.scripts.items()}
    places = {name: at for each in reversed(manifests) for name, at in each.script_evidence.items()}
    plain = Layout(roots=roots, scripts=scripts, script_evidence=places, installed=False)
    backed = next((each for each in manifests if each.backend and each.packaged), None)
    if backed is None or main is None:
        return plain
    by_git = version_tool(main, tree)
    serves = any(name in requirements for name in WEB)
    is_program = bool(scripts) and not serves
    wanted = _wants_installing(tree, main, roots, folder, is_program=is_program)
    if by_git and (wanted or required):
        text = (
            f"The version comes from git by {by_git}, and .git is not in the build context: the "
            "project's source is copied instead of installed"
        )
        missing = (
            f"it must be installed as a package, whose version {by_git} reads from git, which is "
            "not in the build context: write the version into the manifest"
            if required
            else ""
        )
        note = Note(text=text, evidence=(Evidence(path=main.path),))
        return replace(plain, notes=() if missing else (note,), missing=missing)
    if not (wanted or required) or not _has_package(tree, roots, main):
        return plain
    return replace(
        plain,
        installed=True,
        evidence=(_why(main, scripts, places),),
        files=project_files(tree, manifests, folder),
    )


def _roots(tree: Tree, main: Manifest | None, folder: str) -> tuple[str, ...]:
    start = f"{folder}/" if folder else ""
    found = []
    declared = [each for name, each in (main.folders if main else {}).items() if not name or each]
    for each in (*declared, *_SOURCE_FOLDERS[:1]):
        path = f"{start}{each.strip('./')}".rstrip("/")
        if each and _holds_package(tree, path):
            found.append(path)
    return tuple(dict.fromkeys([*found, folder]))


def _holds_package(tree: Tree, folder: str) -> bool:
    start = f"{folder}/"
    return any(
        path.startswith(start) and path.endswith(".py") and path.count("/", len(start)) <= 1
        for path in tree.files
    )


def _has_package(tree: Tree, roots: Sequence[str], main: Manifest) -> bool:
    """Whether a build backend would find code: a folder or module that can be the package."""
    name = main.name.lower().replace("-", "_").replace(".", "_")
    for root in roots:
        start = f"{root}/" if root else ""
        if main.backend.startswith("setuptools"):
            if any(path.startswith(start) and path.endswith("/__init__.py") for path in tree.files):
                return True
        elif any(tree.has(f"{start}{each}") for each in (f"{name}/__init__.py", f"{name}.py")):
            return True
    return bool(main.folders)


def version_tool(main: Manifest, tree: Tree) -> str:
    """The tool that asks git for the version of a package, or nothing."""
    found = next((each for each in main.build_requires if each in _FROM_GIT), "")
    if found and (main.kind == "setup.py" or "version" in main.dynamic or not main.version):
        return found
    if main.kind == "poetry" and found:
        return found
    if tree.has("versioneer.py") and main.path != "pyproject.toml":
        return "versioneer"
    return ""


def _wants_installing(
    tree: Tree, main: Manifest, roots: Sequence[str], folder: str, *, is_program: bool
) -> bool:
    if tree.has(f"{folder}/manage.py" if folder else "manage.py"):
        return False
    if roots[0] != folder:
        return not _loses_data(tree, main, roots[0])
    return is_program


def _loses_data(tree: Tree, main: Manifest, root: str) -> bool:
    """Whether setuptools would leave files of the package out that are no modules."""
    if not main.backend.startswith("setuptools"):
        return False
    if tree.has("MANIFEST.in") or "package-data" in (tree.text("pyproject.toml") or ""):
        return False
    if "package_data" in (tree.text("setup.cfg") or "") + (tree.text("setup.py") or ""):
        return False
    other = (".py", ".pyi", ".md", ".typed", ".pyx", ".c", ".txt")
    return any(
        path.startswith(f"{root}/") and "." in path.rsplit("/", 1)[-1] and not path.endswith(other)
        for path in tree.files
    )


def _why(main: Manifest, scripts: Mapping[str, str], places: Mapping[str, Evidence]) -> Evidence:
    first = next(iter(scripts), None)
    return places.get(first, Evidence(path=main.path)) if first else Evidence(path=main.path)


def project_files(tree: Tree, manifests: Sequence[Manifest], folder: str = "") -> tuple[str, ...]:
    """What building the project as a package reads beside its code."""
    start = f"{folder}/" if folder else ""
    wanted = ["pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in", *_BUILD_SCRIPTS]
    wanted += [reading for each in manifests for reading in each.readings]
    if not folder:
        wanted += [path for pattern in _LICENCES for path in tree.top(pattern)]
    found = (f"{start}{each.removeprefix('./')}" for each in wanted)
    return tuple(dict.fromkeys(path for path in found if tree.has(path)))
