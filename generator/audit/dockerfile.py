"""A Dockerfile as BuildKit's own parser reads it, with the lines that a finding points at.

The parser is the `dockerfile` wheel, which is BuildKit's. It drops comments and joins continued
lines; both are looked up in the source by the line numbers that it gives.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.audit.programs import INSTALL
from generator.audit.shell import Command, Word, exec_command, shell_commands
from generator.errors import UsageError

_DIRECTIVE = re.compile(r"#\s*(\w+)\s*=\s*(\S+)\s*")
_HEAD = re.compile(r"\s*(?:ONBUILD\s+)?(?:HEALTHCHECK\b|\w+)", re.IGNORECASE)
_BLANK = re.compile(r"(?:\s|\\\n)+")
_FLAG = re.compile(r"--[^\s\\]\S*")
NAMES = frozenset(
    ["ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
     "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"]
)  # fmt: skip
SHELL_FORMS = frozenset(["CMD", "ENTRYPOINT", "HEALTHCHECK", "RUN"])


@dataclass(frozen=True, kw_only=True)
class Heredoc:
    """A here-document of RUN or COPY: its text, and the line it starts at."""

    name: str
    content: str
    line: int


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One `key=value` of ENV, LABEL or ARG; `value` is still quoted, None for an ARG without."""

    key: str
    value: str | None
    line: int


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction; `line` to `end` are its lines, `source` their text.

    `words` are the parser's: of a shell form one text, of an exec form the words.
    """

    name: str
    line: int
    end: int
    words: tuple[str, ...]
    flags: tuple[str, ...]
    is_exec: bool
    source: str = field(repr=False)
    heredocs: tuple[Heredoc, ...] = ()
    on_build: bool = False

    def flag(self, name: str) -> str | None:
        """The value of `--name=value`, empty for `--name` alone, None if it is not there."""
        for given in self.flags:
            key, _, value = given.removeprefix("--").partition("=")
            if key == name:
                return value
        return None

    def mounts(self) -> list[dict[str, str]]:
        """The mounts of a RUN, each as its options; an option without a value is `true`."""
        found = []
        for given in self.flags:
            if given.startswith("--mount="):
                options = (text.partition("=") for text in given[len("--mount=") :].split(","))
                found.append({key: value or "true" for key, _, value in options})
        return found

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """What ENV, LABEL or ARG set, in their order."""
        if self.name == "ARG":
            given = [word.partition("=") for word in self.words]
            values = [(key, value if sign else None) for key, sign, value in given]
        else:
            values = list(zip(self.words[::2], self.words[1::2], strict=False))
        lines = self.source.splitlines()
        return tuple(Pair(key=k, value=v, line=self.line + _at(lines, k)) for k, v in values)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """The commands that a RUN, CMD, ENTRYPOINT or HEALTHCHECK gives, in their order."""
        if self.name not in SHELL_FORMS:
            return ()
        if self.is_exec:
            words = self.words[1:] if self.name == "HEALTHCHECK" else self.words
            return exec_command([self._placed(word) for word in words])
        if self.name == "RUN" and self.heredocs and self.words[0].startswith("<<"):
            return tuple(
                command
                for document in self.heredocs
                for command in shell_commands(document.content, first_line=document.line)
            )
        return shell_commands(self._shell_text(), first_line=self.line)

    def _placed(self, word: str) -> Word:
        lines = self.source.splitlines()
        return Word(word, self.line + _at(lines, json.dumps(word, ensure_ascii=False)))

    def _shell_text(self) -> str:
        """The source with everything before the command blanked out, so that lines stay."""
        lines = self.source.splitlines()
        text = "\n".join("\\" if _is_dropped(n, line) else line for n, line in enumerate(lines))
        place = match.end() if (match := _HEAD.match(text)) else 0
        for pattern in [_BLANK, *[part for _ in self.flags for part in (_FLAG, _BLANK)]]:
            place = match.end() if (match := pattern.match(text, place)) else place
        if self.name == "HEALTHCHECK" and text[place : place + 3].upper() == "CMD":
            place += 3
        return re.sub(r"[^\n]", " ", text[:place]).replace("\\", " ") + text[place:]


def _is_dropped(number: int, line: str) -> bool:
    """Whether the parser leaves out a line inside an instruction: a comment, or an empty one."""
    return number > 0 and (not line.strip() or line.lstrip().startswith("#"))


def _at(lines: Sequence[str], text: str) -> int:
    """The first line that holds a text, or the first of all."""
    return next((number for number, line in enumerate(lines) if text in line), 0)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A build stage: its FROM, the instructions after it, and the stage it goes on from."""

    number: int
    name: str
    base: str
    start: Instruction
    instructions: tuple[Instruction, ...]
    parent: "Stage | None" = field(default=None, repr=False)

    def chain(self) -> tuple[Instruction, ...]:
        """Its instructions, those of the stages it goes on from before them."""
        before = self.parent.chain() if self.parent else ()
        return (*before, *self.instructions)

    @property
    def root(self) -> str:
        """The base image that it starts from in the end."""
        return self.parent.root if self.parent else self.base

    def of(self, *names: str) -> list[Instruction]:
        """Its own instructions of some names; what is ONBUILD is for other images."""
        return [one for one in self.instructions if one.name in names and not one.on_build]

    def effective(self, *names: str) -> list[Instruction]:
        """The same with those of the stages it goes on from."""
        return [one for one in self.chain() if one.name in names and not one.on_build]

    def last(self, name: str) -> Instruction | None:
        """The one that counts, where a later one replaces an earlier."""
        found = self.effective(name)
        return found[-1] if found else None

    def starts(self) -> list[Instruction]:
        """The ENTRYPOINT and the CMD that count; an ENTRYPOINT drops an earlier stage's CMD."""
        return [one for one in _starts(self) if one and one.words]


