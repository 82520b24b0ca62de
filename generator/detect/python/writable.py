"""Where an app writes: folders of data for volumes, and what it cannot write in an image."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from generator.detect.model import Evidence
from generator.detect.python.code import Code, Module, argument, meant, string
from generator.detect.python.layout import folder, joined
from generator.detect.python.paths import INSTANCE, all_paths, path_of

_SQLITE = re.compile(r"sqlite(?:\+\w{1,20})?:///(?!:memory:)(/?[^\s\"'?{}]{1,200})")
_WORDS: tuple[str, ...] = ("sqlite", "instance_path", "makedirs", "mkdir", "FileHandler")
_WORDS += ("UPLOAD_FOLDER", "upload_dir", "UPLOAD_DIR")
_SCRATCH = ("tempfile", "UploadFile", "request.files", "request.FILES", "mkstemp", "/tmp")  # noqa: S108
_FOLDER_SETTINGS = ("UPLOAD_FOLDER", "UPLOAD_DIR", "UPLOADS_DIR", "DATA_DIR", "LOG_DIR")
_VARIABLES = ("getenv", "get", "config", "env", "str", "db")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A file or folder that the app writes, below the top of the tree unless it is absolute.

    `variable` may move it; `url` is the start of a database URL, such as `sqlite:///`.
    """

    path: str
    evidence: Evidence
    is_file: bool = False
    variable: str = ""
    url: str = ""

    def folder(self) -> str:
        """The folder that has to be writable, "" for the app's own."""
        return folder(self.path) if self.is_file else self.path


def find(
    code: Code,
    paths: Iterable[str],
    *,
    instance: str | None = None,
    relative_in_instance: bool = False,
) -> list[Written]:
    """What some files write.

    `instance` is the folder of a Flask app's `instance_path`; `relative_in_instance` says that a
    SQLite URL is relative to it, as Flask-SQLAlchemy has it, and not to the working directory.
    """
    relative = instance if relative_in_instance else None
    paths = list(paths)
    found: dict[str, Written] = {}
    for module in code.modules(code.holding(*_WORDS, among=paths)):
        known = all_paths(module, _imported(code, paths, module))
        if instance is not None:
            known[INSTANCE] = instance
        for node in module.nodes:
            for each in _written(module, node, known, relative):
                found.setdefault(each.path, each)
    return list(found.values())


def _imported(code: Code, paths: Sequence[str], module: Module) -> dict[str, str]:
    """The paths that a module takes from others, by the name that it knows them by."""
    found: dict[str, str] = {}
    for name, full in module.names.items():
        source, _, other = full.rpartition(".")
        if not (name.isupper() or "path" in name.lower() or "dir" in name.lower()):
            continue
        for path in meant(paths, source):
            there = code.module(path)
            if there and there is not module and (value := all_paths(there, {}).get(other)):
                found[name] = value
    return found


def scratch(code: Code, paths: Iterable[str]) -> bool:
    """Whether some files put scratch files into /tmp."""
    return bool(code.holding(*_SCRATCH, among=paths))


def _written(
    module: Module,
    node: ast.AST,
    known: dict[str, str],
    instance: str | None,
) -> Iterator[Written]:
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp):
        if url := _sqlite(module, node, known, instance):
            path, prefix = url
            variable = _variable(module, module.parents.get(node), node)
            yield Written(
                path=path,
                evidence=module.evidence(node),
                is_file=True,
                variable=variable,
                url=prefix,
            )
    elif isinstance(node, ast.Assign):
        yield from _setting(module, node, known)
    elif isinstance(node, ast.Call):
        yield from _made(module, node, known)


