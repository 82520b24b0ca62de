"""The layers of an image, file by file, as `docker save` gives them."""

import gzip
import io
import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from .engine import Engine

# What installing leaves behind unless somebody cares (S2.6).
_LEFT_BEHIND = re.compile(
    r"root/\.(?:cache|npm)/|tmp/|var/tmp/|var/cache/(?:apk|apt/archives)/|var/cache/apt/.*\.bin$"
    r"|var/lib/apt/lists/|etc/apk/cache/"
)
# Locks and empty folders that apt itself makes again at once.
_HARMLESS = re.compile(r"(?:.*/)?(?:lock|partial|\.wh\..*)")


@dataclass(frozen=True)
class File:
    """A file or folder of a layer."""

    path: str
    uid: int
    gid: int
    mode: int
    is_folder: bool
    is_link: bool

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


@dataclass(frozen=True)
class Layer:
    """One layer: its files, and its bytes for searching."""

    files: tuple[File, ...] = field(repr=False)
    content: bytes = field(repr=False)


def own_layers(engine: Engine, tag: str, base: str) -> list[Layer]:
    """The layers of an image above those of its base.

    Raises:
        AssertionError: if the base's layers are not the first ones of the image.
    """
    below = engine.image(base).layers
    assert engine.image(tag).layers[: len(below)] == below, f"{tag} is not built on {base}"
    return list(_layers(tag))[len(below) :]


def _layers(tag: str) -> Iterator[Layer]:
    saved = subprocess.run(
        ["docker", "image", "save", tag], capture_output=True, check=True, timeout=120
    )
    with tarfile.open(fileobj=io.BytesIO(saved.stdout)) as archive:
        blobs = {member.name: member for member in archive.getmembers()}

        def blob(name: str) -> bytes:
            file = archive.extractfile(blobs[name])
            assert file is not None
            return file.read()

        (manifest,) = json.loads(blob("manifest.json"))
        for name in manifest["Layers"]:
            content = blob(name)
            yield _layer(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)


def _layer(content: bytes) -> Layer:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = tuple(
            File(
                member.name.rstrip("/"),
                member.uid,
                member.gid,
                member.mode,
                member.isdir(),
                member.issym(),
            )
            for member in archive.getmembers()
        )
    return Layer(files, content)


def files(layers: list[Layer]) -> list[File]:
    """All files of some layers."""
    return [file for layer in layers for file in layer.files]


def left_behind(layers: list[Layer]) -> list[str]:
    """Package lists, caches and temporary files."""
    return [
        file.path
        for file in files(layers)
        if _LEFT_BEHIND.match(file.path)
        and not file.is_folder
        and not _HARMLESS.fullmatch(file.path)
    ]


def traces(engine: Engine, tag: str, layers: list[Layer], word: str) -> list[str]:
    """Where a word stands in an image: history, configuration, layers."""
    found = []
    if word in engine.history(tag):
        found.append("history")
    if word in engine.call("image", "inspect", tag).stdout:
        found.append("configuration")
    numbers = [n for n, layer in enumerate(layers) if word.encode() in layer.content]
    return [*found, *(f"layer {number} above the base" for number in numbers)]
