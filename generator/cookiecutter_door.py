"""The cookiecutter door: answers to its questions as files, where cookiecutter is all there is.

cookiecutter loads `CookiecutterDoor` into the Jinja environment in which it renders its prompts
and the files of the project. No hook is needed, so no answer ever stands in a program's source.
"""

import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from jinja2 import Environment, UndefinedError

import profiles
from generator.answers import hint_at, nest, spec_text, unwrapped
from generator.errors import ImgenError, Problem, SpecError
from generator.image import Image
from generator.jinja_ext import ImgenExtension
from generator.render import render
from generator.spec import FORMAT, from_values
from generator.write import lock_text
from profiles._base import Profile

FOLDER = "{{cookiecutter.project_slug}}"
CHECK = "{{ imgen_check(cookiecutter) }}"
_KEYS = {"name": "project_slug", "resources.cpus": "cpus"}
# What a person sees in the prompt of a field that must have a value.
_SUGGESTED = {"name": "app", "version": "0.1.0"}


@dataclass(frozen=True, kw_only=True)
class Question:
    """A field that cookiecutter asks for: its key there, its default, the profiles that use it."""

    key: str
    path: str
    default: str | bool
    profiles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Project:
    """What the files of the project are rendered from."""

    image: Image
    spec: str
    lock: str
    warnings: tuple[Problem, ...]

    def file(self, name: str) -> str:
        """The name of a generated file, or nothing if this project has no such file."""
        return name if name in self.image.files else ""


def file_name(name: str) -> str:
    """The name of a template that cookiecutter skips where the project has no such file."""
    return f"{{{{imgen(cookiecutter).file('{name}')}}}}"


_OWN_TEXTS = re.compile(
    "|".join([*map(re.escape, (FOLDER, CHECK)), re.escape(file_name("X")).replace("X", "[^']+")])
)


@cache
def questions() -> tuple[Question, ...]:
    """What every profile asks, merged; a part is not asked for beside the whole."""
    paths = _merged_paths()
    wholes = tuple(f"{path}." for path in paths)
    return tuple(_question(path) for path in paths if not path.startswith(wholes))


def _merged_paths() -> list[str]:
    """Each path after the one that it follows in its own profile."""
    merged: list[str] = []
    for name in profiles.names():
        place = 0
        for path in profiles.get(name).QUESTIONS:
            if path not in merged:
                merged.insert(place, path)
            place = merged.index(path) + 1
    return merged


def _question(path: str) -> Question:
    users = [name for name in profiles.names() if hint_at(profiles.get(name), path) is not None]
    defaults = {_default(profiles.get(name), path) for name in users}
    shared = defaults.pop() if len(defaults) == 1 else ""
    return Question(
        key=_KEYS.get(path, path.replace(".", "_")),
        path=path,
        default=_SUGGESTED.get(path, shared),
        profiles=tuple(users),
    )


def _default(profile: type[Profile], path: str) -> str | bool:
    """The default of a field as an answer; nothing where it is made of several parts."""
    field = field_at(profile, path)
    default = None if field.is_required() else field.get_default(call_default_factory=True)
    if isinstance(default, list):
        return " ".join(default)
    return default if isinstance(default, str | bool) else ""


def field_at(profile: type[Profile], path: str) -> Any:
    """What the model says about the field at a dotted path that it has."""
    whole, _, name = path.rpartition(".")
    model = unwrapped(hint_at(profile, whole)) if whole else profile
    return model.model_fields[name]


def project(context: Mapping[str, object]) -> Project:
    """Turn cookiecutter's answers into what its templates place.

    Raises:
        SpecError: with every problem, under the names of the questions.
        UsageError: for an answer that cannot be taken apart.
    """
    name = str(context.get("profile", ""))
    known = name in profiles.names()
    values = nest(profiles.get(name), answers(profiles.get(name), context)) if known else {}
    try:
        spec = from_values({"imgen": FORMAT, "profile": name, **values})
    except SpecError as error:
        problems = sorted(map(_renamed, error.problems), key=lambda problem: problem.warning)
        raise SpecError(problems) from error
    image = spec.profile.image()
    return Project(
        image=image,
        spec=spec_text(name, values, spec.profile),
        lock=lock_text(render(image)),
        warnings=tuple(map(_renamed, spec.warnings)),
    )


def answers(profile: type[Profile], context: Mapping[str, object]) -> dict[str, str]:
    """The answers by field path, as `imgen new --yes` takes them.

    What was left at its default becomes what is usual for the profile, if that asks for it;
    answers that only other profiles use are dropped.
    """
    used = [question for question in questions() if hint_at(profile, question.path) is not None]
    given = {
        question.path: str(context[question.key])
        for question in used
        if context.get(question.key, question.default) not in (question.default, "")
    }
    usual = {question.path: _usual(profile, question.path, given) for question in used}
    return usual | given


def _usual(profile: type[Profile], path: str, given: Mapping[str, str]) -> str:
    """What the wizard proposes for an answer that was not given."""
    if path not in profile.QUESTIONS or profile.INSTEAD_OF.get(path) in given:
        return ""
    beside = profile.PROPOSED_WITH.get(path)
    alone = beside in profile.QUESTIONS and beside not in given
    proposed = "" if alone else {**_SUGGESTED, **profile.PROPOSALS}.get(path, "")
    return proposed or str(_default(profile, path))


def _renamed(problem: Problem) -> Problem:
    """Name the question instead of the field."""
    return replace(problem, field=_KEYS.get(problem.field, problem.field))


def again(context: Mapping[str, object]) -> str:
    """The answers as arguments of cookiecutter, for those who do not want to type them again."""
    given = {"profile": context.get("profile")}
    given |= {
        question.key: context.get(question.key)
        for question in questions()
        if context.get(question.key, question.default) != question.default
    }
    return shlex.join(f"{key}={value}" for key, value in given.items())


class CookiecutterDoor(ImgenExtension):
    """Imgen's filters, and `imgen(cookiecutter)` for the templates of the project."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.globals |= {"imgen": _project_or_undefined, "imgen_check": _check}

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Take an answer for the text it is; cookiecutter renders those that are not typed in.

        Templates from files have a name, the others are the answers and our own few texts.
        """
        if name is not None or _OWN_TEXTS.fullmatch(source):
            return super().preprocess(source, name, filename)
        return f"{{{{ {source!a} }}}}"


def _check(context: Mapping[str, object]) -> str:
    """Refuse wrong answers after the last question, before there is a folder."""
    from cookiecutter.exceptions import FailedHookException

    try:
        warnings = project(context).warnings
    except ImgenError as error:
        sys.stderr.write(
            f"{error}\nTo correct it: cookiecutter --no-input TEMPLATE {again(context)}\n"
        )
        # Of the exceptions that end cookiecutter without a traceback this is the nearest.
        raise FailedHookException("Nothing was written.") from error
    for warning in warnings:
        sys.stderr.write(f"{warning}\n")
    return ""


def _project_or_undefined(context: Mapping[str, object]) -> Project:
    """The project; a replayed answer that is wrong by now makes cookiecutter clean up."""
    try:
        return project(context)
    except ImgenError as error:
        raise UndefinedError(str(error)) from error
