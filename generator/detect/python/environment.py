"""Environment variables that the code reads: which it needs, and which it can do without."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from generator.detect.python import conditions, settings_classes
from generator.detect.python.code import (
    Code,
    Module,
    argument,
    assigned,
    is_main_guard,
    string,
)
from generator.detect.variable import Variable

_WORDS = ("environ", "getenv", "BaseSettings", "decouple", "config(", "env(", "Env(")
# Calls that fail when they are given nothing, with what they make of a text.
_NEEDING = {
    "int": "int", "float": "int", "create_engine": "url", "create_async_engine": "url",
    "from_url": "url", "connect": "url", "loads": "json", "run": "text", "run_polling": "text",
    "token": "text", "Bot": "text", "TeleBot": "text", "start": "text", "URL": "url",
    "make_url": "url",
}  # fmt: skip
_STARTING = ("create_app", "make_app", "build_app", "get_settings", "lifespan", "main")
_KINDS = {"bool": "bool", "int": "int", "float": "int", "db": "url", "url": "url", "json": "json"}
_KINDS |= {"cache": "cache", "list": "list", "dj_db_url": "url", "str": "text", "email_url": "url"}
_UNNAMED = {"cache": "CACHE_URL", "db": "DATABASE_URL", "email_url": "EMAIL_URL"}
_NO_READ = ("prefixed", "read_env", "parser_for", "add_parser", "read_envfile")
_MOST_LINKED = 12  # modules whose values others use, and others that are looked at for each


def find(code: Code, paths: Iterable[str]) -> list[Variable]:
    """The variables that some files read, each once, a need before a wish."""
    paths = list(paths)
    found: dict[str, Variable] = {}
    modules = list(code.modules(code.holding(*_WORDS, among=paths)))
    shared = _Shared()
    for module in modules:
        names, scheme = _env_objects(module)
        shared.names |= names
        shared.scheme |= scheme
    for number, module in enumerate(modules):
        elsewhere = _needed_elsewhere(code, paths, module) if number < _MOST_LINKED else {}
        for each in _Reader(module, shared, elsewhere).variables():
            other = found.get(each.name)
            if other is None or each.outweighs(other):
                found[each.name] = each
    return list(found.values())


@dataclass(frozen=True)
class _Place:
    """How a node is reached: by which parent, in a function, in a branch, in a `try`."""

    parent: ast.AST | None = None
    late: bool = False
    guarded: bool = False
    special: bool = False
    """A branch for a case that has to be asked for, not the one that an app takes by itself."""


@dataclass
class _Shared:
    """The objects that read variables, of all modules: others may import them."""

    names: dict[str, str] = field(default_factory=dict)
    scheme: dict[str, tuple[str, bool]] = field(default_factory=dict)


class _Reader:
    """Reads the variables of one module."""

    def __init__(self, module: Module, shared: _Shared, elsewhere: Mapping[str, str]) -> None:
        self.module = module
        self.env_names, self.scheme = _env_objects(module)
        for name, kind in shared.names.items():
            full = module.names.get(name, "")
            taken = full.endswith(f".{name}") or "*" in module.names
            if taken and name not in self.env_names:
                self.env_names[name] = self.env_names[full or name] = kind
                self.scheme = {**shared.scheme, **self.scheme}
        self.checked = _checked_names(module)
        self.used = {**elsewhere, **_needing_names(module)}

    def variables(self) -> Iterator[Variable]:
        if "BaseSettings" in self.module.text:
            yield from settings_classes.fields(self.module)
        for node in self.module.nodes:
            if isinstance(node, ast.Call | ast.Subscript) and (found := self._read(node)):
                yield found

    def _read(self, node: ast.Call | ast.Subscript) -> Variable | None:
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            is_environ = self.module.dotted(node.value) in ("os.environ", "environ")
            name = string(node.slice)
            return self._variable(node, name, strict=True) if is_environ and name else None
        if isinstance(node, ast.Call):
            name = string(node.args[0]) if node.args else self._unnamed(node)
            return self._called(node, name) if name else None
        return None

    def _unnamed(self, call: ast.Call) -> str:
        """The variable that `env.db()` and the like read when they are told none."""
        head, _, method = self.module.dotted(call.func).rpartition(".")
        return _UNNAMED.get(method, "") if self.env_names.get(head) == "env" else ""

    def _called(self, call: ast.Call, name: str) -> Variable | None:
        source = self.module.dotted(call.func)
        head, _, method = source.rpartition(".")
        if source in ("os.getenv", "os.environ.get", "getenv"):
            default = argument(call, "default", 1)
            return self._variable(call, name, strict=False, default=default)
        if source in ("decouple.config", "decouple.AutoConfig") or (
            self.env_names.get(source) == "config" and not head
        ):
            default = argument(call, "default", 1)
            cast = self.module.dotted(argument(call, "cast"))
            kind = _KINDS.get(cast.rpartition(".")[2], "text")
            return self._variable(call, name, strict=True, default=default, kind=kind)
        owner = self.env_names.get(source) or self.env_names.get(head)
        if owner == "env" and method not in _NO_READ:
            name = conditions.prefix(self.module, call) + name
            default = argument(call, "default", 1)
            if isinstance(default, ast.Name) and default.id in _KINDS:
                default = argument(call, "default", 2)  # env("DEBUG", bool, False)
            kind = _KINDS.get(method, "text") if head else "text"
            if name in self.scheme:
                kind, has = self.scheme[name]
                default = default or (ast.Constant(value="") if has else None)
            return self._variable(call, name, strict=True, default=default, kind=kind)
        return None

    def _variable(
        self,
        node: ast.expr,
        name: str,
        *,
        strict: bool,
        default: ast.expr | None = None,
        kind: str = "text",
    ) -> Variable | None:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,127}", name):
            return None
        has_default = default is not None and not (
            isinstance(default, ast.Constant) and default.value is None
        )
        place = _place(self.module, node)
        use = self._use(node, place)
        demanded = _is_missing_check(self.module, node) and not place.special
        needs = not has_default and not (strict and default is not None) and (strict or bool(use))
        if isinstance(place.parent, ast.BoolOp) and isinstance(place.parent.op, ast.Or):
            needs, has_default = False, True
            default = place.parent.values[-1]
        return Variable(
            name=name,
            evidence=self.module.evidence(node),
            needed=needs and not place.late and (demanded or not place.guarded),
            kind=use if kind == "text" and use else kind,
            default=has_default,
            text=string(default) or "",
            doubtful=needs,
        )

    def _use(self, node: ast.expr, place: _Place) -> str:
        """What the value must be, if it is used in a way that fails without one."""
        parent = place.parent
        if _is_missing_check(self.module, node):
            return "text"
        if isinstance(parent, ast.Call) and node in parent.args:
            return _NEEDING.get(_last(parent.func), "")
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            target = parent.targets[0].id
            is_django_key = target == "SECRET_KEY" and "INSTALLED_APPS" in self.module.text
            if target in self.checked or is_django_key:
                return "text"
            return self.used.get(target, "")
        return ""


def _place(module: Module, node: ast.AST) -> _Place:
    """How a node is reached."""
    late = guarded = special = False
    child = node
    while outer := module.parents.get(child):
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef):
            late = late or not (outer.name.startswith(_STARTING) or _prepares(module, outer))
        elif isinstance(outer, ast.Lambda):
            late = True
        elif isinstance(outer, ast.If | ast.IfExp):
            inside = not (
                is_main_guard(outer)
                or child is outer.test
                or conditions.usual(module, outer, child)
            )
            guarded = guarded or inside
            special = special or (inside and not _is_usual(outer, child))
        elif isinstance(outer, ast.Try):
            inside = child in outer.body and bool(outer.handlers)
            guarded, special = guarded or inside, special or inside
        child = outer
    return _Place(module.parents.get(node), late, guarded, special)


def _prepares(module: Module, function: ast.AST) -> bool:
    """Whether a function is that of a configuration for production which prepares the app."""
    owner = module.parents.get(function)
    is_class = isinstance(owner, ast.ClassDef) and owner.name.lower().startswith("prod")
    return is_class and getattr(function, "name", "") == "init_app"


def _is_usual(branch: ast.If | ast.IfExp, child: ast.AST) -> bool:
    """Whether a part of an `if` is what an app does without being asked for something else."""
    otherwise = branch.orelse if isinstance(branch, ast.If) else [branch.orelse]
    if child in otherwise:
        return True
    is_not = isinstance(branch.test, ast.UnaryOp) and isinstance(branch.test.op, ast.Not)
    return is_not or _asks_for_arguments(branch.test)


@lru_cache(maxsize=256)  # many reads may stand in one branch
def _asks_for_arguments(test: ast.expr) -> bool:
    return any(_last_name(each) == "argv" for each in ast.walk(test))


def _last_name(node: ast.AST) -> str:
    return _last(node) if isinstance(node, ast.Attribute | ast.Name) else ""


def _last(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _checked_names(module: Module) -> set[str]:
    """Names for which the module gives up when they are empty."""
    found: set[str] = set()
    for node in module.nodes:
        if isinstance(node, ast.Assert):
            found |= {each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)}
        elif isinstance(node, ast.If) and any(map(_gives_up, node.body)):
            negative = isinstance(node.test, ast.UnaryOp | ast.Compare | ast.BoolOp)
            names = [each.id for each in ast.walk(node.test) if isinstance(each, ast.Name)]
            found |= set(names) if negative else set()
    return found


def _is_missing_check(module: Module, node: ast.AST) -> bool:
    """Whether a read is a test that gives up where there is no value: `assert` or an `if`."""
    test = module.parents.get(node)
    if isinstance(test, ast.Assert):
        return test.test is node
    is_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    is_none = isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Is | ast.Eq)
    outer = module.parents.get(test) if test is not None else None
    return (
        (is_not or is_none)
        and isinstance(outer, ast.If)
        and outer.test is test
        and any(map(_gives_up, outer.body))
    )


def _gives_up(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return True
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    return is_call and _last(node.value.func) in ("exit", "_exit", "quit")  # type: ignore[attr-defined]


def _needing_names(module: Module) -> dict[str, str]:
    """Names that are given to a call which fails without a value, with the kind it needs."""
    found: dict[str, str] = {}
    for node in module.nodes:
        if isinstance(node, ast.Call) and (kind := _NEEDING.get(_last(node.func))):
            for value in [*node.args[:1], *(each.value for each in node.keywords)]:
                if isinstance(value, ast.Name):
                    found.setdefault(value.id, kind)
    return found


def _needed_elsewhere(code: Code, paths: Sequence[str], module: Module) -> dict[str, str]:
    """Names of a module that others give to a call which fails without a value."""
    pairs = filter(None, map(assigned, module.top))
    targets = {name for name, value in pairs if isinstance(value, ast.Call)}
    stem = module.path.removesuffix(".py").removesuffix("/__init__").rsplit("/", 1)[-1]
    others = [path for path in code.holding(stem, among=paths) if path != module.path]
    found: dict[str, str] = {}
    users = code.holding(*targets, among=others)[:_MOST_LINKED] if targets else []
    for other in code.modules(users):
        for node in other.nodes:
            if isinstance(node, ast.Call) and (kind := _NEEDING.get(_last(node.func))):
                for value in [*node.args[:1], *(each.value for each in node.keywords)]:
                    source, _, name = other.dotted(value).rpartition(".")
                    if name in targets and source.rpartition(".")[2] == stem:
                        found.setdefault(name, kind)
    return found


def _env_objects(module: Module) -> tuple[dict[str, str], dict[str, tuple[str, bool]]]:
    """Names that read variables, by library, and the scheme of a django-environ object."""
    names: dict[str, str] = {}
    scheme: dict[str, tuple[str, bool]] = {}
    for alias, full in module.names.items():
        if full == "environs.env":
            names[alias] = names[full] = "env"
    for node in module.nodes:
        if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
            continue
        target, maker = node.targets[0], module.dotted(node.value.func)
        if not isinstance(target, ast.Name):
            continue
        if maker in ("environ.Env", "environs.Env", "environ.FileAwareEnv"):
            names[target.id] = "env"
            scheme |= _scheme(node.value)
        elif maker in ("starlette.config.Config", "decouple.Config", "decouple.AutoConfig"):
            names[target.id] = "config"
    return names, scheme


def _scheme(call: ast.Call) -> dict[str, tuple[str, bool]]:
    found = {}
    for keyword in call.keywords:
        if keyword.arg:
            pair = keyword.value.elts if isinstance(keyword.value, ast.Tuple) else [keyword.value]
            kind = pair[0].id if pair and isinstance(pair[0], ast.Name) else ""
            found[keyword.arg] = (_KINDS.get(kind, "text"), len(pair) > 1)
    return found


_PLACEHOLDERS = {
    "bool": "false",
    "cache": "dummycache://",
    "int": "1",
    "json": "[]",
    "list": "localhost",
    "url": "sqlite://:memory:",
}


def placeholder(variable: Variable) -> str:
    """A harmless value that a build step can be given for a variable."""
    name = variable.name.lower()
    if variable.kind == "text" and "redis" in name:
        return "redis://localhost:6379/0"
    if variable.kind == "text" and re.search(r"database|db_url", name):
        return _PLACEHOLDERS["url"]
    if variable.kind == "text" and name.endswith(("_url", "_uri", "_endpoint")):
        return "http://localhost"
    if variable.kind == "text" and name.endswith("port"):
        return "1"
    return _PLACEHOLDERS.get(variable.kind, "build")
