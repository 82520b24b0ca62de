"""Small Python projects for the tests of detection, written out in the tests themselves."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import dedent

from generator.detect import python
from generator.detect.existing import Existing
from generator.detect.model import Candidate, Proposal, SpecValue
from generator.detect.python import project
from generator.detect.python.model import Project
from generator.detect.tree import Tree

TODAY = date(2026, 11, 24)
LOCK = "version = 1\n"


def manifest(*requirements: str, more: str = "") -> str:
    """The `[project]` of a pyproject.toml, with further lines before its dependencies."""
    needs = ", ".join(f'"{each}"' for each in requirements)
    return f'[project]\nname = "shop"\nversion = "1"\n{more}dependencies = [{needs}]\n'


def locked(name: str, version: str, *needs: str, source: str = "registry", wheel: str = "") -> str:
    """One package of a uv.lock; what it needs is `name` or `name[extra]`.

    The source is `registry`, or `virtual` or `editable` with a folder after a blank.
    """
    kind, _, where = source.partition(" ")
    lines = ["", "[[package]]", f'name = "{name}"', f'version = "{version}"']
    lines.append(f'source = {{ {kind} = "{where or "index"}" }}')
    if needs:
        lines += ["dependencies = [", *map(_need, needs), "]"]
    if wheel:
        lines += ["wheels = [", f'    {{ url = "files/{wheel}", hash = "sha256:00" }},', "]"]
    return "\n".join(lines) + "\n"


def _need(text: str) -> str:
    name, _, extra = text.rstrip("]").partition("[")
    return f'    {{ name = "{name}"' + (f', extra = ["{extra}"]' if extra else "") + " },"


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


def candidates(root: Path, files: Mapping[str, str]) -> list[Candidate]:
    """The Python apps that detection finds in some files."""
    return list(python.candidates(tree(root, files), Existing()))


def proposal(found: Project, field: str) -> Proposal | None:
    """The proposal for a field."""
    return next((each for each in found.proposals if each.field == field), None)


def values(found: Project) -> dict[str, SpecValue]:
    """What is proposed, by field."""
    return {each.field: each.value for each in found.proposals}
