"""The layers of an image, file by file, as `docker save` gives them."""

import gzip
import hashlib
import json
import mmap
import re
import shutil
import tarfile
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from generator.verify.engine import Engine
from generator.verify.errors import EngineError, ForeignBaseError

# What installing leaves behind unless somebody cares (S2.6).
_LEFT_BEHIND = re.compile(
    r"root/\.(?:cache|npm)/|home/[^/]+/\.(?:npm/|cache/(?:pip|uv|pypoetry|pdm|yarn|pnpm|go-build)/)"
    r"|tmp/|var/tmp/|var/cache/(?:apk|apt/archives|dnf|yum|libdnf5)/|var/cache/apt/.*\.bin$"
    r"|var/lib/apt/lists/|etc/apk/cache/"
)
# Locks and empty folders that apt itself makes again at once.
_HARMLESS = re.compile(r"(?:.*/)?(?:lock|partial|\.wh\..*)")
WHITEOUT = ".wh."


@dataclass(frozen=True)
class File:
    """A file or folder of a layer; `target` is where a link leads."""

    path: str
    uid: int
    gid: int
    mode: int
    is_folder: bool
    is_link: bool
    size: int = 0
    target: str = ""

    def writable_by(self, uid: int, gid: int) -> bool:
        """Whether a process of these ids could change it."""
        if self.is_link:
            return False
        sticky = self.is_folder and self.mode & 0o1000
        return (
            (self.uid == uid and bool(self.mode & 0o200))
            or (self.gid == gid and bool(self.mode & 0o020))
            or (bool(self.mode & 0o002) and not sticky)
        )

    def readable_by_all(self) -> bool:
        """Whether anybody may read it, or go into it."""
        needed = 0o005 if self.is_folder else 0o004
        return self.is_link or self.mode & needed == needed

    @property
    def name(self) -> str:
        """Its path without the folders."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Layer:
    """One layer: its files, and the archive that holds them."""

    files: tuple[File, ...] = field(repr=False)
    archive: Path

    @property
    def content(self) -> bytes:
        """The whole archive."""
        return self.archive.read_bytes()

    def holds(self, words: Collection[bytes]) -> set[bytes]:
        """Which of some words stand anywhere in its files or their names."""
        if not words or not self.archive.stat().st_size:
            return set()
        with (
            self.archive.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return {word for word in words if content.find(word) >= 0}

    def read(self, path: str) -> bytes | None:
        """The content of a plain file, None if it is not there."""
        if not any(file.path == path and not file.is_folder for file in self.files):
            return None
        with tarfile.open(self.archive) as archive:
            for member in archive:
                if _plain(member.name) == path and member.isreg():
                    found = archive.extractfile(member)
                    return found.read() if found else None
        return None

    def digests(self) -> Iterator[tuple[File, str]]:
        """Yield each file with the SHA-256 of its content, empty where it has none."""
        with tarfile.open(self.archive) as archive:
            for member in archive:
                found = archive.extractfile(member) if member.isreg() else None
                yield _file(member), hashlib.sha256(found.read()).hexdigest() if found else ""


def all_layers(engine: Engine, tag: str) -> list[Layer]:
    """All layers of an image, the lowest first."""
    saved = engine.save(tag)
    try:
        with tarfile.open(saved) as archive:
            members = {member.name: member for member in archive.getmembers()}
            (manifest,) = json.loads(_blob(archive, members["manifest.json"]).read())
            return [_layer(engine, archive, members[name]) for name in manifest["Layers"]]
    except (KeyError, ValueError, tarfile.TarError) as error:
        raise EngineError(f"the archive of {tag} cannot be read: {error}") from error
    finally:
        saved.unlink()


def archived(engine: Engine, archive: Path) -> tuple[str, list[Layer]]:
    """The digest and the layers of the only image in an OCI archive."""
    try:
        with tarfile.open(archive) as files:
            members = {member.name: member for member in files.getmembers()}

            def blob(digest: str) -> tarfile.TarInfo:
                return members[f"blobs/{digest.replace(':', '/')}"]

            index = json.loads(_blob(files, members["index.json"]).read())
            digest = str(index["manifests"][0]["digest"])
            manifest = json.loads(_blob(files, blob(digest)).read())
            layers = [_layer(engine, files, blob(one["digest"])) for one in manifest["layers"]]
            return digest, layers
    except (KeyError, IndexError, ValueError, tarfile.TarError) as error:
        raise EngineError(f"{archive.name} cannot be read as an OCI archive: {error}") from error


def own_layers(engine: Engine, tag: str, base: str) -> list[Layer]:
    """The layers of an image above those of its base.

    Raises:
        ForeignBaseError: if the base's layers are not the first ones of the image.
    """
    below = engine.image(base).layers
    if engine.image(tag).layers[: len(below)] != below:
        raise ForeignBaseError(f"{tag} is not built on {base}")
    return all_layers(engine, tag)[len(below) :]


def _blob(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    found = archive.extractfile(member)
    if found is None:
        raise EngineError(f"{member.name} of a saved image is no file")
    return found


def _layer(engine: Engine, archive: tarfile.TarFile, member: tarfile.TarInfo) -> Layer:
    folder = engine.scratch() / "layers"
    folder.mkdir(exist_ok=True)
    target = folder / f"{uuid.uuid4().hex}.tar"
    with _blob(archive, member) as source, target.open("wb") as file:
        is_packed = source.read(2) == b"\x1f\x8b"
        source.seek(0)
        if is_packed:
            with gzip.open(source) as content:
                shutil.copyfileobj(content, file)
        else:
            shutil.copyfileobj(source, file)
    with tarfile.open(target) as layer:
        return Layer(tuple(map(_file, layer.getmembers())), target)


def _plain(name: str) -> str:
    return name.removeprefix("./").rstrip("/")


def _file(member: tarfile.TarInfo) -> File:
    return File(
        path=_plain(member.name),
        uid=member.uid,
        gid=member.gid,
        mode=member.mode,
        is_folder=member.isdir(),
        is_link=member.issym(),
        size=member.size,
        target=member.linkname,
    )


def files(layers: Iterable[Layer]) -> list[File]:
    """All files of some layers."""
    return [file for layer in layers for file in layer.files]


def merged(layers: Sequence[Layer]) -> dict[str, File]:
    """What is seen of some layers: a later file hides an earlier one, a whiteout removes it."""
    found: dict[str, File] = {}
    for layer in layers:
        for file in layer.files:
            if not file.name.startswith(WHITEOUT):
                found[file.path] = file
                continue
            folder = file.path[: -len(file.name)]
            hidden = folder + file.name.removeprefix(WHITEOUT)
            if file.name == ".wh..wh..opq":
                gone = [path for path in found if path.startswith(folder)]
            else:
                gone = [p for p in found if p == hidden or p.startswith(f"{hidden}/")]
            for path in gone:
                del found[path]
    return found


def read_last(layers: Sequence[Layer], *paths: str) -> str:
    """The text of the first of some paths that is there, from its topmost layer."""
    for path in paths:
        for layer in reversed(layers):
            if (content := layer.read(path)) is not None:
                return content.decode(errors="replace")
    return ""


def left_behind(layers: Iterable[Layer]) -> list[str]:
    """Package lists, caches and temporary files."""
    return [
        file.path
        for file in files(layers)
        if _LEFT_BEHIND.match(file.path)
        and not file.is_folder
        and not _HARMLESS.fullmatch(file.path)
    ]


def traces(engine: Engine, tag: str, layers: Iterable[Layer], word: str) -> list[str]:
    """Where a word stands in an image: history, configuration, layers."""
    found = []
    if word in engine.history(tag):
        found.append("history")
    if word in engine.call("image", "inspect", tag).stdout:
        found.append("configuration")
    numbers = [n for n, layer in enumerate(layers) if layer.holds({word.encode()})]
    return [*found, *(f"layer {number} above the base" for number in numbers)]
