"""What a shell text sets: defaults such as `${NAME:-value}`, and assignments."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.audit.shell import syntax_tree

_DEFAULTS = (":-", "-", ":=", "=")


@dataclass(frozen=True, kw_only=True)
class Value:
    """A value that a text gives to a variable; `is_default` where it is only for an unset one."""

    name: str
    text: str
    line: int
    is_default: bool
    is_literal: bool


def values(text: str) -> list[Value]:
    """All of a text, in their order."""
    try:
        return list(_walk(syntax_tree(text)))
    except RecursionError:
        return []


def _walk(node: Any) -> Iterator[Value]:
    for inner in node if isinstance(node, list) else ():
        yield from _walk(inner)
    if not isinstance(node, dict):
        return
    given = node.get("Exp") if node.get("Type") == "ParamExp" else None
    if given and given.get("Op") in _DEFAULTS:
        yield _value(node["Param"]["Value"], given.get("Word"), node, is_default=True)
    for one in [*(node.get("Assigns") or ()), *_declared(node)]:
        if (name := one.get("Name")) and one.get("Value"):
            yield _value(name["Value"], one["Value"], one, is_default=False)
    for inner in node.values():
        yield from _walk(inner)


def _declared(node: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The assignments of `export` and the like."""
    return (node.get("Args") or ()) if node.get("Type") == "DeclClause" else ()


def _value(name: str, word: Any, node: Mapping[str, Any], *, is_default: bool) -> Value:
    parts = list(_parts((word or {}).get("Parts") or ()))
    return Value(
        name=name,
        text="".join(part.get("Value", "") for part in parts),
        line=(node.get("Pos") or node["Dollar"])["Line"],
        is_default=is_default,
        is_literal=all(part["Type"] in ("Lit", "SglQuoted") for part in parts),
    )


def _parts(parts: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for part in parts:
        if part["Type"] == "DblQuoted":
            yield from _parts(part.get("Parts") or ())
        else:
            yield part
