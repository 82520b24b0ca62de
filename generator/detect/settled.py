"""A candidate with the fields that any app has, brought down to what makes a valid spec."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from generator.detect.model import Candidate, Note, Proposal, SpecValue, nested
from generator.errors import Problem, SpecError

# Each of their items stands for itself: a wrong one does not spoil the others.
_COLLECTIONS = frozenset(
    ["build.packages", "build_packages", "env", "labels", "packages", "secrets", "tmpfs", "volumes"]
)
_MOST_ROUNDS = 50


def settled(candidate: Candidate, about: Iterable[Proposal]) -> Candidate:
    """Add what is known of any app to a candidate, and drop what no spec takes, with a note.

    What the candidate says itself wins. Whatever is missing for a whole spec is said in `missing`.
    """
    own = _once(candidate.proposals)
    fields = {proposal.field for proposal in own}
    proposals = [*(each for each in about if each.field not in fields), *own]
    notes = list(candidate.notes)
    missing = candidate.missing
    for _ in range(_MOST_ROUNDS):
        problems = _problems([candidate.profile, *proposals])
        if not problems:
            break
        kept, dropped = _without(proposals, problems)
        if not dropped:
            missing = missing or "; ".join(str(problem) for problem in problems)
            break
        proposals = kept
        notes += dropped
    return replace(
        candidate,
        proposals=tuple(_ordered(proposals, str(candidate.profile.value))),
        notes=tuple(dict.fromkeys(notes)),
        missing=missing,
    )


def _ordered(proposals: Iterable[Proposal], profile: str) -> list[Proposal]:
    """The proposals as an imgen.yaml has them: in the order of the questions, then the rest."""
    import profiles

    if profile not in profiles.names():
        return list(proposals)
    asked = (path.partition(".")[0] for path in profiles.get(profile).QUESTIONS)
    places = {key: place for place, key in enumerate(dict.fromkeys(asked))}
    return sorted(proposals, key=lambda each: places.get(each.field.partition(".")[0], len(places)))


def _once(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals without a second one for a field, or for a part of one."""
    kept: list[Proposal] = []
    for proposal in proposals:
        field = f"{proposal.field}."
        others = (f"{each.field}." for each in kept)
        if not any(field.startswith(other) or other.startswith(field) for other in others):
            kept.append(proposal)
    return kept


def _problems(proposals: Iterable[Proposal]) -> list[Problem]:
    from generator.spec import FORMAT, from_values

    try:
        from_values({"imgen": FORMAT, **nested(proposals)})
    except SpecError as error:
        return [problem for problem in error.problems if not problem.warning]
    return []


def _without(
    proposals: Sequence[Proposal], problems: Iterable[Problem]
) -> tuple[list[Proposal], list[Note]]:
    """The proposals without those that have a problem, and a note for each that was dropped."""
    kept = list(proposals)
    notes = []
    for problem in reversed(list(problems)):  # the last item of a list first
        for proposal in _to_blame(kept, problem):
            place = kept.index(proposal)
            rest = _smaller(proposal, problem.field)
            kept[place : place + 1] = [rest] if rest else []
            text = f"not proposed: {problem.field or proposal.field}: {problem.text}"
            notes.append(Note(text=text, evidence=proposal.evidence))
    return kept, notes


def _to_blame(proposals: Iterable[Proposal], problem: Problem) -> list[Proposal]:
    path = f"{problem.field}."
    holding = [each for each in proposals if path.startswith(f"{each.field}.")]
    return holding or [each for each in proposals if f"{each.field}.".startswith(path)]


def _smaller(proposal: Proposal, path: str) -> Proposal | None:
    """A proposal without the item at a path, or None if all of it goes."""
    item = path.removeprefix(f"{proposal.field}.")
    value = proposal.value
    if proposal.field not in _COLLECTIONS or item == path:
        return None
    rest: SpecValue
    if isinstance(value, Mapping):
        rest = {key: inner for key, inner in value.items() if key != item}
    elif not isinstance(value, str):
        rest = [inner for number, inner in enumerate(value) if str(number) != item]
    else:
        return None
    return replace(proposal, value=rest) if rest and len(rest) < len(value) else None
