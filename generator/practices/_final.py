"""What rules ask of the finished image: its instructions, settings, account and packages."""

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import Install, install, package_name
from generator.audit.shell import Command, Word
from generator.practices import _values

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-+][^}]*)?\}|(\w+))")
_REMOVERS = {
    "apk": ("del",),
    "apt": ("purge", "remove"),
    "apt-get": ("purge", "remove"),
    "dnf": ("erase", "remove"),
    "microdnf": ("remove",),
    "yum": ("erase", "remove"),
    "zypper": ("remove", "rm"),
}


def built(stage: Stage) -> list[Instruction]:
    """What makes the image of a stage, in order; what ONBUILD puts off is not in it."""
    return [found for found in stage.chain() if not found.on_build]


def is_windows(stage: Stage) -> bool:
    """Whether a stage is made for Windows, which has other accounts and other folders."""
    text = stage.root.lower()
    return any(word in text for word in ("nanoserver", "servercore", "/windows"))


def settings(stage: Stage) -> dict[str, str]:
    """The variables of a stage at its end: ENV, and the defaults of ARG where no ENV sets them."""
    found: dict[str, str] = {}
    fixed: set[str] = set()
    for instruction in built(stage):
        if instruction.name not in ("ARG", "ENV"):
            continue
        values = {one.key: filled(one.value or "", found) for one in _values.of(instruction)}
        if instruction.name == "ENV":
            found |= values
            fixed |= values.keys()
        else:
            found |= {key: value for key, value in values.items() if value and key not in fixed}
    return found


def filled(text: str, variables: Mapping[str, str]) -> str:
    """A text with the variables that are known; of others the `$` stays."""
    return _VARIABLE.sub(lambda match: variables.get(match[1] or match[2]) or match[0], text)


def is_below(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies below it."""
    path, folder = posixpath.normpath(path), posixpath.normpath(folder)
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def last_user(stage: Stage) -> Instruction | None:
    """The USER that the container starts with."""
    found = [one for one in built(stage) if one.name == "USER" and one.words]
    return found[-1] if found else None


def is_root(user: str) -> bool:
    """Whether a word of USER is root, however its number is written."""
    uid = user.strip("\"'").partition(":")[0]
    return uid == "root" or (uid.isascii() and uid.isdigit() and int(uid) == 0)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A system package that stays in the image, and the RUN that installs it."""

    name: str
    word: Word
    found: Install
    instruction: Instruction


def kept_packages(stage: Stage) -> Iterator[Kept]:
    """Yield the system packages of a stage but those that the same RUN removes again."""
    for instruction in built(stage):
        if instruction.name != "RUN":
            continue
        removed = _removed(instruction)
        if removed is None:
            continue
        for command in instruction.commands:
            found = install(command)
            if not found or not found.is_system or not removed.isdisjoint(_virtual(command)):
                continue
            for word in found.packages:
                name = package_name(word)
                if not {name, str(word)} & removed and "$" not in word:
                    yield Kept(name=name, word=word, found=found, instruction=instruction)


def without(found: Install, left: list[str]) -> str:
    """The installing command with the packages that are left, empty with none."""
    if not left:
        return ""
    words = [*found.command.arguments()]
    dropped = {str(word) for word in found.packages} - set(left)
    return " ".join(word for word in words if word not in dropped)


def _removed(instruction: Instruction) -> set[str] | None:
    """The packages that a RUN removes, None if it removes some that its text does not name."""
    names: set[str] = set()
    marked = False
    for command in instruction.commands:
        words = command.arguments()
        marked = marked or command.program == "apt-mark"
        verbs = _REMOVERS.get(command.program, ())
        place = next((n for n, word in enumerate(words) if word in verbs), None)
        if place is not None:
            given = [word for word in words[place + 1 :] if not word.startswith("-")]
            if marked or any("$" in word for word in given):
                return None
            names |= {package_name(word) for word in given} | set(given)
    return names


def _virtual(command: Command) -> set[str]:
    """The name under which `apk add` groups its packages."""
    words = command.words
    named = {str(b) for a, b in pairwise(words) if a in ("--virtual", "-t")}
    return named | {w.partition("=")[2] for w in words if w.startswith("--virtual=")}
