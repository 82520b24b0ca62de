"""The ports that one program may listen on, the likeliest first."""

from collections.abc import Sequence

from generator.detect.existing import Existing
from generator.detect.python import ports
from generator.detect.python.code import Code
from generator.detect.python.layout import reached
from generator.detect.python.ports import PortFound
from generator.detect.python.program import Program

_MOST_LAUNCHERS = 5  # scripts of which the imports are followed


def listens(code: Code, program: Program, files: Sequence[str], told: Existing) -> bool:
    """Whether a program that is no web app opens a port; `files` take part when it runs."""
    if program.listens or not program.kind.startswith("Python "):
        return program.listens
    if told.ports:
        return True  # a container of it listened before
    return next(ports.of_code(code, files), None) is not None


def find(
    code: Code, program: Program, files: Sequence[str], told: Existing, start_port: int | None
) -> list[PortFound]:
    """The ports that the project tells; `start_port` is that of the command it is started by."""
    launchers = _launchers(code, program)
    found = list(ports.of_code(code, [program.path, *files, *launchers]))
    in_code = [each for each in found if not each.metrics]
    told_by_files = [
        *ports.of_server(code.tree, told, start_port),
        *ports.of_settings(code.tree),
    ]
    if program.port_is_ours:
        return [*told_by_files, *in_code]
    in_code += [each for each in found if each.metrics]
    return [*in_code, *told_by_files]


def _launchers(code: Code, program: Program) -> list[str]:
    """Scripts that start the program, by `uvicorn.run("a:app")` or by a name that they import."""
    target = program.target.removesuffix("()")
    if not target:
        return []
    launchers = code.holding(*(f"{mark}{target}" for mark in "\"'"))
    for path in code.holding("uvicorn.run(")[:_MOST_LAUNCHERS]:
        if program.path in reached(code, path, program.root):
            launchers.append(path)
    return launchers
