"""Which Python version a project asks for, resolved to a minor version that is supported."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from packaging.specifiers import SpecifierSet

from generator import bases
from generator.bases import _END_OF_LIFE
from generator.detect.existing import Existing
from generator.detect.model import Alternative, Confidence, Evidence, Note, Proposal
from generator.detect.python import specifiers
from generator.detect.python.manifest import Manifest
from generator.detect.tree import Tree
from generator.detect.values import mapping, text, texts

DEFAULT = specifiers.DEFAULT_MINOR
_MINOR = re.compile(r"(?<![\d.])(\d{1,2}\.\d{1,3})(?![\d])")


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One version that a file names, as major.minor."""

    minor: str
    evidence: Evidence
    reason: str = "pinned in"


@dataclass(frozen=True, kw_only=True)
class Range:
    """The versions that a manifest allows: one of `allowed` must fit."""

    allowed: tuple[SpecifierSet, ...]
    evidence: Evidence
    text: str


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The version to use, the field that says so if it is not the default, and what to know."""

    minor: str
    proposal: Proposal | None = None
    notes: tuple[Note, ...] = ()


def choose(  # noqa: PLR0913 - all that says something of the version
    tree: Tree,
    told: Existing,
    manifests: Sequence[Manifest],
    today: date,
    limit: tuple[str, Evidence] | None = None,
    *,
    named: Sequence[Pin] | None = None,
) -> Choice:
    """Resolve all that a project says of its Python version.

    `limit` is the newest minor version for which its locked packages have wheels, with one of
    these packages. It counts where the project names no version itself. `named` are the versions
    that it names, if they are not those that `pins` finds.
    """
    named = pins(tree) if named is None else named
    allowed = ranges(manifests)
    minors = _minors()
    fitting = [each for each in minors if all(_fits(one, each) for one in allowed)]
    supported = [each for each in fitting if _supported(each, today)]
    if named:
        return _by_pin(named, allowed, fitting, supported)
    if not fitting:
        return _impossible(allowed)
    if not supported:
        return _ended(fitting, allowed)
    return _beside_images(_by_range(tree, allowed, supported, limit), _images(told))


def ranges(manifests: Sequence[Manifest]) -> list[Range]:
    """The ranges that manifests give."""
    found = []
    for each in manifests:
        allowed = specifiers.ranges(each.python, poetry=each.kind == "poetry")
        if each.python and allowed:
            place = Evidence(path=each.path, line=each.python_line)
            found.append(Range(allowed=tuple(allowed), evidence=place, text=each.python))
    return found


def pins(tree: Tree) -> list[Pin]:
    """The versions that files name, the file that counts most first."""
    found = [
        *_first_line(tree, ".python-version", r"\s*(?:cpython-|python-)?(\d{1,2}\.\d{1,3})"),
        *_first_line(tree, ".tool-versions", r"[ \t]*python[ \t]+(\d{1,2}\.\d{1,3})"),
        *_mise(tree),
        *_first_line(tree, "runtime.txt", r"\s*python-(\d{1,2}\.\d{1,3})"),
        *_pipfile(tree),
        *_environment(tree),
    ]
    return [pin for pin in found if pin.minor.startswith("3.")]


def _first_line(tree: Tree, path: str, pattern: str) -> list[Pin]:
    lines = (tree.text(path) or "").split("\n")[:200]
    for number, line in enumerate(lines, 1):
        if match := re.match(pattern, line[:200]):
            return [Pin(minor=match[1], evidence=Evidence(path=path, line=number))]
    return []


def _mise(tree: Tree) -> list[Pin]:
    path = tree.first("mise.toml", ".mise.toml", ".config/mise.toml", ".config/mise/config.toml")
    if path is None:
        return []
    given: Any = mapping(tree.toml(path).get("tools")).get("python")
    words = texts(given) or texts(mapping(given).get("version"))
    return _pin_of(words[:1], tree, path, r"python\b")


def _pipfile(tree: Tree) -> list[Pin]:
    requires = mapping(tree.toml("Pipfile").get("requires"))
    given = text(requires.get("python_version")) or text(requires.get("python_full_version"))
    return _pin_of([given], tree, "Pipfile", r"python_(?:full_)?version")


def _pin_of(words: Sequence[str], tree: Tree, path: str, pattern: str) -> list[Pin]:
    for word in words:
        if match := re.match(r"(\d{1,2}\.\d{1,3})", word):
            place = Evidence(path=path, line=tree.line(path, pattern))
            return [Pin(minor=match[1], evidence=place)]
    return []


def _images(told: Existing) -> list[Pin]:
    found = []
    for image in told.images:
        match = re.match(r"(?:[^\s:]*/)?python:(\d{1,2}\.\d{1,3})", image.value[:300])
        if match:
            found.append(Pin(minor=match[1], evidence=image.evidence, reason="base image in"))
    return found


def _environment(tree: Tree) -> list[Pin]:
    path = tree.first("environment.yml", "environment.yaml")
    for each in texts(tree.yaml(path).get("dependencies")) if path else ():
        match = re.match(r"python={1,2}(\d{1,2}\.\d{1,3})", each)
        if path and match:
            place = Evidence(path=path, line=tree.line(path, r"\bpython="))
            return [Pin(minor=match[1], evidence=place)]
    return []


def _minors() -> list[str]:
    return sorted(_END_OF_LIFE["python"], key=_key)


def _key(minor: str) -> tuple[int, ...]:
    return tuple(int(part) for part in minor.split("."))


def _supported(minor: str, today: date) -> bool:
    return not bases.end_of_life(f"python:{minor}", today)


def _fits(one: Range, minor: str) -> bool:
    return specifiers.allows(one.allowed, minor)


def _by_pin(
    named: Sequence[Pin], allowed: Sequence[Range], fitting: Sequence[str], supported: Sequence[str]
) -> Choice:
    # A file that contradicts the manifest's range is the one that was forgotten.
    agreeing = [pin for pin in named if pin.minor in fitting]
    pin = agreeing[0] if agreeing else named[0]
    newest_known = _minors()[-1]
    if _key(pin.minor) > _key(newest_known) and supported:
        text = f"Python {pin.minor} is newer than imgen knows; proposed is {supported[-1]}"
        return _chosen(supported[-1], pin, named, Confidence.LOW, (Note(text=text),))
    if pin.minor in supported:
        return _chosen(pin.minor, pin, named, Confidence.HIGH, ())
    later = [each for each in supported if _key(each) > _key(pin.minor)]
    if later:
        text = (
            f"Python {pin.minor}, which the project names, is no longer supported: proposed is "
            f"{later[0]}, the nearest version that is"
        )
        note = Note(text=text, evidence=(pin.evidence,))
        return _chosen(later[0], pin, named, Confidence.MEDIUM, (note,))
    text = f"Python {pin.minor} is not supported any more, and the project allows no later one"
    if pin.minor not in fitting and allowed:
        text = f"Python {pin.minor} does not fit {allowed[0].text!r}, which the project asks for"
    return _chosen(
        pin.minor, pin, named, Confidence.LOW, (Note(text=text, evidence=(pin.evidence,)),)
    )


def _chosen(
    minor: str, pin: Pin, named: Sequence[Pin], confidence: Confidence, notes: tuple[Note, ...]
) -> Choice:
    others: dict[str, Alternative] = {}
    for each in named:
        if each.minor != minor and each.minor not in others:
            others[each.minor] = Alternative(
                value=each.minor, evidence=(each.evidence,), reason=each.reason
            )
    if minor == DEFAULT and not others:
        return Choice(minor=minor, notes=notes)
    reason = pin.reason if pin.minor == minor else "the nearest supported version to that in"
    proposal = Proposal(
        field="python",
        value=minor,
        confidence=Confidence.MEDIUM if others and confidence is Confidence.HIGH else confidence,
        reason=reason,
        evidence=(pin.evidence,),
        alternatives=tuple(others.values()),
    )
    return Choice(minor=minor, proposal=proposal, notes=notes)


def _by_range(
    tree: Tree,
    allowed: Sequence[Range],
    supported: Sequence[str],
    limit: tuple[str, Evidence] | None,
) -> Choice:
    if limit and _key(limit[0]) < _key(DEFAULT):
        reachable = [each for each in supported if _key(each) <= _key(limit[0])]
        if reachable:
            return _field(reachable[-1], "the newest version that fits the package in", limit[1])
        return _oldest(supported[0], limit)
    if DEFAULT in supported:
        hint = None if allowed else _tested(tree)
        if hint and hint.minor in supported and hint.minor != DEFAULT:
            return _field(hint.minor, hint.reason, hint.evidence, Confidence.LOW)
        return Choice(minor=DEFAULT)
    evidence = allowed[0].evidence
    older = [each for each in supported if _key(each) < _key(DEFAULT)]
    return _field(older[-1] if older else supported[0], "asked for in", evidence)


def _oldest(minor: str, limit: tuple[str, Evidence]) -> Choice:
    """The oldest supported version, for packages that are older than every supported one."""
    text = (
        f"a package is from the time of Python {limit[0]}, which is no longer supported: it may "
        f"not install on {minor}; raise its version if so"
    )
    reason = "the supported version nearest to that of the package in"
    choice = _field(minor, reason, limit[1], Confidence.LOW)
    return replace(choice, notes=(Note(text=text, evidence=(limit[1],)),))


def _beside_images(choice: Choice, images: Sequence[Pin]) -> Choice:
    """Tell of the version in an old Dockerfile, which says what was usual when it was written."""
    other = next((pin for pin in images if pin.minor.startswith("3.")), None)
    if other is None or other.minor == choice.minor:
        return choice
    given = choice.proposal or Proposal(
        field="python",
        value=choice.minor,
        confidence=Confidence.MEDIUM,
        reason="the usual version, which nothing but the old base image speaks against",
    )
    alternative = Alternative(value=other.minor, evidence=(other.evidence,), reason=other.reason)
    proposal = replace(given, alternatives=(*given.alternatives, alternative))
    return replace(choice, proposal=proposal)


def _field(
    minor: str, reason: str, evidence: Evidence, confidence: Confidence = Confidence.MEDIUM
) -> Choice:
    proposal = Proposal(
        field="python", value=minor, confidence=confidence, reason=reason, evidence=(evidence,)
    )
    return Choice(minor=minor, proposal=proposal)


def _tested(tree: Tree) -> Pin | None:
    """The one version that the continuous integration runs, if it is one."""
    found: dict[str, Evidence] = {}
    for path in tree.files:
        if not path.startswith(".github/workflows/") or not path.endswith((".yml", ".yaml")):
            continue
        for number, line in enumerate((tree.text(path) or "").split("\n")[:2000], 1):
            if "python-version" in line and "{{" not in line:
                for match in _MINOR.finditer(line[:300]):
                    found.setdefault(match[1], Evidence(path=path, line=number))
    if len(found) != 1:
        return None
    minor, evidence = next(iter(found.items()))
    return Pin(minor=minor, evidence=evidence, reason="tested with it in")


def _ended(fitting: Sequence[str], allowed: Sequence[Range]) -> Choice:
    minor = fitting[-1]
    evidence = tuple(each.evidence for each in allowed)
    text = (
        f"The project allows no Python version that is still supported: {minor} is the newest; "
        "raise its upper bound"
    )
    choice = _field(minor, "the newest version allowed in", evidence[0], Confidence.LOW)
    return Choice(
        minor=minor, proposal=choice.proposal, notes=(Note(text=text, evidence=evidence),)
    )


def _impossible(allowed: Sequence[Range]) -> Choice:
    wanted = " and ".join(repr(each.text[:60]) for each in allowed)
    text = f"No Python version that imgen knows fits {wanted}"
    evidence = tuple(each.evidence for each in allowed)
    return Choice(minor=DEFAULT, notes=(Note(text=text, evidence=evidence),))
