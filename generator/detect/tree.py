"""The files of a folder, as far as detection may see them: bounded, and never outside of it."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

MOST_FILES = 50_000
MOST_BYTES = 2**20  # of one file


class Tree:
    """What a folder holds, without what git ignores.

    `files` are paths below the folder with `/`, sorted, shallow ones first.
    """

    def __init__(self, root: Path, files: Iterable[str], *, unread: Sequence[str] = ()) -> None:
        self.root = root
        self.files = sorted(files, key=lambda path: (path.count("/"), path))
        self.unread = list(unread)
        self._texts: dict[str, str | None] = {}

    @classmethod
    def scan(cls, root: Path) -> "Tree":
        """List the files of a folder."""
        found = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
        return cls(root, found)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.files)

    @cached_property
    def _by_name(self) -> Mapping[str, list[str]]:
        table: dict[str, list[str]] = {}
        for path in self.files:
            table.setdefault(path.rsplit("/", 1)[-1], []).append(path)
        return table

    def has(self, path: str) -> bool:
        """Whether there is such a file."""
        return path in self._known

    def has_folder(self, path: str) -> bool:
        """Whether there is such a folder with a file somewhere in it."""
        return any(file.startswith(f"{path}/") for file in self.files)

    def first(self, *paths: str) -> str | None:
        """The first of some paths that is a file here."""
        return next((path for path in paths if path in self._known), None)

    def named(self, *names: str) -> list[str]:
        """Files of these names in any folder, shallow ones first."""
        found = [path for name in names for path in self._by_name.get(name, ())]
        return sorted(found, key=lambda path: (path.count("/"), path))

    def matching(self, pattern: str) -> list[str]:
        """Files whose whole path fits a pattern in which `*` also takes `/`."""
        return [path for path in self.files if fnmatchcase(path, pattern)]

    def top(self, pattern: str = "*") -> list[str]:
        """Files right in the folder whose name fits a pattern."""
        return [path for path in self.files if "/" not in path and fnmatchcase(path, pattern)]

    def text(self, path: str) -> str | None:
        """The text of a file; None if it is missing, too big, or no text."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        if path not in self._known:
            return None
        try:
            raw = (self.root / path).read_bytes()
        except OSError:
            return None
        if len(raw) > MOST_BYTES or b"\0" in raw[:4096]:
            return None
        return raw.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")

    def toml(self, path: str) -> Mapping[str, Any]:
        """A TOML file as a mapping; empty if it is missing or broken."""
        try:
            return tomllib.loads(self.text(path) or "")
        except (tomllib.TOMLDecodeError, RecursionError):
            return {}

    def json(self, path: str) -> Mapping[str, Any]:
        """A JSON object; empty if it is missing, broken or no object."""
        try:
            found = json.loads(self.text(path) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def yaml(self, path: str) -> Mapping[str, Any]:
        """A YAML mapping; empty if it is missing, broken or no mapping."""
        import yaml

        try:
            found = yaml.load(self.text(path) or "", Loader=yaml.CSafeLoader)
        except (yaml.YAMLError, RecursionError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def line(self, path: str, pattern: str) -> int:
        """The number of the first line in which a regular expression is found; 0 if none."""
        text = self.text(path) or ""
        found = re.search(pattern, text, re.MULTILINE)
        return text.count("\n", 0, found.start()) + 1 if found else 0

    def below(self, folder: str) -> "Tree":
        """The part of the tree below a folder, as a tree of its own."""
        start = f"{PurePosixPath(folder)}/"
        inner = (path.removeprefix(start) for path in self.files if path.startswith(start))
        return Tree(self.root / folder, inner, unread=self.unread)
