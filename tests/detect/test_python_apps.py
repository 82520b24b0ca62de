"""Which web app a Python project starts."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Confidence, Evidence
from tests.detect.python_app import (
    FACTORY,
    FASTAPI,
    FLASK,
    apps,
    project_of,
    proposal,
    value,
)


def test_flask_factory_is_called_by_the_server(tmp_path: Path) -> None:
    files = {"shop/__init__.py": FACTORY}
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    assert value(app, "server") == {"gunicorn": "shop:create_app()"}
    assert app.score == 88


def test_object_made_by_an_imported_factory_comes_before_the_factory(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": FACTORY,
        "wsgi.py": "from shop import create_app\n\napplication = create_app()\n",
    }
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    assert value(app, "server") == {"gunicorn": "wsgi:application"}
    assert proposal(app, "server").alternatives == ()  # type: ignore[union-attr]


def test_factory_with_a_required_parameter_is_none(tmp_path: Path) -> None:
    files = {"shop/__init__.py": FACTORY.replace("config=None", "config")}
    (app,) = apps(tmp_path, files, project_of("flask"))
    assert app.kind == "Python project"
    assert "`server`" in app.missing


def test_flask_app_variable_chooses_among_apps(tmp_path: Path) -> None:
    files = {"app.py": FLASK, "other.py": FLASK, ".flaskenv": "FLASK_APP=other.py\n"}
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    assert value(app, "server") == {"gunicorn": "other:app"}
    (alternative,) = proposal(app, "server").alternatives  # type: ignore[union-attr]
    assert alternative.value == {"gunicorn": "app:app"}
    assert [str(each) for each in alternative.evidence] == ["app.py:3"]


def test_apps_in_tests_and_examples_count_only_if_there_is_no_other(tmp_path: Path) -> None:
    files = {"examples/app.py": FLASK, "deep/er/web.py": FLASK, "tests/app.py": FLASK}
    (app,) = apps(tmp_path / "a", files, project_of("flask"))
    assert value(app, "server") == {"gunicorn": "deep.er.web:app"}
    (app,) = apps(tmp_path / "b", {"examples/app.py": FLASK}, project_of("flask"))
    assert value(app, "server") == {"gunicorn": "examples.app:app"}
    assert app.score < 50


@pytest.mark.parametrize(
    ("code", "package", "server"),
    [
        (FASTAPI, "fastapi", {"uvicorn": "app:app"}),
        ("from starlette.applications import Starlette\napp = Starlette()\n", "starlette",
         {"uvicorn": "app:app"}),
        ("import litestar\napp = litestar.Litestar([])\n", "litestar", {"uvicorn": "app:app"}),
        ("from quart import Quart\napp = Quart(__name__)\n", "quart", {"hypercorn": "app:app"}),
        ("from blacksheep import Application\napp = Application()\n", "blacksheep",
         {"uvicorn": "app:app"}),
        ("import falcon\napi = falcon.App()\n", "falcon", {"gunicorn": "app:api"}),
        ("import falcon.asgi\napp = falcon.asgi.App()\n", "falcon", {"uvicorn": "app:app"}),
        ("import bottle\napp = bottle.Bottle()\n", "bottle", {"gunicorn": "app:app"}),
        ("from pyramid.config import Configurator\napp = Configurator().make_wsgi_app()\n",
         "pyramid", {"gunicorn": "app:app"}),
        ("from dash import Dash\napp = Dash(__name__)\nserver = app.server\n", "dash",
         {"gunicorn": "app:server"}),
        (("import socketio\nfrom fastapi import FastAPI\napi = FastAPI()\n"
         "app = socketio.ASGIApp(socketio.AsyncServer(), api)\n"), "fastapi",
         {"uvicorn": "app:app"}),
        (("from fastapi import FastAPI\nfrom x import GZipMiddleware\napp = FastAPI()\n"
         "app = GZipMiddleware(app)\n"), "fastapi", {"uvicorn": "app:app"}),
        ("from fastapi import FastAPI\ndef create_app() -> FastAPI:\n    return FastAPI()\n",
         "fastapi", {"uvicorn": "app:create_app()"}),
    ],
)  # fmt: skip
def test_frameworks(tmp_path: Path, code: str, package: str, server: dict[str, str]) -> None:
    app = apps(tmp_path, {"app.py": code}, project_of(package))[0]
    assert value(app, "server") == server
    assert value(app, "port") == "8000"


def test_module_of_the_src_layout(tmp_path: Path) -> None:
    files = {"src/shop/__init__.py": "", "src/shop/main.py": FASTAPI, "tests/test_it.py": ""}
    project = project_of("fastapi", "uvicorn", roots=("src", ""))
    (app,) = apps(tmp_path, files, project)
    assert value(app, "server") == {"uvicorn": "shop.main:app"}
    assert value(app, "include") == ["src"]
    assert value(app, "env.PYTHONPATH") is None


def test_imports_decide_where_modules_are_found(tmp_path: Path) -> None:
    files = {
        "backend/app/main.py": "from app.api import x\n" + FASTAPI,
        "backend/app/api.py": "x = 1\n",
        "backend/tests/test_it.py": "",
        "frontend/package.json": "{}",
    }
    (app,) = apps(tmp_path, files, project_of("fastapi", "uvicorn"))
    assert value(app, "server") == {"uvicorn": "app.main:app"}
    assert value(app, "env.PYTHONPATH") == "/app/backend"
    assert value(app, "include") == ["backend/app"]


def test_nothing_to_start_is_said(tmp_path: Path) -> None:
    (app,) = apps(tmp_path, {"lib/__init__.py": ""}, project_of())
    assert app.score == 20
    assert app.missing
    assert app.proposals == ()


def test_broken_code_is_passed_over(tmp_path: Path) -> None:
    files = {
        "app.py": FLASK,
        "broken.py": "from flask import Flask\napp = Flask(\n",
        "deep.py": "flask = " + "(" * 5000 + ")" * 5000,
        "escapes.py": 'import flask\nx = "\\d"\n',
        "zero.py": "import flask\n# \0 \n",
    }
    app = apps(tmp_path, files, project_of("flask"))[0]
    assert value(app, "server") == {"gunicorn": "app:app"}


def test_large_files_are_not_parsed(tmp_path: Path) -> None:
    files = {"main.py": FLASK + "# x\n" * 70_000, "web.py": FLASK}
    app = apps(tmp_path, files, project_of("flask"))[0]
    assert value(app, "server") == {"gunicorn": "web:app"}


def test_worker_of_procfile_line_is_not_taken_for_the_web_app(tmp_path: Path) -> None:
    told = Existing(
        env={"FLASK_APP": Told("shop:create_app", Evidence(path="compose.yaml", line=3))}
    )
    files = {"app.py": FLASK, "shop/__init__.py": FACTORY}
    app = apps(tmp_path, files, project_of("flask"), told=told)[0]
    assert value(app, "server") == {"gunicorn": "shop:create_app()"}


@pytest.mark.parametrize(
    "code",
    [
        "app = " + "x." * 3000 + "y",
        "app = " + "1 + " * 3000 + "1",
        "if a:\n    pass\n" + "elif a:\n    pass\n" * 1500,
        '@app.get("/health", dependencies=' + "f(" * 60 + ")" * 60 + ")\ndef f(): ...\n",
        "import os\nX = os.environ[" + "-" * 80 + '"X"]\n',
        "from flask import (" * 300,
        "STATIC_ROOT = BASE_DIR / " + "'a' / " * 500 + "'b'\n",
        "\x0c\ufeff\u2028 class",
    ],
)
def test_strange_code_breaks_nothing(tmp_path: Path, code: str) -> None:
    files = {"app.py": FLASK + code, "settings.py": code, "web.py": code, "manage.py": code}
    apps(tmp_path, files, project_of("flask", "celery", "streamlit", "django"))


@pytest.mark.parametrize("line", ["from shop import app as application", "from .shop import app"])
def test_file_for_servers_that_imports_the_app_is_loaded(tmp_path: Path, line: str) -> None:
    folder = "site1/" if "." in line else ""
    files = {f"{folder}shop.py": FLASK, f"{folder}wsgi.py": f"{line}\n"}
    files |= {"site1/__init__.py": ""} if folder else {}
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    name = line.rsplit(" ", 1)[-1]
    module = f"{folder}wsgi".replace("/", ".")
    assert value(app, "server") == {"gunicorn": f"{module}:{name}"}
    found = proposal(app, "server")
    assert found
    assert found.alternatives == ()


@pytest.mark.parametrize(
    ("code", "server"),
    [
        ('app = create_app(os.getenv("APP_ENV") or "production")\n', "wsgi:app"),
        ("def get_app():\n    return create_app('production')\n", "wsgi:get_app()"),
    ],
)
def test_factory_with_a_required_parameter_is_called_elsewhere(
    tmp_path: Path, code: str, server: str
) -> None:
    files = {
        "shop/__init__.py": FACTORY.replace("config=None", "config"),
        "wsgi.py": f"import os\nfrom shop import create_app\n{code}",
    }
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    assert value(app, "server") == {"gunicorn": server}


def test_a_factory_for_tests_is_not_taken(tmp_path: Path) -> None:
    code = "from shop import create_app\ndef get_test_app():\n    return create_app('test')\n"
    files = {"shop/__init__.py": FACTORY.replace("config=None", "config"), "helpers.py": code}
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    assert value(app, "server") is None


def test_folder_of_an_app_counts_among_equals(tmp_path: Path) -> None:
    files = {f"{name}/main.py": FASTAPI for name in ("admin", "api")}
    (app,) = apps(tmp_path, files, project_of("fastapi", "uvicorn"))
    assert value(app, "server") == {"uvicorn": "api.main:app"}


def test_one_of_several_apps_is_not_sure(tmp_path: Path) -> None:
    files = {"app.py": FLASK, "other.py": FLASK}
    (app,) = apps(tmp_path / "a", files, project_of("flask", "gunicorn"))
    found = proposal(app, "server")
    assert found
    assert found.confidence is Confidence.MEDIUM
    project = project_of("flask", "gunicorn")
    (app,) = apps(tmp_path / "b", files, project, argv="gunicorn other:app")
    found = proposal(app, "server")
    assert found
    assert found.confidence is Confidence.HIGH


def test_the_package_of_the_settings_may_be_called_example(tmp_path: Path) -> None:
    setting = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "example.settings")\n'
    wsgi = "from django.core.wsgi import get_wsgi_application\n"
    wsgi += "application = get_wsgi_application()\n"
    files = {
        "manage.py": setting,
        "example/__init__.py": "",
        "example/settings.py": "INSTALLED_APPS = []\n",
        "example/wsgi.py": setting + wsgi,
    }
    app = apps(tmp_path, files, project_of("django", "gunicorn"))[0]
    assert value(app, "server") == {"gunicorn": "example.wsgi:application"}
