"""TOML, JSON and YAML that anyone may have written: a mapping, or an empty one.

The parsers are good, and still some texts would take them minutes or end the process. Such a text
is refused before.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from generator.detect.values import mapping

_DEEPEST = 100
_MOST_NODES = 200_000
_MOST_EVENTS = 100_000
_LONGEST_NUMBER = 100
# A key of many parts costs the parser the square of them.
_LONG_KEY = re.compile(r"""(?<![\w.-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""")
_COMMENT = re.compile(r"(?m)^[ \t]*//[^\n]*$")


def read_toml(text: str) -> Mapping[str, Any]:
    """A TOML text as a mapping; empty if it is broken."""
    if _LONG_KEY.search(text):
        return {}
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError, OverflowError):
        return {}


def read_json(text: str) -> Mapping[str, Any]:
    """A JSON object, also with lines of comments; empty if it is broken or no object."""
    try:
        return mapping(json.loads(text))
    except (ValueError, RecursionError):
        pass
    try:
        return mapping(json.loads(_COMMENT.sub("", text)))
    except (ValueError, RecursionError):
        return {}


def read_yaml(text: str) -> Mapping[str, Any]:
    """The mapping of a YAML text with one document; empty if it is broken or no mapping.

    A value with a tag of a program's own, such as `!ENV`, is None.
    """
    import yaml

    try:
        loader = _yaml_loader()
        if not _is_harmless(loader(text)):
            return {}
        reader = loader(text)
        root = reader.get_single_node()
        if root is None or _size(root, {}, 0) > _MOST_NODES:
            return {}
        return mapping(reader.construct_document(root))
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError, TypeError, AttributeError):
        # The last two come of explicit tags on the wrong kind of value, such as `!!int []`.
        return {}


@cache
def _yaml_loader() -> Any:
    import yaml

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc] # a class made at run time
        """Reads also what has a program's own tags."""

    Loader.add_constructor(None, lambda _loader, _node: None)
    return Loader


def _is_harmless(parser: Any) -> bool:
    """Whether nothing is nested too deeply; the C library would end the process.

    A text of very many values is none either: each takes the reader some microseconds.
    """
    import yaml

    depth = count = 0
    while parser.check_event():
        count += 1
        if count > _MOST_EVENTS:
            return False
        event = parser.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                return False
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent):
            plain = event.value
            if len(plain) > _LONGEST_NUMBER and plain[:1] in "+-.0123456789" and not event.style:
                return False
    return True


def _size(node: Any, known: dict[int, int], depth: int) -> int:
    """How many values a node stands for, with each alias written out."""
    import yaml

    if id(node) in known:
        return known[id(node)]
    if depth > _DEEPEST:
        return _MOST_NODES + 1
    known[id(node)] = _MOST_NODES + 1  # until it is counted: one that holds itself has no end
    total = 1
    if isinstance(node, yaml.SequenceNode):
        total += sum(_size(inner, known, depth + 1) for inner in node.value)
    elif isinstance(node, yaml.MappingNode):
        total += sum(
            _size(key, known, depth + 1) + _size(value, known, depth + 1)
            for key, value in node.value
        )
    known[id(node)] = min(total, _MOST_NODES + 1)
    return known[id(node)]
