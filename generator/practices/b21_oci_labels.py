"""B21: labels by the names that everyone reads."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._model import Carrier, Example, Practice
from generator.practices._values import quoted, shipped

PREFIX = "org.opencontainers.image."
KEYS = frozenset(
    ["authors", "base.digest", "base.name", "created", "description", "documentation", "licenses",
     "ref.name", "revision", "source", "title", "url", "vendor", "version"]
)  # fmt: skip
_OLD = "org.label-schema."
_NEW_NAMES = {
    "build-date": "created", "description": "description", "license": "licenses", "name": "title",
    "url": "url", "usage": "documentation", "vcs-ref": "revision", "vcs-url": "source",
    "vendor": "vendor", "version": "version",
}  # fmt: skip
_RESERVED = ("com.docker.", "io.docker.", "org.dockerproject.")


def check(sources: Sources) -> Iterator[Fault]:
    """Find names below the standard's prefix that it does not have, and names of others."""
    for label in shipped(sources, "LABEL"):
        what, better = _judged(label.key)
        if what:
            value = quoted(label.value or "")
            instead = f"LABEL {better}={value}"
            yield sources.at(label.instruction, what, instead=instead, line=label.line)


def _judged(key: str) -> tuple[str, str]:
    """What is wrong with the name of a label, and a better one; both empty if nothing is."""
    last = key.rsplit(".", 1)[-1]
    own = f"com.example.{last}"
    if key.startswith(PREFIX) and key.removeprefix(PREFIX) not in KEYS:
        meant = {"author": "authors", "license": "licenses", "name": "title"}.get(last)
        return f"{key} is not among the standard's labels", PREFIX + meant if meant else own
    if key.startswith(_OLD):
        new = _NEW_NAMES.get(key.removeprefix(_OLD))
        return f"{key}: label-schema has given way to the OCI labels", PREFIX + new if new else own
    if key.startswith(_RESERVED):
        return f"{key}: this prefix is kept for the engine's own use", own
    return "", ""


PRACTICE = Practice(
    id="B21",
    title="OCI labels by their names",
    why="Registries, scanners and update robots read title, version, source and licence from these "
    "labels. A name that only looks like one of them is read by nobody.",
    source="OCI image specification: annotations; Docker documentation: object labels",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=(
                "org.opencontainers.image.description",
                "org.opencontainers.image.licenses",
                "org.opencontainers.image.source",
                "org.opencontainers.image.title",
                "org.opencontainers.image.url",
                "org.opencontainers.image.version",
            ),
            why="what registries and scanners show of the image",
            fields=("description", "labels", "license", "name", "source", "url", "version"),
        ),
    ),
    example=Example(
        wrong='FROM debian:trixie-slim\nLABEL org.opencontainers.image.license="Apache-2.0"\n',
        right='FROM debian:trixie-slim\nLABEL org.opencontainers.image.licenses="Apache-2.0"\n',
    ),
    codes=(
        "DL3048",
        "DL3049",
        "DL3050",
        "DL3051",
        "DL3052",
        "DL3053",
        "DL3054",
        "DL3055",
        "DL3056",
        "DL3058",
    ),
    check=check,
    checked="names that the standard does not have, label-schema, reserved prefixes; hadolint's "
    "label rules",
    proofs=("labels",),
)
