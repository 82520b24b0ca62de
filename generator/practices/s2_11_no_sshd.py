"""S2.11: a container is no machine to log in to."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _final, _images, _stages, _start
from generator.practices._instead import nothing, without
from generator.practices._model import Carrier, Example, Practice

_SERVERS = frozenset(
    ["dropbear", "dropbear-bin", "openssh-server", "openssh-server-pam", "sshpass", "tinyssh",
     "tinysshd"]
)  # fmt: skip
# Names that mean the server in one family of distributions only.
_SERVERS_OF = {"apk": frozenset(["openssh"]), "apt": frozenset(["ssh"])}
_PROGRAMS = frozenset(["dropbear", "sshd"])
_SERVICES = frozenset(["dropbear", "ssh", "sshd"])
_EXEC = nothing("`docker exec -it CONTAINER sh` opens a shell without a server")
_SETTINGS = "/etc/ssh/sshd_config"


def check(sources: Sources) -> Iterator[Fault]:
    """Find servers for SSH: their packages, programs, settings and port."""
    yield from _packages(sources)
    for found in _final.built(sources.final):
        if found.name == "EXPOSE":
            yield from _ports(sources, found)
        elif found.name == "RUN":
            yield from _host_keys(sources, found)
        elif found.name in ("ADD", "COPY") and found.words:
            target = found.words[-1]
            if target.startswith(_SETTINGS):
                what = f"{target} is the setting of an SSH server"
                yield sources.at(found, what, instead=_EXEC)
    for start in _start.starts(sources):
        for command in start.commands:
            if name := _server(command):
                yield start.fault(command, f"{name} is started: a container is no machine", _EXEC)


def _packages(sources: Sources) -> Iterator[Fault]:
    family = _images.family(sources.final.root)
    names = _SERVERS | _SERVERS_OF.get(family, frozenset())
    for kept in _final.kept_packages(sources.final):
        if kept.name in names:
            what = f"{kept.name} is installed: use `docker exec` to look inside"
            better = without(kept.found.command, kept.word)
            yield sources.at(kept.instruction, what, line=kept.word.line, instead=better)


def _host_keys(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for command in found.commands:
        if command.program == "ssh-keygen" and "-A" in command.words:
            what = "ssh-keygen -A makes host keys, the same in every container"
            yield sources.at(found, what, line=command.line, instead=_EXEC)
        elif any(word.startswith(_SETTINGS) for word in (*command.words[1:], *command.targets)):
            what = f"{command.program} changes {_SETTINGS}, the setting of an SSH server"
            yield sources.at(found, what, line=command.line, instead=_EXEC)


def _ports(sources: Sources, found: Instruction) -> Iterator[Fault]:
    for word in found.words:
        ports, _, protocol = word.strip("\"'").partition("/")
        ports = ports.rpartition(":")[2]  # the container's part of what `docker run -p` takes
        first, _, last = ports.partition("-")
        numbers = [
            int(part) for part in (first, last or first) if part.isascii() and part.isdigit()
        ]
        if len(numbers) == 2 and numbers[0] <= 22 <= numbers[1] and protocol.lower() != "udp":
            yield sources.at(
                found,
                f"EXPOSE {word}: port 22 is that of an SSH server",
                line=_stages.line_of(found, word),
                instead=_EXEC,
            )


def _server(command: Command) -> str:
    """The SSH server that a command starts."""
    words = _start.run_words(command)
    if not words:
        return ""
    name = words[0].rsplit("/", 1)[-1]
    if name in _PROGRAMS:
        return name
    starts = {"start", "restart"} & set(words[1:])
    service = words[0].startswith("/etc/init.d/") and name in _SERVICES
    if starts and (service or name in ("rc-service", "service", "systemctl")):
        return next((word for word in (name, *words[1:]) if word in _SERVICES), "")
    return ""


PRACTICE = Practice(
    id="S2.11",
    title="No sshd: nothing to log in to",
    why=(
        "An SSH server is one more service with keys, accounts and updates of its own, and a way"
        " in past the engine's. `docker exec` and `kubectl debug` need none of it; the same holds"
        " for the other tools of a machine with people on it."
    ),
    source=(
        "best practices for making container images, 2023; CIS Docker Benchmark 5.6;"
        " hadolint DL3001; Trivy DS-0004; checkov CKV_DOCKER_1"
    ),
    severity=Severity.ERROR,
    codes=("DL3001",),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("EXPOSE ",),
            why="the app's own port, never 22",
            fields=("port",),
        ),
    ),
    example=Example(
        wrong=(
            "FROM debian:trixie-slim\n"
            "RUN apt-get update \\\n"
            "    && apt-get install -y --no-install-recommends openssh-server \\\n"
            "    && rm -rf /var/lib/apt/lists/*\n"
            "EXPOSE 22\n"
            'CMD ["/usr/sbin/sshd", "-D"]\n'
        ),
        right='FROM debian:trixie-slim\nCMD ["ledgerd"]\n',
    ),
    checked=(
        "No package, program, host key or setting of an SSH server in the image's own stages, no"
        " EXPOSE 22."
    ),
    proofs=("no-sshd",),
)
