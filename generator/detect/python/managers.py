"""Which tool installs a project's dependencies, from which files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from generator import grammar
from generator.detect.model import Alternative, Confidence, Evidence, Note, Proposal, SpecValue
from generator.detect.python import locks, requirements_files, workspaces
from generator.detect.python.manifests import PYPROJECT, Manifest
from generator.detect.python.model import Requirement
from generator.detect.python.workspaces import SERVERS, Member, Workspace
from generator.detect.tree import Tree
from generator.detect.values import mapping, texts

_PRODUCTION = re.compile(
    r"(?:^|-)(?:prod|production|server|servers|deploy|deployment|web|serve|wsgi|asgi|gunicorn"
    r"|uvicorn|hypercorn|granian|uwsgi|waitress|runtime)(?:-|$)"
)
_SOURCES = ("git", "path")


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How the dependencies are installed.

    `shorthand` is the value of `dependencies` as one text; `fields` are those below it that have
    to be added. `wheel_names` says that a lock lists the wheels of each package. `builds` says that
    only installing the project brings its dependencies.
    """

    manager: str
    shorthand: str
    reason: str
    evidence: tuple[Evidence, ...]
    requirements: Mapping[str, Requirement]
    fields: Mapping[str, SpecValue] = field(default_factory=dict)
    confidence: Confidence = Confidence.HIGH
    alternatives: tuple[Alternative, ...] = ()
    notes: tuple[Note, ...] = ()
    missing: str = ""
    wheel_names: bool = False
    builds: bool = False
    member: Member | None = None

    def mapping(self) -> dict[str, SpecValue]:
        """The fields below `dependencies` that say all of it."""
        return {**expanded(self.shorthand), **self.fields}


def expanded(shorthand: str) -> dict[str, SpecValue]:
    """The fields below `dependencies` that a shorthand stands for."""
    for manager, lock in locks.LOCKS.items():
        if shorthand == lock:
            return {"manager": manager}
    if shorthand.endswith(".txt"):
        return {"files": [shorthand]}
    return {"manager": "uv", "files": [shorthand]} if shorthand else {}


# The formats of locks are from 2.1 on (Poetry) and 4.5 on (PDM) what today's releases read in full.
_LOCK_VERSION = re.compile(r'^lock[-_]version = "(\d{1,2})\.(\d{1,2})', re.MULTILINE)
_FORMATS = {"poetry": ((2, 1), "1.8.5"), "pdm": ((4, 5), "2.15.4")}


def choose(tree: Tree, manifests: Sequence[Manifest]) -> Plan | None:
    """Choose the way to install a project's dependencies; the other ways are its alternatives."""
    found = [*_locked(tree, manifests), *_unlocked(tree, manifests)]
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


def _locked(tree: Tree, manifests: Sequence[Manifest]) -> list[Plan]:
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
    extras, groups = _production_parts(project)
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


def _production_parts(project: Manifest) -> tuple[list[str], list[str]]:
    """Extras and groups for production: by name, and because they hold a server."""
    extras, groups = (
        sorted(
            name
            for name, held in parts.items()
            if _PRODUCTION.search(name) and any(each.name in SERVERS for each in held)
        )
        for parts in (project.extras, project.groups)
    )
    return extras, groups


def _unlocked(tree: Tree, manifests: Sequence[Manifest]) -> list[Plan]:
    project = next((each for each in manifests if each.kind != "pipenv"), None)
    pipfile = next((each for each in manifests if each.kind == "pipenv"), None)
    files = _by_files(tree, manifests)
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
    extras, groups = _production_parts(project)
    for name in extras:
        requirements |= {each.name: each for each in project.extras[name]}
    place = Evidence(path=project.path)
    if project.kind == "poetry":
        return [_poetry_unlocked(project, requirements)]
    if project.path == PYPROJECT:
        if not requirements and not project.packaged and not groups:
            return []
        command = _lock_command(tree)
        text = f"{PYPROJECT} locks no versions: run `{command}` and commit the lock"
        fields: dict[str, SpecValue] = {"extras": extras} if extras else {}
        dynamic = "dependencies" in project.dynamic
        return [
            Plan(
                manager="uv",
                shorthand=PYPROJECT,
                reason="dependencies, without a lock, in",
                evidence=(place,),
                fields=fields,
                notes=(Note(text=text, evidence=(place,)),),
                builds=dynamic,
                requirements=requirements,
                confidence=Confidence.MEDIUM,
            )
        ]
    includes = [each for each in project.readings if each != project.path]
    if project.path == "setup.cfg" and tree.has("setup.py"):
        includes.append("setup.cfg")
    path = "setup.py" if tree.has("setup.py") else project.path
    includes = [each for each in dict.fromkeys(includes) if each != path and tree.has(each)]
    if path == "setup.py" and tree.has("setup.cfg") and "setup.cfg" not in includes:
        includes.append("setup.cfg")
    text = (
        f"{path} locks no versions: write a requirements.txt with them, such as "
        f"`uv pip compile {path} -o requirements.txt` makes"
    )
    return [
        Plan(
            manager="uv",
            shorthand=path,
            reason="dependencies, without a lock, in",
            evidence=(place,),
            fields={"includes": sorted(includes)} if includes else {},
            notes=(Note(text=text, evidence=(place,)),),
            requirements=requirements,
            confidence=Confidence.MEDIUM,
        )
    ]


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


