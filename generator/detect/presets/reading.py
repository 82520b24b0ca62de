"""Look for what a preset's readings name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any
from weakref import WeakKeyDictionary

from generator.detect.model import Evidence
from generator.detect.presets.model import Reading
from generator.detect.tree import Tree
from generator.detect.values import mapping

_MOST_FILES = 150  # that a pattern stands for at most
_MOST_MATCHES = 200  # in one file
_FOREIGN = re.compile(
    r"(?:.*/)?(?:vendor|node_modules|third_party|testdata|tests?|spec|examples|docs?|fixtures|devel"
    r"|benchmarks?|\.git|target/debug|target/release)/.*|example/.*|(?:.*/)?[^/]*(?:_test|\.test|\.spec|\.config)\.[a-z]+"
)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A text that a reading found; `told` says that the text itself stands in the project.

    `rank` is the reading's place among those of its fact.
    """

    text: str
    evidence: Evidence
    told: bool = True
    rank: int = 0


# Most presets look at the same files for many facts.
_LISTS: WeakKeyDictionary[Tree, dict[str, list[str]]] = WeakKeyDictionary()


def look(tree: Tree, reading: Reading) -> Iterator[Found]:
    """Yield what a reading finds, in shallow files first."""
    if not all(tree.has(path) for path in reading.beside):
        return
    for pattern in reading.file:
        for path in _files(tree, pattern):
            if not reading.also or re.search(reading.also, tree.text(path) or "", re.MULTILINE):
                yield from _in_file(tree, path, reading)


def look_at(text: str, evidence: Evidence, reading: Reading) -> Iterator[Found]:
    """Yield what a reading finds in the text of an earlier fact."""
    match = re.search(reading.line or "", text)
    if match:
        value = next((group for group in match.groups() if group), text)
        yield Found(text=reading.give or value, evidence=evidence)


def holds(tree: Tree, readings: list[Reading]) -> Found | None:
    """The first thing that any of some readings finds."""
    return next((found for reading in readings for found in look(tree, reading)), None)


def _files(tree: Tree, pattern: str) -> list[str]:
    known = _LISTS.setdefault(tree, {})
    if pattern not in known:
        known[pattern] = _listed(tree, pattern)
    return known[pattern]


def _listed(tree: Tree, pattern: str) -> list[str]:
    """The first files that fit a pattern, as many as a reading looks at."""
    if "*" not in pattern and "?" not in pattern:
        return [pattern] if tree.has(pattern) else []
    fits = _as_regex(pattern).fullmatch
    deep = "**" in pattern
    # Cheap tests first: there may be many files.
    start, end = re.split(r"[*?]", pattern)[0], re.split(r"[*?]", pattern)[-1]
    found = (
        path
        for path in (tree.files if "/" in pattern else tree.top())
        if path.endswith(end)
        and path.startswith(start)
        and fits(path)
        and not (deep and _FOREIGN.fullmatch(path))
    )
    return list(islice(found, _MOST_FILES))


@cache
def _as_regex(pattern: str) -> re.Pattern[str]:
    words = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*|\?)", pattern)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts))


def _in_file(tree: Tree, path: str, reading: Reading) -> Iterator[Found]:
    instead = reading.give
    if reading.path:
        match = re.search(reading.path, path)
        if not match:
            return
        instead = instead or match[1]
    if reading.key:
        value = _at_key(tree, path, reading.key)
        if value:
            line = _line_of(tree, path, reading.key, value)
            place = Evidence(path=path, line=line)
            yield Found(text=instead or value, evidence=place, told=not reading.give)
    elif reading.line:
        text = tree.text(path) or ""
        line, counted = 1, 0
        matches = re.finditer(reading.line, text, re.MULTILINE)
        for match in islice(matches, _MOST_MATCHES):
            line += text.count("\n", counted, match.start())
            counted = match.start()
            place = Evidence(path=path, line=line)
            value = instead or next((group for group in match.groups() if group), path)
            yield Found(text=value, evidence=place, told=not reading.give)
            if instead:
                return
    else:
        yield Found(text=instead or path, evidence=Evidence(path=path), told=not reading.give)


def _at_key(tree: Tree, path: str, key: str) -> str:
    """The text at a dotted key of a document; empty if there is none."""
    if path.endswith((".xml", "proj")):
        return _in_xml(tree, path, key.split("."))
    if path.endswith(".toml") or path == "Cargo.lock":
        value: Any = tree.toml(path)
    elif path.endswith((".yaml", ".yml")):
        value = tree.yaml(path)
    else:
        value = tree.json(path)
    for part in key.split("/") if "/" in key else key.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        if not isinstance(value, Mapping):
            return ""
        value = mapping(dict(value)).get(part)
    if isinstance(value, bool):
        return ""
    if isinstance(value, dict):
        return "{}"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _in_xml(tree: Tree, path: str, parts: list[str]) -> str:
    """The text of an element, whatever its namespace."""
    from xml.etree import ElementTree as ET

    text = tree.text(path) or ""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:  # no manifest has them, and they can grow
        return ""
    try:
        element = ET.fromstring(text)  # noqa: S314 - without entities it cannot grow
    except (ET.ParseError, ValueError, RecursionError):
        return ""
    if element.tag.rpartition("}")[2] != parts[0]:
        return ""
    for part in parts[1:]:
        inner = [child for child in element if str(child.tag).rpartition("}")[2] == part]
        if not inner:
            return ""
        element = inner[0]
    return (element.text or "").strip()


def _line_of(tree: Tree, path: str, key: str, value: str) -> int:
    last = re.escape(key.replace("/", ".").rpartition(".")[2])
    first_line = re.escape(value.splitlines()[0][:80]) if value != "{}" else ""
    near = rf"{last}.{{0,200}}{first_line}" if first_line else last
    return tree.line(path, near) or tree.line(path, last)
