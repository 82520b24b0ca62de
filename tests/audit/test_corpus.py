"""Bad Dockerfiles, each wrong in exactly one way, beside their right twins.

`tests/corpus/<practice>[-<name>]/wrong/expected.json` says what is found and where.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from generator import practices
from generator.audit.run import audit
from generator.findings import Finding

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = sorted(path.name for path in CORPUS.iterdir() if path.is_dir())
every_case = pytest.mark.parametrize("case", CASES)


def practice_of(case: str) -> str:
    return case.partition("-")[0]


@cache
def found_in(case: str, side: str) -> list[Finding]:
    return audit(CORPUS / case / side / "Dockerfile")


@every_case
def test_the_wrong_one_is_found_for_its_practice_alone_with_what_to_write(case: str) -> None:
    folder = CORPUS / case / "wrong"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    found = found_in(case, "wrong")
    told = [f"{one.path}:{one.line} {one.practice} {one.rule} {one.what}" for one in found]
    assert {one.practice for one in found} == {practice_of(case)}, told
    path = (folder / expected["path"]).as_posix()
    assert [
        one
        for one in found
        if one.path == path and one.line == expected["line"] and expected["what"] in one.what
    ], told
    assert [one.what for one in found if not one.instead.strip()] == []


@every_case
def test_nothing_is_found_in_the_right_one(case: str) -> None:
    found = found_in(case, "right")
    assert [f"{one.path}:{one.line} {one.practice} {one.rule} {one.what}" for one in found] == []


def test_every_practice_that_is_checked_has_a_case() -> None:
    checked = {practice.id for practice in practices.every() if practice.check or practice.codes}
    assert checked - {practice_of(case) for case in CASES} == set()
