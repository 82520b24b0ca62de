"""Values of a spec with the types that its JSON Schema names, where a detection holds texts."""

from collections.abc import Mapping
from typing import Any, get_args, get_origin

import profiles
from generator.answers import hint_at, unwrapped
from profiles._model import Model

_TRUTH = {"true": True, "false": False}


def spec(values: Mapping[str, Any]) -> dict[str, Any]:
    """A whole spec, also one that lacks something yet."""
    name = str(values.get("profile", ""))
    return {
        key: int(value) if key == "imgen" else of_field(value, key, profile=name)
        for key, value in values.items()
    }


def of_field(value: Any, key: str, *, profile: str) -> Any:
    """The value of the field at a dotted path."""
    hint = hint_at(profiles.get(profile), key) if profile in profiles.names() else None
    return _typed(hint, value)


def _typed(hint: Any, value: Any) -> Any:
    kind = unwrapped(hint)
    if isinstance(value, str):
        if kind is bool:
            return _TRUTH.get(value, value)
        return int(value) if kind is int and value.isascii() and value.isdecimal() else value
    if isinstance(value, Mapping):
        if isinstance(kind, type) and issubclass(kind, Model):
            return {key: _typed(hint_at(kind, key), inner) for key, inner in value.items()}
        inner_hint = get_args(kind)[1] if get_origin(kind) is dict else None
        return {key: _typed(inner_hint, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        inner_hint = get_args(kind)[0] if get_origin(kind) is list else None
        return [_typed(inner_hint, inner) for inner in value]
    return value
