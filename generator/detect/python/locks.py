"""What lock files hold: names, versions, wheels and what needs what.

The locks in TOML are written by programs, a line each, so they are read by line: that is fast,
tells the place of each package, and survives a lock that is broken somewhere.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from generator.detect.model import Evidence
from generator.detect.python import specifiers
from generator.detect.python.model import Requirement
from generator.detect.tree import Tree
from generator.detect.values import mapping, text

LOCKS = {"uv": "uv.lock", "poetry": "poetry.lock", "pdm": "pdm.lock", "pipenv": "Pipfile.lock"}
_LONGEST_LINE = 20_000  # characters
_NAMED = re.compile(r'name = "([^"]{1,200})"')
_EXTRAS = re.compile(r"extras? = \[([^\]]{0,500})\]")
_OWN = re.compile(r'(?:editable|virtual) = "')


@dataclass(kw_only=True)
class Locked:
    """One package of a lock. `needs` are names with the extras that are asked of them."""

    name: str
    line: int
    version: str = ""
    source: str = ""
    wheels: list[str] = field(default_factory=list)
    needs: dict[str, set[str]] = field(default_factory=dict)
    extras: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    groups: set[str] | None = None
    optional: bool = False
    own: bool = False
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Lock:
    """The packages of a lock file by name."""

    path: str
    packages: Mapping[str, Locked]

    def requirement(self, name: str, *, direct: bool) -> Requirement:
        """A locked package as a requirement."""
        found = self.packages[name]
        return Requirement(
            name=name,
            evidence=Evidence(path=self.path, line=found.line),
            version=found.version,
            wheels=tuple(found.wheels),
            direct=direct,
            source=found.source,
        )

    def reached(self, wanted: Iterable[tuple[str, Iterable[str]]]) -> dict[str, set[str]]:
        """The packages that some names with extras lead to, each with the extras asked of it."""
        found: dict[str, set[str]] = {}
        waiting = [(name, set(extras)) for name, extras in wanted]
        while waiting:
            name, extras = waiting.pop()
            package = self.packages.get(name)
            if package is None or (name in found and extras <= found[name]):
                continue
            first = name not in found
            found.setdefault(name, set()).update(extras)
            waiting += list(package.needs.items()) if first else []
            for extra in extras:
                waiting += list(package.extras.get(extra, {}).items())
        return found


def read(tree: Tree, manager: str) -> Lock | None:
    """The lock file of a manager; None if there is none."""
    path = LOCKS[manager]
    if not tree.has(path):
        return None
    content = tree.text(path) or ""
    packages = _pipfile_lock(content) if manager == "pipenv" else _by_line(content)
    return Lock(path=path, packages=packages)


def _pipfile_lock(content: str) -> dict[str, Locked]:
    try:
        document = mapping(json.loads(content or "{}"))
    except (ValueError, RecursionError):
        return {}
    places: dict[str, int] = {}
    for number, line in enumerate(content.split("\n"), 1):
        if match := re.match(r'\s{1,16}"([^"]{1,200})": \{', line[:300]):
            places.setdefault(match[1], number)
    found = {}
    for name, each in mapping(document.get("default")).items():
        wanted = mapping(each)
        key = specifiers.normalized(name)
        source = next((kind for kind in ("git", "path", "file") if kind in wanted), "")
        found[key] = Locked(
            name=key,
            line=places.get(name, 0),
            version=text(wanted.get("version")).removeprefix("=="),
            source={"file": "url"}.get(source, source),
        )
    return found


def _by_line(content: str) -> dict[str, Locked]:
    reader = _Reader()
    for number, line in enumerate(content.split("\n"), 1):
        if len(line) <= _LONGEST_LINE:
            reader.take(number, line.strip())
    return reader.packages


class _Reader:
    """Takes the lines of uv.lock, poetry.lock, pdm.lock or pylock.toml one after the other."""

    def __init__(self) -> None:
        self.packages: dict[str, Locked] = {}
        self._current: Locked | None = None
        self._section = ""
        self._list = ""

    def take(self, number: int, line: str) -> None:
        """Read one line, without white space around."""
        if line in ("[[package]]", "[[packages]]"):
            self._current = Locked(name="", line=number + 1)
            self._section, self._list = "package", ""
        elif line.startswith("[") and not self._list:
            self._section = line.strip("[]")
            if not self._section.startswith(("package.", "packages.")):
                self._current = None
        elif self._current is not None and line:
            self._read(self._current, number, line)

    def _read(self, package: Locked, number: int, line: str) -> None:
        if ".whl" in line:
            words = (word.rsplit("/", 1)[-1] for word in line.split('"'))
            package.wheels += [word for word in words if word.endswith(".whl")]
        key, equals, value = line.partition(" = ")
        if self._list:
            self._item(package, line)
            if line.startswith("]"):
                self._list = ""
        elif not equals:
            return
        elif value == "[":
            self._list = key.strip('"')
        elif self._section == "package":
            self._field(package, number, key, value)
        elif self._section == "package.dependencies":
            self._poetry_need(package, key, value)
        elif self._section == "package.source":
            if key == "type":
                kinds = {"git": "git", "directory": "path", "file": "path", "url": "url"}
                package.source = kinds.get(value.strip('"'), "")
        else:
            self._list = key.strip('"')
            self._item(package, value)
            self._list = ""

    def _field(self, package: Locked, number: int, key: str, value: str) -> None:
        plain = value.strip('"')
        match key:
            case "name":
                package.name = specifiers.normalized(plain)
                package.line = number
                self.packages.setdefault(package.name, package)
            case "version":
                package.version = plain
            case "category":
                package.groups = {plain}
            case "groups":
                package.groups = set(re.findall(r'"([^"]{1,100})"', value))
            case "optional":
                package.optional = plain == "true"
            case "source":
                self._uv_source(package, value)
            case "git" | "vcs":
                package.source = "git"
            case "path" | "directory":
                package.source = "path"
            case "dependencies":
                self._list = key
                self._item(package, value)
                self._list = ""
            case _:
                pass

    def _uv_source(self, package: Locked, value: str) -> None:
        package.own = bool(_OWN.search(value))
        kinds = (
            ("git = ", "git"),
            ("directory = ", "path"),
            ("path = ", "path"),
            ("url = ", "url"),
        )
        package.source = next((kind for mark, kind in kinds if mark in value), "")
        if package.own or package.source == "path":
            package.folder = value.partition('= "')[2].partition('"')[0]

    def _poetry_need(self, package: Locked, key: str, value: str) -> None:
        if "optional = true" in value:
            package.extras.setdefault("*", {})[specifiers.normalized(key.strip('"'))] = set()
            return
        asked = _EXTRAS.search(value)
        extras = re.findall(r'"([^"]{1,100})"', asked[1]) if asked else []
        package.needs[specifiers.normalized(key.strip('"'))] = {"*"} if extras else set()

    def _item(self, package: Locked, line: str) -> None:
        if self._section == "package" and self._list == "dependencies":
            into = package.needs
        elif self._section == "package.optional-dependencies":
            into = package.extras.setdefault(specifiers.normalized(self._list), {})
        else:
            return
        asked = _EXTRAS.search(line)
        extras = set(re.findall(r'"([^"]{1,100})"', asked[1])) if asked else set()
        if match := _NAMED.search(line):
            name = specifiers.normalized(match[1])
            into[name] = into.get(name, set()) | extras
            return
        for word in re.findall(r'"([^"]{1,300})"', line):
            if parsed := specifiers.parse(word):
                into.setdefault(specifiers.normalized(parsed.name), set()).update(parsed.extras)
