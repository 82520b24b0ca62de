"""B6: files come with modes that do not depend on the developer's machine."""

from collections.abc import Iterator
from pathlib import Path

from generator.audit.dockerfile import Instruction
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import folded


def check(sources: Sources) -> Iterator[Fault]:
    """Find a mode that takes the `x` of copied folders, and with it the way into them."""
    for stage in sources.dockerfile.needed():
        for copy in stage.of("ADD", "COPY"):
            mode = copy.flag("chmod") or ""
            octal = len(mode) in (3, 4) and set(mode) <= set("01234567")
            if not octal or int(mode, 8) & 0o111 or not (folders := _folders(sources, copy)):
                continue
            yield sources.at(
                copy,
                f"--chmod={mode} also holds for folders: only root can look into {folders[0]}",
                instead=folded(copy).replace(f"--chmod={mode}", "--chmod=u=rwX,go=rX"),
                severity=Severity.WARNING,
            )


def _folders(sources: Sources, copy: Instruction) -> list[str]:
    """Which of its sources are folders for sure."""
    found = []
    for word in copy.words[:-1]:
        is_local = copy.flag("from") is None and "$" not in word
        named_so = word.endswith("/") or word.rsplit("/", 1)[-1] == "."
        if named_so or (is_local and _is_folder(sources.root, word)):
            found.append(word)
    return found


def _is_folder(root: Path | None, path: str) -> bool:
    try:
        return root is not None and (root / path.lstrip("/")).is_dir()
    except OSError:
        return False


PRACTICE = Practice(
    id="B6",
    title="File modes are said",
    why="A file that its developer keeps at 0600 is unreadable for the process's own user: the "
    "image works from one machine only. 0644 for a whole tree takes the x from its folders.",
    source="Dockerfile reference: COPY --chmod",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("COPY --link --chmod=", "COPY --link --from=build --chmod="),
            why="readable for everyone and writable for root, whatever the modes in the context",
            fields=("build.artifacts", "build.output", "include", "site"),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        "WORKDIR /app\nCOPY --chmod=0644 shop/ /app/shop/\nUSER 10001:10001\n",
        right="FROM python:3.13-slim-trixie\n"
        "WORKDIR /app\nCOPY --chmod=u=rwX,go=rX shop/ /app/shop/\nUSER 10001:10001\n",
    ),
    check=check,
    checked="octal modes without x on folders; a COPY without a mode is left alone, since the "
    "modes in the context may be right",
    proofs=("hardened", "answers"),
)
