"""Requirements and version ranges as manifests write them, those of Poetry included."""

import re
from collections.abc import Iterable

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement
from packaging.requirements import Requirement as Parsed
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from generator.detect.model import Evidence
from generator.detect.python.model import Requirement

_LONGEST = 2000  # characters of one requirement
_NEWEST_PATCH = 30
# What the image is, for the markers of requirements.
_TARGET = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "sys_platform": "linux",
    "extra": "",
}
DEFAULT_MINOR = "3.13"


def normalized(name: str) -> str:
    """A package name as an index writes it."""
    return canonicalize_name(name[:_LONGEST])


def requirement(
    text: str, evidence: Evidence, *, python: str = DEFAULT_MINOR
) -> Requirement | None:
    """Read one requirement; None if it is broken, or not for the image's platform."""
    parsed = parse(text)
    if parsed is None or not _applies(parsed, python):
        return None
    return Requirement(
        name=normalized(parsed.name),
        evidence=evidence,
        version=pinned(parsed.specifier),
        extras=tuple(sorted(normalized(extra) for extra in parsed.extras)),
        source=source_of(parsed.url or ""),
    )


def parse(text: str) -> Parsed | None:
    """Read one requirement as pip does; None if it is broken."""
    if len(text) > _LONGEST:
        return None
    try:
        return Parsed(text.strip())
    except (InvalidRequirement, RecursionError, ValueError):
        return None


def source_of(url: str) -> str:
    """The kind of place a requirement's URL names, or nothing for none."""
    if not url:
        return ""
    if url.startswith("git+") or url.endswith(".git"):
        return "git"
    return "path" if url.startswith(("file:", ".", "/")) else "url"


def _applies(parsed: Parsed, python: str) -> bool:
    if parsed.marker is None:
        return True
    target = {**_TARGET, "python_version": python, "python_full_version": f"{python}.5"}
    try:
        return parsed.marker.evaluate(target)
    except (UndefinedComparison, UndefinedEnvironmentName, InvalidVersion, RecursionError):
        return True


def pinned(specifiers: SpecifierSet) -> str:
    """The one version that a range allows, or nothing."""
    exact = [each.version for each in specifiers if each.operator in ("==", "===")]
    return exact[0] if len(exact) == 1 and "*" not in exact[0] else ""


def version(text: str) -> Version | None:
    """A version, or None if the text is none."""
    try:
        return Version(text) if len(text) < 100 else None
    except InvalidVersion:
        return None


def ranges(text: str, *, poetry: bool = False) -> list[SpecifierSet]:
    """The ranges of Python versions in a text, of which one must fit; empty if it is broken."""
    found = []
    for part in text[:_LONGEST].split("||") if poetry else [text[:_LONGEST]]:
        plain = _from_poetry(part) if poetry else part
        try:
            found.append(SpecifierSet(plain))
        except InvalidSpecifier:
            return []
    return found


def allows(alternatives: Iterable[SpecifierSet], minor: str) -> bool:
    """Whether some release of a minor version such as 3.12 fits one of some ranges."""
    releases = [f"{minor}.{patch}" for patch in range(_NEWEST_PATCH)]
    return any(any(each.contains(release) for release in releases) for each in alternatives)


def _from_poetry(text: str) -> str:
    """Write Poetry's `^3.9`, `~3.10`, `3.*` and `3.11` as the usual specifiers."""
    spaced = re.sub(r"([<>=!~^])\s+", r"\1", text.replace(",", " "))
    return ",".join(filter(None, (_one_from_poetry(word) for word in spaced.split())))


def _one_from_poetry(word: str) -> str:
    if word == "*":
        return ""
    if match := re.fullmatch(r"([~^]?)(\d{1,4}(?:\.\d{1,6}){0,3})", word):
        sign, release = match[1], match[2]
        parts = [int(part) for part in release.split(".")]
        if sign == "^":
            return f">={release},<{_after(parts, _leading(parts))}"
        if sign == "~":
            return f">={release},<{_after(parts, min(1, len(parts) - 1))}"
        return f"=={release}" if len(parts) > 2 else f"=={release}.*"
    if re.fullmatch(r"\d{1,4}(?:\.\d{1,6})?\.\*", word):
        return f"=={word}"
    return word


def _leading(parts: list[int]) -> int:
    """The place of the first part that is not 0, which a caret keeps."""
    return next((place for place, part in enumerate(parts) if part), len(parts) - 1)


def _after(parts: list[int], place: int) -> str:
    return ".".join(str(part) for part in [*parts[:place], parts[place] + 1])
