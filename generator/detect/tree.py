"""The files of a folder, as far as detection may see them: bounded, and never outside of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import translate
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from generator.detect import documents, files
from generator.detect.git import Repository
from generator.detect.git import read as read_repository

MOST_FILES = files.MOST_FILES
MOST_BYTES = files.MOST_BYTES


class Tree:
    """What a folder holds, without what git ignores.

    `files` are paths below the folder with `/`, sorted, shallow ones first. `unread` says what
    the bounds left out, and grows while files are read.
    """

    def __init__(self, root: Path, files: Iterable[str], *, unread: Sequence[str] = ()) -> None:
        self.root = root
        self.files = sorted(files, key=lambda path: (path.count("/"), path))
        self._budget = _budget(unread)
        self._texts: dict[str, str | None] = {}
        self._documents: dict[tuple[str, str], Mapping[str, Any]] = {}

    @classmethod
    def scan(cls, root: Path, *, budget: files.Budget | None = None) -> "Tree":
        """List the files of a folder; what is read of them is taken off the budget."""
        budget = budget or files.Budget()
        found = files.listing(root, budget)
        tree = cls(root, found)
        tree._budget = budget
        return tree

    @property
    def unread(self) -> list[str]:
        """What was left out so far, a line each."""
        return self._budget.unread

    def leave_out(self, path: str, reason: str) -> None:
        """Note that a part of a file was not looked at, since a bound was met."""
        self._budget.tell(f"{path}: {reason}")

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        table: dict[str, list[str]] = {}
        for path in self.files:
            table.setdefault(path.rsplit("/", 1)[-1], []).append(path)
        return table

    @cached_property
    def folders(self) -> Sequence[str]:
        """The folders that have a file somewhere in them, shallow ones first."""
        found: set[str] = set()
        for path in self.files:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return sorted(found, key=lambda path: (path.count("/"), path))

    @cached_property
    def _known_folders(self) -> frozenset[str]:
        return frozenset(self.folders)

    @cached_property
    def _top(self) -> Sequence[str]:
        return [path for path in self.files if "/" not in path]

    @cached_property
    def repository(self) -> Repository:
        """What the folder's own .git says."""
        return read_repository(self.root, self._budget)

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._known

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder with a file somewhere in it."""
        return path in self._known_folders

    def first(self, *paths: str) -> str | None:
        """The first of some paths that is a file here."""
        return next((path for path in paths if path in self._known), None)

    def named(self, *names: str) -> list[str]:
        """Files of these names in any folder, shallow ones first."""
        found = [path for name in names for path in self._by_name.get(name, ())]
        return sorted(found, key=lambda path: (path.count("/"), path))

    def matching(self, pattern: str) -> list[str]:
        """Files whose whole path fits a pattern in which `*` also takes `/`."""
        fits = re.compile(translate(pattern)).match
        return [path for path in self.files if fits(path)]

    def top(self, pattern: str = "*") -> list[str]:
        """Files right in the folder whose name fits a pattern."""
        fits = re.compile(translate(pattern)).match
        return [path for path in self._top if fits(path)]

    def text(self, path: str) -> str | None:
        """The text of a file; None if it is missing, too big, or no text."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        if path not in self._known:
            return None
        raw = files.read(self.root / path, path, self._budget)
        return None if raw is None else files.decoded(raw)

    def toml(self, path: str) -> Mapping[str, Any]:
        """A TOML file as a mapping; empty if it is missing or broken."""
        return self._document("toml", path)

    def json(self, path: str) -> Mapping[str, Any]:
        """A JSON object; empty if it is missing, broken or no object."""
        return self._document("json", path)

    def yaml(self, path: str) -> Mapping[str, Any]:
        """A YAML mapping; empty if it is missing, broken or no mapping."""
        return self._document("yaml", path)

    def _document(self, form: str, path: str) -> Mapping[str, Any]:
        if (form, path) not in self._documents:
            text = self.text(path)
            self._documents[form, path] = _READERS[form](text) if text else {}
        return self._documents[form, path]

    def line(self, path: str, pattern: str) -> int:
        """The number of the first line in which a regular expression is found; 0 if none."""
        text = self.text(path) or ""
        found = re.search(pattern, text, re.MULTILINE)
        return text.count("\n", 0, found.start()) + 1 if found else 0

    def below(self, folder: str) -> "Tree":
        """The part of the tree below a folder, as a tree of its own, with the same bounds."""
        start = f"{PurePosixPath(folder)}/"
        inner = (path.removeprefix(start) for path in self.files if path.startswith(start))
        tree = Tree(self.root / folder, inner)
        tree._budget = self._budget
        return tree


_READERS = {
    "json": documents.read_json,
    "toml": documents.read_toml,
    "yaml": documents.read_yaml,
}


def _budget(unread: Sequence[str]) -> files.Budget:
    return files.Budget(unread=list(unread))
