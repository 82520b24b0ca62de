"""What a command line that a project already uses says: program, what it loads, port, workers."""

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from generator.detect.python.ports import port_in

_RUNNERS = {
    "hatch": ("run",),
    "pdm": ("run",),
    "pipenv": ("run",),
    "poetry": ("run",),
    "rye": ("run",),
    "uv": ("run",),
}
_PREFIXES = ("exec", "tini", "dumb-init", "--", "time", "env")
_PORT_OPTIONS: tuple[str, ...] = (
    "-b",
    "--bind",
    "-p",
    "--port",
    "--listen",
    "--server.port",
    "--http-socket",
)
_PORT_OPTIONS += ("--http", "--http-port")
_TARGET_OPTIONS = ("-A", "--app", "-w", "--module", "--wsgi", "--wsgi-file", "--app-module")
_VALUELESS: tuple[str, ...] = (
    "--factory",
    "--reload",
    "--preload",
    "--debug",
    "--dev",
    "--no-access-log",
)
_VALUELESS += ("--proxy-headers", "--headless", "--master", "--die-on-term", "--no-sandbox")
_LOADERS: tuple[str, ...] = (
    "gunicorn",
    "uvicorn",
    "hypercorn",
    "granian",
    "daphne",
    "waitress-serve",
    "uwsgi",
)
_LOADERS += ("flask", "sanic", "celery", "arq", "dramatiq")
_TARGET = re.compile(r"[A-Za-z_][\w.]{0,200}(?::[A-Za-z_][\w.]{0,100}(?:\(\))?)?")


@dataclass(frozen=True, kw_only=True)
class Start:
    """A command line, taken apart.

    `program` is without its folder; `arguments` are the words after it. `target` is `module:name`
    if a server is told one, `module` the dotted name after `python -m`, `script` a file.
    """

    program: str = ""
    arguments: tuple[str, ...] = ()
    target: str = ""
    module: str = ""
    script: str = ""
    port: int | None = None

    def is_development(self) -> str:
        """The development server that this starts, as people call it; or nothing."""
        words = self.arguments
        if self.program == "flask" and "run" in words:
            return "flask run"
        if "runserver" in words or "runserver_plus" in words:
            return "manage.py runserver"
        if self.program == "fastapi" and "dev" in words:
            return "fastapi dev"
        if "--reload" in words:
            return f"{self.program} --reload"
        return ""


def parse(argv: Sequence[str]) -> Start:
    """Take a command line apart."""
    words = _bare(list(argv))
    if not words:
        return Start()
    program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
    module = script = ""
    if re.fullmatch(r"python[0-9.]*", program):
        arguments = _without_flags(arguments)
        if arguments[:1] == ["-m"] and len(arguments) > 1:
            module, arguments = arguments[1], arguments[2:]
            program = module
        elif arguments and arguments[0].endswith(".py"):
            script, arguments = arguments[0].removeprefix("./"), arguments[1:]
    elif program.endswith(".py"):
        script = words[0].removeprefix("./")
    return Start(
        program=program,
        arguments=tuple(arguments),
        target=_target(arguments) if program in _LOADERS else "",
        module=module,
        script=script,
        port=_port(arguments),
    )


def _bare(words: list[str]) -> list[str]:
    """A command without shell, runner and variables before it."""
    for _ in range(8):
        if not words:
            break
        first = words[0].rsplit("/", 1)[-1]
        if first in ("sh", "bash", "ash") and len(words) > 2 and words[1].startswith("-"):
            words = _last_command(words[2])
        elif first in _RUNNERS and words[1:2] == list(_RUNNERS[first]):
            words = words[2:]
            while words and words[0].startswith("-"):
                words = words[1:]
        elif first in _PREFIXES or re.match(r"[A-Za-z_]\w*=", first):
            words = words[1:]
        else:
            break
    return words


def _last_command(line: str) -> list[str]:
    """The last of the commands in a line of shell: what stays running."""
    last = re.split(r"&&|;|\|\|", line)[-1]
    try:
        return shlex.split(last)
    except ValueError:
        return last.split()


def _without_flags(words: list[str]) -> list[str]:
    while words and words[0].startswith("-") and words[0] not in ("-m", "-c"):
        words = words[1:]
    return words


def _target(words: Sequence[str]) -> str:
    """The app that a server's words name: a word `module:name`, else the first plain one."""
    for option, value in pairwise(words):
        if option in _TARGET_OPTIONS and _TARGET.fullmatch(value):
            return value
    plain = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-"):
            skip = "=" not in word and word not in _VALUELESS
        else:
            plain.append(word)
    named = [word for word in (*plain, *words) if ":" in word and _TARGET.fullmatch(word)]
    plain = [word for word in plain if _TARGET.fullmatch(word)]
    return next(iter((*named, *plain)), "")


def _port(words: Sequence[str]) -> int | None:
    for index, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option not in _PORT_OPTIONS:
            continue
        text = value if equals else "".join(words[index + 1 : index + 2])
        if found := port_in(text):
            return found
    return None
