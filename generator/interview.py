"""A run of the questions: which are asked, the way back, and later changes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import profiles
from generator.answers import hint_at, nest, split
from generator.artefacts import fields
from generator.errors import Problem, SpecError, UsageError
from generator.prompts import Back, Kind, Prompts, Question
from generator.proposed import Proposed, brief, expanded, shorthand
from generator.wizard import OTHER, PART, has, is_part, problems, question, within
from profiles._base import Profile

MORE = "\0more"
LEAVE = "\0leave"
KEEP = "none of them: keep the warnings"
# With the choice of the app before them they are eight.
_MOST = 7
FIRST = "There is no question before this one."


@dataclass(frozen=True)
class _State:
    """How far a run has come: the number of the next question, and the answers so far."""

    place: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Snapshot:
    """An interview as it was before a change."""

    state: _State
    steps: Sequence[_State]
    forced: frozenset[str]
    further: tuple[str, ...]
    earlier: Mapping[str, str]


@dataclass
class Interview:
    """The questions about one app and their answers.

    `given` answers are not asked for. `asked` are the fields to ask for if nothing is known of
    the app. If it was `detected`, what is sure is taken and not asked, and what was looked for and
    not found is asked only where it matters. `earlier` answers are proposed again; it fills with
    those that are given.
    """

    profile: str
    given: Mapping[str, str]
    proposals: Mapping[str, Proposed]
    prompts: Prompts
    asked: Collection[str] = ()
    detected: bool = False
    earlier: dict[str, str] = field(default_factory=dict)
    _state: _State = _State()
    _steps: list[_State] = field(default_factory=list)
    _forced: frozenset[str] = frozenset()
    _further: tuple[str, ...] = ()
    _changes: list[_Snapshot] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin with what is given."""
        self._state = _State(answers=dict(self.given))

    @property
    def model(self) -> type[Profile]:
        """The profile's model."""
        return profiles.get(self.profile)

    @property
    def answers(self) -> dict[str, str]:
        """The answers by field path, in the order of the questions."""
        answers, keys = self._state.answers, self._keys()
        return {key: answers[key] for key in sorted(answers, key=partial(_order, keys))}

    def sure(self) -> dict[str, Proposed]:
        """The proposals that are taken without a question."""
        return {
            key: proposed
            for key, proposed in self.proposals.items()
            if self.detected and not self._is_doubtful(key)
        }

    def _is_doubtful(self, key: str) -> bool:
        return key in self._doubtful()

    def _doubtful(self) -> Sequence[str]:
        """The proposals to ask about, not too many: the ambiguous and the common ones first."""
        unsure = [
            key
            for key, proposed in self.proposals.items()
            if not proposed.sure and (key in self.model.QUESTIONS or proposed.others)
        ]
        unsure.sort(key=lambda key: (not self.proposals[key].others, key not in self.asked))
        return unsure[:_MOST]

    def _keys(self) -> list[str]:
        """The fields that get an answer, each asked for or not, in their order."""
        return list(dict.fromkeys([*self.model.QUESTIONS, *self.proposals, *self._further]))

    def run(self) -> None:
        """Go on with the questions until each has its answer.

        Raises:
            Back: if the person goes back before the first one.
        """
        keys = self._keys()
        while self._state.place < len(keys):
            key = keys[self._state.place]
            if not self._is_open(key):
                self._state = replace(self._state, place=self._state.place + 1)
                continue
            put = self._question(key)
            if not self._asks(put):
                self._settle(put, self._silent(put))
                continue
            try:
                answer = _answer(put, self.prompts)
            except Back:
                self._pop()
                continue
            self._steps.append(self._state)
            self.earlier[key] = answer
            self._settle(put, answer)

    def _pop(self) -> None:
        if not self._steps:
            raise Back
        self._state = self._steps.pop()
        self._forced |= {self._keys()[self._state.place]}

    def back(self) -> None:
        """Ask the last question again, and what follows from it; going back undoes a change.

        Raises:
            Back: if there is none before; `run` then goes on with the first one.
        """
        try:
            self._pop()
            self.run()
        except Back:
            if not self._changes:
                raise
            self._restore(self._changes.pop())

    def _snapshot(self) -> _Snapshot:
        steps, earlier = tuple(self._steps), dict(self.earlier)
        return _Snapshot(self._state, steps, self._forced, self._further, earlier)

    def _restore(self, before: _Snapshot) -> None:
        self._state, self._steps = before.state, list(before.steps)
        self._forced, self._further = before.forced, before.further
        self.earlier.clear()  # in place, since whoever began the interview holds it too
        self.earlier.update(before.earlier)

    def change(self, key: str) -> None:
        """Ask for one field again, and for what its answer opens; going back changes nothing."""
        before = self._snapshot()
        answers = self._apart(key)
        emptied = self.model.INSTEAD_OF.get(key)
        opened = [other for other, instead in self.model.INSTEAD_OF.items() if instead == key]
        whole = self._whole(key, answers)
        kept = {
            path: text
            for path, text in answers.items()
            if not any(within(path, each) for each in (key, *opened, emptied) if each)
        }
        kept |= {emptied: ""} if emptied else {}
        self.earlier |= {path: text for path, text in answers.items() if text}
        self.earlier |= {key: whole} if whole else {}
        self._further = (*self._further, key)
        self._forced = frozenset({key})
        self._state = _State(answers=kept, wanted=frozenset(self._wholes(key)))
        self._steps = []
        try:
            self.run()
        except Back:
            self._restore(before)
            return
        self._forced = before.forced
        self._changes.append(before)

    def _wholes(self, key: str) -> list[str]:
        parts = key.split(".")
        return [".".join(parts[:number]) for number in range(1, len(parts))]

    def _apart(self, key: str) -> dict[str, str]:
        """The answers with the whole around a field, if it was answered, taken apart."""
        found = dict(self._state.answers)
        for whole in self._wholes(key):
            text = found.pop(whole, "")
            hint = hint_at(self.model, whole)
            for name, value in expanded(hint, _split(hint, text)).items() if text else ():
                path = f"{whole}.{name}"
                found[path] = brief(hint_at(self.model, path), value)
        return found

    def _whole(self, key: str, answers: Mapping[str, str]) -> str:
        """The answers to the parts of a field in one, where it can be written so."""
        hint = hint_at(self.model, key)
        parts = {path: text for path, text in answers.items() if path.startswith(f"{key}.")}
        if not parts or shorthand(hint) is None:
            return ""
        values = nest(self.model, parts)
        for part in key.split("."):
            values = values.get(part, {})
        return brief(hint, values) if values else ""

    def _is_open(self, key: str) -> bool:
        """Whether a question needs an answer: not if it, its whole or one of its parts has one."""
        answers, wanted = self._state.answers, self._state.wanted
        known = any(within(path, key) or within(key, path) for path in answers)
        if known or key in wanted:
            return False
        for whole in self._keys():
            if whole != key and within(key, whole):
                return whole in wanted or has(answers, whole)
        other = self.model.INSTEAD_OF.get(key)
        return other is None or not (other in wanted or has(answers, other))

    def _question(self, key: str) -> Question:
        proposals = dict(self.proposals)
        if key in self.earlier:
            proposed = proposals.get(key, Proposed(text=""))
            text = self.earlier[key]
            same = text == proposed.text or text in proposed.others
            if not same:
                proposals[key] = Proposed(text=text)
            elif text != proposed.text:
                others = {proposed.text: proposed.because, **proposed.others}
                because = others.pop(text)
                proposals[key] = Proposed(text=text, because=because, others=others)
        beside = self.model.PROPOSED_WITH.get(key)
        usual = key in proposals and not proposals[key].because and key not in self.earlier
        if usual and beside in self._keys() and not has(self._state.answers, beside):
            del proposals[key]
        put = question(key, profile=self.profile, proposals=proposals)
        known = {path for path in self.earlier if path.startswith(f"{key}.")}
        if put.choices is PART and (known or self.earlier.get(key)):
            return replace(put, default=next(iter(PART)))
        return put

    def _asks(self, put: Question) -> bool:
        """Whether a question is put to the person, or its default taken."""
        key = put.key
        if any(within(key, each) for each in self._forced):
            return True
        if not self.detected:
            return key in self.asked
        proposed = self.proposals.get(key)
        if proposed:
            return self._is_doubtful(key)
        return self._is_missed(put)

    def _is_missed(self, put: Question) -> bool:
        """Whether it matters that detection found nothing for a field."""
        key = put.key
        if put.kind is not Kind.TEXT or put.default:
            return False
        if key in self.model.INSTEAD_OF and key in self.model.PROPOSALS:
            return False  # left out it is what is usual
        if put.check(""):
            return True
        others = [other for other, instead in self.model.INSTEAD_OF.items() if instead == key]
        beside = self.model.PROPOSED_WITH.get(key)
        if beside and not has(self._state.answers, beside):
            return False
        return key in self.asked and not any(other in self.proposals for other in others)

    def _silent(self, put: Question) -> str:
        """The answer to a question that is not put."""
        if not self.detected or put.key in self.proposals or put.choices is PART:
            return put.default
        return ""  # what equals its default need not stand in a spec

    def _settle(self, put: Question, answer: str) -> None:
        state = self._state
        if answer and put.choices is PART:
            self._state = replace(state, place=state.place + 1, wanted=state.wanted | {put.key})
        else:
            answers = {**state.answers, put.key: answer}
            self._state = replace(state, place=state.place + 1, answers=answers)

    def settle(self, *, strict: bool, optional: bool = False) -> bool:
        """Lead back to the questions until the answers fit together, and say whether they do.

        Only if it is `optional` they may stay as they are.

        Raises:
            Back: if the person goes back before the first question.
            SpecError: if they do not fit and nothing shall be changed.
        """
        while found := problems(self.answers, profile=self.profile, strict=strict):
            self.prompts.say("\nNot yet right:\n" + "\n".join(f"  {one}" for one in found))
            leave = KEEP if optional else "none of them: leave, and write nothing"
            try:
                key = self.prompts.select(self._which(found, leave))
            except Back:
                if optional:
                    return False
                self.back()
                continue
            if key == LEAVE:
                if optional:
                    return False
                raise SpecError(found)
            if key == MORE:
                try:
                    key = self.prompts.select(self.options())
                except Back:  # to the answers
                    continue
            self.change(key)
        return True

    def _which(self, found: Iterable[Problem], leave: str) -> Question:
        """Ask which answer to change: those that the problems are about come first."""
        answered = self.changeable()
        keys = [*answered, *(key for key in self.answers if key not in answered)]
        about = [
            max((key for key in keys if within(problem.field, key)), key=len, default="")
            for problem in found
        ]
        ordered = dict.fromkeys([*filter(None, about), *keys])
        return Question(
            key="change",
            text="Which answer do you want to change?",
            kind=Kind.SELECT,
            default=next(iter(ordered)),
            choices={
                **self._titles(ordered),
                MORE: "more options",
                LEAVE: leave,
            },
        )

    def changeable(self) -> list[str]:
        """The fields with an answer, or that were asked for, in the order of the questions."""
        answers = self.answers
        asked = [key for key in self.model.QUESTIONS if key in answers or has(answers, key)]
        parts = [key for key in asked if is_part(hint_at(self.model, key)) and key not in answers]
        inner = [
            key for key in answers if key not in asked and not any(within(key, p) for p in parts)
        ]
        return [*asked, *inner]

    def _titles(self, keys: Iterable[str]) -> dict[str, str]:
        answers = self._state.answers
        return {
            key: f"{key}: {answers.get(key) or ('yes' if has(answers, key) else 'nothing')}"
            for key in keys
        }

    def change_question(self) -> Question:
        """Ask which of the answers to change."""
        keys = [key for key in self.changeable() if has(self._state.answers, key)]
        return Question(
            key="change",
            text="Which answer do you want to change?",
            kind=Kind.SELECT,
            default=keys[0],
            choices=self._titles(keys),
        )

    def options(self) -> Question:
        """Ask which of all the profile's fields to set or to change."""
        texts = {path: text for path, _, text in fields(self.model)}
        rows = {
            path: texts[path]
            for path in dict.fromkeys([*self.model.QUESTIONS, *texts])
            if path in self.model.QUESTIONS or not is_part(hint_at(self.model, path))
        }
        parts = [key for key in self.model.QUESTIONS if is_part(hint_at(self.model, key))]
        absent = [key for key in parts if not has(self._state.answers, key)]
        answers = self._state.answers
        choices = {
            path: f"{path}: {answers.get(path) or text}"
            for path, text in rows.items()
            if not any(path != part and within(path, part) for part in absent)
        }
        return Question(
            key="option",
            text="Which field do you want to set?",
            kind=Kind.SELECT,
            default=next(iter(choices)),
            choices=choices,
        )


