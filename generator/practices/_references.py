"""The images that a Dockerfile takes from outside itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator import grammar
from generator.audit.dockerfile import Instruction, references
from generator.audit.sources import Sources


@dataclass(frozen=True, kw_only=True)
class Reference:
    """An image from a registry: as it is written, as it is meant, and the line that names it."""

    written: str
    repository: str
    tag: str
    digest: str
    line: int
    instruction: Instruction

    @property
    def name(self) -> str:
        """The last part of the repository."""
        return self.repository.rsplit("/", 1)[-1]

    @property
    def full(self) -> str:
        """Repository and tag."""
        return f"{self.repository}:{self.tag}" if self.tag else self.repository


def official(reference: str) -> str:
    """The name of one of the hub's official images, empty for all others.

    Mirrors keep them in a `library` of their own.
    """
    try:
        repository = grammar.split_reference(reference)[0]
    except ValueError:
        return ""
    head, _, name = repository.rpartition("/")
    return name if head in ("", "library") or head.endswith("/library") else ""


def external(sources: Sources) -> Iterator[Reference]:
    """Yield what FROM, --from and mounts name, without stages, scratch and what is unknown."""
    for stage in sources.dockerfile.stages:
        if stage.parent is None:
            written = stage.start.words[0]
            line = _line_of(stage.start, written)
            if found := _reference(stage.start, written, stage.base, line):
                yield found
        for instruction in stage.instructions:
            for written in references(instruction):
                if sources.dockerfile.stage(written) is None and not written.isdigit():
                    line = _line_of(instruction, f"from={written}")
                    if found := _reference(instruction, written, written, line):
                        yield found


def _reference(instruction: Instruction, written: str, meant: str, line: int) -> Reference | None:
    if meant == "scratch" or "$" in meant:
        return None
    try:
        repository, tag, digest = grammar.split_reference(meant)
    except ValueError:
        return None
    return Reference(
        written=written,
        repository=repository,
        tag=tag,
        digest=digest,
        line=line,
        instruction=instruction,
    )


def _line_of(instruction: Instruction, text: str) -> int:
    lines = instruction.source.splitlines()
    return instruction.line + next((n for n, one in enumerate(lines) if text in one), 0)
