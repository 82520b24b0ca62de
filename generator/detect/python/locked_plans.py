"""Dependencies that a lock file holds: of uv, Poetry, PDM and pipenv."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from generator.detect.model import Evidence, Note, SpecValue
from generator.detect.python import locks, requirements_files, workspaces
from generator.detect.python.install_plan import Plan, production_parts
from generator.detect.python.manifest import Manifest
from generator.detect.python.manifests import PYPROJECT
from generator.detect.python.model import Requirement
from generator.detect.python.workspaces import Member, Workspace
from generator.detect.tree import Tree
from generator.detect.values import mapping

_SOURCES = ("git", "path")
# The formats of locks are from 2.1 on (Poetry) and 4.5 on (PDM) what today's releases read in full.
_LOCK_VERSION = re.compile(r'^lock[-_]version = "(\d{1,2})\.(\d{1,2})', re.MULTILINE)
_FORMATS = {"poetry": ((2, 1), "1.8.5"), "pdm": ((4, 5), "2.15.4")}


def find(tree: Tree, manifests: Sequence[Manifest]) -> list[Plan]:
    """A plan for each lock file there is, first that of the manager which the project names."""
    project = next((each for each in manifests if each.path == PYPROJECT), None)
    tool = mapping(tree.toml(PYPROJECT).get("tool"))
    order = sorted(locks.LOCKS, key=lambda manager: manager not in tool)
    found = []
    for manager in order:
        lock = locks.read(tree, manager)
        if lock is None:
            continue
        if manager == "pipenv":
            pipfile = next((each for each in manifests if each.kind == "pipenv"), None)
            found += [_by_pipenv(lock, pipfile)] if pipfile else []
        elif manager == "uv" and (space := workspaces.read(tree)):
            found.append(_by_workspace(lock, space, project))
        elif project:
            plan = _by_lock(manager, lock, project)
            # Poetry 1 does not know the standard table of a project.
            is_old = manager == "pdm" or (manager == "poetry" and project.kind == "poetry")
            found.append(_with_old_manager(tree, plan) if is_old else plan)
    # A lock of development tools alone says nothing of an app whose packages stand elsewhere.
    return [plan for plan in found if plan.requirements] or (
        [] if requirements_files.candidates(tree) else found
    )


def _by_lock(manager: str, lock: locks.Lock, project: Manifest) -> Plan:
    extras, groups = production_parts(project)
    direct = {each.name: each for each in project.requirements}
    for name in extras:
        direct |= {each.name: each for each in project.extras[name]}
    for name in groups:
        direct |= {each.name: each for each in project.groups[name]}
    requirements = _reached(lock, direct)
    if manager in ("poetry", "pdm"):
        requirements |= _grouped(lock, direct, {"main", "default"}, requirements)
    fields: dict[str, SpecValue] = {}
    if extras:
        fields["extras"] = extras
    if groups:
        fields["groups"] = groups
    plan = Plan(
        manager=manager,
        shorthand=lock.path,
        reason="locked in",
        evidence=(Evidence(path=lock.path),),
        requirements=requirements,
        fields=fields,
        wheel_names=any(each.wheels for each in lock.packages.values()),
    )
    if manager == "uv":
        paths = [each for each in lock.packages.values() if each.source == "path"]
        return _with_folders(plan, [each.folder for each in paths if each.name in requirements])
    return _with_hashes(plan)


def _with_old_manager(tree: Tree, plan: Plan) -> Plan:
    """Take a manager of a lock's time: a later one refuses it, or leaves packages out."""
    first, release = _FORMATS[plan.manager]
    found = _LOCK_VERSION.search(tree.text(plan.shorthand) or "")
    if not found or (int(found[1]), int(found[2])) >= first:
        return plan
    text = (
        f"{plan.shorthand} has the old format {found[1]}.{found[2]}, which {plan.manager} "
        f"{release} reads in full: run `{plan.manager} lock` with a current one to renew it"
    )
    return replace(
        plan,
        fields={**plan.fields, "version": release},
        notes=(*plan.notes, Note(text=text, evidence=plan.evidence)),
    )


