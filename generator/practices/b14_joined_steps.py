"""B14: the commands of a step are joined so that the first failure ends it."""

from collections.abc import Iterator
from itertools import pairwise

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.shell import shell_commands
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import before

_SHELLS = frozenset(["ash", "bash", "dash", "sh", "zsh"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find here-documents of a RUN that go on after a command that fails."""
    for stage in sources.dockerfile.needed():
        for run in stage.of("RUN"):
            if not run.heredocs or run.is_exec or not _is_script(run) or _strict(stage, run):
                continue
            content, line = run.heredocs[0].content, run.heredocs[0].line
            commands = [one for one in shell_commands(content) if not one.nested]
            stops = [one for one in commands if one.program == "set" and _stops(one.words[1:])]
            if len(commands) > 1 and not stops and not _joined(content):
                yield sources.at(
                    run,
                    "the here-document goes on after a command that fails",
                    instead="set -e",
                    line=line,
                )


def _is_script(run: Instruction) -> bool:
    """Whether its one here-document is what the shell runs: not an input, and no other language."""
    text = run.words[0] if run.words else ""
    alone = len(text.split()) == 1 and text.startswith("<<")
    return alone and len(run.heredocs) == 1 and not run.heredocs[0].content.startswith("#!")


def _strict(stage: Stage, run: Instruction) -> bool:
    """Whether SHELL makes it stop by itself, or is no POSIX shell."""
    shells = [found for found in before(stage, run) if found.name == "SHELL"]
    if not shells or not shells[-1].words:
        return False
    words = shells[-1].words
    return words[0].rsplit("/", 1)[-1] not in _SHELLS or _stops(words[1:])


def _stops(options: tuple[str, ...]) -> bool:
    short = any(o.startswith("-") and not o.startswith("--") and "e" in o[1:] for o in options)
    return short or "errexit" in options


def _joined(content: str) -> bool:
    """Whether every line but the last hands over to the next by `&&`."""
    lines = [line.strip().removesuffix("\\").strip() for line in content.splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    return all(a.endswith("&&") or b.startswith("&&") for a, b in pairwise(kept))


PRACTICE = Practice(
    id="B14",
    title="Commands of a step joined by &&",
    why="A here-document goes on after a command that fails, and the build succeeds without what "
    "it should have made. `&&` stops at the first failure.",
    source="Dockerfile reference: here-documents; POSIX shell",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("&& ",),
            why="the step ends at the first command that fails",
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\nRUN <<EOF\n./configure\nmake install\nEOF\n",
        right="FROM debian:trixie-slim\nRUN ./configure \\\n    && make install\n",
    ),
    check=check,
    checked="here-documents of RUN without `set -e`, by SHELL or in the text",
    proofs=("builds",),
)
