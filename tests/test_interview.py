"""Which questions are asked of a detected app, the way back, and what a change opens."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import profiles
from generator.answers import parse_settings
from generator.detect import detect
from generator.detect.model import (
    Alternative,
    Candidate,
    Confidence,
    Detection,
    Evidence,
    Folder,
    Note,
    Proposal,
    SpecValue,
)
from generator.errors import UsageError
from generator.found import App, Found, choose, from_scratch, pick
from generator.interview import Interview
from generator.new import Order, describe, replay
from generator.prompts import Back, Defaults, Kind
from generator.proposed import Proposed, from_candidate, usual
from generator.wizard import OTHER
from tests.helpers import EXAMPLES
from tests.script import Script

PYTHON = profiles.get("python-multistage")
SURE, LOW = Confidence.HIGH, Confidence.LOW


def proposal(
    field: str,
    value: SpecValue,
    confidence: Confidence = SURE,
    others: Sequence[SpecValue] = (),
) -> Proposal:
    return Proposal(
        field=field,
        value=value,
        confidence=confidence,
        reason="read in",
        evidence=(Evidence(path="app.cfg", line=3),),
        alternatives=tuple(Alternative(value=other, reason="also said") for other in others),
    )


FLASK = (
    proposal("name", "shop"),
    proposal("version", "1.4.2"),
    proposal("maintainer", "shop maintainers", LOW),
    proposal("python", "3.12"),
    proposal("dependencies.manager", "poetry"),
    proposal("dependencies.additional", ["gunicorn==23.0.0"]),
    proposal("server", {"gunicorn": "shop:app"}),
    proposal("port", "8000"),
    proposal("env", {"MODE": "a, b"}),
    proposal("packages", ["libpq5"]),
)


def candidate(
    *proposals: Proposal,
    kind: str = "Flask app",
    profile: str = "python-multistage",
    missing: str = "",
) -> Candidate:
    return Candidate(
        kind=kind,
        score=90,
        profile=proposal("profile", profile),
        proposals=proposals,
        missing=missing,
    )


def interview(
    script: Script, *proposals: Proposal, given: Mapping[str, str] | None = None
) -> Interview:
    found = from_candidate(candidate(*proposals), PYTHON, given or {})
    return Interview(
        "python-multistage", given or {}, found, script, asked=PYTHON.COMMON, detected=True
    )


def without(*fields: str) -> list[Proposal]:
    return [each for each in FLASK if each.field not in fields]


# What is proposed.


def test_parts_of_a_field_come_together_in_one_answer() -> None:
    found = from_candidate(candidate(*FLASK), PYTHON, {})
    assert found["dependencies"].text == "{manager: poetry, additional: [gunicorn==23.0.0]}"
    assert found["server"].text == "gunicorn shop:app"
    assert found["env"].text == "{MODE: 'a, b'}"
    assert found["port"].line("port") == "port 8000: read in app.cfg:3"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"manager": "uv"}, "uv.lock"),
        ({"manager": "pip", "files": ["prod.txt"]}, "prod.txt"),
        ("uv.lock", "uv.lock"),
    ],
)
def test_a_part_has_its_short_form_where_there_is_one(value: SpecValue, text: str) -> None:
    found = from_candidate(candidate(proposal("dependencies", value)), PYTHON, {})
    assert found["dependencies"].text == text


def test_a_given_part_leaves_the_other_parts_as_they_were_detected() -> None:
    given = {"dependencies.groups": "web"}
    run = interview(Script(), *FLASK, given=given)
    run.run()
    assert {key: text for key, text in run.answers.items() if key.startswith("dependencies")} == {
        "dependencies.groups": "web",
        "dependencies.manager": "poetry",
        "dependencies.additional": "gunicorn==23.0.0",
    }
    describe(run.answers, profile="python-multistage")


def test_a_given_command_takes_the_place_of_a_detected_server() -> None:
    run = interview(Script(), *FLASK, given={"command": "python -m shop"})
    run.run()
    assert run.answers["server"] == ""
    describe(run.answers, profile="python-multistage")


def test_what_the_profile_has_not_is_left_out() -> None:
    found = from_candidate(candidate(*FLASK), profiles.get("nginx"), {})
    assert {"python", "server", "dependencies"}.isdisjoint(found)


# What is asked.


def test_only_what_is_unclear_or_missing_is_asked() -> None:
    script = Script()
    run = interview(script, *FLASK)
    run.run()
    assert script.asked == ["maintainer", "healthcheck", "secrets"]
    assert run.answers["python"] == "3.12"
    spec = describe(run.answers, profile="python-multistage").spec.profile
    assert (spec.port, spec.env) == (8000, {"MODE": "a, b"})


@pytest.mark.parametrize("profile", profiles.names())
def test_at_most_eight_questions_without_detection(profile: str) -> None:
    script = Script({"maintainer": "me", "command": "run", "server": "gunicorn a:b"})
    model = profiles.get(profile)
    proposals = usual(model) | {"name": Proposed(text="shop")}
    Interview(profile, {}, proposals, script, asked=model.COMMON).run()
    assert len(["profile", *script.asked]) <= 8


def test_several_values_are_choices_with_their_reasons_and_a_text_of_ones_own() -> None:
    script = Script({"port": f"{OTHER}\n9000"})
    run = interview(script, *without("port"), proposal("port", "8000", others=["5000"]))
    run.run()
    assert run.answers["port"] == "9000"
    assert script.asked.count("port") == 2
    script = Script({"port": "5000"})
    run = interview(script, *without("port"), proposal("port", "8000", others=["5000"]))
    run.run()
    assert run.answers["port"] == "5000"
    assert script.seen["port"].kind is Kind.SELECT
    assert script.seen["port"].choices == {
        "8000": "8000\nread in app.cfg:3",
        "5000": "5000\nalso said",
        OTHER: "something else",
    }


def test_a_worker_is_not_asked_for_a_port_or_its_health() -> None:
    script = Script()
    found = [*without("server", "port"), proposal("command", ["celery", "-A", "shop", "worker"])]
    interview(script, *found).run()
    assert script.asked == ["maintainer", "secrets"]


def test_a_site_in_its_usual_folder_is_not_asked_for() -> None:
    script = Script()
    found = [proposal("name", "shop"), proposal("maintainer", "Me"), proposal("version", "1.0.0")]
    model = profiles.get("nginx")
    proposals = from_candidate(candidate(*found, profile="nginx"), model, {})
    run = Interview("nginx", {}, proposals, script, asked=model.COMMON, detected=True)
    run.run()
    assert script.asked == []
    describe(run.answers, profile="nginx")


# The way back.


@pytest.mark.parametrize("key", ["healthcheck", "secrets"])
def test_back_asks_the_question_before_again_with_its_answer(key: str) -> None:
    script = Script({"maintainer": "Me\n=", "healthcheck": "/up\n=", key: "<\n="})
    if key == "healthcheck":
        script.answers = {"maintainer": "Me\n=", "healthcheck": "<\n/up"}
    run = interview(script, *FLASK)
    run.run()
    before = {"healthcheck": "maintainer", "secrets": "healthcheck"}[key]
    assert script.asked.count(before) == 2
    assert (run.answers["maintainer"], run.answers["healthcheck"]) == ("Me", "/up")


def test_back_from_the_first_question_leads_out() -> None:
    with pytest.raises(Back):
        interview(Script({"maintainer": "<"}), *FLASK).run()


def test_back_after_the_last_question_asks_it_again() -> None:
    script = Script({"secrets": "KEY\nTOKEN"})
    run = interview(script, *FLASK)
    run.run()
    run.back()
    assert (script.asked.count("secrets"), run.answers["secrets"]) == (2, "TOKEN")


def test_back_over_a_part_asks_whether_it_is_there_at_all() -> None:
    script = Script({"build": "yes\n", "build.image": "<", "site": "www"})
    model = profiles.get("nginx")
    given = {"name": "shop", "maintainer": "Me"}
    run = Interview("nginx", given, usual(model), script, asked=model.COMMON)
    run.run()
    assert script.asked == ["build", "build.image", "build", "site", "spa"]
    assert run.answers["site"] == "www"


# Changes.


def changed(key: str, answers: Mapping[str, str]) -> Interview:
    script = Script()
    run = interview(script, *FLASK)
    run.run()
    script.answers = answers
    run.change(key)
    return run


def test_a_sure_answer_can_be_changed() -> None:
    assert changed("port", {"port": "9000"}).answers["port"] == "9000"


def test_back_from_a_change_keeps_the_answers() -> None:
    assert changed("port", {"port": "<"}).answers["port"] == "8000"


def test_one_part_of_an_answer_can_be_changed() -> None:
    answers = changed("dependencies.groups", {"dependencies.groups": "web"}).answers
    assert answers["dependencies.groups"] == "web"
    assert answers["dependencies.manager"] == "poetry"
    assert answers["dependencies.additional"] == "gunicorn==23.0.0"
    assert "dependencies" not in answers


def test_the_whole_of_changed_parts_can_be_changed_again() -> None:
    run = changed("dependencies.groups", {"dependencies.groups": "web"})
    run.change("dependencies")
    assert run.answers["dependencies"] == (
        "{manager: poetry, additional: [gunicorn==23.0.0], groups: [web]}"
    )


def test_a_command_takes_the_place_of_the_server_and_back() -> None:
    run = changed("command", {"command": "python -m shop"})
    assert (run.answers["server"], run.answers["command"]) == ("", "python -m shop")
    run.change("server")
    run.prompts = Script({"server": "gunicorn shop:app"})
    run.change("server")
    assert run.answers["server"] == "gunicorn shop:app"
    assert "command" not in run.answers


@pytest.mark.parametrize("profile", profiles.names())
def test_every_field_can_be_reached(profile: str) -> None:
    given = {"maintainer": "me", "name": "a", "command": "run"} if profile != "nginx" else {}
    run = Interview(profile, given, {}, Script(), asked=())
    run.run()
    for key in run.options().choices:
        run.change(key)
        prompts = run.prompts
        assert isinstance(prompts, Script)
        assert prompts.asked, key
        prompts.asked.clear()


# The choice of an app.

WORKER = candidate(kind="Celery worker")
SITE = candidate(kind="Vite site", profile="nginx")
FOUND = Found(Detection(chosen=candidate(*FLASK), others=(WORKER, SITE)))


def order(**given: str | None) -> Order:
    return Order(
        folder=Path(),
        profile=given.get("profile"),
        kind=given.get("kind"),
        settings=(),
        ask=False,
        force=False,
        strict=False,
    )


def test_the_question_lists_what_was_found_first() -> None:
    titles = [title.partition("\n")[0] for title in FOUND.question().choices.values()]
    assert titles == [
        "Flask app (python-multistage)",
        "Celery worker (python-multistage)",
        "Vite site (nginx)",
        "generic",
        "python-alpine",
    ]


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ({}, "Flask app"),
        ({"profile": "nginx"}, "Vite site"),
        ({"kind": "celery worker"}, "Celery worker"),
        ({"profile": "python-alpine"}, "Flask app"),
    ],
)
def test_the_best_fitting_app_is_taken(given: dict[str, str], kind: str) -> None:
    app = choose(FOUND, order(**given), {})
    assert app.candidate is not None
    assert app.candidate.kind == kind
    assert app.profile == given.get("profile", str(app.candidate.profile.value))


def test_debian_names_of_packages_are_not_proposed_for_alpine(tmp_path: Path) -> None:
    app = pick(FOUND, profile="python-alpine")
    assert "packages" not in {each.field for each in app.usable().proposals}
    assert "packages: libpq5 would be needed on Debian" in app.notes(tmp_path)[0]


def test_a_profile_that_was_not_found_begins_from_scratch() -> None:
    assert choose(FOUND, order(profile="generic"), {}) == App(profile="generic")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Detection(chosen=None), "imgen new --yes --profile NAME --set KEY=VALUE"),
        (
            Detection(chosen=None, folders=(Folder(path="backend", kind="Flask app"),)),
            "backend (Flask app); describe one of them:\n  imgen new backend --yes",
        ),
        (
            Detection(chosen=candidate(missing="nothing tells the command")),
            "Flask app: something is missing: nothing tells the command",
        ),
        (
            Detection(chosen=None, notes=(Note(text="a Rakefile is no app"),)),
            "a Rakefile is no app",
        ),
    ],
)
def test_what_does_not_tell_enough_is_refused_with_what_would_do(
    found: Detection, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        choose(Found(found), order(), {"maintainer": "Me"})
    assert words in str(caught.value)


def test_what_is_missing_can_be_given() -> None:
    found = Found(Detection(chosen=candidate(missing="nothing tells the command")))
    assert choose(found, order(), {"command": "run"}).candidate is not None


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="there is Flask app, Celery worker, Vite site"):
        choose(FOUND, order(kind="Django app"), {})


def test_nobody_is_asked_by_defaults() -> None:
    run = Interview(
        "python-multistage", {}, from_candidate(candidate(*FLASK), PYTHON, {}), Defaults(),
        asked=PYTHON.COMMON, detected=True,
    )  # fmt: skip
    run.run()
    assert run.answers["maintainer"] == "shop maintainers"


@pytest.mark.parametrize("name", ["asgi-alpine", "fastapi-uv", "flask-api", "spa", "static-proxy"])
def test_the_printed_command_gives_the_same_files(name: str) -> None:
    folder = EXAMPLES / name
    found = Found(detect(folder))
    app = pick(found, profile=None) if found.candidates() else App(profile="generic")
    model = profiles.get(app.profile)
    proposals = from_candidate(app.usable(), model, {})
    run = Interview(app.profile, {}, proposals, Defaults(), asked=model.COMMON, detected=True)
    run.run()
    command = replay(replace(order(), folder=folder), run, force=False)
    words = shlex.split(command.replace("\\\n", " "))
    settings = [after for word, after in pairwise(words) if word == "--set"]
    usually = from_scratch(folder) | usual(model)
    again = Interview(
        app.profile, parse_settings(settings), usually, Defaults(), asked=model.COMMON
    )
    again.run()
    assert words[:5] == ["imgen", "new", str(folder), "--yes", "--no-detect"]
    assert (
        describe(again.answers, profile=app.profile).files
        == describe(run.answers, profile=app.profile).files
    )
