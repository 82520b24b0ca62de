"""The profiles: a module here whose name has no leading underscore is one.

The file name is the profile's only name (`python_multistage.py` is `python-multistage`); its
templates lie in the folder of that name under `templates/`.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from profiles._base import Profile


def names() -> list[str]:
    """All profiles by name, sorted, without importing any of them."""
    modules = Path(__file__).parent.glob("[!_]*.py")
    return sorted(module.stem.replace("_", "-") for module in modules)


def get(name: str) -> "type[Profile]":
    """The model of one profile.

    Raises:
        KeyError: if there is no such profile.
    """
    if name not in names():
        raise KeyError(name)
    stem = name.replace("-", "_")
    module = import_module(f"profiles.{stem}")
    return cast("type[Profile]", getattr(module, stem.title().replace("_", "")))
