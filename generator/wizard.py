"""The questions of a profile: which are asked, in which order, and what an answer may be.

All of it follows from the models: the order from `QUESTIONS`, the text from a field's description,
the check from its type. How a question looks is the business of `Prompts`; answers come back as
flat text, as `--set` and cookiecutter give them too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, get_args, get_origin

import profiles
from generator import commands
from generator.answers import INSTEAD_OF, PROPOSED_WITH, checks, hint_at, marks, nest, unwrapped
from generator.artefacts import fields
from generator.errors import Problem, SpecError, UsageError
from generator.prompts import Kind, Prompts, Question
from generator.spec import FORMAT, from_values
from profiles._model import Model, Shorthand

# A part of the spec, such as a build stage: yes leads to the questions about its fields.
_YES = "yes"
_PART = {_YES: "yes", "": "no"}


def profile_question() -> Question:
    """Ask for the kind of app."""
    names = profiles.names()
    return Question(
        key="profile",
        text="Which kind of app is it?",
        kind=Kind.SELECT,
        default=names[0],
        choices={name: f"{name}\n{profiles.get(name).SUMMARY}" for name in names},
    )


def question(key: str, *, profile: str, proposals: Mapping[str, str]) -> Question:
    """Put a field of a profile as a question; a proposal takes the place of the model's default."""
    model = profiles.get(profile)
    default, text = next(
        ((value, text) for path, value, text in fields(model) if path == key), ("", "")
    )
    hint = hint_at(model, key)
    needed = default == "required" or key in INSTEAD_OF
    default = proposals.get(key, "" if needed else default)
    ask = partial(Question, key=key, text=text or f"Value of {key}.", default=default)
    if is_part(hint):
        wanted = _has(proposals, key)
        text = f"Is there a {key}: {_lowered(text)}?"
        return ask(text=text, kind=Kind.CONFIRM, default=_YES if wanted else "", choices=_PART)
    if unwrapped(hint) is bool:
        return ask(kind=Kind.CONFIRM, choices={"true": "yes", "false": "no"})
    if words := _words(hint):
        choices = words if needed else {"": "none", **words}
        default = default if default in choices else next(iter(choices))
        return ask(kind=Kind.SELECT, default=default, choices=choices)
    return ask(
        instruction="; ".join(filter(None, (_form(hint), "" if needed else "optional"))),
        check=partial(
            check,
            key=key,
            profile=profile,
            missing=f"is missing: {_lowered(text)}" if needed else "",
        ),
    )


def is_part(hint: Any) -> bool:
    """Whether it is a part of the spec with fields of its own and no shorter way to write it."""
    kind = unwrapped(hint)
    short = any(isinstance(mark, Shorthand) for mark in marks(hint))
    return isinstance(kind, type) and issubclass(kind, Model) and not short


def _words(hint: Any) -> dict[str, str]:
    """The words that a field chooses from, if it does."""
    found = [word for mark in checks(hint) for word in mark.schema.get("enum", ())]
    return {word: word for word in found}


def _form(hint: Any) -> str:
    """Say how the text of an answer is written, where that is not plain."""
    for mark in marks(hint):
        if isinstance(mark, Shorthand):
            return f"such as {' or '.join(mark.schema['examples'])}"
    kind = unwrapped(hint)
    if get_origin(kind) is dict:
        return "key=value, key=value"
    if get_origin(kind) is not list:
        return ""
    functions = [mark.function for mark in checks(get_args(kind)[0])]
    if commands.argument in functions:
        return "as in a shell"
    return "commands with commas between" if commands.shell_step in functions else "words"


def _lowered(description: str) -> str:
    return f"{description[:1].lower()}{description[1:]}".rstrip(".")


def check(text: str, *, key: str, profile: str, missing: str = "") -> str:
    """Say what is wrong with one answer, in the words of a spec's error; nothing if it will do.

    `missing` is what is said of an empty one.
    """
    if not text.strip():
        return missing
    try:
        found = problems({key: text}, profile=profile, strict=False)
    except UsageError as error:
        return str(error).removeprefix(f"{key}: ")
    return next((problem.text for problem in found if _within(problem.field, key)), "")


def problems(answers: Mapping[str, str], *, profile: str, strict: bool) -> list[Problem]:
    """List what is wrong with some answers together; warnings too if it is strict.

    Raises:
        UsageError: if one of them cannot be taken apart.
    """
    values = nest(profiles.get(profile), answers)
    try:
        spec = from_values({"imgen": FORMAT, "profile": profile, **values})
        found: Iterable[Problem] = spec.warnings
    except SpecError as error:
        found = error.problems
    return [problem for problem in found if strict or not problem.warning]


