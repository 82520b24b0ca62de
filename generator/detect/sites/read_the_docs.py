"""What `.readthedocs.yaml` says of a build of documentation: tools, packages and commands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.detect.model import Evidence, Note
from generator.detect.python.versions import Pin
from generator.detect.sites.generators import below
from generator.detect.tree import Tree
from generator.detect.values import entries, mapping, text, texts
from generator.secrecy import gives_away

FILES = (".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yml", "readthedocs.yaml")
_BUILDERS = ("html", "dirhtml", "singlehtml")
_EXTRA = re.compile(r"[A-Za-z0-9][\w.-]{0,60}")
_MINOR = re.compile(r"3\.\d{1,3}")
# Commands that prepare what an image has, or that build.run holds in another form.
_NEEDLESS = re.compile(r"jupyter-book config|git fetch|echo |(?:python -m )?pip install -U|"
                       r"(?:python -m )?pip install --upgrade pip\s*$")  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A folder of the tree that is installed as a package, "" for the project itself."""

    path: str
    extras: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReadTheDocs:
    """The configuration of a hosted build; without a path there is none.

    `sphinx` and `mkdocs` are the configuration files of these tools. `requirements` are files of
    the tree, `projects` what is installed from it. `packages` are those of the system.
    """

    path: str = ""
    python: Pin | None = None
    sphinx: str = ""
    mkdocs: str = ""
    builder: str = ""
    builder_evidence: tuple[Evidence, ...] = ()
    requirements: tuple[tuple[str, Evidence], ...] = ()
    projects: tuple[Installed, ...] = ()
    packages: tuple[str, ...] = ()
    packages_evidence: tuple[Evidence, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def installs(self) -> bool:
        """Whether it says what is installed."""
        return bool(self.requirements or self.projects)


def read(tree: Tree) -> ReadTheDocs:
    """The configuration in a tree."""
    path = tree.first(*FILES)
    if path is None:
        return ReadTheDocs()
    whole = tree.yaml(path)
    build = mapping(whole.get("build"))
    sphinx = mapping(whole.get("sphinx"))
    builder = text(sphinx.get("builder"))
    requirements, projects, notes = _installed(tree, path, whole)
    return ReadTheDocs(
        path=path,
        python=_python(tree, path, whole),
        sphinx=_file(tree, sphinx.get("configuration")),
        mkdocs=_file(tree, mapping(whole.get("mkdocs")).get("configuration")),
        builder=builder if builder in _BUILDERS else "",
        builder_evidence=(_at(tree, path, r"^[ \t]{1,20}builder:"),),
        requirements=tuple(requirements),
        projects=tuple(projects),
        packages=tuple(texts(build.get("apt_packages"))),
        packages_evidence=(_at(tree, path, r"^[ \t]{1,20}apt_packages:"),),
        notes=(*notes, *_commands(tree, path, build), *_tools(tree, path, build)),
    )


def _at(tree: Tree, path: str, pattern: str) -> Evidence:
    return Evidence(path=path, line=tree.line(path, pattern))


def _file(tree: Tree, value: object) -> str:
    path = below(".", text(value))
    return path if path and tree.has(path) else ""


def _python(tree: Tree, path: str, whole: Mapping[str, Any]) -> Pin | None:
    """The version of Python, which is a number to YAML where nothing quotes it."""
    given = mapping(mapping(whole.get("build")).get("tools")).get("python")
    word = "python"
    if given is None:
        given, word = mapping(whole.get("python")).get("version"), "version"
    place = _at(tree, path, rf"^[ \t]{{1,20}}{word}:[ \t]{{0,20}}[^\s#]")
    if isinstance(given, float):
        # 3.10 is the number 3.1, so the line is read instead.
        lines = (tree.text(path) or "").split("\n")
        given = lines[place.line - 1].partition(":")[2].partition("#")[0].strip()
    minor = text(given)
    return Pin(minor=minor, evidence=place, reason="named in") if _MINOR.fullmatch(minor) else None


def _installed(
    tree: Tree, path: str, whole: Mapping[str, Any]
) -> tuple[list[tuple[str, Evidence]], list[Installed], list[Note]]:
    requirements: list[tuple[str, Evidence]] = []
    projects: list[Installed] = []
    notes: list[Note] = []
    for each in entries(mapping(whole.get("python")).get("install")):
        if name := text(each.get("requirements")):
            place = _at(tree, path, rf"requirements:[^\n]{{0,100}}{re.escape(name)}")
            if found := _file(tree, name):
                requirements.append((found, place))
            else:
                notes.append(Note(text=f"{name} is not there", evidence=(place,)))
        elif text(each.get("method")) in ("pip", "setuptools", "uv") and text(each.get("path")):
            place = _at(tree, path, rf"path:[ \t]{{0,20}}['\"]?{re.escape(text(each['path']))}")
            folder = below(".", text(each["path"]))
            if folder and not tree.has_folder(folder):
                notes.append(Note(text=f"The folder {folder} is not there", evidence=(place,)))
                continue
            named = texts(each.get("extra_requirements")) or texts(each.get("extras"))
            extras = tuple(extra for extra in named if _EXTRA.fullmatch(extra))
            projects.append(Installed(path=folder, extras=extras, evidence=(place,)))
    return requirements, projects, notes


def _commands(tree: Tree, path: str, build: Mapping[str, Any]) -> list[Note]:
    """What runs beside the tool: a person has to say what of it the pages need."""
    found = []
    for key in ("commands", "jobs"):
        lines = [each for each in _texts_below(build.get(key)) if not _NEEDLESS.match(each.strip())]
        if lines:
            place = _at(tree, path, rf"^[ \t]{{1,20}}{key}:")
            line = " ".join(lines[0].split())
            example = "" if gives_away(line) else f", such as {line[:80]!r}"
            note = (
                f"Read the Docs runs commands of the project's own{example}: add to build.run what "
                "the pages need"
            )
            found.append(Note(text=note, evidence=(place,)))
    return found


def _texts_below(value: object) -> list[str]:
    """The texts in lists, and in mappings of lists one or two deep."""
    found = texts(value) if not isinstance(value, str) else [value]
    for inner in mapping(value).values():
        found += texts(inner)
        for innermost in mapping(inner).values():
            found += texts(innermost)
    return found


def _tools(tree: Tree, path: str, build: Mapping[str, Any]) -> list[Note]:
    others = [name for name in mapping(build.get("tools")) if name != "python"]
    if not others:
        return []
    place = _at(tree, path, rf"^[ \t]{{1,20}}{re.escape(others[0])}:")
    names = ", ".join(others)[:80]
    note = f"Read the Docs has {names} beside Python, and build.image has not"
    return [Note(text=note, evidence=(place,))]
