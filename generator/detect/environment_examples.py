"""Files that show what an environment file looks like, such as .env.example."""

import re
from collections.abc import Mapping
from itertools import islice

from generator.detect.model import Evidence
from generator.detect.tree import Tree

_PATHS = (
    ".env.example", ".env.sample", ".env.template", ".env.dist", "example.env", "env.example",
    ".env.default", ".flaskenv",
)  # fmt: skip
_MOST_LINES = 1000
_LINE = re.compile(r"^(?:export )?([A-Za-z_]\w{0,127})=([^\n]{0,500})$", re.MULTILINE)


def read(tree: Tree) -> Mapping[str, tuple[str, Evidence]]:
    """The values by name, each with its place; of several files the first counts."""
    found: dict[str, tuple[str, Evidence]] = {}
    for path in filter(tree.has, _PATHS):
        text = tree.text(path) or ""
        for match in islice(_LINE.finditer(text), _MOST_LINES):
            line = text.count("\n", 0, match.start()) + 1
            value = match[2].split(" #")[0].strip().strip("\"'")
            found.setdefault(match[1], (value, Evidence(path=path, line=line)))
    return found
