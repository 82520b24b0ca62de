"""S3: nginx starts as many workers as the CPU limit allows."""

import posixpath
from collections.abc import Iterator
from itertools import pairwise

from generator.audit import nginx_conf
from generator.audit.nginx_conf import Directive
from generator.audit.shell import Command, Word
from generator.audit.sources import NginxConf, Sources
from generator.findings import Fault, Severity
from generator.practices import _images, _references, _values
from generator.practices._final import built, is_root, last_user, settings
from generator.practices._model import Carrier, Example, Practice

_NAME = "worker_processes"
_AUTOTUNE = "NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE"
_INSTEAD = f"{_NAME} 2;"
_WHY = "which counts the host's CPUs, not the container's limit"


def check(sources: Sources) -> Iterator[Fault]:
    """Yield worker counts that ignore the CPU limit, are wrong, missing or given twice."""
    given = list(_given(sources))
    for options in _options(sources):
        yield from _double(sources, options)
    for path, word, directive in given:
        if fault := _wrong(path, word.line, directive.arguments):
            yield fault
    mentioned = bool(given) or any(
        _NAME in script.text and "nginx" in script.text for script in sources.scripts
    )
    tuned = _tunes_itself(sources)
    mains = [conf for conf in sources.nginx if _is_main(conf)]
    for conf in mains:
        yield from _conf(conf, given_elsewhere=mentioned, given=bool(given), tuned=tuned)
    if not mains and _starts_stock_nginx(sources) and not mentioned and not tuned:
        what = f"nginx's own nginx.conf says {_NAME} auto, {_WHY}"
        instead = "COPY --link --chmod=0444 nginx.conf /etc/nginx/nginx.conf"
        yield sources.at(None, what, instead=instead)
    yield from _tuning_in_vain(sources)


def _is_main(conf: NginxConf) -> bool:
    """Whether it is the main configuration, and not a piece that one includes."""
    return any(directive.name == "events" for directive in conf.directives)


def _conf(conf: NginxConf, *, given_elsewhere: bool, given: bool, tuned: bool) -> Iterator[Fault]:
    found = [one for one in conf.directives if one.name == _NAME]
    for one in found[1:]:
        what = f"{_NAME} is there twice, first in line {found[0].line}: nginx does not start"
        yield Fault(path=conf.path, line=one.line, what=what, severity=Severity.ERROR)
    for one in found[:1]:
        if given:
            what = f"{_NAME} is given by -g too: nginx does not start"
            yield Fault(path=conf.path, line=one.line, what=what, severity=Severity.ERROR)
        elif not tuned and (fault := _wrong(conf.path, one.line, one.arguments)):
            yield fault
    includes = any(one.name == "include" for one in conf.directives)
    if not found and not given_elsewhere and not includes:
        what = f"{_NAME} is missing: one worker, whatever the CPU limit"
        line = conf.directives[0].line
        yield Fault(path=conf.path, line=line, what=what, instead=_INSTEAD, severity=Severity.NOTE)


def _wrong(path: str, line: int, arguments: tuple[str, ...]) -> Fault | None:
    value = " ".join(arguments)
    if value == "auto":
        what = f"{_NAME} auto, {_WHY}"
        return Fault(path=path, line=line, what=what, instead=_INSTEAD)
    if "$" in value or (value.isascii() and value.isdigit() and 1 <= int(value) <= 1024):
        return None
    what = f"{_NAME} {value}: must be the CPU limit rounded up, 1 at least"
    return Fault(path=path, line=line, what=what, instead=_INSTEAD, severity=Severity.ERROR)


def _given(sources: Sources) -> Iterator[tuple[str, Word, Directive]]:
    """Yield the worker counts of -g: where, and what it says."""
    for path, words in _options(sources):
        for word in words:
            for found in nginx_conf.parse(f"{word.rstrip(';')};"):
                if found.name == _NAME:
                    yield path, word, found


