"""What the parts of the project promise each other."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import generator
import profiles
from generator.answers import hint_at
from generator.artefacts import fields
from generator.build_tools import manifests
from profiles._base import Profile
from profiles._model import Model
from tests.helpers import GOLDEN, ROOT, run_python

NAMES = profiles.names()
TEMPLATES = ROOT / "templates"
SOURCES = sorted([*(ROOT / "generator").glob("*.py"), *(ROOT / "profiles").glob("*.py")])


# A profile is a module and a folder of that name.


def test_profiles_are_named_like_their_modules() -> None:
    modules = {path.stem for path in (ROOT / "profiles").glob("[!_]*.py")}
    assert {name.replace("-", "_") for name in NAMES} == modules
    assert sorted(NAMES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_profile_is_the_one_class_of_its_module(name: str) -> None:
    model = profiles.get(name)
    assert issubclass(model, Profile)
    module = sys.modules[model.__module__]
    own = [
        found
        for found in vars(module).values()
        if isinstance(found, type)
        and issubclass(found, Profile)
        and found.__module__ == module.__name__
    ]
    assert own == [model]


@pytest.mark.parametrize(
    "name",
    ["_base", "base", "nginx.py", "NGINX", "python_alpine", "../generator/cli", "", "nothing"],
)
def test_nothing_else_is_a_profile(name: str) -> None:
    with pytest.raises(KeyError):
        profiles.get(name)


def test_each_profile_has_its_folder_of_templates_and_no_folder_is_left_over() -> None:
    assert {path.name for path in TEMPLATES.iterdir()} == {*NAMES, "_practices", "_shared"}
    for name in NAMES:
        assert (TEMPLATES / name / "Dockerfile.j2").is_file()


def test_every_template_is_used() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.j2")}
    everything = "\n".join(texts.values())
    for practice in (TEMPLATES / "_practices").iterdir():
        literal = f'"_practices/{practice.name}"' in everything
        computed = (
            practice.stem.startswith("python_")
            and '"_practices/python_" ~ image.manager' in everything
        )
        assert literal or computed, f"{practice.name} is used by no template"


def test_every_practice_says_what_it_is_for() -> None:
    for practice in (TEMPLATES / "_practices").iterdir():
        assert re.match(r"\{# .+ #\}\n", practice.read_text(encoding="utf-8")), practice.name


def test_templates_only_place_values() -> None:
    for path in TEMPLATES.rglob("*.j2"):
        text = path.read_text(encoding="utf-8")
        assert "{% macro" not in text, path
        assert "{% extends" not in text, path
        called = re.findall(r"image\.[a-z_.]+\(", text)
        assert [call for call in called if not call.endswith(".items(")] == [], path


@pytest.mark.parametrize("name", NAMES)
def test_each_profile_has_a_golden_case(name: str) -> None:
    assert list((GOLDEN / name).glob("*/imgen.yaml"))


def test_no_golden_folder_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {*NAMES, "errors"}
    for case in (folder for name in NAMES for folder in (GOLDEN / name).iterdir()):
        assert (case / "imgen.yaml").is_file(), case


# Fields are described once, and their descriptions serve everywhere.


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_description(name: str) -> None:
    for path, _, description in fields(profiles.get(name)):
        assert re.fullmatch(r"(?:[A-Z]|nginx |npm ).*\.", description), path
        assert len(description) <= 200, path


def models(kind: type[Model]) -> list[type[Model]]:
    return [kind, *(inner for child in kind.__subclasses__() for inner in models(child))]


def test_a_field_is_described_where_it_is_defined_and_nowhere_else() -> None:
    for name in NAMES:
        profiles.get(name)
    texts: dict[str, list[str]] = {}
    for model in models(Model):
        if model.__module__.startswith("profiles."):
            for field in model.__annotations__:
                if field in model.model_fields:
                    description = model.model_fields[field].description or ""
                    texts.setdefault(description, []).append(f"{model.__name__}.{field}")
    assert [where for where in texts.values() if len(where) > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_question_is_a_field_and_stands_once(name: str) -> None:
    questions = profiles.get(name).QUESTIONS
    assert len(set(questions)) == len(questions)
    assert [key for key in questions if hint_at(profiles.get(name), key) is None] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_required_field_is_asked_for(name: str) -> None:
    required = {
        path
        for path, default, _ in fields(profiles.get(name))
        if default == "required" and "." not in path
    }
    assert required <= set(profiles.get(name).QUESTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_a_summary_is_one_line(name: str) -> None:
    assert re.fullmatch(r"[A-Z].{10,90}\.", profiles.get(name).SUMMARY)


def test_no_field_hides_a_method_that_templates_use() -> None:
    taken = {"items", "keys", "values", "copy", "get", "pop", "update"}
    for model in models(Model):
        assert not taken & set(model.model_fields), model


def test_what_only_installs_is_known_for_four_tools() -> None:
    assert manifests("npm ci --ignore-scripts") == ("package.json", "package-lock.json")
    assert manifests("go mod download") == ("go.mod", "go.sum")
    assert manifests("npm run build") == ()
    assert manifests("") == ()


# Modules are loaded where they are used, and the light ones stay light.

HEAVY = {
    "pydantic",
    "jinja2",
    "yaml",
    "questionary",
    "cookiecutter",
    "importlib.metadata",
    "difflib",
    "prompt_toolkit",
    "rich",
}
LOADED = "import sys; print(*sorted(set(sys.modules)))"


def loaded(code: str, cwd: Path) -> set[str]:
    """The heavy modules that a program has loaded at its end."""
    done = run_python("-c", code, cwd=cwd)
    assert done.returncode == 0, done.stderr.decode()
    return HEAVY & set(done.stdout.decode().splitlines()[-1].split())


def command(*arguments: str) -> str:
    start = f"import sys\nsys.argv = ['imgen', *{arguments!r}]\nfrom generator.cli import run\n"
    return f"{start}run()\n{LOADED}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("generate", "--help"),
        ("completion", "bash"),
        ("tags", "1.4.2"),
        ("generat",),
    ],
    ids=" ".join,
)
def test_short_commands_load_nothing_heavy(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert loaded(command(*arguments), tmp_path) <= (
        {"difflib"} if arguments == ("generat",) else set()
    )


@pytest.mark.parametrize("example", ["flask-api", "spa"])
def test_generate_loads_neither_questions_nor_diffs(example: str, tmp_path: Path) -> None:
    spec = ROOT / "examples" / example / "imgen.yaml"
    found = loaded(command("generate", str(spec), "--dry-run"), tmp_path)
    assert {"jinja2", "yaml"} <= found <= {"pydantic", "jinja2", "yaml", "importlib.metadata"}


@pytest.mark.parametrize(
    "code",
    [
        "import generator",
        "import generator.jinja_ext",
        "import profiles; profiles.names()",
        "from generator import compatible_tags",
    ],
)
def test_light_parts_stay_light(code: str, tmp_path: Path) -> None:
    assert loaded(f"{code}\n{LOADED}", tmp_path) <= {"jinja2"}


def test_the_public_names_are_there() -> None:
    for name in generator.__all__:
        assert getattr(generator, name) is not None
    with pytest.raises(AttributeError, match=r"module 'generator' has no attribute 'nothing'"):
        generator.nothing  # noqa: B018


# Text that must not be there.


def test_no_source_calls_what_changes_with_the_day_or_the_machine() -> None:
    pattern = re.compile(r"\b(?:uuid|random|socket|getpass|platform)\b")
    for path in SOURCES:
        imported = {
            alias.name
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert not {name for name in imported if pattern.fullmatch(name)}, path


def test_the_checkout_holds_no_machine_paths() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "generator", "profiles", "templates",
            "tests", "examples"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    for name in listed.stdout.splitlines():
        text = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        assert b"/work" + b"/main" not in text, name
