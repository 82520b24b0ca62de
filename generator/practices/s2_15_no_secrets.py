"""S2.15: nothing secret in the image, its settings, its labels or its history."""

import os
import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

from generator import secrecy
from generator.audit.dockerfile import Instruction
from generator.audit.load import read
from generator.audit.shell import Command
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _values
from generator.practices._final import built
from generator.practices._model import Carrier, Example, Practice
from generator.practices._values import Setting

_STRONG = frozenset(
    ["apikey", "credential", "credentials", "passphrase", "passwd", "password", "pwd", "pword",
     "secret", "token"]
)  # fmt: skip
_STRONG_PAIRS = ("access_key", "api_key", "private_key", "secret_key", "signing_key")
# Words after which a name is not the secret but tells of it.
_ABOUT = frozenset(
    ["algorithm", "dir", "endpoint", "expiry", "file", "header", "id", "issuer", "length",
     "lifetime", "name", "path", "policy", "prefix", "public", "timeout", "ttl", "type", "uri",
     "url", "version"]
)  # fmt: skip
_URL_PASSWORD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/@:\s]*:([^/@\s]+)@")
_OPTION = re.compile(
    r"--?(?:[a-z]+-)*(?:pass|passwd|password|token|api-?key)=([^$<{\s]{4,})", re.IGNORECASE
)
_KEY_NAMES = (
    "*.kdbx", "*.p12", "*.pfx", "*.ppk", ".env", ".env.*", ".git-credentials", ".netrc", ".pypirc",
    "id_dsa", "id_ecdsa", "id_ed25519", "id_rsa", "*.key", "*.pem", "*.jks", "*-credentials.json",
    "credentials.json", "kubeconfig",
)  # fmt: skip
# Files of tools that hold a login, by the end of their path.
_LOGINS = (".docker/config.json", ".kube/config", ".dockercfg")
_KEY_FOLDERS = frozenset([".aws", ".gnupg", ".ssh"])
_HARMLESS_PARTS = ("dist", "example", "pub", "public", "sample", "template", "test", "trust")
# Keys and certificates share these endings; only a look inside tells.
_AMBIGUOUS = (".jks", ".key", ".pem")
# What a key file is called that is not there to be looked into.
_PRIVATE = frozenset(["client", "privkey", "private", "secret", "server", "ssl", "tls"])
_NOT_SEARCHED = frozenset([".git", "__pycache__", "node_modules", "site-packages"])
_MOST_FILES = 5_000
_WITH_LOGIN = {"curl": ("-u", "--user"), "wget": ("--user",)}
_WITH_PASSWORD = ("--password", "--storepass", "-storepass")
_TELLING = frozenset(["cat", "cp", "echo", "mv", "printf", "tee"])


def check(sources: Sources) -> Iterator[Fault]:
    """Yield secrets in settings, labels, commands and copied files, and mounts that may lack."""
    in_image = {id(found) for found in built(sources.final)}
    for stage in sources.dockerfile.needed():
        for found in stage.instructions:
            if found.name in ("ARG", "ENV"):
                yield from _settings(sources, found)
            elif found.name == "LABEL":
                yield from _labels(sources, found)
            elif found.name == "RUN":
                yield from _commands(sources, found)
                yield from _mounts(sources, found)
                if id(found) in in_image:
                    yield from _written(sources, found)
            elif found.name in ("CMD", "ENTRYPOINT", "HEALTHCHECK"):
                yield from _commands(sources, found)
            elif found.name in ("ADD", "COPY") and found.flag("from") is None:
                yield from _documents(sources, found)
                yield from _copies(sources, found, reaches_image=id(found) in in_image)


def shape(text: str) -> str:
    """What kind of secret a text holds by its look, empty for none."""
    for pattern, what in secrecy.SECRET_VALUES:
        match = re.search(pattern, text)
        if match and not (what == "a URL with a password" and not _has_url_password(text)):
            return what
    return ""


def _has_url_password(text: str) -> bool:
    return any(
        "$" not in match[1] and "<" not in match[1] for match in _URL_PASSWORD.finditer(text)
    )


