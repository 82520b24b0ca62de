"""The port that an app listens on, where its own files say it."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.detect import environment_examples
from generator.detect.existing import Existing
from generator.detect.model import Confidence, Evidence
from generator.detect.python.code import Code, Module, argument, parameter_defaults, string
from generator.detect.tree import Tree

_PORT_METHODS: tuple[str, ...] = ("run", "run_app", "listen", "serve", "launch", "run_server")
_PORT_METHODS += ("start_server", "run_webhook")
_SERVER_CLASSES = ("HTTPServer", "ThreadingHTTPServer", "TCPServer", "WSGIServer", "make_server")
_GRPC = ("add_insecure_port", "add_secure_port")
_NAMES = (*_PORT_METHODS, *_SERVER_CLASSES, *_GRPC)
_VARIABLES = ("PORT", "APP_PORT", "FLASK_RUN_PORT")
_PORT_NAME = re.compile(r"(?i)(?:\w{0,80}_)?port")
_BACKLOGS = (*range(1, 1025), 2048, 4096)  # of a socket's listen(), which is given no port
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")  # which nobody outside of the machine reaches
_MOST_NAMES = 8  # looked for in other modules
_WORDS = (*(f"{name}(" for name in _NAMES), "start_http_server(")


@dataclass(frozen=True, kw_only=True)
class PortFound:
    """A port, how it follows, and where. `variable` is the one that may change it."""

    port: int
    reason: str
    evidence: Evidence
    confidence: Confidence = Confidence.HIGH
    host: str = ""
    host_variable: str = ""
    metrics: bool = False
    """It answers for Prometheus alone, beside whatever the program does."""


def port_in(text: str) -> int | None:
    """The port at the end of an address such as `0.0.0.0:8000`, or of a default `${PORT:-8000}`."""
    found = re.fullmatch(r"[^\s]{0,80}?[:=-]?([0-9]{2,5})\}?", text.strip())
    number = int(found[1]) if found else 0
    return number if 1 <= number <= 65535 and number != 22 else None


def of_server(tree: Tree, told: Existing, start_port: int | None) -> Iterator[PortFound]:
    """Ports that the configuration gives the server that we start."""
    for path in tree.named("gunicorn.conf.py", "gunicorn_conf.py", "gunicorn_config.py"):
        line = tree.line(path, r"^bind\s*=")
        row = (tree.text(path) or "").split("\n")[line - 1] if line else ""
        found = re.search(r":([0-9]{2,5})\b", row)
        if found and (port := port_in(found[1])):
            yield PortFound(port=port, reason="bound in", evidence=Evidence(path=path, line=line))
    if start_port and told.argv_evidence:
        yield PortFound(port=start_port, reason="in the command of", evidence=told.argv_evidence)
    for each in told.ports:
        if port := port_in(each.value.split("/")[0]):
            yield PortFound(port=port, reason="told by", evidence=each.evidence)


def of_settings(tree: Tree) -> Iterator[PortFound]:
    """Ports in examples of environment files."""
    shown = environment_examples.read(tree)
    for name in filter(shown.__contains__, _VARIABLES):
        value, place = shown[name]
        if port := port_in(value):
            yield PortFound(
                port=port, reason="set in", evidence=place, confidence=Confidence.MEDIUM
            )


def of_code(code: Code, paths: Iterable[str]) -> Iterator[PortFound]:
    """Ports that the code listens on by itself: `app.run(port=5000)` and the like."""
    paths = list(paths)
    for module in code.modules(code.holding(*_WORDS, among=paths)):
        constants, defaults = _constants(module)
        constants = {**_imported(code, paths, module), **constants}
        for node in module.nodes:
            if isinstance(node, ast.Call) and (
                found := _listening(module, node, constants, defaults)
            ):
                yield found


def _listening(
    module: Module,
    call: ast.Call,
    constants: dict[str, ast.expr],
    defaults: dict[str, ast.expr],
) -> PortFound | None:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else module.dotted(call.func)
    name = name.rpartition(".")[2]
    host, value = _address(name, call)
    told = _number(module, value, constants)
    # `port = arguments.port`: what is read from an object is an option before it is that name.
    options = {f".{name}": default for name, default in defaults.items()}
    known = {**defaults, **constants, **options}
    number = told or _number(module, value, known)
    if not number or (name == "listen" and number in _BACKLOGS):
        return None
    address, host_variable = _text(host, known)
    return PortFound(
        port=number,
        reason="listened on in",
        evidence=module.evidence(call),
        confidence=Confidence.HIGH if told else Confidence.MEDIUM,
        host=address,
        host_variable=host_variable,
        metrics=name == "start_http_server",
    )


def _address(name: str, call: ast.Call) -> tuple[ast.expr | None, ast.expr | None]:
    """The host and the port that a call is given."""
    if name in _PORT_METHODS:
        place = {"listen": 0, "start_server": 2}.get(name, -1)
        port = argument(call, "port", place) or argument(call, "server_port")
        host = argument(call, "host", 1 if name == "start_server" else -1)
        host = host or (argument(call, "listen") if name == "run_webhook" else None)
        return host or argument(call, "server_name"), port
    if name in _GRPC:
        return None, argument(call, "address", 0)
    if name == "start_http_server":  # of prometheus_client
        return argument(call, "addr", 1), argument(call, "port", 0)
    if name not in _SERVER_CLASSES:
        return None, None
    first = argument(call, "server_address", 0)
    if isinstance(first, ast.Tuple) and len(first.elts) == 2:
        return first.elts[0], first.elts[1]
    return first, argument(call, "port", 1)


def _imported(code: Code, paths: Sequence[str], module: Module) -> dict[str, ast.expr]:
    """Values of other modules that a name for a port here may stand for."""
    found: dict[str, ast.expr] = {}
    seen: set[str] = set()
    for node in module.nodes:
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if name in seen or not _PORT_NAME.fullmatch(name) or len(seen) > _MOST_NAMES:
            continue
        seen.add(name)
        others = [path for path in paths if path != module.path]
        for other in code.modules(code.holding(f"{name} ", f"{name}:", f"{name}=", among=others)):
            constants, _ = _constants(other)
            if number := _number(other, constants.get(name), constants):
                found.setdefault(name, ast.Constant(value=number))
    return found


def _constants(module: Module) -> tuple[dict[str, ast.expr], dict[str, ast.expr]]:
    """What names stand for: assigned values, and the defaults of parameters and of options."""
    found: dict[str, ast.expr] = {}
    defaults: dict[str, ast.expr] = {}
    for node in module.nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            defaults |= parameter_defaults(node)
        elif isinstance(node, ast.Call):
            defaults |= _option(node)
    return found, defaults


def _option(call: ast.Call) -> dict[str, ast.expr]:
    """The default of a command-line option, by the name that the code reads it with."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    default = argument(call, "default")
    if name not in ("option", "add_argument", "define") or default is None:
        return {}
    words = [text for each in call.args if (text := string(each))]
    plain = words[:1] if name == "define" else []  # of Tornado
    long = next((word for word in (*words, *plain) if word.startswith("--") or word in plain), "")
    named = string(argument(call, "dest")) or long.lstrip("-").replace("-", "_")
    return {named: default} if named else {}


