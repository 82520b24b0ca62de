"""Around a read of a variable: what is in front of its name, and whether the read is reached."""

import ast
from functools import lru_cache

from generator.detect.python.code import Module, argument, assigned, string

_READING = ("get", "getenv", "config", "env", "bool", "str")
_ON = ("true", "1", "yes", "on", "y", "t")
_OFF = ("false", "0", "no", "off", "n", "f")
_OF_CI = ("CI", "GITHUB_ACTIONS", "GITHUB_WORKFLOW", "GITLAB_CI", "TRAVIS", "CIRCLECI")


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


def usual(module: Module, branch: ast.If | ast.IfExp, child: ast.AST) -> bool:
    """Whether a part of an `if` runs as long as nobody turns its switch on.

    A switch is DEBUG or another name that is off by default, or a variable of a CI service.
    """
    test = branch.test
    is_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    switch = test.operand if isinstance(test, ast.UnaryOp) else test
    is_off = _is_off(module, switch.id) if isinstance(switch, ast.Name) else _is_of_ci(switch)
    if not is_off:
        return False
    body = branch.body if isinstance(branch, ast.If) else [branch.body]
    return child in body if is_not else child not in (*body, test)


def _is_of_ci(test: ast.expr) -> bool:
    """Whether a test is `"CI" in os.environ`, which is never so in an image that runs."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.In)
        and string(test.left) in _OF_CI
        and getattr(test.comparators[0], "attr", "") == "environ"
    )


@lru_cache(maxsize=16)  # many reads may stand in one branch
def _is_off(module: Module, name: str) -> bool:
    """Whether a switch is off by default."""
    values = [pair[1] for node in module.top if (pair := assigned(node)) and pair[0] == name]
    if not values:
        return False
    if isinstance(values[0], ast.Constant):
        return values[0].value is False and name == "DEBUG"
    reads = [node for node in ast.walk(values[0]) if isinstance(node, ast.Call) and _reads(node)]
    defaults = [_default(module, each) for each in reads]
    if name != "DEBUG":
        # Another name may hold anything: it is a switch if it says that it is off.
        return isinstance(values[0], ast.Call) and len(defaults) == 1 and defaults[0] in _OFF
    return bool(defaults) and not any(default in _ON for default in defaults)


def _reads(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in _READING and bool(call.args) and string(call.args[0]) is not None


def _default(module: Module, call: ast.Call) -> str:
    """What a read gives without a variable, in its own words or in the scheme of an Env."""
    default = argument(call, "default", 1) or _scheme(module).get(string(call.args[0]) or "")
    return str(default.value).lower() if isinstance(default, ast.Constant) else ""


@lru_cache(maxsize=4)
def _scheme(module: Module) -> dict[str, ast.expr]:
    """The defaults in `environ.Env(DEBUG=(bool, False))`."""
    pairs = filter(None, map(assigned, module.top))
    calls = [value for _, value in pairs if isinstance(value, ast.Call)]
    return {
        each.arg: each.value.elts[1]
        for call in calls
        if module.dotted(call.func) in ("environ.Env", "environ.FileAwareEnv")
        for each in call.keywords
        if each.arg and isinstance(each.value, ast.Tuple) and len(each.value.elts) == 2
    }
