"""Reading YAML: every scalar is text, every value has a place, and no text takes long."""

import time

import pytest
import yaml

from generator.document import MAX_CHARACTERS, MAX_NODES, dump, load
from generator.errors import SpecError


def values(text: str) -> object:
    return load(text, source="spec").value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("python: 3.10", {"python": "3.10"}),
        ("n: 08", {"n": "08"}),
        ("n: 0x1F", {"n": "0x1F"}),
        ("n: 1_000", {"n": "1_000"}),
        ("n: 1e3", {"n": "1e3"}),
        ("n: .inf", {"n": ".inf"}),
        ("debug: true", {"debug": "true"}),
        ("spa: yes", {"spa": "yes"}),
        ("day: 2026-11-01", {"day": "2026-11-01"}),
        ("user: 10001:10001", {"user": "10001:10001"}),
        ("user: 12:30", {"user": "12:30"}),
        ("1: 2", {"1": "2"}),
        ("yes: no", {"yes": "no"}),
        ("a: !!int '1'", {"a": "1"}),
        ("a: !!python/object/apply:os.system [id]", {"a": ["id"]}),
    ],
)
def test_every_scalar_stays_text(text: str, value: object) -> None:
    assert values(text) == value


@pytest.mark.parametrize("empty", ["", " ", "~", "null", "# nothing"])
def test_an_empty_scalar_is_nothing(empty: str) -> None:
    assert values(f"a: {empty}") == {"a": None}


@pytest.mark.parametrize("quoted", ["''", '""', "'null'", '"~"', "'true'"])
def test_a_quoted_scalar_is_text(quoted: str) -> None:
    assert values(f"a: {quoted}") == {"a": quoted[1:-1]}


def test_each_value_has_a_place() -> None:
    document = load("a: 1\nb:\n  c: [x, y]\n  'd.e': {f: g}\n", source="spec")
    assert document.place("a") == (1, 4)
    assert document.place("b.c.1") == (3, 10)
    assert document.place("b.d.e.f") == (4, 14)
    assert document.places["b.c[key]"] == (3, 3)


def test_what_is_not_there_has_the_place_around_it() -> None:
    document = load("a: 1\nb:\n  c: 2\n", source="spec")
    assert document.place("b.missing.deeper") == (3, 3)
    assert document.place("missing") == (1, 1)


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter() -> None:
    assert values("\ufeffa: 1\r\nb: 2\r\n") == {"a": "1", "b": "2"}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BOMB, id="aliases of aliases"),
        pytest.param("a: &a [*a]", id="an alias of itself"),
        pytest.param("&a\na: *a", id="a root in itself"),
        pytest.param("a: " + "[" * 19_000, id="open brackets"),
        pytest.param("a: " + "[" * 900 + "]" * 900, id="brackets"),
        pytest.param("a: " + "{b: " * 900 + "}" * 900, id="braces"),
        pytest.param("a: " + "[" * 100_000, id="many open brackets"),
        pytest.param("a:\n " + "- " * 19_000 + "x", id="dashes"),
        pytest.param("? " * 19_000 + "x", id="question marks"),
        pytest.param("".join(f"{' ' * n}a:\n" for n in range(600)), id="indents"),
        pytest.param("".join(f"{' ' * n}a:\n" for n in range(400)), id="fewer indents"),
        pytest.param("".join(f"k{n}: 1\n" for n in range(MAX_NODES + 1)), id="keys"),
        pytest.param("a: " + "x" * MAX_CHARACTERS, id="a long scalar"),
        pytest.param(".".join("a" * 100) + ": 1", id="a key of many parts"),
        pytest.param("a: \0", id="a NUL"),
        pytest.param("a: \x1b[2J", id="an escape character"),
    ],
)
def test_a_hostile_document_is_refused_soon(text: str) -> None:
    started = time.process_time()
    with pytest.raises(SpecError, match=r"^spec:[0-9]+:[0-9]+: (?:is|has) "):
        load(text, source="spec")
    assert time.process_time() - started < 3


@pytest.mark.parametrize(
    "value",
    [
        {"a": "3.10", "b": "true", "c": "null", "d": "", "e": "08", "f": "~", "g": "2026-11-01",
        "h": "yes"},
        {"a": ["x: y", "- z", "#", "'", '"', "{", "[", "&a", "*a", "!b", "%", "@", "`"]},
        {"a": {"b": {"c": "d"}}, "e": [["f"]], "g": {}, "h": []},
        {"a": "Grüße $HOME \\ 'x' \"y\"", "b": "x" * 300, "c": " a ", "d": "a:  b"},
    ],
    ids=["words", "marks", "nested", "text"],
)  # fmt: skip
def test_what_is_written_is_read_again(value: dict[str, object]) -> None:
    assert values(dump(value)) == value


def test_a_spec_is_written_one_value_a_line() -> None:
    spec = {"imgen": 1, "name": "shop", "env": {"A": "1"}, "include": ["src", "web"], "spa": True}
    assert dump(spec) == "imgen: 1\nname: shop\nenv: {A: '1'}\ninclude: [src, web]\nspa: true\n"


@pytest.mark.parametrize(
    "text",
    [
        "a: ''\nb:\nc: ~\nd: 'x'\n", "a: 1\n---\nb: 2\n", "a: [", "a: *b", "a: &a [*a]",
        "a: " + "[" * 5_000,
        "a:\n\tb: 1", "a: b: c", BOMB,
    ],
    ids=lambda text: ascii(text)[:30],
)  # fmt: skip
def test_the_slower_loader_reads_the_same(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # PyYAML has both, and only one of them where it was built without libyaml.
    fast = outcome(text)
    monkeypatch.setattr("generator.document._Loader", yaml.BaseLoader)
    assert outcome(text) == fast


def outcome(text: str) -> object:
    try:
        return values(text)
    except SpecError:
        return "refused"
