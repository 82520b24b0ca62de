"""The questions that follow from the models, and how they are put on a terminal."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

import profiles
from generator import interview, wizard
from generator.artefacts import fields
from generator.errors import SpecError
from generator.found import Found
from generator.interview import LEAVE, Interview
from generator.prompts import Back, Defaults, Kind, LinePrompts, TerminalPrompts, terminal
from generator.proposed import Proposed, usual
from tests.script import Script

ENTER = "\r"
DOWN = "\x1b[B"
EMPTY = "\x15"  # Ctrl-U
ESCAPE = "\x1b"
CTRL_C = "\x03"
CTRL_D = "\x04"
PROFILES = profiles.names()
EVERY_QUESTION = [
    pytest.param(name, key, id=f"{name}-{key}")
    for name in PROFILES
    for key in profiles.get(name).QUESTIONS
]
SHARED = {"name": "shop", "version": "1.4.2", "maintainer": "Shop Team <shop@example.com>"}
SERVER = {**SHARED, "server": "gunicorn shop.wsgi:app"}
BUILD = {"build.image": "node:24-trixie-slim", "build.run": "npm ci", "build.output": "dist"}


def ask(
    profile: str, script: Script, given: Mapping[str, str] | None = None, *, strict: bool = False
) -> dict[str, str]:
    proposals = usual(profiles.get(profile))
    return interview.ask(
        given or {}, profile=profile, proposals=proposals, prompts=script, strict=strict
    )


# What is asked.


@pytest.mark.parametrize(("profile", "key"), EVERY_QUESTION)
def test_a_question_says_what_the_field_is_for(profile: str, key: str) -> None:
    descriptions = {path: text for path, _, text in fields(profiles.get(profile))}
    asked = wizard.question(key, profile=profile, proposals={})
    assert asked.key == key
    assert descriptions[key].rstrip(".")[1:] in asked.text


@pytest.mark.parametrize(("profile", "key"), EVERY_QUESTION)
def test_a_default_is_an_answer_that_the_check_takes(profile: str, key: str) -> None:
    proposals = usual(profiles.get(profile))
    asked = wizard.question(key, profile=profile, proposals=proposals)
    assert not asked.default or asked.check(asked.default) == ""


@pytest.mark.parametrize("profile", PROFILES)
def test_a_required_field_refuses_an_empty_answer(profile: str) -> None:
    for key in ("name", "version", "maintainer"):
        asked = wizard.question(key, profile=profile, proposals={})
        assert asked.check("  ").startswith("is missing: ")
        assert "optional" not in asked.instruction


@pytest.mark.parametrize("profile", PROFILES)
def test_a_default_is_the_models_own(profile: str) -> None:
    defaults = {path: default for path, default, _ in fields(profiles.get(profile))}
    for key in profiles.get(profile).QUESTIONS:
        asked = wizard.question(key, profile=profile, proposals={})
        own = "" if defaults[key] == "required" else defaults[key]
        assert asked.default == own


@pytest.mark.parametrize("profile", PROFILES)
def test_questions_come_in_the_profiles_order(profile: str) -> None:
    script = Script({**SERVER, "base": "debian:trixie-slim", "command": "shop"})
    ask(profile, script)
    places = [profiles.get(profile).QUESTIONS.index(key) for key in script.asked]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("profile", "key", "kind", "instruction"),
    [
        pytest.param("nginx", "build", Kind.CONFIRM, "", id="part"),
        pytest.param("nginx", "spa", Kind.CONFIRM, "", id="flag"),
        pytest.param("nginx", "stop_signal", Kind.SELECT, "", id="words"),
        pytest.param("nginx", "name", Kind.TEXT, "", id="required"),
        pytest.param("nginx", "proxy", Kind.TEXT, "key=value, key=value; optional", id="mapping"),
        pytest.param("nginx", "build.run", Kind.TEXT, "commands with commas between", id="steps"),
        pytest.param("generic", "command", Kind.TEXT, "as in a shell", id="command"),
        pytest.param("generic", "packages", Kind.TEXT, "words; optional", id="list"),
        pytest.param(
            "python-alpine",
            "dependencies",
            Kind.TEXT,
            "such as requirements.txt or uv.lock or poetry.lock; optional",
            id="shorthand",
        ),
    ],
)
def test_a_type_decides_how_a_question_is_answered(
    profile: str, key: str, kind: Kind, instruction: str
) -> None:
    asked = wizard.question(key, profile=profile, proposals={})
    assert (asked.kind, asked.instruction) == (kind, instruction)


def test_the_choice_of_a_profile_shows_what_each_is_for() -> None:
    choices = Found().question().choices
    assert list(choices) == PROFILES
    assert all(profiles.get(name).SUMMARY in choices[name] for name in PROFILES)


# What depends on another answer.


def test_the_parts_of_a_build_are_asked_after_yes_and_then_no_site() -> None:
    script = Script({**SHARED, **BUILD, "build": "yes"})
    answers = ask("nginx", script)
    assert "site" not in script.asked
    assert {key: answers[key] for key in BUILD} == BUILD
    assert "build" not in answers


def test_no_build_leads_to_the_folder_of_the_site() -> None:
    script = Script(SHARED)
    answers = ask("nginx", script)
    assert not any(key.startswith("build.") for key in script.asked)
    assert answers["site"] == "public"


def test_a_server_needs_no_command_and_proposes_a_port() -> None:
    script = Script(SERVER)
    assert ask("python-multistage", script)["port"] == "8000"
    assert "command" not in script.asked


def test_without_a_server_a_command_is_needed_and_no_port_is_proposed() -> None:
    script = Script({**SHARED, "command": "python -m shop"})
    assert ask("python-multistage", script)["port"] == ""
    assert script.seen["command"].check("").startswith("is missing: ")


@pytest.mark.parametrize(
    ("profile", "given", "not_asked"),
    [
        pytest.param("nginx", {"spa": "yes"}, {"spa"}, id="itself"),
        pytest.param("nginx", {"spa": ""}, {"spa"}, id="empty"),
        pytest.param("python-alpine", {"server.uvicorn": "a:b"}, {"server", "command"}, id="part"),
        pytest.param(
            "nginx",
            {"build": "{image: 'node:24-trixie-slim', run: [make], output: dist}"},
            {"build", "build.image", "build.run", "build.output", "site"},
            id="whole",
        ),
        pytest.param("nginx", {"resources": "{memory: 1Gi}"}, {"resources.cpus"}, id="around"),
    ],
)
def test_what_is_given_is_not_asked(
    profile: str, given: dict[str, str], not_asked: set[str]
) -> None:
    script = Script(SERVER)
    ask(profile, script, given)
    assert not_asked.isdisjoint(script.asked)


def test_one_given_part_of_a_build_asks_for_the_others_alone() -> None:
    script = Script({**SHARED, **BUILD})
    answers = ask("nginx", script, {"build.image": "node:24-trixie-slim"})
    assert [key for key in script.asked if key.startswith("build")] == ["build.run", "build.output"]
    assert answers["build.run"] == "npm ci"


@pytest.mark.parametrize("profile", PROFILES)
def test_defaults_ask_nobody_and_leave_required_fields_empty(profile: str) -> None:
    proposals = {"name": Proposed(text="shop")}
    run = Interview(profile, {}, proposals, Defaults(), asked=profiles.get(profile).QUESTIONS)
    run.run()
    answers = run.answers
    assert (answers["name"], answers["maintainer"]) == ("shop", "")


def test_a_default_of_a_choice_is_one_of_its_words() -> None:
    run = Interview("nginx", {}, {"stop_signal": Proposed(text="")}, Defaults())
    run.run()
    assert run.answers["stop_signal"] == ""


# What an answer may be.


@pytest.mark.parametrize(
    ("profile", "key", "text", "problem"),
    [
        ("nginx", "name", "Shop X", "must be lower-case letters and digits joined by"),
        ("nginx", "port", "22", "must not be 22, the port of sshd"),
        ("nginx", "proxy", "/api/", "must be key=value pairs joined by commas, not '/api/'"),
        ("nginx", "proxy", "/api/=ftp://api", "must be an http or https URL, not 'ftp://api'"),
        ("nginx", "build.image", "node", "must name a tag or a digest"),
        ("nginx", "build.run", "npm ci, cat <<x", "must not hold a here-document"),
        ("generic", "command", "sh 'x", "must close its quotes"),
        ("generic", "packages", "openssh-server", "no sshd in an image (S2.11)"),
        ("python-alpine", "server", "flask shop:app", "must be one of gunicorn, uvicorn"),
        ("python-alpine", "server", "gunicorn shop", "must be module:name"),
        ("python-alpine", "resources.cpus", "many", "must be CPUs above 0"),
    ],
)
def test_a_wrong_answer_gets_the_words_of_a_specs_error(
    profile: str, key: str, text: str, problem: str
) -> None:
    assert wizard.check(text, key=key, profile=profile).startswith(problem)


@pytest.mark.parametrize(
    ("profile", "key", "text"),
    [
        ("nginx", "proxy", "/api/=http://api:80, /: http://web"),
        ("nginx", "build.run", "npm ci, npm run build"),
        ("generic", "command", "shop --title 'a b'"),
        ("generic", "packages", "libpq5 tzdata"),
        ("python-alpine", "server", "{gunicorn: 'shop.wsgi:app', threads: 2}"),
        ("python-alpine", "healthcheck", "/healthz"),
        ("python-alpine", "dependencies", "uv.lock"),
    ],
)
def test_a_right_answer_is_taken(profile: str, key: str, text: str) -> None:
    assert wizard.check(text, key=key, profile=profile) == ""


# Answers that do not fit together.


def test_answers_that_do_not_fit_lead_back_to_the_question() -> None:
    script = Script({**SHARED, "proxy": "/=http://api", "change": "site", "site": "public\nnone"})
    answers = ask("nginx", script)
    assert "proxy./: takes every path" in script.said[0]
    assert next(iter(script.seen["change"].choices)) == "proxy"
    assert (answers["site"], answers["proxy"]) == ("none", "/=http://api")
    assert script.asked.count("name") == 1
    assert script.seen["site"].default == "public"


def test_a_changed_answer_opens_the_question_that_it_made_needless() -> None:
    script = Script(
        {
            **SHARED,
            "server": "gunicorn shop.wsgi:app\n",
            "command": "python -m shop",
            "packages": "redis\n",
            "change": "server\npackages",
        }
    )
    answers = ask("python-multistage", script)
    assert (answers["server"], answers["command"]) == ("", "python -m shop")


def test_a_given_field_that_is_never_asked_can_be_changed_too() -> None:
    script = Script({**SERVER, "change": "index_credentials", "index_credentials": "false"})
    answers = ask("python-multistage", script, {"index_credentials": "true"})
    assert answers["index_credentials"] == "false"


def test_whoever_changes_nothing_gets_the_problems_and_leaves() -> None:
    script = Script({**SHARED, "proxy": "/=http://api", "change": LEAVE})
    with pytest.raises(SpecError, match=r"proxy\./: takes every path"):
        ask("nginx", script)


def test_a_strict_run_leads_back_for_a_warning() -> None:
    script = Script({**SHARED, "change": "resources.cpus", "resources.cpus": "\n2"})
    assert ask("nginx", script, strict=True)["resources.cpus"] == "2"


# On a terminal.


@contextmanager
def typed(*keys: str) -> Iterator[TerminalPrompts]:
    """Prompts that read these keys, as a terminal would send them."""
    with (
        create_pipe_input() as pipe,
        create_app_session(input=pipe, output=DummyOutput()),
    ):
        pipe.send_text("".join(keys))
        yield TerminalPrompts()


def test_a_refused_answer_is_put_right_before_it_counts() -> None:
    asked = wizard.question("name", profile="nginx", proposals={})
    with typed("Shop X", ENTER, EMPTY, "shop", ENTER) as prompts:
        assert prompts.text(asked) == "shop"


def test_enter_takes_the_default_which_can_be_edited() -> None:
    asked = wizard.question("version", profile="nginx", proposals={"version": Proposed(text="1.4")})
    with typed(ENTER, ".2", ENTER, EMPTY, "2.0", ENTER) as prompts:
        assert [prompts.text(asked) for _ in range(3)] == ["1.4", "1.4.2", "2.0"]


def test_a_text_loses_the_blanks_around_it() -> None:
    asked = wizard.question("packages", profile="generic", proposals={})
    with typed("  libpq5  ", ENTER, ENTER) as prompts:
        assert [prompts.text(asked) for _ in range(2)] == ["libpq5", ""]


def test_one_key_or_enter_answers_yes_or_no() -> None:
    asked = wizard.question("spa", profile="nginx", proposals={})
    with typed("y", "n", ENTER) as prompts:
        assert [prompts.confirm(asked) for _ in range(3)] == [True, False, False]


def test_arrow_keys_move_through_a_list() -> None:
    asked = Found().question()
    with typed(ENTER, DOWN, ENTER, DOWN, DOWN, DOWN, DOWN, ENTER) as prompts:
        assert [prompts.select(asked) for _ in range(3)] == ["generic", "nginx", "generic"]


def test_a_list_begins_at_its_default() -> None:
    asked = wizard.question(
        "stop_signal", profile="nginx", proposals={"stop_signal": Proposed(text="SIGINT")}
    )
    optional = wizard.question("stop_signal", profile="nginx", proposals={})
    with typed(ENTER, ENTER) as prompts:
        assert (prompts.select(asked), prompts.select(optional)) == ("SIGINT", "")


def put_text(prompts: TerminalPrompts) -> object:
    return prompts.text(wizard.question("name", profile="nginx", proposals={}))


def put_confirm(prompts: TerminalPrompts) -> object:
    return prompts.confirm(wizard.question("build", profile="nginx", proposals={}))


def put_select(prompts: TerminalPrompts) -> object:
    return prompts.select(Found().question())


@pytest.mark.parametrize(
    ("put", "key"),
    [
        pytest.param(put_text, CTRL_C, id="text"),
        pytest.param(put_confirm, CTRL_C, id="confirm"),
        pytest.param(put_select, CTRL_C, id="select"),
        pytest.param(put_text, CTRL_D, id="end of input"),
    ],
)
def test_ctrl_c_interrupts_any_kind_of_question(
    put: Callable[[TerminalPrompts], object], key: str
) -> None:
    with typed(key) as prompts, pytest.raises(KeyboardInterrupt):
        put(prompts)


@pytest.mark.parametrize("put", [put_text, put_confirm, put_select])
def test_escape_goes_back_from_any_kind_of_question(
    put: Callable[[TerminalPrompts], object],
) -> None:
    with typed(ESCAPE) as prompts, pytest.raises(Back):
        put(prompts)


def test_a_long_list_is_searched_by_typing() -> None:
    run = Interview("nginx", SHARED, {}, Defaults())
    run.run()
    with typed("max_body", ENTER) as prompts:
        assert prompts.select(run.options()) == "max_body"


def test_a_question_shows_where_its_answer_comes_from() -> None:
    proposed = Proposed(text="8000", because="bound in gunicorn.conf.py:3")
    asked = wizard.question("port", profile="python-multistage", proposals={"port": proposed})
    assert asked.reason == "port 8000: bound in gunicorn.conf.py:3"


def test_a_whole_run_goes_from_keys_to_answers() -> None:
    keys = [
        *("shop", ENTER, "1.4.2", ENTER, "Shop Team", ENTER, ENTER),
        *("y", "node", ENTER, ":24-trixie-slim", ENTER, "npm ci, npm run build", ENTER),
        *("dist", ENTER, "y", "/api/=http://api:80", ENTER, ENTER, "2", ENTER),
    ]
    with typed(*keys) as prompts:
        answers = interview.ask({}, profile="nginx", proposals={}, prompts=prompts)
    assert answers == {
        "name": "shop",
        "version": "1.4.2",
        "maintainer": "Shop Team",
        "nginx": "1.30",
        "build.image": "node:24-trixie-slim",
        "build.run": "npm ci, npm run build",
        "build.output": "dist",
        "spa": "true",
        "proxy": "/api/=http://api:80",
        "port": "",
        "resources.cpus": "2",
    }


@pytest.mark.parametrize(
    ("term", "kind"),
    [("xterm-256color", TerminalPrompts), ("dumb", LinePrompts), ("", LinePrompts)],
)
def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(
    term: str, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    assert isinstance(terminal(), kind)
