"""What a detection proposes for a folder, as answers of the wizard with their reasons."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from generator.answers import hint_at, join, marks, unwrapped
from generator.detect.model import Candidate, Confidence, Proposal
from generator.table import prose, visible
from profiles._base import Profile
from profiles._model import Model, Shorthand


@dataclass(frozen=True, kw_only=True)
class Proposed:
    """An answer that is proposed.

    `because` says why, and is empty for what is merely usual. One that is `sure` need not be asked
    about. `others` are the other answers that would do as well, with their reasons.
    """

    text: str
    because: str = ""
    sure: bool = False
    others: Mapping[str, str] = field(default_factory=dict)

    def line(self, key: str) -> str:
        """The answer with its reason, such as `port 8000: bound in gunicorn.conf.py:3`."""
        shown = f"{key} {visible(self.text)}" + (f": {self.because}" if self.because else "")
        if not self.others:
            return shown
        pairs = (visible(f"{text} ({why})" if why else text) for text, why in self.others.items())
        return f"{shown}; or {', '.join(pairs)}"


def usual(profile: type[Profile]) -> dict[str, Proposed]:
    """What is proposed for any app of a profile."""
    return {key: Proposed(text=text) for key, text in profile.PROPOSALS.items()}


def from_candidate(
    candidate: Candidate, profile: type[Profile], given: Mapping[str, str]
) -> dict[str, Proposed]:
    """The answers that a candidate proposes, by field path.

    Parts of a field that is asked for as a whole come together in one answer, unless one of the
    parts is given. Fields that the profile has not, or that a given answer replaces, are left out.
    """
    usable = [
        proposal
        for proposal in candidate.proposals
        if hint_at(profile, proposal.field) is not None
        and not _replaced(proposal.field, profile, given)
    ]
    found = {}
    for key, text in _texts(profile, usable, given).items():
        about = [each for each in usable if _related(each.field, key)]
        found[key] = Proposed(
            text=text,
            because=prose("; ".join(dict.fromkeys(filter(None, map(Proposal.because, about))))),
            sure=all(_is_sure(each) for each in about),
            others=_others(key, text, profile, usable, given),
        )
    places = {key: place for place, key in enumerate(profile.QUESTIONS)}
    return {key: found[key] for key in sorted(found, key=lambda key: places.get(key, len(places)))}


def _replaced(key: str, profile: type[Profile], given: Mapping[str, str]) -> bool:
    """Whether an answer was given that makes this field needless."""
    return any(
        _within(key, other) and given.get(instead, "").strip() and not _has(given, other)
        for instead, other in profile.INSTEAD_OF.items()
    )


def _has(given: Iterable[str], whole: str) -> bool:
    return any(_within(key, whole) for key in given)


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith(f"{whole}.")


def _related(path: str, other: str) -> bool:
    return _within(path, other) or _within(other, path)


def _is_sure(proposal: Proposal) -> bool:
    return proposal.confidence is not Confidence.LOW and not proposal.alternatives


def _others(
    key: str,
    text: str,
    profile: type[Profile],
    proposals: Iterable[Proposal],
    given: Mapping[str, str],
) -> dict[str, str]:
    """The other texts of an answer: those that an alternative of one of its parts leads to."""
    proposals = list(proposals)
    found: dict[str, str] = {}
    for place, proposal in enumerate(proposals):
        if not _related(proposal.field, key):
            continue
        for other in proposal.alternatives:
            swapped = [*proposals]
            swapped[place] = replace(proposal, value=other.value)
            because = prose(" ".join([other.reason, ", ".join(map(str, other.evidence))]))
            found.setdefault(_texts(profile, swapped, given).get(key, text), because)
    found.pop(text, None)
    return found


def _texts(
    profile: type[Profile], proposals: Iterable[Proposal], given: Mapping[str, str]
) -> dict[str, str]:
    values: dict[str, Any] = {}
    for proposal in proposals:
        _put(profile, values, proposal.field, proposal.value)
    found = {}
    for key, value in _flat(profile, values, "", [*profile.QUESTIONS, *given]):
        try:
            found[key] = brief(hint_at(profile, key), value)
        except ValueError:  # nothing that one line could say
            continue
    return found


def _put(profile: type[Profile], values: dict[str, Any], path: str, value: Any) -> None:
    """Set a value at a dotted path; what is there already in short form is spelled out for it."""
    *outer, last = path.split(".")
    place = values
    for number, part in enumerate(outer, start=1):
        hint = hint_at(profile, ".".join(outer[:number]))
        place[part] = dict(expanded(hint, place.get(part, {})))
        place = place[part]
    there = place.get(last)
    if isinstance(there, dict):
        value = {**expanded(hint_at(profile, path), value), **there}
    place[last] = value


def _flat(
    profile: type[Profile], values: Mapping[str, Any], prefix: str, keys: Iterable[str]
) -> Iterator[tuple[str, Any]]:
    """The values by the paths that they are answered under."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        hint = hint_at(profile, path)
        apart = any(key.startswith(f"{path}.") for key in keys)
        if _is_model(hint) and (apart or shorthand(hint) is None):
            inner = expanded(hint, value)
            yield from _flat(profile, inner, f"{path}.", keys) if inner else [(path, value)]
        elif hint is not None:
            yield path, value


def _is_model(hint: Any) -> bool:
    kind = unwrapped(hint)
    return isinstance(kind, type) and issubclass(kind, Model)


def shorthand(hint: Any) -> Shorthand | None:
    """The shorter way in which a part of the spec may be written, if there is one."""
    return next((mark for mark in marks(hint) if isinstance(mark, Shorthand)), None)


def expanded(hint: Any, value: Any) -> Mapping[str, Any]:
    """A part of a spec as a mapping; empty if it is none and stands for none."""
    short = shorthand(hint)
    if not isinstance(value, Mapping) and short:
        try:
            value = short.expand(value)
        except ValueError:
            return {}
    return value if isinstance(value, Mapping) else {}


def brief(hint: Any, value: Any) -> str:
    """One line of text for a value, in the short form of a part if there is one for it.

    Raises:
        ValueError: if no line of text stands for the value.
    """
    short = shorthand(hint)
    if short and isinstance(value, Mapping):
        for text in _short_forms(short, value):
            if expanded(hint, text) == value:
                return text
    return join(hint, value)


def _short_forms(short: Shorthand, value: Mapping[str, Any]) -> Iterator[str]:
    yield from short.schema.get("examples", ())
    for key, part in value.items():
        texts = [part] if isinstance(part, str) else part if isinstance(part, list) else []
        yield from (str(text) for text in texts)
        yield f"{key} {part}"
