"""Workspaces of uv: which packages there are, and which of them is the app."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from generator.detect.python import specifiers
from generator.detect.python.manifests import PYPROJECT, Manifest, read_pyproject
from generator.detect.tree import Tree
from generator.detect.values import mapping, texts

WEB = frozenset(
    [
        *("aiohttp", "bottle", "celery", "django", "dramatiq", "falcon", "fastapi", "flask"),
        *("gradio", "litestar", "quart", "robyn", "rq", "sanic", "starlette", "streamlit"),
        *("tornado", "voila", "dash", "panel", "nicegui", "blacksheep", "pyramid", "cherrypy"),
    ]
)
SERVERS = frozenset(
    ["daphne", "granian", "gunicorn", "hypercorn", "uvicorn", "uvicorn-worker", "uwsgi", "waitress"]
)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One package of a workspace and its folder."""

    folder: str
    manifest: Manifest
    needs: tuple[str, ...]
    """Names of the other members that it needs itself."""

    @property
    def name(self) -> str:
        """The package's normalised name."""
        return specifiers.normalized(self.manifest.name)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace: its members beside the root, and those that may be the app, the best first."""

    members: tuple[Member, ...]
    apps: tuple[Member, ...]
    root_is_app: bool

    def reached(self, first: Member) -> list[Member]:
        """The members that one leads to, itself first."""
        by_name = {each.name: each for each in self.members}
        found = [first]
        for each in found:
            more = (by_name[name] for name in each.needs if name in by_name)
            found += [member for member in more if member not in found]
        return found


def read(tree: Tree) -> Workspace | None:
    """Read the workspace of a tree; None if it is none."""
    uv = mapping(mapping(tree.toml(PYPROJECT).get("tool")).get("uv"))
    table = mapping(uv.get("workspace"))
    patterns = texts(table.get("members"))
    if not patterns:
        return None
    folders = list(_folders(tree, patterns, texts(table.get("exclude"))))
    found = [
        (folder, manifest)
        for folder in folders
        if (manifest := read_pyproject(tree, f"{folder}/{PYPROJECT}")) and manifest.name
    ]
    names = {specifiers.normalized(manifest.name) for _, manifest in found}
    members = tuple(_member(folder, manifest, names) for folder, manifest in found)
    needed = {name for member in members for name in member.needs}
    likely = sorted(members, key=lambda member: -_merit(member, needed))
    apps = [member for member in likely if _merit(member, needed) > 0]
    own = read_pyproject(tree)
    root_is_app = own is not None and bool(own.requirements) and (not apps or _runs(own))
    return Workspace(members=members, apps=tuple(apps or likely[:1]), root_is_app=root_is_app)


def _folders(tree: Tree, patterns: Sequence[str], excluded: Sequence[str]) -> Iterator[str]:
    for folder in tree.folders:
        fits = any(_fits(folder, each) for each in patterns)
        left_out = any(_fits(folder, each) for each in excluded)
        if fits and not left_out and tree.has(f"{folder}/{PYPROJECT}"):
            yield folder


def _fits(folder: str, pattern: str) -> bool:
    parts, wanted = folder.split("/"), pattern.removeprefix("./").strip("/").split("/")
    return len(parts) == len(wanted) and all(
        fnmatchcase(part, want) for part, want in zip(parts, wanted, strict=True)
    )


def _member(folder: str, manifest: Manifest, names: set[str]) -> Member:
    needs = tuple(each.name for each in manifest.requirements if each.name in names)
    return Member(folder=folder, manifest=manifest, needs=needs)


def _merit(member: Member, needed: set[str]) -> int:
    merit = 4 * _runs(member.manifest) + 2 * bool(member.manifest.scripts)
    return merit - 3 * (member.name in needed)


def _runs(manifest: Manifest) -> bool:
    return any(each.name in WEB or each.name in SERVERS for each in manifest.requirements)


def named(members: Sequence[Member]) -> Mapping[str, Member]:
    """Members by their names."""
    return {each.name: each for each in members}
