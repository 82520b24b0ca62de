"""Secrets come at run time, by value or by file; without them the start is refused by name."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from generator.verify.container import Container
from generator.verify.engine import Completed
from generator.verify.layers import Layer, own_layers, traces

from . import apps
from .apps import EXAMPLE_NAMES, App
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
with_secrets = pytest.mark.parametrize(
    "example", [name for name in EXAMPLE_NAMES if apps.profile(name).secrets]
)
# What a shell would expand, split or swallow if it ever looked at the value itself.
HARD_VALUE = "p'a\"s$HOME `id` $(id) \\n\\ # * ; & end"
REFUSED = 64


def start(fleet: Fleet, app: App, *options: str, command: Sequence[str] = ()) -> Completed:
    """Run the app to its end, which must come by itself, since the start is refused."""
    return fleet.engine.run(fleet.built(app).tag, *app.limits(), *options, command=command)


@with_secrets
def test_a_missing_secret_stops_the_start_and_is_named(fleet: Fleet, app: App) -> None:
    for missing in app.image.secrets:
        given = [f"--env={name}=given" for name in app.image.secrets if name != missing]
        done = start(fleet, app, *given)
        assert done.returncode == REFUSED
        assert missing in done.stderr
        assert f"{missing}_FILE" in done.stderr
        assert done.stdout == ""


@with_secrets
def test_an_empty_secret_is_a_missing_one(fleet: Fleet, app: App, tmp_path: Path) -> None:
    (name, *_) = app.image.secrets
    assert start(fleet, app, f"--env={name}=").returncode == REFUSED
    file = secret_file(tmp_path, "")
    options = (f"--env={name}_FILE=/run/secret", f"--volume={file}:/run/secret:ro")
    assert start(fleet, app, *options).returncode == REFUSED


@with_secrets
def test_a_secret_given_in_both_ways_is_refused_without_showing_it(
    fleet: Fleet, app: App, tmp_path: Path
) -> None:
    (name, *_) = app.image.secrets
    file = secret_file(tmp_path, f"{fleet.canary}-in-file")
    done = start(
        fleet,
        app,
        f"--env={name}={fleet.canary}-by-value",
        f"--env={name}_FILE=/run/secret",
        f"--volume={file}:/run/secret:ro",
    )
    assert done.returncode == REFUSED
    assert name in done.stderr
    assert fleet.canary not in done.stdout + done.stderr


@with_secrets
def test_a_secret_file_that_cannot_be_read_stops_the_start(fleet: Fleet, app: App) -> None:
    (name, *_) = app.image.secrets
    done = start(fleet, app, f"--env={name}_FILE=/run/nothing-here")
    assert done.returncode not in (0, 137)
    assert "/run/nothing-here" in done.stderr


@with_secrets
def test_a_secret_comes_from_a_file_exactly_as_it_is(
    fleet: Fleet, app: App, tmp_path: Path
) -> None:
    (name, *_) = app.image.secrets
    file = secret_file(tmp_path, f"{HARD_VALUE}\n")
    options = (f"--env={name}_FILE=/run/secret", f"--volume={file}:/run/secret:ro")
    done = start(fleet, app, *options, command=["printenv", name])
    assert (done.returncode, done.stdout) == (0, f"{HARD_VALUE}\n")
    assert (
        start(fleet, app, f"--env={name}={HARD_VALUE}", command=["printenv", name]).stdout
        == f"{HARD_VALUE}\n"
    )


@with_secrets
def test_the_app_runs_with_its_secret_in_a_file(fleet: Fleet, app: App, tmp_path: Path) -> None:
    (name, *_) = app.image.secrets
    file = secret_file(tmp_path, f"postgresql://shop:{fleet.canary}@127.0.0.1:1/shop")
    options = (f"--env={name}_FILE=/run/secret", f"--volume={file}:/run/secret:ro")
    port = app.image.port
    assert port is not None
    tag = fleet.built(app).tag
    with fleet.engine.start(tag, *app.limits(), *app.publish(), *options) as container:
        assert container.get(port).status == 200


@with_secrets
def test_a_secret_of_the_running_app_stays_out_of_image_logs_and_disk(
    fleet: Fleet, app: App, layers: list[Layer], container: Container
) -> None:
    assert app.image.port is not None
    container.get(app.image.port)
    container.get(app.image.port, "/db")
    assert fleet.canary in container.exec("cat", "/proc/1/environ").stdout
    assert traces(fleet.engine, fleet.built(app).tag, layers, fleet.canary) == []
    assert fleet.canary not in container.logs()
    assert fleet.canary.encode() not in container.disk()


def test_a_secret_baked_in_as_an_argument_is_traced(engine: Engine, tmp_path: Path) -> None:
    dockerfile = "FROM alpine:3.23\nARG LOGIN\nRUN true\nENV SEEN=$LOGIN\nRUN echo $LOGIN >/login\n"
    (tmp_path / "Dockerfile").write_text(dockerfile, encoding="utf-8")
    word = f"canary-argument-{engine.session}"
    built = engine.build(tmp_path, "--build-arg", f"LOGIN={word}", tag=engine.tag("argument"))
    found = traces(engine, built.tag, own_layers(engine, built.tag, "alpine:3.23"), word)
    assert found == ["history", "configuration", "layer 1 above the base"]


def secret_file(folder: Path, text: str) -> Path:
    """A mounted secret that the container's user may read."""
    file = folder / "secret"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o444)
    return file
