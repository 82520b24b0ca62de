"""Whatever a spec holds: a clean refusal, or files that say exactly what it says."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from io import BytesIO, TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import profiles
from generator import cli, commands, quantity
from generator.answers import checks, spec_text, unwrapped
from generator.document import dump, load
from generator.errors import SpecError
from generator.spec import from_values, parse
from profiles._base import Profile
from profiles._model import Model
from tests.helpers import CASES, TODAY, Case
from tests.roundtrip import generated, start, verify
from tests.texts import ACCEPTED, HOSTILE, REFUSED

PROFILES = profiles.names()
SPECS: list[dict[str, Any]] = [dict(load(case.text(), source=str(case)).value) for case in CASES]

PIECES = [
    "\n", "\r", "\t", "\v", "\f", "\0", "\x1b", "\x85", "\u2028", "\u200b", "\u00a0", "e\u0301",
    " ", '"', "'", "`", "\\", "$",
    "$HOME", "${X}", "$(id)", "%{x}", "#", "# escape=`\n", "{{", "}}", "{%", "%}", "<<EOF", "&&",
    ";", "|", ">", "--x", "[", "]",
    "{", "}", "=", "a", "0", "٣", "é", "/", "..", ":", "@", "*", "!", "~",
]  # fmt: skip
pieces = st.lists(st.sampled_from(PIECES), max_size=6).map("".join)
hostile = st.one_of(
    pieces,
    st.text(max_size=20),
    st.sampled_from(HOSTILE),
    st.sampled_from([value for row in REFUSED.values() for value in row if isinstance(value, str)]),
)
HEAD = {"imgen": "1", "name": "shop", "version": "1.0.0", "maintainer": "Me"}


def accepted(text: str) -> bool:
    """Whether a text is a line that a person may write where any line is allowed."""
    values = {**HEAD, "profile": "generic", "command": ["a"], "env": {"A": text}}
    try:
        from_values(values)
    except SpecError:
        return False
    return True


free = st.one_of(pieces, st.text(max_size=30)).filter(accepted)


def outcome(values: Mapping[str, Any]) -> Profile | None:
    """The profile of a spec whose files are right, or None if the spec is refused."""
    try:
        profile = from_values(values, today=TODAY).profile
    except SpecError as error:
        refused = error.problems
    else:
        verify(profile)
        return profile
    assert all(str(problem).isprintable() for problem in refused)
    return None


# Any value at any place of a real spec.


def leaves(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path


def replaced(value: Any, path: tuple[object, ...], new: object, *, key: bool) -> Any:
    """A copy of a value with another value, or another key, at a path."""
    head, *rest = path
    if isinstance(value, list):
        inner = replaced(value[int(str(head))], tuple(rest), new, key=key) if rest else new
        return [inner if index == head else item for index, item in enumerate(value)]
    if rest:
        return {**value, head: replaced(value[head], tuple(rest), new, key=key)}
    return {
        (new if key and each == head else each): (new if not key and each == head else inner)
        for each, inner in value.items()
    }


@settings(max_examples=500)
@given(data=st.data())
def test_hostile_text_anywhere_in_a_real_spec_does_no_harm(data: st.DataObject) -> None:
    spec = data.draw(st.sampled_from(SPECS))
    path = data.draw(st.sampled_from(sorted(set(leaves(spec)), key=str)))
    text = data.draw(hostile)
    key = isinstance(path[-1], str) and data.draw(st.booleans())
    outcome(replaced(spec, path, text, key=key))


@pytest.mark.parametrize(
    "text",
    ["a\nRUN id", 'x"\\', "$HOME `id`", "--flag", "a\\", "<<EOF", "{{ 7*7 }}", "a;{}b"],
    ids=ascii,
)
def test_hostile_text_in_each_place_of_each_spec_does_no_harm(text: str) -> None:
    # Where a profile refuses a text, it refuses it in each of its specs.
    refused: set[tuple[object, ...]] = set()
    for spec in SPECS:
        for path in leaves(spec):
            place = (spec["profile"], *path)
            if path[0] in ("imgen", "profile") or place in refused:
                continue
            if outcome(replaced(spec, path, text, key=False)) is None:
                refused.add(place)


# Any values of the types that the models name.


def good(hint: Any) -> st.SearchStrategy[object]:
    check = next((mark.function for mark in checks(hint)), None)
    rows = {
        **ACCEPTED,
        quantity.cpus: ["0.5", "2", "1500m", "auto"],
        quantity.memory: ["512Mi", "1Gi"],
    }
    if check in rows:
        return st.sampled_from(rows[check])
    enum = next((mark.schema.get("enum") for mark in checks(hint) if "enum" in mark.schema), None)
    if enum:
        return st.sampled_from(enum)
    numbers = next((mark.schema for mark in checks(hint) if "minimum" in mark.schema), None)
    if numbers:
        return st.integers(numbers["minimum"], numbers["maximum"]).map(str)
    return st.sampled_from(["true", "false", "default", "none", "public"])


def field(hint: Any) -> st.SearchStrategy[object]:
    kind = unwrapped(hint)
    if get_origin(kind) is list:
        return st.lists(field(get_args(kind)[0]), max_size=3)
    if get_origin(kind) is dict:
        key, value = get_args(kind)
        return st.dictionaries(field(key), field(value), max_size=3)
    if isinstance(kind, type) and issubclass(kind, Model):
        return model(kind)
    # Mostly good, or hardly a spec would get past the first check.
    return st.integers(0, 15).flatmap(lambda number: hostile if number == 0 else good(hint))


@cache
def model(kind: type[Model]) -> st.SearchStrategy[dict[str, object]]:
    hints = get_type_hints(kind, include_extras=True)
    known = {name: field(hints[name]) for name in kind.model_fields}
    required = {
        name: known.pop(name) for name, info in kind.model_fields.items() if info.is_required()
    }
    # A few of the optional fields: many together contradict each other.
    some = (
        st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True) if known else st.just([])
    )
    return some.flatmap(
        lambda names: st.fixed_dictionaries({**required, **{name: known[name] for name in names}})
    )


@pytest.mark.parametrize("name", PROFILES)
@settings(max_examples=150)
@given(data=st.data())
def test_any_values_of_a_profile_do_no_harm(name: str, data: st.DataObject) -> None:
    values = data.draw(model(profiles.get(name)))
    if data.draw(st.booleans()):
        values |= HEAD
    outcome({"imgen": "1", "profile": name, **values})


def test_the_strategies_reach_valid_specs() -> None:
    valid = 0

    @settings(max_examples=100)
    @given(data=st.data())
    def count(data: st.DataObject) -> None:
        nonlocal valid
        name = data.draw(st.sampled_from(PROFILES))
        valid += (
            outcome({"profile": name, **data.draw(model(profiles.get(name))), **HEAD}) is not None
        )

    count()
    assert valid >= 10


# Free text comes back.


@settings(max_examples=100)
@given(
    values=st.dictionaries(st.sampled_from(["A", "B_C", "d1"]), free),
    texts=st.lists(free, max_size=3),
    word=free,
)
def test_free_text_comes_back_from_every_file(
    values: dict[str, str], texts: list[str], word: str
) -> None:
    spec = {
        **HEAD, "profile": "generic", "env": values, "command": ["/app/run", *texts],
        "labels": {"com.example.a": word},
        "healthcheck": {"command": ["/app/check", *texts]}, "insecure_defaults": {"PASSWORD": word},
    }  # fmt: skip
    profile = outcome(spec)
    assert profile
    with TemporaryDirectory() as folder:
        script = generated(profile)["entrypoint.sh"]
        done = start(script, "printenv", "PASSWORD", folder=Path(folder), given={})
    assert done.stdout.decode() == f"{word}\n"


@settings(max_examples=60)
@given(text=free.map(str.strip).filter(lambda text: 0 < len(text) < 200))
def test_free_text_comes_back_from_the_labels(text: str) -> None:
    assert outcome({**HEAD, "profile": "nginx", "maintainer": text, "description": text})


step = st.tuples(pieces, st.sampled_from(ACCEPTED[commands.shell_step]), pieces).map("".join)


@settings(max_examples=300)
@given(steps=st.lists(step, min_size=1, max_size=3))
def test_a_build_command_stays_inside_its_step(steps: list[str]) -> None:
    build = {"image": "debian:trixie", "run": steps, "artifacts": {"/src/a": "/usr/local/bin/a"}}
    outcome({**HEAD, "profile": "generic", "command": ["a"], "build": build})


# A spec that imgen writes is the same spec.


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_written_spec_gives_the_same_files(case: Case) -> None:
    document = load(case.text(), source="imgen.yaml")
    values = {
        key: value for key, value in document.value.items() if key not in ("imgen", "profile")
    }
    profile = case.spec().profile
    text = spec_text(document.value["profile"], values, profile)
    assert generated(parse(text, source="again", today=TODAY).profile) == generated(profile)


@settings(max_examples=100)
@given(data=st.data())
def test_any_valid_spec_survives_being_written(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(PROFILES))
    values = {
        **data.draw(model(profiles.get(name))),
        **{key: HEAD[key] for key in ("name", "version", "maintainer")},
    }
    profile = outcome({"imgen": "1", "profile": name, **values})
    if profile:
        again = parse(spec_text(name, values, profile), source="again", today=TODAY).profile
        assert again == profile


# The order of what has none does not matter (S2.21).

SEQUENCES = ("artifacts", "command", "files", "constraints", "proxy", "run")


def shuffled(value: Any, draw: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        items = draw(st.permutations(list(value.items())))
        return {key: shuffled(inner, draw, key) for key, inner in items}
    if isinstance(value, list) and name not in SEQUENCES:
        return draw(st.permutations(value))
    return value


@pytest.mark.parametrize("case", CASES, ids=str)
@settings(max_examples=5)
@given(data=st.data())
def test_shuffled_input_gives_the_same_bytes(case: Case, data: st.DataObject) -> None:
    mixed = shuffled(dict(load(case.text(), source="imgen.yaml").value), data.draw)
    assert generated(from_values(mixed, today=TODAY).profile) == generated(case.spec().profile)


# No input ends in a traceback.


def run_cli(text: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run the command line in this process, with a text on standard input."""
    monkeypatch.setattr(sys, "argv", ["imgen", "generate", "-", "--stdout"])
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(text)))
    return cli.run()


