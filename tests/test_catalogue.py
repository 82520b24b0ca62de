"""Every entry of the catalogue is whole, and says nothing of the output that is not there."""

import re
from collections import Counter
from collections.abc import Iterable

import pytest

import profiles
from generator import practices
from generator.artefacts import fields
from generator.explain import blocks
from generator.practices._model import Carrier, Practice
from tests.helpers import CASES

MISSION = [*(f"S2.{number}" for number in range(1, 22)), "S3"]
CODE = re.compile(r"(?:DL|SC)\d{4}|[A-Z][A-Za-z]+")
every_practice = pytest.mark.parametrize("practice", practices.every(), ids=lambda one: one.id)


def test_the_mission_is_all_there_once_and_in_order() -> None:
    assert [one.id for one in practices.every() if one.id.startswith("S")] == MISSION


def test_an_id_is_used_once() -> None:
    assert _twice(one.id for one in practices.every()) == []


def test_a_code_of_a_tool_belongs_to_one_practice() -> None:
    assert _twice(code for one in practices.every() for code in one.codes) == []


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


@every_practice
def test_an_entry_is_whole(practice: Practice) -> None:
    assert 0 < len(practice.title) <= 40
    assert practice.why.endswith(".")
    assert practice.source
    assert practice.example.wrong != practice.example.right
    assert [code for code in practice.codes if not CODE.fullmatch(code)] == []


@every_practice
def test_it_is_checked_in_text_or_says_why_not(practice: Practice) -> None:
    can = practice.check is not None or bool(practice.codes)
    assert (bool(practice.checked), bool(practice.unchecked)) == (can, not can)


@every_practice
def test_it_is_proven_on_an_image_or_says_why_not(practice: Practice) -> None:
    assert bool(practice.proofs) != bool(practice.unproven)


@every_practice
def test_its_proofs_are_checks_of_verify(practice: Practice) -> None:
    from generator.verify.checks import names

    assert set(practice.proofs) - set(names()) == set()


def test_a_check_of_verify_is_a_proof_of_its_practice() -> None:
    from generator.verify.checks import CHECKS

    strays = [
        f"{check.name} is no proof of {check.practice}"
        for check in CHECKS
        if check.name not in practices.get(check.practice).proofs
    ]
    assert strays == []


@pytest.fixture(scope="module")
def carried() -> set[tuple[str, str, str]]:
    """What the committed output carries: practice, file, and the one line of why."""
    found = set()
    for case in CASES:
        for path, text in case.files().items():
            for block in blocks(path.name, text):
                for line in block.lines:
                    for reason in line.reasons:
                        found.add((reason.practice.id, path.name, reason.why))
    return found


@every_practice
def test_its_carriers_are_in_the_output(
    practice: Practice, carried: set[tuple[str, str, str]]
) -> None:
    def missing(carrier: Carrier) -> bool:
        return (practice.id, carrier.file, carrier.why) not in carried

    assert [one.starts for one in practice.carriers if missing(one)] == []


@every_practice
def test_its_fields_are_in_the_spec(practice: Practice) -> None:
    known = {path for name in profiles.names() for path, _, _ in fields(profiles.get(name))}
    named = {field for carrier in practice.carriers for field in carrier.fields}
    assert named - known == set()
