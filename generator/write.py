"""Plan the files of a target folder, show the difference, and write; nothing else writes files.

A lock file keeps the digest of what was last written. A file that still has it was not touched
by a person and may be replaced; any other one is left alone unless told otherwise.
"""

import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path, PurePosixPath

from generator.errors import ConflictError, WriteError

LOCK = PurePosixPath(".imgen.lock")
_LOCK_FORMAT = 1
ASIDE = ".before-imgen"
"""What is added to the name of a person's file that makes room for a generated one."""


class Kind(Enum):
    """What happens to a file."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "unchanged"
    CONFLICT = "edited by hand"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file: what stands there (None if nothing), and what shall.

    One that is not `locked` belongs to the person from the start: the lock does not know it, so
    another text in its place is always a conflict.
    """

    path: PurePosixPath
    kind: Kind
    old: str | None
    new: str
    locked: bool = True

    @property
    def executable(self) -> bool:
        """Whether the file is a script that a person may want to run."""
        return self.new.startswith("#!")


@dataclass(frozen=True)
class Plan:
    """The changes that make a folder hold the generated files."""

    root: Path
    changes: tuple[Change, ...]
    left_over: tuple[PurePosixPath, ...] = ()
    """Files that imgen wrote once and that the spec no longer asks for; they stay."""

    @property
    def conflicts(self) -> tuple[Change, ...]:
        """The files that a person has edited."""
        return tuple(change for change in self.changes if change.kind is Kind.CONFLICT)


def plan(
    files: Mapping[PurePosixPath, str], root: Path, *, unlocked: Collection[PurePosixPath] = ()
) -> Plan:
    """Compare the files with what stands below `root`; reads only.

    `unlocked` are the files that the person goes on with, such as the spec itself.

    Raises:
        WriteError: for a target outside `root`, behind a link, or that is no regular text file.
    """
    written = _read_lock(root)
    changes = []
    for path, text in files.items():
        old = _read(root, path)
        kind = _kind(old, text, written.get(str(path)))
        changes.append(Change(path=path, kind=kind, old=old, new=text, locked=path not in unlocked))
    return Plan(root=root, changes=tuple(changes), left_over=_left_over(root, files, written))


def _left_over(
    root: Path, files: Mapping[PurePosixPath, str], written: Mapping[str, str]
) -> tuple[PurePosixPath, ...]:
    """The files of the lock that are not generated now and still stand as they were written."""
    gone = [PurePosixPath(path) for path in sorted(written) if PurePosixPath(path) not in files]
    inside = [path for path in gone if not path.is_absolute() and ".." not in path.parts]
    return tuple(path for path in inside if (root / path).is_file())


def _kind(old: str | None, new: str, written: str | None) -> Kind:
    if old is None:
        return Kind.CREATE
    if old == new:
        return Kind.SAME
    return Kind.UPDATE if written == _digest(old) else Kind.CONFLICT


def set_aside(planned: Plan) -> Plan:
    """Let files that imgen never wrote make room, each kept whole beside under another name.

    Only in a folder that holds nothing of imgen yet: where a lock is, an edited file is someone's
    work on ours, and nothing here decides about it. The same plan, if a name is taken already.
    """
    root = planned.root
    others = {change.path: f"{change.path}{ASIDE}" for change in planned.conflicts}
    if _read(root, LOCK) is not None or any((root / name).exists() for name in others.values()):
        return planned
    kept: list[Change] = []
    for change in planned.changes:
        if change.path in others:
            if not change.locked:
                return planned  # a spec is nothing to move away
            path = PurePosixPath(others[change.path])
            old = change.old or ""
            kept.append(Change(path=path, kind=Kind.CREATE, old=None, new=old, locked=False))
            kept.append(replace(change, kind=Kind.UPDATE))
        else:
            kept.append(change)
    return replace(planned, changes=tuple(kept))


