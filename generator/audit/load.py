"""A Dockerfile and its company, read from a build context."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from generator.audit import dockerfile, nginx_conf
from generator.audit.dockerfile import Dockerfile, Instruction, Stage
from generator.audit.ignored import IgnoreFile
from generator.audit.sources import (
    LARGEST,
    GunicornConf,
    NginxConf,
    Script,
    Sources,
    place_in_image,
)
from generator.errors import UsageError

SHELLS = frozenset(["ash", "bash", "dash", "ksh", "sh"])
_PROGRAM_FOLDERS = ("/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/usr/sbin", "/bin", "/sbin")
_MOST_FILES = 200
"""Configuration files looked at in one copied folder."""


@dataclass(frozen=True)
class Context:
    """The build context: where it is, and how findings name it."""

    root: Path
    name: str

    def shown(self, path: str) -> str:
        """How findings name a file of it."""
        return posixpath.join(self.name, path) if self.name != "." else path

    def inside(self, source: str) -> Path | None:
        """Where a file of it is, None if that leaves it."""
        path = self.root / source
        try:
            return path if path.resolve().is_relative_to(self.root.resolve()) else None
        except OSError:
            return None


def load(
    path: Path, root: Path | None = None, *, shown: str = "", today: date | None = None
) -> Sources:
    """Read a Dockerfile and what it copies that decides how the container runs.

    Args:
        path: The Dockerfile.
        root: The build context, the Dockerfile's folder if not given.
        shown: How findings name the Dockerfile, its path if not given.
        today: The day on which base images are supported or have ended, the real one if not given.

    Raises:
        UsageError: if it cannot be read, or is no Dockerfile.
    """
    shown = shown or path.as_posix()
    folder = posixpath.dirname(shown) if root is None else root.as_posix()
    root = path.parent if root is None else root
    text = read(path)
    if text is None:
        raise UsageError(f"{path}: {why_unread(path)}")
    parsed = dockerfile.parse(text, path=shown)
    context = Context(root, folder)
    return Sources(
        dockerfile=parsed,
        root=root,
        ignore=_ignore_file(path, shown, context),
        scripts=tuple(_scripts(parsed, context)),
        nginx=tuple(_nginx(parsed, context)),
        gunicorn=tuple(_gunicorn(parsed, context)),
        today=today or datetime.now(UTC).date(),
    )


def read(path: Path) -> str | None:
    """The text of a file, None if it is missing, too large or no UTF-8 text."""
    try:
        if not path.is_file() or path.stat().st_size > LARGEST:
            return None
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def why_unread(path: Path) -> str:
    """Why `read` gives nothing of a file, and what to do, as a person would say it."""
    try:
        if not path.is_file():
            return "is no regular file"
        if path.stat().st_size > LARGEST:
            return f"is larger than {LARGEST // 1_000_000} MB, which no Dockerfile needs"
        path.read_bytes()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    return "is not UTF-8 text: save it as UTF-8"


def _ignore_file(path: Path, shown: str, context: Context) -> IgnoreFile | None:
    own = path.with_name(f"{path.name}.dockerignore")
    if (text := read(own)) is not None:
        return IgnoreFile(f"{shown}.dockerignore", text)
    text = read(context.root / ".dockerignore")
    return None if text is None else IgnoreFile(context.shown(".dockerignore"), text)


def _copies(parsed: Dockerfile) -> Iterator[tuple[Instruction, str, str]]:
    """What the final stage copies from the build context: instruction, source, place in image."""
    workdir = "/"
    for found in parsed.final.chain():
        if found.name == "WORKDIR" and found.words:
            workdir = posixpath.join(workdir, found.words[0])
        if found.name not in ("ADD", "COPY") or found.flag("from") is not None:
            continue
        *origins, target = found.words or ("",)
        for origin in origins:
            if origin.startswith("<<") or "://" in origin:
                continue
            source = posixpath.normpath(origin.lstrip("/"))
            yield found, source, posixpath.join(workdir, target)


def _files(
    parsed: Dockerfile, context: Context, suffix: str
) -> Iterator[tuple[Instruction, str, str]]:
    """Copied files that end in a suffix, also those in a copied folder itself."""
    for found, source, target in _copies(parsed):
        path = context.inside(source)
        if path is None:
            continue
        if path.is_dir():
            for inner in sorted(path.glob(f"*{suffix}"))[:_MOST_FILES]:
                name = posixpath.normpath(posixpath.join(source, inner.name))
                yield found, name, posixpath.join(target, inner.name)
        elif source.endswith(suffix):
            yield found, source, place_in_image(target, source, "/")


def _start_words(stage: Stage) -> Iterator[str]:
    workdir = "/"
    for found in stage.effective("WORKDIR"):
        workdir = posixpath.join(workdir, found.words[0]) if found.words else workdir
    for start in stage.starts():
        for command in start.commands:
            for word in command.words:
                if "/" in word:
                    yield posixpath.normpath(posixpath.join(workdir, word))
                else:
                    yield from (f"{folder}/{word}" for folder in _PROGRAM_FOLDERS)
                    yield posixpath.normpath(posixpath.join(workdir, word))


def _scripts(parsed: Dockerfile, context: Context) -> Iterator[Script]:
    started = set(_start_words(parsed.final))
    seen: set[str] = set()
    for found, source, target in _copies(parsed):
        path = context.inside(source)
        if path is None:
            continue
        for name, place in _started(path, source, target, started):
            text = read(context.root / name)
            if text is None or name in seen:
                continue
            script = Script(path=context.shown(name), text=text, target=place, copied_by=found)
            if script.shell in SHELLS or (not script.shell and name.endswith(".sh")):
                seen.add(name)
                yield script


def _started(path: Path, source: str, target: str, started: set[str]) -> Iterator[tuple[str, str]]:
    """The files of one COPY that the image starts with: path in the context, and in the image."""
    if path.is_dir():
        folder = posixpath.normpath(target)
        for place in sorted(started):
            if place.startswith(f"{folder}/".replace("//", "/")):
                inner = posixpath.relpath(place, folder)
                yield posixpath.normpath(posixpath.join(source, inner)), place
    else:
        for place in {posixpath.normpath(target), place_in_image(target, source, "/")} & started:
            yield source, place


def _nginx(parsed: Dockerfile, context: Context) -> Iterator[NginxConf]:
    for found in parsed.final.effective("COPY"):
        target = found.words[-1] if found.words else ""
        if not target.startswith("/etc/nginx") or not target.endswith(".conf"):
            continue
        for document in found.heredocs:
            # Empty lines before it, so that its lines are those of the Dockerfile.
            written = "\n" * (document.line - 1) + document.content
            yield NginxConf(path=parsed.path, text=written, directives=nginx_conf.parse(written))
    for _, source, target in _files(parsed, context, ".conf"):
        if not (target.startswith("/etc/nginx") or source.endswith("nginx.conf")):
            continue
        if text := read(context.root / source):
            yield NginxConf(
                path=context.shown(source), text=text, directives=nginx_conf.parse(text)
            )


def _gunicorn(parsed: Dockerfile, context: Context) -> Iterator[GunicornConf]:
    words = {
        posixpath.basename(word.removeprefix("--config=").removeprefix("python:"))
        for found in parsed.final.starts()
        for command in found.commands
        for word in command.words
    }
    seen: set[str] = set()
    started = set(_start_words(parsed.final))
    named = [
        (found, name, place)
        for found, source, target in _copies(parsed)
        if (path := context.inside(source))
        for name, place in _started(path, source, target, started)
        if name.endswith(".py")
    ]
    for _, source, _ in [*_files(parsed, context, ".py"), *named]:
        name = posixpath.basename(source)
        if name != "gunicorn.conf.py" and not (name in words and "gunicorn" in words):
            continue
        if source not in seen and (text := read(context.root / source)):
            seen.add(source)
            yield GunicornConf(path=context.shown(source), text=text)
