"""S2.9: ENV tells versions and paths, and nothing that only the build needs."""

import re
from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _final, _start, _values
from generator.practices._model import Carrier, Example, Practice

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSION_LABEL = "org.opencontainers.image.version"
# Settings of package managers, that change what an administrator sees in a running container.
_BUILD_ONLY = frozenset(["DEBCONF_NONINTERACTIVE_SEEN", "DEBIAN_FRONTEND"])
# The same of tools that have nothing to do once the image is built.
_BUILD_TOOLS = frozenset(
    ["PIP_DEFAULT_TIMEOUT", "PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR", "PIP_NO_INPUT",
     "POETRY_CACHE_DIR", "POETRY_HOME", "POETRY_NO_INTERACTION", "POETRY_VERSION",
     "POETRY_VIRTUALENVS_CREATE", "POETRY_VIRTUALENVS_IN_PROJECT", "UV_COMPILE_BYTECODE",
     "UV_LINK_MODE"]
)  # fmt: skip


def check(sources: Sources) -> Iterator[Fault]:
    """Find the legacy form, keys no shell can use, build-only settings, and a missing version."""
    for stage in sources.dockerfile.needed():
        for found in stage.of("ENV", "LABEL"):
            if not found.on_build and _is_legacy(found):
                key, value = (_values.unquoted(word) for word in (*found.words, "", "")[:2])
                yield sources.at(
                    found,
                    f"{found.name} {key} without = takes the rest of the line as its value",
                    instead=f"{found.name} {key}={_values.quoted(value)}",
                )
    # A later ENV with nothing takes a setting back.
    last = {one.key: one.value for one in _values.shipped(sources, "ENV")}
    for found in _final.built(sources.final):
        if found.name == "ENV":
            yield from _of_settings(sources, found, {key for key in last if last[key]})
    yield from _version(sources)


def _is_legacy(found: Instruction) -> bool:
    """Whether it is `ENV key value`, of which the parser makes the same as of `key=value`."""
    words = [word for word in found.source.split() if word != "\\"]
    return len(found.words) == 2 and len(words) > 2 and "=" not in words[1]


def _of_settings(sources: Sources, found: Instruction, kept: set[str]) -> Iterator[Fault]:
    windows = _start.is_windows(sources)
    for one in _values.of(found):
        if one.key in (_BUILD_ONLY | _BUILD_TOOLS) & kept:
            yield sources.at(
                found,
                f"{one.key} is for the build only, and stays set in every container",
                line=one.line,
                instead=f"ARG {one.key}={_plain(one.value or '')}",
                severity=Severity.NOTE if one.key in _BUILD_TOOLS else None,
            )
        elif not _KEY.fullmatch(one.key) and "$" not in one.key and not windows:
            name = re.sub(r"[^A-Za-z0-9_]", "_", one.key)
            yield sources.at(
                found,
                f"{one.key} is no name that a shell can use",
                line=one.line,
                instead=f"ENV {name}={_values.quoted(one.value or '')}",
            )


def _plain(value: str) -> str:
    return value if re.fullmatch(r"[A-Za-z0-9._/-]+", value) else _values.quoted(value)


def _version(sources: Sources) -> Iterator[Fault]:
    given = _values.effective(sources, "ENV")
    labels = _values.effective(sources, "LABEL")
    told = any("VERSION" in key.upper() for key in given)
    if not told and not any("version" in key.lower() for key in labels):
        yield sources.at(
            None,
            "neither ENV nor a label tells the version of the app",
            instead=f'LABEL {_VERSION_LABEL}="<version>"',
            severity=Severity.NOTE,
        )


PRACTICE = Practice(
    id="S2.9",
    title="ENV for versions and paths",
    why=(
        "The version and PATH in ENV are there for the app, for scripts and for whoever looks"
        " into the container. What only the build needs, such as DEBIAN_FRONTEND, changes how"
        " tools behave there, and the form without = makes one value of a whole line."
    ),
    source=(
        "best practices for making container images, 2023; Dockerfile reference on ENV;"
        " BuildKit LegacyKeyValueFormat; hadolint DL3044"
    ),
    severity=Severity.WARNING,
    codes=("DL3044", "LegacyKeyValueFormat"),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("ENV ",),
            why="the version, the paths and what the app's own settings are, in quotes",
            fields=("version", "env"),
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\nENV DEBIAN_FRONTEND noninteractive\n",
        right=(
            'FROM debian:trixie-slim\nARG DEBIAN_FRONTEND=noninteractive\nENV APP_VERSION="1.4.2"\n'
        ),
    ),
    checked=(
        "ENV and LABEL have the form key=value, with keys a shell can use; none of the known"
        " build-only settings reaches the image; the version is in ENV or in a label."
    ),
    proofs=("environment",),
)
