"""Web frameworks as data, and the app objects and factories that a project makes with them."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from generator.detect.model import Evidence
from generator.detect.python.code import (
    Code,
    Module,
    aside,
    assigned,
    is_main_guard,
    name_rank,
    statements,
)


@dataclass(frozen=True)
class Framework:
    """A web framework: its name for people, its interface, and packages that bring a server."""

    name: str
    interface: str
    suffix: str = ""
    """What of the object the server loads, such as `server` of a Dash app."""


_FLASK = Framework("Flask", "wsgi")
_STARLETTE = Framework("Starlette", "asgi")
_FALCON = Framework("Falcon", "wsgi")
_CONNEXION = Framework("Connexion", "asgi")
_LITESTAR = Framework("Litestar", "asgi")
_SOCKETIO = Framework("Socket.IO", "asgi")
_DJANGO_WSGI = Framework("Django", "wsgi")
_DJANGO_ASGI = Framework("Django", "asgi")
# What makes an app object, by its full name; the module may be any that begins with the first
# part, since frameworks export their class in several places.
MAKERS = {
    ("aiohttp", "Application"): Framework("aiohttp", "aiohttp"),
    ("apiflask", "APIFlask"): _FLASK,
    ("blacksheep", "Application"): Framework("BlackSheep", "asgi"),
    ("bottle", "Bottle"): Framework("Bottle", "wsgi"),
    ("bottle", "default_app"): Framework("Bottle", "wsgi"),
    ("channels", "ProtocolTypeRouter"): _DJANGO_ASGI,
    ("connexion", "App"): _CONNEXION,
    ("connexion", "AsyncApp"): _CONNEXION,
    ("connexion", "FlaskApp"): _CONNEXION,
    ("dash", "Dash"): Framework("Dash", "wsgi", "server"),
    ("django", "get_asgi_application"): _DJANGO_ASGI,
    ("django", "get_wsgi_application"): _DJANGO_WSGI,
    ("eve", "Eve"): _FLASK,
    ("falcon", "API"): _FALCON,
    ("falcon", "App"): _FALCON,
    ("falcon.asgi", "App"): Framework("Falcon", "asgi"),
    ("fastapi", "FastAPI"): Framework("FastAPI", "asgi"),
    ("fasthtml", "FastHTML"): Framework("FastHTML", "asgi"),
    ("flask", "Flask"): _FLASK,
    ("flask_openapi3", "OpenAPI"): _FLASK,
    ("litestar", "Litestar"): _LITESTAR,
    ("quart", "Quart"): Framework("Quart", "asgi"),
    ("sanic", "Sanic"): Framework("Sanic", "sanic"),
    ("socketio", "ASGIApp"): _SOCKETIO,
    ("socketio", "WSGIApp"): Framework("Socket.IO", "wsgi"),
    ("starlette", "Starlette"): _STARLETTE,
}
# A call of a method of this name makes the app, whatever the object.
_MAKING_METHODS = {"make_wsgi_app": Framework("Pyramid", "wsgi")}
_WORDS = (*dict.fromkeys(f"{name}(" for _, name in MAKERS), "make_wsgi_app(")
_FACTORIES = (
    "create_app",
    "make_app",
    "build_app",
    "init_app",
    "get_app",
    "app_factory",
    "create_application",
)
_OBJECT_NAMES = ("app", "application", "api", "asgi_app", "server")
_UNTESTED = ("test", "mock", "fake", "stub")


@dataclass(frozen=True, kw_only=True)
class AppObject:
    """An app object or factory: the file, its name there, and what made it."""

    path: str
    name: str
    framework: Framework
    evidence: Evidence
    factory: bool = False
    coroutine: bool = False
    """Its factory is `async`, which aiohttp's worker of gunicorn calls by itself."""

    def expression(self) -> str:
        """What a server loads of the module."""
        name = f"{self.name}()" if self.factory and not self.coroutine else self.name
        return f"{name}.{self.framework.suffix}" if self.framework.suffix else name


