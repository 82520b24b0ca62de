"""B3: package managers keep their downloads in a cache mount."""

from collections.abc import Iterator, Mapping

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import installs
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._final import is_below
from generator.practices._images import family, name_and_tag
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import before, environment, folded, line_of, user

_ON = frozenset(["1", "on", "t", "true", "y", "yes"])
_NO_CACHE = {
    "/.cache/pip": ("PIP_NO_CACHE_DIR", "--no-cache-dir", ("pip", "pip3", "python", "python3")),
    "/.cache/uv": ("UV_NO_CACHE", "--no-cache", ("uv",)),
}
_OFFICIAL = frozenset(["debian", "node", "python", "ubuntu"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find cache mounts that surely keep nothing."""
    for stage in sources.dockerfile.needed():
        for run in stage.of("RUN"):
            for mount in run.mounts():
                if mount.get("type") == "cache" and (target := _target(mount)):
                    yield from _turned_off(sources, stage, run, target)
                    yield from _unwritable(sources, stage, run, mount)
                    yield from _apt(sources, stage, run, target)


def _target(mount: Mapping[str, str]) -> str:
    keys = ("target", "dst", "destination")
    return next((mount[key] for key in keys if key in mount), "").rstrip("/")


def _turned_off(sources: Sources, stage: Stage, run: Instruction, target: str) -> Iterator[Fault]:
    for suffix, (variable, option, programs) in _NO_CACHE.items():
        if not target.endswith(suffix):
            continue
        for command in run.commands:
            for word in command.words:
                if command.program in programs and word == option:
                    yield sources.at(
                        run,
                        f"{option} leaves the cache mount at {target} empty",
                        instead=command.text.replace(f" {option}", ""),
                        line=word.line,
                    )
        value = environment(stage, run).get(variable, "").lower()
        # pip takes any value for a yes.
        if value in _ON or (value and variable.startswith("PIP_")):
            yield sources.at(
                run,
                f"ENV {variable} leaves the cache mount at {target} empty",
                instead=_without(stage, run, variable),
                line=line_of(run, target),
            )


def _without(stage: Stage, run: Instruction, variable: str) -> str:
    """The ENV that sets a variable, without it."""
    setting = [
        found
        for found in before(stage, run)
        if found.name == "ENV" and any(pair.key == variable for pair in found.pairs)
    ]
    rest = [f"{pair.key}={pair.value}" for pair in setting[-1].pairs if pair.key != variable]
    return f"ENV {' '.join(rest)}" if rest else f"# no ENV {variable}"


def _unwritable(
    sources: Sources, stage: Stage, run: Instruction, mount: Mapping[str, str]
) -> Iterator[Fault]:
    name = user(stage, run)
    if not name or "$" in name or not {"uid", "mode", "from"}.isdisjoint(mount):
        return
    target = _target(mount)
    flag = next(one for one in run.flags if "type=cache" in one and target in one)
    yield sources.at(
        run,
        f"the cache mount at {target} belongs to root, USER {name} cannot write it",
        instead=f"{flag},uid={name if name.isdecimal() else f'<the number of {name}>'}",
        line=line_of(run, target),
    )


def _apt(sources: Sources, stage: Stage, run: Instruction, target: str) -> Iterator[Fault]:
    if not is_below(target, "/var/lib/apt") and not is_below(target, "/var/cache/apt"):
        return
    for command in run.commands:
        emptied = command.program == "rm" and any(
            is_below(word.rstrip("/*"), target) or is_below(target, word.rstrip("/*"))
            for word in command.words[1:]
            if word.startswith("/var/")
        )
        cleaned = command.program == "apt-get" and "clean" in command.words
        if emptied or (cleaned and is_below(target, "/var/cache/apt")):
            yield sources.at(
                run,
                f"`{command.text}` empties the cache mount at {target}",
                instead=folded(run).replace(f" && {command.text}", ""),
                line=command.line,
            )
    uses_apt = any(found.manager in ("apt", "apt-get") for found in installs(run))
    official = name_and_tag(stage.root)[0] in _OFFICIAL and family(stage.root) == "apt"
    known = [*before(stage, run), run]
    kept = any(
        "docker-clean" in one.source or "keep-downloaded" in one.source.lower() for one in known
    )
    if uses_apt and official and is_below(target, "/var/cache/apt") and not kept:
        yield sources.at(
            run,
            f"apt deletes what it keeps in {target}: docker-clean of the base image says so",
            instead="RUN rm -f /etc/apt/apt.conf.d/docker-clean",
            line=line_of(run, target),
        )


PRACTICE = Practice(
    id="B3",
    title="Downloads stay in a cache mount",
    why="A cache mount outlives the build, so that a changed dependency downloads one package and "
    "not all, and nothing of it is in the image. One that is turned off or unwritable does neither "
    "and nobody sees it.",
    source="Docker documentation: optimize cache usage in builds; pip's documentation on caching",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("RUN --mount=type=cache",),
            why="downloads outlive the build and stay out of the image",
            fields=("build.run", "dependencies"),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    pip install --no-cache-dir -r requirements.txt\n",
        right="FROM python:3.13-slim-trixie\n"
        "RUN --mount=type=cache,target=/root/.cache/pip \\\n"
        "    --mount=type=bind,source=requirements.txt,target=requirements.txt \\\n"
        "    pip install -r requirements.txt\n",
    ),
    check=check,
    checked="cache mounts that are turned off, emptied, or not writable by the user of the step",
    proofs=("cheap-rebuild", "clean-layers"),
)
