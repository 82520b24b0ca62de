"""What an image says of itself is what the spec says, and what is in it is what was asked for."""

import json

import pytest

from generator.image import VENV
from generator.verify.engine import STAND_IN, Built
from generator.verify.packages import closure
from profiles._python import PythonProfile

from . import apps, packages
from .apps import EXAMPLE_NAMES, App
from .engine import TEST, Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_example = pytest.mark.parametrize("example", EXAMPLE_NAMES)
PYTHON_EXAMPLES = [name for name in EXAMPLE_NAMES if isinstance(apps.profile(name), PythonProfile)]
every_python_example = pytest.mark.parametrize("example", PYTHON_EXAMPLES)
# What the builder sets where a base sets nothing.
BUILDER_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
TOOLS = ("cc", "gcc", "g++", "ld", "make", "git", "npm", "node", "uv")


@every_example
def test_the_labels_are_those_of_the_spec(engine: Engine, app: App, built: Built) -> None:
    labels = engine.image(built.tag).labels
    own = {key: text for key, text in labels.items() if not key.startswith((TEST, STAND_IN))}
    base = engine.image(app.image.base).labels
    kept = {key: text for key, text in base.items() if not key.startswith(STAND_IN)}
    assert own == {**kept, **app.image.labels}
    assert labels["maintainer"] == app.profile.maintainer
    assert labels["org.opencontainers.image.authors"] == app.profile.maintainer
    assert labels["org.opencontainers.image.version"] == app.profile.version


@every_example
def test_ports_volumes_and_user_are_those_of_the_spec(
    engine: Engine, app: App, built: Built
) -> None:
    found, base = engine.image(built.tag), engine.image(app.image.base)
    port = app.profile.listen_port()
    assert found.ports == base.ports | ({f"{port}/tcp"} if port else set())
    assert found.volumes == base.volumes | set(app.profile.volumes)
    assert found.user == f"{app.image.uid}:{app.image.gid}"
    assert found.stop_signal == (app.profile.stop_signal or app.profile.default_stop_signal())


@every_example
def test_the_command_is_in_exec_form_and_goes_through_the_entrypoint_script(
    engine: Engine, app: App, built: Built
) -> None:
    found = engine.image(built.tag)
    tini = "/sbin/tini" if app.image.family == "apk" else "/usr/bin/tini"
    init = (tini, "--") if app.profile.uses_init() else ()
    assert found.entrypoint == (*init, "/usr/local/bin/entrypoint.sh")
    assert found.command == tuple(app.profile.argv())


@every_example
def test_the_environment_adds_the_spec_to_that_of_the_base(
    engine: Engine, app: App, built: Built
) -> None:
    base = {"PATH": BUILDER_PATH, **engine.image(app.image.base).environment}
    added = {
        name: value.replace("$PATH", base["PATH"]) for name, value in app.image.environment.items()
    }
    assert app.profile.env.items() <= added.items()
    assert engine.image(built.tag).environment == {**base, **added}


@every_example
def test_the_health_check_is_that_of_the_spec(engine: Engine, app: App, built: Built) -> None:
    probe, check = engine.image(built.tag).probe, app.profile.healthcheck
    assert probe["Test"][0] == "CMD"
    assert probe["Interval"] == check.interval * 10**9
    assert probe["Timeout"] == check.timeout * 10**9
    assert probe["StartPeriod"] == check.start_period * 10**9
    assert probe["Retries"] == check.retries
    words = " ".join(probe["Test"])
    if check.command:
        assert probe["Test"][1:] == check.command
    else:
        assert str(app.profile.listen_port()) in words
        assert (check.path or "/healthz") in words


@every_example
def test_the_system_packages_added_are_those_declared_and_what_they_need(
    engine: Engine, app: App, built: Built
) -> None:
    found = packages.installed(engine, built.tag, app.image.family)
    base = packages.installed(engine, app.image.base, app.image.family)
    declared = {*app.profile.packages, *(["tini"] if app.profile.uses_init() else [])}
    added = set(found) - set(base)
    assert declared <= set(found)
    assert added <= closure(found, declared)
    assert [name for name in added if name.endswith(("-dev", "-devel"))] == []


def test_a_naive_image_has_packages_that_nobody_needs_at_run_time(fleet: Fleet) -> None:
    built = fleet.naive_image("flask-api")
    found = packages.installed(fleet.engine, built.tag, "apt")
    base = packages.installed(fleet.engine, "python:3.13-slim-trixie", "apt")
    assert not set(found) - set(base) <= closure(found, {"libpq5"})


@every_example
def test_no_compiler_or_other_build_tool_is_in_the_image(engine: Engine, built: Built) -> None:
    assert packages.commands(engine, built.tag, *TOOLS) == []


@pytest.mark.parametrize("example", ["c-service", "flask-api", "spa"])
def test_a_naive_image_keeps_its_build_tools(fleet: Fleet, example: str) -> None:
    assert packages.commands(fleet.engine, fleet.naive_image(example).tag, *TOOLS)


@every_python_example
def test_the_environment_holds_exactly_what_is_locked(
    engine: Engine, app: App, built: Built
) -> None:
    assert isinstance(app.profile, PythonProfile)
    if app.profile.dependencies.manager == "uv":
        expected = packages.locked_by_uv(app.folder / "uv.lock", app.profile.name)
    else:
        expected = packages.locked_by_pip(
            [app.folder / f for f in app.profile.dependencies.requirements()]
        )
    assert packages.distributions(engine, built.tag) == expected


@every_python_example
def test_the_environment_has_bytecode_and_no_pip(engine: Engine, built: Built) -> None:
    script = f"ls {VENV}/bin/pip*; find {VENV} -name '*.pyc' | head -n 1"
    done = engine.run(built.tag, "--entrypoint", "sh", command=["-c", script])
    assert "bin/pip" not in done.stdout
    assert done.stdout.strip().endswith(".pyc")


def test_bake_gives_the_compatible_tags(engine: Engine, fleet: Fleet) -> None:
    app = fleet.example("spa")
    file = app.folder / "docker-bake.hcl"
    done = engine.call("buildx", "bake", "--file", str(file), "--print")
    target = json.loads(done.stdout)["target"]["app"]
    assert target["tags"] == ["storefront:3.2.0", "storefront:3.2", "storefront:3"]
