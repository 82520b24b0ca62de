"""B2: the checks that builder and linters have, and whatever they say that belongs nowhere else."""

import re
from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._directives import directives, frontend
from generator.practices._model import Carrier, Example, Practice

_EXACT = re.compile(r".*:\d+\.\d+\.\d+(?:-\w+)?|.*@sha256:[0-9a-f]{64}")


def check(sources: Sources) -> Iterator[Fault]:
    """Find build checks that are turned off, or that a newer frontend turns into failures."""
    for found in directives(sources.dockerfile):
        if found.name != "check" or not found.heeded:
            continue
        settings = [part.strip().lower() for part in found.value.split(";")]
        if "skip=all" in settings:
            yield sources.at(
                None,
                "skip=all turns all checks of the builder off",
                instead="# check=skip=<the names of those that are not for you>",
                line=found.line,
                severity=Severity.WARNING,
            )
        if "error=true" in settings and not _EXACT.fullmatch(frontend(sources.dockerfile)):
            yield sources.at(
                None,
                "error=true fails the build as soon as a newer frontend knows another check",
                instead="docker build --check . (in CI)",
                line=found.line,
                severity=Severity.NOTE,
            )


# hadolint's and BuildKit's names in order. Those about versions of system packages (DL3008, DL3018
# and their like) are left out on purpose, see generator/audit/tools.py.
CODES = (
    "ConsistentInstructionCasing", "DL1001", "DL3000", "DL3003", "DL3004", "DL3021", "DL3026",
    "DL3027", "DL3029", "DL3043", "DL3045", "DL3047", "DL3061", "DL3063", "DL3065", "DL4005",
    "DuplicateStageName", "FromAsCasing", "FromPlatformFlagConstDisallowed",
    "InvalidBaseImagePlatform", "InvalidDefinitionDescription", "NoEmptyContinuation",
    "RedundantTargetPlatform", "ReservedStageName", "StageNameCasing", "WorkdirRelativePath",
)  # fmt: skip

PRACTICE = Practice(
    id="B2",
    title="The builder and the linters are content",
    why="Most of what BuildKit's checks and hadolint warn of is an error in waiting: a relative "
    "WORKDIR moves with the base image, a doubled stage name hides a stage.",
    source="BuildKit's build checks; hadolint's rules",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("WORKDIR /",),
            why="an absolute folder, whatever the base image has",
        ),
        Carrier(
            file="Dockerfile",
            starts=("FROM ",),
            why="upper case, the stage named in lower case, and no platform fixed",
            fields=("base", "build.image", "nginx", "python"),
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\n"
        "WORKDIR app\n"
        'COPY --chmod=0555 server server\nCMD ["./server"]\n',
        right="FROM debian:trixie-slim\n"
        "WORKDIR /app\n"
        'COPY --chmod=0555 server server\nCMD ["./server"]\n',
    ),
    codes=CODES,
    check=check,
    checked="hadolint, `docker build --check` where an engine answers; checks that are turned off",
    proofs=("builds",),
)
