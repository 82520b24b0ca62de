"""A Dockerfile as BuildKit's own parser sees it, and its words as the builder would take them.

Written from the builder's rules and not from imgen's code, so that the two can disagree.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import dockerfile

Instruction = Any  # dockerfile.Command, which has no types of its own


@dataclass(frozen=True)
class Stage:
    """The instructions from one FROM to the next, the FROM included."""

    instructions: tuple[Instruction, ...]

    @property
    def base(self) -> str:
        return str(self.instructions[0].value[0])

    @property
    def name(self) -> str:
        words = self.instructions[0].value
        return str(words[2]) if len(words) == 3 else ""

    def of(self, *names: str) -> list[Instruction]:
        return [found for found in self.instructions if found.cmd in names]

    def pairs(self, name: str) -> dict[str, str]:
        """The still quoted variables or labels that a stage sets."""
        return {key: value for found in self.of(name) for key, value in pairs(found)}


def instructions(text: str) -> list[Instruction]:
    return list(dockerfile.parse_string(text))


def stages(text: str) -> list[Stage]:
    found: list[list[Instruction]] = []
    for instruction in instructions(text):
        if instruction.cmd == "FROM":
            found.append([])
        if found:
            found[-1].append(instruction)
    return [Stage(tuple(stage)) for stage in found]


def pairs(instruction: Instruction) -> list[tuple[str, str]]:
    """Keys and still quoted values of ENV, LABEL or ARG."""
    if instruction.cmd == "ARG":
        return [(key, value) for key, _, value in (w.partition("=") for w in instruction.value)]
    return list(zip(instruction.value[::2], instruction.value[1::2], strict=True))


def flag(instruction: Instruction, name: str) -> str | None:
    """The value of `--name=value`, empty for `--name` alone, None if it is not there."""
    for given in instruction.flags:
        key, _, value = given.removeprefix("--").partition("=")
        if key == name:
            return str(value)
    return None


def mounts(instruction: Instruction) -> list[dict[str, str]]:
    """The mounts of a RUN, each as its options."""
    given = [text.removeprefix("--mount=") for text in instruction.flags]
    return [dict(option.split("=", 1) for option in text.split(",")) for text in given]


def commands(instruction: Instruction) -> list[str]:
    """The commands of a RUN that `&&` joins, blanks folded."""
    return [" ".join(part.split()) for part in str(instruction.value[0]).split(" && ")]


def decoded(word: str, variables: Mapping[str, str] | None = None) -> str:
    """A word of ENV, LABEL or ARG after the builder's quoting rules.

    Raises:
        ValueError: if a quote is open, a backslash dangles, or `$` would expand and no variables
            are given.
    """
    return "".join(_decoded(word, variables))


def _decoded(word: str, variables: Mapping[str, str] | None) -> Iterator[str]:
    quote = ""
    rest = word
    while rest:
        char, rest = rest[0], rest[1:]
        if char == quote:
            quote = ""
        elif quote == "'":
            yield char
        elif char in "\"'" and not quote:
            quote = char
        elif char == "\\" and rest:
            # Inside double quotes a backslash stays where it escapes nothing.
            yield rest[0] if not quote or rest[0] in '"$\\' else f"\\{rest[0]}"
            rest = rest[1:]
        elif char == "$":
            match = re.match(r"\{?([A-Za-z_][A-Za-z0-9_]*)\}?", rest)
            if variables is None or not match:
                raise ValueError(f"$ would expand in {word}")
            yield variables.get(match[1], "")
            rest = rest[match.end() :]
        elif char == "\\":
            raise ValueError(f"a backslash dangles in {word}")
        else:
            yield char
    if quote:
        raise ValueError(f"a quote is open in {word}")


def exec_form(instruction: Instruction) -> list[str]:
    """The words of CMD, ENTRYPOINT, VOLUME or HEALTHCHECK, which must be in JSON form.

    Raises:
        ValueError: if some builder would give them to a shell, as for text after the bracket.
    """
    text = str(instruction.original)
    words = [str(word) for word in instruction.value]
    words = words[1:] if instruction.cmd == "HEALTHCHECK" else words
    if not instruction.json or json.loads(text[text.find("[") :]) != words:
        raise ValueError(f"not in exec form: {text}")
    return words
