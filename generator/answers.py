"""Answers in one line of text each, as the wizard, `--set` and cookiecutter give them.

An answer's key is a dotted field path. What its text means depends on the field: words for a
list, `key=value` or `key: value` pairs for a mapping, a shell-like line for a command. YAML in
brackets or braces always works.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from generator import commands
from generator.errors import UsageError
from generator.grammar import shown
from profiles._base import Profile
from profiles._model import Check, Model

# What would end a line; as in `grammar`, but for reading.
_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"


def nest(profile: type[Profile], answers: Mapping[str, str]) -> dict[str, Any]:
    """Turn flat answers into the values of a spec; empty answers are left out.

    Raises:
        UsageError: for a key that is no field of the profile, or a text that cannot be taken apart.
    """
    values: dict[str, Any] = {}
    for key, text in answers.items():
        if not text.strip():
            continue
        hint = hint_at(profile, key)
        if hint is None:
            raise UsageError(f"{key}: is not a field of this profile")
        parts = key.split(".")
        place = values
        for part in parts[:-1]:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                raise UsageError(f"{key}: {part} already has a value")
            place = inner
        if parts[-1] in place:
            raise UsageError(f"{key}: a part of it already has a value")
        place[parts[-1]] = split(hint, text, key)
    return values


def hint_at(model: type[Model], key: str) -> Any:
    """The type of the field at a dotted path, marks included, or None if there is none.

    Below a mapping any key is a field: `env.DEBUG`.
    """
    hint: Any = Annotated[model, None]
    for part in key.split("."):
        kind = unwrapped(hint)
        if get_origin(kind) is dict:
            hint = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, Model):
            hint = get_type_hints(kind, include_extras=True).get(part)
            if hint is None or part.isupper() or part == "model_config":
                return None
        else:
            return None
    return hint


def unwrapped(hint: Any) -> Any:
    """The bare type in an optional or annotated one."""
    if get_origin(hint) is Annotated:
        return unwrapped(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return unwrapped(next(part for part in get_args(hint) if part is not type(None)))
    return hint


def marks(hint: Any) -> list[Any]:
    """What a type is annotated with, the optional one included."""
    if get_origin(hint) is Annotated:
        return list(hint.__metadata__)
    if get_origin(hint) in (Union, UnionType):
        return [mark for part in get_args(hint) for mark in marks(part)]
    return []


def checks(hint: Any) -> list[Check]:
    """The checks in a type, the optional one included."""
    return [mark for mark in marks(hint) if isinstance(mark, Check)]


def split(hint: Any, text: str, key: str) -> Any:
    """Take the text of one answer apart by the type of its field.

    Raises:
        UsageError: if the text has not the shape that the field needs.
    """
    kind = unwrapped(hint)
    text = text.strip()
    nested = get_origin(kind) in (list, dict) or (
        isinstance(kind, type) and issubclass(kind, Model)
    )
    if nested and text[:1] in ("[", "{"):
        return _yaml(text, key)
    if get_origin(kind) is dict:
        return _pairs(text, key)
    if get_origin(kind) is list:
        return _items(get_args(kind)[0], text, key)
    return text


def join(hint: Any, value: Any) -> str:
    """Write a value in one line of text that `split` takes for this value again.

    `value` is of the shape that a spec holds: text, a list or a mapping of such. The text is as
    short as the field allows: words, pairs, a shell line, and YAML only where these do not do.

    Raises:
        ValueError: if no line of text stands for the value.
    """
    plain = _plain(value)
    for text in _forms(hint, plain):
        try:
            if split(hint, text, "") == plain:
                return text
        except UsageError:
            continue
    raise ValueError(f"cannot be written in one line: {shown(value)}")


def _plain(value: Any) -> Any:
    """The value with every scalar as the text that a spec would hold."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _forms(hint: Any, value: Any) -> Iterator[str]:
    """Texts that may stand for a value, the shortest first."""
    if isinstance(value, str):
        yield value
        return
    parts = list(value.values()) if isinstance(value, dict) else value
    if all(isinstance(part, str) and not re.search(_CONTROL, part) for part in parts):
        yield _as_people_write(hint, value)
    for style in (None, '"'):
        text = _flow(value, style)
        if "\n" not in text:
            yield text


def _as_people_write(hint: Any, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}={text}" for key, text in value.items())
    items = get_args(unwrapped(hint))
    functions = [check.function for check in checks(items[0])] if items else []
    if commands.argument in functions:
        return " ".join(map(quoted, value))
    return (", " if commands.shell_step in functions else " ").join(value)


def quoted(text: str) -> str:
    """A text as one word of a shell line; in double quotes where that reads better."""
    # What a shell, also an interactive one, reads in double quotes.
    if "'" not in text or re.search(r"[$`\\!]", text):
        return shlex.quote(text)
    return '"{}"'.format(text.replace('"', '\\"'))


def _flow(value: Any, style: str | None) -> str:
    """The value as YAML in brackets or braces; in quotes it takes any character."""
    import yaml

    text: str = yaml.safe_dump(
        value,
        default_flow_style=True,
        default_style=style,
        sort_keys=False,
        allow_unicode=style is None,
        width=float("inf"),
    )
    return text.rstrip("\n")


def _yaml(text: str, key: str) -> Any:
    from generator.document import load
    from generator.errors import SpecError

    try:
        return load(f"{{value: {text}}}", source=key).value["value"]
    except SpecError as error:
        raise UsageError(f"{key}: {error.problems[0].text}") from error


def _pairs(text: str, key: str) -> dict[str, str]:
    pairs = {}
    for item in _separated(text, ","):
        name, *value = re.split(r"=|:\s", item, maxsplit=1)
        if not value:
            raise UsageError(f"{key}: must be key=value pairs joined by commas, not {item!r}")
        pairs[name.strip()] = value[0].strip()
    return pairs


def _items(item: Any, text: str, key: str) -> list[str]:
    functions = [check.function for check in checks(item)]
    if commands.argument in functions:
        try:
            return shlex.split(text)
        except ValueError as error:
            text = f"must close its quotes and not end in a backslash, not {shown(text)}"
            raise UsageError(f"{key}: {text}") from error
    if commands.shell_step in functions:
        return _separated(text, ",")
    return re.split(r"[\s,]+", text.strip(", "))


def _separated(text: str, mark: str) -> list[str]:
    return [part.strip() for part in text.split(mark) if part.strip()]


def typed(values: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Give each value of a spec the type that the validated model found in it, for writing.

    The order is that of the model, whatever order the answers came in.
    """
    result = {}
    for key in sorted(values, key=list(type(model).model_fields).index):
        given, value = values[key], getattr(model, key)
        if isinstance(value, Model):
            result[key] = typed(given, value) if isinstance(given, dict) else given
        else:
            result[key] = value
    return result


def spec_text(profile: str, values: Mapping[str, Any], model: Profile) -> str:
    """The YAML of a spec that gives `model` again, in the order of the profile's questions."""
    from generator.document import dump

    found = typed(values, model)
    asked = (path.partition(".")[0] for path in model.QUESTIONS)
    ordered = {key: found[key] for key in (*asked, *found) if key in found}
    return dump({"imgen": 1, "profile": profile, **ordered})


def parse_settings(settings: Iterable[str]) -> dict[str, str]:
    """Read `key=value` settings of the command line.

    Raises:
        UsageError: for one without `=` or a key given twice.
    """
    answers: dict[str, str] = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        key = key.strip()
        if not equals or not key:
            raise UsageError(f"--set takes key=value, not {setting!r}")
        if key in answers:
            raise UsageError(f"--set {key}: is given twice")
        answers[key] = value
    return answers
