"""Ways of the profiles that no example takes: other bases, ids, probes and ways to install."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from generator.verify.container import Container
from generator.verify.layers import left_behind, own_layers

from . import apps
from .apps import App
from .checks import bad_stop, root_processes, wrong_first_process
from .fleet import Fleet

pytestmark = pytest.mark.engine
HEAD = """\
imgen: 1
version: 1.0.0
maintainer: Test <test@example.com>
syntax: none
"""
APP = '''\
"""Answers whatever is asked."""


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"answered\\n"]
'''
PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "answers"
version = "1.0.0"

[tool.setuptools]
py-modules = ["app"]
package-dir = {"" = "src"}
"""
GUNICORN = "gunicorn==27.0.1\n"
BY_PIP = """\
profile: python-multistage
dependencies: {files: [requirements.txt], install_project: true}
include: [src]
server: gunicorn app:app
port: 8080
user: 2345:6789
"""
IN_SRC = """\
profile: python-multistage
include: [src]
server: gunicorn app:app
port: 8080
init: true
"""
VARIANTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "nginx-on-debian": (
        "profile: nginx\nbase: nginx:1.30-trixie\nresources: {cpus: 1}\n",
        {"public/index.html": "answered\n"},
    ),
    "installed-by-pip": (
        BY_PIP,
        {"src/app.py": APP, "pyproject.toml": PROJECT, "requirements.txt": GUNICORN},
    ),
    "whole-context-on-alpine": (
        "profile: python-alpine\nserver: gunicorn app:app\nport: 8080\n",
        {"app.py": APP, "requirements.txt": GUNICORN},
    ),
    "source-in-src": (
        IN_SRC,
        {"src/app.py": APP, "requirements.txt": GUNICORN},
    ),
}


@pytest.fixture(scope="module")
def running(
    fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[App, Container]]]:
    """All of them at the same time, since each becomes healthy only after five seconds."""
    folder = tmp_path_factory.mktemp("variants")
    found = {name: make(folder / name) for name in VARIANTS}
    with ThreadPoolExecutor(len(found)) as pool, ExitStack() as stack:
        containers = pool.map(lambda app: start(fleet, app), found.values())
        entered = [stack.enter_context(container) for container in containers]
        yield dict(zip(found, zip(found.values(), entered, strict=True), strict=True))


def make(folder: Path) -> App:
    fields, files = VARIANTS[folder.name]
    app = apps.make(folder, f"{HEAD}name: {folder.name}\n{fields}", files)
    apps.make_private(folder)
    return app


def start(fleet: Fleet, app: App) -> Container:
    return fleet.engine.start(fleet.built(app).tag, *app.limits(), *app.publish())


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_runs_hardened_becomes_healthy_and_stops_at_once(
    fleet: Fleet, running: dict[str, tuple[App, Container]], name: str
) -> None:
    app, container = running[name]
    assert container.get(8080).body == "answered\n"
    assert wrong_first_process(container, app.image) == []
    assert root_processes(container) == []
    assert {process.uid for process in container.processes()} == {app.image.uid}
    container.wait_until_healthy()
    assert bad_stop(container.stop(), app.image) == []
    layers = own_layers(fleet.engine, fleet.built(app).tag, app.image.base)
    assert left_behind(layers) == []
