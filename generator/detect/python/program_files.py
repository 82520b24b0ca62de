"""The files of a program: those that take part when it runs, and those that its image needs."""

from collections.abc import Sequence

from generator.detect.model import Note
from generator.detect.python import django
from generator.detect.python.code import Code, aside
from generator.detect.python.include import Picker, to_build
from generator.detect.python.layout import folder, joined, reached
from generator.detect.python.model import Project
from generator.detect.python.program import Program

_PAGED = ("Dash app", "Streamlit app")  # which load the files of a folder `pages` by themselves


def taking_part(code: Code, program: Program, site: django.Site | None) -> list[str]:
    """The Python files that may be loaded; `site` is given for a Django app alone."""
    found = reached(code, program.path, program.root) if program.path else []
    if site:
        start = f"{site.root}/" if site.root else ""
        own = [path for path in code.paths if path.startswith(start) and not aside(path)]
        # Settings that are not in use.
        own = [path for path in own if "settings" not in path or path in site.files]
        found += [*site.files, *own]
    elif program.all_files:
        found += [path for path in code.paths if not aside(path)]
    elif program.kind in _PAGED:
        start = joined(folder(program.path), "pages/")
        for page in [path for path in code.paths if path.startswith(start)]:
            found += reached(code, page, program.root)
    return list(dict.fromkeys(found))


def to_copy(
    code: Code, project: Project, program: Program, files: Sequence[str]
) -> tuple[list[str], list[Note]]:
    """The paths that the image needs, and what to know of them; `files` are those taking part."""
    if project.installed:
        return _to_install(code, project, program, files)
    picker = Picker(code, files, everything=program.all_files)
    return picker.pick(program.root), picker.notes


def _to_install(
    code: Code, project: Project, program: Program, files: Sequence[str]
) -> tuple[list[str], list[Note]]:
    """What is needed to build the project as a package, and what the package does not hold."""
    own = [path for path in project.project_files if path != "pyproject.toml"]
    members = _members(project)
    tops = {each.partition("/")[0] for each in members}
    packages = [each for each in to_build(code, project.roots, files) if each not in tops]
    notes: list[Note] = []
    beside: list[str] = []
    if program.starts_script():
        # The script is no part of the package, nor what it reads beside it.
        picker = Picker(code, files, everything=False)
        beside, notes = picker.pick(program.root), picker.notes
    names = dict.fromkeys((*own, *packages, *members, *beside))
    whole = tuple(f"{name}/" for name in names)
    return [name for name in names if not name.startswith(whole)], notes


def _members(project: Project) -> list[str]:
    """The folders of a workspace that the app is built from, each of them whole."""
    found = (
        each.value
        for each in project.proposals
        if each.field == "dependencies.members" and isinstance(each.value, list)
    )
    return list(map(str, next(found, [])))
