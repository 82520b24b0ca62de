"""The three doors, `imgen new`, `imgen generate` and cookiecutter: equal answers, equal bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import profiles
from generator.answers import hint_at
from generator.cookiecutter_door import questions
from generator.document import load
from tests.bakery import Bakery, bakery_in, files_in
from tests.helpers import SPEC_NAME, example_cases, imgen

pytestmark = pytest.mark.slow

SERVED = {"server": "gunicorn shop.wsgi:app"}
MINIMAL = {
    "generic": {"command": "/app/run"},
    "nginx": {},
    "python-alpine": SERVED,
    "python-multistage": SERVED,
}
# What cookiecutter, YAML, a shell or a Dockerfile could take for something else.
AWKWARD = r"""O'Neil "Ops" {{ 7 * 7 }} {% raw %} {# no #} $HOME ${x} \ # : <ops@example.com> é"""
AWKWARD_COMMAND = r"""printf '%s\n' "{{ .State }}" 'it'"'"'s' "$HOME" """


@dataclass(frozen=True)
class Answers:
    """One set of answers by field path."""

    profile: str
    title: str
    given: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.profile}-{self.title}"


def minimal() -> list[Answers]:
    named = {"name": "shop", "maintainer": "Shop Team <shop@example.com>"}
    return [Answers(name, "minimal", named | MINIMAL[name]) for name in profiles.names()]


def awkward() -> list[Answers]:
    found = []
    for name in profiles.names():
        given = {"name": "shop", "maintainer": AWKWARD, "version": "1.0.0-rc.1"}
        asks = "command" in profiles.get(name).QUESTIONS
        found.append(
            Answers(name, "awkward", given | ({"command": AWKWARD_COMMAND} if asks else {}))
        )
    return found


def from_examples() -> list[Answers]:
    """What the examples say, as far as cookiecutter asks for it; in braces where it has parts."""
    found = []
    for case in example_cases():
        values = dict(load(case.text(), source=SPEC_NAME).value)
        given = {"resources.cpus": values["resources"]["cpus"]}
        for question in questions():
            value = values.get(question.path)
            if value is not None:
                given[question.path] = value if isinstance(value, str) else json.dumps(value)
        found.append(Answers(values["profile"], case.folder.name, given))
    return found


CASES = [*minimal(), *awkward(), *from_examples()]


@pytest.fixture(scope="session")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    return bakery_in(tmp_path_factory.getbasetemp())


@pytest.mark.parametrize("answers", CASES, ids=str)
def test_three_doors_give_the_same_bytes(answers: Answers, tmp_path: Path, bakery: Bakery) -> None:
    keys = {question.path: question.key for question in questions()}
    baked = bakery.bake(
        tmp_path,
        f"profile={answers.profile}",
        *(f"{keys[path]}={text}" for path, text in answers.given.items()),
    )
    assert baked.code == 0, baked.out + baked.err
    folder = tmp_path / answers.given["name"]
    files = files_in(folder)

    settings = [f"--set={path}={text}" for path, text in answers.given.items()]
    imgen("new", "new", "--yes", "--profile", answers.profile, *settings, cwd=tmp_path)
    assert files_in(tmp_path / "new") == files

    imgen("generate", str(folder), "--output", "generated", cwd=tmp_path)
    generated = files_in(tmp_path / "generated")
    assert generated == {name: file for name, file in files.items() if name != SPEC_NAME}


@pytest.mark.parametrize("profile", profiles.names())
def test_imgen_goes_on_where_cookiecutter_stopped(
    profile: str, tmp_path: Path, bakery: Bakery
) -> None:
    given = {"maintainer": "x", **MINIMAL[profile]}
    bakery.bake(tmp_path, f"profile={profile}", *(f"{key}={text}" for key, text in given.items()))
    folder = tmp_path / "app"
    before = files_in(folder)

    again = imgen("generate", cwd=folder)
    assert again.code == 0
    assert {line.split()[0] for line in again.out.splitlines()} == {"unchanged"}
    assert files_in(folder) == before

    spec = folder / SPEC_NAME
    spec.write_text(spec.read_text().replace("0.1.0", "0.2.0"))
    assert imgen("generate", cwd=folder).code == 0
    dockerfile = folder / "Dockerfile"
    assert 'APP_VERSION="0.2.0"' in dockerfile.read_text()

    dockerfile.write_text(f"{dockerfile.read_text()}# mine\n")
    spec.write_text(spec.read_text().replace("0.2.0", "0.3.0"))
    assert imgen("generate", cwd=folder).code == 3


def test_the_answers_reach_every_question_of_every_profile() -> None:
    assert set(MINIMAL) == set(profiles.names())
    for question in questions():
        users = [name for name in profiles.names() if hint_at(profiles.get(name), question.path)]
        assert list(question.profiles) == users
