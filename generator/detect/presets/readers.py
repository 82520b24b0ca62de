"""Facts that another part of detection reads already, for presets that name it in `reader`."""

from collections.abc import Callable, Mapping

from generator.detect import node
from generator.detect.model import Confidence, Note
from generator.detect.presets.facts import Known, Value
from generator.detect.tree import Tree

Read = tuple[dict[str, Known], list[Note]]


def read(name: str | None, tree: Tree) -> Read:
    """The facts of a reader, and what people should know."""
    return _READERS[name](tree) if name else ({}, [])


# What takes the packages of development out again; of the others both sets are installed.
_NODE_PRUNES = {"npm": "npm prune --omit=dev", "pnpm": "CI=true pnpm prune --prod"}


def _node(tree: Tree) -> Read:
    project = node.read(tree)
    if project is None:
        return {}, []
    values: dict[str, Value] = {
        "node_image": project.image,
        "node_install": project.install,
        "node_production": project.production_install,
    }
    if project.manifests:
        values["node_manifests"] = project.manifests
    if "build" in project.scripts:
        values["node_build"] = project.run("build")
    if not project.manifests and project.read_at_install:
        values["node_files"] = project.read_at_install
    if project.has_packages:
        values["node_packages"] = "dependencies"
    if prune := _NODE_PRUNES.get(project.manager):
        values["node_prune"] = prune
    places = {"node_image": project.node_evidence}
    facts = {
        key: Known(
            value=value,
            confidence=Confidence.HIGH if places.get(key, True) else Confidence.LOW,
            reason="read in" if places.get(key, True) else "usual",
            evidence=places.get(key, (project.evidence,)),
        )
        for key, value in values.items()
    }
    return facts, list(project.notes)


_READERS: Mapping[str, Callable[[Tree], Read]] = {"node": _node}
