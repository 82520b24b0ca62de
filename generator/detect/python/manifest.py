"""One project as one file declares it, and what the readers of such files share."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.detect.model import Evidence
from generator.detect.python import specifiers
from generator.detect.python.model import Requirement
from generator.detect.tree import Tree
from generator.detect.values import mapping, texts

MOST_REQUIREMENTS = 1000  # of one list
_MOST_PLACES = 50  # of one word in a file


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One project as one file declares it.

    `kind` is project (the standard table), poetry, setup.cfg, setup.py or pipenv. `backend` is the
    module that builds a package of it, empty if nothing says. `dynamic` are the fields that only
    building tells. `packaged` is False where the project says that it is no package. `readings` are
    files that the build reads, by what the manifest names.
    """

    path: str
    kind: str
    name: str = ""
    version: str = ""
    python: str = ""
    python_line: int = 0
    requirements: tuple[Requirement, ...] = ()
    extras: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    scripts: Mapping[str, str] = field(default_factory=dict)
    script_evidence: Mapping[str, Evidence] = field(default_factory=dict)
    backend: str = ""
    build_requires: tuple[str, ...] = ()
    dynamic: tuple[str, ...] = ()
    packaged: bool = True
    readings: tuple[str, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)
    """Folders of packages by name, as `package_dir` of setuptools says; "" is the root."""


class Lines:
    """The places of words in a file."""

    def __init__(self, tree: Tree, path: str) -> None:
        self.path = path
        self._text = f"{tree.text(path) or ''}\n".lower()

    def at(self, first: str, *others: str) -> Evidence:
        """The first line that holds some words, without regard to case."""
        found = -1
        for _ in range(_MOST_PLACES):
            found = self._text.find(first.lower(), found + 1)
            if found < 0:
                break
            start = self._text.rfind("\n", 0, found) + 1
            line = self._text[start : self._text.index("\n", found)]
            if all(word.lower() in line for word in others):
                return Evidence(path=self.path, line=self._text.count("\n", 0, start) + 1)
        return Evidence(path=self.path)


def listed(
    value: object, lines: Lines, sources: Mapping[str, Any] | None = None
) -> tuple[Requirement, ...]:
    """The requirements of a list of texts; `sources` is the table of uv that says where from."""
    found = []
    origins = {specifiers.normalized(name): each for name, each in (sources or {}).items()}
    for each in texts(value)[:MOST_REQUIREMENTS]:
        parsed = specifiers.parse(each)
        if parsed is None:
            continue
        read = specifiers.requirement(each, lines.at(parsed.name))
        if read is None:
            continue
        origin = mapping(origins.get(read.name))
        kind = next((key for key in ("git", "path", "workspace", "url") if key in origin), "")
        found.append(replace(read, source=kind or read.source))
    return tuple(found)
