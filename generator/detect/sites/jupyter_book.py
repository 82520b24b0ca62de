"""Books of Jupyter Book."""

import re

from generator.detect.model import Candidate, Evidence
from generator.detect.sites import docs_build, docs_project
from generator.detect.sites.proposals import Site
from generator.detect.sites.read_the_docs import ReadTheDocs
from generator.detect.tree import Tree
from generator.detect.values import mapping, text

_FOLDERS = (".", "docs", "book", "doc", "content")


def candidate(tree: Tree, hosted: ReadTheDocs) -> Candidate | None:
    """A book of the first major; the second one is a program of Node.js."""
    folder = next(
        (
            each
            for each in _FOLDERS
            if re.search(
                r"^(?:format:[ \t]{0,8}jb-|root:|- file:)",
                tree.text(f"{each}/_toc.yml".removeprefix("./")) or "",
                re.MULTILINE,
            )
            and tree.has(f"{each}/_config.yml".removeprefix("./"))
        ),
        "",
    )
    if not folder:
        return None
    path = f"{folder}/_config.yml".removeprefix("./")
    here = Evidence(path=path)
    site = Site(kind="Jupyter Book", score=max(docs_build.score(tree, "jupyter-book"), 60))
    tool = docs_build.Tool(
        name="jupyter-book",
        needed=["jupyter-book<2"],
        command=f"jupyter-book build {folder}",
        here=here,
        below=2,
    )
    read = docs_build.propose(site, tree, hosted, tool)
    site.propose("build.output", f"{folder}/_build/html".removeprefix("./"), "usual folder")
    if folder != ".":
        site.propose(
            "include", docs_project.entries([folder, *read]), "pages and configuration", [here]
        )
    if text(mapping(tree.yaml(path).get("execute")).get("execute_notebooks")) != "off":
        site.note("The notebooks are run by the build: it needs whatever they read", here)
    return site.candidate("Jupyter Book of", here)
