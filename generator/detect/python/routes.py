"""Routes that answer whether the app works, read from the code."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.detect.model import Evidence
from generator.detect.python.code import Code, Module, argument, string
from generator.detect.python.frameworks import MAKERS
from generator.detect.python.layout import folder, located

# Better ones first: what is made for probes, then what is usual.
_NAMES = (
    "healthz", "livez", "health", "healthcheck", "health-check", "health_check", "_health",
    "heartbeat", "readyz", "alive", "ping", "live", "liveness", "ready", "readiness", "status",
    "up",
)  # fmt: skip
_UNDER_HEALTH = ("live", "liveness", "ready", "readiness")
_DECORATORS = ("get", "route", "api_route", "head", "view")
_ADDERS = ("add_url_rule", "add_api_route", "add_route", "add_get", "add_resource", "Route", "get")
_ROUTERS = {
    "APIRouter": "prefix",
    "Blueprint": "url_prefix",
    "RouteTableDef": "",
    "APIBlueprint": "url_prefix",
}
_INCLUDERS = {
    "include_router": "prefix",
    "register_blueprint": "url_prefix",
    "blueprint": "url_prefix",
}
_GUARDS = re.compile(
    r"(?i)auth|login|jwt|token|permission|current_user|security|verify|api_key|require"
)
_WORDS = ("health", "livez", "alive", "ping", "ready", "status", "heartbeat")
_DEPTH = 4  # of routers in routers


@dataclass(frozen=True)
class Route:
    """A path that answers a GET without parameters or login."""

    path: str
    evidence: Evidence


def find(code: Code, paths: Iterable[str]) -> list[Route]:
    """The routes of a health check in some files, the best first."""
    paths = list(paths)
    finder = _Finder(code, paths)
    found = []
    for module in code.modules(code.holding(*_WORDS, among=paths)):
        found += list(finder.routes(module))
    return _ranked(found)


def find_django(code: Code, settings: Iterable[str], root: str) -> list[Route]:
    """The routes of a health check below a Django project's root URL configuration."""
    for path in settings:
        found = re.search(r"^ROOT_URLCONF\s*=\s*[\"']([\w.]+)[\"']", code.text(path), re.MULTILINE)
        if found and (urls := located(code, root, found[1])):
            return _ranked(_django(code, urls, root, "/", 0))
    return []


def _ranked(found: Iterable[Route]) -> list[Route]:
    fitting = [each for each in found if _rank(each.path) is not None]
    return sorted(fitting, key=lambda each: (_rank(each.path), each.path))


def _rank(path: str) -> tuple[int, int] | None:
    parts = [part for part in path.lower().split("/") if part]
    if not parts or len(parts) > 5 or not re.fullmatch(r"(?:/[A-Za-z0-9._~-]+)+/?", path):
        return None
    name = parts[-1]
    if name not in _NAMES or (name in _UNDER_HEALTH and len(parts) > 1 and "health" not in path):
        return None
    if name in ("status", "up") and len(parts) > 1 and parts[0] != "api":
        return None
    return _NAMES.index(name), len(parts)


class _Finder:
    """Finds routes with the prefixes of the routers that they hang on."""

    def __init__(self, code: Code, paths: list[str]) -> None:
        self.code = code
        holding = code.holding(*(f"{name}(" for name in _INCLUDERS), among=paths)
        self.including = list(code.modules(holding))

    def routes(self, module: Module) -> Iterator[Route]:
        for node in ast.walk(module.syntax):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield from self._decorated(module, node)
            elif isinstance(node, ast.Call):
                yield from self._added(module, node)

    def _decorated(
        self, module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef
    ) -> Iterator[Route]:
        calls = [each for each in function.decorator_list if isinstance(each, ast.Call)]
        if _is_guarded(function):
            return
        for call in calls:
            name, owner = _method(call)
            path = string(argument(call, "path", 0))
            if path is None:
                path = string(argument(call, "rule", 0))
            if name in _DECORATORS and path is not None and _takes_get(call):
                for prefix in self._prefixes(module, owner, 0):
                    yield Route(_path(prefix, path), module.evidence(call))

    def _added(self, module: Module, call: ast.Call) -> Iterator[Route]:
        name, owner = _method(call)
        path = string(argument(call, "path", 0))
        # The second argument is what answers; without it this is a decorator or a client's call.
        if (
            name in _ADDERS
            and path
            and len(call.args) + len(call.keywords) > 1
            and _takes_get(call)
        ):
            if name == "get" and module.dotted(call.func) != "aiohttp.web.get":
                return
            if path.startswith("/"):
                for prefix in self._prefixes(module, owner.partition(".")[0], 0):
                    yield Route(_path(prefix, path), module.evidence(call))

    def _prefixes(self, module: Module, owner: str, depth: int) -> list[str]:
        """What stands before the paths of an app or router; nothing if that is not known."""
        made = _made(module, owner)
        if made is None:
            # A parameter or an imported app: nothing is known of a prefix, so there is none.
            return [""] if not owner.endswith(("router", "bp", "blueprint", "routes")) else []
        keyword = _ROUTERS.get(_last(made))
        if keyword is None:
            return [""]
        if keyword == "" or depth > _DEPTH:
            return [""] if depth <= _DEPTH else []
        own = self._text(argument(made, keyword))
        guards = argument(made, "dependencies")
        if own is None or (guards is not None and _GUARDS.search(ast.unparse(guards))):
            return []
        found = []
        for outer, call in self._inclusions(module, owner):
            more = self._text(argument(call, _INCLUDERS[_last(call)]))
            guards = argument(call, "dependencies")
            if more is None or (guards is not None and _GUARDS.search(ast.unparse(guards))):
                continue
            # A prefix at the registration of a blueprint takes the place of the blueprint's own.
            inner = more if more and _last(call) != "include_router" else more + own
            _, receiver = _method(call)
            found += [before + inner for before in self._prefixes(outer, receiver, depth + 1)]
        return found

    def _inclusions(self, module: Module, owner: str) -> Iterator[tuple[Module, ast.Call]]:
        ends = f".{_module_end(module.path)}.{owner}"
        for outer in self.including:
            for call in ast.walk(outer.syntax):
                if not isinstance(call, ast.Call) or _last(call) not in _INCLUDERS or not call.args:
                    continue
                named = outer.dotted(call.args[0])
                same = outer is module and named == owner
                if (
                    same
                    or (f".{named.lstrip('.')}".endswith((ends, f".{owner}"))
                    and (same or _leads(outer, named, module)))
                ):
                    yield outer, call

    def _text(self, node: ast.expr | None) -> str | None:
        """A prefix: empty if there is none, None if it cannot be told."""
        if node is None:
            return ""
        if (plain := string(node)) is not None:
            return plain
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if not name:
            return None
        pattern = (
            rf"^[ \t]*{re.escape(name)}[ \t]*(?::[ \t]*\w+[ \t]*)?=[ \t]*[\"']([^\"'\n]*)[\"']"
        )
        for path in self.code.holding(name):
            if found := re.search(pattern, self.code.text(path), re.MULTILINE):
                return found[1]
        return None


