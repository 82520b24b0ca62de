"""The Debian packages that a Streamlit project names in its packages.txt, for its hoster."""

import re
from collections.abc import Sequence
from dataclasses import replace

from generator import packages
from generator.detect.model import Confidence, Evidence, Note, Proposal
from generator.detect.tree import Tree

_FILE = "packages.txt"
_MOST = 60  # packages that are read
_MOST_TOLD = 5  # packages named in a note
# Names that older releases of Debian had, and the default base has not.
_NOW = {"libgl1-mesa-glx": "libgl1"}


def add(tree: Tree, found: Sequence[Proposal]) -> tuple[list[Proposal], list[Note]]:
    """Proposals with what packages.txt names, and what of it is left out."""
    run: dict[str, Evidence] = {}
    build: dict[str, Evidence] = {}
    refused: dict[str, Evidence] = {}
    for number, line in enumerate((tree.text(_FILE) or "").split("\n"), start=1):
        for word in line.partition("#")[0].split()[:_MOST]:
            name, place = _NOW.get(word, word), Evidence(path=_FILE, line=number)
            if len(run) + len(build) >= _MOST or not _is_fitting(name):
                refused.setdefault(word, place)
            elif packages.for_build(name):
                build.setdefault(name, place)
            else:
                run.setdefault(name, place)
    result = _with(_with(list(found), "packages", run), "build_packages", build)
    return result, _notes(build, refused)


def _is_fitting(name: str) -> bool:
    try:
        packages.package(packages.apt_package(name))
    except ValueError:
        return False
    problems = packages.check_packages([name], ["streamlit"])
    return all(each.warning for each in problems)


def _with(proposals: list[Proposal], field: str, named: dict[str, Evidence]) -> list[Proposal]:
    if not named:
        return proposals
    places = tuple(named.values())
    known = next((each for each in proposals if each.field == field), None)
    if known is None:
        return [
            *proposals,
            Proposal(
                field=field,
                value=sorted(named),
                confidence=Confidence.HIGH,
                reason="named in",
                evidence=places[:6],
            ),
        ]
    listed = known.value if isinstance(known.value, list) else []
    both = replace(
        known,
        value=sorted({*map(str, listed), *named}),
        evidence=(*known.evidence, *places)[:6],
    )
    return [both if each is known else each for each in proposals]


def _notes(build: dict[str, Evidence], refused: dict[str, Evidence]) -> list[Note]:
    result = []
    headers = {name: place for name, place in build.items() if name.endswith("-dev")}
    if headers:
        text = f"{_told(headers)}: installed for the build alone; name the library itself in "
        text += "`packages` if the app loads it"
        result.append(Note(text=text, evidence=tuple(headers.values())[:_MOST_TOLD]))
    if refused:
        text = f"{_FILE}: left out what is no Debian package for this image: {_told(refused)}"
        result.append(Note(text=text, evidence=tuple(refused.values())[:_MOST_TOLD]))
    return result


def _told(named: dict[str, Evidence]) -> str:
    return ", ".join(re.sub(r"[^\x21-\x7e]", "?", name)[:40] for name in list(named)[:_MOST_TOLD])
