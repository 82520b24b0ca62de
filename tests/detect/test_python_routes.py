"""The health path of a Python app, found in its routes."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Evidence
from tests.detect.python_app import apps, notes, places, project_of, proposal, value

FASTAPI = "from fastapi import APIRouter, Depends, FastAPI\napp = FastAPI()\n"
FLASK = "from flask import Blueprint, Flask\napp = Flask(__name__)\n"


def health(root: Path, files: dict[str, str], *requirements: str) -> object:
    return value(apps(root, files, project_of(*requirements))[0], "healthcheck")


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (FASTAPI + '@app.get("/healthz")\ndef h(): ...\n', "/healthz"),
        (FASTAPI + '@app.get("/health/live")\ndef h(): ...\n', "/health/live"),
        (FASTAPI + '@app.get(path="/ping")\nasync def h(): ...\n', "/ping"),
        (FASTAPI + '@app.get("/health")\ndef h(db=Depends(get_db)): ...\n', "/health"),
        (FASTAPI + '@app.get("/health")\ndef h(u=Depends(get_current_user)): ...\n', None),
        (FASTAPI + '@app.get("/health", dependencies=[Depends(auth)])\ndef h(): ...\n', None),
        (FASTAPI + '@app.get("/health/{name}")\ndef h(name): ...\n', None),
        (FASTAPI + '@app.post("/health")\ndef h(): ...\n', None),
        (FASTAPI + '@app.get("/docs")\ndef h(): ...\n', None),
        (FASTAPI + '@app.get("/orders/status")\ndef h(): ...\n', None),
        (FASTAPI + '@app.get("/api/status")\ndef h(): ...\n', "/api/status"),
        (FASTAPI + 'def h(): ...\napp.add_api_route("/health", h)\n', "/health"),
        (FASTAPI + 'import httpx\nhttpx.get("/health", timeout=3)\n', None),
        (FLASK + '@app.route("/ready")\ndef h(): ...\n', "/ready"),
        (FLASK + '@app.route("/up")\ndef h(): ...\n', "/up"),
        (FLASK + '@app.route("/health", methods=["POST"])\ndef h(): ...\n', None),
        (FLASK + '@app.route("/health", methods=["GET"])\ndef h(): ...\n', "/health"),
        (FLASK + '@app.route("/health")\n@login_required\ndef h(): ...\n', None),
        (FLASK + 'def h(): ...\napp.add_url_rule("/health", view_func=h)\n', "/health"),
        (FLASK + 'bp = Blueprint("b", __name__, url_prefix="/b")\n@bp.get("/health")\n'
         "def h(): ...\napp.register_blueprint(bp)\n", "/b/health"),
        (FLASK + 'bp = Blueprint("b", __name__, url_prefix="/b")\n@bp.get("/health")\n'
         'def h(): ...\napp.register_blueprint(bp, url_prefix="/c")\n', "/c/health"),
        (FLASK + 'bp = Blueprint("b", __name__)\n@bp.get("/health")\ndef h(): ...\n', None),
        (("from starlette.applications import Starlette\nfrom starlette.routing import Route\n"
         'def h(r): ...\napp = Starlette(routes=[Route("/health", h)])\n'), "/health"),
        (('from litestar import Litestar, get\n@get("/health")\nasync def h(): ...\n'
         "app = Litestar([h])\n"), "/health"),
        ('import falcon\napp = falcon.App()\napp.add_route("/health", Thing())\n', "/health"),
    ],
)  # fmt: skip
def test_routes(tmp_path: Path, code: str, path: str | None) -> None:
    assert health(tmp_path, {"app.py": code}) == path


def test_routes_of_litestar_controllers_and_routers(tmp_path: Path) -> None:
    code = (
        "from litestar import Controller, Litestar, Router, get\n"
        'class Books(Controller):\n    path = "/books"\n'
        '    @get("/ping")\n    async def ping(self): ...\n'
        'class Health(Controller):\n    path = "/health"\n'
        "    @get()\n    async def health(self): ...\n"
        'api = Router(path="/api", route_handlers=[Health])\n'
        "app = Litestar(route_handlers=[Books, api])\n"
    )
    (app,) = apps(tmp_path, {"app.py": code}, project_of("litestar", "uvicorn"))
    assert value(app, "healthcheck") == "/api/health"
    found = proposal(app, "healthcheck")
    assert found
    assert [each.value for each in found.alternatives] == ["/books/ping"]


def test_route_of_a_blueprint_that_another_module_makes(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "from flask import Flask\nfrom app.api import bp as api_bp\n"
        'app = Flask(__name__)\napp.register_blueprint(api_bp, url_prefix="/api")\n',
        "app/api/__init__.py": "from flask import Blueprint\n"
        'bp = Blueprint("api", __name__)\nfrom app.api import views\n',
        "app/api/views.py": 'from app.api import bp\n@bp.route("/status")\ndef status(): ...\n',
    }
    assert health(tmp_path, files, "flask", "gunicorn") == "/api/status"


def test_routes_of_a_program_that_serves_itself(tmp_path: Path) -> None:
    code = (
        "from aiohttp import web\nroutes = web.RouteTableDef()\n"
        '@routes.get("/health")\nasync def health(request): ...\n'
        "def main():\n    app = web.Application()\n    app.add_routes(routes)\n"
        '    web.run_app(app, port=9000)\nif __name__ == "__main__":\n    main()\n'
    )
    assert health(tmp_path, {"main.py": code}, "aiohttp") == "/health"


def test_the_best_of_several_with_the_others_as_alternatives(tmp_path: Path) -> None:
    code = FASTAPI + "".join(
        f'@app.get("{path}")\ndef f{number}(): ...\n'
        for number, path in enumerate(["/ping", "/healthz", "/status"])
    )
    (app,) = apps(tmp_path, {"app.py": code}, project_of("fastapi"))
    found = proposal(app, "healthcheck")
    assert found is not None
    assert found.value == "/healthz"
    assert [each.value for each in found.alternatives] == ["/ping", "/status"]
    assert found.because() == "route in app.py:5"


def test_prefixes_of_routers_in_routers(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/main.py": "from fastapi import FastAPI\nfrom app.api import api_router\n"
        "from app.config import settings\napp = FastAPI()\n"
        "app.include_router(api_router, prefix=settings.API)\n",
        "app/config.py": 'class S:\n    API: str = "/api/v1"\nsettings = S()\n',
        "app/api/__init__.py": "from fastapi import APIRouter\nfrom app.api import checks, other\n"
        'api_router = APIRouter()\napi_router.include_router(checks.router, prefix="/sys")\n'
        'api_router.include_router(other.router, prefix="/other")\n',
        "app/api/checks.py": "from fastapi import APIRouter\nrouter = APIRouter()\n"
        '@router.get("/health")\ndef h(): ...\n',
        "app/api/other.py": "from fastapi import APIRouter\nrouter = APIRouter()\n",
    }
    (app,) = apps(tmp_path, files, project_of("fastapi"))
    assert value(app, "healthcheck") == "/api/v1/sys/health"
    assert places(app, "healthcheck") == ["app/api/checks.py:3"]


def test_prefix_that_cannot_be_told_gives_no_path(tmp_path: Path) -> None:
    code = FASTAPI + (
        'router = APIRouter()\n@router.get("/health")\ndef h(): ...\n'
        "app.include_router(router, prefix=make_prefix())\n"
    )
    assert health(tmp_path, {"app.py": code}) is None


def test_routes_of_modules_the_app_does_not_load_do_not_count(tmp_path: Path) -> None:
    files = {"app.py": FASTAPI, "other.py": FASTAPI + '@app.get("/health")\ndef h(): ...\n'}
    assert health(tmp_path, files) is None


def test_health_path_of_a_dockerfile(tmp_path: Path) -> None:
    place = Evidence(path="Dockerfile", line=9)
    told = Existing(health_paths=(Told("/probe", place),))
    (app,) = apps(tmp_path, {"app.py": FASTAPI}, project_of("fastapi"), told=told)
    assert value(app, "healthcheck") == "/probe"
    assert places(app, "healthcheck") == ["Dockerfile:9"]


def django(urls: str, **files: str) -> dict[str, str]:
    return {
        "manage.py": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")',
        "site1/__init__.py": "",
        "site1/settings.py": 'ROOT_URLCONF = "site1.urls"\nSECRET_KEY = "x"\n',
        "site1/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
        "application = get_wsgi_application()\n",
        "site1/urls.py": "from django.urls import include, path\n" + urls,
        **{f"{name.replace('__', '/')}.py": text for name, text in files.items()},
    }


@pytest.mark.parametrize(
    ("urls", "path"),
    [
        ('urlpatterns = [path("healthz", view)]\n', "/healthz"),
        ('urlpatterns = [path("ping/", view)]\n', "/ping/"),
        ('urlpatterns = [path("health/<int:id>", view)]\n', None),
        ('urlpatterns = [path("health/", login_required(view))]\n', None),
        ('urlpatterns = [path("ht/", include("health_check.urls"))]\n', "/ht/"),
        ('urlpatterns = [path("api/", include("shop.urls"))]\n', "/api/health/"),
        ('urlpatterns = [path("x/", include("site1.urls"))]\n', None),
        ('urlpatterns = [re_path(r"^health$", view)]\n', "/health"),
        ('urlpatterns = [re_path(r"^health/?$", view)]\n', "/health/"),
        ('urlpatterns = [re_path(r"^api/", include("shop.urls"))]\n', "/api/health/"),
        ('urlpatterns = [re_path(r"^(health|ready)$", view)]\n', None),
        ('urlpatterns = [re_path(r"^.*/health$", view)]\n', None),
    ],
)
def test_django_routes(tmp_path: Path, urls: str, path: str | None) -> None:
    inner = 'from django.urls import path\nurlpatterns = [path("health/", view)]\n'
    files = django(urls, shop__urls=inner, shop____init__="")
    assert health(tmp_path, files, "django") == path


def test_django_app_with_everything(tmp_path: Path) -> None:
    files = django("urlpatterns = []\n")
    files["site1/settings.py"] = (
        "from pathlib import Path\nimport os\nimport environ\n"
        "env = environ.Env(DEBUG=(bool, False))\n"
        "BASE_DIR = Path(__file__).resolve().parent.parent\n"
        'SECRET_KEY = os.environ["SECRET_KEY"]\nDEBUG = env("DEBUG")\n'
        'ALLOWED_HOSTS = ["shop.example.com"]\n'
        'INSTALLED_APPS = ["django.contrib.staticfiles", "blog"]\n'
        'STATIC_ROOT = os.path.join(BASE_DIR, "static_made")\n'
        'DATABASES = {"default": env.db("DATABASE_URL")}\nEMAIL = env("EMAIL", default="x")\n'
    )
    files |= {
        "blog/__init__.py": "",
        "blog/migrations/0001_initial.py": "",
        "templates/base.html": "",
        "locale/de/x.po": "",
        "docs/index.md": "",
        "scripts/seed.py": 'import os\nos.environ["SEED_TOKEN"]\n',
        "README.md": "",
    }
    (app,) = apps(tmp_path, files, project_of("django", "psycopg", "django-environ"))
    assert app.kind == "Django app"
    assert value(app, "server") == {"gunicorn": "site1.wsgi:application"}
    assert value(app, "include") == ["blog", "locale", "manage.py", "site1", "templates"]
    assert sorted(value(app, "secrets")) == ["DATABASE_URL", "SECRET_KEY"]  # type: ignore[call-overload]
    assert value(app, "assets") == {
        "run": ["python manage.py collectstatic --noinput"],
        "outputs": ["static_made"],
        "env": {"DATABASE_URL": "sqlite://:memory:", "SECRET_KEY": "build"},
    }
    assert places(app, "assets") == ["site1/settings.py:10"]
    said = notes(app)
    assert "python manage.py migrate" in said
    assert "ALLOWED_HOSTS names shop.example.com" in said
    assert "whitenoise" in said
    assert "needs a PostgreSQL at DATABASE_URL" in said


def test_django_settings_of_the_server_win_over_those_of_manage(tmp_path: Path) -> None:
    files = django("")
    del files["site1/settings.py"]
    files["site1/wsgi.py"] += (
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings.production")\n'
    )
    files["manage.py"] = files["manage.py"].replace("site1.settings", "site1.settings.local")
    files |= {
        "site1/settings/__init__.py": "",
        "site1/settings/base.py": "import os\nfrom pathlib import Path\n"
        "BASE = Path(__file__).resolve().parents[2]\n"
        'STATIC_ROOT = str(BASE / "public")\nMIDDLEWARE = ["whitenoise.middleware.X"]\n'
        'INSTALLED_APPS = ["django.contrib.staticfiles"]\n',
        "site1/settings/local.py": 'from .base import *\nimport os\nos.environ["LOCAL_TOKEN"]\n',
        "site1/settings/production.py": "from .base import *\n"
        'SECRET_KEY = os.environ["PRODUCTION_KEY"]\n',
    }
    (app,) = apps(tmp_path, files, project_of("django", "gunicorn"))
    assert value(app, "secrets") == ["PRODUCTION_KEY"]
    assets = value(app, "assets")
    assert isinstance(assets, dict)
    assert assets["outputs"] == ["public"]
    assert assets["env"] == {
        "DJANGO_SETTINGS_MODULE": "site1.settings.production",
        "PRODUCTION_KEY": "build",
    }
    assert "add whitenoise" not in notes(app)
    assert value(app, "env.DJANGO_SETTINGS_MODULE") == "site1.settings.production"


def test_django_channels_is_served_by_asgi(tmp_path: Path) -> None:
    files = django("")
    files["site1/asgi.py"] = (
        "from channels.routing import ProtocolTypeRouter\napplication = ProtocolTypeRouter({})\n"
    )
    (app,) = apps(tmp_path, files, project_of("django", "channels"))
    assert value(app, "server") == {"uvicorn": "site1.asgi:application"}
    assert [each.split("==")[0] for each in app.additional] == ["uvicorn", "websockets"]


def test_django_without_static_root_has_no_assets(tmp_path: Path) -> None:
    files = django("")
    files["site1/settings.py"] += "import os\nSTATIC_ROOT = None\n"
    (app,) = apps(tmp_path / "a", files, project_of("django", "gunicorn"))
    assert value(app, "assets") is None
    files["site1/settings.py"] += 'STATIC_ROOT = os.environ["STATIC_ROOT"]\n'
    (app,) = apps(tmp_path / "b", files, project_of("django", "gunicorn"))
    assert value(app, "assets") is None
    assert "STATIC_ROOT does not tell a folder" in notes(app)


def test_manage_of_django_is_no_program(tmp_path: Path) -> None:
    files = django("")
    files["manage.py"] += '\nif __name__ == "__main__":\n    main()\n'
    (app,) = apps(tmp_path / "a", files, project_of("django", "gunicorn"))
    assert app.kind == "Django app"
    code = "from tool import main\nif __name__ == '__main__':\n    main()\n"
    (app,) = apps(tmp_path / "b", {"manage.py": code}, project_of())
    assert value(app, "command") == ["python", "manage.py"]


@pytest.mark.parametrize(
    "name",
    [
        'os.environ.get("DB_PATH", BASE_DIR / "db.sqlite3")',
        'os.getenv("DB_PATH", default="db.sqlite3")',
        'config("DB_PATH", default=str(BASE_DIR / "db.sqlite3"))',
    ],
)
def test_sqlite_of_django_that_a_variable_moves(tmp_path: Path, name: str) -> None:
    files = django("")
    files["site1/settings.py"] += (
        "import os\nfrom pathlib import Path\nfrom decouple import config\n"
        "BASE_DIR = Path(__file__).resolve().parent.parent\n"
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", '
        f'"NAME": {name}}}}}\n'
    )
    (app,) = apps(tmp_path, files, project_of("django", "gunicorn"))
    assert value(app, "env.DB_PATH") == "/data/db.sqlite3"
    assert value(app, "volumes") == ["/data"]
    assert "beside its code" not in notes(app)


def test_migrations_of_a_linked_database_run_with_its_volume(tmp_path: Path) -> None:
    files = django("")
    files["site1/settings.py"] += (
        "from pathlib import Path\nBASE_DIR = Path(__file__).resolve().parent.parent\n"
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", '
        '"NAME": BASE_DIR / "db.sqlite3"}}\n'
    )
    (app,) = apps(tmp_path / "a", files, project_of("django", "gunicorn"))
    assert value(app, "links") == {"db.sqlite3": "/data/db.sqlite3"}
    assert "Run it with the volume: `docker run -v NAME-data:/data …`" in notes(app)
    (app,) = apps(tmp_path / "b", django(""), project_of("django", "gunicorn"))
    assert "with the volume" not in notes(app)


def test_sqlite_for_development_has_no_place_where_a_database_is_demanded(tmp_path: Path) -> None:
    files = django("")
    files["site1/settings.py"] += (
        "import os, sys\nfrom pathlib import Path\nimport dj_database_url\n"
        "BASE_DIR = Path(__file__).resolve().parent.parent\n"
        'if os.getenv("DEVELOPMENT_MODE") == "True":\n'
        '    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", '
        '"NAME": BASE_DIR / "db.sqlite3"}}\n'
        'elif sys.argv[1] != "collectstatic":\n'
        '    if os.getenv("DATABASE_URL", None) is None:\n        raise Exception("no")\n'
        '    DATABASES = {"default": dj_database_url.parse(os.environ.get("DATABASE_URL"))}\n'
    )
    (app,) = apps(tmp_path, files, project_of("django", "gunicorn"))
    assert value(app, "secrets") == ["DATABASE_URL"]
    assert value(app, "links") is None
    assert value(app, "volumes") is None


def test_settings_read_with_an_imported_environ_object(tmp_path: Path) -> None:
    files = django("")
    files["site1/wsgi.py"] += (
        'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings.production")\n'
    )
    del files["site1/settings.py"]
    files |= {
        "site1/settings/__init__.py": "",
        "site1/settings/base.py": "import environ\nenv = environ.Env()\n",
        "site1/settings/production.py": "from .base import *\n"
        'SECRET_KEY = env("DJANGO_KEY")\n'
        'ALLOWED_HOSTS = env.list("HOSTS", default=["example.com"])\n',
    }
    (app,) = apps(tmp_path, files, project_of("django", "gunicorn"))
    assert value(app, "secrets") == ["DJANGO_KEY"]
    assert "ALLOWED_HOSTS comes from HOSTS: give it localhost too" in notes(app)


def test_sqlite_of_django_outside_the_code_is_a_volume(tmp_path: Path) -> None:
    files = django("")
    files["site1/settings.py"] += (
        'DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", '
        '"NAME": "/var/lib/shop/db.sqlite3"}}\n'
    )
    (app,) = apps(tmp_path, files, project_of("django", "gunicorn"))
    assert value(app, "volumes") == ["/var/lib/shop"]
    assert "beside its code" not in notes(app)


def test_django_in_a_folder_with_data(tmp_path: Path) -> None:
    inner = django("")
    inner["site1/settings.py"] += (
        "from pathlib import Path\nimport dj_database_url\n"
        "BASE_DIR = Path(__file__).resolve().parent.parent\n"
        'MEDIA_ROOT = BASE_DIR / "media"\nSTATIC_ROOT = BASE_DIR / "made"\n'
        'DB = dj_database_url.config(default=f"sqlite:///{BASE_DIR}/site.db")\n'
    )
    files = {f"backend/{path}": text for path, text in inner.items()}
    files["frontend/package.json"] = "{}"
    (app,) = apps(tmp_path, files, project_of("django", "gunicorn"))
    assert value(app, "server") == {"gunicorn": "site1.wsgi:application"}
    assert value(app, "env.PYTHONPATH") == "/app/backend"
    assert value(app, "include") == ["backend"]
    assert value(app, "env.DATABASE_URL") == "sqlite:////data/site.db"
    assert value(app, "volumes") == ["/app/backend/media", "/data"]
    assets = value(app, "assets")
    assert isinstance(assets, dict)
    assert assets["outputs"] == ["backend/made"]
