"""S2.7: what changes seldom comes before what changes often."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import SYSTEM, Install, install, installs
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images, _references
from generator.practices._model import Carrier, Example, Practice

_WHOLE = frozenset([".", "./", "/"])
_SOURCE_FOLDERS = frozenset(["app", "lib", "source", "src"])
_MANIFESTS = {
    "bundle": "COPY Gemfile Gemfile.lock ./",
    "cargo": "COPY Cargo.toml Cargo.lock ./",
    "composer": "COPY composer.json composer.lock ./",
    "go": "COPY go.mod go.sum ./",
    "mvn": "COPY pom.xml ./",
    "npm": "COPY package.json package-lock.json ./",
    "pdm": "COPY pyproject.toml pdm.lock ./",
    "pip": "COPY requirements.txt ./",
    "pip3": "COPY requirements.txt ./",
    "pipenv": "COPY Pipfile Pipfile.lock ./",
    "pnpm": "COPY package.json pnpm-lock.yaml ./",
    "poetry": "COPY pyproject.toml poetry.lock ./",
    "uv": "COPY pyproject.toml uv.lock ./",
    "yarn": "COPY package.json yarn.lock ./",
}
_VERBS = frozenset(["add", "ci", "download", "fetch", "i", "install", "require", "sync"])
# Arguments that are other at every build.
_EVER_NEW = frozenset(
    ["BUILD_DATE", "BUILD_ID", "BUILD_NUMBER", "BUILD_TIME", "BUILD_TIMESTAMP", "CI_COMMIT_SHA",
     "COMMIT", "COMMIT_SHA", "GITHUB_SHA", "GIT_COMMIT", "GIT_HASH", "GIT_REVISION", "GIT_SHA",
     "SOURCE_COMMIT", "VCS_REF"]
)  # fmt: skip
_FITTING = {
    "apk": frozenset(["apk"]),
    "apt": frozenset(["apt", "apt-get", "aptitude"]),
    "dnf": frozenset(["dnf", "microdnf", "yum"]),
    "microdnf": frozenset(["dnf", "microdnf", "yum"]),
    "yum": frozenset(["dnf", "yum"]),
}
_COMMANDS = {
    "apk": "apk add --no-cache",
    "apt": "apt-get install -y --no-install-recommends",
    "dnf": "dnf install -y",
    "microdnf": "microdnf install -y",
    "yum": "yum install -y",
}


def check(sources: Sources) -> Iterator[Fault]:
    """Find sources copied before dependencies, ever new arguments, foreign package managers."""
    for stage in sources.dockerfile.needed():
        yield from _early_source(sources, stage)
        yield from _early_argument(sources, stage)
        yield from _foreign_manager(sources, stage)


def _early_source(sources: Sources, stage: Stage) -> Iterator[Fault]:
    copy: Instruction | None = None
    done: set[str] = set()
    for found in stage.instructions:
        if found.on_build:
            continue
        if found.name in ("ADD", "COPY") and copy is None and _is_source(found):
            copy = found
        elif found.name == "RUN":
            for one in installs(found):
                if copy is not None and one.manager not in done and _needs_no_source(one):
                    yield sources.at(
                        copy,
                        f"{copy.name} {' '.join(copy.words)} comes before {_told(one)} in line"
                        f" {one.command.line}: each edit repeats that",
                        instead=_MANIFESTS.get(one.manager)
                        or f"{_told(one)} … before {copy.name} {' '.join(copy.words)}",
                    )
                    return
                done.add(one.manager)


def _is_source(found: Instruction) -> bool:
    origins = found.words[:-1]
    if found.flag("from") is not None or found.flag("parents") is not None:
        return False
    return any(
        origin in _WHOLE or origin.removeprefix("./").strip("/") in _SOURCE_FOLDERS
        for origin in origins
    )


def _told(one: Install) -> str:
    words = one.command.arguments()[1:]
    verb = next((word for word in words if word in _VERBS), "")
    return f"{one.manager} {verb}".strip()


def _needs_no_source(one: Install) -> bool:
    """Whether it can run without the source: dependencies of a lock file, or named packages."""
    if one.command.nested:
        return False
    if one.is_system:
        return bool(one.packages) and not any("/" in package for package in one.packages)
    if one.manager == "uv" and "sync" not in one.command.words:
        return "-r" in one.command.words or "--requirement" in one.command.words
    if one.manager in ("go", "cargo"):
        return bool({"download", "fetch"} & set(one.command.words))
    local = any(package.startswith((".", "/")) for package in one.packages)
    return not local and one.manager in _MANIFESTS and _has_a_list(one)


def _has_a_list(one: Install) -> bool:
    if one.manager in ("pip", "pip3"):
        given = {"-r", "--requirement"} & set(one.command.words)
        return bool(given or one.packages) and "-e" not in one.command.words
    return True


def _early_argument(sources: Sources, stage: Stage) -> Iterator[Fault]:
    for number, found in enumerate(stage.instructions):
        if found.name != "ARG" or found.on_build:
            continue
        for pair in found.pairs:
            if pair.key not in _EVER_NEW:
                continue
            for later in stage.instructions[number + 1 :]:
                one = next(installs(later), None) if later.name == "RUN" else None
                if one and not any(pair.key in word for word in later.words):
                    yield sources.at(
                        found,
                        f"ARG {pair.key} is new at every build and repeats {_told(one)} in line"
                        f" {one.command.line}: declare it after that",
                        line=pair.line,
                        instead=f"ARG {pair.key}",
                    )
                    break


def _foreign_manager(sources: Sources, stage: Stage) -> Iterator[Fault]:
    name = _references.official(stage.root)
    family = _images.family(stage.root) if name or "/ubi" in stage.root else ""
    fitting = _FITTING.get(family)
    if fitting is None:
        return
    foreign = SYSTEM - fitting
    if family in ("apk", "apt"):
        foreign -= {"apk", "apt", "apt-get", "aptitude"}  # that is told by S2.17
    for found in stage.of("RUN"):
        for command in found.commands:
            if command.program in foreign and not command.nested:
                packages = one.packages if (one := install(command)) else ()
                yield sources.at(
                    found,
                    f"{stage.root} has no {command.program}: its package manager is {family}",
                    line=command.line,
                    instead=" ".join([_COMMANDS[family], *(packages or ["<packages>"])]),
                )
                break


PRACTICE = Practice(
    id="S2.7",
    title="Order of instructions for the cache",
    why=(
        "One changed layer rebuilds all layers after it. With the source before the dependencies"
        " every edited line installs them again; with the lock file first they come from the"
        " cache."
    ),
    source=(
        "best practices for making container images, 2023; Docker: optimize cache usage in builds;"
        " hadolint DL3020"
    ),
    severity=Severity.WARNING,
    codes=("DL3020",),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("WORKDIR ", "COPY "),
            why="packages and dependencies are there already when the source comes",
            fields=("include", "build.manifests", "dependencies"),
        ),
    ),
    example=Example(
        wrong=(
            "FROM python:3.13-slim-trixie\n"
            "WORKDIR /app\n"
            "COPY . .\n"
            "RUN pip install --no-cache-dir -r requirements.txt\n"
        ),
        right=(
            "FROM python:3.13-slim-trixie\n"
            "WORKDIR /app\n"
            "COPY requirements.txt ./\n"
            "RUN pip install --no-cache-dir -r requirements.txt\n"
            "COPY . .\n"
        ),
    ),
    checked=(
        "In every stage that is built: dependencies and packages are installed before the source"
        " is copied and before arguments that are new at every build; the package manager is the"
        " one of the base image."
    ),
    proofs=("cheap-rebuild",),
)
