"""Detection survives whatever stands in a file, and every spec that it proposes is valid."""

import json
import os
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.detect import detect, json_form, shell, text_form, yaml_form
from generator.detect.documents import read_yaml
from generator.spec import from_values, parse

TOML = ("pyproject.toml", "Cargo.toml", "Pipfile", "uv.lock", "poetry.lock", "netlify.toml")
JSON = (
    "package.json", "package-lock.json", "composer.json", "angular.json", "Pipfile.lock",
    "tsconfig.json", "deno.json", "global.json", "vercel.json",
)  # fmt: skip
YAML = (
    "compose.yaml", "docker-compose.yml", "mkdocs.yml", "pnpm-lock.yaml", "CITATION.cff",
    "_config.yml", "environment.yml", ".gitlab-ci.yml", "pnpm-workspace.yaml", "pubspec.yaml",
)  # fmt: skip
PLAIN = (
    "go.mod", "pom.xml", "setup.cfg", "requirements.txt", "requirements.in", "Procfile",
    "Dockerfile", ".dockerignore", ".gitignore", "runtime.txt", ".python-version", "CODEOWNERS",
    "Makefile", "CMakeLists.txt", "Gemfile", "build.gradle", "App.csproj", "VERSION",
    "CHANGELOG.md",
    ".git/config", ".git/packed-refs", "tox.ini", ".tool-versions", "yarn.lock", "LICENSE",
    ".env.example", "gunicorn.conf.py", "vite.config.js", "next.config.js", "hugo.toml", "gems.rb",
)  # fmt: skip
PYTHON = ("app.py", "main.py", "manage.py", "setup.py", "shop/wsgi.py", "shop/settings.py")
EVERY = (*TOML, *JSON, *YAML, *PLAIN, *PYTHON)

# What a manifest of each kind begins like, to be broken.
SEEDS = {
    "pyproject.toml": '[project]\nname = "a"\nrequires-python = ">=3.11"\n'
    'dependencies = ["flask", "gunicorn"]\n[project.scripts]\na = "a:b"\n'
    '[tool.uv.workspace]\nmembers = ["x/*"]\n[tool.poetry.dependencies]\npython = "^3.11"\n',
    "package.json": '{"name": "a", "scripts": {"build": "vite build", "start": "node a.js"},'
    '"dependencies": {"vite": "^5"}, "engines": {"node": ">=20"}, "workspaces": ["a/*"]}',
    "Dockerfile": 'FROM a:${B:-1} AS b\nRUN apt-get install -y c \\\n && d\nCMD ["e", "f"]\n',
    "Procfile": "web: gunicorn a:b --bind 0.0.0.0:$PORT\nworker: celery -A a worker\n",
    "requirements.txt": "-r other.txt\nflask[async]==3.0 ; python_version < '4' --hash=sha256:a\n",
    "app.py": "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
    "@app.route('/healthz')\ndef a(): return os.environ['B']\napp.run(port=5000)\n",
    "setup.cfg": "[metadata]\nname = a\n[options]\ninstall_requires =\n    flask\n",
    "compose.yaml": "services:\n  web:\n    build: .\n    ports: ['1:2']\n    command: a b\n",
    "go.mod": "module example.com/a\n\ngo 1.23\n",
    "pom.xml": "<project><artifactId>a</artifactId><version>1</version></project>",
    "Cargo.toml": '[package]\nname = "a"\n[[bin]]\nname = "b"\npath = "c.rs"\n',
    "Pipfile": '[packages]\nflask = "*"\n[requires]\npython_version = "3.12"\n',
}


