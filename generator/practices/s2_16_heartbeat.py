"""S2.16: gunicorn's heartbeat files lie in memory."""

import ast
import json
import posixpath
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Word
from generator.audit.sources import GunicornConf, Sources
from generator.findings import Fault, Severity
from generator.practices._final import settings
from generator.practices._model import Carrier, Example, Practice

_OPTION = "--worker-tmp-dir"
_SETTING = 'worker_tmp_dir = "/dev/shm"'
_ON_DISK = ("/tmp", "/var/tmp")  # noqa: S108 - what is looked for
_CONFIG = ("-c", "--config")
_VARIABLE = "GUNICORN_CMD_ARGS"


def check(sources: Sources) -> Iterator[Fault]:
    """Yield a gunicorn whose heartbeat goes to /tmp, by default or by its settings."""
    for start in _starts(sources):
        place = next((n for n, word in enumerate(start.words) if _is_gunicorn(word)), None)
        if place is None:
            continue
        options = start.words[place + 1 :]
        fixed = _split(settings(sources.final).get(_VARIABLE, ""))
        value = _value(options, _OPTION)
        by_variable = _value([Word(word, 0) for word in fixed], _OPTION)
        if value and value.startswith(_ON_DISK):
            what = f"{_OPTION} {value}: the heartbeat waits for the disk"
            yield start.fault(value.line, what)
        elif not value and by_variable and by_variable.startswith(_ON_DISK):
            what = f"{_OPTION} {by_variable} in {_VARIABLE}: the heartbeat waits for the disk"
            yield sources.at(
                _setter(sources), what, instead=f'ENV {_VARIABLE}="{_OPTION}=/dev/shm"'
            )
        elif not value and not by_variable:
            yield from _by_file(sources, start, start.words[place], options)
        return


def _setter(sources: Sources) -> Instruction | None:
    """The last instruction that sets the variable."""
    found = sources.final.effective("ARG", "ENV")
    return next(
        (one for one in reversed(found) if _VARIABLE in (pair.key for pair in one.pairs)), None
    )


def _split(text: str) -> list[str]:
    """The words of a variable, none where its quotes do not match."""
    try:
        return shlex.split(text)
    except ValueError:
        return []


@dataclass(frozen=True, kw_only=True)
class _Start:
    """A command that starts something: its words with those that CMD adds, and its own."""

    path: str
    words: Sequence[Word]
    own: Sequence[str]
    name: str = ""

    def fault(self, line: int, what: str) -> Fault:
        """Make a fault with the command as it should be."""
        words: list[str] = []
        skip = False
        for word in self.own:
            if not skip and not word.startswith(_OPTION):
                words.append(word)
            skip = word == _OPTION
            if _is_gunicorn(word):
                words += [_OPTION, "/dev/shm"]  # noqa: S108 - in memory
        instead = f"{self.name} {json.dumps(words)}" if self.name else " ".join(words)
        return Fault(path=self.path, line=line, what=what, instead=instead)


def _starts(sources: Sources) -> Iterator[_Start]:
    """Yield what runs: the scripts' commands first, then ENTRYPOINT with CMD behind it."""
    cmd, entrypoint = sources.final.last("CMD"), sources.final.last("ENTRYPOINT")
    arguments = [word for one in cmd.commands for word in one.words] if cmd else []
    for script in sources.scripts:
        for command in script.commands:
            if command.words and command.words[0] in ("[", "[[", "test"):
                continue  # asks for the name, starts nothing
            more = arguments if {"$@", "$*"} & set(command.words) else []
            if any(_is_gunicorn(word) for word in command.arguments()[:4]):
                yield _Start(path=script.path, words=[*command.words, *more], own=command.words)
    path = sources.dockerfile.path
    if entrypoint and entrypoint.is_exec:
        words = [word for one in entrypoint.commands for word in one.words]
        holder = entrypoint if cmd is None or any(map(_is_gunicorn, words)) else cmd
        own = holder.words if holder.is_exec else _all_words(holder)
        yield _Start(path=path, words=[*words, *arguments], own=own, name=holder.name)
    elif found := entrypoint or cmd:
        words = _all_words(found)
        own = found.words if found.is_exec else [word for word in words if word != "exec"]
        yield _Start(path=path, words=words, own=own, name=found.name)


def _all_words(found: Instruction) -> list[Word]:
    """The words of its command that starts gunicorn, of all commands where none does."""
    for command in found.commands:
        if any(map(_is_gunicorn, command.words)):
            return list(command.words)
    return [word for command in found.commands for word in command.words]


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
    sources: Sources, start: _Start, gunicorn: Word, options: Sequence[Word]
) -> Iterator[Fault]:
    """Yield the fault of a gunicorn whose command line says nothing of the heartbeat."""
    named = _value(options, *_CONFIG)
    name = posixpath.basename(named.removeprefix("python:")) if named else "gunicorn.conf.py"
    for conf in sources.gunicorn:
        if posixpath.basename(conf.path) == name:
            yield from _in_file(conf)
            return
    unseen = sources.root is not None and (sources.root / name).is_file()  # by way of a stage
    if named is None and not unseen:
        what = f"gunicorn without {_OPTION}: its heartbeat goes to a file in /tmp"
        yield start.fault(gunicorn.line, what)


def _in_file(conf: GunicornConf) -> Iterator[Fault]:
    found = conf.settings.get("worker_tmp_dir")
    if found is None:
        if "import *" in conf.text or "worker_tmp_dir" in conf.text:
            return  # set in a way that the text does not show
        what = "worker_tmp_dir is not set: gunicorn's heartbeat goes to a file in /tmp"
        last = max((line for _, line in conf.settings.values()), default=1)
        yield Fault(path=conf.path, line=last, what=what, instead=_SETTING)
        return
    value, line = found
    text = value.value if isinstance(value, ast.Constant) else ""
    if text is None or (isinstance(text, str) and text.startswith(_ON_DISK)):
        what = f"worker_tmp_dir = {text!r}: the heartbeat waits for the disk"
        yield Fault(path=conf.path, line=line, what=what, instead=_SETTING)


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