def _by_files(tree: Tree, manifests: Sequence[Manifest]) -> list[Plan]:
    dynamic = _dynamic_files(tree)
    candidates = dynamic or requirements_files.candidates(tree)
    told = [] if dynamic else [path for path in _installed_by_dockerfile(tree) if tree.has(path)]
    ordered = list(dict.fromkeys([*told, *candidates]))
    if not ordered:
        return []
    first = dynamic or told or _production_files(tree, ordered)
    best = _by_pip(tree, first, manifests)
    others = [
        _by_pip(tree, [path], manifests)
        for path in ordered
        if path not in first and path not in best.evidence_paths()
    ]
    return [best, *others[:5]]


def _production_files(tree: Tree, ordered: Sequence[str]) -> list[str]:
    """The file for production, with the common one if it only adds to that."""
    first = ordered[0]
    included = requirements_files.only_includes(tree, first)
    production = [path for path in ordered if requirements_files.for_production(path)]
    if included and production and any(map(requirements_files.is_for_development, included)):
        return [production[0]]
    if not production or production[0] == first:
        return [first]
    own, common = (requirements_files.read(tree, path) for path in (production[0], first))
    if production[0] in common.includes:
        return [first]
    if first in own.includes or set(own.requirements) >= set(common.requirements):
        return [production[0]]
    if set(own.requirements) & set(common.requirements):
        return [production[0]]
    return [first, production[0]]


def _dynamic_files(tree: Tree) -> list[str]:
    """Requirements files that a manifest names as its dependencies."""
    tool = mapping(tree.toml(PYPROJECT).get("tool"))
    setuptools = mapping(mapping(tool.get("setuptools")).get("dynamic"))
    named = texts(mapping(setuptools.get("dependencies")).get("file"))
    hooks = mapping(mapping(mapping(tool.get("hatch")).get("metadata")).get("hooks"))
    named += texts(mapping(hooks.get("requirements_txt")).get("files"))
    return [each for each in named if tree.has(each)]


def _installed_by_dockerfile(tree: Tree) -> list[str]:
    found = []
    for path in tree.top("*Dockerfile*"):
        for line in (tree.text(path) or "").split("\n")[:500]:
            if "pip" in line[:2000] and "install" in line:
                found += re.findall(r"(?:-r|--requirement)[ =]?([A-Za-z0-9_./-]{1,100}\.txt)", line)
    plain = [each.removeprefix("./").removeprefix("/app/").lstrip("/") for each in found]
    return [each for each in plain if not requirements_files.is_for_development(each)][:1]


def _by_pip(tree: Tree, files: Sequence[str], manifests: Sequence[Manifest]) -> "_FilePlan":
    contents = [requirements_files.read(tree, path) for path in files]
    requirements: dict[str, Requirement] = {}
    for each in contents:
        for name, found in each.requirements.items():
            requirements.setdefault(name, found)
    mounted = [path for each in contents for path in (*each.includes, *each.constraints)]
    includes = sorted({*mounted} - {*files})
    fields: dict[str, SpecValue] = {}
    if len(files) > 1:
        fields["files"] = list(files)
    if includes:
        fields["includes"] = includes
    notes = _file_notes(contents)
    constraints = _constraints(tree, files, contents)
    if constraints:
        fields["constraints"] = [constraints]
        text = (
            f"{files[0]} does not hold the version of each package: {constraints} beside it is "
            "taken for what limits them"
        )
        notes.append(Note(text=text, evidence=(Evidence(path=constraints),)))
    elif any(each.constraints for each in contents):
        pass  # which hold the versions
    elif requirements and not any(each.version or each.source for each in requirements.values()):
        text = f"{files[0]} pins no versions: a later build may install others"
        notes.append(Note(text=text, evidence=(Evidence(path=files[0]),)))
    return _FilePlan(
        manager="pip",
        shorthand=files[0],
        reason="requirements in",
        evidence=tuple(Evidence(path=path) for path in files),
        requirements=requirements,
        fields=fields,
        confidence=Confidence.MEDIUM if constraints else Confidence.HIGH,
        notes=tuple(notes),
        missing=_why_not(contents, manifests),
        read=(*files, *includes),
    )


