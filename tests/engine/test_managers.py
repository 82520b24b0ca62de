"""Every package manager, from its own lock to a verified image: what is in it, and what is not."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.verify.errors import BuildError
from generator.verify.layers import own_layers, traces

from . import apps, lock_files
from .apps import ROOT, App
from .engine import Engine

pytestmark = pytest.mark.engine
Files = Mapping[str, str]
PLACEHOLDER = "only-to-collect-the-files"
_ANSWER = '''\
"""Answers with the names of the packages that are installed."""

from importlib.metadata import distributions


def create_app():
    names = sorted({found.name.lower() for found in distributions()})

    def answer(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{' '.join(names)}\\n".encode()]

    return answer
'''
_DJANGO = {
    "requirements.txt": f"django==5.2.7\n{lock_files.SERVER}\n",
    "manage.py": "from django.core.management import execute_from_command_line as run\n"
    "import sys\nrun(sys.argv)\n",
    "shop/__init__.py": "",
    "shop/settings.py": """\
import os
from pathlib import Path

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["django.contrib.staticfiles", "shop"]
ROOT_URLCONF = "shop.urls"
STATIC_URL = "/static/"
STATIC_ROOT = Path(__file__).parent.parent / "staticfiles"
""",
    "shop/urls.py": """\
from django.conf import settings
from django.http import HttpResponse
from django.urls import path

