"""A manifest in a folder of tools, documents or tests makes no app."""

from pathlib import Path

import pytest

from generator import detect
from generator.detect import existing

from .projects import tree


@pytest.mark.parametrize("folder", [".codespell", ".github", "docs", "tests", "tools"])
def test_requirements_of_tools_are_no_project(tmp_path: Path, folder: str) -> None:
    files = {f"{folder}/requirements.txt": "codespell==2.4\n", "server.c": "int main() {}\n"}
    found = detect.detect_tree(tree(tmp_path, files))
    assert (found.chosen, found.others) == (None, ())


def test_the_folder_of_an_app_is_named(tmp_path: Path) -> None:
    files = {"shop/setup.py": "from setuptools import setup\nsetup(name='shop')\n"}
    found = detect.detect_tree(tree(tmp_path, files))
    assert found.chosen
    assert "imgen new shop" in found.chosen.missing


def test_a_volume_may_be_quoted(tmp_path: Path) -> None:
    files = {"Dockerfile": 'FROM debian\nVOLUME "/data" /var/lib/shop\n'}
    found = existing.read(tree(tmp_path, files))
    assert [each.value for each in found.volumes] == ["/data", "/var/lib/shop"]
