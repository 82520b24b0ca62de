"""B20: an ARG is known where it is declared, and nowhere else."""

import re
from collections.abc import Iterator

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.shell import Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._images import name_and_tag
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import before, line_of

_NAME = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
_EXPANDED = frozenset(["ADD", "COPY", "ENV", "EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME",
                       "WORKDIR"])  # fmt: skip
# The builder sets these before the first FROM.
_PLATFORM = frozenset(
    f"{side}{part}"
    for side in ("BUILD", "TARGET")
    for part in ("ARCH", "OS", "OSVERSION", "PLATFORM", "VARIANT")
)


def check(sources: Sources) -> Iterator[Fault]:
    """Find variables that are empty where they are used."""
    parsed = sources.dockerfile
    first = next(n for n, found in enumerate(parsed.instructions) if found.name == "FROM")
    top = {
        pair.key
        for found in parsed.instructions[:first]
        if found.name == "ARG"
        for pair in found.pairs
    }
    for stage in parsed.stages:
        for name in _names(stage.start.words[0]):
            if name not in top | _PLATFORM:
                yield sources.at(
                    stage.start,
                    f"${name} is not known in FROM: no ARG before the first FROM declares it",
                    instead=f"ARG {name}=<default>, before the first FROM",
                )
    for stage in parsed.needed():
        for found in stage.instructions:
            for name, line in _used(found):
                if name in top and name not in _known(stage, found):
                    yield sources.at(
                        found,
                        f"${name} is empty here: an ARG before FROM does not reach into a stage",
                        instead=f"ARG {name}",
                        line=line,
                    )


def _names(text: str) -> Iterator[str]:
    """The variables of a text that have no default beside them."""
    plain = text.replace("\\$", "")
    yield from (match[1] or match[2] for match in _NAME.finditer(plain))


def _used(found: Instruction) -> Iterator[tuple[str, int]]:
    """The variables that an instruction expands, each once, with their lines."""
    seen = set()
    words: list[str] = []
    if found.name in _EXPANDED:
        words = [*found.words, *found.flags]
    elif found.name == "RUN" and not found.heredocs:
        # What the step sets itself is no matter of ARG.
        own = [w for w in (f"{n}=" for n in _names(found.source)) if w in found.source]
        own += ["read "] if "read " in found.source else []
        words = [] if own else [word for one in found.commands for word in one.words]
    for word in words:
        for name in _names(word):
            if name not in seen:
                seen.add(name)
                yield name, word.line if isinstance(word, Word) else line_of(found, name)


def _known(stage: Stage, found: Instruction) -> set[str]:
    """The variables that ARG or ENV declare before it, and what official images set."""
    given = [one for one in before(stage, found) if one.name in ("ARG", "ENV")]
    base = name_and_tag(stage.root)[0].upper().replace("-", "_")
    return {pair.key for one in given for pair in one.pairs} | {f"{base}_VERSION"}


PRACTICE = Practice(
    id="B20",
    title="An ARG is declared where it is used",
    why="An ARG before FROM is for FROM alone. In a stage its name is empty until declared again, "
    "and `COPY app-$VERSION.jar` or a version label is silently wrong.",
    source="Dockerfile reference: how ARG and FROM interact; BuildKit UndefinedVar",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("ARG ",),
            why="declared in the one stage that reads it",
            fields=("package_index",),
        ),
    ),
    example=Example(
        wrong='ARG VERSION="1.4.2"\n\nFROM debian:trixie-slim\n'
        'LABEL org.opencontainers.image.version="$VERSION"\n',
        right='ARG VERSION="1.4.2"\n\nFROM debian:trixie-slim\nARG VERSION\n'
        'LABEL org.opencontainers.image.version="$VERSION"\n',
    ),
    codes=("InvalidDefaultArgInFrom", "UndefinedArgInFrom", "UndefinedVar"),
    check=check,
    checked="names of ARGs before FROM that a stage uses undeclared; BuildKit's own checks where "
    "an engine answers",
    proofs=("builds",),
)