def _number(  # noqa: C901 - one branch for each kind of expression
    module: Module, node: ast.expr | None, constants: dict[str, ast.expr], depth: int = 0
) -> int:
    """A port number or the default of one; 0 if the code does not tell."""
    number = 0
    if node is None or depth > 4:
        return number
    if isinstance(node, ast.Constant) and isinstance(node.value, int | str):
        number = port_in(str(node.value)) or 0
    elif isinstance(node, ast.Name) and node.id in constants:
        number = _number(module, constants[node.id], constants, depth + 1)
    elif isinstance(node, ast.BoolOp):
        parts = (_number(module, value, constants, depth + 1) for value in node.values)
        number = next(filter(None, parts), 0)
    elif isinstance(node, ast.Call):
        name = module.dotted(node.func).rpartition(".")[2]
        if name in ("int", "str"):
            number = _number(module, _first(node), constants, depth + 1)
        elif name in ("getenv", "get", "config", "env"):
            number = _number(module, argument(node, "default", 1), constants, depth + 1)
        elif name in ("Option", "Field"):
            number = _number(module, argument(node, "default", 0), constants, depth + 1)
    elif isinstance(node, ast.BinOp | ast.JoinedStr):
        number = _number(module, _end(node), constants, depth + 1)
    elif isinstance(node, ast.Attribute):
        value = constants.get(f".{node.attr}", constants.get(node.attr))
        number = _number(module, value, constants, depth + 1)
    return number


def _end(text: ast.BinOp | ast.JoinedStr) -> ast.expr | None:
    """The last part of an address that is put together, as in `"[::]:" + port`."""
    if isinstance(text, ast.BinOp):
        return text.right if isinstance(text.op, ast.Add) else None
    last = text.values[-1] if text.values else None
    return last.value if isinstance(last, ast.FormattedValue) else last


def _text(node: ast.expr | None, constants: dict[str, ast.expr], depth: int = 0) -> tuple[str, str]:
    name = node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")
    if name in constants and depth < 4:
        return _text(constants[name], constants, depth + 1)
    if isinstance(node, ast.Call):
        default = argument(node, "default", 1)
        return (string(default) or "", string(_first(node)) or "")
    return string(node) or "", ""


def _first(call: ast.Call) -> ast.expr | None:
    return call.args[0] if call.args else None
