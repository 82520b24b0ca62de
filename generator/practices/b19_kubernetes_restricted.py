"""B19: what the image must be for Kubernetes' "restricted" level."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice


def check(sources: Sources) -> Iterator[Fault]:
    """Find programs that need privileges which the level takes away."""
    for run in sources.final.effective("RUN"):
        for command in run.commands:
            words = [word for word in command.arguments()[1:] if not word.startswith("-")]
            if command.program == "setcap" and len(words) > 1 and _gives(words[0]):
                yield sources.at(
                    run,
                    f"without capabilities the kernel refuses to start {words[-1]}",
                    instead="EXPOSE 8080/tcp",
                    line=command.line,
                )
            elif command.program == "chmod" and len(words) > 1 and _set_id(words[0]):
                yield sources.at(
                    run,
                    f"chmod {words[0]} gives {words[-1]} no other user under no-new-privileges",
                    instead=f"chmod 0755 {words[-1]}",
                    line=command.line,
                )


def _gives(capabilities: str) -> bool:
    """Whether setcap's text adds capabilities: `cap_net_raw+ep`, `cap_net_raw=ep`."""
    return "+" in capabilities or not capabilities.endswith("=")


def _set_id(mode: str) -> bool:
    """Whether a mode sets a file's user bit, so that it runs as its owner."""
    if mode.isdecimal() and set(mode) <= set("01234567"):
        return bool(int(mode, 8) & 0o4000)
    who, sign, bits = mode.partition("+")
    return bool(sign) and who in ("", "a", "u", "ug") and "s" in bits


PRACTICE = Practice(
    id="B19",
    title="Fits Kubernetes' restricted level",
    why="Clusters refuse what runs as root or asks for privileges: no capabilities, no setuid, a "
    "user by number, a port from 1024 on. An image that needs more does not start there.",
    source="Kubernetes: pod security standards",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("USER ",),
            why="a number, since the cluster cannot tell that a name is not root",
            fields=("user",),
        ),
        Carrier(
            file="Dockerfile",
            starts=("EXPOSE ",),
            why="a port that needs no privilege",
            fields=("port",),
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\n"
        "COPY --chmod=0555 server /usr/local/bin/server\n"
        "RUN setcap cap_net_bind_service=+ep /usr/local/bin/server\n"
        'EXPOSE 80/tcp\nUSER 10001:10001\nCMD ["server", "--port", "80"]\n',
        right="FROM debian:trixie-slim\n"
        "COPY --chmod=0555 server /usr/local/bin/server\n"
        'EXPOSE 8080/tcp\nUSER 10001:10001\nCMD ["server", "--port", "8080"]\n',
    ),
    check=check,
    checked="setcap and setuid; the user is S2.13, the port S2.8",
    proofs=("hardened", "no-root"),
)