def fill(
    given: Mapping[str, str],
    *,
    profile: str,
    proposals: Mapping[str, str],
    prompts: Prompts,
    also: Iterable[str] = (),
) -> dict[str, str]:
    """Ask the questions that still need an answer, `also` those about some further fields."""
    answers = dict(given)
    wanted: set[str] = set()
    keys = list(dict.fromkeys([*profiles.get(profile).QUESTIONS, *also]))
    for key in keys:
        if not _is_open(key, keys=keys, answers=answers, wanted=wanted):
            continue
        other = PROPOSED_WITH.get(key)
        fitting = dict(proposals)
        if other in keys and not _has(answers, other):
            fitting.pop(key, None)
        asked = question(key, profile=profile, proposals=fitting)
        answer = _answer(asked, prompts)
        if answer and asked.choices is _PART:
            wanted.add(key)
        else:
            answers[key] = answer
    return {key: answers[key] for key in sorted(answers, key=partial(_place, keys))}


def _place(keys: Sequence[str], path: str) -> int:
    """The number of the question that a path belongs to; after all of them if it is none's."""
    places = (place for place, key in enumerate(keys) if _within(path, key))
    return max(places, default=len(keys))


def _answer(asked: Question, prompts: Prompts) -> str:
    if asked.kind is Kind.CONFIRM:
        yes, no = asked.choices
        return yes if prompts.confirm(asked) else no
    return prompts.select(asked) if asked.kind is Kind.SELECT else prompts.text(asked)


def _is_open(
    key: str, *, keys: Iterable[str], answers: Mapping[str, str], wanted: Collection[str]
) -> bool:
    """Whether a question needs an answer: not if it, its whole or one of its parts has one."""
    if any(_within(known, key) or _within(key, known) for known in answers):
        return False
    for whole in keys:
        if whole != key and _within(key, whole):
            return whole in wanted or _has(answers, whole)
    other = INSTEAD_OF.get(key)
    return other is None or not (other in wanted or _has(answers, other))


def _within(path: str, whole: str) -> bool:
    return path == whole or path.startswith(f"{whole}.")


def _has(answers: Mapping[str, str], key: str) -> bool:
    return any(text.strip() and _within(known, key) for known, text in answers.items())


def ask(
    given: Mapping[str, str],
    *,
    profile: str,
    proposals: Mapping[str, str],
    prompts: Prompts,
    strict: bool = False,
) -> dict[str, str]:
    """Ask until the answers fit together; those given are not asked for.

    Raises:
        SpecError: if they do not and nothing shall be changed.
    """
    answers = fill(given, profile=profile, proposals=proposals, prompts=prompts)
    while found := problems(answers, profile=profile, strict=strict):
        prompts.say("\nNot yet right:\n" + "\n".join(f"  {problem}" for problem in found))
        key = prompts.select(_which(answers, profile=profile, found=found))
        if not key:
            raise SpecError(found)
        # What stood in place of the changed answer is open again too.
        dropped = [key, *(other for other, instead in INSTEAD_OF.items() if instead == key)]
        kept = {
            known: text
            for known, text in answers.items()
            if not any(_within(known, path) for path in dropped)
        }
        proposals = {**proposals, **answers}
        answers = fill(kept, profile=profile, proposals=proposals, prompts=prompts, also=[key])
    return answers


def _which(answers: Mapping[str, str], *, profile: str, found: Iterable[Problem]) -> Question:
    """Ask which answer to change: those that the problems are about come first."""
    questions = profiles.get(profile).QUESTIONS
    asked = [key for key in questions if key in answers or _has(answers, key)]
    keys = [*asked, *(key for key in answers if key not in asked)]
    about = [
        max((key for key in keys if _within(problem.field, key)), key=len, default="")
        for problem in found
    ]
    ordered = dict.fromkeys([*filter(None, about), *keys])
    titles = {key: f"{key}: {answers.get(key, 'yes') or 'nothing'}" for key in ordered}
    return Question(
        key="change",
        text="Which answer do you want to change?",
        kind=Kind.SELECT,
        default=next(iter(titles)),
        choices={**titles, "": "none of them: leave, and write nothing"},
    )
