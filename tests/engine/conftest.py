"""The engine, the shared images and containers, and what the summary tells of them.

Without an engine every test here skips and says why. With IMGEN_ENGINE=required a skip is a
failure, so that a green run proves that all of it ran.
"""

import os
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest

from generator.verify.container import Container
from generator.verify.engine import Built
from generator.verify.errors import MissingBaseError
from generator.verify.layers import Layer

from . import servers
from .apps import App
from .engine import Engine, Verifier, unavailable
from .fleet import Fleet
from .summary import BASE, ENGINE, engines, stand_ins, table

REQUIRED = os.environ.get("IMGEN_ENGINE") == "required"
collect_ignore = ["test_podman.py"] if os.environ.get("IMGEN_PODMAN") == "none" else []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A missing base image is a reason to skip; where nothing may skip, a skip is a failure."""
    report = yield
    if call.excinfo is not None and call.excinfo.errisinstance(MissingBaseError):
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Skipped: {call.excinfo.value}")
    if REQUIRED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"IMGEN_ENGINE=required, but: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a module that skips as a whole."""
    report = yield
    if REQUIRED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"IMGEN_ENGINE=required, but: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [report for found in terminalreporter.stats.values() for report in found]
    properties = [pair for report in reports for pair in getattr(report, "user_properties", ())]
    if lines := [*engines(properties), *stand_ins(properties)]:
        terminalreporter.section("engine and base images of the tests")
        terminalreporter.write_line("\n".join(lines))
    if lines := table(properties):
        terminalreporter.section("generated images beside naive ones of the same apps")
        terminalreporter.write_line("\n".join(lines))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The engine that answers; at the end nothing of this session may be left in it."""
    if reason := unavailable():
        pytest.skip(f"{reason}; .ci/engine brings one")
    found = Engine(uuid.uuid4().hex[:10])
    yield found
    running = [line for line in found.left_over() if line.startswith("container")]
    found.clean_up()
    assert [*running, *found.left_over()] == []


@pytest.fixture
def verifier() -> Iterator[Verifier]:
    """A verification's engine, in which nothing may be left."""
    found = Verifier()
    yield found
    assert found.left_over() == []


@pytest.fixture(scope="session")
def fleet(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """The examples that the chosen tests ask for, all under way at once."""
    found = Fleet(engine, tmp_path_factory.mktemp("fleet"))
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    found.prefetch({call.params["example"] for call in calls if call and "example" in call.params})
    if any(item.path.name == "test_naive.py" for item in request.session.items):
        found.prefetch_naive()
    yield found
    found.close()


@pytest.fixture(scope="session")
def told() -> set[str]:
    """Base images that a report already names."""
    return set()


@pytest.fixture(autouse=True)
def _tell_bases(
    request: pytest.FixtureRequest,
    engine: Engine,
    told: set[str],
    record_property: Callable[[str, object], None],
) -> Iterator[None]:
    assert request.node.get_closest_marker("engine"), "tests here carry the marker `engine`"
    yield
    if not told:
        record_property(ENGINE, engine.description())
    for reference in sorted(set(engine.bases) - told):
        record_property(BASE, (reference, engine.bases[reference]))
    told.update(engine.bases, [ENGINE])


@pytest.fixture(scope="session")
def server_apps(fleet: Fleet) -> servers.Apps:
    """One app a Python server, all building."""
    found = {name: servers.app(name, fleet.folder / f"{name}-app") for name in servers.NAMES}
    for app in found.values():
        fleet.building(app)
    return found


@pytest.fixture
def app(fleet: Fleet, example: str) -> App:
    """The buildable copy of an example, not to be changed."""
    return fleet.example(example)


@pytest.fixture
def built(fleet: Fleet, example: str) -> Built:
    """The image of an example."""
    return fleet.image(example)


@pytest.fixture
def container(fleet: Fleet, example: str) -> Container:
    """The shared hardened container of an example."""
    return fleet.container(example)


@pytest.fixture
def layers(fleet: Fleet, example: str) -> list[Layer]:
    """The layers of an example's image above its base."""
    return fleet.layers(fleet.example(example))


@pytest.fixture
def copy(app: App, tmp_path: Path) -> App:
    """A copy of an example that a test may change."""
    return app.copy(tmp_path / app.name)