def _settings(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for one in _values.of(found):
        what = shape(one.value or "")
        if what:
            told = f"{found.name} {one.key} holds {what}{_late(found)}"
            yield sources.at(found, told, instead=_mount(one.key, found), line=one.line)
        elif secrecy.secret_name(one.key) and not _tells_about(one.key):
            severity = _severity(one)
            told = f"{found.name} {one.key} is a secret by its name, and everyone can read it"
            told += _late(found)
            if severity is Severity.NOTE:
                told = f"{found.name} {one.key} has the name of a secret: set it at run time"
            instead = _mount(one.key, found)
            yield sources.at(found, told, instead=instead, line=one.line, severity=severity)


def _tells_about(key: str) -> bool:
    """Whether a name is only about a secret, and no linter takes it for one."""
    lowered = key.lower()
    parts = secrecy.SECRET_PARTS
    return lowered.split("_")[-1] in _ABOUT and not any(part in lowered for part in parts)


def _late(found: Instruction) -> str:
    return ": give it when the container runs" if found.name == "ENV" else ""


def _mount(key: str, found: Instruction) -> str:
    """The mount that replaces an ARG; what ENV gives to the app comes at run time instead."""
    if found.name != "ARG":
        return f"(nothing: `docker run --env {key}` gives it when the container runs)"
    return f"RUN --mount=type=secret,id={key.lower()},env={key},required=true \\"


def _severity(one: Setting) -> Severity | None:
    words = one.key.lower().split("_")
    value = one.value
    if not _ABOUT.isdisjoint(words[-1:]) or "public" in words:
        return Severity.NOTE
    is_strong = not _STRONG.isdisjoint(words) or any(
        pair in one.key.lower() for pair in _STRONG_PAIRS
    )
    if one.instruction.name == "ARG" and not value:
        return None if is_strong else Severity.NOTE
    if not value or value.startswith("/") or value.lower() in ("0", "1", "false", "true"):
        return Severity.NOTE
    if is_strong:
        return None
    is_fingerprint = re.fullmatch(r"[0-9A-F ]{40,}", value)
    return Severity.NOTE if is_fingerprint or "username" in words else Severity.WARNING


def _labels(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for one in _values.of(found):
        words = re.split(r"[._/-]", one.key.lower())
        value = one.value or ""
        if what := shape(value):
            yield sources.at(found, f"LABEL {one.key} holds {what}", line=one.line)
        elif (
            (not _STRONG.isdisjoint(words) or one.key.lower().endswith(_STRONG_PAIRS))
            and _ABOUT.isdisjoint(words[-1:])
            and one.is_literal
            and value.lower() not in ("", "false", "true")
            and not value.startswith("/")
            and "://" not in value
        ):
            what = f"LABEL {one.key} is a secret by its name, and everyone can read it"
            yield sources.at(found, what, line=one.line)


def _commands(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for command in found.commands:
        for word in command.words:
            what = "" if "=" in word and "://" not in word else shape(word)
            option = _OPTION.fullmatch(word)
            if what or option:
                name = word.partition("=")[0] if option else command.program
                told = (
                    f"{name} is given {what or 'a password or token'} in the text of {found.name}"
                )
                yield sources.at(found, told, instead=_login(found), line=word.line)
        yield from _logins(sources, found, command)


def _login(found: Instruction) -> str:
    if found.name != "RUN":
        return ""
    return "RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \\"


def _logins(sources: Sources, found: Instruction, command: Command) -> Iterator[Fault]:
    """Yield passwords that are a word of their own after an option."""
    with_login = _WITH_LOGIN.get(command.program, ())
    for option, value in pairwise(command.words):
        user, colon, password = value.partition(":")
        given = option in with_login and user and colon and password and "$" not in password
        if given or (option in _WITH_PASSWORD and not value.startswith(("-", "$", "/", "<"))):
            what = f"{command.program} {option} is given a password in the text of {found.name}"
            yield sources.at(found, what, instead=_login(found), line=value.line)


def _mounts(sources: Sources, found: Instruction) -> Iterator[Fault]:
    words = [word for command in found.commands for word in command.words]
    for flag in found.flags:
        parts = [part.partition("=") for part in flag.removeprefix("--mount=").split(",")]
        options = {key: value or "true" for key, _, value in parts}
        if not flag.startswith("--mount=") or options.get("type") != "secret":
            continue
        needed = options.get("required", "false").lower()
        name = options.get("id") or options.get("target") or options.get("dst") or "secret"
        if needed in ("1", "true") or any(c.program in ("[", "test") for c in found.commands):
            continue
        if "[[" in words:
            continue
        line = found.line + next(
            (n for n, text in enumerate(found.source.splitlines()) if flag in text), 0
        )
        what = f"the build goes on without the secret {name}, and fails later or not at all"
        kept = ",".join(part for part in flag.split(",") if not part.startswith("required"))
        instead = _text(found, line).replace(flag, f"{kept},required=true")
        yield sources.at(found, what, instead=instead, line=line, severity=Severity.NOTE)


def _text(found: Instruction, line: int) -> str:
    """A line of an instruction."""
    return found.source.splitlines()[line - found.line].strip()


def _written(sources: Sources, found: Instruction) -> Iterator[Fault]:
    """Yield secrets of a mount that a command writes to a file or to the log."""
    places = [
        mount.get("target") or mount.get("dst") or f"/run/secrets/{mount.get('id', '')}"
        for mount in found.mounts()
        if mount.get("type") == "secret" and "env" not in mount
    ]
    names = [mount["env"] for mount in found.mounts() if "env" in mount]
    cleans = any(
        command.program in ("rm", "shred") and found.source.count(word) > 1
        for command in found.commands
        for word in command.words[1:]
        if not word.startswith("-")
    )
    on_tmpfs = any(mount.get("type") == "tmpfs" for mount in found.mounts())
    if cleans or on_tmpfs or "/dev/null" in found.source:
        return
    for command in found.commands:
        if command.program not in _TELLING or command.piped or command.nested:
            continue
        for word in command.words[1:]:
            held = [place for place in places if place in word]
            held += [name for name in names if f"${name}" in word or f"${{{name}}}" in word]
            if held:
                what = f"{command.program} writes the secret {held[0]} into the image or the log"
                yield sources.at(found, what, line=word.line)


def _copies(sources: Sources, found: Instruction, *, reaches_image: bool) -> Iterator[Fault]:
    severity = None if reaches_image else Severity.WARNING
    for source in found.words[:-1]:
        if source.startswith("<<") or "://" in source:
            continue
        path = posixpath.normpath(source.lstrip("/"))
        inside = sources.root / path if sources.root else None
        if _is_key(path, inside):
            yield sources.at(
                found,
                f"{found.name} {source} puts a secret file into a layer"
                + (": mount it when the container runs" if reaches_image else ""),
                instead="" if reaches_image else _file_mount(path, found.words[-1]),
                line=_line(found, source),
                severity=severity,
            )
        elif inside is not None and inside.is_dir() and found.flag("exclude") is None:
            for held in _keys_below(sources, inside, path):
                what = f"{found.name} {source} takes {held} along, a secret file"
                yield sources.at(found, what, line=_line(found, source), severity=severity)


def _documents(sources: Sources, found: Instruction) -> Iterator[Fault]:
    """Yield secrets in the here-documents of a COPY, which the Dockerfile itself holds."""
    for document in found.heredocs:
        for number, text in enumerate(document.content.splitlines(), document.line):
            if "PRIVATE KEY-----" in text:
                what = f"{found.name} writes a private key into a layer"
            elif told := shape(text):
                what = f"{found.name} writes {told} into a layer"
            else:
                continue
            yield sources.at(found, f"{what}: mount it when the container runs", line=number)


def _file_mount(path: str, target: str) -> str:
    """The mount that replaces the copy of a secret file into a build stage."""
    name = posixpath.basename(path)
    identity = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    place = posixpath.join(target, name) if target.endswith(("/", ".")) else target
    return f"RUN --mount=type=secret,id={identity},required=true,target={place} \\"


def _line(found: Instruction, word: str) -> int:
    lines = found.source.splitlines()
    return found.line + next((n for n, line in enumerate(lines) if word in line.split()), 0)


def _is_key(path: str, file: Path | None) -> bool:
    """Whether a file is a secret by its name; where only a look inside tells, by that."""
    name = posixpath.basename(path).lower()
    parts = set(re.split(r"[._-]", name))
    if not parts.isdisjoint(_HARMLESS_PARTS):
        return False
    if path.lower().endswith(_LOGINS):
        return True
    if not _KEY_FOLDERS.isdisjoint(path.lower().split("/")):
        return name not in ("config", "known_hosts", "authorized_keys")
    return any(fnmatch(name, pattern) for pattern in _KEY_NAMES) and _holds_secret(name, file)


def _holds_secret(name: str, file: Path | None) -> bool:
    """Whether a file with the name of a key holds one: by its text, else by its name alone."""
    text = read(file) if file else None
    if name.startswith(".env") and text is not None:
        return any(_is_secret_line(line) for line in text.splitlines())
    if not name.endswith(_AMBIGUOUS):
        return True
    if text is not None:
        return "PRIVATE KEY" in text
    return name.endswith(".key") and not _PRIVATE.isdisjoint(re.split(r"[._-]", name))


def _is_secret_line(line: str) -> bool:
    """Whether a line of an env file holds a secret, by its name or its look."""
    key, sign, value = line.strip().removeprefix("export ").partition("=")
    if key.startswith("#") or not sign or not value.strip("\"' "):
        return False
    words = key.strip().lower().split("_")
    return bool(shape(value)) or (not _STRONG.isdisjoint(words) and _ABOUT.isdisjoint(words[-1:]))


def _keys_below(sources: Sources, folder: Path, path: str) -> Iterator[str]:
    seen = 0
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _NOT_SEARCHED)
        below = posixpath.join(path, Path(root).relative_to(folder).as_posix())
        for name in sorted(names):
            seen += 1
            if seen > _MOST_FILES:
                return
            file, held = Path(root, name), posixpath.normpath(posixpath.join(below, name))
            kept_out = sources.ignore is not None and sources.ignore.denies(held)
            if not kept_out and not file.is_symlink() and _is_key(held, file):
                yield held


PRACTICE = Practice(
    id="S2.15",
    title="No secrets in the image",
    why=(
        "Everyone who has the image reads its variables, labels, history and layers, also of "
        "files that a later layer removes. An ARG left two traces in the history, a secret "
        "mount none."
    ),
    source=(
        "best practices for making container images, 2023; CIS Docker 4.10; "
        "Docker's documentation of build secrets"
    ),
    severity=Severity.ERROR,
    codes=("DL3064", "SecretsUsedInArgOrEnv"),
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("--mount=type=secret", "RUN --mount=type=secret"),
            why="there for this one step, in no layer; the build stops without it",
            fields=("ca_bundle", "index_credentials"),
        ),
        Carrier(
            file="entrypoint.sh",
            starts=("read_secret", "require_secret"),
            why="secrets come when the container starts, as NAME or as a file in NAME_FILE",
            fields=("secrets",),
        ),
        Carrier(
            file=".dockerignore",
            starts=("**/*.key", "**/*.p", "**/.aws", "**/.env", "**/.netrc", "**/.npmrc",
                    "**/.pypirc", "**/.ssh", "**/id_"),
            why="key files never reach the builder, whatever is included",
        ),
    ),
    example=Example(
        wrong="""\
FROM python:3.13-slim-trixie AS build
ARG INDEX_PASSWORD
RUN pip install --index-url "https://me:${INDEX_PASSWORD}@index.example.com/simple" shop
""",
        right="""\
FROM python:3.13-slim-trixie AS build
RUN --mount=type=secret,id=netrc,target=/root/.netrc,required=true \\
    pip install --index-url "https://index.example.com/simple" shop
""",
    ),
    check=check,
    checked=(
        "names and values of ENV, ARG and LABEL, words of commands, copied files by name and "
        "content, and that secret mounts are required and not written on"
    ),
    proofs=("no-secrets", "required-secrets", "secret-files"),
)  # fmt: skip