def survive(files: dict[str, bytes]) -> None:
    """Detect in a folder with some files, in every form, and check what is proposed."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, raw in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(raw)
        look(root)


def look(root: Path) -> None:
    found = detect(root)
    json.loads(json_form.render(found, folder="."))
    for width in (20, 100):
        text_form.render(found, folder=".", colour=False, width=width).encode()
    if found.chosen is None:
        return
    text = yaml_form.render(found)
    assert found.answers()
    if not found.chosen.missing:
        spec = from_values(found.values())
        assert parse(text, source="imgen.yaml").profile == spec.profile


ANYTHING = {
    "empty": b"",
    "blank": b"\n\n\n",
    "bytes": b"\x00\x01\x02\xff\xfe",
    "utf-16": b"\xff\xfea\x00=\x00",
    "latin-1": 'ö = "ß"\n\'é'.encode("latin-1"),
    "nested": b"[" * 50_000,
    "nested mappings": b'{"a": ' * 50_000,
    "nested lists": b"- " * 50_000,
    "long word": b"a" * 300_000,
    "long blank": b" " * 300_000,
    "signs": b"((((" * 20_000 + b"\n" + b"\\" * 50_000,
    "syntax": b"def f(:\n  import",
}


@pytest.mark.parametrize("name", EVERY)
def test_any_manifest_may_hold_anything(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    for raw in ANYTHING.values():
        (tmp_path / name).write_bytes(raw)
        started = time.process_time()
        look(tmp_path)
        assert time.process_time() - started < 2


# Sizes at which a reader that is quadratic takes far longer than the bound.
LONG = 2**17
MOST_SECONDS = 5.0  # of wall time for a file, for machines that are slow and busy
NEWLINES = "\n" * 60_000
GROWING = "".join(f"ARG {name}={f'${held}' * 10}\n" for held, name in pairwise("ABCDEFGHIJK"))
LARGE: dict[str, Callable[[str], str]] = {
    "long line": lambda seed: seed + "a" * LONG,
    "blank lines": lambda seed: seed + "\n" * LONG,
    "spaces": lambda seed: seed + " " * LONG + "!",
    "expansions": lambda seed: seed + "A=$A$A$A${B:-" * (LONG // 13),
    "many times": lambda seed: seed * (LONG // 2 // len(seed)),
    "many entries": lambda seed: seed + "".join(f"a{n} = 1\n" for n in range(10_000)),
}


@pytest.mark.parametrize("name", EVERY)
def test_any_manifest_may_be_long(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    for kind, text in LARGE.items():
        (tmp_path / name).write_text(text(SEEDS.get(name, "a: 1\n")), encoding="utf-8")
        assert seconds(tmp_path) < MOST_SECONDS, kind


# What was slow, or ended the process, before it had a bound.
SLOW = {
    "a pair in a long line": {"Dockerfile": f"FROM a:1\nENV A=1 {'a' * 150_000}\n"},
    "arguments that grow": {"Dockerfile": f"ARG A=1\n{GROWING}FROM a:$K\nEXPOSE $K\n"},
    "variables that grow": {
        "Dockerfile": f"FROM a:1\nENV A=1\n{GROWING.replace('ARG', 'ENV')}EXPOSE $K\n"
    },
    "words for work": {"Dockerfile": f"FROM a:1\nCMD {json.dumps(['flask'] * 150_000)}\n"},
    "a module's blank lines": {
        "go.mod": f"module x{' ' * 10}\n{NEWLINES}",
        "main.go": f"package main\n{NEWLINES}",
    },
    "variables of a service": {
        "compose.yaml": "services:\n web:\n  build: .\n  environment:\n"
        + "".join(f"   A{number}: 1\n" for number in range(8_000))
    },
    "services": {
        "compose.yaml": "services:\n"
        + "".join(f" w{number}:\n  image: a\n" for number in range(20_000))
    },
    "addresses of a process": {"Procfile": f"web: {'--bind=' * 150_000}\n"},
    "a tag's digits": {".git/packed-refs": f"x refs/tags/v1.{'1' * 4_400}\n", "app.py": ""},
    "programs": {"CMakeLists.txt": "add_executable(a a.c)\n" * 47_000},
}


def test_only_so_many_entries_are_looked_at_and_that_is_told(tmp_path: Path) -> None:
    entries = "".join(f"   A{number}: 1\n" for number in range(300))
    files = {
        "requirements.txt": "".join(f"a{number}==1\n" for number in range(3_000)),
        "compose.yaml": f"services:\n web:\n  build: .\n  environment:\n{entries}",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert detect(tmp_path).unread == (
        "compose.yaml: has more than 200 services or variables",
        "requirements.txt: names more than 2000 packages",
    )


def test_a_yaml_text_of_very_many_values_is_not_read() -> None:
    text = "site_name: a\nnav:\n" + "- a: b\n" * 10_000
    assert len(read_yaml(text)["nav"]) == 10_000
    assert read_yaml(text + "- a: b\n" * 20_000) == {}


def test_the_end_of_a_long_script_is_looked_at() -> None:
    script = "exec a\n" + "b\n" * 3_000
    assert shell.script_command(script, {}) == (["b"], 3_001)


def test_a_text_grows_only_so_far() -> None:
    variables = {"A": "a" * 3_000, "B": "b"}
    assert shell.filled("$A$A$A$B", variables) == "a" * 3_000 + "$A$A" + "b"


@pytest.mark.parametrize("kind", SLOW)
def test_what_was_slow_is_fast(kind: str, tmp_path: Path) -> None:
    for name, text in SLOW[kind].items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert seconds(tmp_path) < MOST_SECONDS


def seconds(root: Path) -> float:
    started = time.process_time()
    look(root)
    return time.process_time() - started


@pytest.mark.parametrize("name", EVERY)
def test_any_manifest_may_be_a_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / name / name).mkdir(parents=True)
    (tmp_path / name / "a.py").write_text("x = 1\n", encoding="utf-8")
    look(tmp_path)


def test_a_folder_with_all_that_is_odd(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Dockerfile")
    (tmp_path / "package.json").symlink_to("package.json")
    (tmp_path / "requirements.txt").symlink_to("/etc/passwd")
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "loop").symlink_to("../app")
    (tmp_path / "line\nbreak.py").write_text("x", encoding="utf-8")
    (tmp_path / os.fsdecode(b"\xff.py")).write_text("x", encoding="utf-8")
    with (tmp_path / "pyproject.toml").open("wb") as file:
        file.truncate(200 * 2**20)
    look(tmp_path)
    assert detect(tmp_path).unread == ("pyproject.toml: is larger than 4 MiB",)


@given(name=st.sampled_from(EVERY), raw=st.binary(max_size=200))
@settings(max_examples=40, deadline=None)
def test_bytes(name: str, raw: bytes) -> None:
    survive({name: raw})


@st.composite
def broken(draw: st.DrawFn) -> dict[str, bytes]:
    """Manifests with some text cut out and some put in."""
    files = {}
    for name in draw(st.sets(st.sampled_from(sorted(SEEDS)), min_size=1, max_size=3)):
        text = SEEDS[name]
        for _ in range(draw(st.integers(1, 3))):
            start = draw(st.integers(0, len(text)))
            end = min(len(text), start + draw(st.integers(0, 12)))
            inserted = draw(st.text(alphabet="\"'[]{}()=:;$\\#-*&!<>,.\n\t 0aé\x00", max_size=6))
            text = text[:start] + inserted + text[end:]
        files[name] = text.encode()
    return files


@given(files=broken())
@settings(max_examples=60, deadline=None)
def test_manifests_that_were_damaged(files: dict[str, bytes]) -> None:
    survive(files)


KEYS = {
    "package.json": [
        "name", "version", "scripts", "dependencies", "devDependencies", "engines", "author",
        "license", "repository", "workspaces", "packageManager", "main", "bin", "type", "browser",
        "homepage", "volta", "maintainers", "description", "module", "files",
    ],
    "composer.json": ["name", "require", "authors", "license", "support", "scripts", "config"],
    "angular.json": ["projects", "defaultProject", "version", "newProjectRoot"],
    "Pipfile.lock": ["_meta", "default", "develop"],
    "package-lock.json": ["lockfileVersion", "packages", "dependencies"],
}  # fmt: skip
INNER = st.sampled_from(
    ["build", "start", "node", "python", "requires", "name", "url", "email", "vite", "flask",
     "architect", "options", "outputPath", "hash", "version", "x", "gunicorn", "django", "next"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["", "a", "vite build", ">=3.11", "^20", "next build && next export", "*", "1", "a:b", "../x",
     "/etc/passwd", "\ud800", "x" * 300, "$(y)", "http-server dist", "a\nb", "git+https://x/y"]
)  # fmt: skip
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 10**6), st.floats(), WORDS
)
WRONG: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(INNER, inner, max_size=3),
    max_leaves=8,
)


@given(data=st.data(), name=st.sampled_from(sorted(KEYS)))
@settings(max_examples=80, deadline=None)
def test_json_of_wrong_types(data: st.DataObject, name: str) -> None:
    document = data.draw(st.dictionaries(st.sampled_from(KEYS[name]), WRONG, max_size=8))
    files = {name: json.dumps(document).encode()}
    if name != "package.json" and data.draw(st.booleans()):
        files["package.json"] = SEEDS["package.json"].encode()
    survive(files)


TABLES = {
    "pyproject.toml": [
        "project", "project.dependencies", "project.scripts", "project.optional-dependencies",
        "project.license", "project.authors", "project.requires-python", "project.urls",
        "project.name", "project.version", "project.dynamic", "tool", "tool.poetry",
        "tool.poetry.dependencies", "tool.poetry.group", "tool.poetry.group.dev",
        "tool.poetry.scripts", "tool.poetry.packages", "tool.uv", "tool.uv.sources",
        "tool.uv.workspace", "tool.uv.workspace.members", "tool.pdm", "tool.hatch.envs",
        "tool.hatch.build.targets.wheel.packages", "tool.setuptools", "build-system",
        "tool.setuptools.packages.find.where", "build-system.build-backend", "dependency-groups",
        "build-system.requires", "tool.setuptools.package-dir", "tool.poetry.extras",
    ],
    "Cargo.toml": ["package", "package.name", "bin", "workspace", "workspace.members", "lib",
                   "dependencies", "workspace.package", "package.rust-version", "profile"],
    "Pipfile": ["packages", "packages.flask", "requires", "source", "dev-packages", "scripts"],
    "uv.lock": ["version", "package", "requires-python", "manifest", "manifest.members"],
    "poetry.lock": ["package", "metadata", "metadata.python-versions", "extras"],
    "pdm.lock": ["package", "metadata", "metadata.groups", "metadata.requires_python"],
}  # fmt: skip


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    if value is None or (isinstance(value, str) and not value.isprintable()):
        return "1979-05-27T07:32:00Z"
    if isinstance(value, float):
        return str(value)
    return json.dumps(value)


def nested(tables: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path, value in sorted(tables.items()):
        *parts, last = path.split(".")
        place = result
        for part in parts:
            inner = place.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = place[part] = {}
            place = inner
        place[last] = value
    return result


@given(data=st.data(), name=st.sampled_from(sorted(TABLES)))
@settings(max_examples=100, deadline=None)
def test_toml_of_wrong_types(data: st.DataObject, name: str) -> None:
    tables = nested(data.draw(st.dictionaries(st.sampled_from(TABLES[name]), WRONG, max_size=6)))
    text = "".join(f"{key} = {as_toml(value)}\n" for key, value in tables.items())
    files = {name: text.encode(), "app.py": SEEDS["app.py"].encode()}
    if name.endswith(".lock"):
        files["pyproject.toml"] = SEEDS["pyproject.toml"].encode()
    survive(files)


@given(data=st.data(), name=st.sampled_from(YAML))
@settings(max_examples=40, deadline=None)
def test_yaml_of_wrong_types(data: st.DataObject, name: str) -> None:
    keys = st.sampled_from(
        ["services", "web", "build", "ports", "command", "theme", "site_dir", "docs_dir", "plugins",
         "importers", "packages", "lockfileVersion", "dependencies", "channels", "authors", "name"]
    )  # fmt: skip
    document = data.draw(st.dictionaries(keys, WRONG | st.dictionaries(keys, WRONG), max_size=4))
    survive({name: json.dumps(document).encode()})
