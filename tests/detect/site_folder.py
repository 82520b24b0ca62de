"""Small sites as folders, and what detection finds in them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator import spec
from generator.detect import existing, sites
from generator.detect.model import Candidate
from generator.detect.sites.proposals import nested
from generator.detect.tree import Tree

NODE = "node:24-trixie-slim"
LOCK = {"package-lock.json": "{}"}
VITE = {"index.html": "<html>", "src/main.js": "", "vite.config.js": "export default {}\n"}


def package(*names: str, build: str = "build", **more: Any) -> dict[str, str]:
    """A package.json with its lock; each of the names may carry a version after `=`."""
    wanted = {name.partition("=")[0]: name.partition("=")[2] or "^9.0.0" for name in names}
    scripts = {"build": build} if build else {}
    whole = {"name": "app", "scripts": scripts, "dependencies": wanted, **more}
    return {"package.json": json.dumps(whole, indent=1), **LOCK}


def candidates(folder: Path, files: Mapping[str, str]) -> list[Candidate]:
    """What is found in a folder of these files."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    tree = Tree.scan(folder)
    return sites.candidates(tree, existing.Existing())


def only(folder: Path, files: Mapping[str, str]) -> Candidate:
    """The one candidate; whatever it proposes makes a spec, and none of it is a default."""
    (found,) = candidates(folder, files)
    if not found.missing:
        spec.from_values(nested(found.proposals))
    for proposal in found.proposals:
        for place in proposal.evidence:
            lines = (folder / place.path).read_text("utf-8").splitlines()
            assert 0 <= place.line <= len(lines), place
    return found


def fields(found: Candidate) -> dict[str, Any]:
    """The proposals by field, without the one that all have."""
    values = {each.field: each.value for each in found.proposals}
    assert values.pop("resources.cpus") == "auto"
    return values


def notes(found: Candidate) -> str:
    """All notes in one text."""
    return "\n".join(note.text for note in found.notes)


def built(output: str, *, run: str = "npm run build", **more: Any) -> dict[str, Any]:
    """The fields of a site that npm builds."""
    main = {"build.image": NODE, "build.run": ["npm ci", run], "build.output": output}
    return {**main, **{key.replace("build_", "build."): value for key, value in more.items()}}
