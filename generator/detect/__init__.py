"""Look at a folder and propose a spec for the app in it, with the evidence for each field.

Pure reading: nothing of the project is run, no link is followed out of the folder, and the bounds
of `tree` hold.
"""

from collections.abc import Iterator
from pathlib import Path

from generator.detect.existing import Existing
from generator.detect.model import Candidate, Confidence, Detection, Evidence, Note, Proposal
from generator.detect.tree import Tree


def detect(root: Path) -> Detection:
    """Propose a spec for the app in a folder."""
    return detect_tree(Tree.scan(root))


def detect_tree(tree: Tree) -> Detection:
    """Propose a spec for the app whose files these are."""
    from generator.detect import below, existing

    told = existing.read(tree)
    ranked = _settled(tree, told, _candidates(tree, told))
    chosen = ranked[0] if ranked else None
    folders = below.folders(
        tree,
        lambda inner: _candidates(inner, existing.read(inner)),
        used=_read_for(chosen) if chosen else (),
    )
    notes = [*_notes(tree, told)]
    if folders:
        notes.append(below.note(folders, beside=chosen is not None))
    return Detection(
        chosen=chosen,
        others=tuple(ranked[1:]),
        notes=tuple(notes),
        unread=tuple(tree.unread),
        folders=tuple(folders),
    )


def _candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The ways to see a tree, the best first; one that lacks something after those that do not."""
    from generator.detect import presets, python, sites

    found = [
        candidate
        for detector in (python, sites, presets)
        for candidate in detector.candidates(tree, told)
    ]
    return sorted(found, key=lambda candidate: (bool(candidate.missing), -candidate.score))


def _settled(tree: Tree, told: Existing, found: list[Candidate]) -> list[Candidate]:
    from generator.detect import about
    from generator.detect.settled import settled

    known: dict[str, list[Proposal]] = {}
    result = []
    for candidate in found:
        profile = str(candidate.profile.value)
        if profile not in known:
            known[profile] = [*about.read(tree, profile=profile), *_volumes(told, profile)]
        result.append(settled(candidate, known[profile]))
    # Some may only now have turned out to lack something.
    return sorted(result, key=lambda candidate: (bool(candidate.missing), -candidate.score))


def _volumes(told: Existing, profile: str) -> list[Proposal]:
    """The volumes of the container files that are there; a site has no data."""
    if profile == "nginx" or not told.volumes:
        return []
    return [
        Proposal(
            field="volumes",
            value=[each.value for each in told.volumes],
            confidence=Confidence.HIGH,
            reason="volume in",
            evidence=tuple(each.evidence for each in told.volumes),
        )
    ]


def _read_for(candidate: Candidate) -> Iterator[str]:
    for proposal in (candidate.profile, *candidate.proposals):
        yield from (place.path for place in proposal.evidence)


def _notes(tree: Tree, told: Existing) -> Iterator[Note]:
    """What container files mean for whoever goes on."""
    if tree.has("imgen.yaml"):
        text = "`imgen generate` writes from the imgen.yaml here; `imgen new --force` begins anew"
        yield Note(text=text, evidence=(Evidence(path="imgen.yaml"),))
        return
    if told.files:
        places = tuple(Evidence(path=path) for path in told.files)
        yield Note(text="read as evidence:", evidence=places)
    if told.services:
        names = ", ".join(f"{name} ({told.value})" for name, told in told.services.items())
        evidence = tuple(each.evidence for each in told.services.values())
        yield Note(text=f"services that run beside it: {names}", evidence=evidence)
