"""S2.16: gunicorn's heartbeat files lie in memory."""

import ast
import json
import posixpath
import shlex
from collections.abc import Iterator, Sequence

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._final import settings
from generator.practices._model import Carrier, Example, Practice

_OPTION = "--worker-tmp-dir"
_SETTING = 'worker_tmp_dir = "/dev/shm"'
_ON_DISK = ("/tmp", "/var/tmp")  # noqa: S108 - what is looked for
_CONFIG = ("-c", "--config")


def check(sources: Sources) -> Iterator[Fault]:
    """Yield a gunicorn whose heartbeat goes to /tmp, by default or by its settings."""
    for found, words, path in _starts(sources):
        place = next((n for n, word in enumerate(words) if _is_gunicorn(word)), None)
        if place is None:
            continue
        options = words[place + 1 :]
        fixed = shlex_split(settings(sources.final).get("GUNICORN_CMD_ARGS", ""))
        value = _value(options, _OPTION) or _value([Word(w, 0) for w in fixed], _OPTION)
        if value:
            if value.startswith(_ON_DISK):
                what = f"{_OPTION} {value}: the heartbeat waits for the disk"
                yield _fault(sources, found, value.line or words[place].line, what, path)
            return
        yield from _by_file(sources, found, words, place, path)
        return


def shlex_split(text: str) -> list[str]:
    """The words of a variable, none where its quotes do not match."""
    try:
        return shlex.split(text)
    except ValueError:
        return []


def _starts(sources: Sources) -> Iterator[tuple[Instruction | None, Sequence[Word], str]]:
    """Yield what runs: the scripts' commands first, then ENTRYPOINT with CMD behind it."""
    cmd, entrypoint = sources.final.last("CMD"), sources.final.last("ENTRYPOINT")
    arguments = [word for one in cmd.commands for word in one.words] if cmd else []
    for script in sources.scripts:
        for command in script.commands:
            if any(_is_gunicorn(word) for word in command.arguments()[:4]):
                more = arguments if {"$@", "$*"} & set(command.words) else []
                yield None, [*command.words, *more], script.path
    path = sources.dockerfile.path
    if entrypoint and entrypoint.is_exec:
        words = [word for one in entrypoint.commands for word in one.words]
        holder = entrypoint if any(_is_gunicorn(word) for word in words) else cmd or entrypoint
        yield holder, [*words, *arguments], path
    elif entrypoint:
        for command in entrypoint.commands:
            yield entrypoint, command.words, path
    elif cmd:
        for command in cmd.commands:
            yield cmd, command.words, path


def _is_gunicorn(word: str) -> bool:
    return posixpath.basename(word) == "gunicorn"


def _value(words: Sequence[Word], *names: str) -> Word | None:
    for place, word in enumerate(words):
        option, sign, value = word.partition("=")
        if option in names:
            if sign:
                return Word(value, word.line)
            return words[place + 1] if place + 1 < len(words) else None
    return None


def _by_file(
    sources: Sources, found: Instruction | None, words: Sequence[Word], place: int, path: str
) -> Iterator[Fault]:
    """Yield the fault of a gunicorn whose command line says nothing of the heartbeat."""
    named = _value(words[place + 1 :], *_CONFIG)
    name = posixpath.basename(named.removeprefix("python:")) if named else "gunicorn.conf.py"
    for conf in sources.gunicorn:
        if posixpath.basename(conf.path) != name:
            continue
        if "worker_tmp_dir" not in conf.settings:
            if "import *" in conf.text or "worker_tmp_dir" in conf.text:
                return  # set in a way that the text does not show
            what = "worker_tmp_dir is not set: gunicorn's heartbeat goes to a file in /tmp"
            last = max((line for _, line in conf.settings.values()), default=1)
            yield Fault(path=conf.path, line=last, what=what, instead=_SETTING)
            return
        value, line = conf.settings["worker_tmp_dir"]
        text = value.value if isinstance(value, ast.Constant) else ""
        if text is None or (isinstance(text, str) and text.startswith(_ON_DISK)):
            what = f"worker_tmp_dir = {text!r}: the heartbeat waits for the disk"
            yield Fault(path=conf.path, line=line, what=what, instead=_SETTING)
        return
    if named is None:
        what = f"gunicorn without {_OPTION}: its heartbeat goes to a file in /tmp"
        line = words[place].line
        yield _fault(sources, found, line, what, path)


def _fault(sources: Sources, found: Instruction | None, line: int, what: str, path: str) -> Fault:
    if found is None or not found.is_exec:
        return Fault(path=path, line=line, what=what, instead=f"gunicorn {_OPTION} /dev/shm")
    words: list[str] = []
    skip = False
    for word in found.words:
        if skip or word == _OPTION or word.startswith(f"{_OPTION}="):
            skip = word == _OPTION
            continue
        words.append(word)
        if _is_gunicorn(word):
            words += [_OPTION, "/dev/shm"]  # noqa: S108 - in memory
    return sources.at(found, what, instead=f"{found.name} {json.dumps(words)}", line=line)


PRACTICE = Practice(
    id="S2.16",
    title="Hot temporary files in memory",
    why=(
        "gunicorn's workers touch a file as their heartbeat: on a slow disk they block and are "
        "killed as dead, and on a read-only root gunicorn 27 does not start at all."
    ),
    source="best practices for making container images, 2023; gunicorn's FAQ",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="gunicorn.conf.py",
            starts=("worker_tmp_dir", "control_socket_disable"),
            why="memory instead of a disk, and writable on a read-only root",
            fields=("server.gunicorn",),
        ),
    ),
    example=Example(
        wrong="""\
FROM python:3.13-slim-trixie
COPY --link --from=build /opt/venv /opt/venv
CMD ["/opt/venv/bin/gunicorn", "shop.wsgi:app"]
""",
        right="""\
FROM python:3.13-slim-trixie
COPY --link --from=build /opt/venv /opt/venv
CMD ["/opt/venv/bin/gunicorn", "--worker-tmp-dir", "/dev/shm", "shop.wsgi:app"]
""",
    ),
    check=check,
    checked=(
        "a started gunicorn has worker_tmp_dir outside /tmp: as an option, in GUNICORN_CMD_ARGS "
        "or in its gunicorn.conf.py"
    ),
    proofs=("heartbeat",),
)
