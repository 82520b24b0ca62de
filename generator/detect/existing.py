"""What container files that are there already tell: Dockerfile, compose.yaml, Procfile."""

from dataclasses import dataclass, field

from generator.detect.model import Evidence
from generator.detect.tree import Tree


@dataclass(frozen=True)
class Told:
    """One text that a container file gives, and where."""

    value: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What the project's own container files say about the app.

    `images` are the base images of the final stage, `argv` the command's words (of CMD, a compose
    service or a Procfile's web line), `workers` a Procfile's other lines by name.
    """

    ports: tuple[Told, ...] = ()
    images: tuple[Told, ...] = ()
    argv: tuple[str, ...] = ()
    argv_evidence: Evidence | None = None
    apt_packages: tuple[Told, ...] = ()
    apk_packages: tuple[Told, ...] = ()
    env: dict[str, Told] = field(default_factory=dict)
    health_paths: tuple[Told, ...] = ()
    volumes: tuple[Told, ...] = ()
    files: tuple[str, ...] = ()


def read(tree: Tree) -> Existing:
    """Read the container files of a tree."""
    del tree
    return Existing()
