"""Stand-ins for pydantic's names, for an environment that has cookiecutter alone.

They build the same objects from the same class bodies and run the same checks; what they lack is
pydantic's reporting of every error at once.
"""

from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints


class Field:
    """The default of a field; the description matters elsewhere only."""

    def __init__(self, default: Any = ..., default_factory: Any = None, **_: object) -> None:
        self.default = default
        self.factory = default_factory


ConfigDict = dict


class BaseModel:
    """A class whose annotated names are its fields."""

    model_config: dict[str, object]

    def __init__(self, **values: Any) -> None:
        hints = get_type_hints(type(self), include_extras=True)
        hints = {name: hint for name, hint in hints.items() if not _is_class_part(name)}
        if unknown := sorted(set(values) - set(hints)):
            raise ValueError(f"{unknown[0]}: is not a field")
        for name, hint in hints.items():
            try:
                given = name in values
                value = _converted(hint, values[name]) if given else self._default(name)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from error
            object.__setattr__(self, name, value)

    def _default(self, name: str) -> Any:
        default = getattr(type(self), name, Field())
        if not isinstance(default, Field):
            return default
        if default.factory is None and default.default is ...:
            raise ValueError("is missing")
        return default.factory() if default.factory else default.default


def _is_class_part(name: str) -> bool:
    return name == "model_config" or name.isupper()


def _converted(hint: Any, value: Any) -> Any:  # noqa: PLR0911 - one return a kind of type
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        for mark in hint.__metadata__:
            if hasattr(mark, "function"):
                return mark.function(value)
            if hasattr(mark, "expand"):
                value = mark.expand(value)
        return _converted(arguments[0], value)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else _converted(inner, value)
    if origin is list:
        return [_converted(arguments[0], item) for item in value]
    if origin is dict:
        key, item = arguments
        return {_converted(key, k): _converted(item, v) for k, v in value.items()}
    if isinstance(hint, type) and issubclass(hint, BaseModel) and isinstance(value, dict):
        return hint(**value)
    return value
