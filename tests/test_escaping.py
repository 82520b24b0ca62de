"""Nasty values in every place of the generated files, read back by that place's own rules."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from generator import jinja_ext
from generator.image import Expanded
from generator.spec import from_values
from profiles._base import Profile
from tests import nginx_conf
from tests.dockerfiles import decoded, exec_form, flag, instructions, mounts, pairs, stages
from tests.helpers import TODAY
from tests.roundtrip import generated, start, verify

NASTY = [
    "", " ", "  a  b  ", "'", '"', "\\", "\\\\", 'a"b', "a'b", "a\\b", "\\n", '\\"', "$", "$$",
    "$HOME", "${HOME}",
    "${HOME:-x}", "\\$HOME", "$(id)", "`id`", "#", "# x", "a # b", "a=b", "=", "a;b", "a&&b", "a|b",
    "a>b", "<<EOF", "EOF",
    "{{ x }}", "{% x %}", "%{x}", "%%{x}", "$${x}", "[1]", '["a"]', "--flag", "-", "*", "?", "~",
    "!", "Grüße", "日本語",
    "\U0001f600", "\u00a0", "a\\", 'a\\"', "ends with $", "'$HOME'", '"$HOME"', "%s%n", "\\c",
    "\\0", "a\\\\",
]  # fmt: skip


def profile(**values: object) -> Profile:
    head = {"imgen": 1, "profile": "generic", "name": "a", "version": "1", "maintainer": "Me"}
    return from_values({**head, "command": ["/app/run"], **values}, today=TODAY).profile


@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_a_value_comes_back_from_every_place(value: str, tmp_path: Path) -> None:
    made = profile(
        env={"A": value, "B": value},
        labels={"com.example.a": value},
        command=["/app/run", value, value],
        healthcheck={"command": ["/app/check", value]},
        insecure_defaults={"PASSWORD": value},
        outputs=["bake"],
    )
    verify(made)
    script = generated(made)["entrypoint.sh"]
    done = start(script, "printenv", "PASSWORD", folder=tmp_path, given={})
    assert (done.returncode, done.stdout.decode()) == (0, f"{value}\n")
    if value:
        message = f"WARNING: PASSWORD has the default '{value}' that everyone knows"
        assert message in done.stderr.decode()


@pytest.mark.parametrize("value", [value for value in NASTY if value.strip()], ids=ascii)
def test_a_text_comes_back_from_the_labels(value: str) -> None:
    verify(profile(maintainer=value, description=value))


@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_a_secret_is_handed_on_as_it_is(value: str, tmp_path: Path) -> None:
    script = generated(profile(secrets=["DATABASE_URL"]))["entrypoint.sh"]
    if not value:
        return
    done = start(script, "printenv", "DATABASE_URL", folder=tmp_path, given={"DATABASE_URL": value})
    assert done.stdout.decode() == f"{value}\n"
    file = tmp_path / "secret"
    file.write_bytes(value.encode() + b"\n")
    given = {"DATABASE_URL_FILE": str(file)}
    done = start(script, "printenv", "DATABASE_URL", folder=tmp_path, given=given)
    assert done.stdout.decode() == f"{value}\n"


def test_a_missing_secret_stops_the_start(tmp_path: Path) -> None:
    script = generated(profile(secrets=["DATABASE_URL"]))["entrypoint.sh"]
    done = start(script, "echo", "started", folder=tmp_path, given={})
    assert (done.returncode, done.stdout) == (64, b"")
    assert b"DATABASE_URL is not set" in done.stderr


def test_a_secret_from_two_sources_stops_the_start(tmp_path: Path) -> None:
    script = generated(profile(secrets=["A"]))["entrypoint.sh"]
    done = start(script, "true", folder=tmp_path, given={"A": "x", "A_FILE": "/dev/null"})
    assert (done.returncode, done.stdout) == (64, b"")
    assert b"A or A_FILE, not both" in done.stderr


def test_a_secret_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    script = generated(profile(secrets=["A"]))["entrypoint.sh"]
    done = start(script, "echo", "started", folder=tmp_path, given={"A_FILE": "/nowhere"})
    assert done.returncode != 0
    assert done.stdout == b""


def test_a_given_password_replaces_the_default_without_a_warning(tmp_path: Path) -> None:
    script = generated(profile(insecure_defaults={"A": "demo"}))["entrypoint.sh"]
    done = start(script, "printenv", "A", folder=tmp_path, given={"A": "own"})
    assert (done.stdout, done.stderr) == (b"own\n", b"")


def test_the_app_takes_the_place_of_the_script(tmp_path: Path) -> None:
    script = generated(profile())["entrypoint.sh"]
    done = start(script, "sh", "-c", "exit 7", folder=tmp_path, given={})
    assert done.returncode == 7


@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_a_quoted_value_is_one_word_of_the_builder(value: str) -> None:
    word = jinja_ext.quoted(value)
    text = f'FROM a:1\nENV A={word} B="c"\nLABEL a={word}\nARG A={word}\n'
    _, env, label, arg = instructions(text)
    assert [(key, decoded(word)) for key, word in pairs(env)] == [("A", value), ("B", "c")]
    assert [(key, decoded(word)) for key, word in pairs(label)] == [("a", value)]
    assert [(key, decoded(word)) for key, word in pairs(arg)] == [("A", value)]


@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_a_word_of_a_command_is_not_touched(value: str) -> None:
    _, command = instructions(f"FROM a:1\nCMD {jinja_ext.exec_form(['a', value])}\n")
    assert exec_form(command) == ["a", value]


@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_a_word_of_the_shell_is_one_word(value: str) -> None:
    script = f"printf '<%s>' {jinja_ext.shell(value)}\n"
    done = subprocess.run(["sh"], input=script.encode(), capture_output=True, check=True)
    assert done.stdout.decode() == f"<{value}>"


@pytest.mark.parametrize("value", NASTY, ids=ascii)
def test_a_string_of_the_bake_file_has_no_template_in_it(value: str) -> None:
    text = json.loads(jinja_ext.hcl(value))
    escaped = re.compile(r"([$%])\1\{")
    assert escaped.sub(r"\1{", text) == value
    assert not re.search(r"[$%]\{", escaped.sub("", text))


def test_imgens_own_values_may_expand() -> None:
    assert jinja_ext.quoted(Expanded('/a"b:$PATH')) == '"/a\\"b:$PATH"'
    assert decoded('"/a:$PATH"', {"PATH": "/b"}) == "/a:/b"


def test_lists_are_written_one_item_a_line() -> None:
    assert jinja_ext.continued(["a", "b"], 4) == "a \\\n    b"
    assert jinja_ext.assignments({"A": "1", "B": "x y"}) == ['A="1"', 'B="x y"']
    assert jinja_ext.options(["a", "b"], "-r") == "-r a -r b"
    assert (
        jinja_ext.mounts(["type=a", "type=b"]) == "--mount=type=a \\\n    --mount=type=b \\\n    "
    )
    assert jinja_ext.mounts([]) == ""


@pytest.mark.parametrize("word", ['"open', "'open", "dangling\\", "$HOME", '"$HOME"', "${X}"])
def test_the_reader_of_words_refuses_what_the_builder_would_change(word: str) -> None:
    with pytest.raises(ValueError, match=r"quote|dangles|expand"):
        decoded(word)


@pytest.mark.parametrize(
    ("word", "text"),
    [("a", "a"), ('"a b"', "a b"), ("'$a\\'", "$a\\"), (r"a\ b", "a b"), (r'"\a\"\$\\"',
        r"\a" + '"$\\'), ("a'b'\"c\"", "abc")],
)  # fmt: skip
def test_the_reader_of_words_knows_the_builders_rules(word: str, text: str) -> None:
    assert decoded(word) == text


def test_the_reader_of_dockerfiles_knows_flags_and_mounts() -> None:
    (stage,) = stages(
        "ARG X=1\nFROM a:1 AS b\nRUN --mount=type=cache,target=/x true\nCOPY --link --from=b c /d\n"
    )
    run, copy = stage.of("RUN", "COPY")
    assert (stage.base, stage.name) == ("a:1", "b")
    assert mounts(run) == [{"type": "cache", "target": "/x"}]
    assert (flag(copy, "link"), flag(copy, "from"), flag(copy, "chmod")) == ("", "b", None)


@pytest.mark.parametrize("text", ["a", "a {", "}", "a;}", 'a "b;', "a { b }", "a { b; c"])
def test_the_reader_of_nginx_conf_refuses_what_is_open(text: str) -> None:
    with pytest.raises(ValueError, match=r"after|token"):
        nginx_conf.read(text)


def test_the_reader_of_nginx_conf_knows_blocks_and_quotes() -> None:
    found = nginx_conf.read("a b \"c; d\"; # e;\nf { g 'h'; }")
    assert [each.words for each in nginx_conf.flat(found)] == [
        ("a", "b", "c; d"),
        ("f",),
        ("g", "h"),
    ]
