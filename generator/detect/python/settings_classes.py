"""The variables that the fields of pydantic's settings classes stand for."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from generator.detect.python.code import Module, argument, source, string
from generator.detect.variable import Variable

_BASES = ("BaseSettings",)
_MOST = 1000  # fields of a module: a model may stand in many places
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")


def fields(module: Module) -> Iterator[Variable]:
    """The fields of pydantic settings classes, as far as an environment can hold their names."""
    return (each for each in islice(_all(module), _MOST) if _NAME.fullmatch(each.name))


def _all(module: Module) -> Iterator[Variable]:
    classes = [node for node in module.nodes if isinstance(node, ast.ClassDef)]
    by_name = {node.name: node for node in reversed(classes)}
    known = set(_BASES)
    prefixes: dict[str, str] = {}
    for node in classes:
        bases = {module.dotted(base).rpartition(".")[2] for base in node.bases}
        if not bases & known:
            continue
        known.add(node.name)
        inherited = next((prefixes[base] for base in bases if base in prefixes), "")
        prefixes[node.name] = _option(node, "env_prefix") or inherited
        between = _option(node, "env_nested_delimiter")
        for each in node.body:
            inner = _inner(each, by_name) if between else None
            if inner and isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
                # A variable for each field of the model, and not one for the whole.
                start = f"{prefixes[node.name]}{each.target.id}{between}"
                fields = inner.body if each.value is None else []
                yield from filter(None, (_field(module, part, start, known) for part in fields))
            elif found := _field(module, each, prefixes[node.name], known):
                yield found


def _inner(node: ast.stmt, classes: Mapping[str, ast.ClassDef]) -> ast.ClassDef | None:
    """The model that is the type of a field, if it has fields of its own."""
    kind = source(node.annotation) if isinstance(node, ast.AnnAssign) else ""
    return classes.get(kind)


def _option(node: ast.ClassDef, name: str) -> str:
    """A text in the configuration of a settings class."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.keyword) and inner.arg == name:
            return string(inner.value) or ""
        if isinstance(inner, ast.Dict):
            for key, value in zip(inner.keys, inner.values, strict=True):
                if string(key) == name:
                    return string(value) or ""
        if isinstance(inner, ast.Assign) and _is_name(inner.targets[0], name):
            return string(inner.value) or ""
    return ""


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _field(module: Module, node: ast.stmt, prefix: str, known: set[str]) -> Variable | None:
    if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
        return None
    kind = source(node.annotation)
    name = node.target.id
    skipped = ("ClassVar", "SettingsConfigDict")
    if name == "model_config" or kind.startswith(skipped) or name.startswith("_") or kind in known:
        return None
    value, alias = node.value, None
    needed = value is None
    if isinstance(value, ast.Call) and module.dotted(value.func).rpartition(".")[2] == "Field":
        default = argument(value, "default", 0)
        is_dots = isinstance(default, ast.Constant) and default.value is Ellipsis
        needed = (default is None or is_dots) and argument(value, "default_factory") is None
        alias = next(
            filter(None, (string(argument(value, key)) for key in ("validation_alias", "alias"))),
            None,
        ) or string(argument(value, "env"))
    elif isinstance(value, ast.Constant) and value.value is Ellipsis:
        needed = True
    text = string(value) or ""
    return Variable(
        name=alias or f"{prefix}{name}".upper(),
        evidence=module.evidence(node),
        needed=needed,
        kind=_annotated_kind(kind),
        default=not needed,
        text=text,
        doubtful=needed,
    )


def _annotated_kind(annotation: str) -> str:
    lower = annotation.lower()
    kinds: tuple[tuple[str, str], ...] = (
        ("dsn", "url"),
        ("url", "url"),
        ("bool", "bool"),
        ("list", "json"),
        ("dict", "json"),
    )
    kinds += (("int", "int"), ("float", "int"))
    return next((kind for word, kind in kinds if word in lower), "text")
