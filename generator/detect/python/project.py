"""A Python project's manifests: interpreter, package manager, dependencies, layout."""

from generator.detect.existing import Existing
from generator.detect.python.model import Project
from generator.detect.tree import Tree


def read(tree: Tree, told: Existing) -> Project | None:
    """Read the manifests of a tree; None if it is no Python project."""
    del tree, told
    return None
