"""The commands of a shell text, by a real shell parser (shfmt's), with their lines.

Nothing is expanded: a word keeps its `$NAME`. Of a text that is no shell there are no commands;
shellcheck and hadolint tell about that. The parser runs as a process of its own, since what it
reads comes from anywhere.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self

from generator.audit.programs import INSTALL, program
from generator.errors import UsageError

_PATIENCE = 30  # seconds
_SHELLS = frozenset(["ash", "bash", "dash", "sh", "zsh"])
# Programs whose argument is the command that really runs.
_WRAPPERS = frozenset(["env", "exec", "nice", "nohup", "sudo", "time"])
_NESTING = frozenset(
    ["CaseClause", "CmdSubst", "ForClause", "FuncDecl", "IfClause", "Subshell", "WhileClause"]
)
_PIPES = ("|", "|&")
_SIMPLE = ("CallExpr", "DeclClause", "TestClause")


class Word(str):
    """A word of a command, without its quotes, that knows its line."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Self:
        """Keep the line beside the text."""
        word = super().__new__(cls, text)
        word.line = line
        return word


@dataclass(frozen=True, kw_only=True)
class Command:
    """A simple command: its words, and how the shell runs it.

    `nested` is inside `if`, a loop, a function, a subshell or `$(…)`. `targets` are the files
    that its output goes to.
    """

    words: tuple[Word, ...]
    line: int
    background: bool = False
    piped: bool = False
    exec_form: bool = False
    nested: bool = False
    targets: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The name of the program, without its folder and without `exec`, `env` and the like."""
        words = self.arguments()
        return words[0].rsplit("/", 1)[-1] if words else ""

    def arguments(self) -> tuple[Word, ...]:
        """The words from the program on that really runs."""
        words = self.words
        while len(words) > 1 and words[0].rsplit("/", 1)[-1] in _WRAPPERS:
            words = words[1:]
            while words and (words[0].startswith("-") or "=" in words[0]):
                words = words[1:]
        return words

    @property
    def text(self) -> str:
        """The words with single blanks."""
        return " ".join(self.words)


def exec_command(words: Sequence[Word]) -> tuple[Command, ...]:
    """The command of an exec form; of `sh -c TEXT` those of the text."""
    if not words:
        return ()
    shell = words[0].rsplit("/", 1)[-1] in _SHELLS
    if shell and len(words) > 2 and words[1].startswith("-") and words[1].endswith("c"):
        return shell_commands(words[2], first_line=words[2].line)
    return (Command(words=tuple(words), line=words[0].line, exec_form=True),)


def shell_commands(text: str, *, first_line: int = 1) -> tuple[Command, ...]:
    """The simple commands of a text, in their order; those inside `$(…)` come too.

    Raises:
        UsageError: if the parser is not installed.
    """
    try:
        return tuple(_Reader(text.encode(), first_line).commands(syntax_tree(text)))
    except RecursionError:
        return ()  # nobody writes such a thing to be run


def syntax_tree(text: str) -> Any:
    """The syntax tree of a text as shfmt gives it, None if it is no shell.

    Raises:
        UsageError: if the parser is not installed.
    """
    try:
        return json.loads(_parsed(text))
    except (RecursionError, subprocess.TimeoutExpired):
        return None


@lru_cache(maxsize=256)
def _parsed(text: str) -> str:
    """The syntax tree of a text as JSON, `null` if it is no shell."""
    shfmt = program("shfmt")
    if not shfmt:
        raise UsageError(f"reading shell commands needs shfmt: {INSTALL}")
    done = subprocess.run(  # noqa: S603 - no shell, and the words are imgen's own
        [shfmt, "--to-json", "--language-dialect", "bash"],
        input=text.encode(errors="replace"),
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    return done.stdout.decode() if done.returncode == 0 else "null"


def _context_of(node: Mapping[str, Any]) -> set[str]:
    found = {"background"} if node.get("Background") else set()
    if node.get("Type") in _NESTING:
        found.add("nested")
    if node.get("Type") == "BinaryCmd" and node.get("Op") in _PIPES:
        found.add("piped")
    return found


@dataclass(frozen=True)
class _Reader:
    """Turns the syntax tree into commands."""

    text: bytes
    first_line: int

    def commands(
        self, node: Any, context: frozenset[str] = frozenset(), targets: tuple[str, ...] = ()
    ) -> Iterator[Command]:
        for inner in node if isinstance(node, list) else ():
            yield from self.commands(inner, context, targets)
        if not isinstance(node, dict):
            return
        context |= _context_of(node)
        if "Cmd" in node or "Redirs" in node:
            targets = tuple(self._targets(node))
        if node.get("Type") in _SIMPLE and (words := tuple(self._words(node))):
            yield Command(
                words=words,
                line=words[0].line,
                background="background" in context,
                piped="piped" in context,
                nested="nested" in context,
                targets=targets,
            )
        for key, inner in node.items():
            if key not in ("Pos", "End"):
                yield from self.commands(inner, context, targets)

    def _targets(self, statement: Mapping[str, Any]) -> Iterator[str]:
        for redirect in statement.get("Redirs") or ():
            if redirect.get("Op") in (">", ">>", ">|", "&>") and redirect.get("Word"):
                yield self._plain(redirect["Word"]["Parts"])

    def _words(self, node: Mapping[str, Any]) -> Iterator[Word]:
        if node["Type"] == "TestClause":
            yield Word("[[", self._line(node))
        elif node["Type"] == "DeclClause":
            yield Word(node["Variant"]["Value"], self._line(node))
            for given in node.get("Args") or ():
                yield Word(self._source(given), self._line(given))
        else:
            for word in node.get("Args") or ():
                yield Word(self._plain(word["Parts"]), self._line(word))

    def _line(self, node: Mapping[str, Any]) -> int:
        return int(self.first_line + node["Pos"]["Line"] - 1)

    def _source(self, node: Mapping[str, Any]) -> str:
        return self.text[node["Pos"]["Offset"] : node["End"]["Offset"]].decode(errors="replace")

    def _plain(self, parts: Sequence[Mapping[str, Any]]) -> str:
        """A word without its quotes."""
        return "".join(map(self._part, parts))

    def _part(self, part: Mapping[str, Any]) -> str:
        kind = part["Type"]
        if kind == "Lit":
            return re.sub(r"\\(?:\n|(.))", r"\1", part["Value"])
        if kind == "SglQuoted":
            return str(part.get("Value", ""))
        if kind == "DblQuoted":
            return "".join(
                re.sub(r'\\(["\\$`])', r"\1", inner["Value"])
                if inner["Type"] == "Lit"
                else self._source(inner)
                for inner in part.get("Parts") or ()
            )
        return self._source(part)
