"""Scripts that start servers for development are not what an image starts."""

from pathlib import Path

import pytest

from tests.detect.python_app import apps, notes, project_of, value

GUARD = 'if __name__ == "__main__":\n'
WSGIREF = "from wsgiref.simple_server import make_server\n"
WSGI_APP = 'def app(environ, start):\n    start("200 OK", [])\n    return [b""]\n'
FLASK = "from flask import Flask\n"
ROUTE = '@route("/")\ndef index():\n    return ""\n'


@pytest.mark.parametrize(
    ("code", "package", "place", "advice"),
    [
        (f"{FLASK}def main():\n    app = Flask(__name__)\n    app.run(debug=True)\nmain()\n",
         "flask", "main.py:4", "make it at the top of the module"),
        (f"{FLASK}{GUARD}    app = Flask(__name__)\n    app.run()\n",
         "flask", "main.py:4", "make it at the top of the module"),
        (f"{FLASK}app = Flask(__name__)\napp.run(debug=True)\n",
         "flask", "main.py:3", "put it below `if __name__"),
        (f"from bottle import route, run\n{ROUTE}run(reloader=True, debug=True)\n",
         "bottle", "main.py:5", "app = bottle.default_app()"),
        (f"from bottle import default_app, route, run\n{ROUTE}run(port=8080)\n",
         "bottle", "main.py:5", "below `if __name__"),
        (f"{WSGIREF}{WSGI_APP}make_server('', 8000, app).serve_forever()\n",
         "x", "main.py:5", "below `if __name__"),
        (f"{WSGIREF}def main():\n    app = make()\n    make_server('', 8000, app)\nmain()\n",
         "x", "main.py:4", "at the top of the module"),
    ],
)  # fmt: skip
def test_what_no_server_can_load_is_missing(
    tmp_path: Path, code: str, package: str, place: str, advice: str
) -> None:
    app = apps(tmp_path, {"main.py": code}, project_of(package))[0]
    assert app.missing.startswith(f"{place} starts ")
    assert advice in app.missing
    assert value(app, "command") is None
    assert value(app, "server") is None


@pytest.mark.parametrize(
    ("code", "package", "target"),
    [
        (f"{WSGIREF}{WSGI_APP}{GUARD}    make_server('', 8000, app).serve_forever()\n",
         "x", "main:app"),
        (f"from bottle import default_app, route, run\n{ROUTE}{GUARD}    run(port=8000)\n",
         "bottle", "main:default_app()"),
        (f"import bottle\napp = bottle.default_app()\n{GUARD}    bottle.run(port=8000)\n",
         "bottle", "main:app"),
    ],
)  # fmt: skip
def test_what_a_server_can_load_gets_one(
    tmp_path: Path, code: str, package: str, target: str
) -> None:
    (app,) = apps(tmp_path, {"main.py": code}, project_of(package))
    assert not app.missing
    assert value(app, "server") == {"gunicorn": target}
    assert value(app, "port") == "8000"
    assert [each.partition("==")[0] for each in app.additional] == ["gunicorn"]


@pytest.mark.parametrize(
    "code",
    [
        f"from bottle import route, run\n{ROUTE}run(server='waitress', port=8000)\n",
        (f"{FLASK}import waitress\ndef main():\n    app = Flask(__name__)\n"
         f"    waitress.serve(app, port=8000)\n{GUARD}    main()\n"),
    ],
)  # fmt: skip
def test_a_script_with_a_production_server_stays(tmp_path: Path, code: str) -> None:
    (app,) = apps(tmp_path, {"main.py": code}, project_of("bottle", "flask", "waitress"))
    assert not app.missing
    assert value(app, "command") == ["python", "main.py"]


@pytest.mark.parametrize(
    "code",
    [
        "import http.server as web\nweb.HTTPServer(('', 8000), X).serve_forever()\n",
        ("import http.server\nimport socketserver\nclass X(http.server.BaseHTTPRequestHandler):\n"
         "    pass\nsocketserver.TCPServer(('', 8000), X).serve_forever()\n"),
    ],
)  # fmt: skip
def test_the_standard_server_stays_with_a_note(tmp_path: Path, code: str) -> None:
    (app,) = apps(tmp_path, {"main.py": code}, project_of())
    assert value(app, "command") == ["python", "main.py"]
    assert value(app, "port") == "8000"
    assert "http.server, which is not meant for production" in notes(app)


def test_a_script_that_starts_one_of_another_file_gets_a_note(tmp_path: Path) -> None:
    files = {
        "main.py": f"import web\n{GUARD}    web.start()\n",
        "web.py": f"{FLASK}def start():\n    app = Flask(__name__)\n    app.run(port=5000)\n",
    }
    (app,) = apps(tmp_path, files, project_of("flask"))
    assert value(app, "command") == ["python", "main.py"]
    assert "web.py:4 starts Flask's server for development" in notes(app)
