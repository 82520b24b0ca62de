"""Programs that a command starts: subcommands that serve, and what a Dockerfile told before."""

from pathlib import Path

import pytest

from generator.detect.existing import Existing, Told
from generator.detect.existing import read as read_existing
from generator.detect.model import Evidence
from generator.detect.python import project
from tests.detect.python_app import apps, notes, project_of, told_ports, tree_of, value

CLICK = (
    "import click\n"
    "@click.group()\n"
    "def cli():\n"
    "    pass\n"
    "@cli.command()\n"
    '@click.option("--port", default=9321, type=int)\n'
    '@click.option("--host", default="127.0.0.1")\n'
    "def serve(port, host):\n"
    '    """{help}"""\n'
    "    listen(host, port=port)\n"
)
TYPER = (
    "import typer\n"
    "app = typer.Typer()\n"
    "@app.command()\n"
    'def run_server(host: str = "127.0.0.1", port: int = 8642):\n'
    "    server.serve(host=host, port=port)\n"
)
SECOND = "@app.command()\ndef version():\n    pass\n"
ARGPARSE = (
    "import argparse\n"
    "parser = argparse.ArgumentParser()\n"
    "commands = parser.add_subparsers()\n"
    'commands.add_parser("check")\n'
    'commands.add_parser("serve").add_argument("--host", default="localhost")\n'
)
BOT = (
    "from discord.ext import commands\n"
    "bot = commands.Bot()\n"
    "@bot.command()\n"
    "async def start(context):\n"
    "    pass\n"
    "@bot.command()\n"
    "async def stop(context):\n"
    "    pass\n"
)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (CLICK.format(help="Serve."), ["serve", "--host=0.0.0.0"]),
        (CLICK.format(help="Run the development server."), []),
        (TYPER + SECOND, ["run-server", "--host=0.0.0.0"]),
        (TYPER, []),  # the only command is not named
        (ARGPARSE, ["serve", "--host=0.0.0.0"]),
        (BOT, []),
    ],
)
def test_the_subcommand_that_serves_is_named(tmp_path: Path, code: str, words: list[str]) -> None:
    files = {"tool/__init__.py": "", "tool/cli.py": code}
    known = project_of(scripts={"tool": "tool.cli:main"}, installed=True)
    (app, *_) = apps(tmp_path, files, known)
    assert value(app, "command") == ["tool", *words]
    assert "listens on 127.0.0.1" not in notes(app) or not words


def test_a_package_is_started_as_its_dockerfile_does(tmp_path: Path) -> None:
    """What lies inside the package cannot be imported by its own name where it is installed."""
    files = {
        "store/__init__.py": "",
        "store/cli.py": "def main():\n    pass\n",
        "store/core/__init__.py": "",
        "store/core/asgi.py": "from starlette.applications import Starlette\napp = Starlette()\n",
        "store/core/other.py": "",
        "store/core/main.py": "from core.other import x\nfrom core import asgi\n",
    }
    files["store/core/asgi.py"] = "from core.other import x\n" + files["store/core/asgi.py"]
    known = project_of(
        "starlette",
        "uvicorn",
        roots=("store", ""),
        scripts={"store": "store.cli:main"},
        installed=True,
    )
    (app, *_) = apps(tmp_path, files, known, argv="store server --init 0.0.0.0:8000")
    assert value(app, "command") == ["store", "server", "--init", "0.0.0.0:8000"]


def test_a_port_that_a_dockerfile_exposes_is_asked(tmp_path: Path) -> None:
    files = {"main.py": "import tool\nif __name__ == '__main__':\n    tool.run()\n"}
    (app,) = apps(tmp_path / "a", files, project_of(), told=told_ports("5555"))
    assert value(app, "port") == "5555"
    assert value(app, "healthcheck") is None
    (app,) = apps(tmp_path / "b", files, project_of())
    assert value(app, "healthcheck") == "none"


@pytest.mark.parametrize("address", ['"[::]:" + port', 'f"[::]:{port}"', '"[::]:50051"'])
def test_the_port_of_a_grpc_server_is_found(tmp_path: Path, address: str) -> None:
    code = (
        "import grpc\n"
        "def serve():\n"
        '    port = "50051"\n'
        "    server = grpc.server(None)\n"
        f"    server.add_insecure_port({address})\n"
        "    server.start()\n"
        'if __name__ == "__main__":\n'
        "    serve()\n"
    )
    (app,) = apps(tmp_path, {"server.py": code}, project_of("grpcio"))
    assert value(app, "port") == "50051"


WORKER = (
    "import redis\n"
    "from rq import Worker\n"
    'if __name__ == "__main__":\n'
    '    Worker(["high", "low"], connection=redis.from_url("redis://redis")).work()\n'
)


def test_a_worker_of_the_projects_own_is_run(tmp_path: Path) -> None:
    (app, *_) = apps(tmp_path, {"worker.py": WORKER}, project_of("rq", "redis"))
    assert app.kind == "RQ worker"
    assert value(app, "command") == ["python", "worker.py"]


