"""imgen: container files that follow the best practices, from a short description of an app.

The names below load on first use, so that `import generator` stays light enough for
cookiecutter's environment, which has neither pydantic nor a need for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from generator.errors import ImgenError, SpecError
    from generator.render import render
    from generator.spec import Spec, parse
    from generator.tags import compatible_tags
    from generator.write import apply, plan

__all__ = [
    "ImgenError",
    "Spec",
    "SpecError",
    "__version__",
    "apply",
    "compatible_tags",
    "parse",
    "plan",
    "render",
]

_HOME = {
    "ImgenError": "errors",
    "Spec": "spec",
    "SpecError": "errors",
    "apply": "write",
    "compatible_tags": "tags",
    "parse": "spec",
    "plan": "write",
    "render": "render",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'generator' has no attribute {name!r}")
    return getattr(import_module(f"generator.{_HOME[name]}"), name)
