"""What LABEL, ENV and ARG say in the image, without the Dockerfile's quotes."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from generator.audit.dockerfile import Instruction
from generator.audit.sources import Sources


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One key with its value, without quotes; `value` is None for an ARG without a default."""

    key: str
    value: str | None
    line: int
    instruction: Instruction

    @property
    def is_literal(self) -> bool:
        """Whether the value is there and no variable fills it in."""
        return self.value is not None and "$" not in self.value


def unquoted(value: str) -> str:
    """A value without its quotes and without the backslashes that escape something."""
    kept: list[str] = []
    quote = ""
    letters = iter(value)
    for letter in letters:
        if letter == "\\" and quote != "'":
            kept.append(next(letters, ""))
        elif letter == quote:
            quote = ""
        elif not quote and letter in "\"'":
            quote = letter
        else:
            kept.append(letter)
    return "".join(kept)


def quoted(value: str) -> str:
    """A value in double quotes, as it stands in LABEL, ENV and ARG."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def of(instruction: Instruction) -> Iterator[Setting]:
    """Yield what one LABEL, ENV or ARG sets."""
    for pair in instruction.pairs:
        yield Setting(
            key=unquoted(pair.key),
            value=None if pair.value is None else unquoted(pair.value),
            line=pair.line,
            instruction=instruction,
        )


def shipped(sources: Sources, *names: str) -> list[Setting]:
    """What the instructions of some names set in the stages that become the image."""
    return [one for found in sources.final.effective(*names) for one in of(found)]


def effective(sources: Sources, *names: str) -> dict[str, Setting]:
    """The same by key; the last one of a key counts."""
    return {one.key: one for one in shipped(sources, *names)}


def beside(sources: Sources, name: str) -> str:
    """How findings name a file of the build context's top folder."""
    folder, own = posixpath.split(sources.dockerfile.path)
    if sources.root is not None and not (sources.root / own).is_file():
        folder = sources.root.as_posix()
    return posixpath.normpath(posixpath.join(folder, name))
