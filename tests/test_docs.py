"""What the documents claim is there: tests, files, commands, and what the models generate."""

import re
from pathlib import Path, PurePosixPath

import pytest

from generator.catalogue_page import page
from generator.cli import cli
from generator.practices import every
from generator.reference import documents

ROOT = Path(__file__).parent.parent
REFRESH = "refresh it with: python -m generator.artefacts"
PRACTICES = (ROOT / "docs/practices.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", documents(ROOT), ids=str)
def test_the_generated_documents_are_fresh(path: PurePosixPath) -> None:
    assert (ROOT / path).read_text(encoding="utf-8") == documents(ROOT)[path], REFRESH


def test_the_page_of_practices_is_fresh() -> None:
    assert page() == PRACTICES, REFRESH


def test_every_practice_has_its_row_and_its_section() -> None:
    ids = sorted(practice.id for practice in every())
    assert sorted(re.findall(r"^\| \[([BS][0-9.]+)\]", PRACTICES, flags=re.MULTILINE)) == ids
    assert sorted(re.findall(r"^### ([BS][0-9.]+) ", PRACTICES, flags=re.MULTILINE)) == ids


def test_a_row_of_a_practice_leads_to_its_section() -> None:
    headings = re.findall(r"^#+ (.*)", PRACTICES, flags=re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
    assert set(re.findall(r"\]\(#([^)]*)\)", PRACTICES)) - anchors == set()


def test_every_row_of_a_table_has_all_its_cells() -> None:
    rows = [line for line in PRACTICES.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {7}


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "examples/README.md"])
def test_links_lead_to_files(document: str) -> None:
    folder = (ROOT / document).parent
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in cli.commands if f"`imgen {name}" not in readme] == []
