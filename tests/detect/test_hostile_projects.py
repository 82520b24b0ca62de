"""Projects made to be slow, to give secrets away or to break out of a command."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.detect import detect, json_form, text_form, yaml_form

MOST_SECONDS = 4.0  # of the processor; without their bounds they take far longer
FLASK = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
PYDANTIC = f"from pydantic_settings import BaseSettings\n{FLASK}"
READS = ' os.getenv("A")\n' * 8_000
ENTRIES = "x = 1\n" * 20_000
INTEGERS, MODELS = " a: int\n" * 6_000, " b: I\n" * 6_000


def shown(root: Path) -> str:
    """All that a detection writes and prints."""
    found = detect(root)
    spec = yaml_form.render(found) if found.chosen else ""
    text = text_form.render(found, folder=".", colour=False, width=200)
    return json_form.render(found, folder=".") + text + spec


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def node(scripts: dict[str, str], library: str = "express") -> str:
    """A package.json with some scripts."""
    return json.dumps({"name": "a", "scripts": scripts, "dependencies": {library: "5"}})


def chained(text: str) -> dict[str, str]:
    """Modules that load each other, each with a text that is no larger than what is read."""
    files = {f"a{n}.js": f"require('./a{n + 1}') process.env\n{text}" for n in range(10)}
    return {"package.json": node({"start": "node a0.js"}), **files}


INNER = "cd a && " + " && ".join(["npm run build"] * 55)
SLOW = {
    "folders in folders": {
        "server.js": "",
        **{
            "a/" * depth + "package.json": node({"build": INNER, "start": "node server.js"})
            for depth in range(6)
        },
    },
    "scripts of scripts": {
        "server.js": "",
        "package.json": node(
            {f"s{n}": f"run-s {'s* ' * 12}{'x' * 200}" for n in range(8_000)}
            | {"build": "run-s s*", "start": "node server.js"}
        ),
    },
    "a scheme": chained("fastify-env\nrequired: ['AA']\n" * 200 + "A1:{" * 70_000),
    "functions": chained("[abc] throw\n" + "function a(b)" * 22_000),
    "loaded files": {
        "package.json": node({"build": "x"}, "ws"),
        **{
            f"{name}.js": "".join(f"require('./m{n}')\n" for n in range(120))
            for name in ("server", "app", "main", "index")
        },
        **{f"m{n}.js": "require('./a1234');" * 5_000 for n in range(120)},
    },
    "routes in a function": {"app.py": f"{FLASK}def f():\n" + " app.get(1)\n" * 18_000},
    "extensions": {
        "app.py": f"{FLASK}def f():\n app.get(1)\n"
        + "".join(f"a{n} = X(app)\n" for n in range(15_000))
    },
    "a branch for work": {"app.py": f"{FLASK}{ENTRIES}if DEBUG:\n{READS}"},
    "a long condition": {"app.py": f"{FLASK}if {' or '.join(['a'] * 20_000)}:\n{READS}"},
    "models in settings": {
        "app.py": f"{PYDANTIC}class I:\n{INTEGERS}class S(BaseSettings):\n"
        f" env_nested_delimiter = '_'\n{MODELS}"
    },
    "examples": {"app.py": FLASK, ".env.example": "A=1\n" * 900_000},
}


@pytest.mark.parametrize("name", SLOW)
def test_what_grows_is_bounded(name: str, tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "flask\ngunicorn\npydantic-settings\n", **SLOW[name]})
    if "package.json" in SLOW[name]:
        (tmp_path / "requirements.txt").unlink()
    started = time.process_time()
    shown(tmp_path)
    assert time.process_time() - started < MOST_SECONDS


def test_a_site_may_have_folders_of_every_name(tmp_path: Path) -> None:
    names = ("site", "published", "_published")
    write(tmp_path, {"index.html": "", **{f"{name}/a.html": "" for name in names}})
    assert "mkdir published2 && cp -r" in shown(tmp_path)


@pytest.mark.parametrize(
    "start",
    [
        "ADMIN_LOGIN=hunter2 API_HASH=hunter2 MY_DSN=hunter2 node server.js",
        "MONGO=mongodb://hunter2@db/shop node server.js",
        "migrate --password hunter2 && node server.js",
        "DATABASE_URL=postgres://u:hunter2@db/x prisma migrate deploy && node server.js",
        "node server.js --api-key hunter2",
    ],
)
def test_no_secret_of_a_script_is_shown(start: str, tmp_path: Path) -> None:
    write(tmp_path, {"package.json": node({"start": start}), "server.js": ""})
    assert "hunter2" not in shown(tmp_path)


@pytest.mark.parametrize(
    "start", ["concurrently --password hunter2 a", "bun --token=hunter2 a.ts", "a --pass hunter2"]
)
def test_no_secret_of_a_refused_script_is_shown(start: str, tmp_path: Path) -> None:
    write(tmp_path, {"package.json": node({"start": start})})
    assert "hunter2" not in shown(tmp_path)


def test_what_a_start_script_sets_and_is_not_taken_is_named(tmp_path: Path) -> None:
    start = "API_HASH=hunter2 LOG_LEVEL=info node server.js"
    write(tmp_path, {"package.json": node({"start": start}), "server.js": ""})
    text = shown(tmp_path)
    assert "LOG_LEVEL: info" in text
    assert "API_HASH of the start script may be secret" in text


def test_a_server_with_a_secret_argument_is_not_started_without_it(tmp_path: Path) -> None:
    scripts = {"start": "node server.js --token hunter2"}
    write(tmp_path, {"package.json": node(scripts), "server.js": "x.listen(3000)"})
    found = detect(tmp_path)
    assert found.chosen
    assert "may be a secret" in found.chosen.missing


def test_no_secret_of_a_container_file_is_taken_into_a_command(tmp_path: Path) -> None:
    dockerfile = 'FROM node\nCMD ["node", "server.js", "--token", "hunter2"]\n'
    files = {"package.json": node({}), "server.js": "", "Dockerfile": dockerfile}
    write(tmp_path, files)
    assert "hunter2" not in shown(tmp_path)


def test_a_project_of_typescript_is_no_login(tmp_path: Path) -> None:
    scripts = {"start": "nest start -p tsconfig.build.json", "build": "nest build"}
    write(tmp_path, {"package.json": node(scripts)})
    assert "command: [node, dist/main.js]" in shown(tmp_path)


def test_commands_of_a_hosted_build_are_not_shown_with_a_login(tmp_path: Path) -> None:
    config = "build:\n  jobs:\n    pre: ['curl -u me:hunter2 https://a.example']\n"
    write(tmp_path, {".readthedocs.yaml": config, "docs/conf.py": "project = 'a'\n"})
    text = shown(tmp_path)
    assert "runs commands of the project's own: add" in text
    assert "hunter2" not in text


def test_the_name_of_a_configuration_stays_one_word(tmp_path: Path) -> None:
    config = "mkdocs:\n  configuration: 'a;id.yml'\n"
    files = {".readthedocs.yaml": config, "a;id.yml": "site_name: a\n", "docs/index.md": ""}
    write(tmp_path, files)
    assert "mkdocs build -f 'a;id.yml'" in shown(tmp_path)


def test_a_workspace_builds_into_no_folder_outside(tmp_path: Path) -> None:
    told = '{"name": "x", "targets": {"build": {"executor": "a:application", "options": '
    files = {
        "nx.json": "{}",
        "package.json": node({}),
        "apps/a/project.json": told + '{"outputPath": "../../etc"}}}}',
        "apps/a/index.html": "",
    }
    write(tmp_path, files)
    assert "nothing tells the folder that `nx build x` makes" in shown(tmp_path)


def test_fields_have_names_that_an_environment_can_hold(tmp_path: Path) -> None:
    fields = " a: str = Field(alias='x y --flag')\n b: str = Field(alias='FINE')\n"
    code = f"from pydantic import Field\n{PYDANTIC}class S(BaseSettings):\n{fields}S()\n"
    requirements = "flask\ngunicorn\npydantic-settings\n"
    write(tmp_path, {"requirements.txt": requirements, "app.py": code})
    text = shown(tmp_path)
    assert "FINE" in text
    assert "--flag" not in text
