"""S2.6: what is needed for a moment only does not stay in a layer."""

import fnmatch
import posixpath
from collections.abc import Iterator, Sequence

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command
from generator.audit.sources import Sources, place_in_image
from generator.findings import Fault, Severity
from generator.practices import _downloads, _final, _stages
from generator.practices._downloads import APT_LISTS, Left
from generator.practices._instead import nothing
from generator.practices._model import Carrier, Example, Practice

_UPGRADES = {
    "apk": ("upgrade",),
    "apt": ("dist-upgrade", "full-upgrade", "upgrade"),
    "apt-get": ("dist-upgrade", "full-upgrade", "upgrade"),
    "dnf": ("update", "upgrade"),
    "microdnf": ("update", "upgrade"),
    "yum": ("update", "upgrade"),
    "zypper": ("dist-upgrade", "dup", "up", "update"),
}
# They may remove anything, which the words alone do not tell.
_OTHER_WAYS = frozenset(["find", "mv", "shred", "unlink", "xargs"])
_CLEANERS = frozenset(["clean", "dist-clean", "distclean"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find lists and archives left behind, removals that come a layer late, and upgrades."""
    earlier: list[tuple[Instruction, Left]] = []
    for found in _final.built(sources.final):
        if found.name in ("ADD", "COPY"):
            earlier += [(found, one) for one in _copied(sources, found)]
        elif found.name == "RUN":
            folder = _stages.folder(sources.final, found)
            made = [
                one
                for one in _downloads.left(found, folder)
                if not _downloads.mounted(found, one.path)
            ]
            yield from _upgrades(sources, found)
            yield from _late(sources, found, earlier, made)
            stays = [one for one in made if not _is_removed(found, one.path, folder)]
            yield from _left_over(sources, found, stays)
            earlier += [(found, one) for one in stays]


def _upgrades(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for command in found.commands:
        words = [word for word in command.arguments()[1:] if not word.startswith("-")]
        # With packages behind it, it updates those only.
        if len(words) == 1 and words[0] in _UPGRADES.get(command.program, ()):
            yield sources.at(
                found,
                f"{command.program} {words[0]} copies what it replaces into one more layer:"
                " take a newer base image",
                line=words[0].line,
                instead=nothing("a newer tag or digest in FROM brings the updates"),
            )


def _late(
    sources: Sources,
    found: Instruction,
    earlier: Sequence[tuple[Instruction, Left]],
    made: Sequence[Left],
) -> Iterator[Fault]:
    """Paths that are removed in a later layer than the one that holds them."""
    own = {one.path for one in made}
    folder = _stages.folder(sources.final, found)
    for command in found.commands:
        for word in _downloads.removed(command):
            if "$" in word or "{" in word or _downloads.mounted(found, word):
                continue
            path = posixpath.normpath(posixpath.join(folder, word))
            for before, one in earlier:
                if _covers(path, one.path) and one.path not in own:
                    yield sources.at(
                        found,
                        f"rm {word} comes too late: the layer of line {one.line} keeps it",
                        line=word.line,
                        instead=_joined(before, command),
                    )
                    break


def _joined(before: Instruction, command: Command) -> str:
    """What ends the earlier RUN instead; a COPY is better a mount."""
    if before.name == "RUN":
        return f"    && {command.text}"
    source = before.words[0] if before.words else ""
    return f"RUN --mount=type=bind,source={source},target={source} \\"


def _covers(pattern: str, path: str) -> bool:
    """Whether removing a pattern removes a path."""
    plain = pattern.rstrip("*").rstrip("/") if pattern.endswith("/*") else pattern
    if any(sign in plain for sign in "*?["):
        return fnmatch.fnmatchcase(path, plain)
    return plain not in ("", "/") and _final.is_below(path, plain)


def _is_removed(found: Instruction, path: str, folder: str) -> bool:
    for command in found.commands:
        if command.program in _OTHER_WAYS or _is_cleaned(command, path):
            return True
        for word in _downloads.removed(command):
            at = posixpath.normpath(posixpath.join(folder, word))
            if (
                "$" in word
                or "{" in word
                or _covers(at, path)
                or posixpath.basename(word) == posixpath.basename(path)
            ):
                return True
    return False


def _is_cleaned(command: Command, path: str) -> bool:
    """Whether a package manager removes what it left itself."""
    words = command.arguments()
    if command.program == "npm":
        return "cache" in words and path.endswith(".npm")
    # `apt-get clean` removes packages, but not the lists.
    cleaners = _CLEANERS - {"clean"} if path == APT_LISTS else _CLEANERS
    return path.startswith("/var/") and not cleaners.isdisjoint(words)


def _left_over(sources: Sources, found: Instruction, stays: Sequence[Left]) -> Iterator[Fault]:
    for one in stays:
        if one.path == APT_LISTS:
            yield sources.at(
                found,
                f"{one.by} leaves its lists in this layer",
                line=one.line,
                instead=f"    && rm -rf {APT_LISTS}/*",
            )
        elif _downloads.is_archive(one.path) and _is_used_up(found, one.path):
            yield sources.at(
                found,
                f"{one.path} stays in this layer after it was unpacked",
                line=one.line,
                instead=f"    && rm {one.path}",
            )


def _is_used_up(found: Instruction, path: str) -> bool:
    name = posixpath.basename(path)
    return any(
        command.program in ("apt", "apt-get", "bsdtar", "dpkg", "rpm", "tar", "unzip")
        and any(word.rsplit("/", 1)[-1] == name for word in command.words)
        for command in found.commands
    )


def _copied(sources: Sources, found: Instruction) -> Iterator[Left]:
    """The files that a COPY brings, each one; a folder's only where the context is known."""
    if len(found.words) < 2:
        return
    *origins, target = found.words
    folder = _stages.folder(sources.final, found)
    by = f"{found.name} in line {found.line}"
    if found.flag("from") is not None:
        place = posixpath.normpath(posixpath.join(folder, target))
        if place not in ("/", folder):
            yield Left(path=place, by=by, line=found.line)
        return
    for origin in origins:
        if origin.startswith("<<") or "://" in origin or "*" in origin:
            continue
        several = len(origins) > 1 and not target.endswith("/")
        place = place_in_image(f"{target}/" if several else target, origin, folder)
        root = sources.root / origin.lstrip("/") if sources.root else None
        if root is not None and root.is_dir():
            names = sorted(inner.name for inner in root.iterdir() if inner.is_file())[:500]
            base = posixpath.normpath(posixpath.join(folder, target))
            for name in names:
                shown = posixpath.normpath(posixpath.join(origin.lstrip("/"), name))
                if not (sources.ignore and sources.ignore.denies(shown)):
                    yield Left(path=posixpath.join(base, name), by=by, line=found.line)
        elif root is not None or "." in posixpath.basename(origin.rstrip("/")).strip("."):
            yield Left(path=place, by=by, line=found.line)


PRACTICE = Practice(
    id="S2.6",
    title="No temporary files in layers",
    why=(
        "A layer keeps what it was made with: package lists, caches and archives that a later"
        " RUN removes are still pulled and stored by everyone. What is made and removed in one"
        " RUN, or only mounted, leaves nothing."
    ),
    source=(
        "best practices for making container images, 2023; Docker's build best practices on"
        " apt-get; hadolint DL3009, DL3019, DL3042 and others; Dockle DKL-DI-0004, DKL-DI-0005"
    ),
    severity=Severity.WARNING,
    codes=(
        "DL3009",
        "DL3010",
        "DL3014",
        "DL3019",
        "DL3030",
        "DL3032",
        "DL3034",
        "DL3035",
        "DL3036",
        "DL3038",
        "DL3040",
        "DL3042",
        "DL3059",
        "DL3060",
    ),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=(
                "RUN apt-get update",
                "RUN apk add --no-cache",
                "RUN dnf install",
                "RUN microdnf",
            ),
            why="lists and caches go in the RUN that made them",
            fields=("packages", "build_packages", "build.packages"),
        ),
        Carrier(
            file="Dockerfile",
            starts=("RUN --mount=type=cache", "RUN --mount=type=bind"),
            why="caches and lock files are mounted: no layer holds them",
            fields=("dependencies", "build.manifests"),
        ),
    ),
    example=Example(
        wrong=(
            "FROM debian:trixie-slim\n"
            "RUN apt-get update && apt-get install -y --no-install-recommends tini\n"
            "RUN rm -rf /var/lib/apt/lists/*\n"
        ),
        right=(
            "FROM debian:trixie-slim\n"
            "RUN apt-get update \\\n"
            "    && apt-get install -y --no-install-recommends tini \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n"
        ),
    ),
    checked=(
        "In the image's own stages: each RUN removes the lists, caches and archives it made; no"
        " RUN removes what an earlier layer holds; no upgrade of all packages."
    ),
    proofs=("clean-layers",),
)
