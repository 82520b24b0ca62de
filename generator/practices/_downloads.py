"""Where the commands of a RUN leave files, as far as their words tell."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from generator.audit.dockerfile import Instruction
from generator.audit.installs import install
from generator.audit.shell import Command, Word
from generator.practices._final import is_below

# What the package managers leave, unless told otherwise or cleaned up in the same RUN.
APT_LISTS = "/var/lib/apt/lists"
_CACHES = {
    "apk": ("/var/cache/apk",),
    "dnf": ("/var/cache/dnf", "/var/cache/libdnf5"),
    "microdnf": ("/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"),
    "npm": ("/root/.npm",),
    "pip": ("/root/.cache/pip", "/root/.cache"),
    "pip3": ("/root/.cache/pip", "/root/.cache"),
    "yum": ("/var/cache/yum", "/var/cache/dnf"),
}
_NO_CACHE = frozenset(["--no-cache", "--no-cache-dir"])
_ARCHIVES = (".tar", ".tar.bz2", ".tar.gz", ".tar.xz", ".tar.zst", ".tbz2", ".tgz", ".txz", ".zip",
             ".deb", ".rpm")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Left:
    """A path that a command makes, and the word or program that tells so."""

    path: str
    by: str
    line: int


def left(instruction: Instruction, folder: str) -> Iterator[Left]:
    """Yield what a RUN puts on the disk, before it removes anything; `folder` is its WORKDIR."""
    for command in instruction.commands:
        if command.program == "cd" and len(command.words) > 1:
            folder = posixpath.normpath(posixpath.join(folder, command.words[1]))
        for word in _outputs(command):
            path = posixpath.normpath(posixpath.join(folder, word))
            yield Left(path=path, by=command.program, line=word.line)
        words = command.arguments()
        if command.program in ("apt", "apt-get", "aptitude") and "update" in words:
            yield Left(path=APT_LISTS, by=f"{command.program} update", line=command.line)
        found = install(command)
        if found and _NO_CACHE.isdisjoint(found.options):
            for path in _CACHES.get(found.manager, ()):
                yield Left(path=path, by=found.manager, line=command.line)


def mounted(instruction: Instruction, path: str) -> bool:
    """Whether a path lies in a mount of a RUN, which leaves nothing in the image."""
    targets = [one.get("target") or one.get("dst") or "" for one in instruction.mounts()]
    return any(target and is_below(path, target) for target in targets)


def removed(command: Command) -> list[Word]:
    """The paths that an `rm` removes."""
    if command.program != "rm":
        return []
    return [word for word in command.arguments()[1:] if not word.startswith("-")]


def is_archive(path: str) -> bool:
    """Whether a name is that of an archive or a package."""
    return path.lower().endswith(_ARCHIVES)


def _outputs(command: Command) -> Iterator[Word]:
    """The words that name what curl, wget and git make."""
    words = command.arguments()
    program = command.program
    options = {"curl": ("-o", "--output"), "wget": ("-O", "--output-document")}.get(program)
    if program == "git" and "clone" in words:
        given = [word for word in words[1:] if not word.startswith("-")]
        if len(given) > 2 and "/" in given[-1] and "://" not in given[-1]:
            yield given[-1]
        return
    if not options:
        return
    named = list(_named(words, options))
    yield from (word for word in named if not word.startswith(("-", "/dev/")))
    if not named and not command.targets and (program == "wget" or _keeps_name(words)):
        for word in words[1:]:
            name = word.partition("?")[0].rsplit("/", 1)[-1]
            if "://" in word and name and "$" not in name:
                yield Word(name, word.line)


def _named(words: tuple[Word, ...], options: tuple[str, str]) -> Iterator[Word]:
    """The values of an option for the output file, also of `-fsSLo FILE` and `-qO-`."""
    short, long = options
    for place, word in enumerate(words[1:], 1):
        following = words[place + 1] if place + 1 < len(words) else Word("-", word.line)
        if word == long or (_is_short(word) and word.endswith(short[1])):
            yield following
        elif word.startswith(long + "="):
            yield Word(word.partition("=")[2], word.line)
        elif _is_short(word) and (word.endswith(f"{short[1]}-") or word.startswith("-P")):
            yield Word("-", word.line)  # to the standard output, or into a folder


def _is_short(word: str) -> bool:
    return word.startswith("-") and not word.startswith("--")


def _keeps_name(words: tuple[Word, ...]) -> bool:
    return any(word == "--remote-name" or (_is_short(word) and "O" in word) for word in words)