STYLE = (settings.STATIC_ROOT / "shop/site.css").read_text()
urlpatterns = [path("", lambda request: HttpResponse(STYLE))]
""",
    "shop/wsgi.py": "from django.core.wsgi import get_wsgi_application\n"
    "application = get_wsgi_application()\n",
    "shop/static/shop/site.css": "body {color: teal}\n",
    # What an earlier run on the developer's machine left.
    "staticfiles/stale.css": "body {color: red}\n",
}


@dataclass(frozen=True)
class Case:
    """A project: its files, what its spec says of it, and the packages that it shall bring."""

    files: Files
    fields: Mapping[str, object]
    packages: str
    profile: str = "python-multistage"


def spec(engine: Engine, name: str, case: Case) -> str:
    """The spec of a case; JSON is YAML."""
    common = {
        "imgen": "1",
        "profile": case.profile,
        "name": f"{name}-{engine.session}",
        "version": "1.0.0",
        "maintainer": "Test <test@example.com>",
        "labels": engine.labels(),
        "server": {"gunicorn": "app:create_app()"},
        "port": "8000",
        "resources": {"memory": "256Mi"},
        "include": ["app.py"],
        "syntax": "none",
    }
    return json.dumps(common | dict(case.fields))


@pytest.fixture(scope="module")
def projects(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Files]:
    """Projects with locks, made once by the real tools."""
    return lock_files.projects(engine, tmp_path_factory.mktemp("locked"))


def cases(projects: Mapping[str, Files]) -> Mapping[str, Case]:
    """A case for each manager and each way to use it."""
    app = {"app.py": _ANSWER, "README.md": "A shop.\n"}
    sources = {
        "packages/api/src/api/__init__.py": _ANSWER,
        "packages/core/src/core/__init__.py": "",
    }
    project = lock_files.MANIFESTS["pdm"]["pyproject.toml"].replace("gunicorn", "idna")
    return {
        "poetry": Case({**app, **projects["poetry"]}, {"dependencies": "poetry.lock"}, "gunicorn"),
        "poetry-extras": Case(
            {**app, **projects["poetry"]},
            {"dependencies": {"manager": "poetry", "extras": ["extra"], "groups": ["web"]}},
            "gunicorn idna iniconfig",
            "python-alpine",
        ),
        "pdm": Case(
            {**app, **projects["pdm"]}, {"dependencies": "pdm.lock"}, "gunicorn", "python-alpine"
        ),
        "pdm-groups": Case(
            {**app, **projects["pdm"]},
            {"dependencies": {"manager": "pdm", "extras": ["extra"], "groups": ["web"]}},
            "gunicorn idna iniconfig",
        ),
        "pipenv": Case({**app, **projects["pipenv"]}, {"dependencies": "Pipfile.lock"}, "gunicorn"),
        "pipenv-groups": Case(
            {**app, **projects["pipenv"]},
            {"dependencies": {"manager": "pipenv", "groups": ["web"]}},
            "gunicorn idna",
            "python-alpine",
        ),
        "unlocked": Case(
            {**app, "pyproject.toml": project},
            {"dependencies": {
                "manager": "uv", "files": ["pyproject.toml"], "extras": ["extra"],
                "additional": [lock_files.SERVER],
            }},
            "gunicorn idna iniconfig",
        ),
        "workspace": Case(
            {**projects["uv"], **sources},
            {
                "dependencies": {
                    "manager": "uv", "package": "api", "install_project": "true",
                    "members": ["packages/api", "packages/core", "packages/other"],
                    "additional": [lock_files.SERVER],
                },
                "include": ["packages/api/src", "packages/core/src"],
                "server": {"gunicorn": "api:create_app()"},
            },
            "api core gunicorn idna iniconfig",
        ),
        "project": Case(
            {**app, "src/shop/__init__.py": _ANSWER, "pyproject.toml": project},
            {
                "dependencies": {
                    "manager": "uv", "files": ["pyproject.toml"], "install_project": "true",
                    "additional": [lock_files.SERVER],
                },
                "include": ["README.md", "src"],
                "server": {"gunicorn": "shop:create_app()"},
            },
            "gunicorn idna shop",
            "python-alpine",
        ),
        "assets": Case(
            _DJANGO,
            {
                "include": ["manage.py", "shop"],
                "server": {"gunicorn": "shop.wsgi:application"},
                "env": {"DJANGO_SETTINGS_MODULE": "shop.settings"},
                "secrets": ["SECRET_KEY"],
                "assets": {
                    "run": ["python manage.py collectstatic --noinput"],
                    "outputs": ["staticfiles"],
                    "env": {"SECRET_KEY": PLACEHOLDER},
                },
            },
            "django gunicorn",
        ),
    }  # fmt: skip


# A build from nothing, and a second one, take most of a verification's time.
# Each manager is verified in test_onboarding.py, as its user would; here what that leaves out.
# Without the two builds that use no cache where the template is one that is built so already.
VERIFIED = {
    "poetry": (),
    "project": ("--skip", "reproducible"),
    "assets": ("--skip", "reproducible"),
}
NAMES = tuple(cases({name: {} for name in lock_files.MANAGERS}))
_PACKAGES = "/opt/venv/lib/python3.13/site-packages"
# What these packages need themselves.
_ALSO = {"asgiref", "packaging", "sqlparse"}


@pytest.fixture(scope="module")
def made(
    engine: Engine, projects: Mapping[str, Files], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, App]:
    """The apps, with what imgen generates for them."""
    folder = tmp_path_factory.mktemp("managers")
    return {
        name: apps.make(folder / name, spec(engine, name, case), case.files)
        for name, case in cases(projects).items()
    }


def image(engine: Engine, app: App) -> str:
    """The image of an app, built or from the cache."""
    return engine.build(app.folder, tag=engine.tag(app.name)).tag


@pytest.mark.parametrize("name", VERIFIED)
def test_a_project_is_verified_as_it_is(made: Mapping[str, App], name: str) -> None:
    command = [sys.executable, "-m", "generator", "verify", str(made[name].folder)]
    done = subprocess.run(
        [*command, *VERIFIED[name]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_an_image_has_what_production_needs_and_no_manager(
    engine: Engine, projects: Mapping[str, Files], made: Mapping[str, App], name: str
) -> None:
    script = "from importlib.metadata import distributions\n"
    script += f"print(*(found.name.lower() for found in distributions(path=['{_PACKAGES}'])))"
    tag = image(engine, made[name])
    secret = ("--env", "SECRET_KEY=x")
    done = engine.run(tag, *secret, command=["python", "-c", script])
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) - _ALSO == set(cases(projects)[name].packages.split())
    find = f"find {_PACKAGES} -name '*.pyc' -path '*/gunicorn/*'"
    assert "gunicorn/app/__pycache__" in engine.run(tag, *secret, command=["sh", "-c", find]).stdout


STALE = {
    "poetry": ("pyproject.toml", "poetry.lock was last generated. Run `poetry lock`"),
    "pdm": ("pyproject.toml", "Lockfile doesn't satisfy the project requirements"),
    "pipenv": ("Pipfile", "Pipfile.lock is out-of-date"),
    "workspace": ("packages/core/pyproject.toml", "needs to be updated"),
}


@pytest.mark.parametrize("name", STALE)
def test_a_lock_that_does_not_fit_fails_the_build_and_says_so(
    engine: Engine, made: Mapping[str, App], tmp_path: Path, name: str
) -> None:
    app = made[name].copy(tmp_path / name)
    path, message = STALE[name]
    file = app.folder / path
    text = file.read_text(encoding="utf-8")
    changed = text.replace("dependencies = [", 'dependencies = ["h11", ', 1)
    file.write_text(changed.replace("[web]", "[web]\nh11 = '*'", 1), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    with pytest.raises(BuildError, match=message):
        image(engine, app)


@pytest.mark.parametrize("manager", ["pip", "uv"])
def test_an_additional_package_never_changes_a_locked_one(
    engine: Engine, tmp_path: Path, manager: str
) -> None:
    files = {"app.py": _ANSWER, "requirements.txt": "h2==4.0.0\n"}
    fields = {"dependencies": {"manager": manager, "files": ["requirements.txt"],
                               "additional": ["hypercorn==0.18.0"]}}  # fmt: skip
    text = spec(engine, f"additional-{manager}", Case(files, fields, ""))
    app = apps.make(tmp_path / "app", text, files)
    with pytest.raises(BuildError, match=r"h2.?==.?4\.0\.0"):
        image(engine, app)


def test_assets_are_made_in_the_build_and_their_variables_stay_there(
    engine: Engine, made: Mapping[str, App]
) -> None:
    app = made["assets"]
    tag = image(engine, app)
    secret = ("--env", "SECRET_KEY=x")
    found = engine.run(tag, *secret, command=["ls", "/app/staticfiles", "/app/staticfiles/shop"])
    assert "site.css" in found.stdout
    assert "stale.css" not in found.stdout
    layers = own_layers(engine, tag, app.image.base)
    assert traces(engine, tag, layers, PLACEHOLDER) == []
    assert traces(engine, tag, layers, "color: teal")


def test_an_edited_asset_repeats_no_dependency_step(
    engine: Engine, made: Mapping[str, App], tmp_path: Path
) -> None:
    app = made["assets"].copy(tmp_path / "edited")
    image(engine, app)
    style = app.folder / "shop/static/shop/site.css"
    style.write_text(f"body {{color: #{engine.session[:6]}}}\n", encoding="utf-8")
    again = engine.build(app.folder, tag=engine.tag(f"{app.name}-edited"))
    repeated = [step.text for step in again.runs() if not step.cached]
    assert len(repeated) == 1
    assert "collectstatic" in repeated[0]
