"""The benchmarks' page and chart are what the scripts make of the numbers, and say the truth."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path, PurePosixPath

import pytest

from benchmarks import campaign
from benchmarks.__main__ import CHART, PAGE, main
from benchmarks.apps import APPS, App, Mend
from benchmarks.chart import WIDTH, draw, shortened
from benchmarks.docker import BuildError
from benchmarks.findings import hadolint
from benchmarks.measure import prepare_dockerfile
from benchmarks.metrics import beaten
from benchmarks.page import write
from benchmarks.peers import PACKAGES
from benchmarks.results import FILE, Measured, Results, Variant, load
from tests.helpers import Case

LETTER = 6.6  # pixels, a generous mean for the 12 px of the chart
every_app = pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)


@pytest.fixture(scope="module")
def results() -> Results:
    return load()


def variant(name: str, **numbers: object) -> Variant:
    usual = {"bytes": 100_000_000, "exit_code": 0, "uid": 10001, "hardened": True, "audit": 0}
    times = {"cold": [2.0], "rebuild": [1.0], "ready": [1.0], "stop": [0.5], "hadolint": 0}
    return Variant(name=name, **{**usual, **times, **numbers})  # type: ignore[arg-type]


def of(*variants: Variant) -> Results:
    machine = ("architecture", "cpus", "memory", "kernel", "engine", "storage", "cgroup")
    app = Measured(name="app", profile="generic", about="an app", variants=list(variants))
    return Results(
        date="2026-01-31",
        runs=1,
        machine=dict.fromkeys(machine, "1"),
        peers={},
        stand_ins={},
        aliases={},
        apps=[app],
    )


def test_the_page_is_made_from_the_numbers(results: Results) -> None:
    assert PAGE.read_text(encoding="utf-8") == write(results)


def test_the_chart_is_made_from_the_numbers(results: Results) -> None:
    assert CHART.read_text(encoding="utf-8") == draw(results)


def test_every_app_and_variant_was_measured(results: Results) -> None:
    assert [app.name for app in results.apps] == [app.name for app in APPS]
    for app, measured in zip(APPS, results.apps, strict=True):
        mended = [f"{name}, mended" for name in app.mends]
        assert {one.title for one in measured.variants} == {"imgen", "naive", *app.peers, *mended}
    assert set(results.peers) == {name for app in APPS for name in app.peers}
    assert len({app.profile for app in results.apps}) == 4


def test_each_number_is_of_all_runs(results: Results) -> None:
    for app in results.apps:
        own = app.variant("imgen")
        assert own
        assert own.runs, f"{app.name}: {own.failure}"
        for one in app.variants:
            if one.runs:
                assert {len(one.cold), len(one.rebuild), len(one.ready), len(one.stop)} == {
                    results.runs
                }


def test_imgen_keeps_its_promises(results: Results) -> None:
    for app in results.apps:
        own = app.variant("imgen")
        assert own
        assert (own.hardened, own.exit_code) == (True, 0), app.name
        assert own.uid, app.name


def test_the_numbers_tell_nothing_of_the_machine_but_its_size() -> None:
    text = FILE.read_text(encoding="utf-8")
    for pattern in (r"/(tmp|home|root|work|opt)/", r"https?://", r"\b\d+\.\d+\.\d+\.\d+\b"):
        assert not re.findall(pattern, text)


@every_app
def test_an_edit_changes_one_line_of_the_source(app: App, tmp_path: Path) -> None:
    app.copy_source(tmp_path / "app")
    assert not (tmp_path / "app" / "Dockerfile").exists()
    app.edit_source(tmp_path / "app", "edited")
    file = tmp_path / "app" / app.edit[0]
    before = (app.folder / app.edit[0]).read_text(encoding="utf-8").splitlines()
    after = file.read_text(encoding="utf-8").splitlines()
    changed = [line for line in after if line not in before]
    assert len(after) == len(before)
    assert len(changed) == 1
    assert "edited" in changed[0]
    file.write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="must hold"):
        app.edit_source(tmp_path / "app", "again")


@every_app
def test_the_naive_dockerfile_and_imgens_start_from_images_with_a_tag(app: App) -> None:
    generated = Case(app.folder).files()[PurePosixPath("Dockerfile")]
    for text in (app.naive.read_text(encoding="utf-8"), generated):
        bases = campaign.references(text)
        assert bases
        assert [name for name in bases if name.endswith(":latest")] == []
    assert set(app.peers) <= set(PACKAGES)


def test_base_images_are_found_behind_arguments_and_stages() -> None:
    text = "ARG V=24.1\nFROM node:${V}-slim AS base\nFROM base AS build\nFROM nginx\n"
    assert campaign.references(text) == {"node:24.1-slim", "nginx:latest"}


def test_every_variant_is_prepared_alike() -> None:
    text = "# syntax = docker/dockerfile:1\n\nFROM x\nRUN --mount=type=cache,target=/c/p,a=b go\n"
    expected = "FROM x\nRUN --mount=type=cache,id=run-1-c-p,target=/c/p,a=b go\n"
    assert prepare_dockerfile(text, "run-1") == expected


def test_a_failed_build_tells_the_line_that_says_why() -> None:
    said = (
        "#8 1.2   error: subprocess-exited-with-error\n#8 1.3   error: no pg_config\n"
        "ERROR: failed to build: failed to solve\n"
    )
    assert BuildError(said).reason() == "error: no pg_config"


def test_a_mend_whose_text_is_gone_is_refused() -> None:
    with pytest.raises(ValueError, match="expects once"):
        Mend(why="it is old", lines=(("USER me", "USER you"),)).apply("FROM x\n")


def test_the_page_says_where_another_one_is_better() -> None:
    page = write(of(variant("imgen", rebuild=[1.0]), variant("naive", rebuild=[0.4])))
    assert "- app, rebuild: naive 0.40 s, imgen 1.0 s" in page
    page = write(of(variant("imgen", rebuild=[1.0]), variant("naive", rebuild=[0.95])))
    assert "None in this run." in page


def test_what_does_not_run_beats_nobody() -> None:
    broken = variant("peer", bytes=1, stop=[], failure="builds, does not run: no such file")
    results = of(variant("imgen"), broken)
    assert not list(beaten(results.apps[0]))
    assert "- app peer: builds, does not run: `no such file`" in write(results)


def test_no_text_of_the_chart_runs_out_of_its_place(results: Results) -> None:
    assert not overlaps(draw(results))


def test_long_texts_and_large_numbers_have_a_place() -> None:
    large = variant("naive", bytes=1_900_000_000, stop=[10.2], cold=[120.0], rebuild=[99.9])
    broken = variant("peer", stop=[], failure="does not build: " + "error " * 80)
    assert not overlaps(draw(of(variant("imgen"), large, broken)))
    assert overlaps(draw(of(variant("imgen " * 9))))


def overlaps(svg: str) -> list[str]:
    """Texts that reach into the next one of their line, or out of the picture."""
    by_line: dict[str, list[tuple[float, str]]] = {}
    for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
        by_line.setdefault(node.attrib["y"], []).append((float(node.attrib["x"]), node.text or ""))
    found = []
    for line in by_line.values():
        places = sorted(line)
        ends = [x for x, _ in places[1:]] + [WIDTH]
        found += [
            text
            for (x, text), end in zip(places, ends, strict=True)
            if x + LETTER * len(text) > end
        ]
    return found


def test_a_text_is_cut_at_a_word() -> None:
    assert shortened("one two three", 9) == "one two…"
    assert shortened("one two", 9) == "one two"


def test_hadolint_counts_what_the_repository_leaves_out(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM debian:trixie-slim\nRUN apt-get install -y tini\n", encoding="utf-8")
    found = hadolint(file)
    assert found
    file.write_text("FROM debian:trixie-slim\nUSER 10001\n", encoding="utf-8")
    assert hadolint(file) == 0


def test_wrong_usage_names_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nothing"]) == 2
    assert "there is no app 'nothing': choose from flask-hello" in capsys.readouterr().err
    assert main(["--runs", "0"]) == 2
    assert "--runs must be at least 1" in capsys.readouterr().err