def _leads(outer: Module, named: str, module: Module) -> bool:
    """Whether a dotted name of one module names something in another."""
    wanted = module.path.removesuffix(".py").removesuffix("/__init__").split("/")
    parts = [part for part in named.split(".") if part][:-1]
    if not parts:
        return folder(outer.path) == folder(module.path)
    return wanted[-len(parts) :] == parts or wanted[-1] == parts[-1]


def _module_end(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").rsplit("/", 1)[-1]


def _last(call: ast.Call) -> str:
    return _method(call)[0]


def _method(call: ast.Call) -> tuple[str, str]:
    """The name that is called and what it is called on."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr, ast.unparse(call.func.value)[:100]
    return getattr(call.func, "id", ""), ""


def _made(module: Module, owner: str) -> ast.Call | None:
    """The call that makes an app or a router of some name."""
    makers = {name for _, name in MAKERS} | set(_ROUTERS)
    for node in ast.walk(module.syntax):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target = node.targets[0]
            is_it = isinstance(target, ast.Name) and target.id == owner
            if is_it and _last(node.value) in makers:
                return node.value
    return None


def _takes_get(call: ast.Call) -> bool:
    methods = argument(call, "methods")
    if isinstance(methods, ast.List | ast.Tuple | ast.Set):
        return "GET" in [(string(each) or "").upper() for each in methods.elts]
    return True


def _is_guarded(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a login or the like stands before a route."""
    for each in function.decorator_list:
        if not isinstance(each, ast.Call) and _GUARDS.search(ast.unparse(each)):
            return True
        if isinstance(each, ast.Call):
            name = ast.unparse(each.func)
            guards = argument(each, "dependencies")
            if _GUARDS.search(name) or (guards and _GUARDS.search(ast.unparse(guards))):
                return True
    arguments = function.args
    defaults = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
    notes = [each.annotation for each in arguments.args if each.annotation]
    return any(_GUARDS.search(ast.unparse(each)) for each in [*defaults, *notes])


def _path(prefix: str, path: str) -> str:
    whole = f"/{prefix.strip('/')}/{path.lstrip('/')}" if prefix.strip("/") else path
    whole = re.sub("/{2,}", "/", whole)
    return whole if whole.startswith("/") else f"/{whole}"


def _django(code: Code, urls: str, root: str, prefix: str, depth: int) -> Iterator[Route]:
    module = code.module(urls)
    if module is None or depth > _DEPTH:
        return
    for node in ast.walk(module.syntax):
        if not isinstance(node, ast.Call) or _last(node) != "path" or len(node.args) < 2:
            continue
        start, target = string(node.args[0]), node.args[1]
        if start is None or "<" in start:
            continue
        whole = _path(prefix, start)
        included = _included(target)
        if included == "health_check.urls":
            yield from _health_package(whole, module.evidence(node))
        elif included:
            if inner := located(code, root, included) or located(code, folder(urls), included):
                yield from _django(code, inner, root, whole, depth + 1)
        elif not _GUARDS.search(ast.unparse(target)):
            yield Route(whole, module.evidence(node))


def _health_package(path: str, evidence: Evidence) -> Iterator[Route]:
    """The route of django-health-check, whatever it is called."""
    yield Route(path, evidence)


def _included(target: ast.expr) -> str:
    if not isinstance(target, ast.Call) or _last(target) != "include" or not target.args:
        return ""
    first = target.args[0]
    if isinstance(first, ast.Tuple) and first.elts:
        first = first.elts[0]
    return string(first) or ""
