"""Which tool installs a project's dependencies, from which files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from generator import grammar
from generator.detect.model import Alternative, Confidence, Evidence, Note, SpecValue
from generator.detect.python import locked_plans, requirements_files, requirements_plans
from generator.detect.python.install_plan import Plan, production_parts
from generator.detect.python.manifest import Manifest
from generator.detect.python.manifests import PYPROJECT
from generator.detect.python.model import Requirement
from generator.detect.tree import Tree
from generator.detect.values import mapping


def choose(tree: Tree, manifests: Sequence[Manifest]) -> Plan | None:
    """Choose the way to install a project's dependencies; the other ways are its alternatives."""
    found = [*locked_plans.find(tree, manifests), *_unlocked(tree, manifests)]
    if not found:
        return None
    best = found[0]
    others = {
        plan.shorthand: Alternative(
            value=plan.shorthand, evidence=plan.evidence, reason=plan.reason
        )
        for plan in found[1:]
        if plan.shorthand not in ("", best.shorthand) and _is_another_way(best, plan)
    }
    plan = replace(best, alternatives=(*best.alternatives, *others.values()))
    return _checked(plan)


def _is_another_way(best: Plan, plan: Plan) -> bool:
    """Whether a plan differs: the manifest of a lock, or what a lock was made from, does not."""
    return plan.shorthand.endswith((".lock", ".txt")) and not plan.missing and best != plan


def _unlocked(tree: Tree, manifests: Sequence[Manifest]) -> list[Plan]:
    project = next((each for each in manifests if each.kind != "pipenv"), None)
    pipfile = next((each for each in manifests if each.kind == "pipenv"), None)
    files = requirements_plans.find(tree, manifests)
    declared = _by_project(tree, project) if project else []
    if project and files and declared and _manifest_counts(project, files[0], tree):
        return [*declared, *files]
    found = [*files, *declared]
    if found or pipfile is None:
        return found
    return [
        Plan(
            manager="pipenv",
            shorthand="Pipfile.lock",
            reason="a Pipfile without its lock",
            evidence=(Evidence(path="Pipfile"),),
            requirements={each.name: each for each in pipfile.requirements},
            confidence=Confidence.LOW,
            missing="Pipfile.lock is missing: run `pipenv lock` and commit it",
        )
    ]


def _manifest_counts(project: Manifest, files: Plan, tree: Tree) -> bool:
    """Whether a manifest tells more than the requirements file beside it."""
    names = {each.name for each in project.requirements}
    if files.missing:
        return bool(names)
    if not names or "dependencies" in project.dynamic:
        return False
    contents = requirements_files.read(tree, files.evidence[0].path)
    return not contents.pinned() and not names <= set(files.requirements)


def _by_project(tree: Tree, project: Manifest) -> list[Plan]:
    requirements = {each.name: each for each in project.requirements}
    extras, groups = production_parts(project)
    for name in extras:
        requirements |= {each.name: each for each in project.extras[name]}
    if project.kind == "poetry":
        return [_poetry_unlocked(project, requirements)]
    if project.path != PYPROJECT:
        return [_setuptools_unlocked(tree, project, requirements)]
    if not requirements and not project.packaged and not groups:
        return []
    place = Evidence(path=PYPROJECT)
    text = f"{PYPROJECT} locks no versions: run `{_lock_command(tree)}` and commit the lock"
    return [
        Plan(
            manager="uv",
            shorthand=PYPROJECT,
            reason="dependencies, without a lock, in",
            evidence=(place,),
            fields={"extras": extras} if extras else {},
            notes=(Note(text=text, evidence=(place,)),),
            builds="dependencies" in project.dynamic,
            requirements=requirements,
            confidence=Confidence.MEDIUM,
        )
    ]


def _setuptools_unlocked(
    tree: Tree, project: Manifest, requirements: Mapping[str, Requirement]
) -> Plan:
    path = "setup.py" if tree.has("setup.py") else project.path
    place = Evidence(path=project.path)
    read = {*project.readings, "setup.cfg"} - {path}
    includes: list[SpecValue] = [*sorted(filter(tree.has, read))]
    text = (
        f"{path} locks no versions: write a requirements.txt with them, such as "
        f"`uv pip compile {path} -o requirements.txt` makes"
    )
    return Plan(
        manager="uv",
        shorthand=path,
        reason="dependencies, without a lock, in",
        evidence=(place,),
        fields={"includes": includes} if includes else {},
        notes=(Note(text=text, evidence=(place,)),),
        requirements=requirements,
        confidence=Confidence.MEDIUM,
    )


def _lock_command(tree: Tree) -> str:
    return "pdm lock" if "pdm" in mapping(tree.toml(PYPROJECT).get("tool")) else "uv lock"


def _poetry_unlocked(project: Manifest, requirements: Mapping[str, Requirement]) -> Plan:
    place = Evidence(path=project.path)
    buildable = project.packaged and project.backend.startswith("poetry")
    text = "poetry.lock is missing: run `poetry lock` and commit it"
    return Plan(
        manager="pip" if buildable else "poetry",
        shorthand="" if buildable else "poetry.lock",
        reason="a Poetry project without its lock",
        evidence=(place,),
        requirements=requirements,
        fields={"files": []} if buildable else {},
        confidence=Confidence.LOW,
        notes=(Note(text=text, evidence=(place,)),) if buildable else (),
        missing="" if buildable else text,
        builds=buildable,
    )


def _checked(plan: Plan) -> Plan:
    """The plan without alternatives that the spec cannot hold, or why it cannot hold the plan."""
    others = tuple(each for each in plan.alternatives if not _wrong_path([each.value]))
    fields = plan.mapping()
    for key in ("files", "includes", "constraints", "members"):
        paths = fields.get(key)
        if wrong := _wrong_path(paths) if isinstance(paths, list) else "":
            return replace(plan, missing=wrong, shorthand="", fields={}, alternatives=())
    return replace(plan, alternatives=others)


def _wrong_path(paths: Iterable[SpecValue]) -> str:
    for path in paths:
        try:
            grammar.context_path(path)
        except ValueError as error:
            return f"{path!r} {error}"
    return ""
