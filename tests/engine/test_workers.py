"""Worker processes follow the CPU limit: fixed in the spec, or read at start with `cpus: auto`."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from generator import quantity
from generator.verify.servers import count_workers, expected_workers
from generator.verify.waiting import wait_for

from . import apps, cgroup, servers
from .apps import EXAMPLE_NAMES
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
LIMITS = ("0.5", "1", "1.5", "2", None)
CASES = [(version, limit) for version in ("real", "v2-files") for limit in LIMITS]


@dataclass(frozen=True)
class Limit:
    """A CPU limit as options of `docker run`, and the workers that it allows."""

    options: list[str]
    workers: int


@pytest.fixture(params=CASES, ids=[f"{version}-{limit}" for version, limit in CASES])
def limit(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Limit:
    version, cpus = request.param
    options = cgroup.real(cpus) if version == "real" else cgroup.simulated(tmp_path, cpus)
    return Limit(options, expected_workers(cpus, engine.cpus()))


def test_the_machine_has_cpus_enough_to_tell_limits_apart(engine: Engine) -> None:
    assert engine.cpus() >= 2


def test_nginx_follows_the_limit(fleet: Fleet, limit: Limit) -> None:
    with fleet.start("spa", *limit.options) as container:
        container.get(8080)
        assert count_workers(container, "nginx") == limit.workers


def test_nginx_itself_would_count_the_cpus_of_the_host(fleet: Fleet) -> None:
    app = fleet.example("spa")
    command = ["/usr/sbin/nginx", "-g", "worker_processes auto;"]
    options = [*fleet.options(app), *cgroup.real("0.5"), "--entrypoint", command[0]]
    tag = fleet.built(app).tag
    with fleet.engine.start(tag, *options, command=command[1:]) as container:
        container.get(8080)
        assert count_workers(container, "nginx") == fleet.engine.cpus()


def test_a_cpuset_counts_as_well_as_a_quota(fleet: Fleet, tmp_path: Path) -> None:
    options = ("--cpuset-cpus", "0", *cgroup.simulated(tmp_path, None))
    with fleet.start("spa", *options) as container:
        container.get(8080)
        assert count_workers(container, "nginx") == 1


@pytest.mark.parametrize("name", servers.NAMES)
@pytest.mark.parametrize("cpus", ["1", "1.5"])
def test_a_python_server_follows_the_limit(
    fleet: Fleet, server_apps: servers.Apps, name: str, cpus: str
) -> None:
    app = server_apps[name]
    options = [*app.publish(), *app.limits(), *cgroup.real(cpus)]
    with fleet.engine.start(fleet.built(app).tag, *options) as container:
        container.get(8000)
        expected = expected_workers(cpus, fleet.engine.cpus())
        wait_for(
            f"{expected} workers of {name}",
            lambda: count_workers(container, name) == expected,
        )


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("granian", "GRANIAN_WORKERS"),
        ("gunicorn", "WEB_CONCURRENCY"),
        ("uvicorn", "WEB_CONCURRENCY"),
    ],
)
def test_the_variable_that_a_server_reads_follows_the_limit(
    fleet: Fleet, server_apps: servers.Apps, limit: Limit, name: str, variable: str
) -> None:
    tag = fleet.built(server_apps[name]).tag
    done = fleet.engine.run(tag, *limit.options, command=["printenv", variable])
    assert (done.returncode, done.stdout) == (0, f"{limit.workers}\n")


def test_a_given_number_of_workers_wins_over_the_limit(
    fleet: Fleet, server_apps: servers.Apps
) -> None:
    app = server_apps["gunicorn"]
    options = [*app.publish(), *app.limits(), *cgroup.real("1"), "--env", "WEB_CONCURRENCY=3"]
    with fleet.engine.start(fleet.built(app).tag, *options) as container:
        container.get(8000)
        wait_for("3 workers", lambda: count_workers(container, "gunicorn") == 3)


def test_variables_of_openmp_do_not_change_the_number(
    engine: Engine, fleet: Fleet, server_apps: servers.Apps
) -> None:
    tag = fleet.built(server_apps["uvicorn"]).tag
    options = ("--env", "OMP_NUM_THREADS=7", "--env", "OMP_THREAD_LIMIT=1")
    done = engine.run(tag, *options, command=["printenv", "WEB_CONCURRENCY"])
    assert done.stdout == f"{engine.cpus()}\n"


@pytest.mark.parametrize(
    "example",
    [
        name
        for name in EXAMPLE_NAMES
        if apps.profile(name).resources.cpus not in (None, quantity.AUTO)
        and servers.program(apps.profile(name)) in servers.PROGRAMS
    ],
)
def test_a_fixed_limit_is_rounded_up_in_the_image(fleet: Fleet, example: str) -> None:
    app, container = fleet.example(example), fleet.container(example)
    assert app.image.port is not None
    container.get(app.image.port)
    cpus = app.profile.resources.cpus
    assert cpus is not None
    name = servers.program(app.profile)
    expected = quantity.workers(cpus)
    wait_for(f"{expected} workers", lambda: count_workers(container, name) == expected)


def test_the_fixed_examples_have_limits_between_whole_numbers() -> None:
    fixed = {name: apps.profile(name).resources.cpus for name in ("flask-api", "static-proxy")}
    assert fixed == {"flask-api": "1.5", "static-proxy": "2"}
