"""B9: the account of the process is made with what the base image has."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import installs, package_name
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._images import name_and_tag
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import before

# Packages that surely do not bring adduser along.
_HARMLESS = frozenset(["ca-certificates", "curl", "gcc", "git", "libc6-dev", "libpq5", "make",
                       "tini", "tzdata", "wget"])  # fmt: skip
_COUNTERPART = {"adduser": "useradd", "addgroup": "groupadd"}


def check(sources: Sources) -> Iterator[Fault]:
    """Find adduser and addgroup where Debian no longer has them."""
    for stage in sources.dockerfile.needed():
        name, tag = name_and_tag(stage.root)
        slim = name == "debian" or "slim" in tag
        if "trixie" not in tag or "alpine" in tag or not slim:
            continue
        for run in stage.of("RUN"):
            for command in run.commands:
                if command.program in _COUNTERPART and not _may_have_it(stage, run):
                    yield sources.at(
                        run,
                        f"{command.program} is not in {stage.root}",
                        instead=_instead(command.program),
                        line=command.line,
                    )


def _may_have_it(stage: Stage, run: Instruction) -> bool:
    packages = {
        package_name(package)
        for found in [*before(stage, run), run]
        if found.name == "RUN"
        for one in installs(found)
        if one.is_system
        for package in one.packages
    }
    return not packages <= _HARMLESS


def _instead(program: str) -> str:
    if program == "addgroup":
        return "groupadd --gid 10001 app"
    return (
        "useradd --no-log-init --uid 10001 --gid 10001 --no-create-home "
        "--home-dir /nonexistent --shell /usr/sbin/nologin app"
    )


PRACTICE = Practice(
    id="B9",
    title="An account by the base's own tools",
    why="Debian's images have no adduser since trixie, so that a Dockerfile for the release before "
    "stops at `adduser: not found`; and useradd without --no-log-init writes a file of gigabytes "
    "for a large id.",
    source="Dockerfile best practices: USER; hadolint DL3046",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=(
                "&& groupadd",
                "&& useradd",
                "RUN groupadd",
                "&& addgroup",
                "&& adduser",
                "RUN addgroup",
            ),
            why="an entry in /etc/passwd without home, password or shell",
            fields=("user",),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        "RUN adduser --disabled-password --uid 10001 app\nUSER 10001:10001\n",
        right="FROM python:3.13-slim-trixie\n"
        "RUN groupadd --gid 10001 app \\\n"
        "    && useradd --no-log-init --uid 10001 --gid 10001 app\nUSER 10001:10001\n",
    ),
    codes=("DL3046",),
    check=check,
    checked="adduser on slim Debian images from trixie on; hadolint DL3046",
    proofs=("builds", "no-root"),
)
