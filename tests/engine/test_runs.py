"""Every example runs hardened, answers, becomes healthy and stops at once.

Hardened: read-only root, no capability, no new privileges, the CPUs and memory of its spec.
"""

import re

import pytest

from generator.verify.container import Container
from generator.verify.engine import Built
from generator.verify.waiting import wait_for
from generator.verify.web import request

from . import apps
from .apps import EXAMPLE_NAMES, App
from .checks import bad_stop, root_processes, wrong_first_process
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_example = pytest.mark.parametrize("example", EXAMPLE_NAMES)
WITH_PORT = [name for name in EXAMPLE_NAMES if apps.profile(name).listen_port()]
every_example_with_a_port = pytest.mark.parametrize("example", WITH_PORT)
WITH_VOLUME = [name for name in EXAMPLE_NAMES if apps.profile(name).volumes]
LISTENING = "0A"  # in /proc/net/tcp
ENGINE_RESOLVER = "0B00007F"  # 127.0.0.11, the name server inside a container's network


def wait_until_at_work(container: Container, app: App) -> None:
    """Wait until it answers, or until the program has taken the entrypoint's place."""
    if app.image.port:
        container.get(app.image.port)
    else:
        program = app.image.command[0]
        wait_for(program, lambda: wrong_first_process(container, app.image) == [])


@every_example_with_a_port
def test_it_answers(app: App, container: Container) -> None:
    port = app.profile.listen_port()
    assert port is not None
    reply = container.get(port)
    assert (reply.status, bool(reply.body)) == (200, True)
    path = app.profile.healthcheck.path
    assert container.get(port, path or "/").status == 200


def test_the_shop_counts_visits_in_its_volume(fleet: Fleet) -> None:
    container = fleet.container("flask-api")
    counts = [int(re.findall(r'"visits":\s*(\d+)', container.get(8000).body)[0]) for _ in range(3)]
    assert counts == sorted(set(counts))
    assert int(container.exec("cat", "/var/lib/shop/visits").stdout) >= counts[-1]


def test_the_shop_speaks_through_the_compiled_client_of_its_database(fleet: Fleet) -> None:
    container = fleet.container("flask-api")
    assert re.search(r'"libpq":\s*[1-9]\d{5}', container.get(8000).body)
    assert container.get(8000, "/db").status == 503
    names = container.exec("python", "-c", "import psycopg; print(psycopg.pq.__impl__)").stdout
    assert names.strip() == "c"


def test_the_quotes_come_from_the_installed_project(fleet: Fleet) -> None:
    container = fleet.container("fastapi-uv")
    assert "Dijkstra" in container.get(8000, "/quotes/1").body
    assert container.get(8000, "/quotes/99").status == 404
    assert container.exec("ls", "/app").stdout == ""


def test_the_ledger_adds_up(fleet: Fleet) -> None:
    with fleet.start("c-service") as container:
        address = container.address(9000)
        assert container.get(9000).body == "0\n"
        assert request(address, "/entries", method="POST", body="42").status == 201
        assert request(address, "/entries", method="POST", body="x").status == 400
        assert container.get(9000).body == "42\n"


def test_the_worker_counts_the_words_of_a_file_in_its_volume(fleet: Fleet) -> None:
    container = fleet.container("worker")
    spool = "/var/spool/worker"
    container.exec("sh", "-c", f"echo one two three >{spool}/job.txt")
    words = wait_for(
        "a result", lambda: container.exec("cat", f"{spool}/job.txt.words", check=False).stdout
    )
    assert words == "3\n"


@every_example
def test_it_becomes_healthy(container: Container) -> None:
    container.wait_until_healthy()


@every_example
def test_the_health_check_fails_where_the_app_does_not_run(
    fleet: Fleet, app: App, built: Built
) -> None:
    assert app.image.probe is not None
    done = fleet.engine.run(built.tag, *fleet.options(app), command=app.image.probe.command)
    assert done.returncode == 1, done.stderr


@every_example
def test_the_first_process_is_the_app_or_an_init_whose_only_child_it_is(
    app: App, container: Container
) -> None:
    wait_until_at_work(container, app)
    assert wrong_first_process(container, app.image) == []


@every_example
def test_every_process_has_the_ids_of_the_spec_and_none_is_root(
    app: App, container: Container
) -> None:
    wait_until_at_work(container, app)
    assert root_processes(container) == []
    assert {process.uid for process in container.processes()} == {app.image.uid}
    status = container.exec("cat", "/proc/1/status").stdout
    assert re.search(rf"(?m)^Gid:\t{app.image.gid}\t", status)
    assert re.search(r"(?m)^CapBnd:\t0+$", status)
    assert re.search(r"(?m)^NoNewPrivs:\t1$", status)


@every_example
def test_it_listens_on_the_port_of_the_spec_and_on_no_other(app: App, container: Container) -> None:
    wait_until_at_work(container, app)
    tables = container.exec("cat", "/proc/net/tcp", "/proc/net/tcp6").stdout
    rows = [line.split() for line in tables.splitlines()]
    sockets = [row[1].split(":") for row in rows if len(row) > 3 and row[3] == LISTENING]
    ports = {int(port, 16) for host, port in sockets if host != ENGINE_RESOLVER}
    assert ports == ({app.image.port} if app.image.port else set())


@every_example
def test_it_stops_at_once(fleet: Fleet, app: App) -> None:
    with fleet.start(app.name) as container:
        wait_until_at_work(container, app)
        assert bad_stop(container.stop(), app.image) == []


@every_example
def test_its_code_is_unwritable_even_on_a_writable_root(
    engine: Engine, app: App, built: Built
) -> None:
    places = {copy.target.rstrip("/") for copy in app.image.copies}
    script = "".join(
        f"(: >>{place}) 2>/dev/null && echo {place}; (: >{place}/x) 2>/dev/null && echo {place}/x;"
        for place in (*places, "/app", "/opt/venv/bin", "/usr/local/bin/entrypoint.sh")
    )
    command = ["-c", f"{script} (: >/tmp/x) && echo /tmp/x"]
    done = engine.run(built.tag, "--entrypoint", "sh", command=command, hardening=())
    assert done.stdout.split() == ["/tmp/x"]


@pytest.mark.parametrize("example", WITH_VOLUME)
def test_its_volumes_are_writable_on_a_read_only_root(app: App, container: Container) -> None:
    for volume in app.profile.volumes:
        container.exec("touch", f"{volume}/probe")
        assert container.exec("rm", f"{volume}/probe").returncode == 0
    assert container.exec("touch", "/probe", check=False).returncode != 0


def test_gunicorn_keeps_its_heartbeat_in_shared_memory(fleet: Fleet) -> None:
    container = fleet.container("flask-api")
    container.get(8000)
    listing = container.exec("sh", "-c", "ls -l /proc/[0-9]*/fd 2>/dev/null").stdout
    assert "/dev/shm/wgunicorn" in listing
    assert "Control server error" not in container.logs()


def test_gunicorn_without_the_generated_settings_fails_or_complains(fleet: Fleet) -> None:
    app = fleet.example("flask-api")
    command = ["gunicorn", "--config", "/dev/null", "--chdir", "/app", *app.image.command[1:]]
    done = fleet.engine.run(fleet.built(app).tag, *fleet.options(app), command=command, timeout=20)
    assert done.returncode != 0
    assert "No usable temporary directory" in done.stderr
