"""Routes that answer whether the app works, read from the code."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.detect.model import Evidence
from generator.detect.python.code import Code, Module, argument, assigned, meant, source, string
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
_WORDS = ("health", "livez", "alive", "ping", "ready", "status", "heartbeat", "/up", "/live")
_PATHS = re.compile(rf"[\"'/](?:{'|'.join(_NAMES)})(?=[\"'/])")
_DEPTH = 4  # of routers in routers


@dataclass(frozen=True)
class Route:
    """A path that answers a GET without parameters or login."""

    path: str
    evidence: Evidence
    sure: bool = False
    """It is a health check whatever its path."""


def find(code: Code, paths: Iterable[str]) -> list[Route]:
    """The routes of a health check in some files, the best first."""
    paths = list(paths)
    finder = _Finder(code, paths)
    found = []
    holding = code.holding(*_WORDS, among=paths)
    for module in code.modules(path for path in holding if _PATHS.search(code.text(path))):
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
    ranked = [(rank, each) for each in found if (rank := _rank(each))]
    return [each for _, each in sorted(ranked, key=lambda pair: (pair[0], pair[1].path))]


def _rank(route: Route) -> tuple[int, int] | None:
    path = route.path
    if route.sure:
        return -1, 0
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
        self.including = [
            (
                outer,
                [each for each in outer.nodes if isinstance(each, ast.Call) and _includes(each)],
            )
            for outer in code.modules(holding)
        ]
        self.made: dict[str, dict[str, ast.Call]] = {}
        self.paths = paths
        self.nested = [
            (outer, node)
            for outer in code.modules(code.holding("route_handlers", among=paths))
            for node in outer.nodes
            if isinstance(node, ast.Call) and _last(node) == "Router"
        ]

    def routes(self, module: Module) -> Iterator[Route]:
        for node in module.nodes:
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
        holder = module.parents.get(function)
        for call in calls:
            path = string(argument(call, "path", 0))
            if path is None:
                path = string(argument(call, "rule", 0))
            if _last(call) not in _DECORATORS or not _takes_get(call):
                continue
            if isinstance(call.func, ast.Name) and isinstance(holder, ast.ClassDef):
                before, path = _class_path(holder), path or ""
                prefixes = [f"{outer}{before}" for outer in self._handled(holder.name, 0)]
            elif isinstance(call.func, ast.Name):
                prefixes = self._handled(function.name, 0)
            else:
                prefixes = self._prefixes(module, _owner(call), 0)
            if _may_be(path):
                for prefix in prefixes:
                    yield Route(_path(prefix, path or ""), module.evidence(call))

    def _handled(self, name: str, depth: int) -> list[str]:
        """What Litestar's routers put before the paths of a handler or controller."""
        found = []
        for outer, call in self.nested if depth < _DEPTH else []:
            listed = argument(call, "route_handlers")
            names = [_name(each) for each in getattr(listed, "elts", [])]
            if name in names:
                holder = assigned(outer.parents.get(call) or call)
                before = self._handled(holder[0], depth + 1) if holder else [""]
                own = string(argument(call, "path", 0)) or ""
                found += [f"{each.rstrip('/')}/{own.strip('/')}" for each in before]
        return found or [""]

    def _added(self, module: Module, call: ast.Call) -> Iterator[Route]:
        name = _last(call)
        if name not in _ADDERS:
            return
        path = string(argument(call, "path", 0))
        # The second argument is what answers; without it this is a decorator or a client's call.
        if _may_be(path) and len(call.args) + len(call.keywords) > 1 and _takes_get(call):
            if name == "get" and module.dotted(call.func) != "aiohttp.web.get":
                return
            if path and path.startswith("/"):
                for prefix in self._prefixes(module, _owner(call).partition(".")[0], 0):
                    yield Route(_path(prefix, path), module.evidence(call))

    def _prefixes(self, module: Module, owner: str, depth: int) -> list[str]:
        """What stands before the paths of an app or router; nothing if that is not known."""
        if module.path not in self.made:
            self.made[module.path] = _made(module)
        made = self.made[module.path].get(owner)
        if made is None:
            elsewhere = self._imported(module, owner) if depth <= _DEPTH else None
            if elsewhere:
                return self._prefixes(*elsewhere, depth + 1)
            # A parameter or an imported app: nothing is known of a prefix, so there is none.
            return [""] if not owner.endswith(("router", "bp", "blueprint", "routes")) else []
        keyword = _ROUTERS.get(_last(made))
        if keyword is None:
            return [""]
        if keyword == "" or depth > _DEPTH:
            return [""] if depth <= _DEPTH else []
        own = self._text(argument(made, keyword))
        guards = argument(made, "dependencies")
        if own is None or (guards is not None and _GUARDS.search(source(guards))):
            return []
        found = []
        for outer, call in self._inclusions(module, owner):
            more = self._text(argument(call, _INCLUDERS[_last(call)]))
            guards = argument(call, "dependencies")
            if more is None or (guards is not None and _GUARDS.search(source(guards))):
                continue
            # A prefix at the registration of a blueprint takes the place of the blueprint's own.
            inner = more if more and _last(call) != "include_router" else more + own
            found += [before + inner for before in self._prefixes(outer, _owner(call), depth + 1)]
        return found

    def _imported(self, module: Module, owner: str) -> tuple[Module, str] | None:
        """The module that makes an imported router, and its name there."""
        full = module.names.get(owner, "")
        inner, _, name = full.rpartition(".")
        for path in meant(self.paths, inner):
            other = self.code.module(path) if path != module.path else None
            if other and name in _made(other):
                return other, name
        return None

    def _inclusions(self, module: Module, owner: str) -> Iterator[tuple[Module, ast.Call]]:
        for outer, calls in self.including:
            for call in calls:
                named = outer.dotted(call.args[0])
                if outer is module:
                    fits = named == owner
                else:
                    fits = named.rpartition(".")[2] == owner and _leads(outer, named, module)
                if fits:
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


