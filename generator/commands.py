"""The words of a command in exec form, and the build commands that a shell runs."""

import re

from generator.grammar import shown
from generator.secrecy import public_text


def argument(value: object) -> str:
    """One word of a command in exec form: any printable line, blanks and quotes included."""
    return public_text(value)


def step_value(value: object) -> str:
    """The value of a variable that a build command gets; no here-document begins in it."""
    line = public_text(value)
    if "<<" in line:
        raise ValueError(f"must not hold '<<', which begins a here-document: {shown(line)}")
    return line


def shell_step(value: object) -> str:
    """One build command; it stays inside its RUN: one line, no here-document, no continuation."""
    line = public_text(value).strip()
    if not line or line.startswith(("#", "-", "[", "<")) or line.endswith(("\\", "&", "|", ";")):
        raise ValueError(f"must be one complete shell command, not {shown(line)}")
    if "<<" in line:
        raise ValueError(f"must not hold a here-document: put it into a script, {shown(line)}")
    if not _closed(line):
        raise ValueError(f"must close its quotes and comments nothing out: {shown(line)}")
    if _has_pipe(line):
        raise ValueError(
            "must not hold a pipe, which hides that its first command failed: write `a >file && b "
            f"<file`, or a script with `set -o pipefail`, not {shown(line)}"
        )
    return line


def _has_pipe(line: str) -> bool:
    """Whether one command's output goes to another: a `|` outside quotes, or in `$( )` (B13)."""
    plain = re.sub(r"\\.|'[^']*'", "", line)
    if "$(" not in plain and "`" not in plain:
        plain = re.sub(r'"[^"]*"', "", plain)
    return re.search(r"(?<![|>])\|(?!\|)", plain) is not None


def _closed(line: str) -> bool:
    """Whether quotes, brackets and backslashes end inside the line and no comment begins."""
    quote = ""
    depth = 0
    skip = False
    before = " "
    for char in line:
        if skip:
            skip = False
        elif char == "\\" and quote != "'":
            skip = True
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"`":
            quote = char
        elif char == "#" and before in " ;&|()<>":
            return False
        elif char in "({":
            depth += 1
        elif char in ")}":
            depth -= 1
        if depth < 0:
            return False
        before = char
    return not (quote or depth or skip)
