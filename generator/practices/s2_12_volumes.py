"""S2.12: data that outlives the container lies in a volume that its user may write."""

import json
import posixpath
from collections.abc import Iterator

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.shell import Command
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images
from generator.practices._final import (
    built,
    filled,
    is_below,
    is_root,
    is_windows,
    last_user,
    settings,
)
from generator.practices._model import Carrier, Example, Practice

_SYSTEM = frozenset(
    ["/", "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys",
     "/usr", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/var", "/var/lib", "/var/run",
     "/tmp", "/var/tmp"]  # noqa: S108 - named, not used
)  # fmt: skip
# Where nothing is kept, or nothing is written.
_NO_DATA = ("/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/usr", "/var/cache", "/var/tmp")  # noqa: S108 - named, not used
_DATA_OPTIONS = ("--data-dir", "--datadir", "--dbpath", "--storage.tsdb.path")
_OWN_OPTIONS = {"postgres": "-D", "redis-server": "--dir"}
_DATA_VARIABLES = ("DATADIR", "DATA_DIR", "DATA_DIRECTORY", "DATA_FOLDER", "DATA_PATH", "PGDATA")
_DATABASES = (".db", ".sqlite", ".sqlite3")
# Where a database server writes unless told otherwise.
_SERVERS = {
    "mariadbd": "/var/lib/mysql",
    "mongod": "/data/db",
    "mysqld": "/var/lib/mysql",
    "mysqld_safe": "/var/lib/mysql",
}
# Images that declare their volumes, and prepare them.
_KEEPERS = frozenset(["mariadb", "mongo", "mysql", "postgres", "redis"])
_OWNERS = frozenset(["adduser", "chgrp", "chmod", "chown", "install", "setfacl", "useradd"])


def check(sources: Sources) -> Iterator[Fault]:
    """Yield volumes on system folders, written too late or not owned, and data outside of any."""
    if is_windows(sources.final):
        return
    variables = settings(sources.final)
    volumes: list[tuple[str, Instruction]] = []
    for found in built(sources.final):
        if found.name != "VOLUME":
            volumes_before = [path for path, _ in volumes]
            yield from _written_late(sources, found, volumes_before, variables)
            continue
        for word in found.words:
            path = filled(word, variables)
            if "$" in path:
                continue
            if fault := _misplaced(sources, found, path):
                yield fault
            else:
                volumes.append((posixpath.normpath(path), found))
    yield from _not_owned(sources, volumes, variables)
    yield from _data_outside(sources, [path for path, _ in volumes], variables)


def _line(*paths: str) -> str:
    return f"VOLUME {json.dumps(list(paths))}"


def _misplaced(sources: Sources, found: Instruction, path: str) -> Fault | None:
    if not path.startswith("/"):
        absolute = posixpath.join("/", path)
        what = f"VOLUME {path} is no absolute path"
        return sources.at(found, what, instead=_line(absolute))
    if posixpath.normpath(path) in _SYSTEM:
        what = f"VOLUME {path} covers a folder of the system: name one of the app's own"
        return sources.at(found, what, instead=_line(_own_folder(sources.final, path)))
    return None


def _own_folder(stage: Stage, path: str) -> str:
    """The folder below a volume that the Dockerfile itself makes, or one to make."""
    for found in built(stage):
        for command in found.commands if found.name == "RUN" else ():
            for word in command.words if command.program in ("chown", "install", "mkdir") else ():
                if is_below(word, path) and word not in _SYSTEM and "$" not in word:
                    return word
    return "/var/lib/app"


