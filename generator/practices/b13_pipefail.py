"""B13: a pipe in RUN fails when its first command does."""

from generator.findings import Severity
from generator.practices._model import Carrier, Example, Practice

PRACTICE = Practice(
    id="B13",
    title="A pipe that fails as a whole",
    why="A shell takes the exit code of a pipe's last command: a download that breaks off half-way "
    "goes into the image as if all were well.",
    source="Dockerfile best practices: using pipes; hadolint DL4006",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("RUN ",),
            why="no pipe, and a failing command stops the build",
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\n"
        "COPY data.tar.gz /tmp/\n"
        "RUN gzip -dc /tmp/data.tar.gz | tar -x -C /srv\n",
        right="FROM debian:trixie-slim\n"
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\n'
        "COPY data.tar.gz /tmp/\n"
        "RUN gzip -dc /tmp/data.tar.gz | tar -x -C /srv\n",
    ),
    codes=("DL4006", "SC3040"),
    checked="hadolint DL4006",
    proofs=("builds",),
)
