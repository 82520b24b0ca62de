"""Each Python server really runs: hardened, answering, healthy, one program, at once stopped."""

import pytest

from generator.verify.container import Container

from . import servers
from .checks import bad_stop, root_processes, wrong_first_process
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_server = pytest.mark.parametrize("name", servers.NAMES)


def start(fleet: Fleet, apps: servers.Apps, name: str, *options: str) -> Container:
    app = apps[name]
    return fleet.engine.start(fleet.built(app).tag, *app.limits(), *app.publish(), *options)


@every_server
def test_a_server_answers_as_the_only_program_and_stops_at_once(
    fleet: Fleet, server_apps: servers.Apps, name: str
) -> None:
    image = server_apps[name].image
    with start(fleet, server_apps, name) as container:
        assert container.get(8000).body == "answered\n"
        assert wrong_first_process(container, image) == []
        assert root_processes(container) == []
        container.exec(*probe(server_apps, name))
        assert bad_stop(container.stop(), image) == []
        assert "Traceback" not in container.logs()


@every_server
def test_the_health_check_of_a_server_sees_an_app_that_fails(
    fleet: Fleet, server_apps: servers.Apps, name: str
) -> None:
    with start(fleet, server_apps, name, "--env", "BROKEN=1") as container:
        assert container.get(8000, "/healthz").status == 500
        assert container.exec(*probe(server_apps, name), check=False).returncode == 1


def probe(apps: servers.Apps, name: str) -> tuple[str, ...]:
    found = apps[name].image.probe
    assert found is not None
    return found.command
