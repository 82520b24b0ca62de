"""S2.4: a container runs one service."""

from collections.abc import Iterator

from generator.audit.installs import installs, package_name
from generator.audit.shell import Command
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _final, _start
from generator.practices._instead import nothing, without
from generator.practices._model import Carrier, Example, Practice
from generator.practices._start import Start

_SUPERVISORS = frozenset(
    ["circusd", "concurrently", "forego", "foreman", "goreman", "hivemind", "honcho", "monit",
     "my_init", "npm-run-all", "overmind", "run-p", "runsvdir", "s6-svscan", "supervisord",
     "systemd"]
)  # fmt: skip
_SUPERVISING_PACKAGES = frozenset(
    ["circus", "cron", "cronie", "dcron", "honcho", "monit", "openrc", "runit", "s6",
     "s6-overlay", "supervisor", "systemd", "systemd-sysv"]
)  # fmt: skip
_SYSTEM_INITS = frozenset(["/init", "/sbin/init", "/usr/sbin/init"])
_CRONS = frozenset(["cron", "crond"])
# Programs that help for a moment, or only look on.
_HELPERS = frozenset(
    [":", "[", "cat", "chmod", "chown", "cp", "date", "echo", "false", "grep", "inotifywait",
     "kill", "ln", "mkdir", "mv", "printf", "rm", "sed", "sleep", "tail", "tee", "test", "touch",
     "true", "wait"]
)  # fmt: skip
_SSH = frozenset(["ssh", "sshd", "dropbear"])
_PACKAGERS = frozenset(["npx", "bunx"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find process managers, services of the system and programs in the background."""
    started = list(_start.starts(sources))
    for start in started:
        yield from _managers(start)
        yield from _background(start)
        yield from _daemons(start)
    crons = any(_program(one) in _CRONS for start in started for one in start.commands)
    for found in _final.built(sources.final):
        for command in found.commands if found.name == "RUN" else ():
            if command.program == "systemctl" and _has(command, "enable", "start"):
                what = f"{command.text}: a container runs no systemd"
                better = nothing("let CMD start the one program itself")
                yield sources.at(found, what, line=command.line, instead=better)
    yield from _packages(sources, with_cron=crons)


def _packages(sources: Sources, *, with_cron: bool) -> Iterator[Fault]:
    kept = [
        (one.name, one.word, one.instruction, one.found.command)
        for one in _final.kept_packages(sources.final)
    ]
    for found in _final.built(sources.final):
        for install in installs(found) if found.name == "RUN" else ():
            if not install.is_system:
                kept += [
                    (package_name(one), one, found, install.command) for one in install.packages
                ]
    for name, word, found, command in kept:
        if name in _SUPERVISING_PACKAGES and not ("cron" in name and with_cron):
            what = f"{name} is installed, to run several services in one container"
            yield sources.at(found, what, line=word.line, instead=without(command, word))


def _program(command: Command) -> str:
    words = _start.run_words(command)
    name = words[0].rsplit("/", 1)[-1] if words else ""
    return words[1] if name in _PACKAGERS and len(words) > 1 else name


def _managers(start: Start) -> Iterator[Fault]:
    for command in start.commands:
        words = _start.run_words(command)
        name = _program(command)
        if name in _SUPERVISORS or (words and words[0] in _SYSTEM_INITS):
            told = words[0] if words[0] in _SYSTEM_INITS else name
            yield start.fault(
                words[0],
                f"{told} runs several services in one container",
                'CMD ["<the one program>"]',
            )


def _background(start: Start) -> Iterator[Fault]:
    top = [one for one in start.top() if _program(one) not in _HELPERS - {"wait"}]
    behind = [one for one in top if one.background and _program(one) != "wait"]
    before = [one for one in top if not one.background and _program(one) not in ("", *_QUIET)]
    # `app & wait` is one service, that a shell waits for.
    if len(behind) > 1 or (behind and before and _runs_on(before[-1], behind[0], top)):
        other = before[-1] if before else behind[-1]
        yield start.fault(
            behind[0],
            f"{_program(behind[0])} is started in the background, beside {_shown(other)}",
            (_as_cmd(other) if start.instruction else "") or _of_its_own(_program(behind[0])),
        )


_QUIET = ("wait", "set", "trap", "exit", "export", "cd", "umask", "source", ".", "shift")


def _runs_on(last: Command, first: Command, top: list[Command]) -> bool:
    return top.index(last) > top.index(first)


def _shown(command: Command) -> str:
    name = _program(command)
    return "the command of the container" if name == "$@" else name


def _as_cmd(command: Command) -> str:
    from json import dumps

    words = list(_start.run_words(command))
    plain = words and not any("$" in word for word in words)
    return f"CMD {dumps(words, ensure_ascii=False)}" if plain else ""


def _of_its_own(name: str) -> str:
    return nothing(f"run {name} in a container of its own")


def _daemons(start: Start) -> Iterator[Fault]:
    top = start.top()
    for number, command in enumerate(top):
        told = _service(command)
        last = all(_program(one) in ("", *_QUIET) for one in top[number + 1 :])
        if told or (not last and not command.background and _goes_behind(command)):
            name = told or _program(command)
            what = f"{command.text} starts {name} beside the container's own"
            yield start.fault(command, what, _of_its_own(name))


def _service(command: Command) -> str:
    """The service that `service NAME start` and the like start; sshd is another practice's."""
    words = _start.run_words(command)
    name = ""
    if _program(command) in ("service", "invoke-rc.d", "rc-service"):
        name = words[1] if _has(command, "start", "restart") else ""
    elif _program(command) == "systemctl" and _has(command, "start", "restart"):
        name = words[-1]
    elif words and words[0].startswith("/etc/init.d/") and _has(command, "start", "restart"):
        name = words[0].rsplit("/", 1)[-1]
    return "" if name in _SSH else name


def _has(command: Command, *wanted: str) -> bool:
    return any(word in wanted for word in command.words[1:])


def _goes_behind(command: Command) -> bool:
    """Whether a command is a server that leaves the foreground by itself."""
    options = frozenset(str(word) for word in _start.run_words(command)[1:])
    name = _program(command)
    if name == "nginx" and any("daemon off" in option for option in options):
        return False
    name = "php-fpm" if name.startswith("php-fpm") else name
    if name in _STAYING:
        return options.isdisjoint(_STAYING[name])
    return not options.isdisjoint(_LEAVING.get(name, ()))


# Servers that go to the background unless told otherwise, and those that must be told to.
_STAYING = {
    "cron": ("-f",),
    "crond": ("-f", "-n"),
    "nginx": ("-t", "-T", "-v", "-V", "-s", "-h"),
    "rsyslogd": ("-n",),
    "syslogd": ("-n",),
}
_LEAVING = {
    "apache2ctl": ("start",),
    "apachectl": ("start",),
    "celery": ("--detach", "-D"),
    "gunicorn": ("--daemon", "-D"),
    "memcached": ("-d", "--daemon"),
    "php-fpm": ("-D", "--daemonize"),
    "redis-server": ("--daemonize",),
    "uwsgi": ("--daemonize", "-d"),
}


PRACTICE = Practice(
    id="S2.4",
    title="One service in a container",
    why=(
        "The engine watches, restarts and stops the first process only. Of several services one"
        " can die while the container looks healthy, their logs mix, and none scales by itself."
    ),
    source=(
        "best practices for making container images, 2023; Docker: run multiple processes in a"
        " container; hadolint DL4003, DL4004; BuildKit MultipleInstructionsDisallowed"
    ),
    severity=Severity.ERROR,
    codes=("DL4003", "DL4004", "MultipleInstructionsDisallowed"),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("CMD ",),
            why="the one program, with its workers at most",
            fields=("command", "server", "nginx"),
        ),
    ),
    example=Example(
        wrong=(
            "FROM debian:trixie-slim\n"
            "COPY supervisord.conf /etc/supervisord.conf\n"
            'CMD ["supervisord", "-n"]\n'
        ),
        right=(
            "FROM debian:trixie-slim\n"
            "COPY ledgerd /usr/local/bin/ledgerd\n"
            'CMD ["ledgerd", "--listen", "0.0.0.0:9000"]\n'
        ),
    ),
    checked=(
        "CMD, ENTRYPOINT and the scripts they run start no process manager, no service of the"
        " system and no second program in the background; no such package is installed; at most"
        " one CMD and one ENTRYPOINT."
    ),
    proofs=("one-service",),
)
