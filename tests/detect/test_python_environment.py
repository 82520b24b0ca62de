"""Variables, files to copy, and places to write of a Python app."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Evidence
from generator.detect.python.code import MOST_PARSED, MOST_READ, Code
from generator.detect.python.environment import Variable, find
from tests.detect.python_app import (
    apps,
    notes,
    places,
    project_of,
    proposal,
    tree_of,
    value,
)

APP = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
FLASK = project_of("flask", "gunicorn")


def variables(root: Path, code: str) -> dict[str, Variable]:
    tree = tree_of(root, {"app.py": code})
    return {each.name: each for each in find(Code(tree), ["app.py"])}


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ('import os\nX = os.environ["X"]\n', True),
        ('from os import environ\nX = environ["X"]\n', True),
        ('import os as system\nX = system.environ["X"]\n', True),
        ('import os\ndef f():\n    return os.environ["X"]\n', False),
        ('import os\ndef create_app():\n    return os.environ["X"]\n', True),
        ('import os\nclass C:\n    x = os.environ["X"]\n', True),
        ('import os\nif a:\n    x = os.environ["X"]\n', False),
        ('import os\ntry:\n    x = os.environ["X"]\nexcept KeyError:\n    x = 1\n', False),
        ('import os\nif __name__ == "__main__":\n    x = os.environ["X"]\n', True),
        ('import os\nx = os.environ["X"] or "y"\n', False),
        ('import os\nX = os.getenv("X")\n', False),
        ('import os\nX = os.getenv("X", "d")\n', False),
        ('import os\nX = int(os.getenv("X"))\n', True),
        ('import os\nX = int(os.getenv("X", "1"))\n', False),
        ('import os\nX = os.getenv("X")\nif not X:\n    raise ValueError\n', True),
        ('import os, sys\nX = os.getenv("X")\nif X is None:\n    sys.exit(1)\n', True),
        ('import os\nX = os.getenv("X")\nif X:\n    raise ValueError\n', False),
        ('import os\nX = os.getenv("X")\nassert X\n', True),
        ('import os\nX = os.environ.get("X")\nbot.run(X)\n', True),
        ('import os\nbot.run(os.environ.get("X"))\n', True),
        ('import os\ne = create_engine(os.getenv("X"))\n', True),
        ('from decouple import config\nX = config("X")\n', True),
        ('from decouple import config\nX = config("X", default="")\n', False),
        ('from decouple import config\nX = config("X", cast=bool, default=True)\n', False),
        ('import environ\nenv = environ.Env()\nX = env("X")\n', True),
        ('import environ\nenv = environ.Env()\nX = env.str("X", "d")\n', False),
        ('import environ\nenv = environ.Env()\nX = env("X", default=None)\n', False),
        ('import environ\nenv = environ.Env()\nX = env("X", bool)\n', True),
        ('import environ\nenv = environ.Env(X=(bool, True))\nX = env("X")\n', False),
        ('import environ\nenv = environ.Env(X=bool)\nX = env("X")\n', True),
        ('from environs import Env\nenv = Env()\nX = env.int("X")\n', True),
        ('from starlette.config import Config\nconfig = Config()\nX = config("X")\n', True),
    ],
)
def test_what_the_app_needs(tmp_path: Path, code: str, *, needed: bool) -> None:
    assert variables(tmp_path, code)["X"].needed is needed


def test_other_calls_named_env_are_none(tmp_path: Path) -> None:
    assert variables(tmp_path, 'env("X")\nconfig("Y")\nother.environ["Z"]\n') == {}


def test_pydantic_settings(tmp_path: Path) -> None:
    code = """
from typing import ClassVar
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
class Base(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="shop_")
    token: str
    debug: bool = False
    dots: str = Field(...)
    given: str = Field(default="x")
    made: list[str] = Field(default_factory=list)
    named: str = Field(alias="OTHER_NAME")
    shared: ClassVar[str]
class Inner(Base):
    workers: int
class Plain(BaseModel):
    not_a_setting: str
