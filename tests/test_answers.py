"""Answers in one line of text each, and the spec that they make."""

import shlex
import subprocess
from typing import Any, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import profiles
from generator.answers import (
    hint_at,
    join,
    nest,
    parse_settings,
    quoted,
    spec_text,
    split,
    unwrapped,
)
from generator.artefacts import fields
from generator.errors import UsageError
from generator.spec import from_values, parse
from tests.helpers import TODAY

PYTHON = profiles.get("python-multistage")
NGINX = profiles.get("nginx")
GENERIC = profiles.get("generic")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("name", " shop ", "shop"),
        ("packages", "libpq5 tzdata", ["libpq5", "tzdata"]),
        ("packages", "libpq5, tzdata,", ["libpq5", "tzdata"]),
        ("packages", "[libpq5, tzdata]", ["libpq5", "tzdata"]),
        ("secrets", "A", ["A"]),
        ("env", "A=1, B = x y ,C=", {"A": "1", "B": "x y", "C": ""}),
        ("env", "A: 1, B: x=y", {"A": "1", "B": "x=y"}),
        ("env", "A=b: c", {"A": "b: c"}),
        ("env", "{A: 08, B: 'x, y'}", {"A": "08", "B": "x, y"}),
        ("command", "python -m shop --name 'a b' \"c d\"", ["python", "-m", "shop", "--name", "a b",
            "c d"]),
        ("command", "[python, -m, shop]", ["python", "-m", "shop"]),
        ("healthcheck", "/healthz", "/healthz"),
        ("healthcheck", "{path: /healthz, interval: 5}", {"path": "/healthz", "interval": "5"}),
        ("healthcheck.command", "check --all", ["check", "--all"]),
        ("server", "gunicorn shop.wsgi:app", "gunicorn shop.wsgi:app"),
        ("resources.cpus", "1.5", "1.5"),
        ("python", "3.10", "3.10"),
    ],
)  # fmt: skip
def test_a_text_becomes_what_its_field_holds(key: str, text: str, value: object) -> None:
    assert split(hint_at(PYTHON, key), text, key) == value


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("name", "shop", "shop"),
        ("packages", ["libpq5", "tzdata"], "libpq5 tzdata"),
        ("packages", [], "[]"),
        ("env", {"A": "1", "B": "x y"}, "A=1, B=x y"),
        ("env", {"A": "x, y"}, "{A: 'x, y'}"),
        ("command", ["python", "-m", "a b"], "python -m 'a b'"),
        ("server", "gunicorn shop.wsgi:app", "gunicorn shop.wsgi:app"),
        ("server", {"gunicorn": "a:b", "threads": 2}, "{gunicorn: 'a:b', threads: '2'}"),
        ("dependencies", {"manager": "uv", "groups": ["prod"]}, "{manager: uv, groups: [prod]}"),
        ("ca_bundle", True, "true"),
        ("env", {"A": "two\nlines"}, '{"A": "two\\nlines"}'),
    ],
)
def test_a_value_is_written_as_short_as_its_field_allows(
    key: str, value: object, text: str
) -> None:
    assert join(hint_at(PYTHON, key), value) == text


def test_build_commands_are_joined_by_commas_unless_they_hold_one() -> None:
    hint = hint_at(NGINX, "build.run")
    assert join(hint, ["npm ci", "npm run build"]) == "npm ci, npm run build"
    assert join(hint, ["echo a, b"]) == "['echo a, b']"


def test_a_value_that_no_text_stands_for_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^cannot be written in one line: "):
        join(hint_at(PYTHON, "env"), {"<<": "x, y"})


