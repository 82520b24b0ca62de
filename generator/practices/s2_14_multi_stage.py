"""S2.14: what builds the app stays in a build stage."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import install, package_name
from generator.audit.shell import Command
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images, _references
from generator.practices._final import built, is_windows, kept_packages
from generator.practices._model import Carrier, Example, Practice

_TOOLS = frozenset(
    ["autoconf", "automake", "bison", "build-base", "build-essential", "cargo", "clang", "cmake",
     "flex", "g++", "gcc", "gcc-c++", "gfortran", "go", "golang", "golang-go", "libtool",
     "linux-headers", "make", "maven", "meson", "ninja-build", "patch", "pkg-config", "pkgconf",
     "rust", "rustc"]
)  # fmt: skip
_DEVELOPMENT = ("-dev", "-devel", "-headers")
_PYTHON_TOOLS = frozenset(
    ["build", "cmake", "cython", "flit", "hatch", "maturin", "meson", "ninja", "pdm", "pip-tools",
     "pipenv", "poetry", "scikit-build", "setuptools-rust", "uv"]
)  # fmt: skip
# Images that are compilers, and the commands that use them.
_COMPILERS = frozenset(["buildpack-deps", "gcc", "golang", "gradle", "maven", "rust"])
_BUILDING = frozenset(
    ["cargo", "cc", "cmake", "dotnet", "g++", "gcc", "go", "gradle", "gradlew", "make", "mvn",
     "mvnw", "rustc"]
)  # fmt: skip
# Official images whose plain tags bring compilers and headers.
_FULL = frozenset(["node", "perl", "python", "ruby"])


def check(sources: Sources) -> Iterator[Fault]:
    """Yield compilers, headers and installers that stay in the image."""
    final = sources.final
    if is_windows(final):
        return
    yield from _packages(sources)
    yield from _python(sources)
    yield from _bases(sources)


def _as_build(stage: Stage) -> str:
    return " ".join(["FROM", *stage.start.flags, stage.start.words[0], "AS build"])


def _packages(sources: Sources) -> Iterator[Fault]:
    program = sources.program()
    kept: dict[int, tuple[Instruction, int, list[str]]] = {}
    for found in kept_packages(sources.final):
        is_tool = found.name in _TOOLS and found.name != program
        if is_tool or found.name.endswith(_DEVELOPMENT):
            names: list[str] = []
            place = (found.instruction, found.word.line, names)
            held = kept.setdefault(id(found.found.command), place)[2]
            if found.name not in held:
                held.append(found.name)
    for instruction, line, names in kept.values():
        what = f"{', '.join(names)} stay in the image: install them in a build stage"
        if len(names) == 1:
            what = f"{names[0]} stays in the image: install it in a build stage"
        instead = _as_build(_stage_of(sources, instruction))
        yield sources.at(instruction, what, instead=instead, line=line)


def _stage_of(sources: Sources, instruction: Instruction) -> Stage:
    for stage in sources.dockerfile.stages:
        if any(found is instruction for found in stage.instructions):
            return stage
    return sources.final


def _python(sources: Sources) -> Iterator[Fault]:
    for instruction in built(sources.final):
        for command in instruction.commands if instruction.name == "RUN" else ():
            found = install(command)
            if not found or found.manager not in ("pip", "pip3", "pipx", "uv"):
                continue
            for word in found.packages:
                name = package_name(word.partition("[")[0]).lower().replace("_", "-")
                if name in _PYTHON_TOOLS and not _removes(instruction, name):
                    what = f"{name} stays in the image, which needs it only to build"
                elif word.startswith("git+"):
                    what = f"{word} is built from source in the image that runs it"
                else:
                    continue
                instead = _as_build(_stage_of(sources, instruction))
                yield sources.at(instruction, what, instead=instead, line=word.line)
            for option in found.options:
                if option.partition("=")[0] == "--no-binary":
                    what = f"{option} builds from source in the image that runs the result"
                    instead = _as_build(_stage_of(sources, instruction))
                    yield sources.at(instruction, what, instead=instead, line=option.line)


def _removes(instruction: Instruction, name: str) -> bool:
    """Whether the same RUN takes a Python package away again, or puts it out of the way."""
    return any(
        "uninstall" in command.words and name in command.words for command in instruction.commands
    ) or any(mount.get("type") == "tmpfs" for mount in instruction.mounts())


def _bases(sources: Sources) -> Iterator[Fault]:
    final = sources.final
    start = final.parent or final
    while start.parent:
        start = start.parent
    name, tag = _images.name_and_tag(start.base)
    shown = start.base.partition("@")[0]
    if "$" in start.base:
        return
    if name in _COMPILERS:
        for instruction in built(final):
            for command in instruction.commands if instruction.name == "RUN" else ():
                if _builds(command):
                    what = f"{shown} with its compiler becomes the image: copy the result"
                    yield sources.at(start.start, what, instead=_as_build(start))
                    return
    elif name in _FULL and _references.official(start.base) and _is_full(tag):
        what = f"{shown} brings compilers and headers: its slim variant runs the same"
        lean = start.base.partition("@")[0].partition("-")[0] + "-slim-trixie"
        words = [*start.start.flags, lean, *start.start.words[1:]]
        yield sources.at(
            start.start, what, instead=" ".join(["FROM", *words]), severity=Severity.NOTE
        )


def _builds(command: Command) -> bool:
    words = command.arguments()
    asks = len(words) > 1 and words[1] in ("--version", "env", "version")
    return command.program in _BUILDING and not asks


def _is_full(tag: str) -> bool:
    """Whether a tag is a bare version, with at most a release of Debian after it."""
    version, _, release = tag.partition("-")
    numbers = version.split(".")
    return all(part.isdigit() for part in numbers) and release in ("", "bookworm", "trixie")


PRACTICE = Practice(
    id="S2.14",
    title="Build stage apart from the image",
    why=(
        "Compilers, headers and installers make an image several times larger and serve "
        "whoever breaks in. A build stage has them, and only its result is copied on."
    ),
    source="best practices for making container images, 2023; Docker's guide to building",
    severity=Severity.WARNING,
    codes=("DL3022", "DL3023", "DL3024", "DL3067"),
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("COPY --link --from=", "COPY --from="),
            why="only the result of the build stage reaches the image",
            fields=("build.artifacts", "build.output", "dependencies"),
        ),
        Carrier(
            file="Dockerfile",
            starts=("RUN --mount=type=cache",),
            why="built in a stage whose compilers and caches stay behind",
            fields=("build.run", "dependencies"),
        ),
    ),
    example=Example(
        wrong="""\
FROM python:3.13-slim-trixie
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        gcc \\
        libpq-dev \\
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
""",
        right="""\
FROM python:3.13-slim-trixie AS build
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        gcc \\
        libpq-dev \\
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt ./
RUN python -m venv /opt/venv \\
    && /opt/venv/bin/pip install --no-cache-dir -r requirements.txt

FROM python:3.13-slim-trixie
COPY --link --from=build /opt/venv /opt/venv
""",
    ),
    check=check,
    checked=(
        "no compiler, -dev package or installer stays in the stages that become the image, and "
        "its base is no compiler's; each --from names an earlier stage"
    ),
    proofs=("no-build-tools", "size"),
)
