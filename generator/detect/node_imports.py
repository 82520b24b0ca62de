"""What a start file loads of the packages that are there for development alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from generator.detect.node import NodeProject
from generator.detect.tree import Tree

# Loaded when a file is: no space before it, so no branch around it.
_LOADED = re.compile(
    r"^(?:import|export|const|let|var|require)\b[^\n;]{0,400}?"
    r"(?:\bfrom[ \t]{0,3}|\brequire\(|^import[ \t]{1,3})['\"]([^'\"\n]{1,200})['\"]",
    re.MULTILINE,
)
_ANYWHERE = re.compile(
    r"\b(?:from[ \t]{0,3}|require\([ \t]{0,3}|import[ \t]{1,3}|import\([ \t]{0,3})"
    r"['\"]([^'\"\n]{1,200})['\"]"
)
_AT_RUN_TIME = re.compile(r"\breaddir|\bglob|[aA]uto[lL]oad|\brequire\([^'\"]")
_MOST_LOADED = 300
_MOST_NAMES = 400  # in one file
_LONGEST = 300_000  # characters of a file: longer ones are bundles
_MOST_TEXT = 3_000_000  # of all files that are loaded
_TYPES = re.compile(r"(?:import|export) type\b")
_TOOLS = frozenset(
    ["browser-sync", "budo", "chokidar", "concurrently", "connect-livereload", "grunt", "gulp",
     "live-server", "livereload", "nodemon", "parcel", "portfinder", "react-dev-utils", "rollup",
     "vite", "webpack", "webpack-dev-middleware", "webpack-dev-server", "webpack-hot-middleware"]
)  # fmt: skip
_MOST_FILES = 40
_ENDINGS = ("", ".js", ".mjs", ".cjs", ".ts", ".mts", "/index.js", "/index.ts")


@dataclass(frozen=True)
class Development:
    """Packages of development that are loaded: `tools` that serve and watch, and `others`."""

    tools: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def of_development(tree: Tree, project: NodeProject, path: str) -> Development:
    """The packages of development that a file loads, with the files that it loads itself."""
    tools: dict[str, None] = {}
    others: dict[str, None] = {}
    waiting, seen = [path], {path}
    while waiting and len(seen) <= _MOST_FILES:
        each = waiting.pop(0)
        for name in _names(tree.text(each) or ""):
            if name.startswith("."):
                inner = _file(tree, each, name)
                if inner and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
                continue
            package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
            if package in project.dev_dependencies and package not in project.dependencies:
                # What the start file loads is its purpose; another file may be a tool of its own.
                (tools if package in _TOOLS and each == path else others)[package] = None
    return Development(tuple(tools), tuple(name for name in others if name not in _TOOLS))


def loaded(tree: Tree, path: str, most: int = _MOST_LOADED) -> list[str]:
    """The files that a file loads, itself first, of which so many are looked into.

    Where names stand for folders in a way of their own, or files are found at run time, every file
    in the same top folders counts.
    """
    found = {path: None}
    waiting = [path]
    complete = True
    left = _MOST_TEXT
    while waiting and len(found) <= most:
        each = waiting.pop(0)
        code = tree.text(each) or ""
        if len(code) > min(left, _LONGEST):
            continue
        left -= len(code)
        complete = complete and not _AT_RUN_TIME.search(code)
        for match in islice(_ANYWHERE.finditer(code), _MOST_NAMES):
            name = match[1]
            inner = _file(tree, each, name) if name.startswith(".") else ""
            if inner and inner not in found and not inner.endswith(".json"):
                found[inner] = None
                waiting.append(inner)
            elif name.startswith(("@/", "~/", "#", "src/")):
                complete = False
    if not complete:
        tops = {each.partition("/")[0] for each in found}
        found.update(dict.fromkeys(path for path in tree.files if path.partition("/")[0] in tops))
    return list(found)


def _names(text: str) -> Iterator[str]:
    for match in islice(_LOADED.finditer(text[:_LONGEST]), _MOST_NAMES):
        if not _TYPES.match(match[0]):
            yield match[1]


def _file(tree: Tree, start: str, name: str) -> str:
    """The file of the project that a relative name stands for."""
    parts = start.split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part not in (".", ""):
            parts.append(part)
    whole = "/".join(parts)
    # TypeScript's modules name the file that will be compiled.
    names = [f"{whole}{ending}" for ending in _ENDINGS]
    if whole.endswith(".js"):
        names.append(f"{whole[:-3]}.ts")
    return tree.first(*names) or ""
