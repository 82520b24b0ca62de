"""Static sites and single-page apps, for the profile nginx."""

from generator.detect.existing import Existing
from generator.detect.model import Candidate
from generator.detect.sites import docs, hosted, node_site, nx, plain, programs
from generator.detect.sites.place import uses_generator
from generator.detect.tree import Tree


def candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The ways to see a tree as a site."""
    del told
    found = node_site.candidates(tree) or nx.candidates(tree) or hosted.candidates(tree)
    built = [*found, *programs.candidates(tree), *docs.candidates(tree)]
    # Pages beside a generator are its sources or its results.
    return built if built or uses_generator(tree) else plain.candidates(tree)