def find(code: Code) -> list[AppObject]:
    """All app objects and factories of a project, the likeliest first."""
    found, makers = [], dict[str, Framework]()
    for module in code.modules(code.holding(*_WORDS)):
        found += list(_of(module, makers))
    if makers:
        calls = [f"{name}(" for name in makers]
        for module in code.modules(code.holding(*calls)):
            found += list(_called(module, makers))
    found += list(_imported(code, found))
    return sorted(_best_of_file(found), key=_rank)


def loaded(module: Module) -> list[ast.stmt]:
    """The statements that run when a server loads a module: no main guard's."""
    return list(statements([node for node in module.syntax.body if not is_main_guard(node)]))


def _imported(code: Code, found: Iterable[AppObject]) -> Iterator[AppObject]:
    """Apps of another file that a wsgi.py or asgi.py takes in: it is there for servers."""
    made = [each for each in found if not each.factory]
    own = {each.path for each in found}
    paths = [path for path in code.paths if _is_for_servers(path) and path not in own]
    for module in code.modules(paths if made else []):
        for node in loaded(module):
            if not isinstance(node, ast.ImportFrom):
                continue
            for alias in node.names:
                source = (node.module or "").rpartition(".")[2]
                for each in made:
                    same = stem(each.path) == source or not source
                    if same and alias.name == each.name:
                        yield AppObject(
                            path=module.path,
                            name=alias.asname or alias.name,
                            framework=each.framework,
                            evidence=module.evidence(node),
                        )


def _is_for_servers(path: str) -> bool:
    return path.rsplit("/", 1)[-1] in ("wsgi.py", "asgi.py")


def stem(path: str) -> str:
    """The last part of a file's module name."""
    return path.removesuffix(".py").removesuffix("/__init__").rsplit("/", 1)[-1]


def _best_of_file(found: Iterable[AppObject]) -> list[AppObject]:
    """One for each file: an object before a factory, a usual name before another."""
    best: dict[str, AppObject] = {}
    for each in found:
        other = best.get(each.path)
        if other is None or _merit(each) < _merit(other):
            best[each.path] = each
    return list(best.values())


def _merit(each: AppObject) -> tuple[bool, bool, int]:
    names = _FACTORIES if each.factory else _OBJECT_NAMES
    rank = names.index(each.name) if each.name in names else len(names)
    return each.factory, bool(each.framework.suffix), rank


def _rank(each: AppObject) -> tuple[bool, int, int, int, str]:
    depth = each.path.count("/") - each.path.startswith("src/")
    # A file that is there for servers to load may lie one folder deeper.
    made_for_it = _is_for_servers(each.path)
    beside = name_rank(each.path.rpartition("/")[0])  # api/main.py comes before admin/main.py
    rank = name_rank(each.path), beside
    return aside(each.path), max(0, depth - made_for_it), *rank, each.path


def maker(module: Module, call: ast.expr) -> Framework | None:
    """The framework whose app a call makes."""
    if not isinstance(call, ast.Call):
        return None
    if isinstance(call.func, ast.Attribute) and call.func.attr in _MAKING_METHODS:
        return _MAKING_METHODS[call.func.attr]
    source, _, name = module.dotted(call.func).rpartition(".")
    while source:
        if framework := MAKERS.get((source, name)):
            return framework
        source = source.rpartition(".")[0]
    return None


