"""B1: the line that chooses the Dockerfile frontend."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._directives import directives
from generator.practices._model import Carrier, Example, Practice


def check(sources: Sources) -> Iterator[Fault]:
    """Find directives that the builder takes for comments, and a frontend that floats."""
    for found in directives(sources.dockerfile):
        line = f"# {found.name}={found.value}"
        if not found.heeded:
            yield sources.at(
                None,
                f"{line} is only a comment here: it must come first",
                instead=line,
                line=found.line,
                severity=Severity.WARNING,
            )
        elif found.name == "syntax" and _floats(found.value):
            repository = found.value.removesuffix(":latest")
            yield sources.at(
                None,
                f"{found.value} names no version of the frontend",
                instead=f"# syntax={repository}:1",
                line=found.line,
            )


def _floats(reference: str) -> bool:
    if "@" in reference or "$" in reference:
        return False
    _, sign, tag = reference.rsplit("/", 1)[-1].partition(":")
    return not sign or tag == "latest"


PRACTICE = Practice(
    id="B1",
    title="The frontend line comes first",
    why="With `# syntax=docker/dockerfile:1` the same frontend reads the file whatever the age of "
    "the engine. After a blank line or a comment it is a comment itself and does nothing.",
    source="Dockerfile reference: parser directives",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("# syntax=",),
            why="the same frontend everywhere; the blank line after it ends the directives",
            fields=("registry", "syntax"),
        ),
    ),
    example=Example(
        wrong="# The shop.\n"
        "# syntax=docker/dockerfile:1\n"
        'FROM python:3.13-slim-trixie\nCMD ["python", "-m", "shop"]\n',
        right="# syntax=docker/dockerfile:1\n\n# The shop.\n\n"
        'FROM python:3.13-slim-trixie\nCMD ["python", "-m", "shop"]\n',
    ),
    check=check,
    checked="directives that come too late, a frontend without a version",
    proofs=("builds",),
)
