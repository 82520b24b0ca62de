"""Apps of an Nx workspace, which are built from its top by their names."""

import re

from generator import build_tools
from generator.detect import node
from generator.detect.below import is_no_app
from generator.detect.model import Candidate, Evidence
from generator.detect.sites.generators import below
from generator.detect.sites.proposals import Site
from generator.detect.tree import Tree
from generator.detect.values import mapping, text

_CONFIGS = ("vite.config.ts", "vite.config.mts", "vite.config.js", "vite.config.mjs")
_OUT = re.compile(r"\boutDir\s{0,20}:\s{0,20}[\"']([^\"']+)")


def candidates(tree: Tree) -> list[Candidate]:
    """The sites among the workspace's apps, by the project.json of each."""
    project = node.read(tree) if tree.has("nx.json") else None
    if not project:
        return []
    found = []
    for path in tree.named("project.json"):
        folder = path.rpartition("/")[0]
        pages = (f"{folder}/index.html", f"{folder}/src/index.html")
        if not folder or any(map(is_no_app, folder.split("/"))) or not any(map(tree.has, pages)):
            continue
        here = Evidence(path=path)
        name = text(tree.json(path).get("name")) or folder.rpartition("/")[2]
        site = Site(kind=f"Site of an Nx workspace in {folder}", score=60)
        site.propose("build.image", project.image, "Node.js", project.node_evidence)
        if not re.fullmatch(r"[\w@][\w@/.-]{0,100}", name):
            site.missing = f"build.run: the name of the project in {path} fits no command"
        else:
            build = project.execute(f"nx build {name}")
            site.propose("build.run", [project.install, build], "project of", [here])
        if sorted(project.manifests) != sorted(build_tools.manifests(project.install)):
            site.propose("build.manifests", project.manifests, "read by the installation")
        if output := _output(tree, folder):
            site.propose("build.output", output[0], "named in", [output[1]])
        elif not site.missing:
            site.missing = f"build.output: nothing tells the folder that `nx build {name}` makes"
        site.propose("spa", "true", "app of", [here])
        for note in project.notes:
            site.note(note.text, *note.evidence)
        found.append(site.candidate("site of an Nx workspace, by", here))
    return found


def _output(tree: Tree, folder: str) -> tuple[str, Evidence] | None:
    """The folder that an app is built to, and where that is said."""
    path = f"{folder}/project.json"
    build = mapping(mapping(tree.json(path).get("targets")).get("build"))
    told = text(mapping(build.get("options")).get("outputPath"))
    if told and (folder := below(".", told)):
        inner = "/browser" if text(build.get("executor")).endswith(":application") else ""
        where = Evidence(path=path, line=tree.line(path, r'"outputPath"\s*:'))
        return f"{folder}{inner}", where
    if told:  # it leaves the project
        return None
    config = tree.first(*(f"{folder}/{name}" for name in _CONFIGS))
    named = _OUT.search(tree.text(config) or "") if config else None
    output = below(folder, named[1]) if named else ""
    return (output, Evidence(path=config)) if config and output else None
