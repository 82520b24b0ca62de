"""B12: CMD is said again after ENTRYPOINT, which drops that of the base."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.sources import INITS, Sources
from generator.findings import Fault, Severity
from generator.practices._final import built
from generator.practices._model import Carrier, Example, Practice


def check(sources: Sources) -> Iterator[Fault]:
    """Find an ENTRYPOINT that only prepares, without a CMD to run."""
    entrypoint = sources.final.last("ENTRYPOINT")
    if entrypoint is None or _command_of(sources, entrypoint) or not entrypoint.is_exec:
        return
    if not entrypoint.words:
        what = "ENTRYPOINT [] also empties the CMD of the base: nothing is left to run"
    elif name := _prepares(sources, entrypoint):
        what = f"{name} runs what CMD says, and ENTRYPOINT has emptied the CMD of the base"
    else:
        return
    yield sources.at(entrypoint, what, instead='CMD ["<the program>", "<its arguments>"]')


def _command_of(sources: Sources, entrypoint: Instruction) -> Instruction | None:
    """The CMD that holds beside an ENTRYPOINT, which drops that of the stages before its own."""
    own = sources.final.instructions
    given = own if entrypoint in own else tuple(built(sources.final))
    last = [found for found in given if found.name == "CMD"][-1:]
    return last[0] if last else None


def _prepares(sources: Sources, entrypoint: Instruction) -> str:
    """The init or the script that needs a command; empty where ENTRYPOINT is a whole program."""
    words = list(entrypoint.words)
    name = words[0].rsplit("/", 1)[-1]
    if name in INITS:
        rest = words[1:]
        while rest and rest[0].startswith("-"):
            rest = rest[1:]
        if not rest:
            return name
        words = rest
    targets = {script.target: script for script in sources.scripts}
    script = targets.get(words[0]) if len(words) == 1 else None
    last = [command for command in script.commands if not command.nested][-1:] if script else []
    return words[0] if last and tuple(last[0].words) == ("exec", "$@") else ""


PRACTICE = Practice(
    id="B12",
    title="CMD said again after ENTRYPOINT",
    why="An ENTRYPOINT, even an empty one, drops the CMD of the base image and of earlier stages. "
    "An init or a wrapper that then has no command to run ends at once.",
    source="Dockerfile reference: how CMD and ENTRYPOINT interact",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("ENTRYPOINT [",),
            why="prepares the environment, then becomes what CMD says",
            fields=("init", "secrets"),
        ),
        Carrier(
            file="Dockerfile",
            starts=("CMD [",),
            why="said again since ENTRYPOINT drops the base's, and easy to replace in docker run",
            fields=("command", "server"),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        "RUN apt-get update \\\n"
        "    && apt-get install -y --no-install-recommends tini \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n"
        'ENTRYPOINT ["/usr/bin/tini", "--"]\n',
        right="FROM python:3.13-slim-trixie\n"
        "RUN apt-get update \\\n"
        "    && apt-get install -y --no-install-recommends tini \\\n"
        "    && rm -rf /var/lib/apt/lists/*\n"
        'ENTRYPOINT ["/usr/bin/tini", "--"]\nCMD ["python", "-m", "shop"]\n',
    ),
    check=check,
    checked="an ENTRYPOINT that is empty, an init or a wrapper, without a CMD (shell form is S2.5)",
    proofs=("first-process",),
)
