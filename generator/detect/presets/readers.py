"""Facts that another part of detection reads already, for presets that name it in `reader`."""

from collections.abc import Callable, Mapping

from generator.detect.existing import Existing
from generator.detect.model import Note
from generator.detect.presets import node_facts
from generator.detect.presets.facts import Known
from generator.detect.tree import Tree

Read = tuple[dict[str, Known], list[Note]]


def read(name: str | None, tree: Tree, told: Existing) -> Read:
    """The facts of a reader, and what people should know."""
    return _READERS[name](tree, told) if name else ({}, [])


_READERS: Mapping[str, Callable[[Tree, Existing], Read]] = {
    "node": node_facts.project,
    "node_server": node_facts.server,
}
