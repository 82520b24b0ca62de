"""What a detection says: for each field of a spec a value, its confidence and its evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

SpecValue = str | Sequence["SpecValue"] | Mapping[str, "SpecValue"]
"""A value as a spec holds it before validation: text, a list or a mapping of such."""


class Confidence(Enum):
    """How sure a proposal is."""

    HIGH = "high"
    """The project says it, for this very purpose."""
    MEDIUM = "medium"
    """It follows from what the project says."""
    LOW = "low"
    """It is what is usual; nothing in the project speaks for or against it."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A place that was read: a path below the folder, with `/`, and a line from 1 (0: the file)."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """Another value that the project would bear out, with where it was read."""

    value: SpecValue
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A value for a field.

    `field` is a dotted path of the spec (`port`, `dependencies.manager`) or `profile`. `reason`
    says in a few words how the value follows, to stand before the evidence: "port 8000:
    bound in gunicorn.conf.py:3" has the reason "bound in". With `alternatives` it is ambiguous.
    """

    field: str
    value: SpecValue
    confidence: Confidence
    reason: str
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    def because(self) -> str:
        """The reason and the places in one line, such as `bound in gunicorn.conf.py:3`."""
        places = ", ".join(str(place) for place in self.evidence)
        return " ".join(filter(None, (self.reason, places)))


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a person should know or do, which no field of the spec says."""

    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """One way to see the folder: a profile with the fields that follow.

    `score` from 0 to 100 says how well it fits: 90 for an app found with its way to start, 50 for
    one that builds but whose start is a guess, 20 for a last resort. `kind` names it for people:
    "Flask app", "Vite site", "Go program". `missing` says what keeps it from being described, such
    as a command that nothing tells; empty if nothing does.
    """

    kind: str
    score: int
    profile: Proposal
    proposals: tuple[Proposal, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: str = ""


@dataclass(frozen=True, kw_only=True)
class Folder:
    """A folder below that holds an app of its own, `path` with `/`."""

    path: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Detection:
    """What a folder tells of its app.

    `chosen` is the best candidate or None, `others` the rest, best first. `unread` says what the
    bounds of reading left out, empty in nearly every project. `folders` are those below with apps
    that get images of their own.
    """

    chosen: Candidate | None
    others: tuple[Candidate, ...] = ()
    notes: tuple[Note, ...] = ()
    unread: tuple[str, ...] = ()
    folders: tuple[Folder, ...] = ()

    def proposal(self, field: str) -> Proposal | None:
        """The proposal for a field, if there is one."""
        return next((each for each in self.proposals() if each.field == field), None)

    def proposals(self) -> Iterator[Proposal]:
        """The proposals of the chosen candidate, its profile first."""
        if self.chosen:
            yield self.chosen.profile
            yield from self.chosen.proposals

    def values(self) -> dict[str, Any]:
        """The proposed spec as plain values, its format and profile first; empty without an app."""
        if self.chosen is None:
            return {}
        return {"imgen": "1", **nested(self.proposals())}

    def answers(self) -> dict[str, str]:
        """The proposed fields as texts that `--set` takes, by dotted path, without the profile."""
        import profiles
        from generator.answers import hint_at, join

        if self.chosen is None:
            return {}
        model = profiles.get(str(self.chosen.profile.value))
        found = {}
        for proposal in self.chosen.proposals:
            try:
                found[proposal.field] = join(hint_at(model, proposal.field), proposal.value)
            except ValueError:  # no line of text stands for it
                continue
        return found


def nested(proposals: Iterable[Proposal]) -> dict[str, Any]:
    """The values of proposals by their dotted fields; the first for a field is taken."""
    result: dict[str, Any] = {}
    for proposal in proposals:
        *parts, last = proposal.field.split(".")
        place = result
        for part in parts:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                break
        else:
            place.setdefault(last, _plain(proposal.value))
    return result


def _plain(value: SpecValue) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value
