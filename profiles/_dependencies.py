"""How a Python app's dependencies are locked, and which tool installs them from what files."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from generator import grammar
from generator.errors import Problem
from profiles import _fields as f
from profiles._fields import Field
from profiles._model import Model, Shorthand

UV_VERSION = "0.13.9"
VERSIONS = {"uv": UV_VERSION, "poetry": "2.5.1", "pdm": "2.29.3", "pipenv": "2026.10.3"}
POETRY_EXPORT_VERSION = "1.10.1"
MANAGERS = ("pip", *VERSIONS)
EXPORTING = ("poetry", "pdm", "pipenv")
"""Managers that translate their lock, so that pip installs it."""

PROJECT = "pyproject.toml"
PROJECT_FILES = (PROJECT, "setup.cfg", "setup.py")
"""Files that declare a project's dependencies without locking them."""

_LOCKS = {
    "uv": (PROJECT, "uv.lock"),
    "poetry": (PROJECT, "poetry.lock"),
    "pdm": (PROJECT, "pdm.lock"),
    "pipenv": ("Pipfile", "Pipfile.lock"),
}
_NAMES = ", ".join(lock for _, lock in _LOCKS.values())


class Dependencies(Model):
    """Where the Python dependencies are locked and which tool installs them."""

    manager: Annotated[str, f.choice(*MANAGERS)] = Field(
        "pip", description=f"Tool that reads the lock: {', '.join(MANAGERS)}."
    )
    files: list[f.ContextPath] | None = Field(
        None,
        description="Requirements files for pip (requirements.txt) or uv; for uv also a "
        "pyproject.toml, setup.py or setup.cfg, whose dependencies are not locked.",
    )
    includes: list[f.ContextPath] = Field(
        [],
        description="Further files that the dependency step reads, such as those that a "
        "requirements file includes by -r or -c.",
    )
    constraints: list[f.ContextPath] = Field([], description="Constraints files for pip.")
    extras: list[f.PackageName] = Field([], description="Extras of the project to install.")
    groups: list[f.PackageName] = Field(
        [],
        description="Dependency groups beside the project's own; production alone by default. "
        "For pipenv its categories.",
    )
    version: f.ToolVersion | None = Field(
        None,
        description="Version of the manager "
        f"({', '.join(f'{name} {version}' for name, version in VERSIONS.items())}).",
    )
    install_project: f.Flag = Field(
        False,
        description="Install the project itself, as a package, instead of copying its source.",
    )
    additional: list[f.PinnedPackage] = Field(
        [],
        description="Packages beside the locked ones, each as name==version: a production server "
        "that the project does not name.",
    )
    package: f.PackageName | None = Field(
        None, description="Package of a uv workspace that the image is for."
    )
    members: list[f.ContextPath] = Field(
        [], description="Folders of a uv workspace's members, whose pyproject.toml the lock needs."
    )
    hashes: f.Flag = Field(
        True,
        description="Every locked package has a hash; false for a lock with a git repository, "
        "for poetry, pdm and pipenv.",
    )

    def requirements(self) -> Sequence[str]:
        """Files that pip or uv installs one by one; none if the manager's own lock counts."""
        if self.files is not None:
            return self.files
        return ["requirements.txt"] if self.manager == "pip" else []

    def locked_by_manager(self) -> bool:
        """Whether a lock file of the manager's own says what is installed."""
        return self.manager != "pip" and self.files is None

    def manifests(self) -> Sequence[str]:
        """Files that the dependency step reads, mounted for it alone."""
        own = _LOCKS[self.manager] if self.locked_by_manager() else self.requirements()
        members = [f"{folder}/{PROJECT}" for folder in self.members]
        return list(dict.fromkeys([*own, *self.constraints, *sorted(members), *self.includes]))

    def tools(self) -> Sequence[str]:
        """What pip installs in the build stage to read the lock; pip itself is there."""
        version = self.version or VERSIONS.get(self.manager, "")
        match self.manager:
            case "pip":
                return []
            case "poetry":
                # Of another poetry pip finds the plugin that fits.
                plugin = "<2" if self.version else f"=={POETRY_EXPORT_VERSION}"
                return [f"poetry=={version}", f"poetry-plugin-export{plugin}"]
            case "pdm":
                # With the versions of its dependencies that it was released with.
                return [f"pdm[locked]=={version}"]
            case _:
                return [f"{self.manager}=={version}"]

    def selection(self, *, other_index: bool) -> str:
        """Options for the manager's command: which dependencies, and in which form.

        `other_index` says that the index is not the one that the project's own files name.
        """
        extras, groups = sorted(set(self.extras)), sorted(set(self.groups))
        match self.manager:
            case "uv":
                package = [f"--package {self.package}"] if self.package else []
                words = [*package, *_each("--extra", extras), *_each("--group", groups)]
            case "poetry":
                words = [*_each("--extras", extras), *_each("--with", groups)]
                words += ["--without-urls"] if other_index else []
                words += [] if self.hashes else ["--without-hashes"]
            case "pdm":
                # A development group that is named excludes the others; --prod excludes all.
                words = [*([] if groups else ["--prod"]), *_each("--group", [*extras, *groups])]
                words += [] if self.hashes else ["--without-hashes"]
            case "pipenv":
                words = ["--hash"] if self.hashes else []
                words += ["--exclude-index"] if other_index else []
                names = " ".join(["packages", *groups])
                words += [f'--categories "{names}"'] if groups else []
            case _:
                words = []
        return "".join(f" {word}" for word in words)

    def project_files(self, include: Sequence[str]) -> Sequence[str]:
        """What the project's build needs beside what is included; none if it is not installed."""
        if not self.install_project:
            return []
        # No lock is needed any more, but a requirements file may hold the project's dependencies.
        read = self.includes if self.manager in EXPORTING else self.manifests()
        settled = {"setup.cfg", "setup.py"}.intersection((*read, *include))
        return [*read, *([] if settled else [PROJECT])]

    def check(self) -> Iterator[Problem]:
        """Yield what no single field can tell; warnings included."""
        yield from self._check_files()
        yield from self._check_parts()
        yield from self._check_workspace()
        yield from self._check_additional()

    def _check_files(self) -> Iterator[Problem]:
        if self.manager in EXPORTING and (self.files is not None or self.constraints):
            lock = " and ".join(_LOCKS[self.manager])
            text = f"is for pip and uv; {self.manager} reads {lock}"
            yield Problem(field="dependencies.files", text=text)
        elif self.manager == "uv" and self.files is None and self.constraints:
            text = "needs `files`; uv.lock settles every version"
            yield Problem(field="dependencies.constraints", text=text)
        if self.manager != "pip" and self.files == []:
            text = f"must name a file, or be left out: {self.manager} reads its lock then"
            yield Problem(field="dependencies.files", text=text)
        if self.manager == "pip" and not self.requirements() and not self.install_project:
            text = "must name a requirements file, or install_project must be true"
            yield Problem(field="dependencies.files", text=text)
        for index, path in enumerate(self.files or ()):
            if path.rpartition("/")[2] not in PROJECT_FILES:
                continue
            if self.manager == "pip":
                text = f"pip cannot install the dependencies of {path} alone: write `manager: uv`"
                yield Problem(field=f"dependencies.files.{index}", text=text)
            elif self.manager == "uv":
                yield _unlocked(path)

    def _check_parts(self) -> Iterator[Problem]:
        pip = self.manager == "pip"
        if pip and (self.groups or self.version or (self.extras and self.requirements())):
            text = "extras, groups and version are not for pip: name a requirements file instead"
            yield Problem(field="dependencies", text=text)
        if self.manager == "pipenv" and self.extras:
            text = "a Pipfile has no extras; its categories are `groups`"
            yield Problem(field="dependencies.extras", text=text)
        if not self.hashes and self.manager not in EXPORTING:
            text = f"false is for {', '.join(EXPORTING)}; {self.manager} takes a lock as it is"
            yield Problem(field="dependencies.hashes", text=text)

    def _check_workspace(self) -> Iterator[Problem]:
        if self.manager == "uv" and self.files is None:
            return
        for name in ("package", "members"):
            if getattr(self, name):
                text = "is for a uv workspace with its uv.lock"
                yield Problem(field=f"dependencies.{name}", text=text)

    def _check_additional(self) -> Iterator[Problem]:
        seen: dict[str, str] = {}
        for index, pin in enumerate(self.additional):
            name = grammar.normalized_package(pin)
            if name in seen:
                text = f"{pin} stands beside {seen[name]}: choose one"
                yield Problem(field=f"dependencies.additional.{index}", text=text)
            seen.setdefault(name, pin)


