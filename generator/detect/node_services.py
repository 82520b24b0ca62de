"""What a Node.js server needs beside its variables: databases, and files that stay outside."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from generator.detect import node_environment
from generator.detect.existing import Existing
from generator.detect.model import Evidence, Note
from generator.detect.tree import Tree
from generator.ignore import is_secret_path

_MOST_FOUND = 4  # notes of a kind
_LONGEST = 300_000  # characters of a file: longer ones are bundles
_MOST_TEXT = 3_000_000
_SERVICES = {
    "mongodb": "MongoDB", "mongodb+srv": "MongoDB", "postgres": "PostgreSQL",
    "postgresql": "PostgreSQL", "mysql": "MySQL", "mariadb": "MariaDB", "redis": "Redis",
    "rediss": "Redis", "amqp": "RabbitMQ", "amqps": "RabbitMQ",
}  # fmt: skip
_ADDRESS = re.compile(
    r"['\"`](mongodb(?:\+srv)?|postgres(?:ql)?|mysql|mariadb|rediss?|amqps?)://"
    r"(?:[^'\"`\s@/]{1,200}@)?([\w.-]{1,100})(?=[:/?,'\"`])"
)
_LOCAL = frozenset(["localhost", "127.0.0.1", "0.0.0.0"])  # noqa: S104 - as written in code
_NAME = r"[A-Z][A-Z0-9_]{1,80}"
_VARIABLE = re.compile(rf"process\.env(?:\.({_NAME})|\[['\"]({_NAME})['\"]\])[^\n;]{{0,60}}$")
_ASSIGNED = re.compile(r"\b(\w{1,60})[ \t]{0,5}=[ \t\n]{0,20}$")
_ENV_FILE = re.compile(r"\bpath:[ \t]{0,5}['\"](?:\./)?([\w-]{0,40}\.env(?:\.[\w-]{1,20})?)['\"]")
_LINE = re.compile(rf"^(?:export )?({_NAME})=", re.MULTILINE)
_OWN = frozenset(["NODE_ENV", "PORT"])
_SQLITE = re.compile(r"^[ \t]{0,8}provider[ \t]{0,20}=[ \t]{0,20}[\"']sqlite[\"']", re.MULTILINE)
_URL = re.compile(
    rf"^[ \t]{{0,8}}url[ \t]{{0,20}}=[ \t]{{0,20}}env\([\"']({_NAME})[\"']\)", re.MULTILINE
)
_FILE = re.compile(r"file:(/(?:[\w-]{1,60}/){1,5})[\w.-]{1,60}")


@dataclass(frozen=True)
class Database:
    """An SQLite file that prisma opens: the variable with its address, and its folder."""

    name: str
    address: str
    folder: str
    evidence: Evidence

    def note(self) -> Note:
        """What is left to do for it."""
        text = (
            "the server does not make the tables of its SQLite file: run `prisma migrate deploy` "
            f"with {self.name}={self.address} on the volume {self.folder} first"
        )
        return Note(text=text, evidence=(self.evidence,))


def database(tree: Tree, told: Existing) -> Database | None:
    """The SQLite file of prisma's schema, where a container file puts it or below /data."""
    for path in tree.named("schema.prisma")[:4]:
        code = (tree.text(path) or "")[:_LONGEST]
        if _SQLITE.search(code) and (url := _URL.search(code)):
            given = told.env.get(url[1])
            there = _FILE.fullmatch(given.value) if given else None
            address = there[0] if there else "file:/data/app.db"
            folder = there[1].rstrip("/") if there else "/data"
            line = code.count("\n", 0, url.start()) + 1
            return Database(url[1], address, folder, Evidence(path=path, line=line))
    return None


def notes(tree: Tree, entry: str) -> Iterator[Note]:
    """Addresses of databases that stand in the code, and files of variables that it loads."""
    addresses: dict[str, Note] = {}
    files: dict[str, Note] = {}
    left = _MOST_TEXT
    for path in node_environment.sources(tree, entry):
        code = tree.text(path) or ""
        if len(code) > min(left, _LONGEST):
            continue
        left -= len(code)
        for found in islice(_ADDRESS.finditer(code), _MOST_FOUND):
            addresses.setdefault(found[2], _of_address(path, code, found))
        for found in islice(_ENV_FILE.finditer(code), _MOST_FOUND):
            if found[1] not in files and (note := _of_file(tree, path, code, found)):
                files[found[1]] = note
    yield from islice(addresses.values(), _MOST_FOUND)
    yield from islice(files.values(), _MOST_FOUND)


def _of_address(path: str, code: str, found: re.Match[str]) -> Note:
    host = found[2]
    text = f"the code names {_SERVICES[found[1]]} at {host}"
    text += ", which is the container itself" if host in _LOCAL else ""
    variable = _instead(code, found)
    text += f": give {variable}" if variable else ": have it read the address from a variable"
    return Note(text=text, evidence=(_place(path, code, found),))


def _instead(code: str, found: re.Match[str]) -> str:
    """The variable that an address in the code is only the default of; empty if there is none."""
    before = code[max(0, found.start() - 200) : found.start()]
    match = _VARIABLE.search(before)
    if match is None and (name := _ASSIGNED.search(before)):
        after = code[found.end() : found.end() + 3000]
        used = rf"process\.env\.({_NAME})()[ \t]{{0,5}}(?:\|\||\?\?)[ \t]{{0,5}}{name[1]}\b"
        match = re.search(used, after)
    return (match[1] or match[2]) if match else ""


def _of_file(tree: Tree, path: str, code: str, found: re.Match[str]) -> Note | None:
    """A file of variables that is in the repository, and not in the image."""
    names = dict.fromkeys(_LINE.findall((tree.text(found[1]) or "")[:_LONGEST]))
    wanted = [name for name in names if name not in _OWN][:12]
    if not wanted or not is_secret_path(found[1]):
        return None
    text = f"{found[1]} stays out of the image, since such files hold secrets: give "
    return Note(text=text + ", ".join(wanted), evidence=(_place(path, code, found),))


def _place(path: str, code: str, found: re.Match[str]) -> Evidence:
    return Evidence(path=path, line=code.count("\n", 0, found.start()) + 1)
