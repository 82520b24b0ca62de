"""Stand-ins for pydantic's names, for an environment that has cookiecutter alone.

They build the same objects from the same class bodies, run the same checks and report every
error at once in the same form. What they lack is all that imgen does not use there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import get_annotations
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Union, get_args, get_origin, get_type_hints

ConfigDict = dict
Detail = dict[str, Any]


class ValidationError(ValueError):
    """Everything that is wrong with the values of a model."""

    def __init__(self, details: list[Detail]) -> None:
        self.details = details
        super().__init__("; ".join(f"{detail['loc']}: {detail['type']}" for detail in details))

    def errors(self, **_: object) -> list[Detail]:
        """Type, path (`loc`), input and context of each, by pydantic's names."""
        return self.details


class Field:
    """What a class body says about one field."""

    def __init__(
        self, default: Any = ..., *, default_factory: Any = None, description: str = ""
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.description = description
        self.annotation: Any = None

    def is_required(self) -> bool:
        """Whether there is no default."""
        return self.default is ... and self.default_factory is None

    def get_default(self, *, call_default_factory: bool) -> Any:
        """The default; a factory makes one for each object."""
        made = call_default_factory and self.default_factory is not None
        return self.default_factory() if made else self.default


class BaseModel:
    """A class whose annotated names are its fields."""

    model_config: ClassVar[dict[str, object]]
    model_fields: ClassVar[dict[str, Field]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        hints: dict[str, Any] = get_annotations(cls)
        own = {
            name: vars(cls).get(name, Field())
            for name, hint in hints.items()
            if getattr(hint, "__origin__", None) is not ClassVar
        }
        for name, field in own.items():
            field.annotation = hints[name]
        cls.model_fields = {**cls.model_fields, **own}

    def __init__(self, /, **values: Any) -> None:
        hints = get_type_hints(type(self), include_extras=True)
        details: list[Detail] = []
        for name in {**self.model_fields, **values}:
            with _noted(details, name):
                vars(self)[name] = self._value(name, hints.get(name), values)
        _raise(details)

    def _value(self, name: str, hint: Any, values: dict[str, Any]) -> Any:
        field = self.model_fields.get(name)
        if field is None:
            raise _error("extra_forbidden", values[name])
        if name in values:
            return _converted(hint, values[name])
        if field.is_required():
            raise _error("missing", values)
        return field.get_default(call_default_factory=True)


def _error(kind: str, given: object) -> ValidationError:
    return ValidationError([{"type": kind, "loc": (), "input": given}])


@contextmanager
def _noted(details: list[Detail], *path: object) -> Iterator[None]:
    """Collect what is wrong at a path instead of stopping there."""
    try:
        yield
    except ValidationError as error:
        details += [{**detail, "loc": (*path, *detail["loc"])} for detail in error.details]
    except ValueError as error:
        detail = {"type": "value_error", "loc": path, "input": None, "ctx": {"error": error}}
        details.append(detail)


def _raise(details: list[Detail]) -> None:
    if details:
        raise ValidationError(details)


def _converted(hint: Any, value: Any) -> Any:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _marked(hint, value)
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return None if value is None else _converted(inner, value)
    if origin is list:
        return _list(arguments[0], value)
    if origin is dict:
        return _dict(arguments[0], arguments[1], value)
    return _model(hint, value)


def _marked(hint: Any, value: Any) -> Any:
    """Convert by the checks of `profiles._model`, which are known by their attributes."""
    for mark in hint.__metadata__:
        if hasattr(mark, "function"):
            return mark.function(value)
        value = mark.expand(value)
    return _converted(get_args(hint)[0], value)


def _list(item: Any, values: object) -> list[Any]:
    if not isinstance(values, list):
        raise _error("list_type", values)
    details: list[Detail] = []
    result = []
    for index, value in enumerate(values):
        with _noted(details, index):
            result.append(_converted(item, value))
    _raise(details)
    return result


def _dict(key: Any, item: Any, values: object) -> dict[Any, Any]:
    if not isinstance(values, dict):
        raise _error("dict_type", values)
    details: list[Detail] = []
    result = {}
    for name, value in values.items():
        converted = name
        with _noted(details, name, "[key]"):
            converted = _converted(key, name)
        with _noted(details, name):
            result[converted] = _converted(item, value)
    _raise(details)
    return result


def _model(hint: type[BaseModel], value: object) -> BaseModel:
    if not isinstance(value, dict):
        raise _error("model_type", value)
    return hint(**value)
