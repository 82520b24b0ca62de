"""Other generators: installed into temporary folders, driven without questions."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LANGUAGES: Mapping[str, str] = {"dockseed": "PyPI", "portus-py": "PyPI", "flydotio": "npm"}
PACKAGES: Mapping[str, str] = {
    "dockseed": "dockseed",
    "portus-py": "portus-py",
    "flydotio": "@flydotio/dockerfile",
}
# Base images that their output names, and what has the same distribution and release here. They
# are used only where the named image is missing and the other one is a stand-in itself.
BASES: Mapping[str, str] = {
    "python:3.13-slim": "python:3.13-slim-trixie",
    "node:24.19.0-slim": "node:24-trixie-slim",
}


class PeerError(Exception):
    """A generator that could not be installed or that wrote nothing; the text says why."""


@dataclass(frozen=True)
class Peer:
    """An installed generator."""

    name: str
    version: str
    command: tuple[str, ...]

    def generate(self, folder: Path) -> None:
        """Let it write its files into a folder.

        Raises:
            PeerError: if it fails or writes no Dockerfile.
        """
        said = _run(*self.command, cwd=folder)
        if not (folder / "Dockerfile").is_file():
            raise PeerError(f"{self.name} wrote no Dockerfile: {said.strip()[-200:]}")


def install(name: str, folder: Path) -> Peer:
    """Install a generator by name (see PACKAGES) below a folder.

    Raises:
        PeerError: if that fails.
    """
    home = folder / name
    home.mkdir(parents=True)
    return _from_npm(name, home) if LANGUAGES[name] == "npm" else _from_pypi(name, home)


def _from_pypi(name: str, home: Path) -> Peer:
    package = PACKAGES[name]
    _run(sys.executable, "-m", "venv", str(home))
    python = str(home / "bin/python")
    _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package)
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    version = _run(python, "-c", code).strip()
    return Peer(name, version, (str(home / "bin" / package), "init", "--yes"))


def _from_npm(name: str, home: Path) -> Peer:
    package = PACKAGES[name]
    npm, node = shutil.which("npm"), shutil.which("node")
    if not npm or not node:
        raise PeerError(f"{package} needs node and npm, which are not installed")
    _run(npm, "install", "--no-fund", "--no-audit", "--prefix", str(home), package)
    place = home / "node_modules" / package
    version = json.loads((place / "package.json").read_text(encoding="utf-8"))["version"]
    return Peer(name, version, (node, str(place / "index.js"), "--force"))


def _run(*words: str, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - words of this package, no shell
            words,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PeerError(f"{Path(words[0]).name} did not end within 300 s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise PeerError(f"{Path(words[0]).name} failed: {said[-1]}")
    return done.stdout
