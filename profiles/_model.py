"""What fields are made of: pydantic's model class and checks that speak our own words.

cookiecutter runs a template in its own environment, where pydantic need not be. There the same
classes work with a small stand-in: it knows fields, defaults and the checks below, which is all
that door asks for.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from generator import grammar

if TYPE_CHECKING:
    from pydantic import BaseModel, ConfigDict, Field, ValidationError
    from pydantic_core import CoreSchema
else:
    try:
        from pydantic import BaseModel, ConfigDict, Field, ValidationError
    except ModuleNotFoundError:  # cookiecutter's environment
        from profiles._plain_model import BaseModel, ConfigDict, Field, ValidationError

__all__ = ["BaseModel", "Check", "Field", "Model", "Shorthand", "ValidationError", "integer"]


class Model(BaseModel):
    """A frozen part of a spec; an unknown key is an error."""

    # Built on first use: most classes are only parts or parents of the one that a spec needs.
    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


@dataclass(frozen=True)
class Check:
    """Marks a field whose value is what `function` returns for the given one.

    `function` raises ValueError with a text that says what is allowed and what was given.
    `schema` is the JSON Schema of what it accepts.
    """

    function: Callable[[object], Any]
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"}, hash=False)

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(self.function)

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, Any]:
        return dict(self.schema)


@dataclass(frozen=True)
class Shorthand:
    """Marks a model that may also be written shorter; `expand` turns that into the mapping."""

    expand: Callable[[object], object]
    schema: Mapping[str, Any] = field(hash=False)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> "CoreSchema":
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self.expand, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        return {"anyOf": [dict(self.schema), handler(schema)]}


def integer(low: int, high: int, unit: str = "") -> Check:
    """A whole number between two bounds, both included."""
    check = partial(grammar.integer, low=low, high=high, unit=unit)
    return Check(check, {"type": "integer", "minimum": low, "maximum": high})


Flag = Annotated[bool, Check(grammar.boolean, {"type": "boolean"})]
