"""B15: what Python needs to know in a container."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import environment

_SERVERS = frozenset(["celery", "daphne", "fastapi", "granian", "gunicorn", "hypercorn",
                      "streamlit", "uvicorn", "waitress-serve"])  # fmt: skip


def check(sources: Sources) -> Iterator[Fault]:
    """Find a Python program whose output waits in a buffer."""
    program = sources.program()
    python = program in ("python", "python3") or program.startswith("python3.")
    words = [word for command in sources.start_commands() for word in command.words]
    unbuffered = any(word in ("-u", "-Iu", "-uI") for word in words)
    if not (python or program in _SERVERS) or unbuffered:
        return
    if not environment(sources.final).get("PYTHONUNBUFFERED"):
        yield sources.at(
            sources.final.last("CMD") or sources.final.last("ENTRYPOINT"),
            f"what {program} prints waits in a buffer, and is lost when it is killed",
            instead='ENV PYTHONDONTWRITEBYTECODE="1" PYTHONUNBUFFERED="1"',
            severity=None if python else Severity.NOTE,
        )


PRACTICE = Practice(
    id="B15",
    title="Python's run-time environment",
    why="Python keeps what it prints in a buffer where no terminal is, so that logs come late, and "
    "the last lines before a crash never. On a read-only root it should not try to write bytecode.",
    source="Python documentation: command line and environment",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"),
            why="logs at once, and no bytecode beside code that cannot be written",
        ),
        Carrier(
            file="Dockerfile",
            starts=("UV_COMPILE_BYTECODE", "ENV UV_COMPILE_BYTECODE"),
            why="bytecode is made here, since the process cannot write it",
            fields=("dependencies.manager",),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        'COPY shop /app/shop\nWORKDIR /app\nCMD ["python", "-m", "shop"]\n',
        right="FROM python:3.13-slim-trixie\n"
        'ENV PYTHONDONTWRITEBYTECODE="1" \\\n    PYTHONUNBUFFERED="1"\n'
        'COPY shop /app/shop\nWORKDIR /app\nCMD ["python", "-m", "shop"]\n',
    ),
    check=check,
    checked="PYTHONUNBUFFERED or -u where python or a Python server runs; bytecode is a matter of "
    "the read-only root",
    proofs=("environment",),
)
