"""Apps whose adapter makes what only another host can run: neither files nor a server."""

import re

from generator.detect import node
from generator.detect.model import Candidate, Evidence
from generator.detect.sites.place import generator_of
from generator.detect.sites.proposals import Site
from generator.detect.tree import Tree


def candidates(tree: Tree) -> list[Candidate]:
    """The app at the top of a tree that is made for such a host, with what would do instead."""
    project = node.read(tree)
    generator = generator_of(project) if project else None
    if not project or not generator or not generator.adapters:
        return []
    wanted = project.all_dependencies()
    adapter = next((name for name in wanted if re.fullmatch(generator.adapters, name)), "")
    if not adapter:
        return []
    line = tree.line("package.json", rf'"{re.escape(adapter)}"\s*:')
    here = Evidence(path="package.json", line=line)
    kind = f"{generator.kind.removesuffix(' site').removesuffix(' app')} app"
    site = Site(kind=kind, score=45)
    site.missing = generator.otherwise.replace("{adapter}", adapter)
    return [site.candidate("made for another host by", here)]
