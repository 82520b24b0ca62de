"""The commands that build documentation: what installs the tool, and what runs it."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from generator.detect.model import Confidence, Evidence
from generator.detect.python import requirements_files, system_packages
from generator.detect.python.model import Requirement
from generator.detect.sites import docs_project, docs_python
from generator.detect.sites.generators import below
from generator.detect.sites.proposals import Site
from generator.detect.sites.read_the_docs import Installed, ReadTheDocs
from generator.detect.tree import Tree
from generator.detect.values import mapping, texts

_REQUIREMENT = re.compile(r"[A-Za-z][\w.-]{0,80}(?:\[[\w, -]{1,80}\])?[ <>=!~\w.,*]{0,80}")
_DATA = Path(__file__).parent.parent / "data" / "documentation.yaml"
_FILES = (
    "docs/requirements.txt", "doc/requirements.txt", "docs/requirements.in",
    "requirements-docs.txt", "requirements_docs.txt", "docs-requirements.txt",
    "requirements/docs.txt", "requirements.txt",
)  # fmt: skip
_GROUPS = ("docs", "doc", "documentation")


@cache
def packages() -> Mapping[str, Mapping[str, str]]:
    """The packages of PyPI that themes, plugins and extensions come from."""
    import yaml

    found: Mapping[str, Mapping[str, str]] = yaml.load(
        _DATA.read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    return found


def score(tree: Tree, tool: str) -> int:
    """A package's documentation is no site of its own: the package is what the folder is for."""
    project = mapping(tree.toml("pyproject.toml").get("project"))
    needs = texts(project.get("dependencies"))
    if project and needs and all(re.match(rf"{tool}|furo|pymdown", each.lower()) for each in needs):
        return 85
    code = any(tree.has(path) for path in ("pyproject.toml", "setup.py", "setup.cfg", "manage.py"))
    if code or tree.has("package.json") or tree.has("go.mod") or tree.has("Cargo.toml"):
        return 15
    return 85


@dataclass(kw_only=True)
class Tool:
    """What builds: its package, those it needs, its command, and where that is read.

    `below` is the major from which the package is another program. `describes` are the places
    that ask for the project's own code to be importable. `system` are packages of the system with
    the places that ask for them, `command_evidence` the places that shape the command.
    """

    name: str
    needed: list[str]
    command: str
    here: Evidence
    below: int = 0
    describes: tuple[Evidence, ...] = ()
    command_evidence: tuple[Evidence, ...] = ()
    system: dict[str, Evidence] = field(default_factory=dict)


def requirements_file(tree: Tree, tool: str) -> str:
    """The requirements file that names the tool, or nothing."""
    pattern = re.compile(rf"^{tool}", re.IGNORECASE | re.MULTILINE)
    return next((path for path in _FILES if pattern.search(tree.text(path) or "")), "")


def propose(site: Site, tree: Tree, hosted: ReadTheDocs, tool: Tool) -> list[str]:
    """Propose image, packages and commands; return what installing reads of the source."""
    files = _files(tree, hosted, tool)
    projects = _projects(site, tree, hosted, tool)
    contents = [requirements_files.read(tree, path) for path, _ in files]
    needed = dict(docs_project.requirements(tree, projects))
    for each in contents:
        needed.update(each.requirements)
    needed = dict(system_packages.with_extras(needed))
    minor = docs_python.propose(site, tree, hosted, [path for path, _ in files], needed)
    _propose_packages(site, hosted, tool, needed, minor)
    _tell(site, hosted, contents)
    # Requirements may name folders of the tree, too.
    local = [Installed(path=below(".", path)) for each in contents for path, _ in each.local]
    read = docs_project.read_by(tree, [*projects, *local])
    if files:
        evidence = [place for _, places in files for place in places]
        read += _propose_manifests(site, contents, evidence)
        installs = [_from_files(tree, contents, tool, needed)]
    elif projects and _brings(needed, tool.name):
        installs, evidence = [], []
    else:
        installs, evidence = _by_name(site, tree, tool)
    installs += [docs_project.command(site, tree, each) for each in projects]
    evidence += [place for each in projects for place in each.evidence]
    site.propose(
        "build.run",
        [*installs, tool.command],
        "packages of" if files else "packages named in",
        dict.fromkeys([*evidence, *tool.command_evidence]),
        confidence=Confidence.HIGH if files or hosted.installs else Confidence.MEDIUM,
    )
    return read


def _files(tree: Tree, hosted: ReadTheDocs, tool: Tool) -> list[tuple[str, tuple[Evidence, ...]]]:
    """The requirements files to install, each with the places that speak for it."""

    def named(path: str) -> Evidence:
        return Evidence(path=path, line=tree.line(path, rf"(?i)^{tool.name}"))

    if hosted.installs:
        return [(path, (place, named(path))) for path, place in hosted.requirements]
    path = requirements_file(tree, tool.name)
    found: list[tuple[str, tuple[Evidence, ...]]] = [(path, (named(path),))] if path else []
    own = "requirements.txt"
    if tool.describes and tree.has(own) and path != own and not docs_project.installable(tree):
        # No package brings what the code imports, so its own requirements have to.
        found.append((own, tool.describes))
    return found


