"""`imgen new` from outside: settings alone, a real terminal, and what stays on the disk."""

import io
import os
import pty
import re
import shlex
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

import pytest
from pexpect import EOF
from pexpect.fdpexpect import fdspawn

import profiles
from generator.errors import CONFLICT, FAILED, INTERRUPTED, OK, USAGE
from generator.found import from_scratch
from generator.new import SPEC, describe
from generator.render import render
from generator.review import DOCKERFILE, outline, preview
from generator.spec import parse
from generator.wizard import question
from generator.write import LOCK, Plan, plan
from tests.helpers import ROOT, imgen, run_python

SHARED = {"name": "shop", "version": "1.4.2", "maintainer": "Shop Team <shop@example.com>"}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "generic": {
        **SHARED,
        "build.image": "gcc:15-trixie",
        "build.packages": "make",
        "build.run": "make, make test",
        "build.artifacts": "/src/shop=/usr/local/bin/shop",
        "command": "shop --title 'a \"b\" $c'",
        "env": "TZ=UTC, GREETING=hello, world=x",
        "resources.cpus": "0.5",
    },
    "nginx": {
        **SHARED,
        "description": "Shop: the front page # of it",
        "labels": "{com.example.team: '1.0'}",
        "proxy": "/api/=http://api:80",
        "spa": "yes",
    },
    "python-alpine": {**SHARED, "python": "3.10", "server": "uvicorn shop.main:app", "port": "80"},
    "python-multistage": {
        **SHARED,
        "command": "python -m shop",
        "healthcheck": "none",
        "secrets": "DATABASE_URL API_KEY",
        "user": "1000:1000",
    },
}
PROFILES = profiles.names()


def options(settings: Mapping[str, str]) -> list[str]:
    return [part for key, text in settings.items() for part in ("--set", f"{key}={text}")]


def files_in(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()} if folder.exists() else {}


# Settings alone.


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


# What is shown before it is written.


def planned(root: Path, profile: str = "python-multistage") -> Plan:
    return plan(describe(SETTINGS[profile], profile=profile).files, root, unlocked=[SPEC])


@pytest.mark.parametrize("profile", PROFILES)
def test_a_preview_fits_on_a_small_screen(profile: str, tmp_path: Path) -> None:
    shown = preview(planned(tmp_path, profile), columns=80, rows=22).splitlines()
    assert len(shown) <= 22
    assert max(map(len, shown)) < 80
    assert shown[-1].strip().startswith("CMD [")


def test_a_preview_on_a_large_screen_leaves_no_instruction_out(tmp_path: Path) -> None:
    change = planned(tmp_path)
    shown = preview(change, columns=1000, rows=100)
    texts = {one.path: one.new for one in change.changes}
    for step in outline(texts[DOCKERFILE]):
        assert f"  {step}\n" in f"{shown}\n"


def test_a_preview_says_which_files_are_there_already(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("*\n")
    same = {change.path: change.new for change in planned(tmp_path).changes}
    (tmp_path / "entrypoint.sh").write_text(same[PurePosixPath("entrypoint.sh")])
    shown = preview(planned(tmp_path), columns=80, rows=24).splitlines()
    assert shown[1:6] == [
        f"{tmp_path.name}/",
        "  imgen.yaml",
        "  Dockerfile",
        "  .dockerignore (yours, replaced)",
        "  entrypoint.sh (unchanged)",
    ]


def test_an_outline_has_an_instruction_a_line_and_no_comment() -> None:
    text = '# why\nFROM a\n\nRUN x \\\n    # not this\n    && y\nCMD ["#"]\n'
    assert outline(text) == ["FROM a", "RUN x && y", 'CMD ["#"]']


# On a real terminal.


class Terminal:
    """A run of `imgen new` on a pseudo-terminal; pexpect only reads and writes its other end.

    pexpect's own way to start a program forks, which is unsafe in a process with threads.
    """

    def __init__(self, *arguments: str, cwd: Path, term: str, columns: int) -> None:
        controller, other = pty.openpty()
        termios.tcsetwinsize(other, (24, columns))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "generator", "new", *arguments],
            cwd=cwd,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env={
                # Else they would count, not the size of this terminal.
                **{key: os.environ[key] for key in os.environ.keys() - {"COLUMNS", "LINES"}},
                "PYTHONPATH": str(ROOT),
                "TERM": term,
                "NO_COLOR": "1",
                "PROMPT_TOOLKIT_NO_CPR": "1",  # nobody answers where the cursor is
            },
        )
        os.close(other)
        self.screen = fdspawn(controller, encoding="utf-8", timeout=30)
        self.shown = self.screen.logfile_read = io.StringIO()

    def answer(self, prompt: str, keys: str) -> None:
        self.screen.expect_exact(prompt)
        self.screen.send(keys)

    def finish(self) -> tuple[int, str]:
        """The exit code and what was still printed."""
        self.screen.expect(EOF)
        return self.process.wait(timeout=30), str(self.screen.before).replace("\r", "")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.screen.close()


