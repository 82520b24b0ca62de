"""Text laid out for a terminal, a pipe and a Markdown table. Standard library only.

Whatever a report shows may come from a file that nobody trusts: a control character in it could
move the cursor, change a title or hide a line, so `visible` spells it out.
"""

import os
import re
import unicodedata
from typing import TextIO

_STYLES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "yellow": "33",
    "green": "32",
    "cyan": "36",
}
# Control, format (bidirectional overrides, zero-width), line and paragraph separators, surrogates.
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_MARKDOWN = frozenset("\\`*_{}[]<>&|~$#@!")
# Outside a backtick span an address would become a link, and `:name:` a picture.
_MARKDOWN_CODE = _MARKDOWN | {":"}
_SIZES = ("B", "kB", "MB", "GB", "TB")


def wants_colour(stream: TextIO) -> bool:
    """Whether to write colours to a stream.

    NO_COLOR set to anything forbids them, FORCE_COLOR set to anything but 0 asks for them;
    without either a terminal gets them unless TERM is `dumb`.
    """
    if os.environ.get("NO_COLOR"):
        return False
    if forced := os.environ.get("FORCE_COLOR"):
        return forced != "0"
    return os.environ.get("TERM") != "dumb" and stream.isatty()


def paint(text: str, style: str, *, colour: bool) -> str:
    """A text in a style (`bold`, `dim`, `red`, …) where colours are wanted, else as it is."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if colour and text else text


def visible(text: str) -> str:
    r"""A text of one line that a terminal can only print: an escape shows as `\x1b`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled(char) for char in text)


def visible_lines(text: str) -> str:
    """A text of any lines that a terminal can only print; tabs and line ends are kept."""
    plain = "".join(char if char in "\t\n\r" else _spelled(char) for char in text)
    return re.sub(r"\r(?!\n)", r"\\r", plain)


def prose(text: str) -> str:
    """A text as one line, blanks and line ends folded, and `visible`."""
    return visible(" ".join(text.split()))


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: two for a wide character, none for an accent."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """The lines of a text, cut at blanks to `width` columns; a longer word stays whole.

    `first` stands before the first line, `rest` before the others: blanks as wide as `first`
    unless given. Blanks and line ends are folded and what cannot be seen is spelled out.
    """
    rest = " " * columns(first) if rest is None else rest
    lines, line, empty = [], first, True
    for word in prose(text).split(" "):
        if not empty and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line, empty = rest, True
        line += word if empty else f" {word}"
        empty = False
    return [kept.rstrip() for kept in (*lines, line)]


def cut(text: str, width: int) -> str:
    """A text that takes at most `width` columns, with `...` where it had to be cut."""
    if columns(text) <= width:
        return text
    dots = "..."[: max(0, width)]
    room = width - len(dots)
    kept = ""
    for char in text:
        room -= _columns(char)
        if room < 0:
            break
        kept += char
    return kept + dots


def pad(text: str, width: int, *, right: bool = False) -> str:
    """A text filled with blanks to `width` columns, at its left end for `right`."""
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def count(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def size(octets: int) -> str:
    """Bytes for a person, decimal as engines show them: `45.2 MB`."""
    if octets < 1000:
        return f"{octets} B"
    value = float(octets)
    unit = 0
    # 999.95 would be shown as 1000.0
    while value >= 999.95 and unit < len(_SIZES) - 1:
        value /= 1000
        unit += 1
    return f"{value:.1f} {_SIZES[unit]}"


def unbroken(text: str) -> str:
    """A text that every encoding and parser takes: half a surrogate pair becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def markdown_cell(text: str) -> str:
    """A text for a cell of a Markdown table, shown exactly as it is, on one line.

    What Markdown, HTML or a table's own syntax could read is written as a character reference:
    backslashes are read differently by different parsers before a `|`.
    """
    return _referenced(prose(text), _MARKDOWN)


def markdown_code(text: str) -> str:
    """A line of a file for a cell of a Markdown table: code, with line ends kept."""
    # A backtick span cannot hold both a backslash before a bar and be a cell: see markdown_cell.
    lines = [_referenced(visible(line), _MARKDOWN_CODE) for line in text.splitlines()]
    return "<br>".join(f"<code>{line}</code>" for line in lines if line.strip())


def _referenced(text: str, special: frozenset[str]) -> str:
    return "".join(f"&#{ord(char)};" if char in special else char for char in text)


def _spelled(char: str) -> str:
    if unicodedata.category(char) not in _UNSEEN:
        return char
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
