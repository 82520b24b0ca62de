"""S2.1: the image names who answers for it."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _values
from generator.practices._model import Carrier, Example, Practice

_OLD = "maintainer"
_NEW = "org.opencontainers.image.authors"


def _line(value: str) -> str:
    return f"LABEL {_OLD}={_values.quoted(value)} {_NEW}={_values.quoted(value)}"


def check(sources: Sources) -> Iterator[Fault]:
    """Find a final image without both labels, or with two that differ."""
    labels = _values.effective(sources, "LABEL")
    old, new = labels.get(_OLD), labels.get(_NEW)
    if old is None and new is None:
        yield _without(sources)
        return
    for one in (old, new):
        if one is not None and not (one.value or "").strip():
            yield sources.at(
                one.instruction,
                f"the label {one.key} is empty",
                line=one.line,
                instead=_line("Name <name@example.com>"),
            )
            return
    if old is None or new is None:
        given = new if old is None else old
        if given is not None:
            yield sources.at(
                given.instruction,
                f"{given.key} has no twin {_NEW if old else _OLD}",
                line=given.line,
                instead=_line(given.value or ""),
                severity=Severity.NOTE,
            )
    elif old.value != new.value and old.is_literal and new.is_literal:
        yield sources.at(
            new.instruction,
            f"{_NEW} names another than {_OLD} does",
            line=new.line,
            instead=_line(old.value or ""),
        )


def _without(sources: Sources) -> Fault:
    written = sources.final.last("MAINTAINER")
    if written:
        value = _values.unquoted(" ".join(written.words))
        return sources.at(written, "MAINTAINER is deprecated", instead=_line(value))
    for stage, found in sources.dockerfile.steps():
        for label in _values.of(found) if found.name == "LABEL" else ():
            if label.key in (_OLD, _NEW) and label.value:
                place = f"stage {stage.name}" if stage.name else f"stage {stage.number}"
                return sources.at(
                    found,
                    f"{label.key} is a label of {place} only, which is not the image",
                    line=label.line,
                    instead=_line(label.value),
                )
    return sources.at(
        None,
        f"no {_OLD} label: nobody answers for this image",
        instead=_line("Name <name@example.com>"),
    )


PRACTICE = Practice(
    id="S2.1",
    title="Maintainer label",
    why=(
        "Whoever finds a broken image in a registry must know whom to ask. MAINTAINER is"
        " deprecated, tools read the label maintainer or the newer"
        f" {_NEW}, and labels of a build stage do not reach the image."
    ),
    source=(
        "best practices for making container images, 2023; OCI image-spec annotations;"
        " hadolint DL4000; BuildKit MaintainerDeprecated"
    ),
    severity=Severity.WARNING,
    codes=("DL4000", "MaintainerDeprecated"),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("LABEL maintainer=",),
            why="both labels say the same, so old and new tools find it",
            fields=("maintainer",),
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\nMAINTAINER ada@example.com\n",
        right=(
            "FROM debian:trixie-slim\n"
            'LABEL maintainer="Ada <ada@example.com>" \\\n'
            '      org.opencontainers.image.authors="Ada <ada@example.com>"\n'
        ),
    ),
    checked=(
        "The final stage sets both labels, not empty and to the same text; no MAINTAINER,"
        " no label that stays behind in a build stage."
    ),
    proofs=("labels",),
)
