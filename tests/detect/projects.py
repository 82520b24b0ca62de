"""Small Python projects for the tests of detection, written out in the tests themselves."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent

from generator.detect.existing import Existing
from generator.detect.model import Proposal, SpecValue
from generator.detect.python import project
from generator.detect.python.model import Project
from generator.detect.tree import Tree

TODAY = date(2026, 11, 24)


def tree(root: Path, files: Mapping[str, str]) -> Tree:
    """Write files below a folder, their texts without indentation, and list them."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return Tree.scan(root)


def read(root: Path, files: Mapping[str, str], told: Existing | None = None) -> Project:
    """Read the project that some files make."""
    found = project.read(tree(root, files), told or Existing(), TODAY)
    assert found is not None
    return found


def proposal(found: Project, field: str) -> Proposal | None:
    """The proposal for a field."""
    return next((each for each in found.proposals if each.field == field), None)


def values(found: Project) -> dict[str, SpecValue]:
    """What is proposed, by field."""
    return {each.field: each.value for each in found.proposals}