"""
    found = variables(tmp_path, code)
    needed = {name for name, each in found.items() if each.needed}
    assert needed == {"SHOP_TOKEN", "SHOP_DOTS", "OTHER_NAME", "SHOP_WORKERS"}
    assert found["SHOP_WORKERS"].kind == "int"
    assert not found["SHOP_DEBUG"].needed
    assert "SHOP_SHARED" not in found
    assert "NOT_A_SETTING" not in found


def test_prefix_of_a_config_class(tmp_path: Path) -> None:
    code = (
        "from pydantic import BaseSettings\nclass S(BaseSettings):\n    x: str\n"
        '    class Config:\n        env_prefix = "A_"\n'
    )
    assert list(variables(tmp_path, code)) == ["A_X"]


def test_secrets_by_name_and_public_values_from_an_example(tmp_path: Path) -> None:
    files = {
        "app.py": APP + "".join(
            f'{name} = os.environ["{name}"]\n'
            for name in ("API_KEY", "DATABASE_URL", "REGION", "MODE", "PORT", "HOST", "UNKNOWN")
        ),
        ".env.example": "API_KEY=abc\nDATABASE_URL=postgresql://u:p@db/x\nREGION=eu-1 # where\n"
        "MODE=change-me\n",
    }  # fmt: skip
    (app,) = apps(tmp_path, files, FLASK)
    names = value(app, "secrets")
    assert isinstance(names, list)
    assert sorted(names) == ["API_KEY", "DATABASE_URL", "MODE", "UNKNOWN"]
    assert value(app, "env.REGION") == "eu-1"
    assert places(app, "env.REGION") == [".env.example:3"]
    assert value(app, "env.PORT") == "8000"
    assert value(app, "env.HOST") == "0.0.0.0"
    assert "app.py:4" in places(app, "secrets")


def test_public_value_of_a_compose_file(tmp_path: Path) -> None:
    place = Evidence(path="compose.yaml", line=8)
    told = Existing(env={"REGION": Told("eu-2", place), "UNREAD": Told("x", place)})
    files = {"app.py": APP + 'R = os.environ["REGION"]\n'}
    (app,) = apps(tmp_path, files, FLASK, told=told)
    assert value(app, "env.REGION") == "eu-2"
    assert proposal(app, "env.UNREAD") is None


def test_variables_of_tests_and_scripts_do_not_count(tmp_path: Path) -> None:
    need = 'import os\nX = os.environ["TOKEN_{}"]\n'
    files = {
        "app.py": APP + "import used\n",
        "used.py": need.format(1),
        "unused.py": need.format(2),
        "tests/test_app.py": need.format(3),
        "scripts/seed.py": need.format(4),
    }
    (app,) = apps(tmp_path, files, FLASK)
    assert value(app, "secrets") == ["TOKEN_1"]


def test_late_and_optional_variables_are_notes(tmp_path: Path) -> None:
    code = 'def f():\n    return os.environ["LATE_KEY"]\nSENTRY = os.getenv("SENTRY_DSN")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "secrets") is None
    assert "in some cases only, without a default: LATE_KEY" in notes(app)
    assert "read if they are given: SENTRY_DSN" in notes(app)


def test_names_that_the_entrypoint_cannot_check(tmp_path: Path) -> None:
    code = 'A = os.environ["_HIDDEN"]\nB = os.environ["LD_PRELOAD"]\nC = os.environ["HOME"]\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "secrets") is None
    assert "_HIDDEN" in notes(app)


def test_services(tmp_path: Path) -> None:
    code = 'R = os.environ["REDIS_URL"]\nD = os.getenv("DATABASE_URL", "sqlite:///x.db")\n'
    project = project_of("flask", "redis", "psycopg2-binary")
    (app,) = apps(tmp_path, {"app.py": APP + code}, project)
    assert "needs a Redis at REDIS_URL: without it the app does not become healthy" in notes(app)
    assert "uses a PostgreSQL, named by DATABASE_URL" in notes(app)


def test_include_is_what_the_app_needs(tmp_path: Path) -> None:
    files = {
        "app.py": APP + 'from core import x\nopen("words.txt")\n',
        "core/__init__.py": "",
        "unrelated/__init__.py": "",
        "static/a.css": "",
        "templates/a.html": "",
        "model.onnx": "",
        "words.txt": "",
        "notes.txt": "",
        "alembic.ini": "",
        "alembic/env.py": "",
        "requirements.txt": "",
        "setup.cfg": "",
        "docs/a.md": "",
        "tests/test_a.py": "",
        "frontend/package.json": "{}",
        "Makefile": "",
        "LICENSE": "",
        ".github/x.yml": "",
        "server.key": "",
        "my file.json": "",
    }
    (app,) = apps(tmp_path, files, FLASK)
    assert value(app, "include") == [
        "alembic", "alembic.ini", "app.py", "core", "model.onnx", "static", "templates",
        "words.txt",
    ]  # fmt: skip
    assert "server.key looks like a secret" in notes(app)
    assert "my file.json has a name" in notes(app)


def test_module_named_in_a_text_is_copied(tmp_path: Path) -> None:
    files = {"app.py": APP + 'load("plugins.one")\n', "plugins/one.py": ""}
    (app,) = apps(tmp_path, files, FLASK)
    assert value(app, "include") == ["app.py", "plugins"]


def test_sqlite_of_flask_sqlalchemy_is_a_volume(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": APP + 'app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"\n'
    }
    project = project_of("flask", "flask-sqlalchemy", "gunicorn")
    (app,) = apps(tmp_path, files, project)
    assert value(app, "volumes") == ["/app/instance"]
    assert places(app, "volumes") == ["shop/__init__.py:4"]


def test_sqlite_that_a_variable_moves(tmp_path: Path) -> None:
    code = 'URL = os.getenv("DATABASE_URL", "sqlite:///./app.db")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "env.DATABASE_URL") == "sqlite:////data/app.db"
    assert value(app, "volumes") == ["/data"]


def test_file_beside_the_code_is_said(tmp_path: Path) -> None:
    code = 'import sqlite3\nc = sqlite3.connect("app.db")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "volumes") is None
    assert "writes app.db beside its code" in notes(app)


def test_folders_of_data_logs_and_scratch(tmp_path: Path) -> None:
    code = (
        'import tempfile, logging\nos.makedirs("uploads", exist_ok=True)\n'
        'h = logging.FileHandler("logs/app.log")\nos.makedirs("static", exist_ok=True)\n'
        'os.makedirs("/var/lib/shop", exist_ok=True)\n'
    )
    files = {"app.py": APP + code, "static/a.css": ""}
    (app,) = apps(tmp_path, files, FLASK)
    assert value(app, "volumes") == ["/app/uploads", "/var/lib/shop"]
    assert value(app, "tmpfs") == ["/app/logs", "/tmp"]


def test_caches_of_libraries(tmp_path: Path) -> None:
    project = project_of("flask", "gunicorn", "matplotlib", "transformers")
    (app,) = apps(tmp_path, {"app.py": APP}, project)
    assert value(app, "env.MPLCONFIGDIR") == "/tmp/matplotlib"
    assert value(app, "tmpfs") == ["/tmp"]
    assert value(app, "env.HF_HOME") == "/var/cache/huggingface"
    assert value(app, "volumes") == ["/var/cache/huggingface"]


def test_reading_is_bounded(tmp_path: Path) -> None:
    files = {f"m{number}.py": "from flask import Flask\n" for number in range(MOST_READ + 50)}
    code = Code(tree_of(tmp_path, files))
    assert len(code.paths) == MOST_READ
    assert len(list(code.modules(code.paths))) == MOST_PARSED


def test_generated_and_foreign_code_is_not_read(tmp_path: Path) -> None:
    files = dict.fromkeys(
        ["a/migrations/0001.py", "node_modules/x/a.py", "venv/lib/a.py", "b_pb2.py", ".tox/a.py"],
        "",
    )
    assert Code(tree_of(tmp_path, {**files, "app.py": ""})).paths == ["app.py"]
