"""B22: the same commit gives the same image."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Example, Practice
from generator.practices._values import shipped

_CREATED = ("build-date", "build_date", "org.label-schema.build-date",
            "org.opencontainers.image.created")  # fmt: skip
_GIVEN = ("-d", "-r", "-s", "--date", "--reference", "--set")


def check(sources: Sources) -> Iterator[Fault]:
    """Find what puts the time of the build into the image."""
    for label in shipped(sources, "LABEL"):
        if label.key in _CREATED:
            yield sources.at(
                label.instruction,
                f"{label.key} makes another image of the same commit",
                instead=f"leave it to CI: docker build --label {label.key}=… of what is released",
                line=label.line,
            )
    for _, run in sources.dockerfile.runs():
        if run not in [one for stage in sources.dockerfile.needed() for one in stage.instructions]:
            continue
        for command in run.commands:
            if _writes_time(run, command):
                yield sources.at(
                    run,
                    f"`{command.text}` makes another layer at each build",
                    instead='date -u -d "@$SOURCE_DATE_EPOCH"',
                    line=command.line,
                )


def _writes_time(run: Instruction, command: Command) -> bool:
    """Whether the present time or a random id goes into a file."""
    words = command.arguments()
    if command.program == "date":
        fixed = any(word.startswith(_GIVEN) or "SOURCE_DATE_EPOCH" in word for word in words[1:])
        changes = not fixed
    else:
        changes = command.program == "uuidgen"
    lines = [line for line in run.source.splitlines() if not line.lstrip().startswith("#")]
    kept = "\n".join(lines).replace(">&", "").replace(">/dev/null", "").replace("2>", "")
    return changes and ">" in kept


PRACTICE = Practice(
    id="B22",
    title="The same commit, the same image",
    why="Whoever can build an image again and get the same id knows that nobody changed it on the "
    "way. A date in it prevents that, and sends a new layer at every build.",
    source="The reproducible builds project: SOURCE_DATE_EPOCH; BuildKit documentation",
    severity=Severity.NOTE,
    carriers=(),
    example=Example(
        wrong="FROM debian:trixie-slim\nRUN date > /etc/build-date\n",
        right="FROM debian:trixie-slim\nCOPY build-date /etc/build-date\n",
    ),
    check=check,
    checked="labels with the time of the build; the time written to a file",
    proofs=("reproducible",),
)
