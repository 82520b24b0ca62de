"""Which file of the context is source: one whose edit must not repeat the dependencies."""

import json
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

from generator.ignore import is_secret_path
from generator.verify.stages import instructions
from generator.verify.subject import Subject

# Of these an added empty line changes nothing but the bytes, the likeliest source first.
_SUFFIXES = (
    ".py", ".go", ".rs", ".java", ".kt", ".cs", ".rb", ".php", ".ts", ".tsx", ".js", ".jsx",
    ".mjs", ".vue", ".svelte", ".c", ".cc", ".cpp", ".h", ".sh", ".html", ".css", ".txt", ".md",
)  # fmt: skip
_MANIFESTS = re.compile(
    r"requirements[^/]*\.txt|constraints[^/]*\.txt|setup\.py|gunicorn\.conf\.py|entrypoint\.sh"
    r"|docker-entrypoint\.sh|README\.md|package.*\.json|.*\.lock"
)
_MOST = 20_000  # files that are looked at


def to_edit(subject: Subject) -> Path | None:
    """The file to edit, relative to the context, or none that is surely source."""
    if subject.edit:
        return Path(subject.edit)
    names = subject.sources or tuple(_copied(subject))
    files = [path for path in _files(subject.context, names) if path.suffix in _SUFFIXES]
    return min(files, key=lambda path: (_SUFFIXES.index(path.suffix), str(path)), default=None)


def _copied(subject: Subject) -> Iterator[str]:
    """What COPY and ADD bring from the context."""
    text = subject.dockerfile.read_text(encoding="utf-8-sig")
    for name, rest in instructions(text):
        if name not in {"ADD", "COPY"} or "--from=" in rest:
            continue
        words = re.sub(r"^(?:--\S+\s+)*", "", rest)
        try:
            found = json.loads(words) if words.startswith("[") else shlex.split(words)
        except ValueError:
            continue
        yield from (str(word) for word in found[:-1] if "://" not in word and "<<" not in word)


def _files(context: Path, names: Iterable[str]) -> Iterator[Path]:
    seen = 0
    for name in names:
        pattern = name.strip("/").removeprefix("./")
        if ".." in Path(pattern).parts:
            continue  # builders see nothing above the context
        try:
            roots = [context] if pattern in {"", "."} else sorted(context.glob(pattern))
        except ValueError:
            continue  # `**.py`, which only newer versions of Python take
        for root in roots:
            for path in [root] if root.is_file() else sorted(root.rglob("*")):
                seen += 1
                if seen > _MOST:
                    return
                relative = path.relative_to(context)
                hidden = any(part.startswith(".") or part in _FOREIGN for part in relative.parts)
                if path.is_file() and not path.is_symlink() and not hidden and _is_source(relative):
                    yield relative


_FOREIGN = frozenset(["__pycache__", "node_modules", "test", "tests", "venv"])


def _is_source(path: Path) -> bool:
    return not _MANIFESTS.fullmatch(path.name) and not is_secret_path(path.as_posix())
