"""Which Node.js release a project asks for, as a major that the official images still rebuild."""

import re
from collections.abc import Mapping

from generator.detect.model import Evidence, Note
from generator.detect.tree import Tree
from generator.detect.values import mapping, text

DEFAULT_NODE = "24"
SUPPORTED = ("24", "26", "22")
"""Majors with long-term support, the default first."""

_NAMED = {
    "argon": 4, "boron": 6, "carbon": 8, "dubnium": 10, "erbium": 12, "fermium": 14,
    "gallium": 16, "hydrogen": 18, "iron": 20, "jod": 22, "krypton": 24,
}  # fmt: skip


def pinned(
    tree: Tree, package: Mapping[str, object]
) -> tuple[str, tuple[Evidence, ...], list[Note]]:
    """The supported major that a project asks for, where it is read, and what to know of it."""
    for version, place in _pins(tree, package):
        major = _major(version)
        if major in SUPPORTED:
            return major, (place,), []
        if major:
            said = (
                f"Node.js {major} has no long-term support: {DEFAULT_NODE} is taken; "
                "check that the build works with it"
            )
            return "", (place,), [Note(text=said, evidence=(place,))]
    wanted = _engine(package)
    if not wanted:
        return "", (), []
    place = Evidence(path="package.json", line=tree.line("package.json", r'"node"\s*:'))
    fitting = next((major for major in SUPPORTED if allows(wanted, int(major))), "")
    if fitting:
        return fitting, (place,), []
    said = f"No supported Node.js fits {wanted[:40]!r}: {DEFAULT_NODE} is taken; check the build"
    return "", (place,), [Note(text=said, evidence=(place,))]


def fits(package: Mapping[str, object], major: str) -> bool:
    """Whether package.json allows a Node.js release, as far as it says so."""
    wanted = _engine(package)
    return not wanted or allows(wanted, int(major))


def _engine(package: Mapping[str, object]) -> str:
    """The range of Node.js releases that package.json asks for."""
    return text(mapping(package.get("engines")).get("node"))[:200]


def _pins(tree: Tree, package: Mapping[str, object]) -> list[tuple[str, Evidence]]:
    """Exact versions with their places, the most telling first."""
    found = []
    for path in (".nvmrc", ".node-version"):
        lines = (tree.text(path) or "").split("\n", maxsplit=1)
        found.append((lines[0].strip(), Evidence(path=path, line=1)))
    if volta := text(mapping(package.get("volta")).get("node")):
        line = tree.line("package.json", r'"volta"\s*:')
        found.append((volta, Evidence(path="package.json", line=line)))
    for number, line_text in enumerate((tree.text(".tool-versions") or "").splitlines(), start=1):
        words = line_text.split()
        if len(words) > 1 and words[0] in ("nodejs", "node"):
            found.append((words[1], Evidence(path=".tool-versions", line=number)))
    return found


def _major(version: str) -> str:
    """The major of a pinned version: `v22.1.0`, `22`, `lts/jod`; empty for `lts/*` and `node`."""
    name = version.lower().removeprefix("lts/").removeprefix("lts-")
    if name in _NAMED:
        return str(_NAMED[name])
    digits = re.match(r"v?(\d{1,3})(?![\w])", name)
    return str(int(digits[1])) if digits else ""


def allows(wanted: str, major: int) -> bool:
    """Whether a range such as `^20.9 || >=22` allows some release of a major."""
    return any(_allows_all(part, major) for part in wanted[:200].split("||"))


def _allows_all(part: str, major: int) -> bool:
    if bounds := re.fullmatch(r"\s*v?(\d+)\S*\s+-\s+v?(\d+)\S*\s*", part):
        return int(bounds[1]) <= major <= int(bounds[2])
    comparators = re.findall(r"([<>=~^]*)\s*v?(\d+|[xX*])((?:\.[\w*-]+)*)", part)
    if not comparators:
        return not part.strip()
    return all(_fits(sign, first, rest, major) for sign, first, rest in comparators)


def _fits(sign: str, first: str, rest: str, major: int) -> bool:
    if not first.isdigit():
        return True
    given = int(first)
    zero = not re.search(r"[1-9]", rest)
    match sign:
        case ">=":
            return major >= given
        case ">":
            return major > given or (major == given and rest != "")
        case "<":
            return major < given or (major == given and not zero)
        case "<=":
            return major <= given
        case _:
            return major == given
