"""What a Dockerfile says of the app: its final stage's ports, command, packages and variables.

Every line is read as a person would skim it; what only a shell could tell is left out.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from generator.detect import shell
from generator.detect.values import texts

_DIRECTIVE = re.compile(r"#\s*escape\s*=\s*`")
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_PAIR = re.compile(
    r"""(?<!\w)([A-Za-z_]\w{0,127})=((?:"(?:[^"\\]|\\.)*"|'[^']*'|\\.|[^\s"'\\])*)"""
)
# What is looked at of a Dockerfile, and of one instruction, in characters.
_MOST_TEXT = 2**18
_LONGEST = 20_000
_MOST_INSTRUCTIONS = 2_000


@dataclass(frozen=True)
class Instruction:
    """An instruction in capitals, the rest of it with continued lines joined, its first line."""

    word: str
    rest: str
    line: int
    body: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage: where it starts from, its name, and its instructions."""

    image: str
    line: int
    name: str = ""
    steps: list[Instruction] = field(default_factory=list)


def instructions(dockerfile: str) -> Iterator[Instruction]:
    """Yield the instructions of a Dockerfile, as many and as long as people write them."""
    yield from islice(_instructions(dockerfile[:_MOST_TEXT]), _MOST_INSTRUCTIONS)


def _instructions(dockerfile: str) -> Iterator[Instruction]:
    lines = dockerfile.split("\n")
    escape = "`" if lines and _DIRECTIVE.match(lines[0]) else "\\"
    pending: list[str] = []
    start = 0
    waiting: list[str] = []
    body: list[str] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        if waiting:
            if line == waiting[0]:
                waiting.pop(0)
            else:
                body.append(raw)
            if not waiting:
                yield from _instruction(pending, start, body)
                pending, body = [], []
            continue
        if line.startswith("#") or not line:
            continue
        start = start if pending else number
        continued = line.endswith(escape)
        pending.append(line[:-1] if continued else line)
        if continued:
            continue
        waiting = _HEREDOC.findall(line) if re.match(r"(?i)(?:RUN|COPY|ADD)\b", pending[0]) else []
        if not waiting:
            yield from _instruction(pending, start, body)
            pending = []
    yield from _instruction(pending, start, body)


def _instruction(parts: list[str], line: int, body: list[str]) -> Iterator[Instruction]:
    text = " ".join(part.strip() for part in parts)[:_LONGEST]
    word, _, rest = text.partition(" ")
    if word:
        yield Instruction(word.upper(), rest.strip(), line, "\n".join(body)[:_LONGEST])


def stages(dockerfile: str) -> tuple[list[Stage], dict[str, tuple[str, int]]]:
    """The stages, and the ARGs with a default by name, with their lines."""
    found: list[Stage] = []
    arguments: dict[str, tuple[str, int]] = {}
    known: dict[str, str] = {}
    for step in instructions(dockerfile):
        if step.word == "ARG":
            set_here: dict[str, str] = {}
            for name, value in pairs(step.rest):
                arguments.setdefault(name, (shell.filled(value, known), step.line))
                set_here[name] = arguments[name][0]
            known.update(set_here)
        if step.word == "FROM":
            words = [word for word in step.rest.split() if not word.startswith("--")]
            image = shell.filled(words[0], known) if words else ""
            name = words[2] if len(words) > 2 else ""
            found.append(Stage(image=image, line=step.line, name=name.lower()))
        elif found:
            found[-1].steps.append(step)
    return found, arguments


def final(found: list[Stage]) -> tuple[str, int, list[Instruction]]:
    """The base image of the last stage with its line, and all steps on the way from it."""
    if not found:
        return "", 0, []
    stage, rest = found[-1], found[:-1]  # a stage can only start from one before it
    steps = list(stage.steps)
    for number in reversed(range(len(rest))):
        parent = rest[number]
        if parent.name and parent.name == stage.image.lower():
            steps = [*parent.steps, *steps]
            stage = parent
    return stage.image, stage.line, steps


def pairs(rest: str) -> Iterator[tuple[str, str]]:
    """The `name=value` pairs of ENV or ARG, or the old `name value`."""
    found = list(_PAIR.finditer(rest))
    if not found or not re.match(r"[A-Za-z_]\w*=", rest):
        name, _, value = rest.partition(" ")
        if value.strip() and re.fullmatch(r"[A-Za-z_]\w*", name):
            yield name, value.strip()
        return
    for match in found:
        yield match[1], re.sub(r"\\(.)|[\"']", lambda m: m[1] or "", match[2])


def argv(rest: str, variables: Mapping[str, str]) -> list[str]:
    """The words of a CMD or ENTRYPOINT in exec form, or of the last command in shell form."""
    if rest.lstrip().startswith("["):
        try:
            words = texts(json.loads(rest))
        except (ValueError, RecursionError):
            return []
        return shell.unwrapped(words, variables)
    return shell.last_command(rest, variables)
