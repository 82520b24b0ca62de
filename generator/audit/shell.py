"""The commands of a shell text, by a real shell grammar (tree-sitter's), with their lines.

Nothing is expanded: a word keeps its `$NAME`. What the grammar cannot read yields what it can.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from generator.errors import UsageError

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_SHELLS = frozenset(["ash", "bash", "dash", "sh", "zsh"])
# Programs whose argument is the command that really runs.
_WRAPPERS = frozenset(["env", "exec", "nice", "nohup", "sudo", "time"])


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
    """A simple command: its words, and how the shell runs it."""

    words: tuple[Word, ...]
    line: int
    background: bool = False
    piped: bool = False
    exec_form: bool = False
    nested: bool = False
    """Inside `if`, a loop, a function or a subshell."""

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


@cache
def _parser() -> "Parser":
    try:
        import tree_sitter_bash
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise UsageError(
            "reading shell commands needs a grammar: pip install 'imgen[audit]'"
        ) from error
    return Parser(Language(tree_sitter_bash.language()))


def shell_commands(text: str, *, first_line: int = 1) -> tuple[Command, ...]:
    """The simple commands of a text, in their order; those inside `$(…)` come too."""
    tree = _parser().parse(text.encode())
    return tuple(_commands(tree.root_node, first_line))


def _commands(
    node: "Node", first_line: int, context: frozenset[str] = frozenset()
) -> Iterator[Any]:
    if node.type in ("command", "test_command", "declaration_command"):
        words = tuple(_words(node, first_line))
        if words:
            yield Command(
                words=words,
                line=first_line + node.start_point.row,
                background="background" in context,
                piped="piped" in context,
                nested="nested" in context,
            )
    inside = context | _context_of(node)
    for number, child in enumerate(node.children):
        followed = node.children[number + 1].type if number + 1 < len(node.children) else ""
        added = {"background"} if followed == "&" else set()
        yield from _commands(child, first_line, inside | added)


_NESTING = frozenset(
    ["case_statement", "command_substitution", "for_statement", "function_definition",
     "if_statement", "subshell", "while_statement", "c_style_for_statement"]
)  # fmt: skip


def _context_of(node: "Node") -> set[str]:
    if node.type == "pipeline":
        return {"piped"}
    return {"nested"} if node.type in _NESTING else set()


def _words(node: "Node", first_line: int) -> Iterator[Word]:
    for child in node.children:
        if child.type in ("variable_assignment", "file_redirect", "heredoc_redirect"):
            continue
        if child.is_named or node.type == "declaration_command":
            yield Word(_plain(child), first_line + child.start_point.row)


def _plain(node: "Node") -> str:
    """A word without its quotes."""
    raw = (node.text or b"").decode(errors="replace")
    if node.type == "raw_string":
        return raw[1:-1]
    if node.type == "string":
        return raw[1:-1].replace('\\"', '"')
    if node.type in ("concatenation", "command_name"):
        return "".join(_plain(child) for child in node.children) or raw
    if node.type == "word" and "\\" in raw:
        try:
            return "".join(shlex.split(raw)) or raw
        except ValueError:
            return raw
    return raw
