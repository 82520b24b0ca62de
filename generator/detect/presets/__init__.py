"""Programs of other languages, for the profile generic: one data file a preset."""

from generator.detect.existing import Existing
from generator.detect.model import Candidate
from generator.detect.tree import Tree


def candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The presets that fit a tree."""
    del tree, told
    return []