def _starts(stage: Stage) -> tuple[Instruction | None, Instruction | None]:
    entrypoint, command = _starts(stage.parent) if stage.parent else (None, None)
    if entrypoints := stage.of("ENTRYPOINT"):
        entrypoint, command = entrypoints[-1], None
    if commands := stage.of("CMD"):
        command = commands[-1]
    return entrypoint, command


@dataclass(frozen=True, kw_only=True)
class Dockerfile:
    """A whole Dockerfile; `path` is how findings name it."""

    path: str
    text: str = field(repr=False)
    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    arguments: Mapping[str, str]

    @property
    def final(self) -> Stage:
        """The stage that becomes the image."""
        return self.stages[-1]

    def needed(self) -> list[Stage]:
        """The stages that the final one is built from, itself last; others are never built."""
        wanted: set[int] = set()
        self._collect(self.final, wanted)
        return [stage for stage in self.stages if stage.number in wanted]

    def _collect(self, stage: Stage, wanted: set[int]) -> None:
        if stage.number in wanted:
            return
        wanted.add(stage.number)
        if stage.parent:
            self._collect(stage.parent, wanted)
        for instruction in stage.instructions:
            for reference in references(instruction):
                if (source := self.stage(reference)) and source.number < stage.number:
                    self._collect(source, wanted)

    def stage(self, reference: str) -> Stage | None:
        """The stage that a `--from` names, by name or number."""
        for stage in self.stages:
            if reference.lower() == stage.name or reference == str(stage.number):
                return stage
        return None

    def steps(self) -> Iterator[tuple[Stage, Instruction]]:
        """Every instruction after a FROM, with its stage."""
        return ((stage, found) for stage in self.stages for found in stage.instructions)

    def runs(self) -> Iterator[tuple[Stage, Instruction]]:
        """Every RUN, with its stage."""
        return ((stage, found) for stage, found in self.steps() if found.name == "RUN")

    def expanded(self, word: str) -> str:
        """A word of FROM or --from with the defaults of the ARGs before the first FROM."""
        return re.sub(
            r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))",
            lambda m: self.arguments.get(m[1] or m[3], "") or m[2] or m[0],
            word,
        )