def _options(sources: Sources) -> Iterator[tuple[str, list[Word]]]:
    """Yield for each command that starts nginx the texts of its -g."""
    named: list[tuple[str, Command]] = [
        (script.path, command) for script in sources.scripts for command in script.commands
    ]
    own = [(sources.dockerfile.path, command) for command in sources.start_commands()]
    for path, command in [*own, *named]:
        words = command.words
        if any(posixpath.basename(word) in ("nginx", "nginx-debug") for word in words):
            texts = [b for a, b in pairwise(words) if a == "-g"]
            if texts:
                yield path, texts


def _double(sources: Sources, options: tuple[str, list[Word]]) -> Iterator[Fault]:
    path, texts = options
    if len(texts) > 1:
        joined = " ".join(f"{text.rstrip('; ')};" for text in texts)
        what = f"-g stands {len(texts)} times: nginx reads only the last"
        instead = f'nginx -g "{joined}"'
        if path == sources.dockerfile.path:
            instead = f'CMD ["nginx", "-g", "{joined}"]'
        yield Fault(
            path=path, line=texts[0].line, what=what, instead=instead, severity=Severity.ERROR
        )


def _starts_stock_nginx(sources: Sources) -> bool:
    """Whether the official image's own configuration is what nginx reads."""
    name, _ = _images.name_and_tag(sources.final.root)
    if name not in ("nginx", "nginx-unprivileged"):
        return False
    if sources.final.last("CMD") and sources.program() not in ("", "nginx"):
        return False
    if any("-c" in command.words for command in sources.start_commands()):
        return False
    for found in built(sources.final):
        if found.name in ("ADD", "COPY") and found.words:
            target = posixpath.normpath(found.words[-1])
            if "$" in target or target in ("/", "/etc", "/etc/nginx", "/etc/nginx/nginx.conf"):
                return False
        if found.name == "RUN" and "nginx.conf" in found.source:
            return False
    return True


def _tunes_itself(sources: Sources) -> bool:
    """Whether the official image's script sets the count when the container starts."""
    name, _ = _images.name_and_tag(sources.final.root)
    return (
        name in ("nginx", "nginx-unprivileged")
        and bool(settings(sources.final).get(_AUTOTUNE))
        and sources.final.last("ENTRYPOINT") is None
    )


def _tuning_in_vain(sources: Sources) -> Iterator[Fault]:
    """Yield the variable of a script that cannot write nginx.conf, or does not run."""
    setting = _values.effective(sources, "ENV").get(_AUTOTUNE)
    if not setting or not setting.value:
        return
    user, entrypoint = last_user(sources.final), sources.final.last("ENTRYPOINT")
    if entrypoint and "docker-entrypoint.sh" not in " ".join(entrypoint.words):
        what = f"{_AUTOTUNE} does nothing: ENTRYPOINT replaces the script that reads it"
    elif (
        user and not is_root(user.words[0]) and _references.official(sources.final.root) == "nginx"
    ):
        what = f"{_AUTOTUNE} does nothing for USER {user.words[0]}, who cannot write nginx.conf"
    else:
        return
    yield sources.at(setting.instruction, what, line=setting.line)


PRACTICE = Practice(
    id="S3",
    title="nginx workers from the CPU limit",
    why=(
        "auto counts the CPUs of the host: on a large host a container with a small limit starts "
        "dozens of workers that wait for each other. With a limit of 1 on 2 CPUs it started 2."
    ),
    source="best practices for making container images, 2023; nginx's documentation",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="nginx.conf",
            starts=(_NAME,),
            why="the CPU limit rounded up",
            fields=("resources.cpus",),
        ),
        Carrier(
            file="entrypoint.sh",
            starts=("usable_cpus", "_workers=", 'set -- "$@" -g'),
            why="counts the CPUs that the container may use, each time it starts",
            fields=("resources.cpus",),
        ),
        Carrier(
            file="Dockerfile",
            starts=("WEB_CONCURRENCY",),
            why="the same count for the workers of a Python server",
            fields=("resources.cpus", "server.workers"),
        ),
    ),
    example=Example(
        file="nginx.conf",
        wrong="worker_processes auto;\nevents {}\n",
        right="worker_processes 2;\nevents {}\n",
    ),
    check=check,
    checked=(
        "worker_processes is an integer from 1 on, once over nginx.conf and -g, and not auto; "
        "the official image's own tuning can do its work"
    ),
    proofs=("workers",),
)
