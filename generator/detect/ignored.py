"""Which files git ignores, by the rules of its .gitignore files.

The patterns of one file become a few regular expressions that take linear time, for they come from
anyone: what stands between two stars is taken where it first fits, which loses no match.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

_MOST_PATTERNS = 2000
_LONGEST_PATTERN = 500
_MOST_STARS = 8  # folders crossed by `**`, of which each more would cost a power of the depth
_GLOB = re.compile(r"(\*\*/|\*+|\?|\[[!^]?+\]?+(?:\\.|[^]\\])*\]|\\.|[^*?\[\\]+|[\[\\])")


@dataclass(frozen=True)
class _Pattern:
    """A line of a .gitignore as a regular expression of names, or of paths below its folder."""

    denies: bool
    of_names: bool
    expression: str


@dataclass(frozen=True)
class _Run:
    """Neighbouring patterns that say the same, in one expression each for names and paths."""

    denies: bool
    names: re.Pattern[str] | None
    paths: re.Pattern[str] | None

    def fits(self, name: str, path: str) -> bool:
        return bool(
            (self.names and self.names.fullmatch(name))
            or (self.paths and self.paths.fullmatch(path))
        )


class IgnoreRules:
    """The patterns of one file that hold below a folder; `base` is its path with `/` at the end."""

    def __init__(self, base: str, text: str) -> None:
        self.base = base
        patterns = list(_patterns(text))
        self._runs = list(_runs(patterns))[::-1]
        self._any = _run(patterns, denies=True)  # most paths fit nothing: one look is enough

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether the patterns deny a path, or None if they say nothing of it."""
        if not self._runs:
            return None
        end = "/" if folder else ""
        inner = f"{path.removeprefix(self.base)}{end}"
        name = f"{path.rsplit('/', 1)[-1]}{end}"
        if not self._any.fits(name, inner):
            return None
        return next((run.denies for run in self._runs if run.fits(name, inner)), None)


def ignores(rules: Iterable[IgnoreRules], path: str, *, folder: bool) -> bool:
    """Whether rules ignore a path; those of the innermost folder come first and win."""
    for each in rules:
        verdict = each.verdict(path, folder=folder)
        if verdict is not None:
            return verdict
    return False


def _runs(patterns: Iterable[_Pattern]) -> Iterator[_Run]:
    for denies, group in groupby(patterns, key=lambda each: each.denies):
        yield _run(group, denies=denies)


def _run(patterns: Iterable[_Pattern], *, denies: bool) -> _Run:
    members = list(patterns)
    return _Run(
        denies=denies,
        names=_joined(each.expression for each in members if each.of_names),
        paths=_joined(each.expression for each in members if not each.of_names),
    )


def _joined(expressions: Iterable[str]) -> re.Pattern[str] | None:
    text = "|".join(dict.fromkeys(expressions))
    return re.compile(text, re.DOTALL) if text else None


def _patterns(text: str) -> Iterator[_Pattern]:
    for raw in text.splitlines()[:_MOST_PATTERNS]:
        line = _without_blanks(raw)
        if not line or line.startswith("#") or len(line) > _LONGEST_PATTERN:
            continue
        denies = not line.startswith("!")
        glob = line if denies else line[1:]
        only_folders = glob.endswith("/")
        glob = glob.rstrip("/") if only_folders else glob
        of_names = "/" not in glob
        glob = glob.removeprefix("/")
        if not glob or glob.count("**") > _MOST_STARS:
            continue
        expression = _expression(glob) + ("/" if only_folders else "/?")
        try:
            re.compile(expression)
        except re.error:  # a class such as [z-a], which fits nothing
            continue
        yield _Pattern(denies=denies, of_names=of_names, expression=expression)


def _without_blanks(line: str) -> str:
    """A line without the blanks at its end, unless a backslash stands before them."""
    kept = line.rstrip(" \t\r")
    escaped = (len(kept) - len(kept.rstrip("\\"))) % 2
    return f"{kept} " if escaped and kept != line else kept


def _expression(glob: str) -> str:
    """A glob as a regular expression.

    A star with the text up to the next one is an atomic group, so that nothing is tried twice.
    """
    result = ""
    star = ""
    fixed = ""
    pieces = _GLOB.findall(glob)
    for index, piece in enumerate(pieces):
        at_start = result + fixed == "" or (fixed or result).endswith("/")
        if piece == "**/" and at_start:
            result += _placed(star, fixed, last=False)
            star, fixed = "", ""
            result += "(?:[^/]+/)*"
        elif piece == "**" and at_start and index == len(pieces) - 1:
            return result + _placed(star, fixed, last=False) + ".+"
        elif piece.startswith("*"):
            result += _placed(star, fixed, last=False)
            star, fixed = "[^/]*", "/" if piece.endswith("/") else ""
        else:
            fixed += _plain(piece)
    return result + _placed(star, fixed, last=True)


def _placed(star: str, fixed: str, *, last: bool) -> str:
    if not star or last:
        return star + fixed
    return f"(?>{star}?{fixed})"


def _plain(piece: str) -> str:
    if piece == "?":
        return "[^/]"
    if piece.startswith("[") and len(piece) > 1:
        negated = piece[1] in "!^"
        inner = piece[2:-1] if negated else piece[1:-1]
        return f"(?!/)[{'^' if negated else ''}{_members(inner)}]"
    if piece in ("[", "\\"):
        return "(?!)"  # git takes neither for a character, and matches nothing
    if piece.startswith("\\"):
        return re.escape(piece[1])
    return re.escape(piece)


def _members(inner: str) -> str:
    """The characters and ranges of a class; a range from high to low holds its first alone."""
    signs = re.findall(r"\\.|.", inner, re.DOTALL)
    result = ""
    index = 0
    while index < len(signs):
        first = signs[index][-1]
        last = first
        if signs[index + 1 : index + 2] == ["-"] and index + 2 < len(signs):
            last = max(first, signs[index + 2][-1])
            index += 2
        result += re.escape(first) + (f"-{re.escape(last)}" if last != first else "")
        index += 1
    return result
