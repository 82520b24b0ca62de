"""Where a file's imports come from, its module's name, and which files it leads to."""

import re
from collections import deque
from collections.abc import Iterable, Iterator

from generator.detect.python.code import Code, Import
from generator.detect.python.model import Project

MOST_REACHED = 400  # files
_LOOKED_AT = 12  # files in which the imports are compared with the tree
_MANIFESTS = ("pyproject.toml", "setup.py")


def folder(path: str) -> str:
    """The folder of a file, "" for the top."""
    return path.rpartition("/")[0]


def joined(*parts: str) -> str:
    """Parts of a path with a slash between, empty ones left out."""
    return "/".join(part for part in parts if part)


def dotted_name(path: str, root: str) -> str:
    """The module name of a file below a root; empty if no import can name it."""
    inner = path.removeprefix(f"{root}/") if root else path
    parts = inner.removesuffix(".py").split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    fits = all(re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", part) for part in parts)
    return ".".join(parts) if fits else ""


def located(code: Code, root: str, module: str) -> str | None:
    """The file of a dotted module below a root."""
    base = joined(root, module.replace(".", "/"))
    return code.tree.first(f"{base}.py", f"{base}/__init__.py")


def root_of(code: Code, project: Project, path: str) -> str:
    """The folder that the imports of an app's first file start from.

    It is the one from which most of its own imports can be found; where that does not tell, one
    of the project's roots, and never the inside of a package.
    """
    parts = folder(path).split("/") if folder(path) else []
    ancestors = ["/".join(parts[:count]) for count in range(len(parts) + 1)]
    fitting = [root for root in ancestors if dotted_name(path, root)] or ancestors[-1:]
    first = code.imports(path)
    own = _own_src(code, ancestors)
    if own and not any(each.module.partition(".")[0] == "src" for each in first):
        fitting = [root for root in fitting if f"{root}/".startswith(f"{own}/")] or fitting
    deepest = len(parts) - max((each.level for each in first), default=0)
    possible = [root for root in fitting if len(root.split("/")) * bool(root) <= deepest] or fitting
    return max(possible, key=lambda root: _merit(code, project, path, root))


def _own_src(code: Code, ancestors: Iterable[str]) -> str:
    """The folder `src` of the project in a folder below that a file belongs to."""
    found = [each for each in ancestors if each.endswith("/src") and _is_own(code, each)]
    return found[-1] if found else ""


def _is_own(code: Code, src: str) -> bool:
    return _has_manifest(code, folder(src)) and not code.tree.has(f"{src}/__init__.py")


def _merit(code: Code, project: Project, path: str, root: str) -> tuple[int, bool, int, int]:
    looked = [path]
    found = 0
    for current in looked:
        for module in _absolute(code.imports(current)):
            if project.needs(module.partition(".")[0].lower().replace("_", "-")):
                continue  # a package, even if a file is called the same
            target = importable(code, root, module)
            if target and target != current:
                found += 1
                if target not in looked and len(looked) < _LOOKED_AT and target.endswith(".py"):
                    looked.append(target)
    inside = code.tree.has(joined(root, "__init__.py"))
    known = -project.roots.index(root) if root in project.roots else -len(project.roots)
    return found, not inside, known, -root.count("/") - bool(root)


def _absolute(imports: Iterable[Import]) -> list[str]:
    return list(dict.fromkeys(each.module for each in imports if not each.level))


def importable(code: Code, root: str, module: str) -> str | None:
    """The file of a dotted module below a root, or its folder if that is a package without one."""
    base = joined(root, module.replace(".", "/"))
    is_package = base in code.folders and not _has_manifest(code, base)
    return located(code, root, module) or (base if is_package else None)


def _has_manifest(code: Code, place: str) -> bool:
    """Whether a folder is a project of its own, and so no module."""
    return any(code.tree.has(joined(place, name)) for name in _MANIFESTS)


def reached(code: Code, path: str, root: str) -> list[str]:
    """The files that importing a file leads to, itself first."""
    seen = {path: None}
    waiting = deque([path])
    while waiting and len(seen) < MOST_REACHED:
        current = waiting.popleft()
        for target in _targets(code, current, root):
            if target not in seen:
                seen[target] = None
                waiting.append(target)
    return list(seen)


def _targets(code: Code, path: str, root: str) -> Iterator[str]:
    parts = folder(path).split("/") if folder(path) else []
    yield from _initial(code, parts)
    for each in code.imports(path):
        if each.level:
            bases = ["/".join(parts[: len(parts) - each.level + 1])]
        else:
            bases = list(dict.fromkeys((root, folder(path), "")))
        for base in bases:
            for name in (each.module, *(_dotted(each.module, name) for name in each.names)):
                if name and (found := located(code, base, name)):
                    yield found
                    yield from _initial(code, folder(found).split("/"))


def _dotted(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name


def _initial(code: Code, parts: list[str]) -> Iterator[str]:
    for count in range(1, len(list(filter(None, parts))) + 1):
        name = joined(*parts[:count], "__init__.py")
        if code.tree.has(name):
            yield name
