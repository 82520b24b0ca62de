"""cookiecutter's template: generated, complete, and strict about what it is told."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from cookiecutter.exceptions import FailedHookException
from jinja2 import Environment, UndefinedError
from rich.text import Text

import profiles
from generator import artefacts, cookiecutter_door
from generator.cookiecutter_door import CookiecutterDoor, again, project, questions
from generator.document import load
from generator.errors import SpecError
from tests.bakery import Bakery, bakery_in, files_in, own_bakery
from tests.helpers import CASES, GOLDEN, ROOT, SPEC_NAME

pytestmark = pytest.mark.slow

REFRESH = "refresh it: python -m generator.artefacts"
FOLDER = ROOT / cookiecutter_door.FOLDER
SITE = ("profile=nginx", "maintainer=Web Team <web@example.com>", "cpus=1")
API = ("profile=python-multistage", "maintainer=x", "server=gunicorn a:b")


@pytest.fixture(scope="session")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    return bakery_in(tmp_path_factory.getbasetemp())


# What is generated.


def test_the_template_in_the_repository_is_fresh() -> None:
    expected = artefacts.cookiecutter_files()
    present = {PurePosixPath("cookiecutter.json"), *map(_in_repository, FOLDER.iterdir())}
    assert present == set(expected), REFRESH
    for path, text in expected.items():
        assert (ROOT / path).read_bytes().decode() == text, f"{path}: {REFRESH}"


def _in_repository(path: Path) -> PurePosixPath:
    return PurePosixPath(path.relative_to(ROOT))


def test_the_scripts_of_the_template_are_executable() -> None:
    scripts = {path.name for path in FOLDER.iterdir() if path.stat().st_mode & 0o111}
    assert scripts == {"entrypoint.sh"}, REFRESH


def test_generating_writes_the_template_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    shutil.copy(ROOT / "README.md", tmp_path)
    monkeypatch.setattr(artefacts, "__file__", str(tmp_path / "generator" / "artefacts.py"))
    artefacts.main()
    files = artefacts.cookiecutter_files()
    assert {path: (tmp_path / path).read_text() for path in files} == files
    script = tmp_path / cookiecutter_door.FOLDER / "entrypoint.sh"
    assert script.stat().st_mode & 0o777 == 0o755


def test_every_question_has_a_prompt_that_shows_all_of_its_text() -> None:
    content = json.loads((ROOT / "cookiecutter.json").read_text())
    asked = [key for key in content if not key.startswith("_")]
    prompts = content["__prompts__"]
    assert set(asked) == set(prompts)
    kinds = prompts.pop("profile")
    assert set(kinds) == {"__prompt__", *profiles.names()}
    for text in (*prompts.values(), *kinds.values()):
        assert Text.from_markup(text).plain == text


def test_every_question_of_a_profile_is_asked_under_a_key_of_its_own() -> None:
    keys = [question.key for question in questions()]
    assert len(keys) == len(set(keys))
    paths = tuple(question.path for question in questions())
    for name in profiles.names():
        for asked in profiles.get(name).QUESTIONS:
            assert any(asked == path or asked.startswith(f"{path}.") for path in paths)


# What is baked.


def test_cookiecutter_alone_is_enough_also_from_a_git_url(tmp_path: Path, bakery: Bakery) -> None:
    for module in ("pydantic", "questionary"):
        missing = subprocess.run([str(bakery.python), "-c", f"import {module}"], check=False)
        assert missing.returncode == 1, module
    repository = tmp_path / "imgen.git"
    for path in ("generator", "profiles", "templates", FOLDER.name):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / path, repository / path, ignore=ignored)
    shutil.copy(ROOT / "cookiecutter.json", repository)
    author = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for command in (["init"], ["add", "."], [*author, "commit", "--message", "x"]):
        subprocess.run(["git", *command], cwd=repository, check=True, capture_output=True)

    for name, template in (("url", repository.as_uri()), ("checkout", str(ROOT))):
        baked = bakery.bake(tmp_path / name, *SITE, template=template)
        assert baked.code == 0, baked.out + baked.err
    assert files_in(tmp_path / "url") == files_in(tmp_path / "checkout")


@pytest.mark.parametrize("answers", [SITE, API], ids=lambda answers: str(answers[0]))
def test_pydantic_makes_no_difference(
    answers: tuple[str, ...], tmp_path: Path, bakery: Bakery
) -> None:
    assert bakery.bake(tmp_path / "without", *answers).code == 0
    assert own_bakery(bakery.home).bake(tmp_path / "with", *answers).code == 0
    assert files_in(tmp_path / "without") == files_in(tmp_path / "with") != {}


@pytest.mark.parametrize(
    ("answers", "files"),
    [
        pytest.param(SITE, {"nginx.conf"}, id="nginx"),
        pytest.param(API, {"gunicorn.conf.py"}, id="gunicorn"),
        pytest.param((*API, "server=uvicorn a:b"), set(), id="uvicorn"),
    ],
)
def test_a_project_has_the_files_of_its_profile(
    answers: tuple[str, ...], files: set[str], tmp_path: Path, bakery: Bakery
) -> None:
    bakery.bake(tmp_path, *answers)
    always = {".dockerignore", ".imgen.lock", "Dockerfile", "entrypoint.sh", SPEC_NAME}
    baked = files_in(tmp_path / "app")
    assert set(baked) == always | files
    assert {name for name, (_, mode) in baked.items() if mode & 0o111} == {"entrypoint.sh"}


def test_typed_answers_are_answers_too(tmp_path: Path, bakery: Bakery) -> None:
    given = {"project_slug": "site", "profile": "2", "maintainer": "{{ me }}", "spa": "y"}
    content = json.loads((ROOT / "cookiecutter.json").read_text())
    asked = [key for key in content if not key.startswith("_")]
    baked = bakery.bake(tmp_path, typed="".join(f"{given.get(key, '')}\n" for key in asked))
    assert baked.code == 0, baked.out + baked.err
    bakery.bake(tmp_path / "args", "project_slug=site", *SITE[:1], "maintainer={{ me }}", "spa=1")
    assert files_in(tmp_path / "site") == files_in(tmp_path / "args" / "site")
    assert "{{ me }}" in (tmp_path / "site" / "Dockerfile").read_text()


def test_warnings_are_printed(tmp_path: Path, bakery: Bakery) -> None:
    baked = bakery.bake(tmp_path, *SITE[:2], "base=nginx:1.26-alpine")
    assert baked.code == 0
    assert "warning: base: nginx 1.26 reached its end of life" in baked.err
    assert "warning: cpus: is missing" in baked.err


# What is refused.

WRONG = [
    pytest.param(SITE, "project_slug=a'b", id="quote"),
    pytest.param(SITE, 'project_slug=a"""b', id="quotes"),
    pytest.param(SITE, "project_slug=a\nb", id="newline"),
    pytest.param(SITE, "project_slug=../up", id="path"),
    pytest.param(SITE, "project_slug=a/b/c", id="folders"),
    pytest.param(SITE, "project_slug={{ 7 * 7 }}", id="expression"),
    pytest.param(SITE, "project_slug={% for", id="statement"),
    pytest.param(SITE, "project_slug={{ cookiecutter.missing }}", id="undefined"),
    pytest.param(SITE, "version=1+2", id="version"),
    pytest.param(SITE, "maintainer=", id="missing"),
    pytest.param(SITE, "base=nginx:latest", id="latest"),
    pytest.param(SITE, "nginx=one", id="release"),
    pytest.param(SITE, "packages=openssh-server", id="sshd"),
    pytest.param(SITE, "port=22", id="port"),
    pytest.param(SITE, "cpus=many", id="cpus"),
    pytest.param(SITE, "secrets=LD_PRELOAD", id="secret"),
    pytest.param(SITE, "proxy=/api/", id="pairs"),
    pytest.param(SITE, "build=npm ci", id="no-mapping"),
    pytest.param(SITE, "build={image: node:24", id="no-yaml"),
    pytest.param(SITE, "build={run: npm ci, image: [a], zzz: 1}", id="parts"),
    pytest.param(SITE, "site=none", id="nothing-to-serve"),
    pytest.param(API, "server=", id="no-server"),
    pytest.param(API, "command=python -m shop", id="both"),
    pytest.param(API, "healthcheck=sometimes", id="healthcheck"),
    pytest.param(API, "command=echo 'open", id="open-quote"),
]


