"""The stages of a Dockerfile as far as verifying needs them: FROM, ARG and directives.

The parser of the `audit` extra reads everything, but a verification must run without extras.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"#\s*([A-Za-z]+)\s*=\s*(\S+)\s*")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))")
SCRATCH = "scratch"


@dataclass(frozen=True)
class From:
    """A stage: the image or stage it starts from, and its name, empty without one."""

    reference: str
    name: str


def directives(dockerfile: str) -> dict[str, str]:
    """The parser directives at the top, such as `# syntax=`."""
    found: dict[str, str] = {}
    for line in dockerfile.splitlines():
        match = _DIRECTIVE.fullmatch(line)
        if not match:
            break
        found[match[1].lower()] = match[2]
    return found


def without_frontend(dockerfile: str) -> str:
    """The text without its `# syntax=` line, which an engine's own frontend does not need."""
    lines = dockerfile.splitlines(keepends=True)
    for number, line in enumerate(lines):
        match = _DIRECTIVE.fullmatch(line.rstrip("\r\n"))
        if not match:
            break
        if match[1].lower() == "syntax":
            # Nothing in its place: a blank line would end the directives that follow.
            return "".join([*lines[:number], *lines[number + 1 :]])
    return dockerfile


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Yield each instruction in capitals with the rest of its line, continued lines joined."""
    escape = directives(dockerfile).get("escape", "\\")
    pending = ""
    heredocs: list[str] = []
    for raw in dockerfile.splitlines():
        if heredocs:
            if raw.strip() == heredocs[0]:
                heredocs.pop(0)
            continue
        line = raw.strip()
        if line.startswith("#") or (not line and pending):
            continue
        if line.endswith(escape):
            pending += f"{line[: -len(escape)]} "
            continue
        word, _, rest = f"{pending}{line}".strip().partition(" ")
        pending = ""
        if word:
            heredocs = re.findall(r"<<-?[\"']?(\w+)[\"']?", rest) if word.upper() != "FROM" else []
            yield word.upper(), " ".join(rest.split())


def stages(dockerfile: str, arguments: Mapping[str, str] | None = None) -> list[From]:
    """The stages in their order; `arguments` are the build arguments given."""
    given = dict(arguments or {})
    known: dict[str, str] = {}
    found: list[From] = []
    for name, rest in instructions(dockerfile):
        if name == "ARG" and not found:
            for word in rest.split():
                key, sign, value = word.partition("=")
                known[key] = given.get(key, value.strip("\"'") if sign else "")
        elif name == "FROM":
            words = [word for word in rest.split() if not word.startswith("--")]
            reference = _expanded(words[0], known) if words else ""
            found.append(From(reference, words[2] if len(words) > 2 else ""))
    return found


def _expanded(word: str, known: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda m: known.get(m[1] or m[3], "") or m[2] or "", word)


def base_references(dockerfile: str, arguments: Mapping[str, str] | None = None) -> list[str]:
    """The images that a Dockerfile starts its stages from, its own stages left out."""
    found = []
    names: set[str] = set()
    for stage in stages(dockerfile, arguments):
        if stage.reference.lower() not in names:
            found.append(stage.reference)
        names.add(stage.name.lower())
    return found


def final_base(dockerfile: str, arguments: Mapping[str, str] | None = None) -> str:
    """The image that the last stage starts from in the end, empty without a FROM."""
    found = stages(dockerfile, arguments)
    if not found:
        return ""
    reference = found[-1].reference
    for stage in reversed(found[:-1]):
        if stage.name and stage.name.lower() == reference.lower():
            reference = stage.reference
    return reference
