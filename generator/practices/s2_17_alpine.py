"""S2.17: Alpine with its own package manager, a fixed release and no wheels of another libc."""

from collections.abc import Iterator

from generator import bases
from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import installs
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images
from generator.practices._model import Carrier, Example, Practice
from generator.practices.s2_02_upstream_tag import MOVING

_APT = frozenset(["apt", "apt-get", "aptitude"])
# Versions that are published for the current Alpine; older ones never were.
_KNOWN = {"nginx": "1.30-"}
# Folders of code that is compiled for one libc.
_COMPILED = frozenset([".venv", "node_modules", "site-packages", "venv", "wheelhouse", "wheels"])


def check(sources: Sources) -> Iterator[Fault]:
    """Yield package managers that the base lacks, floating releases and foreign wheels."""
    for stage in sources.dockerfile.needed():
        family = _images.family(stage.root)
        if fault := _floating(sources, stage):
            yield fault
        if family not in ("apk", "apt"):
            continue
        for found in stage.instructions:
            if found.name == "RUN" and not found.on_build:
                yield from _managers(sources, stage, found, family)
            elif found.name == "COPY" and family == "apk":
                yield from _foreign(sources, stage, found)


def _managers(sources: Sources, stage: Stage, found: Instruction, family: str) -> Iterator[Fault]:
    if any(
        command.program in ("[", "command", "test", "type", "which") for command in found.commands
    ):
        return  # it looks for the package manager itself
    wrong, right = (_APT, "apk") if family == "apk" else (frozenset(["apk"]), "apt-get")
    packages = [
        str(word) for one in installs(found) if one.manager in wrong for word in one.packages
    ]
    for command in found.commands:
        if command.program in wrong and not command.nested:
            what = f"{command.program} is not in {stage.root}, which has {right}"
            yield sources.at(found, what, instead=_install(right, packages), line=command.line)
            return


def _install(manager: str, packages: list[str]) -> str:
    names = " ".join(sorted(packages))
    if manager == "apk":
        return f"RUN apk add --no-cache {names}".rstrip()
    return (
        f"RUN apt-get update && apt-get install -y --no-install-recommends {names}"
        " && rm -rf /var/lib/apt/lists/*"
    )


def _floating(sources: Sources, stage: Stage) -> Fault | None:
    """Find a tag that moves on to the next Alpine release; what S2.2 tells is left to it."""
    name, tag = _images.name_and_tag(stage.base)
    if stage.parent or "@" in stage.base or "$" in stage.base or tag in ("", "latest"):
        return None
    if name == "alpine":
        parts = tag.split(".")
        fixed = bases.ALPINE if tag == "edge" or len(parts) < 2 else ""
    else:
        words = tag.split("-")
        fixed = ""
        if "alpine" in words and (name not in MOVING or "/" in stage.base):
            words[words.index("alpine")] = f"alpine{bases.ALPINE}"
            fixed = "-".join(words)
    if not fixed:
        return None
    what = f"{stage.base} does not say which Alpine: its packages change with the next release"
    words = [*stage.start.flags, f"{stage.base.removesuffix(tag)}{fixed}", *stage.start.words[1:]]
    is_there = name == "alpine" or fixed.startswith(_KNOWN.get(name, "-"))
    return sources.at(stage.start, what, instead=" ".join(["FROM", *words]) if is_there else "")


def _foreign(sources: Sources, stage: Stage, found: Instruction) -> Iterator[Fault]:
    """Yield what a Debian stage compiled and an Alpine one cannot load."""
    reference = found.flag("from")
    origin = sources.dockerfile.stage(reference) if reference else None
    if origin is None or _images.family(origin.root) != "apt":
        return
    for source in found.words[:-1]:
        if not _COMPILED.isdisjoint(source.split("/")):
            what = f"{source} is made for glibc on {origin.root} and may not load on {stage.root}"
            instead = " ".join(["FROM", stage.root, *origin.start.words[1:]])
            yield sources.at(found, what, instead=instead)


PRACTICE = Practice(
    id="S2.17",
    title="Alpine with care",
    why=(
        "Alpine has its own libc and package manager: what Debian built does not load there, a "
        "missing wheel means a slow build from source, and packages change with each release."
    ),
    source="best practices for making container images, 2023",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("FROM python:", "FROM alpine:", "FROM nginx:"),
            why="both stages share one libc; an Alpine base names its release",
            fields=("base", "python", "nginx"),
        ),
        Carrier(
            file="Dockerfile",
            starts=("RUN apk add --no-cache",),
            why="Alpine's own package manager, and no index left behind",
            fields=("packages",),
        ),
    ),
    example=Example(
        wrong="""\
FROM python:3.13-slim-trixie AS build
COPY requirements.txt ./
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13-alpine3.23
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \\
    apt-get install -y libpq5 && pip install --no-cache-dir /wheels/*.whl
""",
        right="""\
FROM python:3.13-alpine3.23 AS build
COPY requirements.txt ./
RUN pip wheel --no-cache-dir --wheel-dir /wheels -r requirements.txt

FROM python:3.13-alpine3.23
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \\
    apk add --no-cache libpq && pip install --no-cache-dir /wheels/*.whl
""",
    ),
    check=check,
    checked=(
        "apt is not called on Alpine nor apk on Debian, an Alpine base names its release, and no "
        "virtual environment or wheels of a Debian stage are copied into it"
    ),
    proofs=("builds", "answers"),
)
