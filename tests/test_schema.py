"""The JSON Schema: valid itself, takes what imgen takes, and refuses what is plainly wrong."""

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import profiles
from generator.artefacts import SCHEMA_DIALECT, fields, json_schema
from tests.helpers import CASES, Case

SCHEMA = json_schema()
HEAD = {"imgen": 1, "name": "shop", "version": "1.0.0", "maintainer": "Me"}
GENERIC = {**HEAD, "profile": "generic", "command": ["/app/run"]}
PYTHON = {**HEAD, "profile": "python-multistage"}
NGINX = {**HEAD, "profile": "nginx"}


def errors(spec: object) -> list[str]:
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(spec)]


def test_the_schema_is_one() -> None:
    assert SCHEMA["$schema"] == SCHEMA_DIALECT == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_spec_of_the_project_follows_the_schema(case: Case) -> None:
    # As an editor reads it, with the types of YAML.
    assert errors(yaml.safe_load(case.text())) == []


@pytest.mark.parametrize(
    "spec",
    [
        GENERIC,
        NGINX,
        {**NGINX, "version": 1.0, "port": 8080, "nginx": 1.30, "spa": True, "healthcheck": "none"},
        {**GENERIC, "env": {"A": "x", "B": 1, "C": True, "D": 1.5}, "command": ["a", 1, True]},
        {
            **GENERIC,
            "healthcheck": {"command": ["a"], "interval": 5},
            "user": 10001,
            "resources": {"cpus": 1.5},
        },
        {**PYTHON, "server": "gunicorn a:b", "dependencies": "uv.lock"},
        {
            **PYTHON,
            "server": {"gunicorn": "a:b"},
            "dependencies": {"manager": "uv"},
            "python": 3.13,
        },
    ],
    ids=["generic", "nginx", "numbers", "env", "health check", "short forms", "long forms"],
)
def test_what_imgen_takes_follows_the_schema(spec: dict[str, Any]) -> None:
    assert errors(spec) == []


@pytest.mark.parametrize(
    "spec",
    [
        {}, [], "imgen", {**GENERIC, "imgen": 2}, {**GENERIC, "profile": "node"}, {**GENERIC,
        "bogus": 1},
        {key: value for key, value in GENERIC.items() if key != "name"},
        {key: value for key, value in GENERIC.items() if key != "command"},
        {key: value for key, value in GENERIC.items() if key != "imgen"},
        {key: value for key, value in GENERIC.items() if key != "profile"},
        {**GENERIC, "port": 0}, {**GENERIC, "port": 22}, {**GENERIC, "port": 65536}, {**GENERIC,
        "port": "x"},
        {**GENERIC, "env": ["A"]}, {**GENERIC, "packages": "libpq5"}, {**GENERIC,
        "stop_signal": "SIGKILL"},
        {**GENERIC, "resources": {"cpu": 1}}, {**GENERIC, "healthcheck": {"pth": "/"}}, {**GENERIC,
        "outputs": ["compose"]},
        {**GENERIC, "server": {"gunicorn": "a:b"}}, {**NGINX, "python": "3.13"}, {**NGINX,
        "spa": "perhaps"},
        {**PYTHON, "dependencies": {"manager": "npm"}}, {**PYTHON, "server": {"gunicorn": "a:b",
        "workers": 0}},
        {**GENERIC, "user": {"uid": 0, "gid": 1}}, {**GENERIC, "healthcheck": {"retries": 101}},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_plainly_wrong_does_not(spec: object) -> None:
    assert errors(spec)


def test_every_field_stands_in_the_schema_with_its_description() -> None:
    for name in profiles.names():
        definition = SCHEMA["$defs"][name]  # type: ignore[index]
        for path, _, description in fields(profiles.get(name)):
            if "." not in path:
                assert definition["properties"][path]["description"] == description, path
