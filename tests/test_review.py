"""The last page of the wizard: differences in pages, and what Enter does."""

import os
from pathlib import Path, PurePosixPath

import pytest

import profiles
from generator.errors import ImgenError, Problem
from generator.interview import LEAVE, Interview
from generator.prompts import Back, Question
from generator.proposed import usual
from generator.review import SHOW, STRICT, WHOLE, WRITE, Page, menu, review
from generator.write import plan
from tests.script import Script

FILES = {
    PurePosixPath("Dockerfile"): "FROM a\n" + "".join(f"ENV A{n}=1\n" for n in range(50)),
    PurePosixPath("entrypoint.sh"): "#!/bin/sh\n",
}


class Pages(Script):
    """Also goes back from a question without a key, if told so."""

    def confirm(self, question: Question) -> bool:
        if self.answers.get("pages") == "back":
            raise Back
        return super().confirm(question)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "COLUMNS", "80")
    monkeypatch.setitem(os.environ, "LINES", "24")


def run(folder: Path, script: Script) -> Page:
    given = {"name": "shop", "version": "1.4.2", "maintainer": "Me"}
    interview = Interview("nginx", given, usual(profiles.get("nginx")), script)
    interview.run()
    return review(interview, lambda _: Page(plan=plan(FILES, folder)), strict=False)


def test_new_files_are_written_by_enter_and_have_no_difference(tmp_path: Path) -> None:
    page = run(tmp_path, Script())
    assert menu(page).default == WRITE
    assert SHOW not in menu(page).choices


def test_a_difference_comes_in_pages_of_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM b\x1b[2J\n")
    script = Script({"": f"yes\nyes\n{WRITE}"})
    run(tmp_path, script)
    pages = [text for text in script.said if text.startswith(("---", "+"))]
    assert [len(page.splitlines()) for page in pages] == [21, 21, 13]
    assert "-FROM b\\x1b[2J" in pages[0]


def test_back_leaves_the_difference_for_the_page(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM b\n")
    script = Pages({"": f"{WRITE}", "pages": "back"})
    page = run(tmp_path, script)
    assert menu(page).choices[WRITE] == "write them, and replace what you have: Dockerfile"
    assert sum(text.startswith("+ENV") for text in script.said) == 0


def test_whoever_leaves_gets_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM b\n")
    with pytest.raises(ImgenError, match="nothing was written"):
        run(tmp_path, Pages({"pages": "back"}))
    assert menu(Page(plan=plan(FILES, tmp_path))).default == LEAVE


def test_a_warning_offers_to_be_taken_for_an_error(tmp_path: Path) -> None:
    calm = Page(plan=plan(FILES, tmp_path))
    warned = Page(plan=calm.plan, warnings=[Problem(field="port", text="is low", warning=True)])
    assert STRICT not in menu(calm).choices
    assert STRICT in menu(warned).choices
    assert (menu(warned).default, next(iter(menu(warned).choices))) == (WRITE, WRITE)


def test_the_files_can_be_read_whole_a_screen_at_a_time(tmp_path: Path) -> None:
    script = Pages({"": f"{WHOLE}\nyes\nyes\n{WRITE}"})
    run(tmp_path, script)
    shown = "\n".join(script.said)
    assert "==> Dockerfile <==\nFROM a\n" in shown
    assert "ENV A49=1\n\n==> entrypoint.sh <==\n#!/bin/sh" in shown
