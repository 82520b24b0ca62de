"""An nginx.conf as nginx would read it: directives with their words, and blocks."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<comment>\#[^\n]*)|(?P<mark>[;{}])
    |"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'
    |(?P<word>(?:[^\s;{}"'\\]|\\.)+)""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Directive:
    """A directive, its words, and what its block holds."""

    words: tuple[str, ...]
    block: tuple["Directive", ...] | None = None

    @property
    def name(self) -> str:
        return self.words[0]


def read(text: str) -> tuple[Directive, ...]:
    """Read a configuration.

    Raises:
        ValueError: if a brace, a quote or a semicolon is missing.
    """
    stack: list[list[Directive]] = [[]]
    opened: list[tuple[str, ...]] = []
    words: list[str] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise ValueError(f"no token at {text[place : place + 20]!r}")
        place = match.end()
        kind, token = match.lastgroup, match[match.lastgroup or 0]
        if kind in ("space", "comment"):
            continue
        if kind != "mark":
            words.append(token)
        elif token == ";" and words:
            stack[-1].append(Directive(tuple(words)))
            words = []
        elif token == "{" and words:
            opened.append(tuple(words))
            stack.append([])
            words = []
        elif token == "}" and opened and not words:
            block = tuple(stack.pop())
            stack[-1].append(Directive(opened.pop(), block))
        else:
            raise ValueError(f"{token} after {words}")
    if opened or words:
        raise ValueError(f"the end after {opened} and {words}")
    return tuple(stack[0])


def flat(directives: tuple[Directive, ...]) -> list[Directive]:
    """Every directive at any depth, in order."""
    return [
        found for directive in directives for found in (directive, *flat(directive.block or ()))
    ]
