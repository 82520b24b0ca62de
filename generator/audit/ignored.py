"""Which files of the build context a .dockerignore keeps from the builder, by the builder's rules.

Patterns are rooted at the context, `**` crosses folders, the last one that matches wins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class IgnoreFile:
    """A .dockerignore; `path` is how findings name it."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], bool, int]]:
        return list(self._read())

    def _read(self) -> Iterator[tuple[re.Pattern[str], bool, int]]:
        for number, raw in enumerate(self.text.splitlines(), 1):
            line = raw.strip()
            if not line or raw.startswith("#"):
                continue
            denied = not line.startswith("!")
            pattern = line.removeprefix("!").strip().strip("/").removeprefix("./")
            try:
                yield re.compile(_expression(pattern)), denied, number
            except re.error:
                continue

    def denies(self, path: str) -> bool:
        """Whether a path below the context is kept out, itself or by a folder above it."""
        parts = path.strip("/").split("/")
        heads = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        result = False
        for pattern, denied, _ in self._patterns:
            if any(pattern.fullmatch(head) for head in heads):
                result = denied
        return result

    def patterns(self) -> list[tuple[str, int]]:
        """The lines that are patterns, with their numbers."""
        lines = enumerate(self.text.splitlines(), 1)
        return [(line.strip(), n) for n, line in lines if line.strip() and line[0] != "#"]


def _expression(pattern: str) -> str:
    if pattern == "**":
        return ".*"
    pieces = re.split(r"(\*\*/|/\*\*|\*\*|\*|\?|\\.|\[[^]]*\])", pattern)
    known = {"**/": "(?:.*/)?", "/**": "/.*", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return "".join(
        known[piece]
        if piece in known
        else piece
        if piece.startswith(("[", "\\"))
        else re.escape(piece)
        for piece in pieces
    )
