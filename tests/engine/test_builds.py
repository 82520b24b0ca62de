"""Every example builds without a complaint, and again from the cache; nothing stray is in it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.verify.engine import Built, Completed
from generator.verify.layers import Layer, files, left_behind, traces
from generator.verify.progress import Step

from . import apps
from .apps import CONTEXT_CANARY, EXAMPLE_NAMES, ROOT, App
from .context import context_files, expected_files
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_example = pytest.mark.parametrize("example", EXAMPLE_NAMES)


def tool(name: str, *arguments: str) -> Completed:
    """Run a linter of the test environment, or else of the machine."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    program = shutil.which(name, path=path)
    if program is None:
        pytest.skip(f"{name} is not installed")
    command = [program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def build_check(engine: Engine, folder: Path, dockerfile: Path) -> Completed:
    return engine.call("build", "--check", "--file", str(dockerfile), str(folder), check=False)


def hadolint(dockerfile: Path) -> Completed:
    return tool("hadolint", "--config", str(ROOT / ".hadolint.yaml"), str(dockerfile))


@every_example
def test_the_built_copy_of_an_example_lacks_only_the_frontend_line(app: App) -> None:
    original = apps.EXAMPLES / app.name
    for name in app.image.files:
        text = (original / name).read_text(encoding="utf-8")
        first = f"# syntax={app.image.frontend}\n\n" if name == "Dockerfile" else ""
        assert text == first + (app.folder / name).read_text(encoding="utf-8")


@every_example
def test_the_builder_has_no_warning(engine: Engine, app: App) -> None:
    done = build_check(engine, app.folder, app.folder / "Dockerfile")
    assert (done.returncode, "no warnings found" in done.stdout) == (0, True), done.stdout


@every_example
def test_the_builder_warns_of_a_naive_dockerfile(engine: Engine, app: App) -> None:
    done = build_check(engine, app.folder, apps.naive_dockerfile(app.name))
    assert done.returncode != 0
    assert "JSONArgsRecommended" in done.stdout


@every_example
def test_hadolint_finds_nothing(example: str) -> None:
    done = hadolint(apps.EXAMPLES / example / "Dockerfile")
    assert (done.returncode, done.stdout) == (0, "")


@every_example
def test_hadolint_finds_the_faults_of_a_naive_dockerfile(example: str) -> None:
    done = hadolint(apps.naive_dockerfile(example))
    assert done.returncode != 0
    assert "DL3025" in done.stdout


@every_example
def test_shellcheck_finds_nothing_in_the_entrypoint(app: App) -> None:
    done = tool("shellcheck", "--severity=style", str(app.folder / "entrypoint.sh"))
    assert (done.returncode, done.stdout) == (0, "")


def test_shellcheck_finds_a_fault(tmp_path: Path) -> None:
    script = tmp_path / "entrypoint.sh"
    script.write_text("#!/bin/sh\nexec $@\n", encoding="utf-8")
    assert "SC2068" in tool("shellcheck", str(script)).stdout


@every_example
def test_the_build_context_holds_what_the_dockerfile_reads_and_nothing_else(
    engine: Engine, app: App
) -> None:
    assert context_files(engine, app.folder) == expected_files(app)


@every_example
def test_the_build_context_without_an_ignore_file_holds_the_secrets(
    engine: Engine, copy: App
) -> None:
    (copy.folder / ".dockerignore").unlink()
    assert {".env", "id_rsa", "key.pem", "sub/.env"} < context_files(engine, copy.folder)


@every_example
def test_the_build_leaves_no_lists_caches_or_temporary_files(layers: list[Layer]) -> None:
    assert left_behind(layers) == []


@every_example
def test_no_secret_of_the_build_context_reaches_the_image(
    engine: Engine, built: Built, layers: list[Layer]
) -> None:
    assert traces(engine, built.tag, layers, CONTEXT_CANARY) == []


@every_example
def test_the_process_can_change_nothing_but_its_volumes(app: App, layers: list[Layer]) -> None:
    uid, gid = app.image.uid, app.image.gid
    writable = {f"/{file.path}" for file in files(layers) if file.writable_by(uid, gid)}
    assert writable == set(app.image.volumes)


@every_example
def test_everybody_can_read_the_app(app: App, layers: list[Layer]) -> None:
    roots = (*(copy.target.strip("/") for copy in app.image.copies), "opt/venv", "app")
    found = [file for file in files(layers) if file.path.startswith(roots)]
    assert found
    assert [file.path for file in found if not file.readable_by_all()] == []


def own_steps(app: App, built: Built) -> list[Step]:
    """The RUN steps that compile or install the app itself."""
    build = app.image.build
    if build is not None and build.steps is not None:
        command = " && ".join(build.steps.commands)
    elif "install_project: true" in (app.folder / apps.SPEC).read_text(encoding="utf-8"):
        command = "uv sync --locked --no-editable"
    else:
        return []
    return [step for step in built.runs() if step.text.endswith(command)]


@every_example
def test_an_edited_source_line_repeats_only_the_step_that_compiles_it(
    engine: Engine, fleet: Fleet, built: Built, copy: App
) -> None:
    word = f"edited-{engine.session}"
    copy.edit(word)
    again = engine.build(copy.folder, tag=engine.tag(f"{copy.name}-edited"))
    assert [step for step in again.runs() if not step.cached] == own_steps(copy, again)
    assert len(again.runs()) == len(re.findall(r"(?m)^RUN ", copy.dockerfile()))
    image = fleet.layers_of(again, copy)
    assert any(word.encode() in layer.content for layer in image), "the edit is not in the image"
    assert engine.image(again.tag).layers != engine.image(built.tag).layers


def test_a_compiled_example_has_one_step_of_its_own(fleet: Fleet) -> None:
    steps = {
        name: [step.text for step in own_steps(fleet.example(name), fleet.image(name))]
        for name in EXAMPLE_NAMES
    }
    compiled = {name: texts for name, texts in steps.items() if texts}
    assert set(compiled) == {"c-service", "fastapi-uv", "spa"}
    assert all(len(texts) == 1 for texts in compiled.values())
