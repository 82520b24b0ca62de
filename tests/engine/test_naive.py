"""The same apps the way many blogs package them: the checks are red, and what it costs.

`naive/<example>/Dockerfile` has one stage, `COPY . .` before the install, caches and build tools
left in, a shell-form CMD and root.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from generator.verify.container import Container
from generator.verify.engine import Built
from generator.verify.layers import files, left_behind, traces
from generator.verify.waiting import wait_for

from . import apps
from .apps import CONTEXT_CANARY, EXAMPLE_NAMES, App
from .checks import bad_stop, root_processes, wrong_first_process
from .engine import Engine
from .fleet import Fleet
from .summary import ROW, Observed, Row

pytestmark = pytest.mark.engine
every_example = pytest.mark.parametrize("example", EXAMPLE_NAMES)
# busybox's shell replaces itself by a lone command, so there the shell form does little harm.
ON_DEBIAN = [name for name in EXAMPLE_NAMES if "alpine" not in name]
# These install nothing that is only needed to build, so they are as large either way; the Alpine
# stand-in has no compiler to leave behind.
AS_LARGE = {"asgi-alpine", "worker"}


def observe(container: Container, app: App) -> Observed:
    if app.image.port:
        container.get(app.image.port)
    else:
        program = app.image.command[0].rsplit("/", 1)[-1]
        wait_for(program, lambda: any(program in p.args for p in container.processes()))
    first = container.first_process()
    return Observed(
        roots=root_processes(container),
        first_process_faults=wrong_first_process(container, app.image),
        first_process=first.args,
        uids=tuple(sorted({process.uid for process in container.processes()})),
        stop=container.stop(),
    )


def observe_naive(fleet: Fleet, name: str) -> Observed:
    app, built = fleet.naive_app(name), fleet.naive_image(name)
    options = [*app.publish(), *fleet.secrets(app), *fleet.network_options(app)]
    with fleet.engine.start(built.tag, *options, hardening=()) as container:
        return observe(container, app)


@pytest.fixture(scope="module")
def observed(fleet: Fleet) -> dict[str, Observed]:
    """All of them at the same time, since most sit out the ten seconds of `docker stop`."""
    with ThreadPoolExecutor(len(EXAMPLE_NAMES)) as pool:
        found = pool.map(lambda name: observe_naive(fleet, name), EXAMPLE_NAMES)
        return dict(zip(EXAMPLE_NAMES, found, strict=True))


@every_example
def test_a_naive_image_fails_the_check_for_root(
    example: str, observed: dict[str, Observed]
) -> None:
    assert observed[example].roots


@pytest.mark.parametrize("example", ON_DEBIAN)
def test_a_naive_image_fails_the_check_of_the_first_process(
    example: str, observed: dict[str, Observed]
) -> None:
    assert observed[example].first_process_faults


@pytest.mark.parametrize("example", ON_DEBIAN)
def test_a_naive_image_fails_the_check_of_its_stop(app: App, observed: dict[str, Observed]) -> None:
    assert bad_stop(observed[app.name].stop, app.image)


@every_example
def test_a_naive_image_holds_the_secrets_that_lay_about(
    engine: Engine, fleet: Fleet, example: str
) -> None:
    layers = fleet.naive_layers(example)
    assert traces(engine, fleet.naive_image(example).tag, layers, CONTEXT_CANARY)


@pytest.mark.parametrize("example", ["asgi-alpine", "c-service", "flask-api", "spa", "worker"])
def test_a_naive_image_keeps_lists_or_caches(fleet: Fleet, example: str) -> None:
    assert left_behind(fleet.naive_layers(example))


@every_example
def test_a_naive_image_lets_its_process_change_the_code(fleet: Fleet, example: str) -> None:
    app = fleet.naive_app(example)
    code = [file for file in files(fleet.naive_layers(example)) if file.path.endswith(app.edited)]
    assert [file.path for file in code if file.writable_by(0, 0)]


@pytest.fixture
def own(fleet: Fleet, app: App) -> Observed:
    """How the generated image of the same example fares."""
    with fleet.start(app.name) as container:
        return observe(container, app)


@every_example
def test_sizes_and_times_are_measured_side_by_side(
    fleet: Fleet,
    app: App,
    observed: dict[str, Observed],
    own: Observed,
    record_property: Callable[[str, object], None],
) -> None:
    naive_app, base = fleet.naive_app(app.name), apps.naive_base(app.name)
    mine = rebuild(app, fleet.build_again)
    naive = rebuild(naive_app, fleet.build_naive)
    rows = [
        Row("generated", *sizes(fleet.engine, mine, app.image.base), mine.seconds, own),
        Row("naive", *sizes(fleet.engine, naive, base), naive.seconds, observed[app.name]),
    ]
    for row in rows:
        record_property(ROW, {"example": app.name, **row.property()})
    assert rows[0].size < rows[1].size
    if app.name not in AS_LARGE:
        assert rows[0].size < rows[1].size / 2
    assert [step for step in naive.runs() if not step.cached]


def rebuild(app: App, build: Callable[[App], Built]) -> Built:
    """Build again after one edited line."""
    with TemporaryDirectory() as folder:
        copy = app.copy(Path(folder) / "copy")
        copy.edit(f"measured-{uuid4().hex}")
        return build(copy)


def sizes(engine: Engine, built: Built, base: str) -> tuple[int, int]:
    """The size of an image, and what of it is above its base."""
    size = engine.image(built.tag).size
    return size, size - engine.image(base).size
