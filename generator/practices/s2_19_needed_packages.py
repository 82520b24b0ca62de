"""S2.19: no packages that the app does not need."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._final import Kept, built, is_windows, kept_packages, without
from generator.practices._model import Carrier, Example, Practice

_FOR_PEOPLE = frozenset(
    ["aptitude", "bash-completion", "bind-tools", "bind9-dnsutils", "busybox-extras", "dnsutils",
     "emacs", "emacs-nox", "gdb", "git", "htop", "inetutils-telnet", "iproute2", "iputils-ping",
     "less", "lsof", "man-db", "manpages", "mc", "mtr", "nano", "ncdu", "neovim", "net-tools",
     "nmap", "screen", "strace", "sudo", "tcpdump", "telnet", "tmux", "traceroute", "tree", "vim",
     "vim-tiny", "zsh"]
)  # fmt: skip
_CLIENTS = ("curl", "wget")
# What a package's program is called, where not like itself.
_PROGRAMS = {
    "bind-tools": "dig", "bind9-dnsutils": "dig", "dnsutils": "dig", "inetutils-telnet": "telnet",
    "iproute2": "ip", "iputils-ping": "ping", "vim-tiny": "vi",
}  # fmt: skip


def check(sources: Sources) -> Iterator[Fault]:
    """Yield tools for people, a second download client and recommended packages."""
    if is_windows(sources.final):
        return
    kept = list(kept_packages(sources.final))
    used = _used_at_run_time(sources)
    for one in kept:
        if one.name in _FOR_PEOPLE and not {one.name, _PROGRAMS.get(one.name, "")} & used:
            yield _unneeded(
                sources, kept, one, f"{one.name} is a tool for people, and nothing here starts it"
            )
    yield from _clients(sources, kept, used)
    yield from _recommended(sources)


def _used_at_run_time(sources: Sources) -> set[str]:
    """The programs of the start, the health check and the scripts."""
    commands = [
        *sources.start_commands(),
        *(one for script in sources.scripts for one in script.commands),
    ]
    if health := sources.final.last("HEALTHCHECK"):
        commands += health.commands
    return {word.rsplit("/", 1)[-1] for command in commands for word in command.words}


def _unneeded(sources: Sources, kept: list[Kept], one: Kept, what: str) -> Fault:
    left = [str(other.word) for other in kept if other.found is one.found and other is not one]
    return sources.at(one.instruction, what, instead=without(one.found, left), line=one.word.line)


def _clients(sources: Sources, kept: list[Kept], used: set[str]) -> Iterator[Fault]:
    clients = {one.name: one for one in kept if one.name in _CLIENTS}
    if len(clients) == len(_CLIENTS):
        unused = next((name for name in ("wget", "curl") if name not in used), "wget")
        other = "curl" if unused == "wget" else "wget"
        what = f"{unused} beside {other}: one of them is enough"
        yield _unneeded(sources, kept, clients[unused], what)
        return
    for name, one in clients.items():
        runs = (found for found in built(sources.final) if found.name == "RUN")
        if name not in used and any(c.program == name for found in runs for c in found.commands):
            what = f"{name} stays in the image for a download while it is built: use ADD --checksum"
            fault = _unneeded(sources, kept, one, what)
            yield Fault(
                path=fault.path, line=fault.line, what=what, instead=fault.instead,
                severity=Severity.NOTE,
            )  # fmt: skip


def _recommended(sources: Sources) -> Iterator[Fault]:
    """Yield apt-get without --no-install-recommends, in the stages that become the image."""
    configured = any(
        "APT::Install-Recommends" in word
        for found in built(sources.final)
        if found.name == "RUN"
        for command in found.commands
        for word in command.words
    )
    seen: set[int] = set()
    for one in kept_packages(sources.final):
        found = one.found
        if found.manager not in ("apt", "apt-get") or configured or id(found.command) in seen:
            continue
        seen.add(id(found.command))
        if not any(option.startswith("--no-install-recommends") for option in found.options):
            what = f"{found.manager} install without --no-install-recommends brings more than named"
            verb = next(word for word in found.command.arguments() if word == "install")
            instead = _lean(one.instruction, verb)
            yield sources.at(one.instruction, what, instead=instead, line=verb.line)


def _lean(instruction: Instruction, verb: Word) -> str:
    """The line of an `install` with the option in it."""
    texts = instruction.source.splitlines()
    place = verb.line - instruction.line
    text = texts[place].strip() if place < len(texts) else str(verb)
    return text.replace(str(verb), f"{verb} --no-install-recommends", 1)


PRACTICE = Practice(
    id="S2.19",
    title="No packages that are not needed",
    why=(
        "Each package makes the image larger, comes with its own security fixes and gives an "
        "intruder a tool. Recommended packages come along unasked."
    ),
    source="best practices for making container images, 2023; Docker's guide to building",
    severity=Severity.WARNING,
    codes=("DL3015", "DL4001"),
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("&& apt-get install -y --no-install-recommends", "RUN apk add --no-cache",
                    "RUN microdnf install -y", "RUN dnf install -y", "RUN yum install -y"),
            why="the declared packages and what they need, nothing that is only recommended",
            fields=("packages",),
        ),
    ),
    example=Example(
        wrong="""\
FROM debian:trixie-slim
RUN apt-get update \\
    && apt-get install -y \\
        libpq5 \\
        vim \\
    && rm -rf /var/lib/apt/lists/*
""",
        right="""\
FROM debian:trixie-slim
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        libpq5 \\
    && rm -rf /var/lib/apt/lists/*
""",
    ),
    check=check,
    checked=(
        "no tools for people in the stages that become the image, not both curl and wget, no "
        "apt-get install without --no-install-recommends"
    ),
    proofs=("unneeded-packages", "size"),
)  # fmt: skip
