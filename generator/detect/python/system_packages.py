"""System packages for the Python packages that need a compiler or a shared library."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from generator.bases import _END_OF_LIFE
from generator.detect.model import Confidence, Evidence, Note, Proposal
from generator.detect.python import specifiers, wheels
from generator.detect.python.model import Requirement
from generator.detect.values import mapping, text, texts

TABLE = Path(__file__).parent.parent / "data" / "system_packages.yaml"
FAMILIES = {"apt": "glibc", "apk": "musl"}
GEODJANGO = "django-contrib-gis"
SETUPTOOLS = "setuptools==80.9.0"
"""A release with pkg_resources, for packages that import it."""
_WITHOUT_PKG_RESOURCES = "82"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the table says of one Python package; the fields are described there."""

    name: str
    wheels: str = "all"
    since: Mapping[str, str]
    breaks: Mapping[str, str]
    pkg_resources: str = ""
    pure: bool = False
    compiler: str = "c"
    unless: tuple[str, ...] = ()
    extras: Mapping[str, str]
    note: str = ""
    families: Mapping[str, Mapping[str, Sequence[str]]]

    def packages(self, family: str, side: str) -> list[str]:
        """The packages of a family for a side: build, run or always."""
        return list(self.families.get(family, {}).get(side, ()))

    def has_wheel(self, version: str, minor: str, library: str) -> bool:
        """Whether a release has a wheel; of an unknown version the current one is taken."""
        if self.wheels == "none" or (self.wheels == "glibc" and library == "musl"):
            return False
        first = specifiers.version(self.since.get(minor, ""))
        given = specifiers.version(version)
        return first is None or given is None or given >= first

    def newest(self, version: str, minors: Iterable[str]) -> str:
        """The last of some Python versions for which a release has a wheel, or nothing."""
        fitting = [minor for minor in minors if self.has_wheel(version, minor, "glibc")]
        return fitting[-1] if fitting else ""

    def _breaks(self, given: Version | None, minor: str) -> bool:
        return (
            given is not None and minor in self.breaks and given in SpecifierSet(self.breaks[minor])
        )

    def newest_working(self, version: str, minors: Iterable[str]) -> str:
        """The last of some Python versions that a release runs on."""
        given = specifiers.version(version)
        fitting = [minor for minor in minors if not self._breaks(given, minor)]
        return fitting[-1] if fitting else ""


@dataclass(frozen=True, kw_only=True)
class Needs:
    """System packages with the requirements that ask for them, and what a person should know."""

    build: Mapping[str, Sequence[Requirement]]
    run: Mapping[str, Sequence[Requirement]]
    notes: tuple[Note, ...] = ()


@cache
def table() -> Mapping[str, Entry]:
    """The table by Python package."""
    return {name: _entry(name, mapping(each)) for name, each in _document("packages").items()}


@cache
def _data() -> Mapping[str, Any]:
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return mapping(yaml.load(TABLE.read_text(encoding="utf-8"), Loader=loader))  # noqa: S506


def _document(part: str) -> Mapping[str, Any]:
    return mapping(_data().get(part))


def _entry(name: str, each: Mapping[str, Any]) -> Entry:
    return Entry(
        name=name,
        wheels=text(each.get("wheels")) or "all",
        since={minor: text(first) for minor, first in mapping(each.get("since")).items()},
        breaks={minor: text(first) for minor, first in mapping(each.get("breaks")).items()},
        pkg_resources=text(each.get("pkg_resources")),
        pure=each.get("pure") == "true",
        compiler=text(each.get("compiler")) or "c",
        unless=tuple(texts(each.get("unless"))),
        extras={extra: text(other) for extra, other in mapping(each.get("extras")).items()},
        note=text(each.get("note")),
        families={
            family: {side: texts(names) for side, names in mapping(each.get(family)).items()}
            for family in FAMILIES
        },
    )


def with_extras(requirements: Mapping[str, Requirement]) -> Mapping[str, Requirement]:
    """Add the packages that extras of others install, where no lock names them."""
    found = dict(requirements)
    for requirement in requirements.values():
        entry = table().get(requirement.name)
        for extra, other in entry.extras.items() if entry else ():
            if extra in requirement.extras and other not in found:
                found[other] = Requirement(
                    name=other,
                    evidence=requirement.evidence,
                    version=requirement.version,
                    direct=False,
                )
    return found


def compiler(family: str, kind: str) -> list[str]:
    """The packages of a compiler: c, c++, fortran or rust."""
    return texts(mapping(_document("compilers").get(family)).get(kind))


