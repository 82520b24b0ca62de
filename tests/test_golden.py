"""The committed files, byte for byte: those of the examples and of the cases in golden/."""

from pathlib import Path

import pytest

from generator.errors import SpecError
from generator.spec import parse
from generator.write import apply, lock_text, plan
from tests.helpers import CASES, GOLDEN, SPEC_NAME, TODAY, Case

UPDATE = "if that is right: python -m pytest tests/test_golden.py --update-golden"
WARNINGS = "warnings.txt"
MESSAGES = sorted((GOLDEN / "errors").glob("*.yaml"))


def expected_files(case: Case) -> dict[str, str]:
    """The files that a case shall hold beside its spec and an example's own source."""
    spec = case.spec()
    files = {str(path): text for path, text in case.files().items()}
    if case.is_example():
        files[".imgen.lock"] = lock_text(case.files())
    elif spec.warnings:
        files[WARNINGS] = "".join(f"{warning}\n" for warning in spec.warnings)
    return files


def present_files(case: Case, expected: dict[str, str]) -> dict[str, str]:
    names = (
        {name for name in expected if (case.folder / name).exists()}
        if case.is_example()
        else {path.name for path in case.folder.iterdir()} - {SPEC_NAME}
    )
    return {name: (case.folder / name).read_bytes().decode() for name in sorted(names)}


def rewrite(case: Case, expected: dict[str, str]) -> None:
    if case.is_example():
        apply(plan(case.files(), case.folder), force=True)
        return
    for path in case.folder.iterdir():
        if path.name != SPEC_NAME:
            path.unlink()
    for name, text in expected.items():
        (case.folder / name).write_bytes(text.encode())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_spec_gives_the_committed_files(case: Case, *, update_golden: bool) -> None:
    expected = expected_files(case)
    if update_golden:
        rewrite(case, expected)
    present = present_files(case, expected)
    assert sorted(present) == sorted(expected), UPDATE
    for name, text in expected.items():
        assert present[name] == text, f"{case}/{name}: {UPDATE}"


@pytest.mark.parametrize("spec", MESSAGES, ids=lambda spec: spec.stem)
def test_a_bad_spec_gives_the_committed_messages(spec: Path, *, update_golden: bool) -> None:
    with pytest.raises(SpecError) as caught:
        parse(spec.read_bytes().decode(), source=spec.name, today=TODAY)
    said = f"{caught.value}\n"
    messages = spec.with_suffix(".txt")
    if update_golden:
        messages.write_bytes(said.encode())
    assert messages.read_bytes().decode() == said, UPDATE


def test_every_message_file_belongs_to_a_spec() -> None:
    texts = {path.stem for path in (GOLDEN / "errors").glob("*.txt")}
    assert texts == {spec.stem for spec in MESSAGES}
