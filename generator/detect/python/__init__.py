"""Python apps, for the profile python-multistage."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from generator.detect import about
from generator.detect.below import is_no_app
from generator.detect.existing import Existing
from generator.detect.model import Candidate, Confidence, Evidence, Proposal
from generator.detect.python import application, install_plan, project, specifiers, system_packages
from generator.detect.python.application import Application
from generator.detect.python.model import Project
from generator.detect.tree import Tree

# Of 100: a project without a program, and one that is not in this folder itself.
_LIBRARY = 25
_INNER = 10


def candidates(tree: Tree, told: Existing) -> list[Candidate]:
    """The ways to see a tree as a Python app."""
    found = project.read(tree, told)
    if found is None:
        return _below(tree)
    apps = application.find(tree, found, told)
    if not apps:
        return [_library(found)]
    return [_candidate(found, app) for app in apps]


def _candidate(found: Project, app: Application) -> Candidate:
    proposals = [*_member(found), *found.proposals, *app.proposals]
    additional = (*app.additional, *found.additional)
    if additional:
        servers = "what serves the app, which is not named in"
        proposals = with_additional(
            proposals, additional, servers if app.additional else "needed beside what is locked in"
        )
        proposals = with_system_packages(proposals, found, additional)
    return Candidate(
        kind=app.kind,
        score=app.score,
        profile=_profile(found),
        proposals=tuple(in_order(proposals)),
        notes=(*found.notes, *app.notes),
        missing=found.missing or app.missing,
    )


def _member(found: Project) -> list[Proposal]:
    """The name and version of the member of a workspace that the image holds, not the root's."""
    package = next((each for each in found.proposals if each.field == "dependencies.package"), None)
    if package is None:
        return []
    given = {"name": about.slug(found.name), "version": about.version(found.version)}
    return [
        Proposal(
            field=field,
            value=value,
            confidence=Confidence.HIGH,
            reason="that of the workspace's member, by",
            evidence=package.evidence,
        )
        for field, value in given.items()
        if value
    ]


def _library(found: Project) -> Candidate:
    return Candidate(
        kind="Python library",
        score=_LIBRARY,
        profile=_profile(found),
        proposals=tuple(in_order(found.proposals)),
        notes=found.notes,
        missing=found.missing or "no app was found in it, nor a script or command to start",
    )


def _below(tree: Tree) -> list[Candidate]:
    """A Python project in a folder of the tree, which has to be named."""
    files = tree.named("pyproject.toml", "Pipfile", "requirements.txt", "setup.py")
    inner = [
        path for path in files if path.count("/") == 1 and not is_no_app(path.partition("/")[0])
    ]
    folders = sorted({path.partition("/")[0] for path in inner})
    if not folders:
        return []
    profile = Proposal(
        field="profile",
        value="python-multistage",
        confidence=Confidence.MEDIUM,
        reason="Python project, by",
        evidence=tuple(Evidence(path=path) for path in inner[:3]),
    )
    text = f"it lies in {', '.join(folders[:5])}: run `imgen new {folders[0]}`"
    return [
        Candidate(kind="Python project in a folder", score=_INNER, profile=profile, missing=text)
    ]


def _profile(found: Project) -> Proposal:
    places = (place for each in found.proposals for place in each.evidence)
    first = next(places, None)
    return Proposal(
        field="profile",
        value="python-multistage",
        confidence=Confidence.HIGH,
        reason="Python project, by" if first else "Python project",
        evidence=(Evidence(path=first.path),) if first else (),
    )


def with_additional(
    proposals: Iterable[Proposal], packages: Sequence[str], reason: str
) -> list[Proposal]:
    """Add packages beside the locked ones; `dependencies` becomes fields of its own then."""
    result: list[Proposal] = []
    evidence: tuple[Evidence, ...] = ()
    for each in proposals:
        evidence = each.evidence if each.field.startswith("dependencies") else evidence
        if each.field == "dependencies" and isinstance(each.value, str):
            result += install_plan.as_fields(each)
        else:
            result.append(each)
    added = Proposal(
        field="dependencies.additional",
        value=list(packages),
        confidence=Confidence.MEDIUM,
        reason=reason,
        evidence=evidence,
    )
    return [*result, added]


def with_system_packages(
    proposals: Sequence[Proposal], found: Project, packages: Sequence[str]
) -> list[Proposal]:
    """Add what packages beside the locked ones need to be built and to run."""
    place = next((place for each in proposals for place in each.evidence), Evidence(path=""))
    wanted = [specifiers.requirement(each, place) for each in packages]
    needs = system_packages.needs(
        {each.name: each for each in wanted if each}, found.python, "apt", wheel_names=False
    )
    result = list(proposals)
    for more in system_packages.proposals(needs, {}):
        known = next((each for each in result if each.field == more.field), None)
        if known is None:
            result.append(
                replace(more, reason="for the packages beside the locked ones", evidence=())
            )
        elif isinstance(known.value, list) and isinstance(more.value, list):
            both = sorted({*map(str, known.value), *map(str, more.value)})
            result[result.index(known)] = replace(known, value=both)
    return result


def in_order(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Proposals in the order of the profile's fields; the first for a field counts."""
    from profiles.python_multistage import PythonMultistage

    places = {name: place for place, name in enumerate(PythonMultistage.model_fields)}
    chosen: dict[str, Proposal] = {}
    for each in proposals:
        chosen.setdefault(each.field, each)
    return sorted(
        chosen.values(), key=lambda each: places.get(each.field.partition(".")[0], len(places))
    )
