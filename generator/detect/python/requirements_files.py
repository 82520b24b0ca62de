"""Requirements files of pip: which one is for production, and what it holds and includes."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from generator.detect.model import Evidence
from generator.detect.python import specifiers
from generator.detect.python.model import Requirement
from generator.detect.tree import Tree

_MOST_FILES = 50
_MOST_LINES = 20_000
_MOST_REQUIREMENTS = 2_000
_LONGEST = 4000  # characters of a line
_FOR_PRODUCTION = ("prod", "production", "deploy", "deployment", "server", "runtime", "release")
_PLAIN = ("base", "main", "common", "requirements", "default", "app", "core", "all")
_FOLDERS = ("requirements", "reqs", "requirement", "deps", "config/requirements")
_DEVELOPMENT = re.compile(
    r"(?:^|[-_./])(?:dev|devel|develop|development|tests?|testing|docs?|lint|linting|ci|local|debug"
    r"|build|style|typing|types|mypy|qa|bench|benchmark|examples?|notebooks?|tools?|optional|gpu"
    r"|windows|win|mac|macos|colab|conda|min|minimum|oldest|lowest)(?=$|[-_./])"
)
_OPTION = re.compile(r"--?[a-zA-Z]")
_EDITABLE = re.compile(r"(?:-e|--editable)(?:\s+|=)?(.+)")
_INCLUDE = re.compile(r"(?:-r|--requirement)(?:\s+|=)?(\S+)")
_CONSTRAINT = re.compile(r"(?:-c|--constraint)(?:\s+|=)?(\S+)")
_VARIABLE = re.compile(r"\$\{[A-Z0-9_]{1,100}\}")
# Packages that exist for Windows alone.
_FOREIGN = frozenset(
    ["pywin32", "pypiwin32", "pywinpty", "wincertstore", "comtypes", "pyobjc", "pyobjc-core"]
)


@dataclass(kw_only=True)
class Contents:
    """What one requirements file, with all that it includes, asks for.

    `includes` and `constraints` are files of the tree. `local` are paths that are installed from
    the tree, `broken` lines that pip cannot install in an image, with the reason.
    """

    path: str
    requirements: dict[str, Requirement] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    local: list[tuple[str, Evidence]] = field(default_factory=list)
    broken: list[tuple[str, Evidence]] = field(default_factory=list)
    missing: list[tuple[str, Evidence]] = field(default_factory=list)
    credentials: list[tuple[str, Evidence]] = field(default_factory=list)
    unread: bool = False

    def pinned(self) -> bool:
        """Whether every requirement has its one version."""
        return bool(self.requirements) and all(
            each.version or each.source for each in self.requirements.values()
        )


def read(tree: Tree, path: str) -> Contents:
    """Read a requirements file and what it includes, inside the tree."""
    contents = Contents(path=path, unread=tree.text(path) is None)
    seen: set[str] = set()
    waiting = [(path, False)]
    while waiting and len(seen) < _MOST_FILES:
        current, constraint = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        for number, line in _lines(tree.text(current) or ""):
            if len(contents.requirements) >= _MOST_REQUIREMENTS:
                tree.leave_out(current, f"names more than {_MOST_REQUIREMENTS} packages")
                break
            place = Evidence(path=current, line=number)
            waiting += _take(tree, contents, line, place, constraint=constraint)
    return contents


def _lines(content: str) -> Iterator[tuple[int, str]]:
    """The lines as pip joins them, without comments, with the number of the first."""
    joined, start = "", 0
    for number, line in enumerate(content.split("\n")[:_MOST_LINES], 1):
        start = start if joined else number
        # A comment begins a line or follows white space.
        stripped = re.sub(r"(?:^|(?<=\s))#.*$", "", line[:_LONGEST]).rstrip()
        if stripped.endswith("\\"):
            joined = f"{joined}{stripped[:-1]} "[:_LONGEST]
            continue
        whole = f"{joined}{stripped}".strip()
        joined = ""
        if whole:
            yield start, whole
    if joined.strip():
        yield start, joined.strip()


def _take(
    tree: Tree, contents: Contents, line: str, place: Evidence, *, constraint: bool
) -> list[tuple[str, bool]]:
    for pattern, known, is_constraint in (
        (_INCLUDE, contents.includes, constraint),
        (_CONSTRAINT, contents.constraints, True),
    ):
        if match := pattern.match(line):
            target = _beside(place.path, match[1])
            if not tree.has(target):
                contents.missing.append((match[1], place))
                return []
            if target not in (*known, contents.path):
                known.append(target)
            return [(target, is_constraint)]
    if match := _EDITABLE.match(line):
        _take_editable(contents, match[1].strip("\"' "), place)
    elif _OPTION.match(line):
        if _VARIABLE.search(line) or re.search(r"://[^/\s@]{1,200}@", line):
            contents.credentials.append((line.split(maxsplit=1)[0], place))
    elif not constraint:
        _take_requirement(contents, line, place)
    return []


def _beside(path: str, target: str) -> str:
    folder = path.rpartition("/")[0]
    return posixpath.normpath(posixpath.join(folder, target.strip("\"'")))


def _take_editable(contents: Contents, target: str, place: Evidence) -> None:
    if "://" not in target:
        contents.local.append((_local(target), place))
        return
    name = re.search(r"#egg=([A-Za-z0-9._-]{1,200})", target)
    key = specifiers.normalized(name[1]) if name else target[:100]
    contents.requirements.setdefault(
        key, Requirement(name=key, evidence=place, source=specifiers.source_of(target))
    )


def _local(target: str) -> str:
    plain = target.removeprefix("file:").removeprefix("//").split("#", 1)[0].split("[", 1)[0]
    return posixpath.normpath(plain or ".")


def _take_requirement(contents: Contents, line: str, place: Evidence) -> None:
    # Options of one requirement follow it: --hash, --no-binary, --config-settings.
    plain = re.split(r"\s--?[a-z]", line, maxsplit=1)[0].strip()
    if re.match(r"(?:\.{0,2}/|\.$|\.\[|file:)", plain):
        contents.local.append((_local(plain), place))
        return
    if re.match(r"(?:git|hg|svn)\+|https?://", plain):
        name = re.search(r"#egg=([A-Za-z0-9._-]{1,200})", plain)
        key = specifiers.normalized(name[1] if name else plain.rsplit("/", 1)[-1][:100])
        contents.requirements.setdefault(
            key, Requirement(name=key, evidence=place, source=specifiers.source_of(plain))
        )
        return
    parsed = specifiers.parse(plain)
    if parsed is None:
        contents.broken.append((f"pip cannot read {plain[:60]!r}", place))
        return
    found = specifiers.requirement(plain, place)
    if found is None:
        return
    if parsed.url and parsed.url.startswith("file:"):
        contents.broken.append((f"{found.name} is a file of one developer's machine", place))
    elif found.name in _FOREIGN:
        contents.broken.append((f"{found.name} is not for Linux", place))
    elif found.name == "pkg-resources" and found.version == "0.0.0":
        contents.broken.append(("pkg-resources==0.0.0 is in no index: delete the line", place))
    contents.requirements.setdefault(found.name, found)


def candidates(tree: Tree) -> list[str]:
    """The requirements files that may be for production, the likeliest first."""
    found = [path for path in tree.files if _is_one(path) and not _DEVELOPMENT.search(path[:-4])]
    return sorted(found or _inner(tree), key=lambda path: (_rank(path), path.count("/"), path))


def _inner(tree: Tree) -> list[str]:
    """The only requirements.txt of the folders in a folder that has none itself."""
    found = [
        path
        for path in tree.named("requirements.txt")
        if path.count("/") == 1
        and not path.startswith(".")  # a folder of tools, such as .github
        and not _DEVELOPMENT.search(path[:-4])
    ]
    return found if len(found) == 1 else []


def _is_one(path: str) -> bool:
    if not path.endswith(".txt") or path.count("/") > 2:
        return False
    folder, _, name = path.rpartition("/")
    if "constraint" in name:
        return False
    if not folder:
        return bool(re.search(r"(?:^|[-_.])(?:requirements?|reqs?|deps)(?:[-_.]|$)", name[:-4]))
    return folder in _FOLDERS or (
        folder in ("docker", "deploy", "config") and name.startswith("requirements")
    )


def _rank(path: str) -> int:
    folder, _, name = path.rpartition("/")
    words = [word for word in re.split(r"[-_.]", name[:-4].lower()) if word]
    if not folder and words in (["requirements"], ["requirement"]):
        return 0
    if any(word in _FOR_PRODUCTION for word in words):
        return 1
    if words and (words[-1] in _PLAIN or words[0] in _PLAIN):
        return 2
    return 3


def for_production(path: str) -> bool:
    """Whether a file's name says that it is for production."""
    return _rank(path) == 1


def only_includes(tree: Tree, path: str) -> Sequence[str]:
    """What a file includes that does nothing else; empty for one that names packages."""
    found = read(tree, path)
    own = [each for each in found.requirements.values() if each.evidence.path == path]
    return [] if own else found.includes


def is_for_development(path: str) -> bool:
    """Whether a file's name says that it is not for production."""
    return bool(_DEVELOPMENT.search(path.removesuffix(".txt")))
