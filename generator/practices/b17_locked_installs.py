"""B17: dependencies are installed as a lock file says."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import Install, installs
from generator.audit.sources import LARGEST, Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import environment

# Manager: lock files, options that hold to them, variables that do the same, what to write.
_LOCKS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...], str]] = {
    "npm": (("package-lock.json", "npm-shrinkwrap.json"), (), (), "npm ci"),
    "yarn": (
        ("yarn.lock",),
        ("--frozen-lockfile", "--immutable"),
        ("CI", "YARN_ENABLE_IMMUTABLE_INSTALLS"),
        "yarn install --frozen-lockfile",
    ),
    "pnpm": (
        ("pnpm-lock.yaml",), ("--frozen-lockfile",), ("CI",), "pnpm install --frozen-lockfile",
    ),
    "uv": (("uv.lock",), ("--frozen", "--locked"), ("UV_FROZEN", "UV_LOCKED"), "uv sync --locked"),
    "pipenv": (
        ("Pipfile.lock",), ("--deploy", "--ignore-pipfile"), ("PIPENV_DEPLOY",), "pipenv sync",
    ),
}  # fmt: skip
_PINNED = re.compile(r"\S+?\s*===?\s*[^*\s,]+(?:\s.*)?|\S+\s*@\s*\S.*|[./].*|\S+\.whl\b.*")


def check(sources: Sources) -> Iterator[Fault]:
    """Find installs that pass a lock file by, and requirements without versions."""
    for stage in sources.dockerfile.needed():
        for run in stage.of("RUN"):
            for found in installs(run):
                yield from _passed_by(sources, stage, run, found)
                yield from _open_requirements(sources, run, found)


def _passed_by(sources: Sources, stage: Stage, run: Instruction, found: Install) -> Iterator[Fault]:
    words = found.command.arguments()
    manager = found.manager
    verbs = {"npm": ("install", "i"), "uv": ("sync",), "pipenv": ("install",)}
    if manager not in _LOCKS or not set(words) & set(verbs.get(manager, ("install", "i"))):
        return
    locks, options, variables, instead = _LOCKS[manager]
    lock = next((name for name in locks if _reaches(sources, run, stage, name)), "")
    held = any(word.partition("=")[0] in options for word in words)
    held = held or not environment(stage, run).keys().isdisjoint(variables)
    globally = "-g" in words or "--global" in words
    if lock and not held and not globally and not found.packages:
        yield sources.at(
            run,
            f"`{' '.join(words)}` may install other versions than {lock} says",
            instead=f"RUN {instead}",
            line=found.command.line,
        )


def _reaches(sources: Sources, run: Instruction, stage: Stage, name: str) -> bool:
    """Whether a lock file is there and comes to the step, by COPY or by a mount."""
    mounted = any(mount.get("source", "").rsplit("/", 1)[-1] == name for mount in run.mounts())
    named = [
        word.rsplit("/", 1)[-1]
        for copy in stage.effective("ADD", "COPY")
        if copy.flag("from") is None and copy.line < run.line
        for word in copy.words[:-1]
    ]
    there = sources.root is not None and (sources.root / name).is_file()
    everything = "." in named or "" in named
    wild = any(word in ("*.json", "package*.json") for word in named) and name.startswith("package")
    let_in = sources.ignore is None or not sources.ignore.denies(name)
    return mounted or name in named or (there and let_in and (everything or wild))


def _open_requirements(sources: Sources, run: Instruction, found: Install) -> Iterator[Fault]:
    """Yield requirements files of the build context that leave versions open."""
    words = found.command.arguments()
    constrained = any(
        word.partition("=")[0] in ("-c", "--constraint", "--require-hashes") for word in words
    )
    if found.manager not in ("pip", "pip3", "uv") or sources.root is None or constrained:
        return
    for option, word in pairwise(words):
        if option not in ("-r", "--requirement"):
            continue
        lines = _lines(sources.root, word)
        free = [line for line in map(_requirement, lines) if line and not _PINNED.fullmatch(line)]
        if free:
            more = f" and {len(free) - 1} more" if len(free) > 1 else ""
            yield sources.at(
                run,
                f"{word} leaves the version open: {free[0]}{more}",
                instead=f"{_project(free[0])}==<version>",
                line=word.line,
            )


def _lines(root: Path, name: str) -> list[str]:
    """The lines of a file of the build context; none if it is not there, or leads out of it."""
    file = root / posixpath.normpath(name).lstrip("/")
    try:
        inside = file.resolve().is_relative_to(root.resolve())
        if not inside or not file.is_file() or file.stat().st_size > LARGEST:
            return []
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError, ValueError):
        return []


def _requirement(line: str) -> str:
    """A line without comment and marker, empty for an option or for one that goes on."""
    text = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].partition(";")[0]
    text = text.strip().removesuffix("\\").strip()
    return "" if text.startswith("-") else text


def _project(requirement: str) -> str:
    return re.split(r"[\s<>=!~]", requirement, maxsplit=1)[0]


PRACTICE = Practice(
    id="B17",
    title="Installed as the lock file says",
    why="Without a lock two builds of the same commit install different versions, and the one that "
    "breaks is the one that goes out.",
    source="pip documentation: repeatable installs; npm documentation: npm ci",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("&& pip --python /opt/venv/bin/python install", "uv sync --locked", "npm ci"),
            why="exactly the versions of the lock file; a stale lock fails the build",
            fields=("build.run", "dependencies"),
        ),
    ),
    example=Example(
        wrong="FROM node:24-trixie-slim AS build\nWORKDIR /src\n"
        "COPY package.json package-lock.json ./\nRUN npm install\n\n"
        "FROM node:24-trixie-slim\nCOPY --from=build /src /app\n",
        right="FROM node:24-trixie-slim AS build\nWORKDIR /src\n"
        "COPY package.json package-lock.json ./\nRUN npm ci\n\n"
        "FROM node:24-trixie-slim\nCOPY --from=build /src /app\n",
    ),
    codes=("DL3013", "DL3016", "DL3028", "DL3062"),
    check=check,
    checked="npm, yarn, pnpm, uv and pipenv beside their lock file; requirements without versions; "
    "hadolint DL3013, DL3016, DL3028, DL3062",
    proofs=("reproducible",),
)