@pytest.mark.parametrize(("answers", "wrong"), WRONG)
def test_a_wrong_answer_is_named_and_nothing_is_left(
    answers: tuple[str, ...], wrong: str, tmp_path: Path, bakery: Bakery
) -> None:
    output = tmp_path / "output"
    output.mkdir()
    baked = bakery.bake(output, *answers, wrong)
    assert baked.code == 1
    key = wrong.partition("=")[0]
    assert baked.err.startswith((f"{key}: ", f"{key}.")), baked.err
    assert "Traceback" not in baked.out + baked.err
    assert list(tmp_path.rglob("*")) == [output]
    assert list((bakery.home).glob("*.git")) == []


def test_every_wrong_answer_is_named_at_once(tmp_path: Path, bakery: Bakery) -> None:
    wrong = {
        "profile": "nginx",
        "version": "1+2",
        "port": "0",
        "build": "{run: npm ci, image: [a], zzz: 1}",
        "proxy": "[a]",
    }
    expected = [
        "build.image: must be text, not a list",
        "build.output: is missing: folder that the build fills, below /src",
        "build.run: must be a list, not 'npm ci'",
        "build.zzz: is not a field",
        "maintainer: is missing: who answers for the image: name and mail address",
        "port: must be a whole number from 1 to 65535, not 0",
        "proxy: must be a mapping, not a list",
        "version: must not hold '+', which no tag may: not '1+2'",
    ]
    with pytest.raises(SpecError) as caught:
        project(wrong)
    assert str(caught.value).splitlines() == expected
    for each in (bakery, own_bakery(bakery.home)):
        given = [f"{key}={value}" for key, value in wrong.items()]
        *problems, last = each.bake(tmp_path, *given).err.splitlines()
        assert problems == expected
        assert last == f"To correct it: cookiecutter --no-input TEMPLATE {again(wrong)}"