def test_programs_of_an_old_dockerfile_are_kept(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask==3.0.3\n",
        "Dockerfile": "FROM python:3.13\nRUN apt-get update && apt-get install -y "
        "build-essential curl ffmpeg tesseract-ocr-deu\nCMD python app.py\n",
    }
    tree = tree_of(tmp_path, files)
    found = project.read(tree, read_existing(tree))
    assert found
    packages = next(each for each in found.proposals if each.field == "packages")
    assert packages.value == ["ffmpeg", "tesseract-ocr-deu"]
    assert [str(each) for each in packages.evidence] == ["Dockerfile:2"] * 2


def test_wheels_for_cpus_bring_no_cuda(tmp_path: Path) -> None:
    for version, told in {"2.9.0": True, "2.9.0+cpu": False}.items():
        tree = tree_of(tmp_path / version, {"requirements.txt": f"torch=={version}\n"})
        found = project.read(tree, Existing())
        assert found
        assert any("CUDA" in each.text for each in found.notes) is told


def test_constraints_hold_the_versions(tmp_path: Path) -> None:
    for name, told in {"-c constraints.txt\n": False, "": True}.items():
        files = {"requirements.txt": f"flask\n{name}", "limits.txt": ""}
        files |= {"constraints.txt": "flask==3.0.3\n"} if name else {}
        tree = tree_of(tmp_path / str(told), files)
        found = project.read(tree, Existing())
        assert found
        assert any("pins no versions" in each.text for each in found.notes) is told


def test_corpora_that_are_downloaded_get_a_volume(tmp_path: Path) -> None:
    code = "import nltk\nnltk.download('punkt')\nif __name__ == '__main__':\n    print(1)\n"
    (app,) = apps(tmp_path, {"main.py": code}, project_of("nltk"))
    assert value(app, "env.NLTK_DATA") == "/var/cache/nltk"
    assert value(app, "volumes") == ["/var/cache/nltk"]


def test_what_is_for_other_tools_is_left_out(tmp_path: Path) -> None:
    files = {
        "app.py": "from flask import Flask\napp = Flask(__name__)\nopen('words.yml')\n",
        "words.yml": "",
        "FUNDING.yml": "",
        "CONTRIBUTORS": "",
        "circle.yml": "",
        "messages.pot": "",
        "Screenshots/a.png": "",
        "grafana/board.json": "",
        "templates/index.html": "",
    }
    (app,) = apps(tmp_path, files, project_of("flask", "gunicorn"))
    assert value(app, "include") == ["app.py", "templates", "words.yml"]


def test_a_worker_that_the_procfile_starts_in_its_own_way_is_told_once(tmp_path: Path) -> None:
    files = {
        "app.py": "from flask import Flask\nfrom rq import Queue\napp = Flask(__name__)\n",
    }
    place = Evidence(path="Procfile", line=2)
    told = Existing(workers={"worker": Told("python manage.py run_worker", place)})
    (app, *_) = apps(tmp_path, files, project_of("flask", "gunicorn", "rq"), told=told)
    assert "rq worker" not in notes(app)
    assert "python manage.py run_worker" in notes(app)


def test_a_consumer_of_huey_loads_the_tasks(tmp_path: Path) -> None:
    files = {
        "app/__init__.py": "",
        "app/queue.py": "from huey import RedisHuey\nhuey = RedisHuey()\n",
        "app/mails.py": "from app.queue import huey\n@huey.task()\ndef send():\n    pass\n",
        "app/files.py": "from app.queue import huey\n@huey.task()\ndef sweep():\n    pass\n",
    }
    both = "from app.queue import huey\nfrom app import mails, files\n"
    (app, *_) = apps(tmp_path, {**files, "main.py": both}, project_of("huey"))
    assert value(app, "command") == ["huey_consumer", "main.huey", "-w", "2"]


def test_dramatiq_is_told_all_modules_with_actors(tmp_path: Path) -> None:
    actor = "import dramatiq\n@dramatiq.actor\ndef work():\n    pass\n"
    files = {"shop/__init__.py": "", "shop/mails.py": actor, "shop/files.py": actor}
    (app, *_) = apps(tmp_path, files, project_of("dramatiq"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:3] == ["dramatiq", "shop.files", "shop.mails"]


def test_streamlit_finds_what_lies_beside_its_script(tmp_path: Path) -> None:
    files = {
        "site/Home.py": "import streamlit as st\nfrom parts.a import x\nst.title(x)\n",
        "site/parts/__init__.py": "",
        "site/parts/a.py": "x = 1\n",
    }
    (app, *_) = apps(tmp_path, files, project_of("streamlit"))
    command = value(app, "command")
    assert isinstance(command, list)
    assert command[:3] == ["streamlit", "run", "site/Home.py"]
    assert value(app, "env.PYTHONPATH") is None