@contextmanager
def started(
    *arguments: str, cwd: Path, term: str = "xterm", columns: int = 80
) -> Iterator[Terminal]:
    run = Terminal(*arguments, cwd=cwd, term=term, columns=columns)
    try:
        yield run
    finally:
        run.close()


ENTER = "\r"
DOWN = "\x1b[B"
UP = "\x1b[A"
ESCAPE = "\x1b"
EMPTY = "\x15"
CTRL_C = "\x03"
WRITE = "files?"
COLOUR = re.compile(r"\x1b\[[0-9;]*\b(?:[349][0-7]|10[0-7]|[34]8;)[0-9;]*m")
NGINX = [
    ("kind of app", f"{DOWN}{ENTER}"),
    ("  name:", f"{EMPTY}shop{ENTER}"),
    ("  maintainer:", f"Shop Team{ENTER}"),
    ("  build (y/N):", "y"),
    ("  build.image:", f"node:24-trixie-slim{ENTER}"),
    ("  build.run:", f"npm ci, npm run build{ENTER}"),
    ("  build.output:", f"dist{ENTER}"),
    ("  spa (y/N):", "y"),
    (WRITE, f"{DOWN * 2}{ENTER}"),
    ("Which field", f"proxy{ENTER}"),
    ("  proxy:", f"/api/=http://api:80{ENTER}"),
]
PYTHON = [
    ("kind of app", f"{DOWN * 3}{ENTER}"),
    ("  name:", f"{EMPTY}Shop{ENTER}"),
    ("must be lower-case letters", f"{EMPTY}shop{ENTER}"),
    ("  maintainer:", f"Shop Team{ENTER}"),
    ("  dependencies:", ENTER),
    ("  server:", f"gunicorn shop.wsgi:app{ENTER}"),
    ("  port:", ENTER),
    ("  healthcheck:", f"/healthz{ENTER}"),
    ("  secrets:", f"DATABASE_URL{ENTER}"),
    (WRITE, f"{DOWN * 2}{ENTER}"),
    ("Which field", f"packages{ENTER}"),
    ("  packages:", f"redis{ENTER}"),
    ("one service an image", ""),
    ("Which answer do you want to change?", ENTER),
    ("  packages:", f"{EMPTY}libpq5{ENTER}"),
]


@pytest.mark.parametrize(
    ("profile", "keys"),
    [pytest.param("nginx", NGINX, id="nginx"), pytest.param("python-multistage", PYTHON, id="py")],
)
def test_the_wizard_leads_to_written_files_and_the_command_to_repeat_it(
    profile: str, keys: list[tuple[str, str]], tmp_path: Path
) -> None:
    with started("app", cwd=tmp_path) as run:
        for prompt, typed in keys:
            run.answer(prompt, typed)
        run.answer(WRITE, ENTER)
        code, end = run.finish()
    assert code == OK
    assert not COLOUR.search(run.shown.getvalue())
    written = files_in(tmp_path / "app")
    assert f"profile: {profile}\nname: shop\n" in written[str(SPEC)]
    assert "cd app && docker build --tag shop:0.1.0 ." in end
    command = shlex.split(end.partition("The same again:\n")[2].replace("\\\n", " "))
    assert command[:6] == ["imgen", "new", "app", "--yes", "--no-detect", "--profile"]
    (tmp_path / "again").mkdir()
    assert imgen(*command[1:], cwd=tmp_path / "again").code == OK
    assert files_in(tmp_path / "again" / "app") == written
    assert (
        imgen("generate", "app", "--diff", cwd=tmp_path).out.count("unchanged") == len(written) - 2
    )