def needs(
    requirements: Mapping[str, Requirement], minor: str, family: str, *, wheel_names: bool
) -> Needs:
    """What some requirements need on a Python version in a distribution family.

    `wheel_names` says that the lock lists the wheels of each package, so that one without any is a
    source archive.
    """
    build: dict[str, list[Requirement]] = {}
    run: dict[str, list[Requirement]] = {}
    notes = []
    for requirement in requirements.values():
        if requirement.source == "git":
            build.setdefault("git", []).append(requirement)
        entry = table().get(requirement.name)
        if entry and _is_needless(entry, requirement, requirements):
            continue
        is_for_cpu = requirement.version.endswith("+cpu")
        if entry and entry.note and requirement.direct and not is_for_cpu:
            notes.append(Note(text=entry.note, evidence=(requirement.evidence,)))
        compiled = is_compiled(requirement, minor, FAMILIES[family], wheel_names=wheel_names)
        if compiled:
            kind = entry.compiler if entry else "c"
            own = entry.packages(family, "build") if entry else []
            for name in (*compiler(family, kind), *own):
                build.setdefault(name, []).append(requirement)
        for side in ("always", "run") if compiled else ("always",):
            for name in entry.packages(family, side) if entry else ():
                run.setdefault(name, []).append(requirement)
    return Needs(build=build, run=run, notes=tuple(notes))


def is_compiled(
    requirement: Requirement, minor: str, library: str, *, wheel_names: bool = False
) -> bool:
    """Whether installing a package compiles something, as far as is known."""
    entry = table().get(requirement.name)
    if requirement.wheels:
        fitting = any(wheels.fits(each, minor, library) for each in requirement.wheels)
        pure = any(wheels.is_pure(each) for each in requirement.wheels)
        return not fitting and not pure and not (entry and entry.pure)
    if entry is None or entry.pure or entry.compiler == "none":
        return False
    if wheel_names or requirement.source == "git":
        return True
    return not entry.has_wheel(requirement.version, minor, library)


def newest_python(
    requirements: Mapping[str, Requirement], default: str
) -> tuple[str, Requirement] | None:
    """The newest Python version up to the default for which no locked package is compiled.

    None where the default is that version, or no version is. With it stands the package that
    holds it back.
    """
    minors = [minor for minor in _minors() if _number(minor) <= _number(default)]
    found: tuple[str, Requirement] | None = None
    for requirement in requirements.values():
        newest = _newest(requirement, minors)
        if newest and newest != default and (not found or _number(newest) < _number(found[0])):
            found = (newest, requirement)
    return found


def _newest(requirement: Requirement, minors: Sequence[str]) -> str:
    entry = table().get(requirement.name)
    found = _newest_wheel(requirement, entry, minors)
    if entry and entry.breaks and requirement.version:
        found = min(
            filter(None, (found, entry.newest_working(requirement.version, minors))),
            key=_number,
            default="",
        )
    return found


def _newest_wheel(requirement: Requirement, entry: Entry | None, minors: Sequence[str]) -> str:
    if entry and entry.pure:
        return ""
    if requirement.wheels:
        return wheels.newest(requirement.wheels, minors, "glibc")
    if entry and entry.since and requirement.version:
        return entry.newest(requirement.version, minors)
    return ""


def with_pkg_resources(requirements: Mapping[str, Requirement]) -> Requirement | None:
    """A package that imports pkg_resources, unless a setuptools that still has it is locked."""
    locked = requirements.get("setuptools")
    given = specifiers.version(locked.version) if locked else None
    last = specifiers.version(_WITHOUT_PKG_RESOURCES)
    if given and last and given < last:
        return None
    for requirement in requirements.values():
        entry = table().get(requirement.name)
        first = specifiers.version(entry.pkg_resources) if entry else None
        version = specifiers.version(requirement.version)
        if first and version and version < first:
            return requirement
    return None


def _minors() -> list[str]:
    return sorted(_END_OF_LIFE["python"], key=_number)


def _number(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))


def _is_needless(
    entry: Entry, requirement: Requirement, requirements: Mapping[str, Requirement]
) -> bool:
    return any(each in requirements or each in requirement.extras for each in entry.unless)


def proposals(found: Needs, named: Mapping[str, Sequence[Evidence]]) -> list[Proposal]:
    """The fields for system packages.

    `named` are packages that a container file of the project installs, with their places; they
    only support a proposal, since such files mostly install too much.
    """
    result = []
    for field, packages in (("build_packages", found.build), ("packages", found.run)):
        if not packages:
            continue
        asked = {each.name: each for wanted in packages.values() for each in wanted}
        evidence = [each.evidence for each in asked.values()]
        evidence += [place for name in sorted(packages) for place in named.get(name, ())]
        names = ", ".join(sorted(asked)[:4]) + (" and others" if len(asked) > 4 else "")
        purpose = "to build" if field == "build_packages" else "libraries for"
        result.append(
            Proposal(
                field=field,
                value=sorted(packages),
                confidence=Confidence.HIGH,
                reason=f"{purpose} {names}, in",
                evidence=tuple(dict.fromkeys(evidence))[:6],
            )
        )
    return result
