"""Whatever a spec may hold arrives in the image as it is: nothing expands, ends or vanishes."""

import json
from pathlib import Path

import pytest

from generator.verify.engine import Built

from . import apps
from .apps import App
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
HARD = {
    "double quotes": 'say "yes"',
    "single quote": "it's",
    "backslash": r"C:\new\table",
    "trailing backslash": "ends in \\",
    "two trailing backslashes": "ends in \\\\",
    "variable": "$HOME",
    "braced variable": "${PATH} ${X:-y}",
    "command": "$(id) `id`",
    "comment": "a # b",
    "leading comment": "# syntax=evil",
    "template": "{{ image.name }} {% if %} {# #}",
    "hcl": "${tag} %{if}",
    "heredoc": "<<EOF",
    "brackets": '["sh", "-c"]',
    "equals": "A=B C=D",
    "semicolons": "a; b && c | d > e",
    "unicode": "Grüße, 你好, ½",
    "emoji": "\N{ROCKET}",
    "percent": "100%s %d",
    "tilde and glob": "~/* ?",
}


def spec() -> str:
    """A spec with every hard value in every place that takes free text; JSON is YAML."""
    numbered = list(enumerate(HARD.values()))
    return json.dumps(
        {
            "imgen": "1",
            "profile": "generic",
            "name": "escaping",
            "version": "1.0.0",
            "maintainer": 'Ann "O\'Neil" $HOME <ann@example.com> \\',
            "description": " ".join(list(HARD.values())[:9]) + " \\",
            "syntax": "none",
            "base": "alpine:3.23",
            "init": "false",
            "include": ["data"],
            "healthcheck": {"command": ["test", *HARD.values()]},
            "labels": {f"com.example.n{number}": text for number, text in numbered},
            "env": {f"VALUE_{number}": text for number, text in numbered},
            "command": ["printf", r"%s\n", *HARD.values()],
        },
        ensure_ascii=False,
    )


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    return apps.make(tmp_path_factory.mktemp("escaping"), spec(), {"data": ""})


@pytest.fixture(scope="module")
def built(fleet: Fleet, app: App) -> Built:
    return fleet.built(app)


def test_labels_and_description_come_back_exactly(engine: Engine, app: App, built: Built) -> None:
    labels = engine.image(built.tag).labels
    assert app.profile.labels.items() <= labels.items()
    assert set(HARD.values()) == set(app.profile.labels.values())
    assert labels["org.opencontainers.image.description"] == app.profile.description
    assert labels["maintainer"] == app.profile.maintainer


def test_variables_come_back_exactly(engine: Engine, app: App, built: Built) -> None:
    environment = engine.image(built.tag).environment
    assert app.profile.env.items() <= environment.items()
    assert set(HARD.values()) == set(app.profile.env.values())


def test_a_running_process_sees_the_variables_exactly(engine: Engine, built: Built) -> None:
    done = engine.run(built.tag, "--entrypoint", "env")
    lines = done.stdout.splitlines()
    for number, text in enumerate(HARD.values()):
        assert f"VALUE_{number}={text}" in lines


def test_words_of_a_command_come_back_exactly(engine: Engine, built: Built) -> None:
    done = engine.run(built.tag)
    assert done.stdout.splitlines() == list(HARD.values())
    assert engine.image(built.tag).probe["Test"] == ["CMD", "test", *HARD.values()]


def test_an_unescaped_value_would_not_come_back(engine: Engine, tmp_path: Path) -> None:
    text = 'FROM alpine:3.23\nLABEL com.example.a="$PATH" com.example.b="a\\\\b"\n'
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    labels = engine.image(engine.build(tmp_path, tag=engine.tag("unescaped")).tag).labels
    assert labels["com.example.a"] != "$PATH"
    assert labels["com.example.b"] == "a\\b"
