"""What the documents claim is there: tests, files, commands, and what the models generate."""

import re
from pathlib import Path, PurePosixPath

import pytest

from generator.cli import cli
from generator.reference import documents

ROOT = Path(__file__).parent.parent
PRACTICES = (ROOT / "docs/practices.md").read_text(encoding="utf-8")
MISSION = [*(f"S2.{number}" for number in range(1, 22)), "S3"]


@pytest.mark.parametrize("path", documents(ROOT), ids=str)
def test_the_generated_documents_are_fresh(path: PurePosixPath) -> None:
    command = "refresh it with: python -m generator.artefacts"
    assert (ROOT / path).read_text(encoding="utf-8") == documents(ROOT)[path], command


def test_every_practice_of_the_mission_has_its_row() -> None:
    assert re.findall(r"^\| (S[0-9.]+) \|", PRACTICES, flags=re.MULTILINE) == MISSION


@pytest.mark.parametrize("reference", sorted(set(re.findall(r"`([\w/]+\.py::\w+)`", PRACTICES))))
def test_a_practice_names_a_test_that_exists(reference: str) -> None:
    file, name = reference.split("::")
    assert re.search(rf"^def {name}\(", (ROOT / "tests" / file).read_text(), flags=re.MULTILINE)


@pytest.mark.parametrize("number", MISSION)
def test_a_practice_is_checked_in_text_and_proven_by_a_test(number: str) -> None:
    (row,) = re.findall(rf"^\| {re.escape(number)} \|(.*)\|$", PRACTICES, flags=re.MULTILINE)
    *_, text, proof = row.split(" | ")
    assert "practices.py::" in text
    assert "::test_" in proof


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "examples/README.md"])
def test_links_lead_to_files(document: str) -> None:
    folder = (ROOT / document).parent
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in cli.commands if f"`imgen {name}" not in readme] == []