def _of(module: Module, makers: dict[str, Framework]) -> Iterator[AppObject]:
    """The apps that a module makes; `makers` gets the functions that return one."""
    known: dict[str, AppObject] = {}
    for node in loaded(module):
        pair = assigned(node)
        if pair and (framework := _made(module, pair[1], known)):
            evidence = module.evidence(node)
            known[pair[0]] = AppObject(
                path=module.path, name=pair[0], framework=framework, evidence=evidence
            )
    yield from known.values()
    for node in loaded(module):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        framework = _returned(module, node)
        is_coroutine = isinstance(node, ast.AsyncFunctionDef)
        if not framework or not _is_for_use(node):
            continue
        if is_coroutine and framework.interface != "aiohttp":
            continue  # no server of the others can wait for it
        if not is_coroutine:
            makers.setdefault(node.name, framework)
        if _needs_nothing(node):
            yield AppObject(
                path=module.path,
                name=node.name,
                framework=framework,
                evidence=module.evidence(node),
                factory=True,
                coroutine=is_coroutine,
            )


def _made(module: Module, value: ast.expr, known: dict[str, AppObject]) -> Framework | None:
    """The framework of a value: a fresh app, one wrapped by another call, or `dash.server`."""
    if framework := maker(module, value):
        return framework
    if isinstance(value, ast.Attribute) and value.attr == "server":
        base = known.get(module.dotted(value.value))
        return replace(base.framework, suffix="") if base and base.framework.suffix else None
    if isinstance(value, ast.Call):
        is_wrapper = module.dotted(value.func)[:1].isalpha() and _looks_like_class(value.func)
        for argument in [*value.args, *(keyword.value for keyword in value.keywords)]:
            inner = maker(module, argument)
            if not inner and isinstance(argument, ast.Name) and argument.id in known:
                inner = known[argument.id].framework
            if inner and is_wrapper and inner.interface in ("asgi", "wsgi"):
                return inner
    return None


def _looks_like_class(function: ast.expr) -> bool:
    """Whether a call looks like one of ASGI or WSGI middleware, which is an app again."""
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name.endswith(("Middleware", "ASGI", "Fix", "WhiteNoise", "Sentry"))


def _is_for_use(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function's name does not say that it is for tests."""
    return not any(word in function.name.lower() for word in _UNTESTED)


def _needs_nothing(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a function can be called without arguments."""
    arguments = function.args
    needed = len(arguments.args) + len(arguments.posonlyargs) - len(arguments.defaults)
    keywords = [value for value in arguments.kw_defaults if value is None]
    return needed <= 0 and not keywords


def _returned(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Framework | None:
    """The framework of the app that a function makes and returns."""
    made: dict[str, Framework] = {}
    for node in ast.walk(function):
        pair = assigned(node)
        if pair and (framework := maker(module, pair[1])):
            made[pair[0]] = framework
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            value: ast.expr = node.value
            if isinstance(value, ast.Name) and value.id in made:
                return made[value.id]
            if framework := maker(module, value):
                return framework
            if isinstance(value, ast.Attribute) and isinstance(value.value, ast.Name):
                inner = made.get(value.value.id)  # return connexion_app.app, dash_app.server
                if inner:
                    return replace(inner, suffix="")
    return None


def _called(module: Module, makers: dict[str, Framework]) -> Iterator[AppObject]:
    """Names that hold what a known function makes, and functions that return that."""
    for node in loaded(module):
        pair = assigned(node)
        if pair and (framework := _made_by(module, pair[1], makers)):
            yield AppObject(
                path=module.path,
                name=pair[0],
                framework=framework,
                evidence=module.evidence(node),
            )
        if not isinstance(node, ast.FunctionDef) or node.name in makers:
            continue
        ends = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
        made = [found for each in ends if each and (found := _made_by(module, each, makers))]
        if made and _is_for_use(node) and _needs_nothing(node):
            yield AppObject(
                path=module.path,
                name=node.name,
                framework=made[0],
                evidence=module.evidence(node),
                factory=True,
            )


def _made_by(module: Module, value: ast.expr, makers: dict[str, Framework]) -> Framework | None:
    """The framework of what a call of a known function gives."""
    if not isinstance(value, ast.Call):
        return None
    return makers.get(module.dotted(value.func).rpartition(".")[2])
