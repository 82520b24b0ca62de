"""Which program a Python project starts, and how."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.model import Confidence, Evidence
from generator.detect.python.servers import VERSIONS
from generator.detect.python.starts import parse
from tests.detect.python_app import apps, notes, places, project_of, proposal, told_ports, value

FLASK = """from flask import Flask

app = Flask(__name__)
"""
FACTORY = """from flask import Flask


def create_app(config=None):
    app = Flask(__name__)
    return app
"""
FASTAPI = """from fastapi import FastAPI

app = FastAPI()
"""


def test_flask_object_gets_gunicorn_when_no_server_is_named(tmp_path: Path) -> None:
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask"))
    assert app.kind == "Flask app"
    assert app.score == 90
    assert value(app, "server") == {"gunicorn": "app:app"}
    assert app.additional == (f"gunicorn=={VERSIONS['gunicorn']}",)
    assert places(app, "server") == ["app.py:3"]
    assert "name no production server" in notes(app)


def test_named_server_is_evidence_and_needs_nothing_more(tmp_path: Path) -> None:
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask", "gunicorn"))
    assert app.additional == ()
    assert places(app, "server") == ["app.py:3", "requirements.txt:2"]
    assert "production server" not in notes(app)


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


def test_dash_without_a_server_variable(tmp_path: Path) -> None:
    code = "import dash\napp = dash.Dash(__name__)\n"
    (app,) = apps(tmp_path / "a", {"app.py": code}, project_of("dash==3.1.0", "gunicorn"))
    assert value(app, "server") == {"gunicorn": "app:app"}
    (app,) = apps(tmp_path / "b", {"app.py": code}, project_of("dash==2.18.2", "gunicorn"))
    assert value(app, "server") == {"granian": "app:app.server", "interface": "wsgi"}
    assert app.additional == (f"granian=={VERSIONS['granian']}",)


def test_extra_brings_the_server(tmp_path: Path) -> None:
    (app,) = apps(tmp_path, {"main.py": FASTAPI}, project_of("fastapi[standard]"))
    assert value(app, "server") == {"uvicorn": "main:app"}
    assert app.additional == ()


def test_gunicorn_with_uvicorn_workers_is_uvicorn(tmp_path: Path) -> None:
    argv = "gunicorn main:app -k uvicorn.workers.UvicornWorker -b 0.0.0.0:9000"
    project = project_of("fastapi", "gunicorn", "uvicorn")
    (app,) = apps(tmp_path, {"main.py": FASTAPI}, project, argv=argv)
    assert value(app, "server") == {"uvicorn": "main:app"}
    assert value(app, "port") == "9000"
    assert app.score == 95
    assert "Dockerfile:7" in places(app, "server")


def test_server_of_the_dockerfile_is_taken_and_added(tmp_path: Path) -> None:
    argv = "poetry run hypercorn main:app --bind 0.0.0.0:8100"
    project = project_of("fastapi", manager="poetry")
    (app,) = apps(tmp_path, {"main.py": FASTAPI}, project, argv=argv)
    assert value(app, "server") == {"hypercorn": "main:app"}
    assert app.additional == (f"hypercorn=={VERSIONS['hypercorn']}",)
    assert "poetry add hypercorn" in notes(app)


def test_servers_that_no_field_knows_become_commands(tmp_path: Path) -> None:
    (app,) = apps(tmp_path / "a", {"app.py": FLASK}, project_of("flask", "waitress"))
    assert value(app, "command") == ["waitress-serve", "--listen=0.0.0.0:8000", "app:app"]
    (app,) = apps(tmp_path / "b", {"a/__init__.py": FACTORY}, project_of("flask", "waitress"))
    command = value(app, "command")
    assert command == ["waitress-serve", "--listen=0.0.0.0:8000", "--call", "a:create_app"]
    (app,) = apps(tmp_path / "c", {"app.py": FLASK}, project_of("flask", "uwsgi"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[0] == "uwsgi"
    assert command[-2:] == ["--module", "app:app"]


def test_granian_is_told_the_interface(tmp_path: Path) -> None:
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask", "granian"))
    assert value(app, "server") == {"granian": "app:app", "interface": "wsgi"}


def test_development_server_is_named_and_never_used(tmp_path: Path) -> None:
    argv = "flask --app app run --host 0.0.0.0 --port 5000"
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask"), argv=argv)
    assert value(app, "server") == {"gunicorn": "app:app"}
    assert value(app, "port") == "5000"
    assert "starts `flask run`, a server for development" in notes(app)


def test_socket_io_stays_in_one_process(tmp_path: Path) -> None:
    project = project_of("flask", "flask-socketio", "gunicorn")
    (app,) = apps(tmp_path, {"app.py": FLASK}, project)
    assert value(app, "server") == {"gunicorn": "app:app", "workers": "1", "threads": "100"}


def test_sanic_has_a_server_of_its_own(tmp_path: Path) -> None:
    code = 'from sanic import Sanic\napp = Sanic("x")\n'
    options = ["--host=0.0.0.0", "--port=8000"]
    (app,) = apps(tmp_path, {"server.py": code}, project_of("sanic"))
    assert value(app, "command") == ["sanic", "server:app", *options, "--single-process"]
    assert value(app, "tmpfs") is None


@pytest.mark.parametrize(
    ("argv", "several"),
    [
        ("sanic server:app --workers=4", True),
        ("sanic server:app -w 3 --host 0.0.0.0", True),
        ("sanic server:app --fast", True),
        ("sanic server:app -w 1", False),
        ("sanic server:app --port 8000", False),
    ],
)
def test_sanic_is_one_process_and_says_so(tmp_path: Path, argv: str, *, several: bool) -> None:
    code = 'from sanic import Sanic\napp = Sanic("x")\n'
    (app,) = apps(tmp_path, {"server.py": code}, project_of("sanic"), argv=argv)
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[-1] == "--single-process"
    assert ("start more containers" in notes(app)) is several


def test_aiohttp_script_runs_itself(tmp_path: Path) -> None:
    code = "from aiohttp import web\napp = web.Application()\n"
    run = 'if __name__ == "__main__":\n    web.run_app(app, port=9001)\n'
    (app,) = apps(tmp_path / "a", {"main.py": code + run}, project_of("aiohttp"))
    assert value(app, "command") == ["python", "main.py"]
    assert value(app, "port") == "9001"
    assert places(app, "port") == ["main.py:4"]
    (app,) = apps(tmp_path / "b", {"main.py": code}, project_of("aiohttp"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:4] == ["gunicorn", "main:app", "--bind", "0.0.0.0:8080"]
    assert "aiohttp.GunicornWebWorker" in command
    assert app.additional == (f"gunicorn=={VERSIONS['gunicorn']}",)


def test_streamlit(tmp_path: Path) -> None:
    files = {
        "app.py": "import streamlit as st\n",
        "pages/1_more.py": "import streamlit as st\n",
        "data.csv": "a,b\n",
        ".streamlit/config.toml": "",
        ".streamlit/secrets.toml": "",
    }
    (app,) = apps(tmp_path, files, project_of("streamlit"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:4] == ["streamlit", "run", "app.py", "--server.port=8501"]
    assert "--server.headless=true" in command
    assert value(app, "healthcheck") == "/_stcore/health"
    assert value(app, "tmpfs") is None
    assert value(app, "include") == ["app.py", "data.csv", "pages", ".streamlit/config.toml"]
    assert "holds secrets" in notes(app)


def test_gradio(tmp_path: Path) -> None:
    code = "import gradio as gr\ndemo = gr.Blocks()\ndemo.launch()\n"
    (app,) = apps(tmp_path, {"demo.py": code}, project_of("gradio"))
    assert value(app, "command") == ["python", "demo.py"]
    assert value(app, "port") == "7860"
    assert value(app, "env.GRADIO_SERVER_NAME") == "0.0.0.0"
    assert value(app, "env.GRADIO_ANALYTICS_ENABLED") == "False"


@pytest.mark.parametrize(
    ("package", "code", "first", "port"),
    [
        ("panel", "import panel as pn\npn.pane.Str('x').servable()\n", "panel", "5006"),
        ("bokeh", "from bokeh.io import curdoc\ncurdoc()\n", "bokeh", "5006"),
        ("chainlit", "import chainlit as cl\n", "chainlit", "8000"),
        ("nicegui", "from nicegui import ui\nui.run(port=8090)\n", "python", "8090"),
    ],
)
def test_other_interactive(tmp_path: Path, package: str, code: str, first: str, port: str) -> None:
    app = apps(tmp_path, {"app.py": code}, project_of(package))[0]
    command = value(app, "command")
    assert isinstance(command, list)
    assert (command[0], value(app, "port")) == (first, port)
    assert "app.py" in command


def test_notebooks(tmp_path: Path) -> None:
    (app,) = apps(tmp_path / "a", {"show.ipynb": "{}"}, project_of("voila"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:2] == ["voila", "show.ipynb"]
    (app,) = apps(tmp_path / "b", {"show.ipynb": "{}"}, project_of("jupyterlab"))
    assert app.score == 40


def test_celery_worker_beside_a_web_app_is_noted(tmp_path: Path) -> None:
    files = {
        "main.py": FASTAPI,
        "jobs/__init__.py": "",
        "jobs/celery.py": "from celery import Celery\napp = Celery('jobs')\n",
    }
    web, worker = apps(tmp_path, files, project_of("fastapi", "uvicorn", "celery"))
    assert web.kind == "FastAPI app"
    assert "`celery -A jobs worker" in notes(web)
    assert worker.kind == "Celery worker"
    assert value(worker, "command") == [
        "celery", "-A", "jobs", "worker", "--loglevel=INFO", "--concurrency=2",
    ]  # fmt: skip
    assert value(worker, "healthcheck") == "none"
    assert value(worker, "port") is None


@pytest.mark.parametrize(
    ("package", "code", "command"),
    [
        ("celery", "from celery import Celery\ncelery = Celery()\n",
         ["celery", "-A", "jobs", "worker", "--loglevel=INFO", "--concurrency=2"]),
        ("celery", "from celery import Celery\nqueue = Celery()\n",
         ["celery", "-A", "jobs:queue", "worker", "--loglevel=INFO", "--concurrency=2"]),
        ("dramatiq", "import dramatiq\n@dramatiq.actor\ndef f(): ...\n",
         ["dramatiq", "jobs", "--processes", "1", "--threads", "8"]),
        ("huey", "from huey import RedisHuey\nqueue = RedisHuey()\n",
         ["huey_consumer", "jobs.queue", "-w", "2"]),
        ("arq", "class WorkerSettings:\n    functions = []\n", ["arq", "jobs.WorkerSettings"]),
        ("rq", "from rq import Queue\n", ["rq", "worker", "default"]),
        ("rq", 'from rq import Queue\nq = Queue("mail", connection=r)\np = Queue(name="low")\n',
         ["rq", "worker", "mail", "low"]),
        ("rq", "import rq\nq = rq.Queue(connection=r)\n", ["rq", "worker", "default"]),
    ],
)  # fmt: skip
def test_workers(tmp_path: Path, package: str, code: str, command: list[str]) -> None:
    (app,) = apps(tmp_path, {"jobs.py": code}, project_of(package))
    assert value(app, "command") == command


@pytest.mark.parametrize(
    ("package", "code", "line", "end"),
    [
        ("rq", "from rq import Queue\nq = Queue('a')\n", "rq worker --url $REDIS_URL reports low",
         ["rq", "worker", "reports", "low"]),
        ("rq", "from rq import Queue\n", "python -m rq worker -c settings --with-scheduler a",
         ["rq", "worker", "-c", "settings", "--with-scheduler", "a"]),
        ("rq", "from rq import Queue\n", "rq worker 'broken", ["rq", "worker", "default"]),
        ("celery", "from celery import Celery\napp = Celery()\n",
         "celery -A jobs worker -Q mail,low", ["--concurrency=2", "--queues=mail,low"]),
        ("celery", "from celery import Celery\napp = Celery()\n",
         "celery -A jobs worker --queues=mail", ["--concurrency=2", "--queues=mail"]),
    ],
)  # fmt: skip
def test_queues_of_a_procfile_are_kept(
    tmp_path: Path, package: str, code: str, line: str, end: list[str]
) -> None:
    told = Existing(workers={"worker": Told(line, Evidence(path="Procfile", line=1))})
    (app,) = apps(tmp_path, {"jobs.py": code}, project_of(package), told=told)
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[-len(end) :] == end


def test_script_with_a_main_guard(tmp_path: Path) -> None:
    code = 'import helper\nif __name__ == "__main__":\n    helper.run()\n'
    files = {"bot.py": code, "helper.py": "", "unused.py": "", "README.md": ""}
    (app,) = apps(tmp_path, files, project_of())
    assert value(app, "command") == ["python", "bot.py"]
    assert value(app, "include") == ["bot.py", "helper.py"]
    assert places(app, "command") == ["bot.py:2"]


def test_package_with_main_module(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "pkg/__main__.py": "from .cli import main\n\nmain()\n",
        "pkg/cli.py": "def main(): ...\n",
    }
    (app,) = apps(tmp_path, files, project_of())
    assert value(app, "command") == ["python", "-m", "pkg"]
    assert value(app, "include") == ["pkg"]


def test_script_in_a_folder_finds_its_imports(tmp_path: Path) -> None:
    main = 'if __name__ == "__main__":\n    pass\n'
    beside = {"app/main.py": "import other\n" + main, "app/other.py": ""}
    (app,) = apps(tmp_path / "a", beside, project_of())
    assert value(app, "command") == ["python", "app/main.py"]
    above = {"app/main.py": "from app import other\n" + main, "app/other.py": ""}
    (app,) = apps(tmp_path / "b", above, project_of())
    assert value(app, "command") == ["python", "-m", "app.main"]


def test_console_script_of_an_installed_project(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "tool"\nreadme = "README.md"\n',
        "README.md": "",
        "src/tool/__init__.py": "",
        "src/tool/cli.py": "def main(): ...\n",
    }
    scripts = {"tool-dev": "tool.dev:main", "tool": "tool.cli:main"}
    project = project_of(roots=("src", ""), scripts=scripts, installed=True)
    app = apps(tmp_path, files, project)[0]
    assert value(app, "command") == ["tool"]
    assert value(app, "include") == ["README.md", "src"]
    assert places(app, "command") == ["pyproject.toml:9"]
    assert "no port: if it is no job or worker, say which subcommand serves" in notes(app)


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


@pytest.mark.parametrize(
    ("line", "program", "target", "port"),
    [
        ("gunicorn shop.wsgi:app --bind=0.0.0.0:5000", "gunicorn", "shop.wsgi:app", 5000),
        ("gunicorn -w 4 -b :$PORT shop.wsgi", "gunicorn", "shop.wsgi", None),
        ("python -m uvicorn --reload main:app --port 80", "uvicorn", "main:app", 80),
        ("/usr/bin/python3 -u -m hypercorn a:b", "hypercorn", "a:b", None),
        ("uv run --no-dev uvicorn a.b:app", "uvicorn", "a.b:app", None),
        ("waitress-serve --listen=*:8041 app:app", "waitress-serve", "app:app", 8041),
        ("exec granian --interface asgi app:app", "granian", "app:app", None),
        ("PORT=1 celery -A proj worker", "celery", "", None),
        ("streamlit run app.py --server.port=8502", "streamlit", "", 8502),
    ],
)
def test_command_lines(line: str, program: str, target: str, port: int | None) -> None:
    start = parse(line.split())
    assert (start.program, start.target or "", start.port) == (
        program, "proj" if program == "celery" else target, port,
    )  # fmt: skip


def test_command_line_in_a_shell() -> None:
    start = parse(["sh", "-c", "python manage.py migrate && exec gunicorn a:b -b 0.0.0.0:8001"])
    assert (start.program, start.target, start.port) == ("gunicorn", "a:b", 8001)
    assert parse([]).program == ""
    assert parse(["sh", "-c", "echo 'open"]).program == "echo"


def test_ports_of_the_configuration_come_first(tmp_path: Path) -> None:
    files = {
        "app.py": FLASK + 'if __name__ == "__main__":\n    app.run(port=5001)\n',
        "gunicorn.conf.py": 'workers = 2\nbind = "0.0.0.0:8055"\n',
    }
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"), told=told_ports("9999"))
    port = proposal(app, "port")
    assert port is not None
    assert (port.value, port.because()) == ("8055", "bound in gunicorn.conf.py:2")
    assert value(app, "server") == {
        "gunicorn": "app:app",
        "config": "gunicorn.conf.py",
        "workers": "2",
    }


def test_ports_by_rank(tmp_path: Path) -> None:
    project = project_of("flask", "gunicorn")
    with_code = {"app.py": FLASK + "import os\napp.run(port=int(os.environ.get('PORT', 5001)))\n"}
    (app,) = apps(tmp_path / "a", with_code, project, told=told_ports("9999/tcp"))
    assert (value(app, "port"), places(app, "port")) == ("9999", ["Dockerfile:5"])
    (app,) = apps(tmp_path / "b", with_code | {".env.example": "X=1\nPORT=7000\n"}, project)
    assert (value(app, "port"), places(app, "port")) == ("7000", [".env.example:2"])
    (app,) = apps(tmp_path / "c", with_code, project)
    assert (value(app, "port"), places(app, "port")) == ("5001", ["app.py:5"])
    (app,) = apps(tmp_path / "d", {"app.py": FLASK}, project, told=told_ports("80"))
    port = proposal(app, "port")
    assert port is not None
    assert (port.value, port.confidence) == ("8000", Confidence.LOW)


def test_script_that_listens_on_localhost_alone(tmp_path: Path) -> None:
    code = (
        "from http.server import HTTPServer\nHOST = 'localhost'\n"
        "if __name__ == '__main__':\n    HTTPServer((HOST, 8081), None).serve_forever()\n"
    )
    (app,) = apps(tmp_path, {"main.py": code}, project_of())
    assert value(app, "port") == "8081"
    assert "listens on localhost alone" in notes(app)


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


def test_script_that_only_starts_the_web_app_gives_its_port(tmp_path: Path) -> None:
    files = {
        "app/main.py": FASTAPI,
        "run.py": 'import uvicorn\nif __name__ == "__main__":\n'
        '    uvicorn.run("app.main:app", host="0.0.0.0", port=8010, reload=True)\n',
    }
    (app,) = apps(tmp_path, files, project_of("fastapi", "uvicorn"))
    assert value(app, "server") == {"uvicorn": "app.main:app"}
    assert (value(app, "port"), places(app, "port")) == ("8010", ["run.py:3"])


def test_port_of_a_grpc_server(tmp_path: Path) -> None:
    code = (
        'import grpc\nserver = grpc.server(None)\nserver.add_insecure_port("[::]:50051")\n'
        'if __name__ == "__main__":\n    server.wait_for_termination()\n'
    )
    (app,) = apps(tmp_path, {"server.py": code}, project_of("grpcio"))
    assert value(app, "port") == "50051"
    assert value(app, "healthcheck") is None


def test_port_that_nothing_tells_is_not_made_up(tmp_path: Path) -> None:
    code = (
        "from http.server import HTTPServer\nif __name__ == '__main__':\n"
        "    HTTPServer(address(), None).serve_forever()\n"
    )
    (app,) = apps(tmp_path, {"server.py": code}, project_of())
    assert value(app, "port") is None
    assert "a port that the code does not tell" in notes(app)


def test_script_with_a_development_server_is_said(tmp_path: Path) -> None:
    code = FLASK + 'if __name__ == "__main__":\n    app.run(host="0.0.0.0", debug=True)\n'
    (app,) = apps(tmp_path, {"app.py": code}, project_of("flask"), argv="python app.py")
    assert value(app, "server") == {"gunicorn": "app:app"}
    assert "starts `python app.py`, a server for development" in notes(app)


def test_host_variable_of_a_script_is_set(tmp_path: Path) -> None:
    code = (
        "import os\nfrom http.server import HTTPServer\n"
        'HOST = os.getenv("BIND", "127.0.0.1")\nPORT = int(os.environ.get("PORT") or 8082)\n'
        "if __name__ == '__main__':\n    HTTPServer((HOST, PORT), None).serve_forever()\n"
    )
    (app,) = apps(tmp_path, {"main.py": code}, project_of())
    assert value(app, "port") == "8082"
    assert value(app, "env.BIND") == "0.0.0.0"
    assert "nobody outside" not in notes(app)


def test_reloading_of_nicegui_is_said(tmp_path: Path) -> None:
    code = "from nicegui import ui\nui.run({})\n"
    (app,) = apps(tmp_path / "a", {"main.py": code.format("")}, project_of("nicegui"))
    assert "write reload=False" in notes(app)
    (app,) = apps(tmp_path / "b", {"main.py": code.format("reload=False")}, project_of("nicegui"))
    assert "reload" not in notes(app)


@pytest.mark.parametrize(
    "options",
    [
        'import click\n@click.option("-p", "--port", default=8123)\ndef main(port):',
        "def main(port: int = 8123):",
        "def main(*, port=8123):",
        "import typer\ndef main(port: int = typer.Option(8123, help='x')):",
        """P = argparse.ArgumentParser()