def test_no_at_the_end_writes_nothing_and_keeps_the_answers(tmp_path: Path) -> None:
    with started("app", "--profile", "nginx", *options(SETTINGS["nginx"]), cwd=tmp_path) as run:
        for prompt in ("  build (y/N):", "  site:"):
            run.answer(prompt, ENTER)
        run.answer(WRITE, f"{UP}{ENTER}")  # the last choice
        code, end = run.finish()
    assert code == FAILED
    assert "imgen new app --yes --no-detect --profile nginx" in end
    assert "nothing was written, since you said no" in end
    assert not any(tmp_path.iterdir())


def test_an_imgen_yaml_that_is_there_is_refused_before_any_question(tmp_path: Path) -> None:
    (tmp_path / SPEC).write_text("imgen: 1\n")
    with started(cwd=tmp_path) as run:
        code, end = run.finish()
    assert code == CONFLICT
    assert "imgen.yaml is there already: change it and run `imgen generate`" in end
    assert files_in(tmp_path) == {str(SPEC): "imgen: 1\n"}


def test_files_of_a_person_are_replaced_only_by_choice(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    given = {**SETTINGS["python-alpine"], "healthcheck": "", "secrets": ""}
    arguments = ("--no-detect", "--profile", "python-alpine", *options(given))
    with started(*arguments, cwd=tmp_path) as run:
        run.answer("  dependencies:", ENTER)
        run.answer("-FROM scratch", "")
        run.answer("Show the other", "n")
        run.answer("Dockerfile (yours, replaced)", "")
        run.answer(WRITE, ENTER)  # who does not read keeps what is there
        code, end = run.finish()
    assert code == FAILED
    assert "imgen new --yes --no-detect --profile python-alpine" in end
    assert files_in(tmp_path) == {"Dockerfile": "FROM scratch\n"}
    with started(*arguments, cwd=tmp_path) as run:
        run.answer("  dependencies:", ENTER)
        run.answer("Show the other", ENTER)
        run.answer("Yes", "")
        run.answer("Show the other", ESCAPE)
        run.answer(WRITE, "")
        run.answer("write them, and replace what you have: Dockerfile", f"{DOWN}{ENTER}")
        code, _ = run.finish()
    assert code == OK
    assert (tmp_path / "Dockerfile").read_text().startswith("# syntax=")


def test_a_setting_that_will_not_do_is_refused_before_any_question(tmp_path: Path) -> None:
    with started("--profile", "nginx", "--set", "port=x", cwd=tmp_path) as run:
        code, end = run.finish()
    assert code == USAGE
    assert "port: must be a whole number from 1 to 65535, not 'x'" in end


def test_a_dumb_terminal_gets_plain_lines_and_no_control_sequences(tmp_path: Path) -> None:
    with started("app", cwd=tmp_path, term="dumb") as run:
        run.answer("number [1]:", "9\n")
        run.answer("9 is not in the range", "2\n")
        run.answer("  name [app]:", "Shop X\n")
        run.answer("must be lower-case letters", "<\n")
        run.answer("number [2]:", "<\n")
        run.answer("no question before", "")
        run.answer("number [2]:", "2\n")
        run.answer("  name [app]:", "shop\n")
        run.answer("  maintainer:", "Shop Team\n")
        run.answer("  build [y/N]:", "n\n")
        run.answer("  site [public]:", "<\n")
        run.answer("  build [y/N]:", "n\n")
        run.answer("  site [public]:", "\n")
        run.answer("  spa [y/N]:", "\n")
        run.answer("number [1]:", "<\n")
        run.answer("  spa [y/N]:", "\n")
        run.answer("number [1]:", "3\n")
        run.answer("number [1]:", "1\n")
        run.answer("  name [shop]:", "<\n")
        run.answer("number [1]:", "1\n")
        code, _ = run.finish()
    assert code == OK
    assert "\x1b" not in run.shown.getvalue()
    assert "name: shop\n" in (tmp_path / "app" / SPEC).read_text()


# On a terminal, in the folder of an app.

SHOP = {
    "requirements.txt": "flask==3.0.3\ngunicorn==23.0.0\n",
    ".python-version": "3.12\n",
    "Dockerfile": "FROM scratch\n",
    "shop/__init__.py": """\
import os

from flask import Flask

app = Flask(__name__)
TOKEN = os.environ["SHOP_TOKEN"]


@app.get("/healthz")
def healthz() -> str:
    return "ok"
""",
}


def shop_in(folder: Path) -> Path:
    for name, text in SHOP.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def tree(folder: Path) -> dict[str, str]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


# Each question of a run with what is typed there.
FLASK = [
    ("kind of app", ENTER),
    ("  version:", f"{EMPTY}2.0{ENTER}"),
    ("  maintainer:", f"{EMPTY}Shop Team{ENTER}"),
    ("  port:", f"{EMPTY}9000{ENTER}"),
    ("lines of the difference?", "n"),
    (WRITE, f"{UP}{ENTER}"),  # from leaving to the differences
    ("lines of the difference?", "n"),
    (WRITE, f"{DOWN * 2}{ENTER}"),
    ("Which answer", f"{DOWN * 5}{ENTER}"),
    ("  server:", f"{EMPTY}gunicorn shop:app{ENTER}"),
    (WRITE, f"{DOWN}{ENTER}"),
]


def test_the_wizard_in_a_folder_with_an_app_asks_what_it_cannot_see(tmp_path: Path) -> None:
    folder = shop_in(tmp_path / "shop")
    with started(cwd=folder) as run:
        for prompt, keys in FLASK:
            run.answer(prompt, keys)
        code, end = run.finish()
    assert code == OK
    shown = run.shown.getvalue()
    for reason in (
        "Flask app (python-multistage)",
        "python 3.12: pinned in .python-version:1",
        "-FROM scratch",
        "Dockerfile (yours, replaced)",
        "note: read as evidence",
    ):
        assert reason in shown
    written = tree(folder)
    assert "port: 9000" in written["imgen.yaml"]
    assert written["imgen.yaml"].startswith("imgen: 1\nprofile: python-multistage\nname: shop\n")

    # The printed command means the same elsewhere, whatever became of the app.
    again = shop_in(tmp_path / "again")
    (again / ".python-version").write_text("3.11\n")
    command = shlex.split(end.partition("The same again:\n")[2].replace("\\\n", " "))
    done = imgen(*command[1:], cwd=again)
    assert done.code == OK, done.err
    assert tree(again) == {**written, ".python-version": "3.11\n"}


def test_ctrl_c_at_any_question_leaves_the_folder_untouched(tmp_path: Path) -> None:
    folder = shop_in(tmp_path)
    before = tree(folder)
    with ExitStack() as stack:
        # All start at once, since starting takes longest.
        runs = [stack.enter_context(started(cwd=folder)) for _ in FLASK]
        for number, run in enumerate(runs):
            for prompt, keys in FLASK[:number]:
                run.answer(prompt, keys)
            asked = FLASK[number][0]
            run.answer(asked, CTRL_C)
            code, end = run.finish()
            assert (asked, code) == (asked, INTERRUPTED)
            assert "interrupted; nothing was written or left behind." in end
            assert tree(folder) == before


def test_esc_goes_back_one_step_at_any_question(tmp_path: Path) -> None:
    folder = shop_in(tmp_path)
    before = tree(folder)
    with started(cwd=folder) as run:
        run.answer("kind of app", ESCAPE)
        run.answer("no question before", "")
        run.answer("kind of app", ENTER)
        run.answer("  version:", ESCAPE)
        run.answer("kind of app", ENTER)
        run.answer("  version:", f"{EMPTY}2.0{ENTER}")
        run.answer("  maintainer:", ESCAPE)
        run.answer("  version:", "")
        run.answer("2.0", ENTER)  # the answer from before
        run.answer("  maintainer:", ENTER)
        run.answer("  port:", ESCAPE)
        run.answer("  maintainer:", ENTER)
        run.answer("  port:", ENTER)
        run.answer("lines of the difference?", ESCAPE)
        run.answer(WRITE, ESCAPE)
        run.answer("  port:", ENTER)
        run.answer(WRITE, f"{DOWN * 2}{ENTER}")
        run.answer("Which answer", ESCAPE)
        run.answer(WRITE, f"{DOWN * 3}{ENTER}")
        run.answer("Which field", f"{ENTER}")
        run.answer("  name:", ESCAPE)
        run.answer(WRITE, ENTER)  # leave
        code, _ = run.finish()
    assert code == FAILED
    assert tree(folder) == before


def test_a_narrow_dumb_terminal_can_be_read(tmp_path: Path) -> None:
    folder = shop_in(tmp_path)
    (folder / "Dockerfile").unlink()
    with started(cwd=folder, term="dumb", columns=60) as run:
        run.answer("Flask app (python-multistage)", "")
        run.answer("number [1]:", "\n")
        for prompt in ("  version [0.1.0]:", "  maintainer [", "  port [8000]:"):
            run.answer(prompt, "\n")
        run.answer("number [1]:", "\n")
        code, _ = run.finish()
    assert code == OK
    shown = run.shown.getvalue()
    assert "\x1b" not in shown
    asked = shown.partition("create ")[0].replace("\r", "")
    assert max(map(len, asked.splitlines())) <= 60
    assert "<" in shown.partition("kind of app")[0]  # how to go back
    assert (folder / SPEC).exists()


# In the folder of an app, without a question.


def test_yes_takes_what_the_folder_tells_and_says_so(tmp_path: Path) -> None:
    folder = shop_in(tmp_path / "shop")
    (folder / "Dockerfile").unlink()
    done = imgen("new", "shop", "--yes", "--set", "maintainer=Me", cwd=tmp_path)
    assert done.code == OK, done.err
    assert "Flask app (python-multistage): " in done.err
    assert "  python 3.12: pinned in .python-version:1\n" in done.err
    assert "maintainer" not in done.err.partition("Build it")[0]
    assert parse((folder / SPEC).read_text(), source="imgen.yaml").profile.port == 8000


def test_yes_keeps_a_file_of_a_person_and_says_so(tmp_path: Path) -> None:
    folder = shop_in(tmp_path)
    old = (folder / "Dockerfile").read_text()
    done = imgen("new", "--yes", cwd=folder)
    assert done.code == OK, done.err
    assert "note: Dockerfile was here before: it is kept as Dockerfile.before-imgen" in done.err
    assert (folder / "Dockerfile.before-imgen").read_text() == old


def test_without_a_look_at_the_folder_nothing_of_it_is_known(tmp_path: Path) -> None:
    folder = shop_in(tmp_path)
    done = imgen("new", "--yes", "--no-detect", cwd=folder)
    assert (done.code, "--profile NAME" in done.err) == (USAGE, True)
    done = imgen("new", "--yes", "--no-detect", "--profile", "python-multistage", cwd=folder)
    assert "maintainer: is missing" in done.err


def test_apps_in_folders_below_are_named_with_a_command(tmp_path: Path) -> None:
    shop_in(tmp_path / "backend")
    shop_in(tmp_path / "web")
    done = imgen("new", "--yes", cwd=tmp_path)
    assert done.code == USAGE
    assert "imgen new backend" in done.err