def _each(option: str, values: Sequence[str]) -> list[str]:
    return [f"{option} {value}" for value in values]


def _unlocked(path: str) -> Problem:
    text = f"{path} locks nothing, so two builds may differ: "
    if path == PROJECT:
        text += "run `uv lock` and write `dependencies: uv.lock`"
    else:
        text += f"run `uv pip compile --generate-hashes {path} -o requirements.txt` and name that"
    return Problem(field="dependencies.files", text=text, warning=True)


def expand(value: object) -> object:
    """Take the name of a file for the mapping: requirements.txt, a manager's lock, a project."""
    if not isinstance(value, str):
        return value
    for manager, (_, lock) in _LOCKS.items():
        if value in (manager, lock):
            return {"manager": manager}
    if value in PROJECT_FILES:
        return {"manager": "uv", "files": [value]}
    if value.endswith((".txt", ".in")):
        return {"manager": "pip", "files": [value]}
    raise ValueError(
        f"must be a requirements file, {_NAMES}, {PROJECT} or a mapping with a manager, "
        f"not {grammar.shown(value)}"
    )


DependenciesField = Annotated[
    Dependencies,
    Shorthand(
        expand,
        {
            "type": "string",
            "examples": ["requirements.txt", *(lock for _, lock in _LOCKS.values()), PROJECT],
        },
    ),
]