def diff(change: Change) -> str:
    """The unified diff of one change, empty if there is none."""
    from difflib import unified_diff
    from io import StringIO

    before = "/dev/null" if change.old is None else f"a/{change.path}"
    # Unlike `splitlines`, this ends a line at a line feed alone, as `patch` does.
    old = StringIO(change.old or "").readlines()
    new = StringIO(change.new).readlines()
    lines = unified_diff(old, new, before, f"b/{change.path}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def apply(plan: Plan, *, force: bool = False) -> list[Change]:
    """Write the changes of a plan, all of them or none, and return those that changed a file.

    Raises:
        ConflictError: if a person edited a file and `force` is not given; nothing is written.
        WriteError: if a file cannot be written; what was replaced before is put back.
    """
    if plan.conflicts and not force:
        names = ", ".join(str(change.path) for change in plan.conflicts)
        raise ConflictError(f"edited by hand: {names}")
    changed = [change for change in plan.changes if change.kind is not Kind.SAME]
    files = {change.path: change.new for change in plan.changes if change.locked}
    lock = Change(path=LOCK, kind=Kind.UPDATE, old=_read(plan.root, LOCK), new=lock_text(files))
    _write_all(plan.root, [*changed, lock] if lock.old != lock.new else changed)
    return changed


def lock_text(files: Mapping[PurePosixPath, str]) -> str:
    """The lock file's text for files as they were generated."""
    digests = {str(path): _digest(text) for path, text in sorted(files.items())}
    return json.dumps({"imgen": _LOCK_FORMAT, "files": digests}, indent=2) + "\n"


def _digest(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _read_lock(root: Path) -> dict[str, str]:
    text = _read(root, LOCK)
    if text is None:
        return {}
    try:
        files = json.loads(text)["files"]
        return {str(path): str(digest) for path, digest in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}  # an unreadable lock protects everything


def _target(root: Path, path: PurePosixPath) -> Path:
    """The file of a path below `root`, which no link may lead elsewhere."""
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise WriteError(f"{path}: lies outside the target folder")
    target = root
    for part in path.parts:
        target = target / part
        if target.is_symlink():
            raise WriteError(f"{target}: is a link, and imgen writes through none: remove it first")
    return target


def _read(root: Path, path: PurePosixPath) -> str | None:
    target = _target(root, path)
    try:
        mode = target.lstat().st_mode
        if not stat.S_ISREG(mode):
            raise WriteError(f"{target}: is not a regular file")
        return target.read_bytes().decode()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise WriteError(f"{target}: is not UTF-8 text, so imgen did not write it") from error
    except OSError as error:
        raise WriteError(f"{target}: {error.strerror}") from error


def _write_all(root: Path, changes: list[Change]) -> None:
    """Stage every file beside its target first, then move all of them into place."""
    staged: list[tuple[Path, Path, Change]] = []
    moved: list[tuple[Path, Change]] = []
    new_folders = [folder for folder in (root, *root.parents) if not folder.exists()]
    try:
        root.mkdir(parents=True, exist_ok=True)
        for change in changes:
            target = _target(root, change.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            staged.append((_stage(target, change), target, change))
        for temporary, target, change in staged:
            moved.append((target, change))
            temporary.replace(target)
    except BaseException as error:
        for temporary, _, _ in staged:
            temporary.unlink(missing_ok=True)
        for target, change in reversed(moved):
            _put_back(target, change)
        for folder in new_folders:
            with suppress(OSError):
                folder.rmdir()
        if isinstance(error, OSError):
            raise WriteError(f"{error.filename or root}: {error.strerror}") from error
        raise


def _stage(target: Path, change: Change) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.new.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode(target, change))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _mode(target: Path, change: Change) -> int:
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return (0o777 if change.executable else 0o666) & ~umask


def _put_back(target: Path, change: Change) -> None:
    with suppress(OSError):
        if change.old is None:
            target.unlink(missing_ok=True)
        else:
            target.write_bytes(change.old.encode())
