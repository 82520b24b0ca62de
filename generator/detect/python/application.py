"""What a Python project runs: its framework, server, command, port, health path and settings."""

from dataclasses import dataclass

from generator.detect.existing import Existing
from generator.detect.model import Note, Proposal
from generator.detect.python.model import Project
from generator.detect.tree import Tree


@dataclass(frozen=True, kw_only=True)
class Application:
    """A program found in the code, as fields of a spec. `kind` and `score` as in `Candidate`.

    `additional` are packages that it needs and the project does not name: a production server.
    `missing` says why it cannot be started, or nothing.
    """

    kind: str
    score: int
    proposals: tuple[Proposal, ...] = ()
    additional: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: str = ""


def find(tree: Tree, project: Project, told: Existing) -> list[Application]:
    """The programs of a project, the likeliest first."""
    del tree, project, told
    return []
