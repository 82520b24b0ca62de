"""Which port a Python program listens at."""

from pathlib import Path

import pytest

from generator.detect.model import Confidence
from tests.detect.python_app import (
    FASTAPI,
    FLASK,
    apps,
    notes,
    places,
    project_of,
    proposal,
    told_ports,
    value,
)


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
