"""A candidate for the profile nginx out of single fields; what is not valid is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from generator import spec
from generator.detect.model import (
    Alternative,
    Candidate,
    Confidence,
    Evidence,
    Note,
    Proposal,
    SpecValue,
)
from generator.errors import SpecError

_ANYONE = {"imgen": 1, "profile": "nginx", "name": "site", "version": "1.0.0", "maintainer": "me"}
# As a person would write them down.
_ORDER = (
    "build.image", "build.packages", "build.manifests", "build.run", "build.output", "site",
    "include", "spa", "immutable", "resources.cpus",
)  # fmt: skip
# Without one of these there is no site to describe.
_NEEDED = ("build.image", "build.run", "build.output", "site")


@dataclass
class Site:
    """The fields of a site while they are found. Paths of evidence are below the whole tree."""

    kind: str
    score: int
    proposals: list[Proposal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    missing: str = ""

    def propose(  # noqa: PLR0913 - the fields of a proposal
        self,
        name: str,
        value: SpecValue,
        reason: str,
        evidence: Iterable[Evidence] = (),
        *,
        confidence: Confidence = Confidence.MEDIUM,
        alternatives: Sequence[Alternative] = (),
    ) -> None:
        """Add a proposal for a field."""
        self.proposals.append(
            Proposal(
                field=name,
                value=value,
                confidence=confidence,
                reason=reason,
                evidence=tuple(evidence),
                alternatives=tuple(alternatives),
            )
        )

    def note(self, text: str, *evidence: Evidence) -> None:
        """Add what no field says."""
        self.notes.append(Note(text=text, evidence=evidence))

    def candidate(self, reason: str, *evidence: Evidence) -> Candidate:
        """The candidate, with nothing in it that a spec could not hold."""
        # Workers follow the limit that the container runs with, whatever it is.
        self.propose(
            "resources.cpus", "auto", "workers follow the CPU limit", confidence=Confidence.LOW
        )
        self.proposals.sort(key=lambda each: _ORDER.index(each.field))
        self._drop_invalid()
        return Candidate(
            kind=self.kind,
            score=self.score,
            profile=Proposal(
                field="profile",
                value="nginx",
                confidence=Confidence.HIGH,
                reason=reason,
                evidence=evidence,
            ),
            proposals=tuple(self.proposals),
            notes=tuple(self.notes),
            missing=self.missing,
        )

    def _drop_invalid(self) -> None:
        """Leave out what no spec may hold; repeated, as leaving out may show more."""
        while wrong := self._wrong():
            for name, text in wrong.items():
                self.note(f"{name} is left to you: what the project says {text}")
                if name in _NEEDED and not self.missing:
                    self.missing = f"{name}: what the project says {text}"
            self.proposals = [each for each in self.proposals if each.field not in wrong]

    def _wrong(self) -> dict[str, str]:
        """What is wrong with which proposal."""
        try:
            spec.from_values(nested(self.proposals))
        except SpecError as error:
            problems = [problem for problem in error.problems if not problem.warning]
        else:
            return {}
        return {
            proposal.field: problem.text
            for problem in problems
            for proposal in self.proposals
            if f"{problem.field}.".startswith(f"{proposal.field}.")
        }


def nested(proposals: Iterable[Proposal]) -> dict[str, Any]:
    """The values of a spec that has these proposals, with names that anyone could have."""
    values: dict[str, Any] = dict(_ANYONE)
    for proposal in proposals:
        place = values
        *parents, last = proposal.field.split(".")
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = proposal.value
    return values
