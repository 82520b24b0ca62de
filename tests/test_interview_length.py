"""How many questions a detected app leads to, however much of it is unclear."""

import profiles
from generator.interview import Interview
from generator.proposed import Proposed
from tests.script import Script

GENERIC = profiles.get("generic")
UNSURE = {
    "name": "shop",
    "version": "0.1.0",
    "maintainer": "shop maintainers",
    "base": "debian:trixie-slim",
    "build.image": "golang:1.26-trixie",
    "build.run": "go build -o /out/shop .",
    "build.artifacts": "/out/shop=/usr/local/bin/shop",
    "command": "/usr/local/bin/shop",
    "port": "8080",
    "healthcheck.command": "shop check",
    "resources.cpus": "2",
}


def asked(proposals: dict[str, Proposed]) -> tuple[list[str], Interview]:
    script = Script()
    run = Interview("generic", {}, proposals, script, asked=GENERIC.COMMON, detected=True)
    run.run()
    return script.asked, run


def test_no_more_than_eight_questions_with_the_choice_of_the_app() -> None:
    keys, run = asked({key: Proposed(text=text) for key, text in UNSURE.items()})
    common = [key for key in UNSURE if key in GENERIC.COMMON]
    assert len(keys) == 7
    assert set(common) == set(keys)
    # What is not asked about is taken, and told with the rest of it.
    assert {key: run.answers[key] for key in UNSURE} == UNSURE
    assert set(run.sure()) == set(UNSURE) - set(keys)


def test_what_is_ambiguous_is_asked_before_what_is_common() -> None:
    proposals = {key: Proposed(text=text) for key, text in UNSURE.items()}
    proposals["resources.cpus"] = Proposed(text="2", others={"4": "also said"})
    keys, _ = asked(proposals)
    assert len(keys) == 7
    assert "resources.cpus" in keys
