"""The ports that a program is told to listen on, by its arguments or its configuration."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.audit.shell import Command, Word
from generator.audit.sources import Sources
from generator.practices import _start

_ADDRESS = ("--addr", "--address", "--bind", "--http", "--http-address", "--listen",
            "--listen-address", "-b")  # fmt: skip
_PORT = ("--http-port", "--listen-port", "--port", "--server-port")
# Programs whose -p is the port they listen on.
_SHORT = frozenset(["flask", "granian", "http-server", "php-cgi", "rails", "serve", "uvicorn"])
_HOST = ("--host", "--hostname")
_LOCAL = ("127.", "localhost", "[::1]", "::1")
# Clients and relays, whose addresses may be those of others.
_FOREIGN = frozenset(["curl", "psql", "mysql", "redis-cli", "ssh", "wait-for-it", "wget"])


@dataclass(frozen=True, kw_only=True)
class Port:
    """A TCP port that a program listens on for others, and where that is said."""

    number: int
    by: str
    path: str
    line: int


def listened(sources: Sources) -> list[Port]:
    """What the start command, nginx.conf and gunicorn.conf.py say, in this order."""
    return [*_of_commands(sources), *_of_nginx(sources), *_of_gunicorn(sources)]


def _of_commands(sources: Sources) -> Iterator[Port]:
    for start in _start.starts(sources):
        for command in start.commands if start.instruction else ():
            for number, line in _of_command(command):
                by = _start.run_words(command)[0].rsplit("/", 1)[-1]
                yield Port(number=number, by=by, path=start.path, line=line)


def _of_command(command: Command) -> Iterator[tuple[int, int]]:
    words = _start.run_words(command)
    program = words[0].rsplit("/", 1)[-1] if words else ""
    if program in _FOREIGN:
        return
    options = list(_options(words))
    if any(name in _HOST and value.startswith(_LOCAL) for name, value in options):
        return
    for name, value in options:
        found = None
        if name in _ADDRESS:
            found = _of_address(value)
        elif name in _PORT or (name == "-p" and program in _SHORT):
            found = _number(value)
        if found:
            yield found, value.line
    for place, word in enumerate(words[1:], 1):
        if _is_positional(words, place) and (found := _of_address(word)):
            yield found, word.line


def _options(words: Sequence[Word]) -> Iterator[tuple[str, Word]]:
    """Each option with its value, from `--port=80` as from `--port 80`."""
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if sign:
            yield name, Word(value, word.line)
        elif place + 1 < len(words):
            yield name, words[place + 1]


def _is_positional(words: Sequence[str], place: int) -> bool:
    """Whether a word is the port of `python -m http.server` or of Django's runserver."""
    return words[place - 1] in ("http.server", "runserver", "SimpleHTTPServer")


def _of_address(text: str) -> int | None:
    """The port of `0.0.0.0:8000`, `:8000`, `tcp://[::]:8000` or `8000`, None for a loopback one."""
    address = text.rpartition("//")[2]
    if address.startswith(_LOCAL) or "unix:" in text:
        return None
    return _number(address.rpartition(":")[2])


def _number(text: str) -> int | None:
    plain = re.fullmatch(r"[0-9]{1,5}", text)
    return int(text) if plain and 0 < int(text) < 65536 else None


def _of_nginx(sources: Sources) -> Iterator[Port]:
    for conf in sources.nginx:
        for directive in conf.of("listen"):
            if directive.arguments and (number := _of_listen(directive.arguments[0])):
                yield Port(number=number, by="nginx", path=conf.path, line=directive.line)


def _of_listen(text: str) -> int | None:
    if text.startswith((*_LOCAL, "unix:")):
        return None
    return _number(text.rpartition(":")[2])


def _of_gunicorn(sources: Sources) -> Iterator[Port]:
    for conf in sources.gunicorn:
        value, line = conf.settings.get("bind", (None, 0))
        text = value.value if isinstance(value, ast.Constant) else None
        if isinstance(text, str) and (number := _of_address(text)):
            yield Port(number=number, by="gunicorn", path=conf.path, line=line)
