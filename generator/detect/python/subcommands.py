"""The subcommand of a command-line program that serves: `serve`, `runserver` and the like."""

import ast
import re
from collections.abc import Container, Iterator

from generator.detect.python.code import (
    Code,
    Module,
    argument,
    assigned,
    parameter_defaults,
    string,
)
from generator.detect.python.ports import LOCAL_HOSTS

# Names of commands that keep running and serve, the plainest first.
_SERVING = (
    "serve", "server", "runserver", "run-server", "start-server", "serve-http", "web", "api",
    "start", "run", "listen", "worker", "daemon",
)  # fmt: skip
_WORDS = (".command", "add_parser(")
_GROUPS = ("typer.Typer", "click.Group", "asyncclick.Group")


def serving(code: Code, path: str) -> tuple[str, ...]:
    """The words that make a program serve on every address; none if it needs no subcommand."""
    module = code.module(path) if path and code.holding(*_WORDS, among=[path]) else None
    if module is None:
        return ()
    known = dict(each for each in _commands(module) if not _is_for_work(each[1]))
    if len(known) < 2 and not _is_group(module):
        return ()  # Typer runs the only command of a program without its name
    name = next((each for each in _SERVING if each in known), "")
    if not name:
        return ()
    host = _host(known[name], module)
    return (name, f"{host}=0.0.0.0") if host else (name,)


def _commands(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """The subcommands with what tells their options: a function, or the call of a parser."""
    groups = set(_groups(module))
    for node in module.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for each in node.decorator_list:
                function = each.func if isinstance(each, ast.Call) else each
                if _is_method(function, "command", groups):
                    name = argument(each, "name", 0) if isinstance(each, ast.Call) else None
                    yield string(name) or node.name.replace("_", "-"), node
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_parser":
            yield string(argument(node, "name", 0)) or "", module.syntax


def _is_for_work(command: ast.AST) -> bool:
    """Whether a command says of itself that it is for development."""
    is_function = isinstance(command, ast.FunctionDef | ast.AsyncFunctionDef)
    text = ast.get_docstring(command) if is_function else ""  # type: ignore[arg-type]
    return re.search(r"(?i)\b(?:development|dev|debug)\b", text or "") is not None


def _groups(module: Module) -> Iterator[str]:
    """The names of what subcommands belong to; bots have commands too, which are none."""
    for node in module.nodes:
        pair = assigned(node)
        if pair and isinstance(pair[1], ast.Call) and module.dotted(pair[1].func) in _GROUPS:
            yield pair[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _opens_group(
            module, node
        ):
            yield node.name


def _opens_group(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    found = (each.func if isinstance(each, ast.Call) else each for each in function.decorator_list)
    return any(module.dotted(each) in ("click.group", "asyncclick.group") for each in found)


def _is_method(function: ast.expr, name: str, owners: Container[str]) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and function.attr == name
        and isinstance(function.value, ast.Name)
        and function.value.id in owners
    )


def _is_group(module: Module) -> bool:
    """Whether even a single command has to be named: a group of click's, or parsers below one."""
    texts = ("click.group", "click.Group", "add_parser(", ".callback(", "import group")
    return any(text in module.text for text in texts)


def _host(command: ast.AST, module: Module) -> str:
    """The option for the address to listen on, if its default is one that nobody else reaches."""
    is_typer = "typer" in module.names.values() or "typer.Typer" in module.names.values()
    for node in ast.walk(command):
        if isinstance(node, ast.Call):
            words = [text for each in node.args if (text := string(each))]
            option = next((word for word in words if word in ("--host", "--bind-host")), "")
            if option and (string(argument(node, "default")) or "localhost") in LOCAL_HOSTS:
                return option
    if is_typer and isinstance(command, ast.FunctionDef | ast.AsyncFunctionDef):
        value = parameter_defaults(command).get("host")
        default = argument(value, "default", 0) if isinstance(value, ast.Call) else value
        if string(default) in LOCAL_HOSTS:
            return "--host"
    return ""
