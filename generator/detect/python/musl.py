"""Which packages of a project have no wheel for Alpine's C library (S2.17)."""

from generator.detect.model import Note, Proposal
from generator.detect.python import system_packages, wheels
from generator.detect.python.model import Project, Requirement
from generator.detect.python.specifiers import DEFAULT_MINOR


def without_musl_wheels(project: Project) -> list[Requirement]:
    """The packages that would be compiled, or cannot be installed, on Alpine.

    The file names of the lock tell where there are any, else the table of known packages.
    """
    minor = project.python or DEFAULT_MINOR
    return [each for each in project.requirements.values() if _is_without(each, minor)]


def notes(project: Project) -> list[Note]:
    """What to tell a person who chooses Alpine for a project."""
    found = without_musl_wheels(project)
    if not found:
        return []
    names = ", ".join(each.name for each in found)
    text = (
        f"No wheel for Alpine: {names}. They are compiled from source, which takes long and may "
        "fail (S2.17); python-multistage has wheels for more of them"
    )
    return [Note(text=text, evidence=tuple(each.evidence for each in found))]


def _is_without(requirement: Requirement, minor: str) -> bool:
    if requirement.wheels:
        return not any(
            wheels.fits(wheel, minor, "musl") or wheels.is_pure(wheel)
            for wheel in requirement.wheels
        )
    entry = system_packages.table().get(requirement.name)
    if entry is None or entry.pure:
        return False
    return not entry.has_wheel(requirement.version, minor, "musl")


def packages(project: Project) -> list[Proposal]:
    """The fields for system packages on Alpine, in place of those for Debian."""
    known = any(each.wheels for each in project.requirements.values())
    found = system_packages.needs(
        project.requirements, project.python or DEFAULT_MINOR, "apk", wheel_names=known
    )
    return system_packages.proposals(found, {})