def _last(call: ast.Call) -> str:
    """The name that is called, without what it is called on."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _class_path(holder: ast.ClassDef) -> str:
    """The path of a Litestar controller, which stands before those of its methods."""
    pairs = filter(None, map(assigned, holder.body))
    found = next((string(value) or "" for name, value in pairs if name == "path"), "")
    return f"/{found.strip('/')}" if found.strip("/") else ""


def _owner(call: ast.Call) -> str:
    """What a method is called on."""
    return source(call.func.value)[:100] if isinstance(call.func, ast.Attribute) else ""


def _made(module: Module) -> dict[str, ast.Call]:
    """The calls that make an app or a router, by the name that holds it."""
    makers = {name for _, name in MAKERS} | set(_ROUTERS)
    found: dict[str, ast.Call] = {}
    for node in module.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target = node.targets[0]
            if isinstance(target, ast.Name) and _last(node.value) in makers:
                found.setdefault(target.id, node.value)
    return found


def _includes(call: ast.Call) -> bool:
    """Whether a call hangs a router or blueprint on an app or on another."""
    return _last(call) in _INCLUDERS and bool(call.args)


def _takes_get(call: ast.Call) -> bool:
    methods = argument(call, "methods")
    if isinstance(methods, ast.List | ast.Tuple | ast.Set):
        return "GET" in [(string(each) or "").upper() for each in methods.elts]
    return True


def _may_be(path: str | None) -> bool:
    """Whether a path may be a health check's, once it has its prefix."""
    return path is not None and path.rstrip("/").rsplit("/", 1)[-1].lower() in ("", *_NAMES)


def _is_guarded(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a login or the like stands before a route."""
    for each in function.decorator_list:
        if not isinstance(each, ast.Call) and _GUARDS.search(source(each)):
            return True
        if isinstance(each, ast.Call):
            name = source(each.func)
            guards = argument(each, "dependencies")
            if _GUARDS.search(name) or (guards and _GUARDS.search(source(guards))):
                return True
    arguments = function.args
    defaults = [*arguments.defaults, *filter(None, arguments.kw_defaults)]
    notes = [each.annotation for each in arguments.args if each.annotation]
    return any(_GUARDS.search(source(each)) for each in [*defaults, *notes])


def _path(prefix: str, path: str) -> str:
    joint = "/" if path else ""
    whole = f"/{prefix.strip('/')}{joint}{path.lstrip('/')}" if prefix.strip("/") else path
    whole = re.sub("/{2,}", "/", whole)
    return whole if whole.startswith("/") else f"/{whole}"


def _django(code: Code, urls: str, root: str, prefix: str, depth: int) -> Iterator[Route]:
    module = code.module(urls)
    if module is None or depth > _DEPTH:
        return
    for node in module.nodes:
        start = _pattern(node)
        if start is None or not isinstance(node, ast.Call):
            continue
        target = node.args[1]
        whole = _path(prefix, start)
        included = _included(target)
        if included == "health_check.urls":
            yield Route(whole, module.evidence(node), sure=True)
        elif included:
            if inner := located(code, root, included) or located(code, folder(urls), included):
                yield from _django(code, inner, root, whole, depth + 1)
        elif not _GUARDS.search(source(target)):
            yield Route(whole, module.evidence(node))


def _pattern(node: ast.AST) -> str | None:
    """The path that an entry of urlpatterns answers; None for another node or many paths."""
    if not isinstance(node, ast.Call) or len(node.args) < 2:
        return None
    start = string(node.args[0])
    if start is None or _last(node) not in ("path", "re_path", "url"):
        return None
    if _last(node) != "path":
        return _plain(start)
    return None if "<" in start else start


def _plain(pattern: str) -> str | None:
    """The one path that a regular expression of Django stands for; None if there are more."""
    inner = pattern.removeprefix("^").removesuffix("$").removesuffix("\\Z")
    inner = f"{inner[:-2]}/" if inner.endswith("/?") else inner
    inner = re.sub(r"\\([-./_])", r"\1", inner)
    return inner if re.fullmatch(r"[A-Za-z0-9_./~-]*", inner) else None


def _included(target: ast.expr) -> str:
    if not isinstance(target, ast.Call) or _last(target) != "include" or not target.args:
        return ""
    first = target.args[0]
    if isinstance(first, ast.Tuple) and first.elts:
        first = first.elts[0]
    return string(first) or ""
