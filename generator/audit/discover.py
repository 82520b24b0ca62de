"""The Dockerfiles that a command line names: files as they are, folders searched."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.errors import UsageError
from generator.write import ASIDE

_SKIPPED = frozenset(
    ["__pycache__", "bower_components", "node_modules", "site-packages", "target", "vendor", "venv"]
)


def dockerfiles(paths: Iterable[Path]) -> list[Path]:
    """Every Dockerfile among some paths, each once, a folder's in the order of their names.

    Raises:
        UsageError: if a path does not exist, or there is no Dockerfile in a folder.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(_below(path))
            if not inside:
                raise UsageError(f"{path}: no Dockerfile in it; name the file itself")
            found.update(dict.fromkeys(inside))
        elif path.is_file():
            found[path] = None
        else:
            there = path.exists() or path.is_symlink()
            raise UsageError(
                f"{path}: is no regular file; copy what it gives to a file"
                if there
                else f"{path}: no such file or folder"
            )
    return list(found)


def _below(folder: Path) -> Iterator[Path]:
    # os.walk calls itself for each level, and runs out of stack in a very deep tree.
    waiting = [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:
            continue  # unreadable, or a path too long for the system
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in _SKIPPED and entry.name[0] != ".":
                    waiting.append(Path(entry.path))
            elif is_dockerfile(entry.name) and not Path(entry.path).is_dir():
                yield Path(entry.path)


def is_dockerfile(name: str) -> bool:
    """Whether a file's name is one that builders and editors take for a Dockerfile."""
    lowered = name.lower()
    if lowered.endswith((".dockerignore", ".j2", ".md", ".tmpl", ASIDE, "~")):
        return False
    return (
        lowered in ("containerfile", "dockerfile")
        or lowered.startswith(("containerfile.", "dockerfile."))
        or lowered.endswith((".containerfile", ".dockerfile"))
    )
