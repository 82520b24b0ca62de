"""The Python version that a project asks for, resolved to a supported one."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Confidence, Evidence
from generator.detect.python import specifiers

from .projects import proposal, read

REQUIREMENTS = {"requirements.txt": "flask==3.1.0\n"}


def manifest(requires: str) -> dict[str, str]:
    return {
        "pyproject.toml": f"""\
            [project]
            name = "shop"
            version = "1"
            requires-python = "{requires}"
            dependencies = ["flask"]
            """
    }


def poetry(python: str) -> dict[str, str]:
    text = f'[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "{python}"\n'
    return {"pyproject.toml": text, "poetry.lock": ""}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (REQUIREMENTS, None),
        (manifest(">=3.10"), None),
        (manifest(">=3.9,<4"), None),
        (manifest(">=3.11,<3.13"), "3.12"),
        (manifest("==3.12.*"), "3.12"),
        (manifest("~=3.12.1"), "3.12"),
        (manifest(">=3.14"), "3.14"),
        (manifest("!=3.13.*"), "3.12"),
        (manifest("nonsense"), None),
        (poetry("^3.9"), None),
        (poetry("~3.12"), "3.12"),
        (poetry("3.11"), "3.11"),
        (poetry(">=3.9, <3.12"), "3.11"),
        (poetry("^3.11 || ^2.7"), None),
        (REQUIREMENTS | {".python-version": "3.12\n"}, "3.12"),
        (REQUIREMENTS | {".python-version": "3.13.2\n"}, None),
        (REQUIREMENTS | {".python-version": "cpython-3.12.4\n"}, "3.12"),
        (REQUIREMENTS | {".tool-versions": "nodejs 22.1.0\npython 3.11.9\n"}, "3.11"),
        (REQUIREMENTS | {"mise.toml": '[tools]\npython = "3.12"\n'}, "3.12"),
        (REQUIREMENTS | {"mise.toml": '[tools]\npython = {version = "3.12"}\n'}, "3.12"),
        (REQUIREMENTS | {"mise.toml": "[tools]\npython = 3\n"}, None),
        (REQUIREMENTS | {"runtime.txt": "python-3.11.4\n"}, "3.11"),
        (
            {"Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\n'},
            "3.12",
        ),
        (
            {"setup.py": "import setuptools\nsetuptools.setup(python_requires='<3.13')\n"},
            "3.12",
        ),
        (
            {"setup.cfg": "[metadata]\nname = a\n[options]\npython_requires = <3.13\n"},
            "3.12",
        ),
    ],
)
def test_the_version_follows_the_manifests(
    tmp_path: Path, files: dict[str, str], expected: str | None
) -> None:
    found = proposal(read(tmp_path, files), "python")
    assert (found.value if found else None) == expected
    if found:
        assert found.evidence


def test_a_pin_has_its_line(tmp_path: Path) -> None:
    files = REQUIREMENTS | {".tool-versions": "nodejs 22\npython 3.12.1\n"}
    found = proposal(read(tmp_path, files), "python")
    assert found is not None
    assert found.evidence == (Evidence(path=".tool-versions", line=2),)
    assert found.confidence is Confidence.HIGH


def test_two_pins_that_differ_are_ambiguous(tmp_path: Path) -> None:
    files = REQUIREMENTS | {".python-version": "3.12\n", "runtime.txt": "python-3.11.9\n"}
    found = proposal(read(tmp_path, files), "python")
    assert found is not None
    assert found.value == "3.12"
    assert [each.value for each in found.alternatives] == ["3.11"]


def test_the_range_decides_between_two_pins(tmp_path: Path) -> None:
    files = manifest(">=3.12") | {".python-version": "3.11\n", "runtime.txt": "python-3.12.9\n"}
    found = proposal(read(tmp_path, files), "python")
    assert found is not None
    assert found.value == "3.12"
    assert [each.value for each in found.alternatives] == ["3.11"]


def test_a_pin_that_ended_gives_the_nearest_supported_version(tmp_path: Path) -> None:
    project = read(tmp_path, REQUIREMENTS | {"runtime.txt": "python-3.8.10\n"})
    found = proposal(project, "python")
    assert found is not None
    assert found.value == "3.11"
    assert [each.value for each in found.alternatives] == ["3.8"]
    assert any("3.8" in note.text for note in project.notes)


def test_a_range_that_ended_is_proposed_with_a_note(tmp_path: Path) -> None:
    project = read(tmp_path, manifest(">=3.8,<3.10"))
    found = proposal(project, "python")
    assert found is not None
    assert found.value == "3.9"
    assert found.confidence is Confidence.LOW
    assert any("3.9" in note.text for note in project.notes)


def test_the_existing_image_is_an_alternative(tmp_path: Path) -> None:
    image = Told("python:3.12-slim", Evidence(path="Dockerfile", line=1))
    found = proposal(read(tmp_path, REQUIREMENTS, Existing(images=(image,))), "python")
    assert found is not None
    assert (found.value, found.confidence) == ("3.13", Confidence.MEDIUM)
    assert [(each.value, each.evidence[0].path) for each in found.alternatives] == [
        ("3.12", "Dockerfile")
    ]


def test_a_locked_package_without_a_wheel_holds_the_version_back(tmp_path: Path) -> None:
    found = proposal(read(tmp_path, {"requirements.txt": "flask\nnumpy==1.26.4\n"}), "python")
    assert found is not None
    assert found.value == "3.12"
    assert found.evidence == (Evidence(path="requirements.txt", line=2),)


def test_the_version_of_the_tests_counts_where_nothing_else_does(tmp_path: Path) -> None:
    workflow = {".github/workflows/ci.yml": 'with:\n  python-version: "3.12"\n'}
    found = proposal(read(tmp_path, REQUIREMENTS | workflow), "python")
    assert found is not None
    assert (found.value, found.confidence) == ("3.12", Confidence.LOW)
    matrix = {".github/workflows/ci.yml": 'python-version: ["3.11", "3.12"]\n'}
    assert proposal(read(tmp_path, REQUIREMENTS | matrix), "python") is None


@pytest.mark.parametrize(
    ("text", "minors"),
    [
        ("^3.9", ["3.9", "3.12"]),
        ("~3.10", ["3.10"]),
        ("~3", ["3.9", "3.10", "3.12"]),
        ("3.*", ["3.9", "3.10", "3.12"]),
        ("3.12.1", ["3.12"]),
        (">=3.10,<3.12 || 3.9.*", ["3.9", "3.10"]),
        ("*", ["3.9", "3.10", "3.12"]),
    ],
)
def test_poetry_constraints(text: str, minors: list[str]) -> None:
    found = specifiers.ranges(text, poetry=True)
    for minor in ("3.9", "3.10", "3.12"):
        expected = minor in minors or (text == "^3.9" and minor == "3.10")
        assert specifiers.allows(found, minor) is expected
