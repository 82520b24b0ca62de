"""Zombies: as PID 1 a program inherits orphans, and must ask how they ended, or an init does."""

import re

import pytest

from generator.verify.container import Container
from generator.verify.waiting import wait_for

from . import servers
from .apps import EXAMPLE_NAMES, App
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_example = pytest.mark.parametrize("example", EXAMPLE_NAMES)
SECONDS = 2.0  # in which PID 1 should have reaped
ORPHANS = 3
# The subshell ends at once, so that PID 1 is the new parent of its sleep.
LEAVE_ORPHANS = f"for _ in $(seq {ORPHANS}); do (sleep 0.3 >/dev/null 2>&1 &); done"
INIT = {"granian", "hypercorn", "uvicorn"}


def sleeps(container: Container) -> list[str]:
    """The states of what sleeps in a container and of its zombies, which `top` does not show."""
    done = container.exec("sh", "-c", "cat /proc/[0-9]*/stat 2>/dev/null || true")
    return re.findall(r"^[0-9]+ \(sleep\) (\S)", done.stdout, flags=re.MULTILINE)


def leave_orphans(container: Container) -> None:
    before = len(sleeps(container))
    container.exec("sh", "-c", LEAVE_ORPHANS)
    assert len(sleeps(container)) == before + ORPHANS


@every_example
def test_no_zombie_stays(app: App, container: Container) -> None:
    if app.image.port:
        container.get(app.image.port)
    before = len(sleeps(container))  # the worker sleeps too
    leave_orphans(container)
    wait_for("reaped", lambda: len(sleeps(container)) <= before, patience=SECONDS)
    assert "Z" not in sleeps(container)


@pytest.mark.parametrize("name", servers.NAMES)
def test_a_server_leaves_no_zombie(fleet: Fleet, server_apps: servers.Apps, name: str) -> None:
    app = server_apps[name]
    assert app.image.entrypoint[0].endswith("/tini") is (name in INIT)
    with started(fleet.engine, fleet, app) as container:
        leave_orphans(container)
        wait_for("reaped", lambda: not sleeps(container), patience=SECONDS)
        assert container.stop().exit_code in ({0, 143} if name == "uvicorn" else {0})


@pytest.mark.parametrize("name", sorted(INIT))
def test_without_an_init_these_servers_leave_zombies(
    fleet: Fleet, server_apps: servers.Apps, name: str
) -> None:
    app = server_apps[name]
    entrypoint = ("--entrypoint", app.image.entrypoint[-1])
    with started(fleet.engine, fleet, app, *entrypoint) as container:
        leave_orphans(container)
        wait_for("zombies", lambda: sleeps(container) == ["Z"] * ORPHANS, patience=SECONDS)


def started(engine: Engine, fleet: Fleet, app: App, *options: str) -> Container:
    """A container of a server that answers."""
    assert app.image.port is not None
    tag = fleet.built(app).tag
    words = [*app.limits(), *app.publish(), *options]
    container = engine.start(tag, *words, command=app.image.command)
    try:
        container.get(app.image.port)
    except Exception:
        container.remove()
        raise
    return container