def _order(keys: Sequence[str], path: str) -> int:
    """The number of the question that a path belongs to; after all of them if it is none's."""
    places = (place for place, key in enumerate(keys) if within(path, key))
    return max(places, default=len(keys))


def _split(hint: object, text: str) -> object:
    try:
        return split(hint, text, "")
    except UsageError:
        return {}


def _answer(asked: Question, prompts: Prompts) -> str:
    while True:
        if asked.kind is Kind.CONFIRM:
            yes, no = asked.choices
            return yes if prompts.confirm(asked) else no
        if asked.kind is Kind.TEXT:
            return prompts.text(asked)
        chosen = prompts.select(asked)
        if chosen != OTHER:
            return chosen
        try:
            return prompts.text(replace(asked, kind=Kind.TEXT, choices={}))
        except Back:  # from the text of one's own to the choices
            continue


def ask(
    given: Mapping[str, str],
    *,
    profile: str,
    proposals: Mapping[str, Proposed],
    prompts: Prompts,
    strict: bool = False,
) -> dict[str, str]:
    """Ask every question of a profile until the answers fit together.

    Raises:
        SpecError: if they do not and nothing shall be changed.
    """
    interview = Interview(profile, given, proposals, prompts, asked=profiles.get(profile).QUESTIONS)
    while True:
        try:
            interview.run()
            interview.settle(strict=strict)
        except Back:
            prompts.say(FIRST)
        else:
            return interview.answers