# Any text but half characters, which no file can hold, and the merge key of YAML.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = TEXTS.filter(lambda key: key != "<<")


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of the shape that a field holds; its own checks come later."""
    kind = unwrapped(hint)
    if get_origin(kind) is list:
        return st.lists(values_of(get_args(kind)[0]), max_size=4)
    if get_origin(kind) is dict:
        return st.dictionaries(KEYS, values_of(get_args(kind)[1]), max_size=4)
    if isinstance(kind, type) and hasattr(kind, "model_fields"):
        parts = {name: values_of(hint_at(kind, name)) for name in kind.model_fields}
        return st.fixed_dictionaries({}, optional=parts)
    return TEXTS


EVERY_FIELD = sorted(
    {(name, path) for name in profiles.names() for path, _, _ in fields(profiles.get(name))}
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(EVERY_FIELD).flatmap(lambda field: st.tuples(
    st.just(field), values_of(hint_at(profiles.get(field[0]), field[1]))
)))  # fmt: skip
def test_split_takes_what_join_wrote_for_the_same_value(
    found: tuple[tuple[str, str], Any],
) -> None:
    (profile, key), value = found
    value = value.strip() if isinstance(value, str) else value  # a lone text has no blanks around
    hint = hint_at(profiles.get(profile), key)
    assert split(hint, join(hint, value), key) == value


def test_build_commands_are_separated_by_commas() -> None:
    assert split(hint_at(NGINX, "build.run"), "npm ci, npm run build", "build.run") == [
        "npm ci",
        "npm run build",
    ]


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("env", "A", "env: must be key=value pairs joined by commas, not 'A'"),
        ("command", "python 'open",
            "command: must close its quotes and not end in a backslash, not \"python 'open\""),
        ("command", "python \\",
            "command: must close its quotes and not end in a backslash, not 'python \\\\'"),
        ("env", "{A: 1", "env: is not YAML: "),
        ("packages", "[a]]", "packages: is not YAML: "),
        ("packages", "[*a]", "packages: is not YAML: "),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_taken_apart_is_refused(key: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        nest(PYTHON, {key: text})
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "key",
    ["", ".", "nam", "name.first", "env", "QUESTIONS", "SUMMARY", "model_config", "resources.cpu",
        "resources..cpus",
     "check", "__class__", "packages.0", "healthcheck.command.0"],
)  # fmt: skip
def test_what_is_no_field_has_no_type(key: str) -> None:
    assert (hint_at(PYTHON, key) is not None) == (key == "env")


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(UsageError, match=r"^zzz: is not a field of this profile$"):
        nest(PYTHON, {"zzz": "1"})


def test_dotted_keys_make_nested_values_and_empty_answers_none() -> None:
    answers = {
        "name": "a",
        "resources.cpus": "2",
        "resources.memory": "1Gi",
        "env.A": "1",
        "port": " ",
        "description": "",
    }
    assert nest(PYTHON, answers) == {
        "name": "a",
        "resources": {"cpus": "2", "memory": "1Gi"},
        "env": {"A": "1"},
    }


@pytest.mark.parametrize(
    "answers",
    [
        {"healthcheck": "/a", "healthcheck.interval": "5"},
        {"healthcheck.interval": "5", "healthcheck": "/a"},
    ],
    ids=["whole first", "part first"],
)
def test_a_field_and_a_part_of_it_exclude_each_other(answers: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"already has a value"):
        nest(PYTHON, answers)


def test_settings_are_pairs() -> None:
    assert parse_settings(["name=a", " env = A=1,B=2", "port="]) == {
        "name": "a",
        "env": " A=1,B=2",
        "port": "",
    }


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["name"], "--set takes key=value, not 'name'"),
        (["=a"], "--set takes key=value, not '=a'"),
        ([""], "--set takes key=value, not ''"),
        (["a=1", "a=2"], "--set a: is given twice"),
    ],
)
def test_another_setting_is_refused(settings: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_settings(settings)
    assert str(caught.value) == message


def test_a_spec_is_written_with_the_types_of_its_fields_and_in_their_order() -> None:
    answers = {
        "port": "8000", "version": "1.0", "name": "shop", "maintainer": "Me",
        "server": "gunicorn a:b", "env.N": "08",
        "resources.cpus": "1500m", "ca_bundle": "yes", "python": "3.10",
    }  # fmt: skip
    values = nest(PYTHON, answers)
    profile = from_values(
        {"imgen": "1", "profile": "python-multistage", **values}, today=TODAY
    ).profile
    text = spec_text("python-multistage", values, profile)
    assert text == (
        "imgen: 1\nprofile: python-multistage\nname: shop\nversion: '1.0'\nmaintainer: Me\n"
        "python: '3.10'\nserver: gunicorn a:b\nport: 8000\nresources: {cpus: '1.5'}\n"
        "env: {N: 08}\nca_bundle: true\n"
    )
    assert parse(text, source="again", today=TODAY).profile == profile


def test_every_question_of_every_profile_has_a_type() -> None:
    for name in profiles.names():
        model = profiles.get(name)
        assert [key for key in model.QUESTIONS if hint_at(model, key) is None] == []
    assert hint_at(GENERIC, "build.artifacts") is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("a b", "'a b'"),
        ("O'Brien", '"O\'Brien"'),
        ('say "it\'s"', '"say \\"it\'s\\""'),
        ("it's $x", "'it'\"'\"'s $x'"),
        ("it's\nü", '"it\'s\nü"'),
        ("it's !x", "'it'\"'\"'s !x'"),
        ("", "''"),
        ("-x", "-x"),
    ],
)
def test_a_quoted_text_is_one_word_for_python_and_for_a_shell(text: str, expected: str) -> None:
    assert quoted(text) == expected
    assert shlex.split(quoted(text)) == [text]
    done = subprocess.run(
        ["sh", "-c", f"printf '%s' {quoted(text)}"], capture_output=True, text=True, check=True
    )
    assert done.stdout == text
