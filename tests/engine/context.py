"""The build context: what the client really sends, and what the Dockerfile reads of it."""

import io
import re
import tarfile
from pathlib import Path

from .apps import CONTEXT_CANARY, App
from .engine import Engine


def context_files(engine: Engine, folder: Path) -> set[str]:
    """The files that a build in this folder gets to see."""
    archive = engine.export(folder, "FROM scratch\nCOPY . /\n")
    with tarfile.open(fileobj=io.BytesIO(archive)) as found:
        return {member.name for member in found.getmembers() if not member.isdir()}


def expected_files(app: App) -> set[str]:
    """The files of the folder that the Dockerfile copies or mounts, but for the secrets."""
    named = sources(app.dockerfile())
    return {
        path
        for path in _files(app.folder)
        if any(path == name or path.startswith(f"{name}/") for name in named)
        and CONTEXT_CANARY not in (app.folder / path).read_text(encoding="utf-8")
    }


def sources(dockerfile: str) -> set[str]:
    """Paths of the context that the instructions of a Dockerfile name."""
    copies = re.findall(r"(?m)^COPY ((?:--\S+ )*)(\S+) \S+$", dockerfile)
    mounts = re.findall(r"type=bind,source=([^,\s]+)", dockerfile)
    return {source for options, source in copies if "--from=" not in options} | set(mounts)


def _files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
