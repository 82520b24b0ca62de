"""Sites of MkDocs."""

import shlex
from collections.abc import Mapping
from typing import Any

from generator.detect.model import Candidate, Confidence, Evidence
from generator.detect.sites import docs_build, docs_pages, docs_project
from generator.detect.sites.generators import below
from generator.detect.sites.proposals import Site
from generator.detect.sites.read_the_docs import ReadTheDocs
from generator.detect.tree import Tree
from generator.detect.values import mapping, text, texts


def candidate(tree: Tree, hosted: ReadTheDocs) -> Candidate | None:
    """The site in a tree, if there is one."""
    path = hosted.mkdocs or tree.first("mkdocs.yml", "mkdocs.yaml")
    if not path:
        return None
    config = tree.yaml(path)
    site = Site(kind="MkDocs site", score=docs_build.score(tree, "mkdocs"))
    here = Evidence(path=path)
    # What the configuration names lies beside it.
    parent = path.rpartition("/")[0] or "."
    plugins = _names(config.get("plugins"))
    folder = below(parent, text(config.get("docs_dir")) or "docs")
    read = [path, folder, *_extras(tree, config, parent), *docs_pages.included(tree, folder)]
    if "mkdocstrings" in plugins:
        code = docs_pages.described(tree, folder) or docs_project.code(tree)
        read += code
        if not code:
            text_ = "mkdocstrings reads the code that it describes: add its folder to include"
            site.note(text_, here)
    tool = docs_build.Tool(
        name="mkdocs",
        needed=_needed(config, plugins),
        command="mkdocs build" if path == "mkdocs.yml" else f"mkdocs build -f {shlex.quote(path)}",
        here=here,
    )
    _tell(site, tree, hosted, plugins, here)
    if any(each.startswith("git-") for each in plugins):
        tool.system["git"] = here
        site.note("Plugins ask for git's history, which stays out of the build", here)
    read += docs_build.propose(site, tree, hosted, tool)
    made = text(config.get("site_dir"))
    output = below(parent, made or "site") or "site"
    site.propose(
        "build.output",
        output,
        "named in" if made else "usual folder",
        [Evidence(path=path, line=tree.line(path, r"^site_dir:"))] if made else (),
        confidence=Confidence.HIGH if made else Confidence.MEDIUM,
    )
    site.propose("include", docs_project.entries(read), "pages and configuration", [here])
    if not tree.has_folder(folder or "docs"):
        site.missing = f"the folder with the pages, {folder or 'docs'}"
    return site.candidate("MkDocs site of", here)


def _needed(config: Mapping[str, Any], plugins: list[str]) -> list[str]:
    """The packages by what a configuration names."""
    needed = ["mkdocs"]
    table = docs_build.packages()
    theme = config.get("theme")
    name = text(theme) or text(mapping(theme).get("name"))
    if name in table["themes"]:
        needed.append(table["themes"][name])
    extensions = _names(config.get("markdown_extensions"))
    needed += [table["plugins"][each] for each in plugins if each in table["plugins"]]
    if any(each.startswith("pymdownx") for each in extensions):
        needed.append("pymdown-extensions")
    return needed


def _tell(site: Site, tree: Tree, hosted: ReadTheDocs, plugins: list[str], here: Evidence) -> None:
    table = docs_build.packages()
    unknown = [
        each
        for each in plugins
        if each not in table["plugins"] and "/" not in each and each not in table["part_of_mkdocs"]
    ]
    if unknown and not hosted.installs and not docs_build.requirements_file(tree, "mkdocs"):
        names = ", ".join(unknown)
        site.note(f"The packages of these plugins are not known: {names}", here)


def _names(value: object) -> list[str]:
    """The names in a list of texts and of mappings with one key each."""
    if isinstance(value, dict):
        return list(mapping(value))
    found = value if isinstance(value, list) else []
    return [
        name
        for each in found
        for name in ([each] if isinstance(each, str) else list(mapping(each)))
    ]


def _extras(tree: Tree, config: Mapping[str, Any], parent: str) -> list[str]:
    """Files beside the pages: a theme's own folder and hooks."""
    custom = text(mapping(config.get("theme")).get("custom_dir"))
    named = [custom, *texts(config.get("hooks"))]
    found = [below(parent, each) for each in named if each]
    return [each.partition("/")[0] for each in found if tree.has(each) or tree.has_folder(each)]
