"""S2.8: EXPOSE tells the port that the program listens on."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _final, _images, _ports, _stages
from generator.practices._model import Carrier, Example, Practice

# What the base images expose themselves.
_OF_BASES = {
    "caddy": (80, 443),
    "httpd": (80,),
    "nginx": (80,),
    "nginx-unprivileged": (8080,),
    "tomcat": (8080,),
}
_PROTOCOLS = ("sctp", "tcp", "udp")


def check(sources: Sources) -> Iterator[Fault]:
    """Find an EXPOSE that is missing, cannot hold, or says another port than the program's."""
    given = [found for found in _final.built(sources.final) if found.name == "EXPOSE"]
    faults = [fault for found in given for fault in _of_words(sources, found)]
    yield from faults
    if not faults:
        yield from _against_program(sources, given)


def _of_words(sources: Sources, found: Instruction) -> Iterator[Fault]:
    user = _final.last_user(sources.final)
    plain_user = user is not None and not _final.is_root(user.words[0]) and "$" not in user.words[0]
    for word in found.words:
        if "$" in word:
            continue
        line = _stages.line_of(found, word)
        ports, _, protocol = word.partition("/")
        inner = ports.rpartition(":")[2]
        if ":" in ports:
            what = f"EXPOSE {word}: a host's port or address is for `docker run -p`"
            better = f"EXPOSE {inner}/{protocol.lower() or 'tcp'}"
            yield sources.at(found, what, line=line, instead=better)
        elif protocol and protocol not in _PROTOCOLS and protocol.lower() in _PROTOCOLS:
            what = f"EXPOSE {word}: the protocol is written in small letters"
            better = f"EXPOSE {ports}/{protocol.lower()}"
            yield sources.at(found, what, line=line, instead=better)
        elif numbers := _numbers(ports):
            wrong = next((one for one in numbers if not 0 < one < 65536), None)
            low = min(numbers)
            if wrong is not None:
                what = f"EXPOSE {word}: {wrong} is no port (1 to 65535)"
                better = f"EXPOSE 8080/{protocol or 'tcp'}"
                yield sources.at(found, what, line=line, instead=better)
            elif low < 1024 and low != 22 and plain_user:
                yield sources.at(
                    found,
                    f"EXPOSE {word}: not every engine lets {user.words[0] if user else 'it'}"
                    " open a port below 1024",
                    line=line,
                    instead=f"EXPOSE {low + 8000}/{protocol or 'tcp'}",
                    severity=Severity.NOTE,
                )


def _numbers(ports: str) -> list[int]:
    parts = ports.split("-")
    plain = all(part.isascii() and part.isdigit() for part in parts)
    return [int(part) for part in parts] if plain else []


def _against_program(sources: Sources, given: list[Instruction]) -> Iterator[Fault]:
    listened = [one for one in _ports.listened(sources) if one.number != 22]
    if not listened:
        return
    first = listened[0]
    own = {one.number for one in listened}
    better = f"EXPOSE {first.number}/tcp"
    words = [(found, word) for found in given for word in found.words]
    if not words:
        name = _images.name_and_tag(sources.final.root)[0]
        if own.isdisjoint(_OF_BASES.get(name, ())):
            what = f"no EXPOSE, though {first.by} listens on {first.number}"
            # The CMD of a configuration's program stands in the Dockerfile.
            start = sources.final.last("CMD") or sources.final.last("ENTRYPOINT")
            line = first.line if first.path == sources.dockerfile.path else 0
            yield sources.at(start, what, line=line, instead=better)
        return
    if any("$" in word or not _numbers(word.partition("/")[0]) for _, word in words):
        return
    exposed = {
        port
        for _, word in words
        for numbers in [_numbers(word.partition("/")[0])]
        for port in range(numbers[0], numbers[-1] + 1)
    }
    if own.isdisjoint(exposed):
        found, word = words[0]
        what = f"EXPOSE {word}, but {first.by} listens on {first.number}"
        yield sources.at(found, what, line=_stages.line_of(found, word), instead=better)


PRACTICE = Practice(
    id="S2.8",
    title="EXPOSE tells the port",
    why=(
        "People, `docker run -P`, proxies and compose read the port from EXPOSE. It publishes"
        " nothing, so a wrong or missing one is not noticed before nobody can connect."
    ),
    source=(
        "best practices for making container images, 2023; Dockerfile reference on EXPOSE;"
        " hadolint DL3011; BuildKit ExposeProtoCasing, ExposeInvalidFormat"
    ),
    severity=Severity.WARNING,
    codes=("DL3011", "ExposeInvalidFormat", "ExposeProtoCasing"),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("EXPOSE ",),
            why="the port that the app listens on, above 1023 since it is not root",
            fields=("port",),
        ),
    ),
    example=Example(
        wrong=('FROM debian:trixie-slim\nEXPOSE 80\nCMD ["ledgerd", "--listen", "0.0.0.0:9000"]\n'),
        right=(
            "FROM debian:trixie-slim\n"
            "EXPOSE 9000/tcp\n"
            'CMD ["ledgerd", "--listen", "0.0.0.0:9000"]\n'
        ),
    ),
    checked=(
        "EXPOSE is there when CMD, nginx.conf or gunicorn.conf.py name a port, and says the same"
        " one; it is 1 to 65535, without a host's port or address, its protocol in small letters."
    ),
    proofs=("answers",),
)
