"""Dependencies that requirements files hold: which of the files, and what stands beside them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from generator.detect.model import Confidence, Evidence, Note, SpecValue
from generator.detect.python import requirements_files
from generator.detect.python.install_plan import Plan
from generator.detect.python.manifest import Manifest
from generator.detect.python.manifests import PYPROJECT
from generator.detect.python.model import Requirement
from generator.detect.tree import Tree
from generator.detect.values import mapping, texts

_MOST_OTHERS = 5  # alternatives to the files that are proposed
_MOST_LINES = 500  # of a Dockerfile
_LONGEST_LINE = 2000  # characters of it


def find(tree: Tree, manifests: Sequence[Manifest]) -> list[Plan]:
    """The plan of the requirements files for production, then one for each other file."""
    dynamic = _dynamic_files(tree)
    candidates = dynamic or requirements_files.candidates(tree)
    told = [] if dynamic else [path for path in _installed_by_dockerfile(tree) if tree.has(path)]
    ordered = list(dict.fromkeys([*told, *candidates]))
    if not ordered:
        return []
    first = dynamic or told or _production_files(tree, ordered)
    best = _by_pip(tree, first, manifests)
    others = [
        _by_pip(tree, [path], manifests)
        for path in ordered
        if path not in first and path not in best.evidence_paths()
    ]
    return [best, *others[:_MOST_OTHERS]]


def _production_files(tree: Tree, ordered: Sequence[str]) -> list[str]:
    """The file for production, with the common one if it only adds to that."""
    first = ordered[0]
    included = requirements_files.only_includes(tree, first)
    production = [path for path in ordered if requirements_files.for_production(path)]
    if included and production and any(map(requirements_files.is_for_development, included)):
        return [production[0]]
    if not production or production[0] == first:
        return [first]
    own, common = (requirements_files.read(tree, path) for path in (production[0], first))
    if production[0] in common.includes:
        return [first]
    if first in own.includes or set(own.requirements) >= set(common.requirements):
        return [production[0]]
    if set(own.requirements) & set(common.requirements):
        return [production[0]]
    return [first, production[0]]


def _dynamic_files(tree: Tree) -> list[str]:
    """Requirements files that a manifest names as its dependencies."""
    tool = mapping(tree.toml(PYPROJECT).get("tool"))
    setuptools = mapping(mapping(tool.get("setuptools")).get("dynamic"))
    named = texts(mapping(setuptools.get("dependencies")).get("file"))
    hooks = mapping(mapping(mapping(tool.get("hatch")).get("metadata")).get("hooks"))
    named += texts(mapping(hooks.get("requirements_txt")).get("files"))
    return [each for each in named if tree.has(each)]


def _installed_by_dockerfile(tree: Tree) -> list[str]:
    found = []
    for path in tree.top("*Dockerfile*"):
        for line in (tree.text(path) or "").split("\n")[:_MOST_LINES]:
            if "pip" in line[:_LONGEST_LINE] and "install" in line:
                found += re.findall(r"(?:-r|--requirement)[ =]?([A-Za-z0-9_./-]{1,100}\.txt)", line)
    plain = [each.removeprefix("./").removeprefix("/app/").lstrip("/") for each in found]
    return [each for each in plain if not requirements_files.is_for_development(each)][:1]


def _by_pip(tree: Tree, files: Sequence[str], manifests: Sequence[Manifest]) -> "_FilePlan":
    contents = [requirements_files.read(tree, path) for path in files]
    requirements: dict[str, Requirement] = {}
    for each in contents:
        for name, found in each.requirements.items():
            requirements.setdefault(name, found)
    mounted = [path for each in contents for path in (*each.includes, *each.constraints)]
    includes = sorted({*mounted} - {*files})
    fields: dict[str, SpecValue] = {}
    if len(files) > 1:
        fields["files"] = list(files)
    if includes:
        fields["includes"] = includes
    notes = _file_notes(contents)
    constraints = _constraints(tree, files, contents)
    if constraints:
        fields["constraints"] = [constraints]
        text = (
            f"{files[0]} does not hold the version of each package: {constraints} beside it is "
            "taken for what limits them"
        )
        notes.append(Note(text=text, evidence=(Evidence(path=constraints),)))
    elif any(each.constraints for each in contents):
        pass  # which hold the versions
    elif requirements and not any(each.version or each.source for each in requirements.values()):
        text = f"{files[0]} pins no versions: a later build may install others"
        notes.append(Note(text=text, evidence=(Evidence(path=files[0]),)))
    return _FilePlan(
        manager="pip",
        shorthand=files[0],
        reason="requirements in",
        evidence=tuple(Evidence(path=path) for path in files),
        requirements=requirements,
        fields=fields,
        confidence=Confidence.MEDIUM if constraints else Confidence.HIGH,
        notes=tuple(notes),
        missing=_why_not(contents, manifests),
        read=(*files, *includes),
    )


def _constraints(
    tree: Tree, files: Sequence[str], contents: Sequence[requirements_files.Contents]
) -> str:
    """The constraints beside a requirements file that pins not all and names none itself."""
    if all(each.pinned() for each in contents) or any(each.constraints for each in contents):
        return ""
    folder = files[0].rpartition("/")[0]
    return tree.first(f"{folder}/constraints.txt" if folder else "constraints.txt") or ""


@dataclass(frozen=True, kw_only=True)
class _FilePlan(Plan):
    """A plan of requirements files, with all that were read for it."""

    read: tuple[str, ...]

    def evidence_paths(self) -> tuple[str, ...]:
        """The files that the plan covers."""
        return self.read


def _file_notes(contents: Iterable[requirements_files.Contents]) -> list[Note]:
    notes = []
    for each in contents:
        if each.unread:
            text = "is no text in UTF-8, so its packages are not known"
            notes.append(Note(text=f"{each.path} {text}", evidence=(Evidence(path=each.path),)))
        for option, place in each.credentials:
            text = f"{option} holds a login: write `package_index` and `index_credentials` instead"
            notes.append(Note(text=text, evidence=(place,)))
    return notes


def _why_not(contents: Iterable[requirements_files.Contents], manifests: Sequence[Manifest]) -> str:
    for each in contents:
        for name, place in each.missing:
            return f"{place} includes {name[:80]}, which is not there"
        for text, place in each.broken:
            return f"{text} ({place})"
        for path, place in each.local:
            if path != "." or not manifests or each.requirements:
                what = "the project itself" if path == "." else path[:80]
                return (
                    f"{place} installs {what} from its folder, which the dependency step does not "
                    "see: name its packages instead"
                )
            return f"{place} installs the project itself"
    return ""
