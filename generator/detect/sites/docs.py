"""Documentation sites that a Python tool builds: MkDocs, Sphinx and Jupyter Book."""

from generator.detect.model import Candidate
from generator.detect.sites import jupyter_book, mkdocs, read_the_docs, sphinx
from generator.detect.tree import Tree


def candidates(tree: Tree) -> list[Candidate]:
    """The documentation sites in a tree."""
    hosted = read_the_docs.read(tree)
    tools = (mkdocs.candidate, sphinx.candidate, jupyter_book.candidate)
    return [found for tool in tools if (found := tool(tree, hosted))]
