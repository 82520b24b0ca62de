"""`imgen new` without a question: what settings alone write, and what is refused."""

from pathlib import Path

import pytest

import profiles
from generator.errors import CONFLICT, OK, USAGE
from generator.found import from_scratch
from generator.new import SPEC, describe
from generator.render import render
from generator.spec import parse
from generator.wizard import question
from generator.write import LOCK
from tests.helpers import imgen, run_python
from tests.new_apps import SETTINGS, SHARED, files_in, options

PROFILES = profiles.names()


@pytest.mark.parametrize("profile", PROFILES)
def test_settings_alone_write_what_generate_finds_unchanged(profile: str, tmp_path: Path) -> None:
    done = imgen(
        "new", "app", "--yes", "--profile", profile, *options(SETTINGS[profile]), cwd=tmp_path
    )
    assert done.code == OK, done.err
    written = files_in(tmp_path / "app")
    lines = [f"create          app/{name}" for name in written if name != str(LOCK)]
    assert sorted(done.out.splitlines()) == sorted(lines)
    assert "cd app && docker build --tag shop:1.4.2 ." in done.err
    again = imgen("generate", "app", cwd=tmp_path)
    assert again.code == OK
    assert {line.split()[0] for line in again.out.splitlines()} == {"unchanged"}
    assert files_in(tmp_path / "app") == written


@pytest.mark.parametrize("profile", PROFILES)
def test_the_spec_that_is_written_gives_the_same_files(profile: str) -> None:
    described = describe(SETTINGS[profile], profile=profile)
    spec = parse(described.files[SPEC], source="imgen.yaml")
    assert spec.profile == described.spec.profile
    assert {SPEC: described.files[SPEC], **render(spec.profile.image())} == described.files


@pytest.mark.parametrize("profile", PROFILES)
def test_the_spec_has_a_line_for_each_field_in_the_order_of_the_questions(profile: str) -> None:
    text = describe(SETTINGS[profile], profile=profile).files[SPEC]
    assert text.startswith(f"imgen: 1\nprofile: {profile}\nname: shop\nversion: 1.4.2\n")


def test_the_same_settings_again_change_nothing(tmp_path: Path) -> None:
    command = ("new", "--yes", "--profile", "nginx", *options(SHARED))
    imgen(*command, cwd=tmp_path)
    done = imgen(*command, cwd=tmp_path)
    assert (done.code, {line.split()[0] for line in done.out.splitlines()}) == (OK, {"unchanged"})


def test_the_folder_gives_the_name_and_a_new_app_its_first_version(tmp_path: Path) -> None:
    folder = tmp_path / "My Shop_2"
    done = imgen(
        "new", str(folder), "--yes", "--profile", "nginx", "--set", "maintainer=Me", cwd=tmp_path
    )
    assert done.code == OK, done.err
    assert "name: my-shop-2\nversion: 0.1.0\n" in (folder / SPEC).read_text()


def test_a_folder_without_a_usable_name_proposes_none() -> None:
    assert from_scratch(Path("/"))["name"].text == ""


def test_the_spec_belongs_to_the_person_and_not_to_the_lock(tmp_path: Path) -> None:
    imgen("new", "--yes", "--profile", "nginx", *options(SHARED), cwd=tmp_path)
    assert str(SPEC) not in (tmp_path / LOCK).read_text()
    changed = imgen(
        *("new", "--yes", "--profile", "nginx", *options({**SHARED, "port": "3000"})), cwd=tmp_path
    )
    assert changed.code == CONFLICT
    assert "-port: 8080\n+port: 3000\n" in changed.out
    assert "imgen.yaml. Nothing was written; --force replaces." in changed.err
    assert "port: 8080" in (tmp_path / SPEC).read_text()


