"""What is derived from the profile models for people and tools: schema, field lists, tables."""

from collections.abc import Iterator
from typing import Any

import profiles
from generator.spec import FORMAT, model_in
from profiles._base import Profile
from profiles._model import Model

SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, object]:
    """The JSON Schema of a spec: the fields allowed depend on the profile it names."""
    names = profiles.names()
    definitions: dict[str, object] = {}
    for name in names:
        schema = profiles.get(name).model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        properties = {"imgen": {"const": int(FORMAT)}, "profile": {"const": name}}
        schema["properties"] = properties | schema["properties"]
        schema["required"] = [*properties, *schema.get("required", [])]
        definitions[name] = schema
    return {
        "$schema": SCHEMA_DIALECT,
        "title": "imgen spec",
        "description": "A description of an app, from which imgen writes its container files.",
        "type": "object",
        "required": ["imgen", "profile"],
        "properties": {"imgen": {"const": int(FORMAT)}, "profile": {"enum": names}},
        "allOf": [
            {
                "if": {"properties": {"profile": {"const": name}}},
                "then": {"$ref": f"#/$defs/{name}"},
            }
            for name in names
        ],
        "$defs": definitions,
    }


def fields(model: type[Model], prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield path, default and description of every field, parts of nested models included."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{name}"
        default = "required" if field.is_required() else _default(field)
        yield path, default, field.description or ""
        if inner := model_in(field.annotation):
            yield from fields(inner, f"{path}.")  # type: ignore[arg-type]


def _default(field: Any) -> str:
    value = field.get_default(call_default_factory=True)
    if value is None or isinstance(value, Model) or value in ([], {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, list) else str(value)


def field_lines(profile: type[Profile]) -> list[str]:
    """The fields of a profile as lines of a terminal, 80 columns wide."""
    import textwrap

    lines = [profile.SUMMARY, ""]
    for path, default, description in fields(profile):
        suffix = f" ({default})" if default else ""
        lines.append(f"{path}{suffix}")
        lines += textwrap.wrap(description, 76, initial_indent="    ", subsequent_indent="    ")
    return lines
