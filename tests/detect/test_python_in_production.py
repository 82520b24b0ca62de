"""What runs in production where a project keeps settings for development beside it."""

from pathlib import Path

import pytest

from tests.detect.python_app import apps, notes, project_of, value

WSGI = (
    "import os\n"
    "from django.core.wsgi import get_wsgi_application\n"
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")\n'
    "application = get_wsgi_application()\n"
)
MANAGE = (
    "import os, sys\n"
    'os.environ.setdefault("DJANGO_SETTINGS_MODULE", "{settings}")\n'
    "from django.core.management import execute_from_command_line\n"
    "execute_from_command_line(sys.argv)\n"
)
BASE = (
    "import environ\n"
    "env = environ.Env()\n"
    'INSTALLED_APPS = ["django.contrib.auth"]\n'
    'DATABASES = {"default": env.db()}\n'
)
PRODUCTION = (
    "from .base import *\n"
    "from .base import env\n"
    'SECRET_KEY = env("DJANGO_SECRET_KEY")\n'
    'HOSTS = env.list("DJANGO_HOSTS")\n'
)


def django(*, server: str = "config.settings.production", manage: str = "") -> dict[str, str]:
    """A Django project with settings for production and for work."""
    return {
        "manage.py": MANAGE.format(settings=manage or "config.settings.local"),
        "config/__init__.py": "",
        "config/wsgi.py": WSGI.format(settings=server),
        "config/settings/__init__.py": "",
        "config/settings/base.py": BASE,
        "config/settings/local.py": "from .base import *\nDEBUG = True\n",
        "config/settings/production.py": PRODUCTION,
    }


def test_an_env_object_that_settings_import_by_name_is_followed(tmp_path: Path) -> None:
    (app,) = apps(tmp_path, django(), project_of("django", "gunicorn", "django-environ"))
    assert value(app, "secrets") == ["DJANGO_SECRET_KEY", "DJANGO_HOSTS", "DATABASE_URL"]


def test_settings_in_use_are_told_where_others_are_named(tmp_path: Path) -> None:
    (app,) = apps(tmp_path / "a", django(), project_of("django", "gunicorn"))
    assert value(app, "env.DJANGO_SETTINGS_MODULE") == "config.settings.production"
    files = django(manage="config.settings.production")
    (app,) = apps(tmp_path / "b", files, project_of("django", "gunicorn"))
    assert value(app, "env.DJANGO_SETTINGS_MODULE") is None
    # A package that makes a Celery app when it is imported names its settings before wsgi.py does.
    files["config/celery_app.py"] = (
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")\n'
    )
    (app,) = apps(tmp_path / "c", files, project_of("django", "gunicorn"))
    assert value(app, "env.DJANGO_SETTINGS_MODULE") == "config.settings.production"


@pytest.mark.parametrize("server", ["config.settings.local", "config.settings"])
def test_settings_for_work_or_without_any_give_way(tmp_path: Path, server: str) -> None:
    files = django(server=server)
    (app,) = apps(tmp_path / "a", files, project_of("django", "gunicorn"))
    assert value(app, "env.DJANGO_SETTINGS_MODULE") == "config.settings.production"
    del files["config/settings/production.py"]
    (app,) = apps(tmp_path / "b", files, project_of("django", "gunicorn"))
    assert value(app, "env.DJANGO_SETTINGS_MODULE") != "config.settings.production"


CONFIG = (
    "import os\n"
    "class Config:\n"
    "    pass\n"
    "class DevelopmentConfig(Config):\n"
    '    DATABASE = os.environ.get("DEV_DATABASE_URL") or "sqlite:///dev.db"\n'
    "class ProductionConfig(Config):\n"
    "    @classmethod\n"
    "    def init_app(cls, app):\n"
    '        assert os.environ.get("SECRET_KEY"), "no key"\n'
    'configurations = {{"production": ProductionConfig, "default": {default}}}\n'
)
FACTORY = (
    "import os\n"
    "from flask import Flask\n"
    "from config import configurations\n"
    "def create_app(name):\n"
    "    return Flask(__name__)\n"
    'app = create_app(os.getenv("APP_CONFIG") or "default")\n'
)


