"""Variables that a Python app reads, and the files that it needs."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Evidence
from generator.detect.python.code import MOST_PARSED, MOST_READ, Code
from generator.detect.python.environment import find
from generator.detect.variable import Variable
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
ASKED = "import os, sys\n{0}    if os.getenv('X', None) is None:\n        raise Exception()\n"


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
        ('import os\nif os.getenv("X") is None:\n    raise Exception()\n', True),
        ('import os\nif not os.getenv("X"):\n    raise Exception()\n', True),
        ('import os\nif os.getenv("X") is None:\n    print()\n', False),
        (ASKED.format("if a:\n    pass\nelif len(sys.argv) > 0 and sys.argv[1] != 'b':\n"), True),
        (ASKED.format("if a:\n    pass\nelse:\n"), True),
        (ASKED.format("if not a:\n"), True),
        (ASKED.format("if a:\n"), False),
        (ASKED.format("def f():\n"), False),
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


@pytest.mark.parametrize("line", ["from config import TOKEN", "import config"])
def test_token_that_another_module_needs(tmp_path: Path, line: str) -> None:
    name = "TOKEN" if "TOKEN" in line else "config.TOKEN"
    files = {
        "bot.py": f"from aiogram import Bot\n{line}\nbot = Bot(token={name})\n"
        'if __name__ == "__main__":\n    bot.run()\n',
        "config.py": 'import os\nTOKEN = os.getenv("BOT_TOKEN")\nOTHER = os.getenv("OTHER_KEY")\n',
    }
    (app,) = apps(tmp_path, files, project_of("aiogram"))
    assert value(app, "secrets") == ["BOT_TOKEN"]


def test_secret_with_a_value_in_the_code_is_said(tmp_path: Path) -> None:
    code = 'A = os.environ.get("SECRET_KEY") or "guess"\nB = os.getenv("COLOUR", "red")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert "everyone can read in the code, unless given: SECRET_KEY" in notes(app)
    assert "COLOUR" not in notes(app)


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
    assert "needs a Redis at REDIS_URL" in notes(app)
    assert "healthy" not in notes(app)  # a health path may answer without it
    assert "uses a PostgreSQL, named by DATABASE_URL" in notes(app)


def test_service_without_a_default_is_not_said_to_have_one(tmp_path: Path) -> None:
    code = 'def f():\n    return os.environ["KAFKA_SERVERS"]\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, project_of("flask", "aiokafka"))
    assert "uses a Kafka, named by KAFKA_SERVERS" in notes(app)
    assert "left at its default" not in notes(app)


def test_service_with_a_default(tmp_path: Path) -> None:
    code = 'D = os.getenv("DATABASE_URL", "sqlite:///x.db")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, project_of("flask", "psycopg2-binary"))
    assert "unless that is left at its default" in notes(app)


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
        "dev-requirements.in": "",
        "test-requirements.txt": "",
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


@pytest.mark.parametrize(
    ("line", "copied"),
    [
        ('text = open("NEWS.md").read()\n', True),
        ('text = Path("NEWS.md").read_text()\n', True),
        ('url = "https://example.com/NEWS.md"\n', False),
    ],
)
def test_a_text_that_is_read_is_copied(tmp_path: Path, line: str, *, copied: bool) -> None:
    files = {"app.py": f"from pathlib import Path\n{APP}{line}", "NEWS.md": "new\n"}
    files |= {"other.md": "", "requirements.txt": "", "notes/a.bin": ""}
    found = value(apps(tmp_path, files, FLASK)[0], "include")
    assert isinstance(found, list)
    assert ("NEWS.md" in found) == copied


def test_a_variable_of_the_hoster_turns_debug_off(tmp_path: Path) -> None:
    settings = 'import os\nINSTALLED_APPS = []\nDEBUG = "HOSTED" not in os.environ\n'
    manage = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")\n'
    wsgi = (
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    )
    files = {"manage.py": manage, "site1/settings.py": settings, "site1/wsgi.py": manage + wsgi}
    app = apps(tmp_path, files, project_of("django", "gunicorn"))[0]
    assert value(app, "env.HOSTED") == "true"


@pytest.mark.parametrize(("folder", "expected"), [("/config/a", "/config/a"), ("/other", None)])
def test_a_folder_on_a_volume_of_the_dockerfile_is_kept(
    tmp_path: Path, folder: str, expected: str | None
) -> None:
    code = f'{APP}FOLDER = os.getenv("DATA_FOLDER", "static/data")\n'
    place = Evidence(path="Dockerfile", line=2)
    told = Existing(env={"DATA_FOLDER": Told(folder, place)}, volumes=(Told("/config", place),))
    app = apps(tmp_path, {"app.py": code}, FLASK, told=told)[0]
    found = proposal(app, "env.DATA_FOLDER")
    assert (found.value if found else None) == expected


SECRETS = {
    "DBPASS": "hunter2a", "JWT_SALT": "hunter2b", "SMTP_PW": "hunter2c", "ENCRYPTION_SEED": "17",
    "STRIPE_SK": "sk_live_hunter2daaaaaaaa", "SIGNING": "hunter2e", "PLAIN": "hunter2f",
}  # fmt: skip


@pytest.mark.parametrize("source", ["compose", "example"])
def test_a_secret_with_a_value_beside_it_is_a_name_alone(tmp_path: Path, source: str) -> None:
    code = APP + "".join(f'{name} = os.environ["{name}"]\n' for name in SECRETS)
    place = Evidence(path="compose.yaml", line=8)
    files, told = {"app.py": code}, Existing()
    if source == "compose":
        told = Existing(env={name: Told(text, place) for name, text in SECRETS.items()})
    else:
        files[".env.example"] = "".join(f"{name}={text}\n" for name, text in SECRETS.items())
    (app,) = apps(tmp_path, files, FLASK, told=told)
    assert value(app, "secrets") == list(SECRETS)
    assert "hunter2" not in str(app)
    assert not any(proposal(app, f"env.{name}") for name in SECRETS)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("WORKERS", "4", "4"), ("TIMEOUT", "30s", "30s"), ("FEATURE", "true", "true"),
        ("AUTOSIGN", "false", "false"), ("LOG_LEVEL", "warning", "warning"),
        ("DATA_FOLDER", "/var/lib/shop", "/var/lib/shop"), ("CONFIG", "config/app.yaml",
        "config/app.yaml"), ("UPSTREAM", "cache:6379", "cache:6379"), ("STAGE", "staging",
        "staging"), ("STORAGE", "local", "local"), ("ZONE", "Europe/Berlin", "Europe/Berlin"),
        ("CACHE_BACKEND", "django.core.cache", "django.core.cache"),
        # What nobody but a person knows.
        ("FEATURE", "hunter2", None), ("FEATURE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY", None),
        ("FEATURE", "/JalrXUtnFEMI7MDENGbPxRfiCY", None), ("FEATURE", "*", None),
        ("FEATURE", "correct.horse", None), ("FEATURE", "d41d8cd98f00b204e9800998ecf8427e", None),
        ("ADMIN_LOGIN", "admin:4711", None), ("APP_SETTINGS", "shop.settings.local", None),
        # For work, and so not for an image.
        ("DEBUG", "True", "False"), ("DEBUG", "true", "false"), ("DEBUG", "1", "0"),
        ("APP_DEBUG", "on", "off"), ("DEBUG_TOOLBAR", "YES", "NO"), ("DEBUG", "0", "0"),
        ("DEBUG", "shop:*", None), ("FLASK_DEBUG", "1", "0"), ("DEBUG_PORT", "5678", "5678"),
        ("ENVIRONMENT", "development", "production"), ("APP_ENV", "local", "production"),
        ("FLASK_ENV", "development", "production"), ("NODE_ENV", "development", "production"),
        ("STAGE", "dev", "production"),
    ],
)  # fmt: skip
def test_values_that_an_image_may_have(
    tmp_path: Path, name: str, text: str, expected: str | None
) -> None:
    files = {
        "app.py": f'{APP}X = os.environ["{name}"]\n',
        ".env.example": f"{name}={text}\n",
    }
    (app,) = apps(tmp_path, files, FLASK)
    assert value(app, f"env.{name}") == expected
    assert value(app, "secrets") == (None if expected else [name])
    changed = expected not in (None, text)
    assert (f"{name}={expected}" in notes(app)) == changed


def test_debug_that_is_needed_is_off_without_an_example(tmp_path: Path) -> None:
    code = APP + "import environ\nenv = environ.Env()\nD = env.bool('DEBUG')\n"
    (app,) = apps(tmp_path, {"app.py": code}, FLASK)
    assert value(app, "env.DEBUG") == "false"