P.add_argument("--port", type=int, default=8123)
def main():
    port = P.parse_args().port""",
    ],
)
def test_default_of_an_option_tells_the_port(tmp_path: Path, options: str) -> None:
    code = (
        f"from http.server import HTTPServer\n{options}\n"
        '    HTTPServer(("", port), None).serve_forever()\n'
        'if __name__ == "__main__":\n    main()\n'
    )
    (app,) = apps(tmp_path, {"main.py": code}, project_of())
    assert value(app, "port") == "8123"
    found = proposal(app, "port")
    assert found
    assert found.confidence is Confidence.MEDIUM


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


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ("from bottle import route, run\nrun(host='0.0.0.0', port=8081)\n", "8081"),
        (("from tornado.options import define, options\ndefine('port', default=8888)\n"
          "application().listen(options.port)\nrun()\n"), "8888"),
        ("import asyncio\nasyncio.start_server(handle, '0.0.0.0', 7777)\nrun()\n", "7777"),
        ("PORT = 8443\nbot().run_webhook(listen='0.0.0.0', port=PORT)\nrun()\n", "8443"),
        ("import socket\nsocket.socket().listen(128)\nrun()\n", None),
        ("from serving import begin\nbegin()\nrun()\n", "8070"),
    ],
)  # fmt: skip
def test_port_of_a_program_that_serves_itself(tmp_path: Path, code: str, port: str | None) -> None:
    serving = "from http.server import HTTPServer\ndef begin():\n"
    serving += "    HTTPServer(('', 8070), None).serve_forever()\n"
    (app,) = apps(tmp_path, {"main.py": code, "serving.py": serving}, project_of())
    assert value(app, "port") == port


def test_launcher_of_a_factory_gives_its_port(tmp_path: Path) -> None:
    files = {
        "shop/app.py": "from fastapi import FastAPI\ndef build():\n    return FastAPI()\n",
        "run.py": "import uvicorn\nif __name__ == '__main__':\n"
        "    uvicorn.run('shop.app:build', factory=True, port=9090)\n",
    }
    (app,) = apps(tmp_path, files, project_of("fastapi", "uvicorn"))
    assert value(app, "server") == {"uvicorn": "shop.app:build()"}
    assert value(app, "port") == "9090"


def test_launcher_that_imports_the_app_gives_its_port(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/server.py": FASTAPI,
        "start.py": "import uvicorn\nfrom shop.server import app\n"
        "if __name__ == '__main__':\n    uvicorn.run('start:app', port=9091)\n",
    }
    (app, *_) = apps(tmp_path, files, project_of("fastapi", "uvicorn"))
    assert value(app, "server") == {"uvicorn": "shop.server:app"}
    assert value(app, "port") == "9091"


def test_folder_of_an_app_counts_among_equals(tmp_path: Path) -> None:
    files = {f"{name}/main.py": FASTAPI for name in ("admin", "api")}
    (app,) = apps(tmp_path, files, project_of("fastapi", "uvicorn"))
    assert value(app, "server") == {"uvicorn": "api.main:app"}


def test_script_beside_an_installed_package_is_copied_with_its_data(tmp_path: Path) -> None:
    files = {
        "main.py": "import os\nfrom jester import bot\nos.listdir('./cogs')\nbot.run()\n",
        "jester/__init__.py": "",
        "jester/bot.py": "",
        "cogs/fun.py": "",
        "README.md": "",
    }
    (app,) = apps(tmp_path, files, project_of(installed=True))
    assert value(app, "command") == ["python", "main.py"]
    assert sorted(value(app, "include")) == ["cogs", "jester", "main.py"]  # type: ignore[call-overload]


def test_port_of_another_module(tmp_path: Path) -> None:
    files = {
        "main.py": "from prometheus_client import start_http_server\n"
        "from settings import METRICS_PORT\nstart_http_server(METRICS_PORT)\n"
        'if __name__ == "__main__":\n    work()\n',
        "settings.py": 'import os\nMETRICS_PORT = int(os.environ.get("METRICS_PORT", "9102"))\n',
    }
    (app,) = apps(tmp_path / "a", files, project_of())
    assert value(app, "port") == "9102"
    files = {
        "main.py": FASTAPI + "import uvicorn\nfrom conf import settings\n"
        'if __name__ == "__main__":\n    uvicorn.run(app, port=settings.port)\n',
        "conf.py": "class Settings(BaseSettings):\n    port: int = 8088\nsettings = Settings()\n",
    }
    (app,) = apps(tmp_path / "b", files, project_of("fastapi", "uvicorn"))
    assert value(app, "port") == "8088"


def test_port_for_metrics_is_not_that_of_a_web_app(tmp_path: Path) -> None:
    code = FASTAPI + "from prometheus_client import start_http_server\nstart_http_server(9102)\n"
    (app,) = apps(tmp_path, {"main.py": code}, project_of("fastapi", "uvicorn"))
    assert value(app, "port") == "8000"


@pytest.mark.parametrize(
    ("argument", "asked"),
    [
        ('p.add_argument("symbols", nargs="+")', True),
        ('p.add_argument("--key", required=True)', True),
        ('p.add_argument("symbols", nargs="*")', False),
        ('p.add_argument("symbol", nargs="?")', False),
        ('p.add_argument("--out", default="x")', False),
        ('p.add_argument("-v", action="store_true")', False),
    ],
)
def test_arguments_that_a_script_needs_are_said(
    tmp_path: Path, argument: str, *, asked: bool
) -> None:
    code = f"import argparse\np = argparse.ArgumentParser()\n{argument}\n"
    code += 'if __name__ == "__main__":\n    p.parse_args()\n'
    (app,) = apps(tmp_path, {"main.py": code}, project_of())
    assert ("does not start without its arguments" in notes(app)) is asked


def test_arguments_of_the_own_command_are_kept(tmp_path: Path) -> None:
    code = 'import argparse\np = argparse.ArgumentParser()\np.add_argument("mode")\n'
    code += 'if __name__ == "__main__":\n    p.parse_args()\n'
    argv = "python main.py serve --fast"
    (app,) = apps(tmp_path, {"main.py": code}, project_of(), argv=argv)
    assert value(app, "command") == argv.split()
    assert "arguments" not in notes(app)


def test_other_processes_of_a_procfile_are_said(tmp_path: Path) -> None:
    place = Evidence(path="Procfile", line=2)
    lines = {"clock": "python clock.py", "release": "python move.py", "web2": "x" * 300}
    told = Existing(workers={name: Told(line, place) for name, line in lines.items()})
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask", "gunicorn"), told=told)
    assert "the Procfile's clock is a container of its own" in notes(app)
    assert "`python move.py` is a step of its own" in notes(app)
    assert "web2" not in notes(app)


def test_a_process_whose_command_holds_a_password_is_only_named(tmp_path: Path) -> None:
    place = Evidence(path="Procfile", line=2)
    lines = {
        "queue": "rq -u redis://:hunter2@h:6379", "clock": "python clock.py --db-password hunter2",
        "mail": "SMTPPASS=hunter2 python mail.py", "release": "DBPWD=hunter2 python move.py",
    }  # fmt: skip
    told = Existing(workers={name: Told(line, place) for name, line in lines.items()})
    (app,) = apps(tmp_path, {"app.py": FLASK}, project_of("flask", "gunicorn"), told=told)
    assert "hunter2" not in notes(app)
    for name in lines:
        assert f"the Procfile's {name} is a" in notes(app)


def test_pages_lead_to_what_they_import(tmp_path: Path) -> None:
    files = {
        "app.py": "import streamlit as st\n",
        "pages/sales.py": "import streamlit\nfrom charts import bar\n",
        "charts.py": "",
        "unused.py": "",
    }
    (app,) = apps(tmp_path, files, project_of("streamlit"))
    assert value(app, "include") == ["app.py", "charts.py", "pages"]


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


def test_a_uwsgi_that_is_not_named_comes_as_a_wheel(tmp_path: Path) -> None:
    (app,) = apps(
        tmp_path,
        {"app.py": FLASK},
        project_of("flask"),
        argv="uwsgi --http-socket :8000 --module app:app",
    )
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[0] == "uwsgi"
    assert [each.partition("==")[0] for each in app.additional] == ["pyuwsgi"]


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