def test_answers_that_do_not_fit_together_come_before_warnings() -> None:
    context = {"profile": "nginx", "maintainer": "x", "base": "nginx:1.26-alpine", "site": "none"}
    with pytest.raises(SpecError) as caught:
        project(context)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == ["site", "base", "cpus"]


def test_the_answers_can_be_given_again() -> None:
    context = {question.key: question.default for question in questions()}
    context |= {"profile": "nginx", "site": "it's", "spa": True}
    assert again(context) == """profile=nginx 'site=it'"'"'s' spa=True"""


def test_a_replay_gives_the_same_and_one_that_is_wrong_by_now_leaves_nothing(
    tmp_path: Path, bakery: Bakery
) -> None:
    assert bakery.bake(tmp_path / "first", *SITE).code == 0
    kept = bakery.home / ".cookiecutter_replay" / f"{ROOT.name}.json"
    assert kept.is_file()
    replay = tmp_path / "replay.json"
    shutil.copy(kept, replay)
    options = ("--replay-file", str(replay), str(ROOT))

    assert bakery.run("--output-dir", str(tmp_path / "second"), *options).code == 0
    assert files_in(tmp_path / "second") == files_in(tmp_path / "first")

    replay.write_text(replay.read_text().replace('"version": "0.1.0"', '"version": "0.1+0"'))
    third = tmp_path / "third"
    third.mkdir()
    refused = bakery.run("--output-dir", str(third), *options)
    assert refused.code == 1
    assert "version: must not hold '+'" in refused.out
    assert "Traceback" not in refused.out + refused.err
    assert list(third.iterdir()) == []


# The functions behind it.


def test_the_door_says_what_is_wrong_before_and_after_there_is_a_folder(
    capsys: pytest.CaptureFixture[str],
) -> None:
    environment = Environment(extensions=[CookiecutterDoor])
    context = {"profile": "nginx", "maintainer": "x"}
    check = environment.from_string(cookiecutter_door.CHECK)
    assert check.render(cookiecutter=context) == ""
    assert "warning: cpus: is missing" in capsys.readouterr().err

    context["version"] = "latest"
    with pytest.raises(FailedHookException):
        check.render(cookiecutter=context)
    said = capsys.readouterr().err
    assert said.startswith("version: must be a version")
    assert said.endswith(f" {again(context)}\n")
    name = environment.from_string(cookiecutter_door.file_name("nginx.conf"))
    with pytest.raises(UndefinedError, match="version: must be a version"):
        name.render(cookiecutter=context)