def references(instruction: Instruction) -> list[str]:
    """What an instruction takes from other stages or images."""
    found = [source] if (source := instruction.flag("from")) else []
    return found + [mount["from"] for mount in instruction.mounts() if "from" in mount]


def parse(text: str, *, path: str = "Dockerfile") -> Dockerfile:
    """Parse a Dockerfile.

    Raises:
        UsageError: if BuildKit's parser does not take it, or the wheel is not installed.
    """
    try:
        import dockerfile
    except ImportError as error:
        raise UsageError(f"reading a Dockerfile needs BuildKit's parser: {INSTALL}") from error
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    try:
        commands = dockerfile.parse_string(text)
    except dockerfile.GoParseError as error:
        raise UsageError(f"{path}: is no Dockerfile: {error.args[0]}") from error
    escape = _directives(text).get("escape", "\\")
    lines = text.split("\n")
    instructions = tuple(_instruction(found, lines, escape) for found in commands)
    for found in instructions:
        if found.name not in NAMES:
            raise UsageError(
                f"{path}:{found.line}: is no Dockerfile: {found.name[:40]!r} is no instruction"
            )
        if found.name == "FROM" and not found.words:
            raise UsageError(f"{path}:{found.line}: is no Dockerfile: FROM names no image")
    if not any(found.name == "FROM" for found in instructions):
        raise UsageError(f"{path}: is no Dockerfile: it has no FROM")
    return _assemble(path, text, instructions)


def _directives(text: str) -> dict[str, str]:
    """The parser directives at the top, such as `# escape=`."""
    found = {}
    for line in text.splitlines():
        match = _DIRECTIVE.fullmatch(line)
        if not match:
            break
        found[match[1].lower()] = match[2]
    return found


def _instruction(command: Any, lines: Sequence[str], escape: str) -> Instruction:
    own = lines[command.start_line - 1 : command.end_line]
    if escape != "\\":
        own = [re.sub(rf"{re.escape(escape)}\s*$", r"\\", line) for line in own]
    return Instruction(
        name=(command.sub_cmd or command.cmd).upper(),
        line=command.start_line,
        end=command.end_line,
        words=tuple(command.value),
        flags=tuple(command.flags),
        is_exec=command.json,
        source="\n".join(line.rstrip() if line.rstrip().endswith("\\") else line for line in own),
        heredocs=tuple(_heredocs(command)),
        on_build=bool(command.sub_cmd),
    )


def _heredocs(command: Any) -> Iterator[Heredoc]:
    line = command.end_line
    for document in reversed(command.heredocs):
        line -= document.content.count("\n") + 1
        yield Heredoc(name=document.name, content=document.content, line=line + 1)


def _assemble(path: str, text: str, instructions: tuple[Instruction, ...]) -> Dockerfile:
    first = next(n for n, found in enumerate(instructions) if found.name == "FROM")
    arguments = {
        pair.key: pair.value.strip("\"'")
        for found in instructions[:first]
        for pair in found.pairs
        if pair.value is not None
    }
    bare = Dockerfile(
        path=path, text=text, instructions=instructions, stages=(), arguments=arguments
    )
    stages: list[Stage] = []
    starts = [n for n, found in enumerate(instructions) if found.name == "FROM"]
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True)):
        words = instructions[start].words
        base = bare.expanded(words[0])
        stages.append(
            Stage(
                number=number,
                name=words[2].lower() if len(words) > 2 else "",
                base=base,
                start=instructions[start],
                instructions=instructions[start + 1 : end],
                parent=next((s for s in reversed(stages) if s.name == base.lower()), None),
            )
        )
    return Dockerfile(
        path=path,
        text=text,
        instructions=instructions,
        stages=tuple(stages),
        arguments=arguments,
    )
