"""B11: the stop signal is one that the program takes as the wish to finish."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._images import name_and_tag
from generator.practices._model import Carrier, Example, Practice

_NUMBERS = {"1": "SIGHUP", "2": "SIGINT", "3": "SIGQUIT", "9": "SIGKILL", "10": "SIGUSR1",
            "12": "SIGUSR2", "15": "SIGTERM", "19": "SIGSTOP"}  # fmt: skip
# Signals on which a server drops the requests that it works on, and what it takes instead.
_HASTY = {
    "granian": (("SIGQUIT",), "SIGTERM"),
    "gunicorn": (("SIGINT", "SIGQUIT"), "SIGTERM"),
    "hypercorn": (("SIGQUIT",), "SIGTERM"),
    "nginx": (("SIGINT", "SIGTERM"), "SIGQUIT"),
    "uvicorn": (("SIGQUIT",), "SIGTERM"),
}
_PLAIN = frozenset(["alpine", "debian", "fedora", "ubuntu"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find signals that cannot be caught, or on which the server drops requests."""
    program = sources.program()
    hasty, better = _HASTY.get(program, ((), "SIGTERM"))
    found = sources.final.last("STOPSIGNAL")
    if found is None:
        base = name_and_tag(sources.final.root)[0]
        if "SIGTERM" in hasty and base in _PLAIN:
            yield sources.at(
                sources.final.last("CMD") or sources.final.last("ENTRYPOINT"),
                f"{program} drops the requests it works on at SIGTERM, the signal by default",
                instead=f"STOPSIGNAL {better}",
            )
        return
    given = found.words[0].upper() if found.words else ""
    name = _NUMBERS.get(given, given if given.startswith("SIG") else f"SIG{given}")
    if name in ("SIGKILL", "SIGSTOP"):
        yield sources.at(
            found,
            f"{name} cannot be caught: the program never gets to finish",
            instead=f"STOPSIGNAL {better}",
            severity=Severity.ERROR,
        )
    elif name in hasty:
        yield sources.at(
            found,
            f"{program} drops the requests it works on at {name}",
            instead=f"STOPSIGNAL {better}",
        )


PRACTICE = Practice(
    id="B11",
    title="The signal that stops gently",
    why="A stop signal that the server takes for an emergency cuts off the requests it works on, "
    "at every update. nginx finishes them at SIGQUIT, gunicorn at SIGTERM.",
    source="Dockerfile reference: STOPSIGNAL; nginx and gunicorn documentation on signals",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("STOPSIGNAL",),
            why="the signal at which this program finishes its work and ends",
            fields=("stop_signal",),
        ),
        Carrier(
            file="gunicorn.conf.py",
            starts=("graceful_timeout",),
            why="ends before the engine loses patience after 10 seconds",
        ),
    ),
    example=Example(
        wrong="FROM nginx:1.30-alpine3.23-slim\nSTOPSIGNAL SIGTERM\n"
        'USER 101:101\nCMD ["nginx", "-g", "daemon off;"]\n',
        right="FROM nginx:1.30-alpine3.23-slim\nSTOPSIGNAL SIGQUIT\n"
        'USER 101:101\nCMD ["nginx", "-g", "daemon off;"]\n',
    ),
    check=check,
    checked="signals that cannot be caught; those at which nginx, gunicorn, uvicorn, hypercorn and "
    "granian drop requests",
    proofs=("stops",),
)
