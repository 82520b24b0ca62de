"""The parser directives of a Dockerfile: `# syntax=`, `# escape=`, `# check=`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from generator.audit.dockerfile import Dockerfile

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9]*)\s*=\s*(.+?)\s*")
# What such a line must look like to be meant as one, where the builder does not heed it.
_MEANT = {
    "syntax": re.compile(r"\S*dockerfile\S*"),
    "escape": re.compile(r"[\\`]"),
    "check": re.compile(r"(?:skip|error|experimental)=\S+"),
}


@dataclass(frozen=True, kw_only=True)
class Directive:
    """One of them; `heeded` is false where something stands before it, which makes it a comment."""

    name: str
    value: str
    line: int
    heeded: bool


def directives(dockerfile: Dockerfile) -> Iterator[Directive]:
    """Yield those before the first instruction."""
    lines = dockerfile.text.splitlines()[: dockerfile.instructions[0].line - 1]
    heeded = True
    for number, line in enumerate(lines, 1):
        if number == 1 and line.startswith("#!"):
            continue
        match = _DIRECTIVE.fullmatch(line)
        heeded = heeded and match is not None
        if not match or not (pattern := _MEANT.get(name := match[1].lower())):
            continue
        if heeded or pattern.fullmatch(match[2]):
            yield Directive(name=name, value=match[2], line=number, heeded=heeded)


def frontend(dockerfile: Dockerfile) -> str:
    """The image of the `# syntax=` line that counts, empty without one."""
    found = (one for one in directives(dockerfile) if one.heeded and one.name == "syntax")
    return next((one.value.split()[0] for one in found), "")