def _constraints(
    tree: Tree, files: Sequence[str], contents: Sequence[requirements_files.Contents]
) -> str:
    """The constraints beside a requirements file that pins not all and names none itself."""
    if all(each.pinned() for each in contents) or any(each.constraints for each in contents):
        return ""
    folder = files[0].rpartition("/")[0]
    return tree.first(f"{folder}/constraints.txt" if folder else "constraints.txt") or ""


@dataclass(frozen=True, kw_only=True)
class _FilePlan(Plan):
    """A plan of requirements files, with all that were read for it."""

    read: tuple[str, ...]

    def evidence_paths(self) -> tuple[str, ...]:
        """The files that the plan covers."""
        return self.read


def _file_notes(contents: Iterable[requirements_files.Contents]) -> list[Note]:
    notes = []
    for each in contents:
        if each.unread:
            text = "is no text in UTF-8, so its packages are not known"
            notes.append(Note(text=f"{each.path} {text}", evidence=(Evidence(path=each.path),)))
        for option, place in each.credentials:
            text = f"{option} holds a login: write `package_index` and `index_credentials` instead"
            notes.append(Note(text=text, evidence=(place,)))
    return notes


def _why_not(contents: Iterable[requirements_files.Contents], manifests: Sequence[Manifest]) -> str:
    for each in contents:
        for name, place in each.missing:
            return f"{place} includes {name[:80]}, which is not there"
        for text, place in each.broken:
            return f"{text} ({place})"
        for path, place in each.local:
            if path != "." or not manifests or each.requirements:
                what = "the project itself" if path == "." else path[:80]
                return (
                    f"{place} installs {what} from its folder, which the dependency step does not "
                    "see: name its packages instead"
                )
            return f"{place} installs the project itself"
    return ""


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


def proposals(plan: Plan, fields: Mapping[str, SpecValue]) -> list[Proposal]:
    """The plan as proposals: one shorthand where nothing is added, else a field each."""
    added = {**plan.fields, **fields}
    if not added and plan.shorthand:
        return [_proposal(plan, "dependencies", plan.shorthand, plan.alternatives)]
    everything = {**expanded(plan.shorthand), **added}
    if everything.get("manager") == "pip":
        everything.pop("manager")
    first = next((key for key in ("files", "manager") if key in everything), "")
    return [
        _proposal(
            plan,
            f"dependencies.{key}",
            value,
            _in_field(key, plan.alternatives) if key == first else (),
        )
        for key, value in everything.items()
    ]


def _proposal(
    plan: Plan, name: str, value: SpecValue, alternatives: Iterable[Alternative]
) -> Proposal:
    return Proposal(
        field=name,
        value=value,
        confidence=plan.confidence,
        reason=plan.reason,
        evidence=plan.evidence,
        alternatives=tuple(alternatives),
    )


def as_fields(proposal: Proposal) -> list[Proposal]:
    """A proposal of the shorthand as fields below `dependencies`."""
    fields = list(expanded(str(proposal.value)).items())
    return [
        replace(
            proposal,
            field=f"dependencies.{key}",
            value=value,
            alternatives=_in_field(key, proposal.alternatives) if number == 0 else (),
        )
        for number, (key, value) in enumerate(fields)
    ]


def _in_field(key: str, alternatives: Iterable[Alternative]) -> tuple[Alternative, ...]:
    """Alternatives of the shorthand as those of one field below `dependencies`."""
    found = []
    for each in alternatives:
        fields = {"manager": "pip", **expanded(str(each.value))}
        if key in fields:
            found.append(replace(each, value=fields[key]))
    return tuple(found)
