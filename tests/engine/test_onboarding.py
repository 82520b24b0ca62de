"""A repository as it is, `imgen new --yes`, `imgen verify`: proven without a hand edit.

The projects are those of tests/projects, with lock files by the real tools.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.verify.stages import base_references
from tests.detect.fixtures import Project
from tests.helpers import ROOT, imgen

from . import lock_files
from .engine import Engine, is_of_the_network

pytestmark = pytest.mark.engine
AT_ONCE = 2  # builds and verifications, which wait as much as they work
VERIFY_SECONDS = 570.0


@dataclass(frozen=True)
class Case:
    """A project to take on board.

    `options` are those of `imgen new`, `verify` those of `imgen verify`: what a person knows and
    the project does not tell. `locks` are lock files beside the project's own, `replaces` files of
    its own that imgen keeps under another name, since its own take their place.
    """

    project: str
    options: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    replaces: frozenset[str] = frozenset()
    reproducible: bool = False

    def __str__(self) -> str:
        return f"{self.project}-alpine" if self.options == ALPINE else self.project


ALPINE = ("--profile", "python-alpine")
CASES = [
    Case("aiohttp-poetry"),
    Case("c-make"),
    Case("console-entry-setuptools"),
    Case("cpp-cmake"),
    Case("django-asgi-poetry"),
    Case("django-requirements", reproducible=True),
    Case("django-split-settings", verify=("--secret", "DATABASE_URL=postgres://test@localhost/x")),
    Case("fastapi-src-pdm"),
    Case("fastapi-uv", reproducible=True),
    Case("flask-factory-piptools", locks=("requirements.txt",)),
    Case("flask-instance-sqlite"),
    Case("flask-no-server"),
    Case("flask-setup-py"),
    Case("go-server"),
    Case("litestar-hatch"),
    Case("mkdocs-site"),
    Case("node-express"),
    Case("node-typescript"),
    Case("old-container-files", replaces=frozenset({"Dockerfile", ".dockerignore"})),
    Case("pinned-python"),
    Case("plain-site"),
    Case("rust-server"),
    Case("sanic-pipenv"),
    Case("script-constraints"),
    Case("uv-workspace"),
    Case("vite-bun"),
    Case("vite-react-npm"),
    Case("vite-vanilla-yarn"),
    Case("vite-vue-pnpm"),
    Case("weasyprint-invoices"),
    Case("aiohttp-poetry", ALPINE),
    Case("fastapi-uv", ALPINE),
    Case("flask-pipenv", ALPINE),
    Case("lxml-service", ALPINE),
    Case("starlette-pdm", ALPINE),
]


@dataclass(frozen=True)
class Outcome:
    """What the two commands said, and how long all of it took, in seconds."""

    new: str
    report: Mapping[str, Any]
    errors: str
    seconds: float

    def failures(self) -> Mapping[str, str]:
        """The checks that did not pass, with what was seen."""
        results = self.report.get("results", [])
        return {one["check"]: one["evidence"] for one in results if one["status"] == "failed"}


def contents(folder: Path) -> Mapping[str, bytes]:
    """The files of a folder, by path."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def take_on_board(engine: Engine, case: Case, folder: Path) -> Outcome:
    """Do what a person does who has just installed imgen."""
    project = Project(case.project)
    started = time.monotonic()
    project.copy(folder, locks=False)
    lock_files.make(engine, folder, [*project.locks, *case.locks])
    before = contents(folder)
    written = imgen("new", "--yes", *case.options, cwd=folder)
    assert written.code == 0, written.err + written.out
    after = contents(folder)
    assert {path for path in before if after[path] != before[path]} == case.replaces
    for path in case.replaces:
        assert after[f"{path}.before-imgen"] == before[path]
    for reference in base_references((folder / "Dockerfile").read_text(encoding="utf-8")):
        engine.require(reference)
    skip = () if case.reproducible else ("--skip", "reproducible")
    report, errors = prove(folder, *skip, *case.verify)
    if is_of_the_network("\n".join(report.get("notes", []))):
        report, errors = prove(folder, *skip, *case.verify)
    outcome = Outcome(written.out, report, errors, time.monotonic() - started)
    if set(outcome.failures()) == {"cheap-rebuild"}:
        # Builds side by side that share a step may lose it from the builder's cache.
        again, errors = prove(folder, "--only", "cheap-rebuild", *case.verify)
        kept = [one for one in report["results"] if one["check"] != "cheap-rebuild"]
        merged = {**report, "results": [*kept, *again.get("results", [])]}
        outcome = Outcome(written.out, merged, errors, time.monotonic() - started)
    return outcome


def prove(folder: Path, *options: str) -> tuple[Mapping[str, Any], str]:
    """What `imgen verify` reports, and what it says beside that."""
    done = subprocess.run(
        [sys.executable, "-m", "generator", "verify", "--format", "json", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=VERIFY_SECONDS,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr


@pytest.fixture(scope="module")
def outcomes(
    request: pytest.FixtureRequest, engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[Case], Outcome]]:
    """The outcome of each chosen case; all are under way from the first on, a few at once."""
    calls = [getattr(item, "callspec", None) for item in request.session.items]
    cases = [call.params["case"] for call in calls if call and "case" in call.params]
    chosen = [case for case in cases if isinstance(case, Case)]
    folder = tmp_path_factory.mktemp("onboarding")
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        futures: dict[Case, Future[Outcome]] = {
            case: pool.submit(take_on_board, engine, case, folder / str(case) / case.project)
            for case in chosen
        }
        yield lambda case: futures[case].result()
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_project_is_taken_on_board_and_proven(
    outcomes: Callable[[Case], Outcome],
    case: Case,
    record_property: Callable[[str, object], None],
) -> None:
    outcome = outcomes(case)
    record_property("onboarding", (str(case), round(outcome.seconds, 1)))
    assert outcome.report, outcome.errors
    assert outcome.failures() == {}
    ran = {one["check"] for one in outcome.report["results"] if one["status"] == "passed"}
    assert {"builds", "hardened"} <= ran