def _sqlite(
    module: Module, node: ast.expr, known: dict[str, str], instance: str | None
) -> tuple[str, str] | None:
    """The file of a SQLite URL and what stands before it."""
    parts = _start_and_rest(node)
    if parts:
        first, rest = parts
        is_url = first.startswith("sqlite") and first.endswith("///")
        path = path_of(module, rest, known) if is_url else None
        return (path, first) if path else None
    text = string(node) or ""
    found = _SQLITE.fullmatch(text.strip())
    if not found:
        return None
    path = found[1].removeprefix("./")
    prefix = text[: text.index("///") + 3]
    if path.startswith("/") or ".." in path or path.endswith("/"):
        return (path, prefix) if path.startswith("/") and path.count("/") > 1 else None
    return (path if instance is None else joined(instance, path)), prefix


def _start_and_rest(node: ast.expr) -> tuple[str, ast.expr] | None:
    """The constant start of a text that is put together, and what follows."""
    if isinstance(node, ast.BinOp):
        return string(node.left) or "", node.right
    if isinstance(node, ast.JoinedStr):
        first = string(node.values[0]) or "" if node.values else ""
        return first, ast.JoinedStr(values=node.values[1:])
    return None


def _variable(module: Module, parent: ast.AST | None, node: ast.AST) -> str:
    """The variable whose default a value is."""
    if isinstance(parent, ast.keyword):
        return _defaulted(module, parent)
    if isinstance(parent, ast.BoolOp):
        calls = [each for each in parent.values if isinstance(each, ast.Call)]
        return next((string(call.args[0]) or "" for call in calls if call.args), "")
    if isinstance(parent, ast.Call) and node in parent.args[1:]:
        name = module.dotted(parent.func).rpartition(".")[2]
        return string(parent.args[0]) or "" if name in _VARIABLES else ""
    if isinstance(parent, ast.AnnAssign) and isinstance(parent.target, ast.Name):
        is_settings = "BaseSettings" in module.text and parent.target.id.isidentifier()
        return parent.target.id.upper() if is_settings and "env_prefix" not in module.text else ""
    return ""


def _defaulted(module: Module, keyword: ast.keyword) -> str:
    """The variable of a call such as `config("DATABASE_URL", default="…")`."""
    call = module.parents.get(keyword)
    if keyword.arg != "default" or not isinstance(call, ast.Call):
        return ""
    if not call.args:
        is_known = module.dotted(call.func) == "dj_database_url.config"
        return "DATABASE_URL" if is_known else ""
    return string(call.args[0]) or ""


def _setting(module: Module, node: ast.Assign, known: dict[str, str]) -> Iterator[Written]:
    target = node.targets[0]
    name = target.id if isinstance(target, ast.Name) else ""
    if isinstance(target, ast.Subscript):
        name = string(target.slice) or ""
    path = path_of(module, node.value, known) if name in _FOLDER_SETTINGS else None
    if path:
        yield Written(path=path, evidence=module.evidence(node))


def _made(module: Module, call: ast.Call, known: dict[str, str]) -> Iterator[Written]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else module.dotted(call.func)
    source = module.dotted(call.func)
    path: str | None = None
    is_file = False
    if source in ("os.makedirs", "os.mkdir"):
        path = _path(module, argument(call, "name", 0), known)
    elif name == "mkdir" and isinstance(call.func, ast.Attribute):
        path = _path(module, call.func.value, known)
    elif name.endswith("FileHandler") or source == "sqlite3.connect" or name == "aiosqlite.connect":
        path, is_file = _path(module, argument(call, "filename", 0), known), True
    elif source == "logging.basicConfig":
        path, is_file = _path(module, argument(call, "filename"), known), True
    elif source == "aiosqlite.connect":
        path, is_file = _path(module, argument(call, "database", 0), known), True
    if path and path != ":memory:":
        yield Written(path=path, evidence=module.evidence(call), is_file=is_file)


def _path(module: Module, node: ast.expr | None, known: dict[str, str]) -> str | None:
    """A path in the tree, or an absolute one that is written out."""
    text = string(node) or ""
    return text.rstrip("/") if text.startswith("/") else path_of(module, node, known)
