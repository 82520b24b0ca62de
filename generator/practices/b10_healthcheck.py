"""B10: a HEALTHCHECK that asks the app with what the image has."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command, Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._images import is_alpine, name_and_tag, without_clients
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import system_packages

_LOCAL = frozenset(["0.0.0.0", "127.0.0.1", "::1", "localhost"])  # noqa: S104 - hosts asked
_BASE_PORTS = {"httpd": ("80",), "nginx": ("80",)}
# Servers and the port they listen on by default.
_SERVERS = {"granian": "8000", "gunicorn": "8000", "httpd": "80", "hypercorn": "8000",
            "nginx": "80", "uvicorn": "8000"}  # fmt: skip
_OPTIONS = "HEALTHCHECK --interval=30s --timeout=3s --start-period=10s --retries=3 CMD "
_PYTHON = (
    '["python", "-c", "from urllib.request import urlopen; '
    "urlopen('http://127.0.0.1:{port}/healthz', timeout=3)\"]"
)
_WGET = '["wget", "-q", "-T", "2", "-O", "/dev/null", "http://127.0.0.1:{port}/healthz"]'


def check(sources: Sources) -> Iterator[Fault]:
    """Find a missing check, and one that cannot work."""
    found = sources.final.last("HEALTHCHECK")
    if found is None:
        yield from _missing(sources)
        return
    for command in found.commands:
        yield from _lacking(sources, found, command)
        for word in command.words:
            yield from _wrong_host(sources, found, command, word)
            yield from _wrong_port(sources, found, word)


def _missing(sources: Sources) -> Iterator[Fault]:
    start = sources.final.last("ENTRYPOINT") or sources.final.last("CMD")
    ports = _ports(sources)
    if not ports and (port := _SERVERS.get(sources.program())):
        ports = [port]
    if not ports:
        return  # a job, or an image for others to build on
    yield sources.at(
        start,
        "no HEALTHCHECK: the engine takes a process that hangs for a healthy one",
        instead=_line(sources, ports[0]),
    )


def _line(sources: Sources, port: str) -> str:
    """A check by a client that the base has."""
    base = sources.final.root
    if is_alpine(base):
        return _OPTIONS + _WGET.format(port=port)
    if name_and_tag(base)[0] == "python":
        return _OPTIONS + _PYTHON.format(port=port)
    return _OPTIONS + '["<a program of the image that asks the app>"]'


def _ports(sources: Sources) -> list[str]:
    words = [word for found in sources.final.effective("EXPOSE") for word in found.words]
    return [word.partition("/")[0] for word in words if "$" not in word]


def _lacking(sources: Sources, found: Instruction, command: Command) -> Iterator[Fault]:
    base, program = sources.final.root, command.program
    if program not in without_clients(base) or program in system_packages(sources.final):
        return
    copied = any(
        word.rsplit("/", 1)[-1] == program
        for copy in sources.final.effective("ADD", "COPY")
        for word in copy.words
    )
    fetched = any(
        program in run.source for run in sources.final.effective("RUN")
    )  # installed in a way that this cannot see
    if not copied and not fetched:
        ports = _ports(sources) or ["8080"]
        yield sources.at(
            found,
            f"{program} is not in {base}: the container never becomes healthy",
            instead=_line(sources, ports[0]),
            line=command.line,
        )


def _wrong_host(
    sources: Sources, found: Instruction, command: Command, word: Word
) -> Iterator[Fault]:
    """Yield where busybox asks `localhost`, for which it tries ::1 alone."""
    busybox = is_alpine(sources.final.root) and command.program == "wget"
    if busybox and "wget" not in system_packages(sources.final) and _host(word) == "localhost":
        yield sources.at(
            found,
            "busybox wget tries only ::1 for localhost, where most apps do not listen",
            instead=word.replace("localhost", "127.0.0.1"),
            line=word.line,
        )


def _host(word: str) -> str:
    try:
        return urlsplit(word if "://" in word else f"//{word}").hostname or ""
    except ValueError:
        return ""


def _wrong_port(sources: Sources, found: Instruction, word: Word) -> Iterator[Fault]:
    if not word.startswith(("http://", "https://")) or "$" in word or _host(word) not in _LOCAL:
        return
    try:
        given = urlsplit(word)
        port = str(given.port or {"http": 80, "https": 443}[given.scheme])
    except ValueError:
        return
    ports = _ports(sources)
    literal = all("$" not in w for one in sources.final.effective("EXPOSE") for w in one.words)
    base = _BASE_PORTS.get(name_and_tag(sources.final.root)[0], ())
    ranges = any("-" in one for one in ports)
    if ports and literal and not ranges and port not in (*ports, *base):
        host = f"{given.hostname}:{ports[0]}"
        yield sources.at(
            found,
            f"asks port {port}, but EXPOSE says {', '.join(ports)}",
            instead=f"{given.scheme}://{host}{given.path}",
            line=word.line,
            severity=Severity.NOTE,
        )


PRACTICE = Practice(
    id="B10",
    title="A health check with what is there",
    why="Without a check the engine takes a process that hangs for a healthy one. curl for the "
    "check alone is a package more to update, and where it is missing the container never becomes "
    "healthy.",
    source="Dockerfile reference: HEALTHCHECK; CIS Docker Benchmark 4.6",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("HEALTHCHECK",),
            why="asks the app on 127.0.0.1 with a program of the base image",
            fields=(
                "healthcheck",
                "healthcheck.command",
                "healthcheck.interval",
                "healthcheck.path",
                "healthcheck.retries",
                "healthcheck.start_period",
                "healthcheck.timeout",
                "port",
            ),
        ),
        Carrier(
            file="nginx.conf",
            starts=("location = /healthz",),
            why="answers the health check and keeps it out of the log",
            fields=("healthcheck.path",),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        "EXPOSE 8000/tcp\n"
        "HEALTHCHECK CMD curl -f http://localhost:8000/healthz || exit 1\n"
        'USER 10001:10001\nCMD ["python", "-m", "shop"]\n',
        right="FROM python:3.13-slim-trixie\n"
        "EXPOSE 8000/tcp\n"
        f"{_OPTIONS}{_PYTHON.format(port=8000)}\n"
        'USER 10001:10001\nCMD ["python", "-m", "shop"]\n',
    ),
    codes=("DL3012", "DL3057"),
    check=check,
    checked="no HEALTHCHECK, a client that the base lacks, `localhost` for busybox, another port "
    "than EXPOSE",
    proofs=("healthy",),
)
