"""How a project's dependencies are installed, and the same as fields of a spec."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from generator.detect.model import Alternative, Confidence, Evidence, Note, Proposal, SpecValue
from generator.detect.python import locks
from generator.detect.python.manifest import Manifest
from generator.detect.python.model import Requirement
from generator.detect.python.workspaces import SERVERS, Member

_PRODUCTION = re.compile(
    r"(?:^|-)(?:prod|production|server|servers|deploy|deployment|web|serve|wsgi|asgi|gunicorn"
    r"|uvicorn|hypercorn|granian|uwsgi|waitress|runtime)(?:-|$)"
)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the dependencies are installed.

    `shorthand` is the value of `dependencies` as one text; `fields` are those below it that have
    to be added. `wheel_names` says that a lock lists the wheels of each package. `builds` says that
    only installing the project brings its dependencies.
    """

    manager: str
    shorthand: str
    reason: str
    evidence: tuple[Evidence, ...]
    requirements: Mapping[str, Requirement]
    fields: Mapping[str, SpecValue] = field(default_factory=dict)
    confidence: Confidence = Confidence.HIGH
    alternatives: tuple[Alternative, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: str = ""
    wheel_names: bool = False
    builds: bool = False
    member: Member | None = None

    def mapping(self) -> dict[str, SpecValue]:
        """The fields below `dependencies` that say all of it."""
        return {**expanded(self.shorthand), **self.fields}


def expanded(shorthand: str) -> dict[str, SpecValue]:
    """The fields below `dependencies` that a shorthand stands for."""
    for manager, lock in locks.LOCKS.items():
        if shorthand == lock:
            return {"manager": manager}
    if shorthand.endswith(".txt"):
        return {"files": [shorthand]}
    return {"manager": "uv", "files": [shorthand]} if shorthand else {}


def production_parts(project: Manifest) -> tuple[list[str], list[str]]:
    """The names of extras and of groups for production.

    They are known by their own names, and because they hold a server.
    """
    extras, groups = (
        sorted(
            name
            for name, held in parts.items()
            if _PRODUCTION.search(name) and any(each.name in SERVERS for each in held)
        )
        for parts in (project.extras, project.groups)
    )
    return extras, groups


def proposals(plan: Plan, fields: Mapping[str, SpecValue]) -> list[Proposal]:
    """The plan as proposals: one shorthand where nothing is added, else a field each."""
    added = {**plan.fields, **fields}
    if not added and plan.shorthand:
        return [_proposal(plan, "dependencies", plan.shorthand, plan.alternatives)]
    everything = {**expanded(plan.shorthand), **added}
    if everything.get("manager") == "pip":
        everything.pop("manager")
    first = next((key for key in ("files", "manager") if key in everything), "")
    return [
        _proposal(
            plan,
            f"dependencies.{key}",
            value,
            _in_field(key, plan.alternatives) if key == first else (),
        )
        for key, value in everything.items()
    ]


def _proposal(
    plan: Plan, name: str, value: SpecValue, alternatives: Iterable[Alternative]
) -> Proposal:
    return Proposal(
        field=name,
        value=value,
        confidence=plan.confidence,
        reason=plan.reason,
        evidence=plan.evidence,
        alternatives=tuple(alternatives),
    )


def as_fields(proposal: Proposal) -> list[Proposal]:
    """A proposal of the shorthand as fields below `dependencies`."""
    fields = list(expanded(str(proposal.value)).items())
    return [
        replace(
            proposal,
            field=f"dependencies.{key}",
            value=value,
            alternatives=_in_field(key, proposal.alternatives) if number == 0 else (),
        )
        for number, (key, value) in enumerate(fields)
    ]


def _in_field(key: str, alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
    """Alternatives of the shorthand as those of one field below `dependencies`."""
    found = []
    for each in alternatives:
        fields = {"manager": "pip", **expanded(str(each.value))}
        if key in fields:
            found.append(replace(each, value=fields[key]))
    return tuple(found)
