"""Where what an app writes goes: volumes for data, tmpfs for scratch, else a note."""

from collections.abc import Iterator, Mapping, Sequence

from generator.detect.model import Evidence, Note
from generator.detect.python import writable
from generator.detect.python.code import Code
from generator.detect.python.writable import Written
from generator.detect.variable import Variable
from generator.grammar import absolute_path, data_directory, made_path
from generator.secrecy import public_env_name

_TMP = "/tmp"  # noqa: S108
_DATA = "/data"
_LOGS = ("log", "logs")


class Storage:
    """Sorts what an app writes by where it may go."""

    def __init__(  # noqa: PLR0913 # it is the whole of what an app has
        self,
        code: Code,
        files: Sequence[str],
        include: Sequence[str],
        instance: str | None,
        *,
        relative_in_instance: bool,
        linkable: bool,
    ) -> None:
        self.code, self.files = code, files
        self.include = include
        self.written = writable.find(
            code, files, instance=instance, relative_in_instance=relative_in_instance
        )
        self.instance = instance
        self._volumes: dict[str, Evidence] = {}
        self._tmpfs = {_TMP} if writable.scratch(code, files) else set()
        self._moves: dict[str, tuple[str, Evidence]] = {}
        self._stuck: list[Written] = []
        self._links: dict[str, tuple[str, Evidence]] = {}
        self._linkable = linkable
        for each in self.written:
            self._place(each)

    def add(self, folder: str, evidence: Evidence) -> None:
        """Place one more folder of data."""
        if folder:
            self._place(Written(path=folder, evidence=evidence))

    def add_file(self, path: str, evidence: Evidence, *, variable: str) -> None:
        """Place one more file, which a variable may move."""
        self._place(Written(path=path, evidence=evidence, is_file=True, variable=variable))

    def volumes(self) -> list[str]:
        """Folders of data."""
        return sorted(self._volumes)

    def evidence(self) -> list[Evidence]:
        """Where the code writes data."""
        return list(self._volumes.values())

    def tmpfs(self) -> list[str]:
        """Folders of scratch files."""
        return sorted(self._tmpfs)

    def moves(
        self, read: Sequence[Variable], *, production: bool = False
    ) -> Mapping[str, tuple[str, Evidence]]:
        """Variables that move a file of data to a volume: value and evidence by name.

        Those of tests are left out, and those for development where `production` is known to be
        the configuration.
        """
        needed = {each.name for each in read if each.needed}
        others = ("TEST_", *(("DEV_",) if production else ()))
        return {
            name: value
            for name, value in self._moves.items()
            if name not in needed and not name.startswith(others)
        }

    def links(self) -> Mapping[str, tuple[str, Evidence]]:
        """Files beside the code that lead to a folder of data: their places and the evidence."""
        return dict(sorted(self._links.items()))

    def notes(self) -> Iterator[Note]:
        """What the app writes where it may not."""
        for path, (target, place) in self.links().items():
            text = f"it writes {path} beside its code, which the container cannot change: a link "
            text += f"there leads to {target}"
            yield Note(text=text, evidence=(place,))
        for path, place in {each.path: each.evidence for each in self._stuck}.items():
            text = f"it writes {path} beside its code, which the container cannot change: let a "
            text += (
                f"variable move it to a folder of data such as {_DATA}, and name that in volumes"
            )
            yield Note(text=text, evidence=(place,))

    def _place(self, each: Written) -> None:
        if each.path.startswith("/"):
            self._absolute(each)
        elif each.variable and _public(each.variable) and (each.url or each.is_file):
            name = each.path.rsplit("/", 1)[-1]
            self._moves[each.variable] = (f"{each.url}{_DATA}/{name}", each.evidence)
            self._volumes.setdefault(_DATA, each.evidence)
        elif self._can_hold(each.folder()):
            path = f"/app/{each.folder()}"
            if each.folder().rsplit("/", 1)[-1] in _LOGS:
                self._tmpfs.add(path)
            elif _fits(path):
                self._volumes.setdefault(path, each.evidence)
        elif each.is_file and self._can_link(each.path):
            self._link(each)
        elif each.is_file:
            self._stuck.append(each)

    def _can_link(self, path: str) -> bool:
        """Whether a link may stand for a file: one that the project brings is to be read."""
        return self._linkable and not self.code.tree.has(path) and _made(path)

    def _link(self, each: Written) -> None:
        name = each.path.rsplit("/", 1)[-1]
        root = _TMP if name.endswith(".log") else _DATA
        taken = {target for path, (target, _) in self._links.items() if path != each.path}
        if f"{root}/{name}" in taken:
            name = each.path.replace("/", "-")
        self._links.setdefault(each.path, (f"{root}/{name}", each.evidence))
        if root == _TMP:
            self._tmpfs.add(_TMP)
        else:
            self._volumes.setdefault(_DATA, each.evidence)

    def _absolute(self, each: Written) -> None:
        path = each.folder()
        if path == _TMP or path.startswith(f"{_TMP}/"):
            self._tmpfs.add(_TMP)
        elif path.count("/") >= 1 and _fits(path):
            self._volumes.setdefault(path, each.evidence)

    def _can_hold(self, folder: str) -> bool:
        """Whether a folder below the app's own holds nothing but data."""
        if not folder or folder.startswith("."):
            return False
        start = f"{folder}/"
        return folder not in self.include and not any(
            path.startswith(start) and not path.endswith((".gitkeep", ".gitignore"))
            for path in self.code.tree.files
        )


def _public(name: str) -> bool:
    try:
        return public_env_name(name) == name
    except ValueError:
        return False


def _made(path: str) -> bool:
    try:
        return made_path(path) == path
    except ValueError:
        return False


def _fits(path: str) -> bool:
    try:
        return data_directory(path) == path and absolute_path(path) == path
    except ValueError:
        return False
