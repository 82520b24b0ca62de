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
        secrecy.secret_name, secrecy.hints_at_secret, secrecy.gives_away,
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


@pytest.mark.parametrize(
    "name",
    ["DBPASS", "JWT_SALT", "SMTP_PW", "SMTPPW", "ENCRYPTION_SEED", "AUTHKEY", "ROOTPWD", "PGPASS",
     "MYSQLPASSWD", "JWT_SIGNING"],
)  # fmt: skip
def test_a_secret_is_known_by_its_name(name: str) -> None:
    assert secrecy.secret_name(name)
    assert secrecy.hints_at_secret(name)


@pytest.mark.parametrize(
    "name",
    ["COMPASS", "BYPASS", "CACHE_BYPASS", "KEYBOARD", "MONKEY", "TURKEY", "HOTKEY", "DESIGN",
     "RANDOM_SEED", "PYTHONHASHSEED", "SALT_MASTER", "OLDPWD", "PASSENGER_APP", "SIGNING_ALGORITHM",
     "JWT_ALGORITHM", "CAMPAIGN", "BASALT", "LOWPASS", "SEED", "USER_AGENT"],
)  # fmt: skip
def test_a_harmless_name_is_no_secret(name: str) -> None:
    assert secrecy.public_env_name(name) == name


@pytest.mark.parametrize("name", ["STRIPE_SK", "SIGNING", "RANDOM_SEED", "FOOPASS", "ADMIN_USER"])
def test_a_guess_doubts_more_names(name: str) -> None:
    assert secrecy.hints_at_secret(name)
    assert not secrecy.secret_name(name)


@pytest.mark.parametrize("name", ["DEBUG", "REGION", "LOG_LEVEL", "COMPASS", "KEYBOARD", "MODE"])
def test_a_guess_trusts_a_plain_name(name: str) -> None:
    assert not secrecy.hints_at_secret(name)


@pytest.mark.parametrize(
    "value",
    ["sk_live_abcdefgh1", "rk_live_abcdefgh1", "sk_test_abcdefgh1", "whsec_" + "a" * 32,
     "sk-" + "a1" * 24, "sk-proj-abcdefgh1", "--key sk-ant-api03-" + "a" * 20],
)  # fmt: skip
def test_keys_of_services_are_known_by_their_start(value: str) -> None:
    with pytest.raises(ValueError, match="holds"):
        secrecy.public_text(value)


@pytest.mark.parametrize("value", ["sk", "sk-SK", "task_live_abcdefgh", "pk_live_abcdefgh1",
    "sk-learn-contributions-and-more", "disk-a1a1a1a1a1a1a1a1a1a1a1a1a1"])  # fmt: skip
def test_what_only_begins_like_a_key_is_public(value: str) -> None:
    assert secrecy.public_text(value) == value


@pytest.mark.parametrize(
    ("line", "secret"),
    [
        ("celery -A app -b redis://:word@h:6379 worker", True),
        ("worker --dsn https://abcdef@host/1", True),
        ("DBPASS=word python w.py", True),
        ("python w.py --db-password word", True),
        ("python w.py --db-password=word", True),
        ("app -p word", True),
        ("app -u me:word", True),
        ("celery -A shop worker --concurrency=2 -l info", False),
        ("gunicorn -p 80 shop:app -b 0.0.0.0:8000", False),
        ("python manage.py migrate --noinput", False),
    ],
)
def test_a_command_that_gives_a_secret_away(line: str, secret: bool) -> None:  # noqa: FBT001
    assert secrecy.gives_away(line) == secret


def test_the_search_for_what_gives_away_takes_no_time_on_any_text() -> None:
    started = time.process_time()
    for part in ("a", "-", "sk-", "sk-a", "://", "://a", " -p", " -u a", "a=", "--a ", "_"):
        secrecy.gives_away((part * 100_000)[:100_000])
        secrecy.secret_name((part * 100_000)[:100_000])
    assert time.process_time() - started < 2
