"""The questions of a profile: how each is put, and what an answer may be.

All of it follows from the models: the text from a field's description, the check from its type.
How a question looks is the business of `Prompts`; answers come back as flat text, as `--set` and
cookiecutter give them too. `interview` decides which are asked.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, get_args, get_origin

import profiles
from generator import commands
from generator.answers import checks, hint_at, marks, nest, unwrapped
from generator.artefacts import fields
from generator.errors import Problem, SpecError, UsageError
from generator.prompts import Kind, Question
from generator.proposed import Proposed
from generator.spec import FORMAT, from_values
from profiles._model import Model, Shorthand

# A part of the spec, such as a build stage: yes leads to the questions about its fields.
_YES = "yes"
PART = {_YES: "yes", "": "no"}
# The choice beside several proposals that leads to a text of one's own; no field's value.
OTHER = "\0other"
_LONGEST = 40


def question(key: str, *, profile: str, proposals: Mapping[str, Proposed]) -> Question:
    """Put a field of a profile as a question.

    A proposal takes the place of the model's default and shows its reason; where there are
    several, they are the choices.
    """
    model = profiles.get(profile)
    default, text = next(
        ((value, text) for path, value, text in fields(model) if path == key), ("", "")
    )
    hint = hint_at(model, key)
    needed = default == "required" or key in model.INSTEAD_OF
    proposed = proposals.get(key) or Proposed(text="" if needed else default)
    default = proposed.text
    text = text or f"Value of {key}."
    ask = partial(Question, key=key, text=text, default=default, reason=_reason(key, proposed))
    if is_part(hint):
        wanted = has({path: each.text for path, each in proposals.items()}, key)
        text = f"Is there a {key}: {_lowered(text)}?"
        return ask(text=text, kind=Kind.CONFIRM, default=_YES if wanted else "", choices=PART)
    if unwrapped(hint) is bool:
        return ask(kind=Kind.CONFIRM, choices={"true": "yes", "false": "no"})
    if words := _words(hint):
        choices = words if needed else {"": "none", **words}
        default = default if default in choices else next(iter(choices))
        return ask(kind=Kind.SELECT, default=default, choices=choices)
    ask = partial(
        ask,
        instruction="; ".join(filter(None, (_form(hint), "" if needed else "optional"))),
        check=partial(
            check,
            key=key,
            profile=profile,
            missing=f"is missing: {_lowered(text)}" if needed else "",
        ),
    )
    if proposed.others:
        pairs = {default: proposed.because, **proposed.others}
        titles = {text: f"{text or 'nothing'}\n{because}" for text, because in pairs.items()}
        choices = {**titles, OTHER: "something else"}
        return ask(kind=Kind.SELECT, choices=choices, reason="")
    return ask()


def _reason(key: str, proposed: Proposed) -> str:
    if not proposed.because:
        return ""
    brief = proposed.text if len(proposed.text) <= _LONGEST else ""
    return f"{' '.join(filter(None, (key, brief)))}: {proposed.because}"


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
            return f"such as {' or '.join(mark.schema['examples'][:3])}"
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
    return next((problem.text for problem in found if within(problem.field, key)), "")


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


def within(path: str, whole: str) -> bool:
    """Whether a path is that of a field or of a part of it."""
    return path == whole or path.startswith(f"{whole}.")


def has(answers: Mapping[str, str], key: str) -> bool:
    """Whether a field or a part of it has an answer that is not empty."""
    return any(text.strip() and within(known, key) for known, text in answers.items())