def mutated(text: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for start_, length, new in changes:
        at = start_ % (len(text) + 1)
        text = text[:at] + new + text[at + length :]
    return text


bits = st.sampled_from([b"", b"\n", b"\t", b"  ", b": ", b"- ", b"{", b"}", b"[", b"]", b'"', b"'",
    b"&a ", b"*a", b"!", b"|\n", b">",
                        b"#", b"%", b"@", b"---\n", b"...\n", b"<<: ", b"? ", b"\xff", b"\x00",
                        b"\xef\xbb\xbf", b"~", b"0", b"\xc3\xa9"])  # fmt: skip
changes = st.lists(
    st.tuples(st.integers(0, 2000), st.integers(0, 30), st.one_of(bits, st.binary(max_size=4))),
    min_size=1,
    max_size=4,
)


@settings(max_examples=300)
@given(case=st.sampled_from(CASES), edits=changes)
def test_a_mutated_spec_never_ends_in_a_traceback(
    case: Case, edits: list[tuple[int, int, bytes]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert run_cli(mutated(case.text().encode(), edits), patch) in (0, 2)


@settings(max_examples=100)
@given(
    text=st.one_of(
        st.binary(max_size=60),
        st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_never_end_in_a_traceback(text: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        assert run_cli(text, patch) in (0, 2)


@settings(max_examples=100)
@given(
    value=st.recursive(
        st.one_of(st.text(), st.booleans(), st.integers()),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_any_plain_value_can_be_written(value: object) -> None:
    assert load(dump({"a": value}), source="a").value.keys() == {"a"}


def test_every_script_is_one_to_sh(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        script = tmp_path / f"{number}.sh"
        script.write_text(generated(case.spec().profile)["entrypoint.sh"], encoding="utf-8")
        subprocess.run(["sh", "-n", str(script)], check=True)