def _with_folders(plan: Plan, folders: Sequence[str]) -> Plan:
    """Packages from folders of the tree: uv reads their manifests as those of members."""
    if not folders:
        return plan
    outside = [each for each in folders if each.startswith(("..", "/"))]
    if outside:
        return replace(plan, missing=f"it needs {outside[0]}, which lies outside of this folder")
    return replace(plan, fields={**plan.fields, "members": sorted(folders)}, builds=True)


def _with_hashes(plan: Plan) -> Plan:
    bare = [each for each in plan.requirements.values() if each.source in _SOURCES]
    local = [each for each in bare if each.source == "path"]
    if local:
        text = (
            f"{local[0].name} is installed from a folder, which {plan.manager} cannot pass on to "
            "pip: publish it to an index, or use a uv workspace"
        )
        return replace(plan, missing=text)
    return replace(plan, fields={**plan.fields, "hashes": "false"}) if bare else plan


def _by_pipenv(lock: locks.Lock, pipfile: Manifest) -> Plan:
    direct = {each.name: each for each in pipfile.requirements}
    found = {name: lock.requirement(name, direct=name in direct) for name in lock.packages}
    plan = Plan(
        manager="pipenv",
        shorthand=lock.path,
        reason="locked in",
        evidence=(Evidence(path=lock.path),),
        requirements={name: _merged(each, direct.get(name)) for name, each in found.items()},
    )
    return _with_hashes(plan)


def _by_workspace(lock: locks.Lock, space: Workspace, root: Manifest | None) -> Plan:
    app = None if space.root_is_app or not space.apps else space.apps[0]
    manifest = app.manifest if app else root
    own = manifest.requirements if manifest else ()
    reached = space.reached(app) if app else _root_members(space, own)
    direct = {each.name: each for each in own}
    local = {each.name for each in space.members}
    fields: dict[str, SpecValue] = {}
    if app:
        fields["package"] = app.name
    fields["members"] = sorted(each.folder for each in space.members)
    requirements = {
        name: each for name, each in _reached(lock, direct).items() if name not in local
    }
    notes: tuple[Note, ...] = ()
    if len(space.apps) > 1 and app:
        names = ", ".join(each.name for each in space.apps)
        text = f"The workspace has several apps ({names}): proposed is {app.name}"
        places = tuple(Evidence(path=each.manifest.path) for each in space.apps)
        notes = (Note(text=text, evidence=places),)
    return Plan(
        manager="uv",
        shorthand=lock.path,
        reason="locked in",
        evidence=(Evidence(path=lock.path),),
        requirements=requirements,
        fields=fields,
        notes=notes,
        wheel_names=any(each.wheels for each in lock.packages.values()),
        # Other members reach the environment only as installed packages.
        builds=len(reached) > (1 if app else 0),
        member=app,
    )


def _root_members(space: Workspace, own: Iterable[Requirement]) -> list[Member]:
    by_name = workspaces.named(space.members)
    return [by_name[each.name] for each in own if each.name in by_name]


def _reached(lock: locks.Lock, direct: Mapping[str, Requirement]) -> dict[str, Requirement]:
    wanted = [
        # What extras bring stands under "*" in a poetry.lock.
        (each.name, {*each.extras, "*"} if each.extras else set[str]())
        for each in direct.values()
    ]
    found = {}
    for name, extras in lock.reached(wanted).items():
        if not lock.packages[name].own:
            locked = lock.requirement(name, direct=name in direct)
            merged = _merged(locked, direct.get(name))
            found[name] = replace(merged, extras=tuple(sorted({*merged.extras, *extras} - {"*"})))
    for name, each in direct.items():
        found.setdefault(name, each)
    return found


def _grouped(
    lock: locks.Lock,
    direct: Mapping[str, Requirement],
    groups: set[str],
    known: Mapping[str, Requirement],
) -> dict[str, Requirement]:
    return {
        name: lock.requirement(name, direct=name in direct)
        for name, each in lock.packages.items()
        if name not in known and each.groups and each.groups & groups and not each.optional
    }


def _merged(locked: Requirement, declared: Requirement | None) -> Requirement:
    """A locked package with the place where the project asks for it."""
    if declared is None:
        return locked
    return replace(
        locked,
        evidence=declared.evidence,
        extras=declared.extras,
        source=locked.source or (declared.source if declared.source in _SOURCES else ""),
        direct=True,
    )
