"""What a repository's .git says: its origin, its tags, whose it is. git itself is not run."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator.detect import files

_MOST_TAGS = 2000
_SECTION = re.compile(r'\s*\[\s*([\w.-]+)(?:\s+"([^"]*)")?\s*\]')
_ENTRY = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*([^\n]*)")


@dataclass(frozen=True)
class Repository:
    """The repository of a folder; empty if it has none of its own.

    `config` maps `section.key` and `section.name.key` to values, `tags` are names of tags.
    """

    config: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


def read(root: Path, budget: files.Budget) -> Repository:
    """Read the .git of a folder, or where its file .git leads in a work tree or a submodule."""
    folder = _git_folder(root, budget)
    if folder is None:
        return Repository()
    text = _text(folder / "config", budget)
    return Repository(config=dict(_entries(text)), tags=tuple(_tags(folder, budget)))


def _git_folder(root: Path, budget: files.Budget) -> Path | None:
    own = root / ".git"
    if own.is_symlink():
        return None
    if own.is_dir():
        return own
    leads = _text(own, budget).strip()
    if not leads.startswith("gitdir:"):
        return None
    folder = (root / leads.removeprefix("gitdir:").strip()).resolve()
    back = _text(folder / "gitdir", budget).strip()
    # Only where the other side names this folder too: the file could lead anywhere.
    if back and (folder / back).resolve() == own.resolve():
        common = _text(folder / "commondir", budget).strip()
        return (folder / common).resolve() if common else folder
    tree = dict(_entries(_text(folder / "config", budget))).get("core.worktree", "")
    return folder if tree and (folder / tree).resolve() == root.resolve() else None


def _text(path: Path, budget: files.Budget) -> str:
    try:
        if path.is_symlink() or not path.is_file():
            return ""
    except (OSError, ValueError):
        return ""
    return files.decoded(files.read(path, f".git: {path.name}", budget) or b"") or ""


def _entries(text: str) -> Iterator[tuple[str, str]]:
    section = ""
    for line in text.splitlines():
        if match := _SECTION.match(line):
            section = ".".join(filter(None, (match[1].lower(), match[2])))
        elif (match := _ENTRY.match(line)) and section:
            yield f"{section}.{match[1].lower()}", match[2].strip().strip('"')


def _tags(folder: Path, budget: files.Budget) -> Iterator[str]:
    for line in _text(folder / "packed-refs", budget).splitlines()[:_MOST_TAGS]:
        _, mark, name = line.partition(" refs/tags/")
        if mark:
            yield name.strip()
    tags = folder / "refs" / "tags"
    try:
        if not tags.is_symlink():
            yield from sorted(entry.name for entry in tags.iterdir())[:_MOST_TAGS]
    except OSError:
        return
