"""The catalogue of practices: one module each, found by its place in this folder."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from generator.practices._model import Practice


@cache
def every() -> tuple[Practice, ...]:
    """All practices, the mission's first, each part in the order of its numbers."""
    found = [module.name for module in iter_modules(__path__) if module.name[0] != "_"]
    names = sorted(found, key=lambda name: (name[0] != "s", name))
    return tuple(import_module(f"{__name__}.{name}").PRACTICE for name in names)


def get(practice_id: str) -> Practice:
    """The practice of an id, whatever its case.

    Raises:
        KeyError: if there is none.
    """
    for practice in every():
        if practice.id.lower() == practice_id.lower():
            return practice
    raise KeyError(practice_id)
