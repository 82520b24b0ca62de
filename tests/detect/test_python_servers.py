"""Which server a Python web app gets, and what a command line tells of it."""

from pathlib import Path

import pytest

from generator.detect.python.servers import VERSIONS
from generator.detect.python.starts import parse
from tests.detect.python_app import (
    FACTORY,
    FASTAPI,
    FLASK,
    apps,
    notes,
    places,
    project_of,
    value,
)


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


def test_script_with_a_development_server_is_said(tmp_path: Path) -> None:
    code = FLASK + 'if __name__ == "__main__":\n    app.run(host="0.0.0.0", debug=True)\n'
    (app,) = apps(tmp_path, {"app.py": code}, project_of("flask"), argv="python app.py")
    assert value(app, "server") == {"gunicorn": "app:app"}
    assert "starts `python app.py`, a server for development" in notes(app)


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