def test_the_configuration_for_production_is_chosen(tmp_path: Path) -> None:
    files = {"app.py": FACTORY, "config.py": CONFIG.format(default="DevelopmentConfig")}
    (app,) = apps(tmp_path / "a", files, project_of("flask", "gunicorn"))
    assert value(app, "env.APP_CONFIG") == "production"
    assert value(app, "env.DEV_DATABASE_URL") is None
    assert value(app, "secrets") == ["SECRET_KEY"]
    files["config.py"] = CONFIG.format(default="ProductionConfig")
    (app,) = apps(tmp_path / "b", files, project_of("flask", "gunicorn"))
    assert value(app, "env.APP_CONFIG") is None


def test_daphne_runs_what_a_project_gives_it(tmp_path: Path) -> None:
    files = django()
    files["config/asgi.py"] = (
        "from channels.routing import ProtocolTypeRouter\napplication = ProtocolTypeRouter({})\n"
    )
    (app,) = apps(tmp_path / "a", files, project_of("django", "channels[daphne]"))
    command = ["daphne", "--bind", "0.0.0.0", "--port", "8000", "config.asgi:application"]
    assert value(app, "command") == command
    assert not app.additional
    (app,) = apps(
        tmp_path / "b",
        files,
        project_of("django", "channels"),
        argv="daphne -b 0.0.0.0 -p 8000 config.asgi:application",
    )
    assert value(app, "command") == command
    assert [each.partition("==")[0] for each in app.additional] == ["daphne"]


def test_an_async_factory_of_aiohttp_gets_its_worker(tmp_path: Path) -> None:
    code = (
        "from aiohttp import web\n{kind} init_app():\n    app = web.Application()\n    return app\n"
    )
    argv = "gunicorn site:init_app --worker-class aiohttp.GunicornWebWorker"
    project = project_of("aiohttp", "gunicorn")
    for kind, target in {"async def": "web:init_app", "def": "web:init_app()"}.items():
        files = {"web.py": code.format(kind=kind)}
        (app,) = apps(tmp_path / kind.replace(" ", ""), files, project, argv=argv)
        command = value(app, "command")
        assert isinstance(command, list)
        assert command[:2] == ["gunicorn", target]
        assert "aiohttp.GunicornWebWorker" in command


def test_a_flask_app_without_routes_gives_way_to_its_script(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/web.py": (
            "from flask import Flask\n"
            "app = Flask(__name__)\n"
            "def start(folder):\n"
            "    @app.route('/')\n"
            "    def index():\n"
            "        return folder\n"
            "    return app\n"
        ),
        "run.py": (
            "import sys\n"
            "from waitress import serve\n"
            "from shop.web import start\n"
            "if __name__ == '__main__':\n"
            "    serve(start(sys.argv[1]), port=8080)\n"
        ),
    }
    found = apps(tmp_path / "a", files, project_of("flask", "waitress"), argv="python run.py /data")
    assert value(found[0], "command") == ["python", "run.py", "/data"]
    # A factory's own app is another one, even if it has the same name.
    files["shop/web.py"] = (
        "from flask import Flask\n"
        "def routes(app):\n"
        "    app.add_url_rule('/', 'index', str)\n"
        "def make(folder):\n"
        "    app = Flask(__name__)\n"
        "    routes(app)\n"
        "    return app\n"
        "app = make('/data')\n"
    )
    found = apps(tmp_path / "b", files, project_of("flask", "gunicorn"), argv="python run.py /data")
    assert value(found[0], "server") == {"gunicorn": "shop.web:app"}
    assert "development" not in notes(found[0])
