"""What is known of a Python project before its code is read."""

from collections.abc import Mapping
from dataclasses import dataclass

from generator.detect.model import Evidence, Note, Proposal


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """A package that the project needs to run, by its normalised name (PEP 503).

    `version` is the locked version, or empty. `wheels` are the file names of the lock, if it has
    them. `direct` is False for what only the lock names. `source` says where it comes from if not
    from an index: git, path or url.
    """

    name: str
    evidence: Evidence
    version: str = ""
    extras: tuple[str, ...] = ()
    wheels: tuple[str, ...] = ()
    direct: bool = True
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Python project by its manifests.

    `requirements` are those of production, by name. `roots` are the folders that modules are
    imported from, "" for the project's own, the likeliest first. `scripts` are console entry
    points with their `module:function`. `installed` says that the project itself is installed as
    a package, so that its scripts are on the PATH. `proposals` are all that the manifests settle:
    python, dependencies…, packages, build_packages. `project_files` are what building the project
    as a package reads beside its code: a readme, licences, setup.py. `missing` says why it cannot
    be installed, or nothing. `version` is the project's own, where a manifest holds it.
    `additional` are packages that the locked ones need and do not name.
    """

    manager: str
    requirements: Mapping[str, Requirement]
    roots: tuple[str, ...]
    scripts: Mapping[str, str]
    script_evidence: Mapping[str, Evidence]
    installed: bool
    proposals: tuple[Proposal, ...]
    notes: tuple[Note, ...] = ()
    python: str = ""
    name: str = ""
    version: str = ""
    project_files: tuple[str, ...] = ()
    missing: str = ""
    additional: tuple[str, ...] = ()

    def needs(self, *names: str) -> Requirement | None:
        """The first of some packages that the project needs."""
        return next((self.requirements[name] for name in names if name in self.requirements), None)
