"""The configuration that a variable chooses by name, as many Flask projects have it.

They keep classes in a mapping such as `config = {"production": …, "default": …}`, of which the
default is the one for development.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from generator.detect.model import Evidence
from generator.detect.python.code import Code, Module, assigned, string
from generator.detect.variable import Variable

_FOR_PRODUCTION = ("production", "prod", "ProductionConfig")
_MOST = 20  # mappings
_AT_WORK = ("dev", "debug", "local")


def chosen(
    code: Code, paths: Iterable[str], read: Sequence[Variable]
) -> Iterator[tuple[Variable, str, Evidence]]:
    """Variables that choose a configuration for development unless told, with the better name."""
    asking = [each for each in read if each.text and not each.needed]
    if not asking:
        return
    found = list(islice(_mappings(code, paths), _MOST))
    for variable in asking:
        for module, mapping in found:
            name = next((each for each in _FOR_PRODUCTION if each in mapping), "")
            default = mapping.get(variable.text, "").lower()
            if name and any(word in default for word in _AT_WORK):
                place = module.evidence(module.syntax)
                yield variable, name, Evidence(path=place.path, line=_line(code, module, name))
                break


def _mappings(code: Code, paths: Iterable[str]) -> Iterator[tuple[Module, dict[str, str]]]:
    """The mappings from texts to classes that modules have, the classes by their names."""
    words = tuple(f"{mark}{name}" for name in _FOR_PRODUCTION for mark in "\"'")
    for module in code.modules(code.holding(*words, among=paths)):
        for node in module.top:
            pair = assigned(node)
            if pair and isinstance(pair[1], ast.Dict):
                keys = [string(key) or "" for key in pair[1].keys]
                values = [module.dotted(value) for value in pair[1].values]
                if any(name in keys for name in _FOR_PRODUCTION):
                    yield module, dict(zip(keys, values, strict=True))


def _line(code: Code, module: Module, name: str) -> int:
    return code.tree.line(module.path, rf"[\"']{name}[\"']\s{{0,9}}:")
