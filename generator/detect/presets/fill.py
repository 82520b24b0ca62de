"""Put facts into the parts of a preset's spec. A part whose fact is missing is left out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.detect.presets.facts import Known
from generator.detect.presets.model import PLACEHOLDER, choices, conditions, is_case

MISSING: Any = object()


class Filling:
    """One field's value, with the facts that it came from."""

    def __init__(self, facts: Mapping[str, Known]) -> None:
        self.facts = facts
        self.used: dict[str, None] = {}

    def of(self, part: Any) -> Any:
        """The value of a part of a spec, or MISSING."""
        if (parts := choices(part)) is not None:
            return next(
                (value for each in parts if (value := self.of(each)) is not MISSING), MISSING
            )
        if isinstance(part, dict):
            return self._case(part) if is_case(part) else self._mapping(part)
        if isinstance(part, list):
            return self._list(part)
        return self._text(str(part))

    def _case(self, case: dict[str, Any]) -> Any:
        wanted = conditions(case, "when")
        if any(name not in self.facts for name in wanted):
            return MISSING
        if any(name in self.facts for name in conditions(case, "unless")):
            return MISSING
        self.used.update(dict.fromkeys(wanted))
        return self.of(case["use"])

    def _mapping(self, parts: dict[str, Any]) -> Any:
        kept: dict[str, Any] = {}
        for key, part in parts.items():
            for facts in self._each(str(key)):
                inner = Filling(facts)
                name, value = inner.of(str(key)), inner.of(part)
                if name is not MISSING and value is not MISSING:
                    kept[name] = value
                    self.used.update(inner.used)
        return kept or MISSING

    def _each(self, key: str) -> Iterator[Mapping[str, Known]]:
        """The facts for an entry; of a fact that is a list, an entry for each of its items."""
        names = PLACEHOLDER.findall(key)
        many = [name for name in names if isinstance(self._value(name), tuple)]
        if not many:
            yield self.facts
            return
        known = self.facts[many[0]]
        for item in known.value:
            yield {**self.facts, many[0]: replace(known, value=item)}

    def _value(self, name: str) -> object:
        return self.facts[name].value if name in self.facts else None

    def _list(self, parts: list[Any]) -> Any:
        filled: list[Any] = []
        for part in parts:
            value = self.of(part)
            if isinstance(value, list):
                filled += value
            elif value is not MISSING:
                filled.append(value)
        return MISSING if parts and not filled else filled

    def _text(self, text: str) -> Any:
        names = PLACEHOLDER.findall(text)
        if any(name not in self.facts for name in names):
            return MISSING
        self.used.update(dict.fromkeys(names))
        if names and text == f"{{{names[0]}}}":
            value = self.facts[names[0]].value
            return list(value) or MISSING if isinstance(value, tuple) else value
        return PLACEHOLDER.sub(lambda match: _inside(self.facts[match[1]].value), text)


def _inside(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " ".join(value)


def field(facts: Mapping[str, Known], part: Any) -> tuple[Any, list[str]]:
    """The value of a field, or MISSING, and the names of the facts in it."""
    filling = Filling(facts)
    return filling.of(part), list(filling.used)
