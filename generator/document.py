"""YAML text as plain values, with the place of each in the file.

Every scalar stays text: `python: 3.10` is "3.10" and not the number 3.1. The model decides what
a text means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from generator.errors import Problem, SpecError

MAX_CHARACTERS = 1_000_000
MAX_NODES = 20_000
MAX_DEPTH = 50
MAX_INDENT = 500
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Document:
    """Plain values (text, lists, mappings, None for an empty scalar) and where they stand.

    `places` maps the dotted path of a value to its line and column, from 1; the path of a key
    itself ends in `[key]`.
    """

    value: Mapping[str, Any]
    source: str
    places: Mapping[str, tuple[int, int]]

    def place(self, path: str) -> tuple[int, int]:
        """Line and column of a value, or of the nearest one around it."""
        parts = path.split(".")
        while parts:
            if found := self.places.get(".".join(parts)):
                return found
            parts.pop()
        return self.places.get("", (1, 1))

    def problem(
        self, path: str, text: str, *, at_key: bool = False, warning: bool = False
    ) -> Problem:
        """Build a problem of the value or the key at a path."""
        line, column = self.place(path)
        if at_key:
            line, column = self.places.get(f"{path}[key]", (line, column))
        return Problem(
            field=path, text=text, source=self.source, line=line, column=column, warning=warning
        )


def load(text: str, *, source: str) -> Document:
    """Read one YAML document whose root is a mapping.

    Raises:
        SpecError: for text that is no YAML, has two documents, repeats a key or is too large.
    """
    if len(text) > MAX_CHARACTERS:
        raise _error(source, 1, 1, f"is larger than {MAX_CHARACTERS} characters")
    depth = max((len(line) - len(line.lstrip()) for line in text.splitlines()), default=0)
    if depth > MAX_INDENT or max(text.count("["), text.count("{")) > MAX_NODES:
        raise _error(source, 1, 1, "is nested too deeply")
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = ", ".join(filter(None, (error.context, error.problem)))
        raise _error(source, line, column, f"is not YAML: {reason}") from error
    except yaml.YAMLError as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise _error(source, 1, 1, f"is not YAML: {reason}") from error
    except RecursionError as error:
        raise _error(source, 1, 1, "is nested too deeply") from error
    if not isinstance(root, yaml.MappingNode):
        raise _error(source, 1, 1, "must be a mapping that begins with `imgen: 1`")
    reader = _Reader(source)
    value = reader.value(root, "")
    if reader.problems:
        raise SpecError(reader.problems)
    return Document(value=value, source=source, places=reader.places)


def _error(source: str, line: int, column: int, text: str) -> SpecError:
    return SpecError([Problem(field="", text=text, source=source, line=line, column=column)])


class _Reader:
    """Turns nodes into values and notes places; problems are collected, not raised."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.places: dict[str, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self.count = 0

    def value(self, node: Any, path: str) -> Any:
        self.count += 1
        if self.count > MAX_NODES or path.count(".") > MAX_DEPTH:
            raise _error(self.source, node.start_mark.line + 1, 1, "has too many values")
        self.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            # The C loader's word for a plain scalar is "", the Python one's None.
            plain = not node.style and node.value in ("", "~", "null")
            return None if plain else node.value
        if isinstance(node, yaml.SequenceNode):
            return [
                self.value(item, f"{path}.{index}" if path else str(index))
                for index, item in enumerate(node.value)
            ]
        return self.mapping(node, path)

    def mapping(self, node: Any, path: str) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            if not isinstance(key_node, yaml.ScalarNode):
                self._problem(mark, path, "has a key that is not a plain word")
                continue
            key = key_node.value
            inner = f"{path}.{key}" if path else key
            if key in values:
                self._problem(mark, inner, "stands here twice")
            if key == "<<":
                self._problem(mark, inner, "merge keys are not supported: write the values out")
                continue
            values[key] = self.value(value_node, inner)
            self.places[f"{inner}[key]"] = (mark.line + 1, mark.column + 1)
        return values

    def _problem(self, mark: Any, path: str, text: str) -> None:
        self.problems.append(
            Problem(
                field=path,
                text=text,
                source=self.source,
                line=mark.line + 1,
                column=mark.column + 1,
            )
        )


def dump(values: Mapping[str, Any]) -> str:
    """Write plain values as YAML, in their order, a line each where the value is short."""
    return "".join(_entry(key, value) for key, value in values.items())


def _entry(key: str, value: Any) -> str:
    # PyYAML's own choice of style would put a mapping of scalars on one line, the whole spec too.
    style = None if isinstance(value, list | Mapping) else False
    return str(
        yaml.safe_dump(
            {key: value}, sort_keys=False, default_flow_style=style, allow_unicode=True, width=100
        )
    )
