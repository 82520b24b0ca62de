"""Programs of any language, for the profile generic, by the preset files in this folder."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.detect.existing import Existing
from generator.detect.model import (
    Alternative,
    Candidate,
    Confidence,
    Evidence,
    Note,
    Proposal,
)
from generator.detect.presets.model import Preset, Reading, load, paths, raw
from generator.detect.tree import Tree
from generator.detect.values import texts

_ORDER = (Confidence.HIGH, Confidence.MEDIUM, Confidence.LOW)
_STAND_INS = {"name": "app", "version": "0.1.0", "maintainer": "nobody"}


def candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The ways to see a tree as a program of one of the presets, the likeliest first."""
    found = [
        candidate
        for path in paths()
        if _may_fit(tree, path) and (candidate := candidate_of(tree, told, load(path)))
    ]
    return sorted(found, key=lambda candidate: -candidate.score)


def _may_fit(tree: Tree, path: Path) -> bool:
    """Whether a file that the preset asks for is there; its other rules are read only then."""
    from generator.detect.presets.reading import holds

    wanted = [Reading(file=each["file"]) for each in raw(path).get("recognise", [])]
    return holds(tree, wanted) is not None


def candidate_of(tree: Tree, told: Existing, preset: Preset) -> Candidate | None:
    """A tree as a program of one preset; None if it is not."""
    from generator.detect.presets import facts, fill, node_variables, readers, reading

    sign = reading.holds(tree, preset.recognise)
    if sign is None or reading.holds(tree, preset.unless):
        return None
    given, notes = readers.read(preset.reader, tree, told)
    known, more = facts.gather(tree, told, preset, given)
    notes += more
    notes += [
        Note(text=str(fill.field(known, remark.text)[0]))
        for remark in preset.notes
        if remark.wanted(known)
    ]
    own = list(_proposals(preset, known, sign.evidence))
    if preset.reader:
        own, more = node_variables.proposed(tree, told, known, own)
        notes += more
    notes += _hidden(preset, known)
    proposals, wrong = _valid(iter(own))
    missing = [
        str(fill.field(known, text)[0]) for name, text in preset.needs.items() if name not in known
    ]
    worth = sum(
        fact.worth for name, fact in preset.facts.items() if name in known and known[name].evidence
    )
    score = min(preset.score + worth, 90)
    return Candidate(
        kind=preset.kind,
        score=score if not missing else min(score, 40),
        profile=Proposal(
            field="profile",
            value="generic",
            confidence=Confidence.HIGH,
            reason=f"{preset.kind}:",
            evidence=(sign.evidence,),
        ),
        proposals=tuple(proposals),
        notes=(*notes, *wrong),
        missing="; ".join(missing),
    )


def _hidden(preset: Preset, known: Mapping[str, Any]) -> Iterator[Note]:
    """Say what else a fact could be whose values are no alternatives of any field."""
    parts = repr(preset.spec)
    for name, fact in preset.facts.items():
        if fact.several and name in known and f"{{{name}}}" not in parts and known[name].others:
            others = ", ".join(each.text for each in known[name].others)
            text = f"{known[name].value} is taken; there is also {others}"
            yield Note(text=text, evidence=known[name].evidence)


def _proposals(preset: Preset, known: Mapping[str, Any], sign: Evidence) -> Iterator[Proposal]:
    from generator.detect.presets import fill

    for name, part in preset.spec.items():
        value, used = fill.field(known, part)
        if value is fill.MISSING:
            continue
        read = [known[fact] for fact in used if known[fact].evidence]
        worst = max(
            (_ORDER.index(known[fact].confidence) for fact in used),
            default=_ORDER.index(Confidence.MEDIUM),
        )
        places = dict.fromkeys(place for fact in read for place in fact.evidence)
        yield Proposal(
            field=name,
            value=value,
            confidence=_ORDER[worst],
            reason=read[0].reason if read else f"usual for a {preset.kind}, by",
            evidence=tuple(places) or (sign,),
            alternatives=tuple(
                each for each in _alternatives(part, known, used) if each.value != value
            ),
        )


def _alternatives(part: Any, known: Mapping[str, Any], used: list[str]) -> Iterator[Alternative]:
    """The field's value with each other value of a fact in it."""
    from dataclasses import replace

    from generator.detect.presets import fill

    for name in used:
        for other in known[name].others:
            changed = {**known, name: replace(known[name], value=other.text)}
            value, _ = fill.field(changed, part)
            yield Alternative(value=value, evidence=(other.evidence,))


def _valid(proposals: Iterator[Proposal]) -> tuple[list[Proposal], list[Note]]:
    """The proposals that a spec may hold; each of the others becomes a note."""
    from generator import spec
    from generator.errors import SpecError

    kept = list(proposals)
    notes: list[Note] = []
    while kept:
        try:
            spec.from_values(values(kept))
        except SpecError as error:
            wrong = [problem for problem in error.problems if not problem.warning]
            bad = {
                each.field: problem.text
                for each in kept
                for problem in wrong
                if f"{problem.field}.".startswith(f"{each.field}.")
            }
            if not bad:
                return kept, notes
            notes += [Note(text=f"{field}: {text}") for field, text in bad.items()]
            kept = [each for each in kept if each.field not in bad]
        else:
            break
    return _without_defaults(kept), notes


def _without_defaults(proposals: list[Proposal]) -> list[Proposal]:
    """Leave out what imgen knows by itself, such as the manifests and caches of `npm ci`."""
    from generator import build_tools

    said = {proposal.field: texts(proposal.value) for proposal in proposals}
    commands = said.get("build.run") or [""]
    usual = {
        "build.manifests": build_tools.manifests(commands[0]),
        "build.caches": build_tools.caches(commands),
    }
    return [
        proposal
        for proposal in proposals
        if proposal.field not in usual
        or sorted(said[proposal.field]) != sorted(usual[proposal.field])
    ]


def values(proposals: list[Proposal]) -> dict[str, Any]:
    """The values of a spec with these proposals, and stand-ins for who and which release."""
    result: dict[str, Any] = {"imgen": "1", "profile": "generic", **_STAND_INS}
    for proposal in proposals:
        place = result
        *folders, last = proposal.field.split(".")
        for folder in folders:
            place = place.setdefault(folder, {})
        place[last] = proposal.value
    return result
