"""Reading from the disk: regular files only, bounded, and the list of a folder's files."""

import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from generator.detect.ignored import IgnoreRules, ignores

MOST_FILES = 50_000
MOST_FOLDERS = 20_000
MOST_BYTES = 4 * 2**20  # of one file; locks of large projects have two
MOST_BYTES_IN_ALL = 64 * 2**20
DEEPEST = 32
_MOST_TOLD = 20
_IGNORE_FILE = ".gitignore"
# What tools make and nobody writes, whether git is told to ignore it or not.
# fmt: off
_SKIPPED = frozenset({
    ".bzr", ".cache", ".eggs", ".git", ".gradle", ".hg", ".hypothesis", ".mypy_cache", ".next",
    ".nox", ".nuxt", ".parcel-cache", ".pnpm-store", ".pytest_cache", ".ruff_cache",
    ".svelte-kit", ".svn", ".terraform", ".tox", ".turbo", ".venv", ".yarn", "__pycache__",
    "bower_components", "node_modules", "site-packages",
})
# fmt: on
# Without O_NONBLOCK a pipe that took a file's place would be waited for. Windows has none of it.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


@dataclass
class Budget:
    """How many bytes may still be read, and what was left out so far."""

    left: int = MOST_BYTES_IN_ALL
    unread: list[str] = field(default_factory=list)

    def tell(self, text: str) -> None:
        """Note something that was left out, once, and no more than a person would read."""
        if len(self.unread) < _MOST_TOLD and text not in self.unread:
            self.unread.append(text)
        elif len(self.unread) == _MOST_TOLD and text not in self.unread:
            self.unread.append("and more")


def read(path: Path, name: str, budget: Budget) -> bytes | None:
    """The bytes of a regular file; None if there are too many, or it cannot be read.

    `name` is how the file is named in what was left out.
    """
    if budget.left <= 0:
        budget.tell(f"{name}: {MOST_BYTES_IN_ALL // 2**20} MiB had been read before")
        return None
    try:
        raw = _bytes(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        budget.tell(f"{name}: {getattr(error, 'strerror', None) or 'cannot be read'}")
        return None
    budget.left -= len(raw)
    if len(raw) > MOST_BYTES:
        budget.tell(f"{name}: is larger than {MOST_BYTES // 2**20} MiB")
        return None
    return raw


def _bytes(path: Path) -> bytes:
    with os.fdopen(os.open(path, _FLAGS), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{path}: is no regular file")
        return file.read(MOST_BYTES + 1)


def decoded(raw: bytes) -> str | None:
    """Bytes as text with line feeds; None if they are no text.

    UTF-8 or UTF-16 by its mark; what is neither is taken for Latin-1, which names every byte.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", errors="replace")
    elif b"\0" in raw:
        return None
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def listing(root: Path, budget: Budget) -> list[str]:
    """The files below a folder that git does not ignore, as paths with `/`, shallow ones first.

    No link to a folder is followed, and a link to a file only if that lies below the folder too.
    """
    return list(_Walk(root, budget).files())


class _Walk:
    """Goes through the folders level by level, so that a bound leaves out the deepest."""

    def __init__(self, root: Path, budget: Budget) -> None:
        self.root = os.path.realpath(root)
        self.budget = budget

    def files(self) -> Iterator[str]:
        waiting = deque([("", self._rules_above())])
        count = folders = 0
        while waiting:
            base, rules = waiting.popleft()
            folders += 1
            if folders > MOST_FOLDERS:
                self.budget.tell(f"more than {MOST_FOLDERS} folders: the deepest were left out")
                return
            entries = self._entries(base)
            names = {entry.name for entry in entries}
            if base and "pyvenv.cfg" in names:
                continue
            rules = self._with_own(base, rules, names)
            for entry in entries:
                path = f"{base}{entry.name}"
                is_folder = entry.is_dir(follow_symlinks=False)
                if self._skips(entry, path, rules, is_folder=is_folder):
                    continue
                if is_folder:
                    if path.count("/") >= DEEPEST:
                        self.budget.tell(f"more than {DEEPEST} folders deep: left out")
                        continue
                    waiting.append((f"{path}/", rules))
                elif self._is_file(entry):
                    count += 1
                    if count > MOST_FILES:
                        text = f"more than {MOST_FILES} files: the deepest were left out"
                        self.budget.tell(text)
                        return
                    yield path

    def _entries(self, base: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(os.path.join(self.root, base)) as found:  # noqa: PTH118 # quicker
                return sorted(islice(found, MOST_FILES + 1), key=lambda entry: entry.name)
        except FileNotFoundError:  # gone since it was listed
            return []
        except OSError as error:
            self.budget.tell(f"{base or './'}: {error.strerror}")
            return []

    @staticmethod
    def _skips(
        entry: os.DirEntry[str], path: str, rules: tuple[IgnoreRules, ...], *, is_folder: bool
    ) -> bool:
        name = entry.name
        if name in _SKIPPED or (is_folder and name.endswith((".egg-info", ".dist-info"))):
            return True
        if not name.isprintable():  # what no line of a report could show, and no spec could name
            return True
        return bool(rules) and ignores(rules, path, folder=is_folder)

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        try:
            if not entry.is_symlink():
                return entry.is_file(follow_symlinks=False)
            target = os.path.realpath(entry.path)
            inside = target.startswith(f"{self.root.rstrip('/')}/")
            return inside and "/.git/" not in target and entry.is_file()
        except OSError:
            return False  # a link to itself

    def _with_own(
        self, base: str, rules: tuple[IgnoreRules, ...], names: set[str]
    ) -> tuple[IgnoreRules, ...]:
        if _IGNORE_FILE not in names:
            return rules
        own = self._ignore_file(Path(self.root, base, _IGNORE_FILE), base)
        return (*own, *rules)

    def _ignore_file(self, path: Path, base: str) -> tuple[IgnoreRules, ...]:
        if path.is_symlink():  # git does not follow it either
            return ()
        raw = read(path, f"{base}{path.name}", self.budget)
        text = decoded(raw) if raw else None
        return (IgnoreRules(base, text),) if text else ()

    def _rules_above(self) -> tuple[IgnoreRules, ...]:
        """The rules of a repository's own exclude file."""
        return self._ignore_file(Path(self.root, ".git", "info", "exclude"), "")