def _projects(site: Site, tree: Tree, hosted: ReadTheDocs, tool: Tool) -> tuple[Installed, ...]:
    """What is installed from the tree."""
    if hosted.installs:
        if tool.describes and not hosted.projects:
            _tell_of_imports(site, tool)
        return hosted.projects
    if not tool.describes:
        return ()
    declared = docs_project.installable(tree)
    if declared is None:
        if not tree.has("requirements.txt"):
            _tell_of_imports(site, tool)
        return ()
    extras = [name for name in _GROUPS if _brings_all(declared.extras.get(name, ()), tool.name)]
    taken = () if requirements_file(tree, tool.name) else tuple(extras[:1])
    places = (*tool.describes, Evidence(path=declared.path))
    return (Installed(path="", extras=taken, evidence=places),)


def _tell_of_imports(site: Site, tool: Tool) -> None:
    site.note(
        "The build imports the code that the pages describe: build.run has to install what that "
        "needs",
        *tool.describes,
    )


def _brings(needed: Iterable[str], tool: str) -> bool:
    """Whether some packages bring the tool, as its themes, plugins and extensions do."""
    table = packages()
    parts = ("themes", "plugins") if tool == "mkdocs" else ("sphinx_themes", "sphinx_extensions")
    known = {name for part in parts for name in table[part].values()}
    return any(name.startswith(tool) or name in known for name in needed)


def _brings_all(needed: Sequence[Requirement], tool: str) -> bool:
    return _brings([each.name for each in needed], tool)


def _propose_packages(
    site: Site, hosted: ReadTheDocs, tool: Tool, needed: Mapping[str, Requirement], minor: str
) -> None:
    found = dict(tool.system)
    for name in hosted.packages:
        found.setdefault(name, hosted.packages_evidence[0])
    needs = system_packages.needs(needed, minor, "apt", wheel_names=False)
    for side in (needs.build, needs.run):
        for name, asking in side.items():
            found.setdefault(name, asking[0].evidence)
    if found:
        places = dict.fromkeys(found[name] for name in sorted(found))
        site.propose("build.packages", sorted(found), "asked for in", places)


def _tell(site: Site, hosted: ReadTheDocs, contents: Sequence[requirements_files.Contents]) -> None:
    for note in hosted.notes:
        site.note(note.text, *note.evidence)
    for each in contents:
        for problem, place in each.broken[:3]:
            site.note(f"{problem}: the build will stop there", place)
        for name, place in each.missing[:3]:
            site.note(f"{name} is not there", place)


def _propose_manifests(
    site: Site, contents: Sequence[requirements_files.Contents], evidence: Sequence[Evidence]
) -> list[str]:
    """Name what is read before the source is copied, or return it if that has to come first."""
    read = [path for each in contents for path in (each.path, *each.includes, *each.constraints)]
    if any(each.local for each in contents):
        return read
    site.propose("build.manifests", list(dict.fromkeys(read)), "read by the installation", evidence)
    return []


def _from_files(
    tree: Tree,
    contents: Sequence[requirements_files.Contents],
    tool: Tool,
    needed: Mapping[str, Requirement],
) -> str:
    """The command that installs requirements files, and the tool if they do not name it."""
    words = [f"-r {shlex.quote(each.path)}" for each in contents]
    if not _brings(needed, tool.name):
        lacking = [each for each in tool.needed if re.split(r"[\[<]", each)[0] not in needed]
        words += [shlex.quote(each) for each in lacking]
    elif tool.below and any(_is_open(tree, each.path, tool.name) for each in contents):
        words.append(shlex.quote(f"{tool.name}<{tool.below}"))
    return f"pip install {' '.join(words)}"


def _is_open(tree: Tree, path: str, tool: str) -> bool:
    """Whether a file asks for the tool in any release."""
    return bool(tree.line(path, rf"(?i)^{tool}[ \t]{{0,20}}(?:#.*)?$"))


def _by_name(site: Site, tree: Tree, tool: Tool) -> tuple[list[str], list[Evidence]]:
    """Install the packages by their names, where no file of requirements lists them."""
    needed, here = tool.needed, tool.here
    needs = texts(mapping(tree.toml("pyproject.toml").get("project")).get("dependencies"))
    if grouped := _group(tree, tool.name):
        here, needed = grouped
    elif site.score >= 80 and needs:
        here, needed = Evidence(path="pyproject.toml"), needs
    else:
        site.note(
            "No requirements file names the tool and its versions, so each build installs the "
            f"newest: {', '.join(dict.fromkeys(needed))}",
            here,
        )
    names = " ".join(shlex.quote(each) for each in dict.fromkeys(needed))
    # Nothing of the project is read, so the source is only copied after it.
    site.propose("build.manifests", [here.path], "names the packages", [here])
    return [f"pip install {names}"], [here]


def _group(tree: Tree, tool: str) -> tuple[Evidence, list[str]] | None:
    """What pyproject.toml lists for the documents alone, if the tool is among it."""
    whole = tree.toml("pyproject.toml")
    project = mapping(whole.get("project"))
    for kind in (mapping(whole.get("dependency-groups")),
                 mapping(project.get("optional-dependencies"))):  # fmt: skip
        for name in _GROUPS:
            needed = [each for each in texts(kind.get(name)) if _REQUIREMENT.fullmatch(each)]
            if any(each.lower().startswith(tool) for each in needed):
                line = tree.line("pyproject.toml", rf"^{name}[ \t]*=")
                return Evidence(path="pyproject.toml", line=line), needed
    return None
