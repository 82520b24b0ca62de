"""Apps in folders below: each gets an image of its own."""

from collections.abc import Callable, Iterable

from generator.detect.model import Candidate, Evidence, Folder, Note
from generator.detect.tree import Tree

_MOST_FOLDERS = 12
_DEEPEST = 2
_GOOD_ENOUGH = 50
_MANIFESTS = (
    "Cargo.toml",
    "Gemfile",
    "Pipfile",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "go.mod",
    "package.json",
    "pom.xml",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
)
# fmt: off
_NO_APPS = frozenset({
    "benchmarks", "ci", "demo", "demos", "doc", "docs", "e2e", "example", "examples", "fixtures",
    "integration", "samples", "scripts", "test", "testing", "tests", "third_party", "tools",
    "vendor",
})
# fmt: on


def folders(
    tree: Tree, candidates: Callable[[Tree], list[Candidate]], used: Iterable[str] = ()
) -> list[Folder]:
    """The folders, two levels deep at most, that hold an app with a manifest of its own.

    `used` are paths that the app of the tree itself was read from: a folder with one of them is a
    part of it.
    """
    manifests = [*tree.named(*_MANIFESTS), *tree.matching("*.csproj")]
    places = dict.fromkeys(path.rpartition("/")[0] for path in manifests)
    known = list(used)
    found: list[Folder] = []
    looked = 0
    for place in places:
        parts = place.split("/")
        if not place or len(parts) > _DEEPEST or any(is_no_app(part) for part in parts):
            continue
        if any(path.startswith(f"{place}/") for path in known):
            continue
        if any(place.startswith(f"{folder.path}/") for folder in found):
            continue
        looked += 1
        if looked > _MOST_FOLDERS:
            break
        kind = _kind(candidates(tree.below(place)))
        if kind:
            found.append(Folder(path=place, kind=kind))
    return found


def is_no_app(name: str) -> bool:
    """Whether a folder's name says that it holds tools, documents or tests."""
    return name.lower() in _NO_APPS or name.startswith(".")


def _kind(found: list[Candidate]) -> str:
    """The kind of the best candidate that can be described; empty if none is good enough."""
    good = [each for each in found if each.score >= _GOOD_ENOUGH and not each.missing]
    return good[0].kind if good else ""


def note(found: Iterable[Folder], *, beside: bool) -> Note:
    """Say which folders hold apps; `beside` if the folder itself is one too."""
    apps = list(found)
    kinds = ", ".join(f"{each.path} ({each.kind})" for each in apps)
    commands = ", ".join(f"`imgen new {each.path}`" for each in apps)
    several = len(apps) > 1
    if beside:
        verb = "are apps of their own and get images of their own" if several else (
            "is an app of its own and gets an image of its own"
        )  # fmt: skip
        text = f"{kinds} {verb}: {commands}"
    else:
        text = f"the folder holds apps in folders below, describe each: {commands}"
    return Note(text=text, evidence=tuple(Evidence(path=each.path) for each in apps))
