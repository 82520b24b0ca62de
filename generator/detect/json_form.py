"""A detection for other programs: one JSON object in the form of `json_schema`."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from generator.detect.model import Candidate, Confidence, Detection, Evidence, Note, Proposal

FORMAT = 1


def render(found: Detection, *, folder: str) -> str:
    """The object as indented JSON in ASCII, its keys always in the same order."""
    return json.dumps(as_object(found, folder=folder), indent=2)


def as_object(found: Detection, *, folder: str) -> dict[str, Any]:
    """The detection as plain values."""
    from generator.detect import typed

    chosen = found.chosen
    profile = str(chosen.profile.value) if chosen else ""
    return {
        "format": FORMAT,
        "folder": folder,
        "found": chosen is not None,
        "kind": chosen.kind if chosen else "",
        "score": chosen.score if chosen else 0,
        "missing": chosen.missing if chosen else "",
        "spec": typed.spec(found.values()),
        "proposals": [_proposal(each, profile) for each in found.proposals()],
        "notes": _notes((*(chosen.notes if chosen else ()), *found.notes)),
        "others": [_other(each) for each in found.others],
        "folders": [{"path": each.path, "kind": each.kind} for each in found.folders],
        "unread": list(found.unread),
    }


def _proposal(proposal: Proposal, profile: str) -> dict[str, Any]:
    from generator.detect import typed

    return {
        "field": proposal.field,
        "value": typed.of_field(proposal.value, proposal.field, profile=profile),
        "confidence": proposal.confidence.value,
        "reason": proposal.reason,
        "evidence": _evidence(proposal.evidence),
        "alternatives": [
            {
                "value": typed.of_field(other.value, proposal.field, profile=profile),
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


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `render` gives.

    Keys may be added under the same `format`; one that changes its meaning or goes raises it.
    """
    evidence = _list(
        "Where it was read.",
        path=_text("A path below the folder, with /."),
        line=_number("Line of the file, from 1; 0 is the whole file."),
    )
    value = {"description": "As the spec takes it; `imgen schema` says its type."}
    alternatives = _list(
        "What the project would bear out as well; a field that has some is ambiguous.",
        value=value,
        reason=_text("How the value follows, to be read before the evidence."),
        evidence=evidence,
    )
    score = _number("How well it fits, to compare with the others.")
    missing = _text("What the spec still lacks; empty if it is whole.")
    properties = {
        "format": {"const": FORMAT, "description": "The form of this object."},
        "folder": _text("The folder, as it was given."),
        "found": {"type": "boolean", "description": "Whether there is an app; exit code 1 if not."},
        "kind": _text("What kind of app it is, as `imgen new --kind` takes it."),
        "score": score,
        "missing": missing,
        "spec": {
            "type": "object",
            "description": "An imgen.yaml in the form of `imgen schema`; empty without an app.",
        },
        "proposals": _list(
            "The fields of the spec, each with why.",
            field=_text("A dotted path, or profile."),
            value=value,
            confidence={"enum": [each.value for each in Confidence]},
            reason=_text("How the value follows, to be read before the evidence."),
            evidence=evidence,
            alternatives=alternatives,
        ),
        "notes": _list("What a person should know.", text=_text("A sentence."), evidence=evidence),
        "others": _list(
            "The other kinds of app that it could be.",
            kind=_text("What kind."),
            profile=_text("Its profile."),
            score=score,
            missing=missing,
        ),
        "folders": _list(
            "The apps in folders below, each an image of its own.",
            path=_text("A path below the folder."),
            kind=_text("What kind of app."),
        ),
        "unread": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What was not read, and why.",
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "imgen detect",
        **_object(properties),
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _number(description: str) -> dict[str, Any]:
    return {"type": "integer", "minimum": 0, "description": description}


def _list(description: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties), "description": description}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
