"""S2.2: build on an upstream image, by a tag that says which one."""

import re
from collections.abc import Iterator
from datetime import date

from generator import bases
from generator.audit.dockerfile import Instruction
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _references, _values
from generator.practices._model import Carrier, Example, Practice
from generator.practices._references import Reference

# A good tag of the images that people mostly start from.
_GOOD = {
    "alpine": "3.23",
    "debian": "trixie-slim",
    "golang": "1.26-trixie",
    "nginx": "1.30-alpine3.23-slim",
    "node": "24-trixie-slim",
    "python": "3.13-slim-trixie",
    "ubuntu": "24.04",
}
_GOOD_ALPINE = {
    "golang": "1.26-alpine3.23",
    "nginx": "1.30-alpine3.23-slim",
    "node": "24-alpine3.23",
    "python": "3.13-alpine3.23",
}
# The first versions with a tag for the current releases of Debian and Alpine.
_FIRST = {
    "golang": (1, 24), "httpd": (2, 4), "node": (20,), "php": (8, 2), "postgres": (14,),
    "python": (3, 10), "redis": (7,), "ruby": (3, 3), "rust": (1, 86),
}  # fmt: skip
# Official images whose tags follow the distribution's next release unless they name one.
MOVING = frozenset(
    ["gcc", "golang", "httpd", "node", "perl", "php", "postgres", "python", "redis", "ruby", "rust"]
)
_RELEASES = frozenset(["bookworm", "bullseye", "buster", "forky", "sid", "trixie"])
_OTHER_SYSTEMS = ("nanoserver", "windowsservercore")


def check(sources: Sources) -> Iterator[Fault]:
    """Find images without a tag, with `latest`, of an ended release, or that may move."""
    seen: set[tuple[str, int]] = set()
    for found in _references.external(sources):
        place, written = _place(sources, found)
        if (found.full, place.line) in seen:
            continue
        seen.add((found.full, place.line))
        line = found.line if place is found.instruction else place.line
        good = _GOOD.get(found.name, "<version>")
        if "alpine" in found.tag:
            good = _GOOD_ALPINE.get(found.name, good)
        if not found.digest and found.tag in ("", "latest"):
            if not found.tag and not _is_certain(found):
                continue
            says = "has the tag latest" if found.tag else "has no tag, which means latest"
            what = f"{found.full} {says}: every build may get another image"
            yield sources.at(place, what, line=line, instead=_instead(place, written, found, good))
        elif ended := bases.end_of_life(found.full, sources.today):
            what = f"{found.full}: {ended}"
            good = _renewed(found, sources.today) or good
            yield sources.at(place, what, line=line, instead=_instead(place, written, found, good))
        elif not found.digest and (fixed := _fixed(found)):
            yield sources.at(
                place,
                f"{found.full} does not name its release of {_system(found)}: it moves by itself",
                line=line,
                instead=_instead(place, written, found, fixed),
                severity=Severity.NOTE,
            )


def _renewed(found: Reference, today: date) -> str:
    """The tag with the current Alpine in it where only Alpine has ended, empty if not."""
    numbers = re.match(r"\d+(?:\.\d+)*", found.tag)
    first = _FIRST.get(found.name)
    parts = tuple(map(int, numbers[0].split("."))) if numbers else ()
    # The full number of an old release has no tag for a newer Alpine: two parts move on.
    if not numbers or not first or parts < first[: len(parts)]:
        return ""
    rest = found.tag.removeprefix(numbers[0])
    kept = ".".join(map(str, parts[:2]))
    tag = kept + re.sub(r"alpine\d+\.\d+", f"alpine{bases.ALPINE}", rest)
    renewed = "alpine" in rest and not bases.end_of_life(f"{found.repository}:{tag}", today)
    return tag if renewed else ""


def _is_certain(found: Reference) -> bool:
    """Whether a name without a tag is an image; of a --from it may be a named context."""
    return found.instruction.name == "FROM" or "/" in found.repository or found.name in _GOOD


def _place(sources: Sources, found: Reference) -> tuple[Instruction, str]:
    """The instruction that decides on the image: an ARG before the first FROM, or its own."""
    if "$" in found.written:
        given = sources.dockerfile.arguments
        # One that gives the registry or a part of the tag is not what to mend.
        used = [
            name
            for name, value in given.items()
            if _uses(found.written, name)
            and _values.unquoted(value) in (found.full, found.repository, found.tag or None)
        ]
        for one in sources.dockerfile.instructions:
            if one.name == "FROM":
                break
            if one.name == "ARG" and used == [pair.key for pair in one.pairs]:
                return one, used[0]
    return found.instruction, found.written


def _uses(written: str, name: str) -> bool:
    return any(f"${{{name}{end}" in written for end in ("}", ":-", "-")) or written.endswith(
        f"${name}"
    )


def _instead(place: Instruction, written: str, found: Reference, tag: str) -> str:
    """The instruction with the better tag in it."""
    better = f"{found.repository}:{tag}"
    if place.name == "ARG":
        whole = _values.unquoted(place.pairs[0].value or "") in (found.full, found.repository)
        return f"ARG {written}={better if whole else tag}"
    if place.name == "FROM":
        if found.tag and written.endswith(f":{found.tag}"):
            better = written.removesuffix(found.tag) + tag
        return " ".join(["FROM", *place.flags, better, *place.words[1:]])
    flag = f"--from={written}"
    if flag in place.flags:
        return " ".join([place.name, *place.flags, *place.words]).replace(flag, f"--from={better}")
    return f"from={better}"


def _system(found: Reference) -> str:
    return "Alpine" if "alpine" in found.tag else "Debian"


def _fixed(found: Reference) -> str:
    """The tag with the release of the system in it, empty if it has one or cannot tell."""
    parts = found.tag.split("-")
    version = parts[0].split(".")
    moving = (
        _references.official(found.repository) in MOVING
        and all(part.isdigit() for part in version)
        and len(version) <= 2
        and not any(part.startswith(_OTHER_SYSTEMS) for part in parts)
    )
    if not moving or not _RELEASES.isdisjoint(parts):
        return ""
    first = _FIRST.get(found.name)
    numbers = tuple(int(part) for part in version)
    current = first is not None and numbers >= first[: len(numbers)]
    if "alpine" in parts:
        system = f"alpine{bases.ALPINE}" if current else "alpine<release>"
        return "-".join(system if part == "alpine" else part for part in parts)
    if any(part.startswith("alpine") for part in parts):
        return ""
    return f"{found.tag}-{bases.PYTHON_DEBIAN if current else '<release>'}"


PRACTICE = Practice(
    id="S2.2",
    title="Tagged upstream image, never latest",
    why=(
        "Without a tag, or with latest, the same Dockerfile builds another image tomorrow, and"
        " nobody can tell what was built. A release after its end of life gets no security fixes."
    ),
    source=(
        "best practices for making container images, 2023; Docker's build best practices;"
        " hadolint DL3006, DL3007; CIS Docker DKL-DI-0006"
    ),
    severity=Severity.WARNING,
    codes=("DL3006", "DL3007"),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("FROM ",),
            why="an official image, by version and by release of its distribution",
            fields=("base", "build.image", "nginx", "python", "registry"),
        ),
    ),
    example=Example(
        wrong="FROM python:latest\n",
        right="FROM python:3.13-slim-trixie\n",
    ),
    checked=(
        "Every image of FROM, COPY --from and RUN --mount=from, defaults of ARG filled in, has a"
        " tag other than latest or a digest, no release that has ended, and names the release"
        " of its distribution."
    ),
    proofs=("base-kept",),
)
