"""System packages that Node.js packages need."""

import re

from generator.detect.node import NodeProject

# Their compiled parts come from hosts that are no registry, or are compiled where these fail.
_COMPILED = frozenset(
    ["better-sqlite3", "canvas", "isolated-vm", "node-pty", "node-rdkafka", "re2", "sqlite3"]
)
_COMPILERS = ("g++", "make", "python3")


def at_run_time(project: NodeProject) -> tuple[str, ...]:
    """Packages of Debian in the image."""
    return ("openssl",) if _prisma_engine(project) else ()


def at_build_time(project: NodeProject) -> tuple[str, ...]:
    """Packages of Debian for the installation."""
    compiled = not _COMPILED.isdisjoint(project.dependencies) or _old_bcrypt(project)
    found = (*(_COMPILERS if compiled else ()), *at_run_time(project))
    return tuple(sorted(found))


def _prisma_engine(project: NodeProject) -> bool:
    """Whether prisma brings a program of its own, which loads OpenSSL: up to its release 6."""
    return _is_before(project, "@prisma/client", 7)


def _old_bcrypt(project: NodeProject) -> bool:
    """Whether bcrypt brings no compiled part for each system: up to its release 5."""
    return _is_before(project, "bcrypt", 6)


def _is_before(project: NodeProject, package: str, release: int) -> bool:
    """Whether a package is asked for in a release before one; no where no number tells."""
    major = re.search(r"\d{1,3}", project.dependencies.get(package, ""))
    return major is not None and int(major[0]) < release