def _written_late(
    sources: Sources, found: Instruction, volumes: list[str], variables: dict[str, str]
) -> Iterator[Fault]:
    """Yield writes below a volume that is declared before; some builders drop them."""
    if found.name in ("ADD", "COPY") and found.words:
        written = [(found.words[-1], found.line)]
    elif found.name == "RUN":
        changing = ("chgrp", "chmod", "chown", "cp", "install", "mkdir", "mv", "tar", "touch")
        written = [
            (word, word.line)
            for command in found.commands
            if command.program in changing
            for word in command.words[1:]
        ]
    else:
        return
    for word, line in written:
        path = filled(word, variables)
        below = [volume for volume in volumes if path.startswith("/") and is_below(path, volume)]
        if below and "$" not in path:
            what = f"{found.name} writes {word} after VOLUME {below[0]}: declare the volume below"
            yield sources.at(found, what, instead=_line(below[0]), line=line)
            return


def _not_owned(
    sources: Sources, volumes: list[tuple[str, Instruction]], variables: dict[str, str]
) -> Iterator[Fault]:
    """Yield volumes that a non-root process cannot write, as nobody made them its own."""
    user = last_user(sources.final)
    if user is None or is_root(user.words[0]) or not _is_bare(sources.final):
        return  # root writes anywhere; what an unknown base prepares, the text does not tell
    owner = user.words[0] if user.words[0][:1].isdigit() else "10001:10001"
    uid, _, gid = owner.partition(":")
    for path, found in volumes:
        if not _is_prepared(sources.final, path, variables):
            what = f"nothing gives {path} to USER {user.words[0]}, who cannot write it then"
            instead = f"RUN install -d -o {uid} -g {gid or uid} -m 0750 {path}"
            yield sources.at(found, what, instead=instead)


def _is_bare(stage: Stage) -> bool:
    """Whether its base is known, and known to prepare no folders for data."""
    name, _ = _images.name_and_tag(stage.root)
    return bool(_images.family(stage.root)) and name not in _KEEPERS


def _is_prepared(stage: Stage, path: str, variables: dict[str, str]) -> bool:
    as_root = True
    for found in built(stage):
        if found.name == "USER" and found.words:
            as_root = is_root(found.words[0])
        if found.name == "WORKDIR" and found.words and not as_root:
            folder = filled(found.words[0], variables)
            if is_below(folder, path) or "$" in folder:
                return True
        if found.name in ("ADD", "COPY") and found.words and found.flag("chown") is not None:
            target = filled(found.words[-1], variables)
            if is_below(path, target) or is_below(target, path) or not target.startswith("/"):
                return True
        if found.name == "RUN" and any(
            _prepares(command, path, variables, as_root=as_root) for command in found.commands
        ):
            return True
    return False


def _prepares(command: Command, path: str, variables: dict[str, str], *, as_root: bool) -> bool:
    program = command.program
    if program.endswith(".sh") or "./" in command.words[0] or program in ("bash", "sh"):
        return True  # a script, which may do anything
    if program not in _OWNERS and not (program == "mkdir" and not as_root):
        return False
    words = [filled(word, variables).rstrip("/") or "/" for word in command.words[1:]]
    return any("$" in word or (word.startswith("/") and is_below(path, word)) for word in words)


def _data_outside(
    sources: Sources, volumes: list[str], variables: dict[str, str]
) -> Iterator[Fault]:
    """Yield data that the start command or a variable puts where it ends with the container."""
    if not _is_bare(sources.final):
        return  # the base may declare volumes itself
    shipped = [
        filled(found.words[-1], variables)
        for found in built(sources.final)
        if found.name in ("ADD", "COPY") and found.words
    ]
    seen: set[str] = set()
    for path, told, file, line in _data_paths(sources, variables):
        folder = posixpath.dirname(path) if path.endswith(_DATABASES) else path
        if (
            any(is_below(path, volume) for volume in volumes)
            or any(is_below(path, place) for place in _NO_DATA)
            or any(is_below(copied, folder) for copied in shipped if copied.strip("/"))
            or folder in seen
            or folder == "/"
        ):
            continue
        seen.add(folder)
        what = f"{told} keeps data in {folder}, which is no volume: it ends with the container"
        yield Fault(path=file, line=line, what=what, instead=_line(folder))


