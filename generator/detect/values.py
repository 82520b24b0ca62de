"""Values out of documents that others wrote: of the type that is asked for, or empty."""

from collections.abc import Mapping
from typing import Any


def mapping(value: object) -> Mapping[str, Any]:
    """The value if it is a mapping, with its keys that are texts; else an empty one."""
    if not isinstance(value, dict):
        return {}
    if all(isinstance(key, str) for key in value):
        return value
    return {key: inner for key, inner in value.items() if isinstance(key, str)}


def text(value: object) -> str:
    """The value if it is a text, without white space around; else an empty one."""
    return value.strip() if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """The texts in a list, or the one text that stands for a list; else an empty list."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list | tuple):
        return []
    return [each for each in value if isinstance(each, str)]


def entries(value: object) -> list[Mapping[str, Any]]:
    """The mappings in a list; else an empty list."""
    if not isinstance(value, list | tuple):
        return []
    return [mapping(each) for each in value if isinstance(each, dict)]


def number(value: object) -> int | None:
    """The value if it is a whole number, or a text of one; else None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = text(value)
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        return int(digits)
    return None
