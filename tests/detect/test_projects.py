"""What detection says of each fixture project: what a person expects, and its golden text."""

import functools
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.detect import detect, text_form, yaml_form
from generator.detect.model import Detection
from generator.render import render
from generator.spec import from_values, parse
from profiles._base import Profile
from tests.helpers import SPEC_NAME, TODAY

from .fixtures import FOLDER, Project, projects, without

UPDATE = "if that is right: python -m pytest tests/detect/test_projects.py --update-golden"
PROJECTS = projects()
APPS = [project for project in PROJECTS if "nothing" not in project.expected]
every_project = pytest.mark.parametrize("project", PROJECTS, ids=str)
every_app = pytest.mark.parametrize("project", APPS, ids=str)


@functools.cache
def detected(project: Project) -> Detection:
    """What is found in a copy that lies in no repository."""
    with tempfile.TemporaryDirectory() as folder:
        return detect(project.copy(Path(folder) / project.name))


def text(project: Project) -> str:
    """What `imgen detect` prints on a terminal of 100 columns."""
    return text_form.render(detected(project), folder=".", colour=False, width=100) + "\n"


def proposed(project: Project) -> Profile:
    """The spec that is proposed, with a maintainer where the project names none."""
    values = detected(project).values()
    return from_values({"imgen": "1", "maintainer": "Team", **values}, today=TODAY).profile


def judged(profile: Profile, project: Project) -> Mapping[str, Any]:
    """The values of a profile that a person has an opinion about; order counts only for words."""
    values = without(profile.model_dump(), project.unjudged)
    for key in ("include", "packages", "build_packages", "secrets", "volumes"):
        if key in values:
            values[key] = sorted(values[key])
    return values


@every_project
def test_detection_prints_the_golden_text(project: Project, *, update_golden: bool) -> None:
    found = text(project)
    if update_golden:
        project.golden.write_text(found, encoding="utf-8")
    assert project.golden.read_text(encoding="utf-8") == found, UPDATE


@every_app
def test_the_proposed_spec_is_what_a_person_would_have_written(project: Project) -> None:
    found = detected(project)
    assert found.chosen, "nothing was found"
    spec = project.expected["spec"]
    assert found.values()["profile"] == spec["profile"]
    # Fields that a whole spec needs and that are not judged: the found ones stand for them.
    needed = {"version": "0.1.0", "maintainer": "Team", **found.values()}
    fillers = {
        key: needed[key]
        for key in ("name", "version", "maintainer", *project.expected.get("any", []))
        if key in needed and key not in spec
    }
    wanted = from_values({"imgen": "1", **fillers, **spec}, today=TODAY).profile
    assert judged(proposed(project), project) == judged(wanted, project)


@every_app
def test_the_proposed_spec_is_whole_and_gives_files(project: Project) -> None:
    found = detected(project)
    assert found.chosen
    assert found.chosen.missing == ""
    text = yaml_form.render(found)
    text += "" if "\nmaintainer:" in text else "\nmaintainer: Team"
    files = render(parse(text, source=SPEC_NAME, today=TODAY).profile.image())
    assert "Dockerfile" in {str(path) for path in files}


@pytest.mark.parametrize(
    "project", [each for each in PROJECTS if each.expected.get("nothing")], ids=str
)
def test_nothing_is_proposed_where_there_is_nothing_to_run(project: Project) -> None:
    found = detected(project).chosen
    assert found is None or found.missing


@every_project
def test_what_a_person_must_know_is_told(project: Project) -> None:
    said = text(project) + yaml_form.render(detected(project))
    assert [each for each in project.expected.get("says", []) if each not in said] == []
    assert [each for each in project.expected.get("never", []) if each in said] == []


def test_every_expectation_belongs_to_a_project() -> None:
    names = {project.name for project in PROJECTS}
    assert {path.stem for path in FOLDER.glob("*.yaml")} == names
    assert {path.stem for path in FOLDER.glob("*.txt")} == names
    assert len(names) >= 44
