"""`imgen new` in the folder of an app: on a terminal, and without a question."""

import shlex
from contextlib import ExitStack
from pathlib import Path

import pytest

from generator.errors import FAILED, INTERRUPTED, OK, USAGE
from generator.new import SPEC
from generator.spec import parse
from tests.helpers import imgen
from tests.new_apps import shop_in, tree
from tests.terminal import CTRL_C, DOWN, EMPTY, ENTER, ESCAPE, UP, started

WRITE = "files?"

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


@pytest.mark.slow
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
