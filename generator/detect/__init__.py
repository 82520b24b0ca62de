"""Look at a folder and propose a spec for the app in it, with the evidence for each field.

Pure reading: nothing of the project is run, no link is followed out of the folder, and the bounds
of `tree` hold.
"""

from pathlib import Path

from generator.detect.model import Detection
from generator.detect.tree import Tree


def detect(root: Path) -> Detection:
    """Propose a spec for the app in a folder."""
    return detect_tree(Tree.scan(root))


def detect_tree(tree: Tree) -> Detection:
    """Propose a spec for the app whose files these are."""
    from generator.detect import existing, presets, python, sites

    told = existing.read(tree)
    found = [
        candidate
        for detector in (python, sites, presets)
        for candidate in detector.candidates(tree, told)
    ]
    ranked = sorted(found, key=lambda candidate: -candidate.score)
    return Detection(
        chosen=ranked[0] if ranked else None,
        others=tuple(ranked[1:]),
        unread=tuple(tree.unread),
    )
