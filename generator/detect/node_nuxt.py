"""The variables by which a Nuxt server takes its `runtimeConfig` when it starts."""

import re
from collections.abc import Iterator
from itertools import islice

from generator.detect.model import Evidence, Note
from generator.detect.tree import Tree

_CONFIGS = ("nuxt.config.ts", "nuxt.config.js", "nuxt.config.mjs")
_START = re.compile(r"^[ \t]{0,20}runtimeConfig[ \t]{0,5}:[ \t]{0,5}\{", re.MULTILINE)
_LONGEST = 5000  # characters of the object
_MOST_SHOWN = 12
# A key with an object, the end of one, or a key whose value is empty or a variable of the build.
_PART = re.compile(
    r"//[^\n]*|\b(\w{1,60})[ \t]{0,5}:[ \t]{0,5}\{|(\{)|(\})"
    r"|\b(\w{1,60})[ \t]{0,5}:[ \t]{0,5}(?:(?:''|\"\"|undefined|null)(?=[ \t]{0,5}[,}\n])"
    r"|(process\.env\b))"
)


def note(tree: Tree) -> Note | None:
    """The variables of what the configuration leaves open, or fills when it is built."""
    path = tree.first(*_CONFIGS) or ""
    code = tree.text(path) or "" if path else ""
    start = _START.search(code)
    if start is None:
        return None
    found = list(_open(code[start.end() : start.end() + _LONGEST]))
    names = list(dict.fromkeys(name for name, _ in found))
    if not names:
        return None
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    text = f"read when the server starts: {', '.join(names[:_MOST_SHOWN])}{more}"
    if any(built for _, built in found):
        text += "; process.env in runtimeConfig is read by the build alone, which is given none"
    line = code.count("\n", 0, start.end()) + 1
    return Note(text=text, evidence=(Evidence(path=path, line=line),))


def _open(code: str) -> Iterator[tuple[str, bool]]:
    """The variables of an object's keys, and whether the build reads another in their place."""
    around: list[str] = []
    for part in islice(_PART.finditer(code), _LONGEST):
        if part[1] or part[2]:
            around.append(part[1] or "")
        elif part[3]:
            if not around:
                return
            around.pop()
        elif part[4]:
            keys = [*filter(None, around), part[4]]
            yield "_".join(["NUXT", *map(_as_variable, keys)]), bool(part[5])


def _as_variable(key: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).upper()
