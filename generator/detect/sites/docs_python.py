"""The Python image that builds documentation, by the rules that choose the Python of an app."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from generator import bases
from generator.detect.existing import Existing
from generator.detect.model import Alternative, Confidence, Evidence
from generator.detect.python import manifests, system_packages, versions
from generator.detect.python.model import Requirement
from generator.detect.sites.proposals import Site
from generator.detect.sites.read_the_docs import ReadTheDocs
from generator.detect.tree import Tree

_COMPILED = re.compile(
    r"(?i)^#.{0,200}(?:pip-compile with python |--python(?:-version)?[ =])(3\.\d{1,3})\b"
)
_HEADER = 12  # lines at the top of a file that a tool writes


def image(minor: str) -> str:
    """The image of a Python version."""
    return f"python:{minor}-slim-trixie"


def propose(
    site: Site,
    tree: Tree,
    hosted: ReadTheDocs,
    files: Sequence[str],
    requirements: Mapping[str, Requirement],
) -> str:
    """Propose the image for a site and return its Python version.

    `files` are the requirements files that are installed, `requirements` what they hold.
    """
    today = _today()
    declared = manifests.read(tree)
    named = [
        *([hosted.python] if hosted.python else ()),
        *versions.pins(tree),
        *_compiled(tree, files),
    ]
    newest = system_packages.newest_python(requirements, versions.DEFAULT)
    limit = (newest[0], newest[1].evidence) if newest else None
    choice = versions.choose(tree, Existing(), declared, today, limit, named=named)
    for note in choice.notes:
        site.note(note.text, *note.evidence)
    if choice.proposal is None:
        _propose_usual(site, choice.minor, named, versions.ranges(declared))
        return choice.minor
    others = [
        Alternative(value=image(str(each.value)), evidence=each.evidence, reason=each.reason)
        for each in choice.proposal.alternatives
        if not bases.end_of_life(f"python:{each.value}", today)
    ]
    site.propose(
        "build.image",
        image(choice.minor),
        choice.proposal.reason,
        choice.proposal.evidence,
        confidence=choice.proposal.confidence,
        alternatives=others,
    )
    return choice.minor


def _propose_usual(
    site: Site, minor: str, named: Sequence[versions.Pin], allowed: Sequence[versions.Range]
) -> None:
    pin = next((each for each in named if each.minor == minor), None)
    if pin:
        site.propose(
            "build.image", image(minor), pin.reason, [pin.evidence], confidence=Confidence.HIGH
        )
        return
    reason = "usual Python release, which fits" if allowed else "current Python release"
    places = [each.evidence for each in allowed]
    site.propose("build.image", image(minor), reason, places, confidence=Confidence.LOW)


def _today() -> date:
    return date.today()  # noqa: DTZ011 # the day on this machine, as in validation


def _compiled(tree: Tree, files: Sequence[str]) -> list[versions.Pin]:
    """The versions that requirements were pinned for, as the tool that pins them writes it."""
    found = []
    for path in files:
        for number, line in enumerate((tree.text(path) or "").split("\n")[:_HEADER], 1):
            if match := _COMPILED.match(line[:400]):
                place = Evidence(path=path, line=number)
                found.append(
                    versions.Pin(minor=match[1], evidence=place, reason="pins are made with it in")
                )
                break
    return found
