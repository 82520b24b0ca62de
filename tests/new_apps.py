"""What the tests of `imgen new` give it: settings for each profile, and the folder of an app."""

from collections.abc import Mapping
from pathlib import Path

SHARED = {"name": "shop", "version": "1.4.2", "maintainer": "Shop Team <shop@example.com>"}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "generic": {
        **SHARED,
        "build.image": "gcc:15-trixie",
        "build.packages": "make",
        "build.run": "make, make test",
        "build.artifacts": "/src/shop=/usr/local/bin/shop",
        "command": "shop --title 'a \"b\" $c'",
        "env": "TZ=UTC, GREETING=hello, world=x",
        "resources.cpus": "0.5",
    },
    "nginx": {
        **SHARED,
        "description": "Shop: the front page # of it",
        "labels": "{com.example.team: '1.0'}",
        "proxy": "/api/=http://api:80",
        "spa": "yes",
    },
    "python-alpine": {**SHARED, "python": "3.10", "server": "uvicorn shop.main:app", "port": "80"},
    "python-multistage": {
        **SHARED,
        "command": "python -m shop",
        "healthcheck": "none",
        "secrets": "DATABASE_URL API_KEY",
        "user": "1000:1000",
    },
}


def options(settings: Mapping[str, str]) -> list[str]:
    """The settings as options of the command."""
    return [part for key, text in settings.items() for part in ("--set", f"{key}={text}")]


def files_in(folder: Path) -> dict[str, str]:
    """The files right in a folder, by name; none if it is not there."""
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else {}


SHOP = {
    "requirements.txt": "flask==3.0.3\ngunicorn==23.0.0\n",
    ".python-version": "3.12\n",
    "Dockerfile": "FROM scratch\n",
    "shop/__init__.py": """\
import os

from flask import Flask

app = Flask(__name__)
TOKEN = os.environ["SHOP_TOKEN"]


@app.get("/healthz")
def healthz() -> str:
    return "ok"
""",
}


def shop_in(folder: Path) -> Path:
    """A small Flask app with a Dockerfile of its own."""
    for name, text in SHOP.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def tree(folder: Path) -> dict[str, str]:
    """The files below a folder, by path."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}