def test_a_file_of_a_person_is_kept_under_another_name(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    command = ("new", "--yes", "--profile", "nginx", *options(SHARED))
    done = imgen(*command, cwd=tmp_path)
    assert done.code == OK, done.err
    assert "Dockerfile was here before: it is kept as Dockerfile.before-imgen" in done.err
    assert (tmp_path / "Dockerfile.before-imgen").read_text() == "FROM scratch\n"
    assert "nginx" in (tmp_path / "Dockerfile").read_text()
    assert imgen(*command, cwd=tmp_path).code == OK


def test_a_file_of_a_person_is_never_lost_to_an_older_one(tmp_path: Path) -> None:
    before = {"Dockerfile": "FROM scratch\n", "Dockerfile.before-imgen": "FROM older\n"}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    command = ("new", "--yes", "--profile", "nginx", *options(SHARED))
    done = imgen(*command, cwd=tmp_path)
    assert done.code == CONFLICT
    assert "-FROM scratch\n" in done.out
    assert files_in(tmp_path) == before
    forced = imgen(*command, "--force", cwd=tmp_path)
    assert forced.code == OK
    assert "overwrite       Dockerfile" in forced.out


def test_an_edit_of_a_generated_file_does_not_make_room(tmp_path: Path) -> None:
    command = ("new", "--yes", "--profile", "nginx", *options(SHARED))
    imgen(*command, cwd=tmp_path)
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    done = imgen(*command, cwd=tmp_path)
    assert done.code == CONFLICT
    assert (tmp_path / "Dockerfile").read_text() == "FROM scratch\n"


# Errors.


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            ["--yes"],
            "Makefile).\nSay it: `imgen new --yes --profile NAME --set KEY=VALUE`, where "
            "NAME is one of generic, nginx, python-alpine, python-multistage\n",
            id="no profile",
        ),
        pytest.param(["--yes", "--profile", "nginy"], "'nginy' is not one of", id="profile"),
        pytest.param(
            ["--yes", "--profile", "nginx", "--set", "prot=80", "--set", "build.imge=x"],
            "prot: is not a field of nginx; did you mean port?\n"
            "build.imge: is not a field of nginx; did you mean build.image?\n"
            "2 problems; nothing was written.",
            id="unknown keys",
        ),
        pytest.param(
            ["--yes", "--profile", "nginx", "--set", "port"],
            "--set takes key=value, not 'port'",
            id="no value",
        ),
        pytest.param(
            ["--yes", "--profile", "nginx", *options({"port": "x", "build.image": "node:24"})],
            "maintainer: is missing: who answers for the image: name and mail address\n"
            "port: must be a whole number from 1 to 65535, not 'x'\n",
            id="every problem at once",
        ),
        pytest.param(
            ["--yes", "--profile", "nginx", *options({**SHARED, "proxy": "/api/"})],
            "error: proxy: must be key=value pairs joined by commas, not '/api/'",
            id="shape",
        ),
        pytest.param(
            [
                *("--yes", "--profile", "nginx"),
                *options({**SHARED, "resources.cpus": "2", "resources": "{memory: 1Gi}"}),
            ],
            "a part of it already has a value",
            id="whole and part",
        ),
        pytest.param(
            ["--yes", "--profile", "nginx", *options({**SHARED, "proxy": "/=http://api"})],
            "proxy./: takes every path, the site's too: write `site: none` for a pure proxy",
            id="answers that do not fit",
        ),
        pytest.param(
            ["--yes", "--profile", "nginx", *options(SHARED), "--strict"],
            "resources.cpus: is missing",
            id="strict",
        ),
        pytest.param([], "there is no terminal to ask on", id="no terminal"),
    ],
)
def test_a_mistake_is_explained_and_writes_nothing(
    arguments: list[str], words: str, tmp_path: Path
) -> None:
    done = imgen("new", *arguments, cwd=tmp_path)
    assert done.code == USAGE
    assert words in done.err
    assert not any(tmp_path.iterdir())


def test_without_a_terminal_the_other_ways_are_named(tmp_path: Path) -> None:
    done = imgen("new", cwd=tmp_path)
    assert "`imgen new --yes` takes what the folder tells" in done.err
    assert "imgen generate" in done.err


# Help, and what a run loads.


def test_help_describes_every_field_that_is_asked_for(tmp_path: Path) -> None:
    done = imgen("new", "--help", cwd=tmp_path)
    shown = "".join(done.out.split())
    for name in PROFILES:
        parts = {"build"}  # a question only, about the fields below it
        for key in sorted({*profiles.get(name).QUESTIONS} - parts):
            asked = question(key, profile=name, proposals={})
            assert "".join(f"{key}{asked.text}".split()) in shown


LOADED = "import sys; from generator.cli import run; run(); print(*sys.modules, file=sys.stderr)"


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        pytest.param(["--help"], {"pydantic", "generator.new", "questionary"}, id="help"),
        pytest.param(["new", "--help"], {"questionary", "prompt_toolkit"}, id="help of new"),
        pytest.param(
            ["new", "--yes", "--profile", "nginx", *options(SHARED)],
            {"questionary", "prompt_toolkit"},
            id="settings alone",
        ),
    ],
)
def test_only_questions_load_what_questions_need(
    arguments: list[str], absent: set[str], tmp_path: Path
) -> None:
    done = run_python("-c", LOADED, *arguments, cwd=tmp_path)
    assert done.returncode == OK
    assert absent.isdisjoint(done.stderr.decode().split())
