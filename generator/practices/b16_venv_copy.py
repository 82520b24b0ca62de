"""B16: a virtual environment is copied to the path, and for the Python, it was made for."""

import posixpath
from collections.abc import Iterator

from generator.audit.dockerfile import Stage
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._images import name_and_tag
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import folded, place


def check(sources: Sources) -> Iterator[Fault]:
    """Find virtual environments that move, or meet another Python."""
    for stage in sources.dockerfile.needed():
        for copy in stage.of("COPY"):
            origin = sources.dockerfile.stage(copy.flag("from") or "")
            if origin is None or len(copy.words) != 2:
                continue
            source, target = posixpath.normpath(copy.words[0]), place(stage, copy, copy.words[1])
            if source not in _environments(origin) or "$" in f"{source}{target}":
                continue
            if source != target:
                yield sources.at(
                    copy,
                    f"the programs in {source}/bin name that path, and do not run in {target}",
                    instead=folded(copy).removesuffix(copy.words[1]) + source,
                )
            made, runs = _python(origin), _python(stage)
            if made and runs and made != runs:
                yield sources.at(
                    copy,
                    f"the environment was made for Python {made}, and {stage.root} has {runs}",
                    instead=f"FROM {origin.root}",
                )


def _environments(stage: Stage) -> set[str]:
    """The paths at which a stage makes virtual environments."""
    found = set()
    for run in stage.effective("RUN"):
        for command in run.commands:
            words = command.arguments()
            python = command.program.startswith("python") and tuple(words[1:3]) == ("-m", "venv")
            uv = tuple(words[:2]) == ("uv", "venv") and "--relocatable" not in words
            skip = 3 if python else 2 if uv else 1
            if python or uv or command.program == "virtualenv":
                paths = [word for word in words[skip:] if not word.startswith("-")]
                found |= {place(stage, run, paths[-1])} if paths else set()
    return found


def _python(stage: Stage) -> str:
    """The minor version of an official Python image, empty for others."""
    name, tag = name_and_tag(stage.root)
    parts = tag.partition("-")[0].split(".")
    exact = name == "python" and len(parts) > 1 and all(part.isdecimal() for part in parts[:2])
    return ".".join(parts[:2]) if exact else ""


PRACTICE = Practice(
    id="B16",
    title="A virtual environment keeps its path",
    why="The programs of a virtual environment begin with the path of its Python, and its packages "
    "lie in a folder with the version's name: elsewhere, or with another Python, nothing starts.",
    source="Python documentation: venv",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("COPY --link --from=build --chmod=u=rwX,go=rX /opt/venv",),
            why="the same path and the same Python as where it was made, without pip",
            fields=("dependencies",),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie AS build\n"
        "RUN python -m venv /build/venv\n\n"
        "FROM python:3.13-slim-trixie\n"
        "COPY --from=build /build/venv /opt/venv\n",
        right="FROM python:3.13-slim-trixie AS build\n"
        "RUN python -m venv /opt/venv\n\n"
        "FROM python:3.13-slim-trixie\n"
        "COPY --from=build /opt/venv /opt/venv\n",
    ),
    check=check,
    checked="another path, or another minor version of the official Python image",
    proofs=("answers", "no-build-tools"),
)
