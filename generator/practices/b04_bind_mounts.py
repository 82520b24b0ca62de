"""B4: what only the build reads comes by a bind mount."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.installs import installs
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._final import is_below
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import folded, place


def check(sources: Sources) -> Iterator[Fault]:
    """Find wheels that are copied into the image to be installed there, and stay twice."""
    stage = sources.final
    copies = [copy for copy in stage.effective("COPY") if copy.words]
    for run in stage.effective("RUN"):
        wheels = [place(stage, run, word) for word in _wheels(run)]
        removed = [
            place(stage, run, word).rstrip("/*")
            for command in run.commands
            if command.program == "rm"
            for word in command.words[1:]
        ]
        for copy in copies:
            target = place(stage, copy, copy.words[-1])
            origin = copy.flag("from")
            if copy.line > run.line or target == "/" or any(is_below(target, r) for r in removed):
                continue
            if any(is_below(wheel, target) for wheel in wheels):
                start = f"type=bind,from={origin}" if origin else "type=bind"
                yield sources.at(
                    copy,
                    f"the wheels in {target} stay in a layer beside what is installed from them",
                    instead=f"RUN --mount={start},source={copy.words[0]},target={target} "
                    + folded(run).removeprefix("RUN "),
                )


def _wheels(run: Instruction) -> Iterator[str]:
    """Where the steps of a RUN take wheels from."""
    for found in installs(run):
        if found.manager not in ("pip", "pip3", "uv"):
            continue
        yield from (word for word in found.packages if word.endswith((".whl", "/*")))
        words = found.command.words
        for number, word in enumerate(words):
            if word.startswith("--find-links="):
                yield word.removeprefix("--find-links=")
            elif word in ("-f", "--find-links") and number + 1 < len(words):
                yield words[number + 1]


PRACTICE = Practice(
    id="B4",
    title="Build inputs are mounted, not copied",
    why="Lock files and wheels are needed for one step. A copied one stays in its layer even if a "
    "later step removes it; a bind mount leaves no trace.",
    source="Dockerfile reference: RUN --mount=type=bind",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("--mount=type=bind", "RUN --mount=type=bind"),
            why="read by this step, and in no layer",
            fields=("build.manifests", "dependencies.files"),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie AS build\n"
        "RUN --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt\n\n"
        "FROM python:3.13-slim-trixie\n"
        "COPY --from=build /wheels /wheels\n"
        "RUN pip install --no-cache-dir --no-index /wheels/*.whl\n",
        right="FROM python:3.13-slim-trixie AS build\n"
        "RUN --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt\n\n"
        "FROM python:3.13-slim-trixie\n"
        "RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \\\n"
        "    pip install --no-cache-dir --no-index /wheels/*.whl\n",
    ),
    check=check,
    checked="wheels copied into the image and installed from there (a file that is copied and "
    "removed again is S2.6)",
    proofs=("clean-layers",),
)
