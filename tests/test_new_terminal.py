"""`imgen new` on a real terminal, in a folder without an app."""

import re
import shlex
from pathlib import Path

import pytest

from generator.errors import CONFLICT, FAILED, OK, USAGE
from generator.new import SPEC
from tests.helpers import imgen
from tests.new_apps import SETTINGS, files_in, options
from tests.terminal import DOWN, EMPTY, ENTER, ESCAPE, UP, started

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
