"""Around a read of a variable: what is in front of its name, and whether the read is reached."""

import ast

from generator.detect.python.code import Module, argument, assigned, string

_READING = ("get", "getenv", "config", "env", "bool", "str")
_ON = ("true", "1", "yes", "on", "y", "t")


def prefix(module: Module, node: ast.AST) -> str:
    """What `with env.prefixed("DB_"):` of environs puts before the names below it."""
    found = ""
    outer = module.parents.get(node)
    while outer is not None:
        if isinstance(outer, ast.With):
            for item in outer.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "prefixed":
                    found = (string(argument(call, "prefix", 0)) or "") + found
        outer = module.parents.get(outer)
    return found


def without_debug(module: Module, branch: ast.If | ast.IfExp, child: ast.AST) -> bool:
    """Whether a part of an `if` runs as long as nobody turns DEBUG on."""
    test = branch.test
    is_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    name = test.operand if isinstance(test, ast.UnaryOp) else test
    if not isinstance(name, ast.Name) or name.id != "DEBUG" or not _is_off(module):
        return False
    body = branch.body if isinstance(branch, ast.If) else [branch.body]
    return child in body if is_not else child not in (*body, test)


def _is_off(module: Module) -> bool:
    """Whether DEBUG is off by default."""
    values = [pair[1] for node in module.top if (pair := assigned(node)) and pair[0] == "DEBUG"]
    if not values:
        return False
    if isinstance(values[0], ast.Constant):
        return values[0].value is False
    reads = [node for node in ast.walk(values[0]) if isinstance(node, ast.Call) and _reads(node)]
    return bool(reads) and not any(map(_is_on, reads))


def _reads(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _READING and bool(call.args) and string(call.args[0]) is not None


def _is_on(call: ast.Call) -> bool:
    default = argument(call, "default", 1)
    return isinstance(default, ast.Constant) and str(default.value).lower() in _ON