def _data_paths(sources: Sources, variables: dict[str, str]) -> Iterator[tuple[str, str, str, int]]:
    """Yield where data goes: path, the words that say it, their file and line."""
    own = sources.dockerfile.path
    workdir = "/"
    for found in built(sources.final):
        if found.name == "WORKDIR" and found.words:
            workdir = posixpath.join(workdir, filled(found.words[0], variables))
        for pair in found.pairs if found.name == "ENV" else ():
            value = variables.get(pair.key, "")
            is_data = pair.key.upper().endswith(_DATA_VARIABLES)
            path = _of_sqlite(value, workdir)
            if (is_data or value.endswith(_DATABASES)) and value.startswith("/"):
                path = posixpath.normpath(value)
            if path:
                yield path, f"{pair.key}={value}", own, pair.line
    scripts = [(script.path, one) for script in sources.scripts for one in script.commands]
    for file, command in [*((own, one) for one in sources.start_commands()), *scripts]:
        for path, told, line in _of_command(command, workdir, variables):
            yield path, told, file, line


def _of_command(
    command: Command, workdir: str, variables: dict[str, str]
) -> Iterator[tuple[str, str, int]]:
    """Yield the same of one start command: what its options name, or where it writes anyway."""
    words = [filled(word, variables) for word in command.words]
    for place, word in enumerate(words):
        name, sign, value = word.partition("=")
        line = command.words[place].line
        if name in (*_DATA_OPTIONS, _OWN_OPTIONS.get(command.program)):
            value = value if sign else "".join(words[place + 1 : place + 2])
            if value.startswith("/"):
                yield posixpath.normpath(value), name, line
        elif path := _of_sqlite(word, workdir):
            yield path, word, line
    default = _SERVERS.get(command.program)
    if default and not any(word.startswith(_DATA_OPTIONS) for word in words):
        yield default, command.program, command.line


def _of_sqlite(value: str, workdir: str) -> str:
    """The file of an SQLite URL: three slashes are relative, four absolute."""
    scheme, sign, rest = value.partition(":///")
    path = rest.partition("?")[0]
    known = scheme.partition("+")[0] in ("sqlite", "sqlite3")
    if not known or not sign or "$" in value or path in ("", ":memory:"):
        return ""
    return posixpath.normpath(posixpath.join(workdir, path))


PRACTICE = Practice(
    id="S2.12",
    title="VOLUME for data that must last",
    why=(
        "What a process writes into the container's own layer is gone with the container, and "
        "a read-only root refuses it. A volume lasts, and stays writable if the process owns it."
    ),
    source="best practices for making container images, 2023; Dockle DKL-DI-0002",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("VOLUME",),
            why="data outlives the container, and is writable on a read-only root",
            fields=("volumes",),
        ),
        Carrier(
            file="Dockerfile",
            starts=("&& install -d -o", "install -d -o", "RUN install -d -o"),
            why="a new volume takes the owner that its folder has in the image",
            fields=("volumes", "user"),
        ),
    ),
    example=Example(
        wrong="""\
FROM debian:trixie-slim
COPY --link --chmod=0555 ledgerd /usr/local/bin/ledgerd
USER 10001:10001
CMD ["ledgerd", "--data-dir=/var/lib/ledger"]
""",
        right="""\
FROM debian:trixie-slim
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/ledger
COPY --link --chmod=0555 ledgerd /usr/local/bin/ledgerd
VOLUME ["/var/lib/ledger"]
USER 10001:10001
CMD ["ledgerd", "--data-dir=/var/lib/ledger"]
""",
    ),
    check=check,
    checked=(
        "volumes are absolute, no folder of the system, not written after they are declared and "
        "given to the USER; data that variables, SQLite URLs and options of the command name "
        "lies in one"
    ),
    proofs=("volumes-writable", "writes"),
)
