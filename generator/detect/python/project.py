"""A Python project's manifests: interpreter, package manager, dependencies, layout."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from generator.detect.existing import Existing
from generator.detect.model import Confidence, Evidence, Note, Proposal, SpecValue
from generator.detect.python import (
    install_plan,
    installing,
    managers,
    manifests,
    streamlit_packages,
    system_packages,
    told_packages,
    versions,
)
from generator.detect.python.install_plan import Plan
from generator.detect.python.manifest import Manifest
from generator.detect.python.model import Project, Requirement
from generator.detect.tree import Tree
from generator.detect.values import mapping, texts

_TOOLS = ("setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py")


def read(tree: Tree, told: Existing, today: date | None = None) -> Project | None:
    """Read the manifests of a tree; None if it is no Python project.

    `today` decides which Python versions are still supported.
    """
    found = manifests.read(tree)
    plan = managers.choose(tree, found)
    if plan is None:
        plan = _without_dependencies(tree, found)
    if plan is None:
        return None
    requirements = system_packages.with_extras(_with_geodjango(tree, plan.requirements))
    python = _python(tree, told, found, requirements, today or _today())
    # The members of a workspace have manifests of their own.
    own = [plan.member.manifest] if plan.member else found
    folder = plan.member.folder if plan.member else ""
    layout = installing.read(tree, own, requirements, folder=folder, required=plan.builds)
    layout = _with_subfolder(tree, layout, plan)
    needs = system_packages.needs(requirements, python.minor, "apt", wheel_names=plan.wheel_names)
    added: dict[str, SpecValue] = {"install_project": "true"} if layout.installed else {}
    proposals: list[Proposal] = [
        *([python.proposal] if python.proposal else ()),
        *install_plan.proposals(plan, added),
        *system_packages.proposals(needs, _named(told)),
    ]
    proposals = told_packages.add(told, proposals)
    told_apt: list[Note] = []
    if "streamlit" in requirements:
        proposals, told_apt = streamlit_packages.add(tree, proposals)
    main = next((each for each in own if each.kind != "pipenv"), None)
    old = system_packages.with_pkg_resources(requirements)
    return Project(
        manager=plan.manager,
        requirements=requirements,
        roots=layout.roots,
        scripts=layout.scripts,
        script_evidence=layout.script_evidence,
        installed=layout.installed,
        proposals=tuple(proposals),
        notes=(
            *python.notes,
            *plan.notes,
            *layout.notes,
            *needs.notes,
            *told_apt,
            *_conda(tree),
            *_setuptools(old),
        ),
        python=python.minor,
        name=main.name if main else "",
        version=main.version if main else "",
        project_files=layout.files if layout.installed else (),
        missing=plan.missing or layout.missing or _not_installable(plan, layout),
        additional=(system_packages.SETUPTOOLS,) if old else (),
    )


def _today() -> date:
    return date.today()  # noqa: DTZ011 # the day on this machine, as in validation


def _python(
    tree: Tree,
    told: Existing,
    found: Sequence[Manifest],
    requirements: Mapping[str, Requirement],
    today: date,
) -> versions.Choice:
    newest = system_packages.newest_python(requirements, versions.DEFAULT)
    limit = (newest[0], newest[1].evidence) if newest else None
    return versions.choose(tree, told, found, today, limit)


def _not_installable(plan: Plan, layout: installing.Layout) -> str:
    if plan.builds and not layout.installed and plan.mapping().get("files") == []:
        place = plan.evidence[0]
        return f"{place} declares no package that could be installed: run `poetry lock`"
    return ""


def _with_subfolder(tree: Tree, layout: installing.Layout, plan: Plan) -> installing.Layout:
    """Imports may start in the folder of the only requirements file there is."""
    folder = plan.shorthand.rpartition("/")[0]
    if not plan.shorthand.endswith(".txt") or not folder:
        return layout
    if not any(path.endswith(".py") and path.startswith(f"{folder}/") for path in tree.files):
        return layout
    own = () if tree.top("*.py") else (folder,)
    return replace(layout, roots=tuple(dict.fromkeys([*own, *layout.roots, folder])))


def _without_dependencies(tree: Tree, found: Sequence[Manifest]) -> Plan | None:
    """A project that names no dependencies: scripts of the standard library alone."""
    scripts = [path for path in tree.top("*.py") if path not in _TOOLS]
    if not found and not scripts and not _environment_file(tree):
        return None
    text = "it names no dependencies: add a requirements.txt, which may be empty"
    if _environment_file(tree):
        text = "conda is not supported: add a requirements.txt with what the app needs from PyPI"
    return Plan(
        manager="pip",
        shorthand="requirements.txt",
        reason="usual",
        evidence=(),
        requirements={},
        confidence=Confidence.LOW,
        missing=text,
    )


def _environment_file(tree: Tree) -> str | None:
    return tree.first("environment.yml", "environment.yaml")


def _conda(tree: Tree) -> list[Note]:
    path = _environment_file(tree)
    if path is None:
        return []
    listed = tree.yaml(path).get("dependencies")
    inner = (
        [mapping(each) for each in listed if isinstance(each, dict)]
        if isinstance(listed, list)
        else []
    )
    by_pip = [name for each in inner for name in texts(each.get("pip"))]
    text = "conda is not supported: only what PyPI has can be installed"
    if by_pip:
        text += f"; the pip part of {path} names " + ", ".join(by_pip[:10])
    return [Note(text=text, evidence=(Evidence(path=path),))]


def _setuptools(old: Requirement | None) -> list[Note]:
    if old is None:
        return []
    text = (
        f"{old.name} {old.version} imports pkg_resources, which setuptools has no longer from "
        f"release 82: {system_packages.SETUPTOOLS} is installed beside it; better raise {old.name}"
    )
    return [Note(text=text, evidence=(old.evidence,))]


def _with_geodjango(
    tree: Tree, requirements: Mapping[str, Requirement]
) -> Mapping[str, Requirement]:
    """Add the part of Django that loads libraries for maps, if the settings name it."""
    if "django" not in requirements:
        return requirements
    for path in tree.matching("*settings*.py")[:20]:
        if line := tree.line(path, r"[\"']django\.contrib\.gis[\"']"):
            place = Evidence(path=path, line=line)
            name = system_packages.GEODJANGO
            return {**requirements, name: Requirement(name=name, evidence=place)}
    return requirements


def _named(told: Existing) -> dict[str, list[Evidence]]:
    found: dict[str, list[Evidence]] = {}
    for each in told.apt_packages:
        found.setdefault(each.value, []).append(each.evidence)
    return found
