"""A spec: from YAML text or plain values to a validated profile, with every problem at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import profiles
from generator import bases
from generator.document import Document, load
from generator.errors import Problem, SpecError
from generator.grammar import shown
from profiles._base import Profile
from profiles._model import BaseModel, ValidationError

FORMAT = "1"


@dataclass(frozen=True)
class Spec:
    """A valid spec: the profile it describes, and what deserves a second look."""

    profile: Profile
    warnings: tuple[Problem, ...]


def parse(text: str, *, source: str, today: date | None = None) -> Spec:
    """Read a spec from YAML text; `source` names it in messages.

    `today` decides which base images have reached their end of life; the result does not depend
    on it otherwise.

    Raises:
        SpecError: with every problem, in the order of the file.
    """
    return validate(load(text, source=source), today=today)


def from_values(values: Mapping[str, Any], *, today: date | None = None) -> Spec:
    """Validate plain values of the same shape as the YAML.

    Raises:
        SpecError: with every problem.
    """
    return validate(Document(value=values, source="", places={"": (0, 0)}), today=today)


def validate(document: Document, *, today: date | None = None) -> Spec:
    """Validate a document.

    Raises:
        SpecError: with every problem, in the order of the file.
    """
    # A field without a value is one that is not there yet.
    values = {key: value for key, value in document.value.items() if value is not None}
    model = _profile_model(document, values.pop("imgen", None), values.pop("profile", None))
    try:
        profile = model(**values)
    except ValidationError as error:
        wrong = list(_problems(document, model, error))
        raise SpecError(_sorted([*wrong, *_beside(document, model, values, wrong)])) from error
    found = [*profile.check(), *_old_bases(profile, today or datetime.now(tz=UTC).date())]
    placed = _sorted(
        document.problem(problem.field, problem.text, warning=problem.warning) for problem in found
    )
    if any(not problem.warning for problem in placed):
        raise SpecError(placed)
    return Spec(profile=profile, warnings=tuple(placed))


# Valid values for required fields, so that the others can be looked at without them.
_STAND_INS: Mapping[str, Any] = {
    "name": "app",
    "version": "0.1.0",
    "maintainer": "nobody",
    "command": ["app"],
}


def _beside(
    document: Document, model: type[Profile], values: Mapping[str, Any], wrong: Iterable[Problem]
) -> Iterator[Problem]:
    """Yield what is wrong between the fields that are right by themselves."""
    if not {"name", "version", "maintainer"}.intersection(values):
        return  # a single answer, not a spec
    bad = {problem.field.split(".", maxsplit=1)[0] for problem in wrong}
    right = {key: value for key, value in values.items() if key not in bad}
    needed = {key: value for key, value in _STAND_INS.items() if key in bad}
    try:
        profile = model(**{**needed, **right})
    except ValidationError:  # too much is missing to say more
        return
    for problem in profile.check():
        field = problem.field.split(".", maxsplit=1)[0]
        if not problem.warning and field in right:
            yield document.problem(problem.field, problem.text)


def _profile_model(document: Document, spec_format: object, name: object) -> type[Profile]:
    problems = []
    if spec_format is None:
        text = f"is missing: the first line is `imgen: {FORMAT}`, the format of the spec"
        problems.append(document.problem("imgen", text))
    elif str(spec_format) != FORMAT:
        text = f"must be {FORMAT}, the only format so far, not {shown(spec_format)}"
        problems.append(document.problem("imgen", text))
    known = profiles.names()
    if name not in known:
        text = f"must be one of {', '.join(known)}"
        if name is None:
            text = f"is missing: {text}"
        else:
            text = f"{text}, not {shown(name)}{did_you_mean(name, known)}"
        problems.append(document.problem("profile", text))
    if problems:
        raise SpecError(problems)
    return profiles.get(str(name))


def _old_bases(profile: Profile, today: date) -> Iterator[Problem]:
    for field, reference in profile.references():
        if text := bases.end_of_life(reference, today):
            yield Problem(field=field, text=text, warning=True)


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    # The text too, so that the order never depends on that of a set.
    return sorted(set(problems), key=lambda each: (each.line, each.column, each.field, each.text))


def _problems(
    document: Document, model: type[Profile], error: ValidationError
) -> Iterator[Problem]:
    for detail in error.errors(include_url=False, include_input=True):
        at_key = "[key]" in detail["loc"]
        path = [str(part) for part in detail["loc"] if part != "[key]"]
        text = _text(detail, model, path)
        unknown = detail["type"] == "extra_forbidden"
        yield document.problem(".".join(path), text, at_key=at_key or unknown)


def _text(detail: Any, model: type[Profile], path: list[str]) -> str:
    """Say in our words what pydantic found."""
    given = detail["input"]
    match detail["type"]:
        case "value_error":
            return str(detail["ctx"]["error"])
        case "missing":
            description = _description(model, path)
            return f"is missing: {description[:1].lower()}{description[1:]}".rstrip(".")
        case "extra_forbidden":
            known = _fields(model, path[:-1])
            return f"is not a field{did_you_mean(path[-1], known)}"
        case "list_type":
            return f"must be a list, not {shown(given)}"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"must be a mapping, not {shown(given)}"
        case _:
            return f"{detail['msg'][:1].lower()}{detail['msg'][1:]}, not {shown(given)}"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """End a message about an unknown word with the known one it resembles, if any."""
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=1, cutoff=0.6) if isinstance(word, str) else ()
    return f"; did you mean {close[0]}?" if close else ""


def model_at(model: type[BaseModel], path: Iterable[str]) -> type[BaseModel] | None:
    """The model that holds the fields below a path, or none if values stand there."""
    current = model
    for part in path:
        field = current.model_fields.get(part)
        inner = model_in(field.annotation) if field else None
        if inner is None:
            return None
        current = inner
    return current


def model_in(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as `Annotated[Model, …] | None`, if there is one."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return next(filter(None, map(model_in, get_args(annotation))), None)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _fields(model: type[Profile], path: list[str]) -> list[str]:
    found = model_at(model, path)
    return list(found.model_fields) if found else []


def _description(model: type[Profile], path: list[str]) -> str:
    found = model_at(model, path[:-1])
    field = found.model_fields.get(path[-1]) if found else None
    return (field.description if field else None) or "a value is needed here"
