"""Builds where a company's certificates, its registry and its own base images are used."""

from pathlib import Path

import pytest

from generator.verify.errors import BuildError
from generator.verify.layers import own_layers, traces

from . import apps
from .apps import App
from .company import BUNDLE, NO_CA, body_of, lock, make, run, spec
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_manager = pytest.mark.parametrize("manager", ["pip", "uv"])


@every_manager
def test_a_ca_bundle_is_needed_to_build_and_leaves_no_trace(
    engine: Engine, tmp_path: Path, manager: str
) -> None:
    app = make(engine, tmp_path / "app", manager, "iniconfig", ca_bundle=True)
    if manager == "uv":
        lock(engine, app, f"--secret=id=ca_bundle,src={BUNDLE}")
    tag = engine.tag(app.name)
    with pytest.raises(BuildError, match="ca_bundle"):
        engine.build(app.folder, tag=tag)
    built = engine.build(app.folder, f"--secret=id=ca_bundle,src={BUNDLE}", tag=tag)
    assert "/opt/venv/" in run(engine, tag)
    layers = own_layers(engine, built.tag, NO_CA)
    for word in (str(BUNDLE), "ca_bundle", "/run/secrets", body_of(BUNDLE)):
        assert traces(engine, built.tag, layers, word) == []


def test_a_ca_bundle_serves_apk_and_leaves_the_bundle_of_the_base(
    engine: Engine, tmp_path: Path
) -> None:
    fields = {"profile": "generic", "base": "alpine:3.23", "packages": ["libffi"]}
    command = ["sha256sum", "/etc/ssl/certs/ca-certificates.crt"]
    text = spec(engine, "company-apk", ca_bundle=True, **{**fields, "command": command})
    app = apps.make(tmp_path / "app", text, {"app.py": ""})
    tag = engine.tag(app.name)
    with pytest.raises(BuildError, match="ca_bundle"):
        engine.build(app.folder, "--no-cache", tag=tag)
    engine.build(app.folder, "--no-cache", f"--secret=id=ca_bundle,src={BUNDLE}", tag=tag)
    assert run(engine, tag) == engine.run("alpine:3.23", command=command).stdout


def test_a_ca_bundle_serves_npm_and_leaves_no_trace(
    engine: Engine, fleet: Fleet, tmp_path: Path
) -> None:
    app = regenerated(fleet.example("spa"), tmp_path / "spa", "ca_bundle: true\nsyntax: none\n")
    tag = engine.tag("company-npm")
    with pytest.raises(BuildError, match="ca_bundle"):
        engine.build(app.folder, "--no-cache-filter=build", tag=tag)
    secret = f"--secret=id=ca_bundle,src={BUNDLE}"
    engine.build(app.folder, secret, "--no-cache-filter=build", tag=tag)
    layers = own_layers(engine, tag, app.image.base)
    for word in ("ca_bundle", "/run/secrets", body_of(BUNDLE)):
        assert traces(engine, tag, layers, word) == []


def regenerated(example: App, folder: Path, more: str) -> App:
    """An example with more in its spec."""
    copy = example.copy(folder)
    text = (folder / apps.SPEC).read_text(encoding="utf-8")
    return apps.make(copy.folder, f"{text}{more}", {})


def test_base_images_come_from_the_mirror_of_the_spec(
    engine: Engine, fleet: Fleet, tmp_path: Path
) -> None:
    mirror = f"registry.example.test/{engine.session}"
    example = fleet.example("spa")
    text = f"registry: {mirror}\nsyntax: none\n"
    app = regenerated(example, tmp_path / "spa", text)
    assert example.image.build is not None
    for reference in (example.image.base, example.image.build.base):
        engine.require(reference)
        engine.alias(reference, f"{mirror}/{reference}")
    tag = engine.tag("mirrored")
    built = engine.build(app.folder, tag=tag)
    bases = {step.text for step in built.steps if step.text.startswith("FROM ")}
    assert bases == {
        f"FROM {mirror}/{reference}" for reference in (example.image.base, example.image.build.base)
    }
    below = engine.image(example.image.base).layers
    assert engine.image(tag).layers[: len(below)] == below


def test_a_python_image_of_the_companys_own_name_can_be_the_base(
    engine: Engine, tmp_path: Path
) -> None:
    app = make(engine, tmp_path / "app", "pip", "iniconfig", ca_bundle=True, base=NO_CA)
    tag = engine.tag("own-base")
    engine.build(app.folder, f"--secret=id=ca_bundle,src={BUNDLE}", tag=tag)
    assert "/opt/venv/" in run(engine, tag)
