"""Python apps, for the profile python-multistage."""

from generator.detect.existing import Existing
from generator.detect.model import Candidate, Confidence, Proposal
from generator.detect.python import application, project
from generator.detect.tree import Tree


def candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The ways to see a tree as a Python app."""
    found = project.read(tree, told)
    if found is None:
        return []
    profile = Proposal(
        field="profile",
        value="python-multistage",
        confidence=Confidence.HIGH,
        reason="Python project",
    )
    return [
        Candidate(
            kind=app.kind,
            score=app.score,
            profile=profile,
            proposals=(*found.proposals, *app.proposals),
            notes=(*found.notes, *app.notes),
            missing=app.missing,
        )
        for app in application.find(tree, found, told)
    ]
