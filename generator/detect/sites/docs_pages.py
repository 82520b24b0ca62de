"""What pages of documentation take in from beside their folder."""

import re
from collections.abc import Iterable

from generator.detect.sites.generators import below
from generator.detect.tree import Tree

_MOST_PAGES = 500
_PAGES = (".rst", ".md", ".txt", ".inc")
_LINK = re.compile(
    r"(?:include|literalinclude|mdinclude|image|figure)(?:::|\})[ \t]{1,9}"
    r"([\w.][\w./-]{0,200})"
    r"|\{%-?[ \t]{0,9}include(?:-markdown)?[ \t]{1,9}[\"']([\w./-]{1,200})"
    r"|--8<--[ \t]{1,9}[\"']([\w./-]{1,200})"
    r"|\{!-?>?[ \t]{0,9}([\w.][\w./-]{0,200})"
)
_DESCRIBED = re.compile(r"^:::[ \t]{1,9}([A-Za-z_]\w{0,100})", re.MULTILINE)


def included(tree: Tree, folder: str) -> list[str]:
    """Entries at the top, beside the folder of the pages, that pages include."""
    found = []
    for page, text in _texts(tree, folder):
        for match in _LINK.finditer(text):
            name = next(filter(None, match.groups()))
            inner = below(page.rpartition("/")[0] or ".", name)
            path = next((each for each in (inner, below(".", name)) if tree.has(each)), "")
            if path and not path.startswith(f"{folder}/"):
                found.append(path)
    return list(dict.fromkeys(found))


def described(tree: Tree, folder: str) -> list[str]:
    """The modules and packages that pages of mkdocstrings describe, as entries of the tree."""
    names = [name for _, text in _texts(tree, folder) for name in _DESCRIBED.findall(text)]
    found = []
    for name in dict.fromkeys(names):
        if tree.has(f"{name}.py"):
            found.append(f"{name}.py")
        elif tree.has(f"{name}/__init__.py"):
            found.append(name)
        elif tree.has_folder(f"src/{name}") or tree.has(f"src/{name}.py"):
            found.append("src")
    return list(dict.fromkeys(found))


def _texts(tree: Tree, folder: str) -> Iterable[tuple[str, str]]:
    pages = [path for path in tree.files if path.startswith(f"{folder}/") and path.endswith(_PAGES)]
    return ((path, tree.text(path) or "") for path in pages[:_MOST_PAGES])
