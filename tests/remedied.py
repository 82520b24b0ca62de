"""A Dockerfile with what is to be written for a finding, as a reader would put it there."""

from generator.audit.dockerfile import parse
from generator.audit.tools import ToolFinding

_WITH_THE_ONE_BEFORE = "DL3059"


def applied(text: str, found: ToolFinding, instead: str) -> str:
    """Replace the instruction of a finding; a hint in brackets leaves it out."""
    instructions = parse(text).instructions
    number = next(n for n, one in enumerate(instructions) if one.line <= found.line <= one.end)
    first = instructions[number - (found.rule == _WITH_THE_ONE_BEFORE)]
    lines = text.splitlines()
    new = [] if instead.startswith("(") else instead.splitlines()
    lines[first.line - 1 : instructions[number].end] = new
    return "\n".join(lines) + "\n"