@pytest.mark.parametrize("answer", ["{{ 1 }}", 'a\'b"""\\', "{% raw %}", "\r\n\t", "é😀", ""])
def test_an_answer_is_not_a_template(answer: str) -> None:
    environment = Environment(extensions=[CookiecutterDoor])
    assert environment.from_string(answer).render() == answer


def test_the_answers_of_other_profiles_are_dropped() -> None:
    context = {
        "profile": "nginx",
        "maintainer": "x",
        "python": "3.12",
        "server": "gunicorn a:b",
        "command": "x",
    }
    found = project(context)
    assert found.file("nginx.conf") == "nginx.conf"
    assert found.file("gunicorn.conf.py") == ""
    text = "imgen: 1\nprofile: nginx\nname: app\nversion: 0.1.0\nmaintainer: x\n"
    assert found.spec.startswith(text)
    assert set(load(found.spec, source="").value).isdisjoint(["python", "server", "command"])


@pytest.mark.parametrize("name", ["", "no-such", "_base"])
def test_an_unknown_profile_is_refused(name: str) -> None:
    with pytest.raises(SpecError, match=r"^profile: must be one of generic, "):
        project({"profile": name})


# The stand-in for pydantic.


@contextmanager
def world_without_pydantic() -> Iterator[None]:
    """Import the program's modules anew where there is no pydantic; afterwards all is as before."""
    kept = {name: module for name, module in sys.modules.items() if _is_swapped(name)}
    for name in kept:
        del sys.modules[name]
    sys.modules["pydantic"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        for name in [name for name in sys.modules if _is_swapped(name)]:
            del sys.modules[name]
        sys.modules.update(kept)


def _is_swapped(module: str) -> bool:
    return module == "pydantic" or module.partition(".")[0] in ("generator", "profiles")


def findings(paths: Iterable[Path]) -> list[str]:
    """What the models that are importable now make of specs: an image, or what is wrong."""
    import profiles as imported

    found = []
    for path in paths:
        values = dict(load(path.read_text(encoding="utf-8"), source=path.name).value)
        values.pop("imgen", None)
        model = imported.get(str(values.pop("profile")))
        try:
            made = model(**values)
        except ValueError as error:
            details = error.errors()  # type: ignore[attr-defined]
            found += [_fault(detail) for detail in details]
        else:
            found += [f"{made.image()}", *map(str, made.check())]
    return found


def _fault(detail: dict[str, Any]) -> str:
    error = detail["ctx"]["error"] if detail["type"] == "value_error" else ""
    return f"{detail['type']} {detail['loc']} {error}"


def test_the_stand_in_computes_the_same_images() -> None:
    specs = [case.folder / SPEC_NAME for case in CASES]
    expected = findings(specs)
    with world_without_pydantic():
        assert findings(specs) == expected
        assert "profiles._plain_model" in sys.modules


def test_the_stand_in_finds_the_same_faults() -> None:
    names = ("hostile-keys", "missing-fields", "nginx-fields", "numbers", "unknown-fields")
    specs = [GOLDEN / "errors" / f"{name}.yaml" for name in (*names, "wrong-shapes")]
    expected = findings(specs)
    kinds = {fault.partition(" ")[0] for fault in expected}
    assert kinds >= {"value_error", "missing", "extra_forbidden", "list_type", "dict_type"}
    with world_without_pydantic():
        assert findings(specs) == expected


def test_the_door_opens_without_pydantic() -> None:
    contexts = [{"profile": name, "maintainer": "x", "command": "x"} for name in profiles.names()]
    expected = [project(context).spec for context in contexts]
    with world_without_pydantic():
        door = import_module("generator.cookiecutter_door")
        assert [door.project(context).spec for context in contexts] == expected


def test_the_stand_in_describes_its_errors() -> None:
    with world_without_pydantic():
        model = import_module("profiles._fields").Resources
        with pytest.raises(ValueError, match="self") as caught:
            model(self="1")
    assert str(caught.value) == "('self',): extra_forbidden"
