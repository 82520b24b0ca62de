"""What `imgen detect` gives to other programs: JSON and YAML of a form that is told."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from generator.artefacts import json_schema as spec_schema
from generator.detect import detect, json_form, typed
from generator.detect.model import Detection
from tests.helpers import ROOT, imgen

from .fixtures import Project, projects

FORM = jsonschema.Draft202012Validator(json_form.json_schema())
SPEC = jsonschema.Draft202012Validator(spec_schema())


def told(found: Detection) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(json_form.render(found, folder="."))
    return answer


@pytest.mark.parametrize("project", projects(), ids=str)
def test_json_follows_its_schema_and_its_spec_that_of_a_spec(
    project: Project, tmp_path: Path
) -> None:
    found = told(detect(project.copy(tmp_path / project.name)))
    FORM.validate(found)
    if found["found"] and not found["missing"]:
        SPEC.validate(found["spec"])
    for each in found["proposals"]:
        place = found["spec"]
        for part in each["field"].split("."):
            place = place[part] if isinstance(place, dict) and part in place else each["value"]
        assert place == each["value"]


def test_the_schema_has_every_key_and_allows_no_other_type() -> None:
    found = told(Detection(chosen=None))
    FORM.validate(found)
    assert list(found) == json_form.json_schema()["required"]
    for key in found:
        assert not FORM.is_valid({**found, key: None})
        assert not FORM.is_valid({name: value for name, value in found.items() if name != key})


def test_a_spec_that_lacks_something_is_typed_too() -> None:
    values = {
        "imgen": "1",
        "profile": "nginx",
        "port": "8081",
        "spa": "true",
        "env": {"LEVEL": "1"},
        "healthcheck": {"path": "/", "interval": "5"},
        "no_field": ["1"],
    }
    assert typed.spec(values) == {
        **values,
        "imgen": 1,
        "port": 8081,
        "spa": True,
        "healthcheck": {"path": "/", "interval": 5},
    }
    assert typed.spec({"profile": "no-profile", "port": "1"}) == {
        "profile": "no-profile",
        "port": "1",
    }


def test_the_page_on_detection_names_every_key() -> None:
    page = (ROOT / "docs" / "detection.md").read_text(encoding="utf-8")
    schema = json_form.json_schema()
    for key, part in schema["properties"].items():
        assert f"| `{key}` | {part['description']} |" in page
    for key, part in schema["properties"]["proposals"]["items"]["properties"].items():
        assert f"| `{key}` |" in page, part


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["detect", "detect --format json", "new", "new --yes"])
def test_a_closed_stream_is_no_traceback(command: str, closed: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<p>\n")
    line = f'exec "$0" -m generator {command} {closed}'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == (2 if command == "new" else 0)


def test_a_program_reads_no_app_as_json_with_an_exit_code(tmp_path: Path) -> None:
    done = imgen("detect", "--format", "json", cwd=tmp_path)
    assert (done.code, json.loads(done.out)["found"]) == (1, False)
