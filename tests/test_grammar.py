"""What each kind of text may hold: tables of accepted and refused values."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest

from generator import commands, grammar, packages, secrecy
from tests.texts import ACCEPTED, DIGEST, HOSTILE, REFUSED, Check


def rows(table: Mapping[Check, Sequence[object]]) -> list[object]:
    return [
        pytest.param(check, value, id=f"{check.__name__}-{ascii(value)[:40]}")
        for check, values in table.items()
        for value in values
    ]


@pytest.mark.parametrize(("check", "value"), rows(ACCEPTED))
def test_a_good_text_is_accepted(check: Check, value: str) -> None:
    check(value)


@pytest.mark.parametrize(("check", "value"), rows(REFUSED))
def test_a_bad_text_is_refused(check: Check, value: object) -> None:
    with pytest.raises(
        ValueError, match=r"must|is written|looks like|holds|changes|no sshd|one service"
    ):
        check(value)


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
@pytest.mark.parametrize("check", ACCEPTED, ids=lambda check: check.__name__)
def test_control_and_invisible_characters_are_refused_everywhere(check: Check, value: str) -> None:
    with pytest.raises(ValueError, match=r"must") as caught:
        check(value)
    assert str(caught.value).isprintable()


def test_every_kind_of_text_has_rows_in_both_tables() -> None:
    known = {
        function
        for module in (commands, grammar, secrecy)
        for function in vars(module).values()
        if callable(function) and getattr(function, "__module__", "") == module.__name__
    }
    elsewhere = {  # numbers and choices below, what others are made of, what reads a checked text
        grammar.boolean, grammar.integer, grammar.matched, grammar.one_line, grammar.one_of,
        grammar.port, grammar.shown, grammar.split_reference, grammar.normalized_package,
        secrecy.changes_code, secrecy.label_text, secrecy.public_url,
        secrecy.secret_name,
    }  # fmt: skip
    kinds = {function for function in known if not function.__name__.startswith("_")} - elsewhere
    names = {packages.apk_package, packages.apt_package, packages.any_package,
             packages.package, packages.rpm_package}  # fmt: skip
    assert kinds | names == set(ACCEPTED)
    assert set(ACCEPTED) >= set(REFUSED)


@pytest.mark.parametrize(
    ("value", "number"),
    [("0", 0), ("7", 7), (7, 7), ("10", 10)],
    ids=repr,
)
def test_a_whole_number_is_text_or_a_number(value: object, number: int) -> None:
    assert grammar.integer(value, 0, 10) == number


@pytest.mark.parametrize(
    "value",
    ["", "-1", "+1", " 1", "1 ", "1.0", 1.0, "1e1", "0x1", "1_0", "٣", "¹", "11", "99999999999",
        True, None, [], "1\n"],
    ids=repr,
)  # fmt: skip
def test_another_number_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^must be a whole number from 0 to 10 seconds, not"):
        grammar.integer(value, 0, 10, " seconds")


@pytest.mark.parametrize("value", ["1", "8080", "65535"])
def test_a_port_is_a_number(value: str) -> None:
    assert grammar.port(value) == int(value)


@pytest.mark.parametrize("value", ["0", "22", "022", "65536", "http", "80/tcp", "80-90", ""])
def test_no_other_port_is_accepted(value: str) -> None:
    with pytest.raises(ValueError, match=r"must"):
        grammar.port(value)


@pytest.mark.parametrize(
    ("value", "meaning"),
    [("true", True), ("Yes", True), ("ON", True), (True, True), ("false", False), ("no", False),
        ("off", False), (False, False)],
    ids=repr,
)  # fmt: skip
def test_a_flag_is_a_word(value: object, meaning: object) -> None:
    assert grammar.boolean(value) is meaning


@pytest.mark.parametrize("value", ["", "y", "1", 1, None, "true ", [True]], ids=repr)
def test_another_flag_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"must be true or false"):
        grammar.boolean(value)


@pytest.mark.parametrize(
    ("reference", "parts"),
    [
        ("debian:trixie", ("debian", "trixie", "")),
        (f"debian@{DIGEST}", ("debian", "", DIGEST)),
        (f"localhost:5000/a/b:1@{DIGEST}", ("localhost:5000/a/b", "1", DIGEST)),
        ("debian", ("debian", "", "")),
    ],
)
def test_a_reference_has_three_parts(reference: str, parts: tuple[str, str, str]) -> None:
    assert grammar.split_reference(reference) == parts


def test_what_is_no_reference_has_no_parts() -> None:
    with pytest.raises(ValueError, match=r"not an image reference"):
        grammar.split_reference("a b")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "nothing"), (None, "nothing"), ("a\nb", r"'a\nb'"), ({}, "a mapping"), ((), "a list"),
            (1.5, "1.5"),
        ("x" * 100, f"'{'x' * 56}..."),
    ],
)  # fmt: skip
def test_a_value_is_shown_in_one_short_line(value: object, text: str) -> None:
    assert grammar.shown(value) == text


@pytest.mark.parametrize("family", ["apt", "apk", "dnf", "microdnf", "yum"])
def test_each_family_has_its_own_package_names(family: str) -> None:
    own = {"apt": "curl=8.*", "apk": "curl~8"}.get(family, "NetworkManager")
    assert packages.of_family(own, family) == own
    for foreign in {"curl=8.*", "curl~8"} - {own}:
        with pytest.raises(ValueError, match=r"must be an? "):
            packages.of_family(foreign, family)


@pytest.mark.parametrize("check", ACCEPTED, ids=lambda check: check.__name__)
def test_no_text_takes_long_to_refuse(check: Check) -> None:
    hostile = ["a" * 4000 + "!", "/" + "a" * 4000 + "!", "a-" * 2000 + "!", "a." * 2000,
        "http://" + "a." * 900 + "!",
               "a://" + ":" * 4000, "/" + "a" * 100 + "!", "a" * 100 + "!", "MIT OR " * 500,
               "(" * 4000]  # fmt: skip
    started = time.process_time()
    for value in hostile:
        with suppress(ValueError):
            check(value)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (secrecy.label_text, "postgres://u:hunter2@db/x"),
        (secrecy.public_url, f"https://example.com/x?access_token=ghp_{'a' * 36}"),
        (secrecy.public_text, "host=db password=hunter2"),
        (secrecy.public_env_name, "DB_PASS"),
        (secrecy.public_env_name, "LD_AUDIT"),
        (commands.argument, "--password=hunter2"),
        (grammar.data_directory, "/etc/ssl"),
        (grammar.data_directory, "/var/lib"),
        (grammar.artifact_target, "/usr/local/bin/entrypoint.sh"),
        (grammar.artifact_target, "/usr/local/bin/"),
    ],
)
def test_what_would_give_away_or_take_over_is_refused(check: Check, value: str) -> None:
    with pytest.raises(ValueError, match=r"holds|looks like|changes|must|would replace"):
        check(value)


def test_the_search_for_secrets_takes_no_time_on_any_text() -> None:
    started = time.process_time()
    for text in ("a" * 2045 + "://" + ":" * 2045, "a" * 1300 + "://" + ":" * 2700, "a=" * 2048):
        secrecy.public_text(text)
    assert time.process_time() - started < 0.5
