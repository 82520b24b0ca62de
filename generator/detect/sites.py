"""Static sites and single-page apps, for the profile nginx."""

from generator.detect.existing import Existing
from generator.detect.model import Candidate
from generator.detect.tree import Tree


def candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The ways to see a tree as a site."""
    del tree, told
    return []
