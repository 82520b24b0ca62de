"""S2.10: no password that everyone who has the image knows."""

from collections.abc import Iterator, Sequence

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command
from generator.audit.sources import Script, Sources
from generator.findings import Fault, Severity
from generator.practices import _final, _shell_values, _values
from generator.practices._instead import nothing
from generator.practices._model import Carrier, Example, Practice
from generator.practices._shell_values import Value

_WORDS = frozenset(["pass", "passphrase", "passwd", "password", "pwd"])
_NO_PASSWORDS = frozenset(["0", "1", "false", "none", "no", "null", "true", "yes"])
_OPEN = {
    "ALLOW_EMPTY_PASSWORD": ("1", "true", "yes"),
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD": ("1", "true", "yes"),
    "MYSQL_ALLOW_EMPTY_PASSWORD": ("1", "true", "yes"),
    "POSTGRES_HOST_AUTH_METHOD": ("trust",),
}


def check(sources: Sources) -> Iterator[Fault]:
    """Find passwords in settings, in defaults of scripts, and of accounts of the image."""
    for found in _final.built(sources.final):
        if found.name in ("ARG", "ENV"):
            yield from _of_settings(sources, found)
        elif found.name == "RUN":
            for command in found.commands:
                yield from _of_account(sources, found, command)
        elif found.name in ("CMD", "ENTRYPOINT") and found.words:
            yield from _of_text(sources, found)
    for script in sources.scripts:
        yield from _of_script(script)


def is_password(name: str) -> bool:
    """Whether a variable of this name holds a password, and not the file or the rules of one."""
    last = name.lower().rsplit("_", 1)[-1]
    whole = last in _WORDS or last.endswith(("password", "passwd", "passphrase"))
    return whole and name not in ("PWD", "OLDPWD")


def _of_settings(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for one in _values.of(found):
        value = one.value or ""
        if value.lower() in _OPEN.get(one.key, ()):
            yield sources.at(
                found,
                f"{one.key}={value} lets everyone in without a password",
                line=one.line,
                instead=nothing("ask for a password at run time"),
            )
        elif is_password(one.key) and _is_known(value) and "$" not in value:
            yield sources.at(
                found,
                f"{one.key} has a default that everyone who has the image knows",
                line=one.line,
                instead=f': "${{{one.key}:?is not set}}"',
            )


def _is_known(value: str) -> bool:
    """Whether a value is a password: no switch, no path of a file with one."""
    return bool(value) and value.lower() not in _NO_PASSWORDS and not value.startswith(("/", "<"))


def _of_text(sources: Sources, found: Instruction) -> Iterator[Fault]:
    # The last word is the text of a shell form, and of `sh -c TEXT`.
    for one in _shell_values.values(found.words[-1]):
        if _is_default_password(one):
            yield sources.at(
                found,
                f"{one.name} has a default that everyone who has the image knows",
                line=_line(found, one),
                instead=f"${{{one.name}:?is not set}}",
            )


def _line(found: Instruction, one: Value) -> int:
    lines = found.source.splitlines()
    return found.line + next((n for n, text in enumerate(lines) if one.name in text), 0)


def _is_default_password(one: Value) -> bool:
    return is_password(one.name) and one.is_literal and _is_known(one.text)


def _of_script(script: Script) -> Iterator[Fault]:
    lines = script.text.splitlines()
    for one in _shell_values.values(script.text):
        if not _is_default_password(one) or _is_announced(script.commands, one.name):
            continue
        line = lines[one.line - 1].strip() if one.line <= len(lines) else ""
        yield Fault(
            path=script.path,
            line=one.line,
            what=f"{one.name} has a default that everyone who has the image knows",
            instead=_required(line, one),
        )


def _is_announced(commands: Sequence[Command], name: str) -> bool:
    """Whether the script warns of a default at the start, the one allowed exception."""
    return any(
        command.program in ("echo", "printf")
        and "warning" in command.text.lower()
        and name in command.text
        for command in commands
    )


def _required(line: str, one: Value) -> str:
    """The line of a script with an error instead of a default."""
    must = f"${{{one.name}:?is not set}}"
    start = line.find(f"${{{one.name}")
    end = line.find("}", start)
    if one.is_default and 0 <= start < end:
        return line[:start] + must + line[end + 1 :]
    return f': "{must}"'


def _of_account(sources: Sources, found: Instruction, command: Command) -> Iterator[Fault]:
    words = command.arguments()
    program = command.program
    what = ""
    if program == "chpasswd":
        what = "chpasswd gives an account a password that is in every copy of the image"
    elif program == "passwd" and {"-d", "--delete"} & set(words):
        what = "passwd -d lets everyone into the account without a password"
    elif program == "passwd" and (command.piped or "--stdin" in words):
        what = "passwd gives an account a password that is in every copy of the image"
    elif program in ("useradd", "usermod") and _has_value(words, ("-p", "--password")):
        what = f"{program} -p gives an account a password that is in every copy of the image"
    elif program == "htpasswd" and any(w.startswith("-") and "b" in w for w in words[1:3]):
        what = "htpasswd -b puts a password that everyone knows into the image"
    if what:
        better = nothing("an account needs no password to be a USER")
        yield sources.at(found, what, line=command.line, instead=better)


def _has_value(words: Sequence[str], options: Sequence[str]) -> bool:
    """Whether an option gives a password: `*` and `!` lock an account."""
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        if name in options:
            given = value if sign else "".join(words[place + 1 : place + 2])
            return given[:1] not in ("*", "!", "")
    return False


PRACTICE = Practice(
    id="S2.10",
    title="No default passwords",
    why=(
        "A default password is known to everyone who can pull the image, and most people never"
        " change it. A container that refuses to start without one is noticed; where a demo needs"
        " a default, a warning at each start says so."
    ),
    source=(
        "best practices for making container images, 2023; checkov CKV2_DOCKER_17;"
        " CIS Docker Benchmark 4.10; CWE-1392"
    ),
    severity=Severity.ERROR,
    check=check,
    carriers=(
        Carrier(
            file="entrypoint.sh",
            starts=("require_secret ", "read_secret ", "require_secret() {", "read_secret() {"),
            why="without the secret the container does not start, and says which one is missing",
            fields=("secrets",),
        ),
        Carrier(
            file="entrypoint.sh",
            starts=("default_secret ", "default_secret() {"),
            why="a default that was asked for is told at every start",
            fields=("insecure_defaults",),
        ),
    ),
    example=Example(
        file="entrypoint.sh",
        wrong='#!/bin/sh\nset -eu\nexport DB_PASSWORD="${DB_PASSWORD:-secret}"\nexec "$@"\n',
        right='#!/bin/sh\nset -eu\n: "${DB_PASSWORD:?is not set}"\nexec "$@"\n',
    ),
    checked=(
        "No ENV or ARG with a password as its value, no default of one in scripts unless they"
        " warn of it, no chpasswd, passwd or useradd -p."
    ),
    proofs=("required-secrets", "secret-files"),
)
