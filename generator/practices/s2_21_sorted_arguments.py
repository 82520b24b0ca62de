"""S2.21: lists over several lines are sorted, each item once."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.installs import Install, installs, package_name
from generator.audit.shell import Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice


def check(sources: Sources) -> Iterator[Fault]:
    """Yield package lists out of order, and packages that are named twice."""
    for stage in sources.dockerfile.needed():
        for instruction in stage.of("RUN"):
            for found in installs(instruction):
                words = [word for word in found.packages if "$" not in word and "/" not in word]
                fault = _twice(sources, instruction, found, words)
                fault = fault or _unsorted(sources, instruction, found, words)
                if fault:
                    yield fault


def _key(word: str) -> str:
    """What a list is sorted by: the name before any version, in the order of its bytes."""
    return package_name(word)


def _twice(
    sources: Sources, instruction: Instruction, found: Install, words: list[Word]
) -> Fault | None:
    seen: dict[str, Word] = {}
    for word in words:
        if str(word) in seen:
            what = f"{word} is named twice, first in line {seen[str(word)].line}"
            instead = _sorted_lines(instruction, found)
            return sources.at(instruction, what, instead=instead, line=word.line)
        seen[str(word)] = word
    return None


def _unsorted(
    sources: Sources, instruction: Instruction, found: Install, words: list[Word]
) -> Fault | None:
    lines = [word.line for word in words]
    if len(set(lines)) < 2 or _is_grouped(instruction, lines):
        return None
    keys = [_key(word) for word in words]
    if keys == sorted(keys):
        return None
    if any(folded == sorted(folded) for folded in _other_orders(keys)):
        return None
    place = next(n for n in range(1, len(keys)) if keys[n] < keys[n - 1])
    what = f"{words[place]} comes after {words[place - 1]}: the list is not sorted"
    instead = _sorted_lines(instruction, found)
    return sources.at(instruction, what, instead=instead, line=words[place].line)


def _other_orders(keys: list[str]) -> Iterator[list[str]]:
    """What editors and locales sort by: without case, or without signs too."""
    yield [key.lower() for key in keys]
    yield ["".join(letter for letter in key.lower() if letter.isalnum()) for key in keys]


def _is_grouped(instruction: Instruction, lines: list[int]) -> bool:
    """Whether comments between the items make groups, which then have an order of their own."""
    texts = instruction.source.splitlines()
    between = texts[min(lines) - instruction.line : max(lines) - instruction.line]
    return any(text.lstrip().startswith("#") for text in between)


def _sorted_lines(instruction: Instruction, found: Install) -> str:
    """The list as it should be, one item a line, with the indentation of its first line."""
    words = sorted({str(word) for word in found.packages}, key=lambda word: (_key(word), word))
    first, last = found.packages[0].line, found.packages[-1].line
    texts = instruction.source.splitlines()
    text = texts[first - instruction.line] if first - instruction.line < len(texts) else ""
    blank = text[: len(text) - len(text.lstrip())] or "        "
    if last == first:
        return " ".join(words)
    ends = texts[last - instruction.line].rstrip().endswith("\\")
    lines = [f"{blank}{word} \\" for word in words]
    if not ends:
        lines[-1] = lines[-1].removesuffix(" \\")
    return "\n".join(lines)


PRACTICE = Practice(
    id="S2.21",
    title="Sorted lists, one item a line",
    why=(
        "A sorted list shows at a glance what is in it, never names a package twice, and a "
        "change is one line to review."
    ),
    source="best practices for making container images, 2023; Docker's guide to building",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("RUN apt-get update && apt-get install", "RUN apk add", "RUN dnf install",
                    "RUN microdnf install", "RUN yum install"),
            why="one package a line, sorted, whatever the order in the spec",
            fields=("build.packages", "build_packages", "packages"),
        ),
        Carrier(
            file="Dockerfile",
            starts=("ENV", "LABEL"),
            why="sorted by key, whatever the order in the spec",
            fields=("env", "labels"),
        ),
    ),
    example=Example(
        wrong="""\
FROM debian:trixie-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        tini \\
        ca-certificates \\
    && rm -rf /var/lib/apt/lists/*
""",
        right="""\
FROM debian:trixie-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        ca-certificates \\
        tini \\
    && rm -rf /var/lib/apt/lists/*
""",
    ),
    check=check,
    checked=(
        "package lists over several lines are in the order of their names, each name once; "
        "groups that comments make are left alone"
    ),
    unproven="the order of a list leaves no trace in an image",
)  # fmt: skip
