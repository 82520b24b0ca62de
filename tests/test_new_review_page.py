"""The last page of `imgen new` on a real terminal: back from it, warnings, files in full, again."""

import os
import shlex
from pathlib import Path

import pytest

from generator.errors import FAILED, OK
from tests.helpers import imgen
from tests.new_apps import shop_in, tree
from tests.terminal import DOWN, EMPTY, ENTER, ESCAPE, UP, Terminal, started

WRITE = "files?"
# More options than one screen holds: the field is found by typing.
PORT = [(WRITE, f"{DOWN * 2}{ENTER}"), ("Which field", f"port{ENTER}")]


def app_in(folder: Path) -> Path:
    shop_in(folder)
    (folder / "Dockerfile").unlink()
    return folder


def to_the_page(run: Terminal) -> None:
    for prompt in ("kind of app", "  version:", "  maintainer:", "  port:"):
        run.answer(prompt, ENTER)


def command_at(end: str) -> list[str]:
    return shlex.split(end.partition("The same again:\n")[2].replace("\\\n", " "))


def test_back_from_the_page_leads_to_the_first_question_and_keeps_the_answers(
    tmp_path: Path,
) -> None:
    folder = app_in(tmp_path)
    with started(cwd=folder) as run:
        run.answer("kind of app", ENTER)
        run.answer("  version:", f"{EMPTY}2.5{ENTER}")
        run.answer("  maintainer:", f"{EMPTY}Shop Team{ENTER}")
        run.answer("  port:", ENTER)
        run.answer(WRITE, ESCAPE)
        for prompt in ("  port:", "  maintainer:", "  version:"):
            run.answer(prompt, ESCAPE)
        to_the_page(run)
        run.answer(WRITE, ENTER)
        code, _ = run.finish()
    assert code == OK
    assert "Not yet right" not in run.shown.getvalue()
    written = (folder / "imgen.yaml").read_text()
    assert "version: '2.5'\nmaintainer: Shop Team\n" in written


def test_back_from_the_page_without_a_choice_of_apps_stays_at_the_first_question(
    tmp_path: Path,
) -> None:
    folder = app_in(tmp_path)
    with started("--kind", "flask app", cwd=folder) as run:
        for prompt in ("  version:", "  maintainer:", "  port:"):
            run.answer(prompt, ENTER)
        for prompt in (WRITE, "  port:", "  maintainer:", "  version:"):
            run.answer(prompt, ESCAPE)
        run.answer("no question before", "")
        for prompt in ("  version:", "  maintainer:", "  port:", WRITE):
            run.answer(prompt, ENTER)
        code, _ = run.finish()
    assert code == OK
    assert "Not yet right" not in run.shown.getvalue()


def test_back_after_a_change_asks_it_again_and_then_undoes_it(tmp_path: Path) -> None:
    folder = app_in(tmp_path)
    with started(cwd=folder) as run:
        to_the_page(run)
        for prompt, keys in PORT:
            run.answer(prompt, keys)
        run.answer("  port:", f"{EMPTY}9000{ENTER}")
        run.answer(WRITE, ESCAPE)
        run.answer("  port:", "")
        run.answer("9000", ESCAPE)
        run.answer(WRITE, ENTER)
        code, _ = run.finish()
    assert code == OK
    assert "port: 8000\n" in (folder / "imgen.yaml").read_text()


def test_a_warning_may_be_taken_for_an_error_and_mended(tmp_path: Path) -> None:
    folder = app_in(tmp_path / "shop")
    with started("--set", "port=80", cwd=folder) as run:
        for prompt in ("kind of app", "  version:", "  maintainer:"):
            run.answer(prompt, ENTER)
        run.answer("warning: port: 80 is below 1024", "")
        run.answer("With --strict these warnings are errors", "")
        run.answer(WRITE, f"{DOWN * 3}{ENTER}")
        run.answer("Which answer", f"{UP}{ENTER}")  # the last choice: to keep them
        run.answer(WRITE, f"{DOWN * 3}{ENTER}")
        run.answer("Which answer", ESCAPE)
        run.answer(WRITE, f"{DOWN * 3}{ENTER}")
        run.answer("Which answer", ENTER)  # the one that is warned of comes first
        run.answer("  port:", f"{EMPTY}8081{ENTER}")
        run.answer(WRITE, ENTER)
        code, end = run.finish()
    assert code == OK
    assert "warning" not in end
    command = command_at(end)
    assert "--strict" in command
    again = app_in(tmp_path / "again")
    assert imgen(*command[1:], cwd=again).code == OK
    assert tree(again) == tree(folder)


def test_the_files_are_shown_in_full_before_they_are_written(tmp_path: Path) -> None:
    folder = app_in(tmp_path)
    before = tree(folder)
    with started(cwd=folder) as run:
        to_the_page(run)
        run.answer(WRITE, f"{DOWN * 3}{ENTER}")
        run.answer("==> imgen.yaml <==", "")
        run.answer("profile: python-multistage", "")
        run.answer("lines of the files?", ENTER)
        run.answer("lines of the files?", ESCAPE)
        run.answer(WRITE, f"{UP}{ENTER}")
        code, end = run.finish()
    assert code == FAILED
    assert "nothing was written" in end
    assert tree(folder) == before


def test_the_printed_command_keeps_what_a_shell_would_take_apart(tmp_path: Path) -> None:
    folder = app_in(tmp_path / "shop")
    texts = {
        "maintainer": '-- O\'Brien "$HOME" `id` \\ ü 店 !x',
        "env": '{A: "a, b = c", B: "--x", C: "$(id) \'q\' # no", D: "~*?"}',
        "command": "-x 'a b' \"c'd\"",
    }
    given = [part for key, text in texts.items() for part in ("--set", f"{key}={text}")]
    with started("--profile", "generic", *given, cwd=folder) as run:
        run.answer("  name:", f"{EMPTY}shop{ENTER}")
        run.answer("  build (y/N):", ENTER)
        run.answer("  port:", ENTER)
        run.answer(WRITE, ENTER)
        code, end = run.finish()
    assert code == OK, end
    again = app_in(tmp_path / "again")
    assert imgen(*command_at(end)[1:], cwd=again).code == OK
    assert tree(again) == tree(folder)


def test_a_folder_without_an_app_says_so_before_the_choice(tmp_path: Path) -> None:
    with started(cwd=tmp_path) as run:
        run.answer("Nothing here tells what app it is.", "")
        run.answer("kind of app", "\x03")
        run.finish()
    with started("new", cwd=tmp_path) as run:
        run.answer("kind of app", "\x03")
        run.finish()
    assert "Nothing here" not in run.shown.getvalue()  # there was nothing to look at


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_before_any_question(tmp_path: Path) -> None:
    folder = app_in(tmp_path)
    folder.chmod(0o500)
    try:
        with started(cwd=folder) as run:
            code, end = run.finish()
    finally:
        folder.chmod(0o700)
    assert code == FAILED
    assert "nothing can be written there" in end
    assert "kind of app" not in end
