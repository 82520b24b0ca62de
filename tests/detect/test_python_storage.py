"""Where a Python app writes: volumes, links, scratch files, and the changes of a database."""

from pathlib import Path

import pytest

from tests.detect.python_app import (
    apps,
    notes,
    places,
    project_of,
    value,
)

APP = "import os\nfrom flask import Flask\napp = Flask(__name__)\n"
FLASK = project_of("flask", "gunicorn")


def test_sqlite_of_flask_sqlalchemy_is_a_volume(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": APP + 'app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///shop.db"\n'
    }
    project = project_of("flask", "flask-sqlalchemy", "gunicorn")
    (app,) = apps(tmp_path, files, project)
    assert value(app, "volumes") == ["/app/instance"]
    assert places(app, "volumes") == ["shop/__init__.py:4"]


@pytest.mark.parametrize(
    "code",
    [
        "os.makedirs(app.instance_path, exist_ok=True)\n",
        "from pathlib import Path\nPath(app.instance_path).mkdir()\n",
        'import sqlite3\nc = sqlite3.connect(os.path.join(app.instance_path, "a.sqlite"))\n',
        'URL = "sqlite:///" + os.path.join(app.instance_path, "a.db")\n',
    ],
)
@pytest.mark.parametrize(
    ("path", "folder"), [("app.py", "/app/instance"), ("shop/__init__.py", "/app/instance")]
)
def test_instance_folder_of_flask_is_a_volume(
    tmp_path: Path, path: str, folder: str, code: str
) -> None:
    (app,) = apps(tmp_path, {path: APP + code}, FLASK)
    assert value(app, "volumes") == [folder]


def test_instance_folder_of_an_installed_package_is_not_guessed(tmp_path: Path) -> None:
    files = {"src/shop/__init__.py": APP + "os.makedirs(app.instance_path)\n"}
    project = project_of("flask", "gunicorn", roots=("src",), installed=True)
    (app,) = apps(tmp_path, files, project)
    assert value(app, "volumes") is None


@pytest.mark.parametrize(
    "code",
    [
        'URL = os.getenv("DATABASE_URL", "sqlite:///./app.db")\n',
        'URL = os.environ.get("DATABASE_URL") or "sqlite:///" + os.path.join(HERE, "app.db")\n',
    ],
)
def test_sqlite_that_a_variable_moves(tmp_path: Path, code: str) -> None:
    code = f"HERE = os.path.abspath(os.path.dirname(__file__))\n{code}"
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "env.DATABASE_URL") == "sqlite:////data/app.db"
    assert value(app, "volumes") == ["/data"]


@pytest.mark.parametrize(
    ("config", "volumes"),
    [
        ('DB_PATH = os.getenv("DB_PATH", "data/bot.db")\n', ["/app/data"]),
        ('DB_PATH = "/var/lib/bot/bot.db"\n', ["/var/lib/bot"]),
        ('BASE_PATH = Path("/srv/bot")\nDB_PATH = BASE_PATH / "bot.db"\n', ["/srv/bot"]),
    ],
)
def test_path_of_another_module_is_a_volume(
    tmp_path: Path, config: str, volumes: list[str]
) -> None:
    files = {
        "app.py": APP
        + "import sqlite3\nfrom config import DB_PATH\nc = sqlite3.connect(DB_PATH)\n",
        "config.py": f"import os\nfrom pathlib import Path\n{config}",
        "data/.gitkeep": "",
    }
    (app,) = apps(tmp_path, files, FLASK)
    assert value(app, "volumes") == volumes
    assert value(app, "include") == ["app.py", "config.py"]


def test_path_in_a_function_is_a_volume(tmp_path: Path) -> None:
    code = 'def f():\n    path = os.getenv("STORE", "/var/lib/look")\n    os.makedirs(path)\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "volumes") == ["/var/lib/look"]


def test_migrations_are_said(tmp_path: Path) -> None:
    files = {"app.py": APP, "migrations/env.py": "", "alembic.ini": "", "alembic/env.py": ""}
    (app,) = apps(tmp_path / "a", files, project_of("flask", "gunicorn", "flask-migrate"))
    assert "`flask --app app:app db upgrade`" in notes(app)
    (app,) = apps(tmp_path / "b", files, project_of("flask", "gunicorn", "alembic"))
    assert "`alembic upgrade head`" in notes(app)
    (app,) = apps(tmp_path / "c", files, FLASK)
    assert "migrations" not in notes(app)


def test_file_beside_the_code_becomes_a_link_to_a_volume(tmp_path: Path) -> None:
    code = 'import sqlite3\nc = sqlite3.connect("app.db")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "volumes") == ["/data"]
    assert value(app, "links") == {"app.db": "/data/app.db"}
    assert "writes app.db beside its code" in notes(app)
    assert "a link there leads to /data/app.db" in notes(app)


def test_two_files_of_one_name_have_two_places(tmp_path: Path) -> None:
    code = 'import sqlite3\na = sqlite3.connect("app.db")\nb = sqlite3.connect("shop/app.db")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code, "shop/__init__.py": ""}, FLASK)
    assert value(app, "links") == {"app.db": "/data/app.db", "shop/app.db": "/data/shop-app.db"}


def test_a_log_beside_the_code_is_scratch(tmp_path: Path) -> None:
    code = 'import logging\nh = logging.FileHandler("app.log")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code}, FLASK)
    assert value(app, "links") == {"app.log": "/tmp/app.log"}
    assert value(app, "tmpfs") == ["/tmp"]


def test_a_file_that_the_project_brings_is_no_link(tmp_path: Path) -> None:
    code = 'import sqlite3\nc = sqlite3.connect("app.db")\n'
    (app,) = apps(tmp_path, {"app.py": APP + code, "app.db": "data"}, FLASK)
    assert value(app, "links") is None
    assert value(app, "include") == ["app.db", "app.py"]
    assert "let a variable move it" in notes(app)


def test_an_installed_package_has_no_place_for_links(tmp_path: Path) -> None:
    code = 'import sqlite3\nc = sqlite3.connect("app.db")\n'
    project = project_of("flask", "gunicorn", installed=True)
    (app,) = apps(tmp_path, {"app.py": APP + code}, project)
    assert value(app, "links") is None


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
