"""A detection for other programs: one JSON object whose keys stay."""

import json
from collections.abc import Iterable
from typing import Any

from generator.detect.model import Candidate, Detection, Evidence, Note, Proposal

FORMAT = 1


def render(found: Detection, *, folder: str) -> str:
    """The detection as JSON text, in ASCII.

    `proposals` have a `field` (a dotted path, or `profile`), a `value` as the spec takes it, a
    `confidence` (high, medium or low), a `reason`, `evidence` with `path` and `line` (0: the whole
    file) and `alternatives`. `spec` is all of them as one spec. `missing` is empty where the spec
    is whole.
    """
    return json.dumps(as_object(found, folder=folder), indent=2)


def as_object(found: Detection, *, folder: str) -> dict[str, Any]:
    """The detection as plain values."""
    chosen = found.chosen
    return {
        "format": FORMAT,
        "folder": folder,
        "found": chosen is not None,
        "kind": chosen.kind if chosen else "",
        "score": chosen.score if chosen else 0,
        "missing": chosen.missing if chosen else "",
        "spec": found.values(),
        "proposals": [_proposal(each) for each in found.proposals()],
        "notes": _notes((*(chosen.notes if chosen else ()), *found.notes)),
        "others": [_other(each) for each in found.others],
        "folders": [{"path": each.path, "kind": each.kind} for each in found.folders],
        "unread": list(found.unread),
    }


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "field": proposal.field,
        "value": proposal.value,
        "confidence": proposal.confidence.value,
        "reason": proposal.reason,
        "evidence": _evidence(proposal.evidence),
        "alternatives": [
            {
                "value": other.value,
                "reason": other.reason,
                "evidence": _evidence(other.evidence),
            }
            for other in proposal.alternatives
        ],
    }


def _evidence(places: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [{"path": place.path, "line": place.line} for place in places]


def _notes(notes: Iterable[Note]) -> list[dict[str, Any]]:
    return [{"text": note.text, "evidence": _evidence(note.evidence)} for note in notes]


def _other(candidate: Candidate) -> dict[str, Any]:
    return {
        "kind": candidate.kind,
        "profile": candidate.profile.value,
        "score": candidate.score,
        "missing": candidate.missing,
    }
