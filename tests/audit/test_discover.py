"""Which files are taken for Dockerfiles."""

from pathlib import Path

import pytest

from generator.audit.discover import dockerfiles
from generator.errors import UsageError


def test_folders_are_searched_and_files_taken_as_they_are(tmp_path: Path) -> None:
    names = ["Dockerfile", "api/Dockerfile.dev", "api/web.Dockerfile", "z/Containerfile",
             "node_modules/x/Dockerfile", ".git/Dockerfile", "Dockerfile.j2",
             "Dockerfile.dockerignore", "docs/Dockerfile.md", "odd"]  # fmt: skip
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = dockerfiles([tmp_path, tmp_path / "odd", tmp_path / "Dockerfile"])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "Dockerfile",
        "api/Dockerfile.dev",
        "api/web.Dockerfile",
        "z/Containerfile",
        "odd",
    ]


def test_a_folder_without_one_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no Dockerfile in it"):
        dockerfiles([tmp_path])


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        dockerfiles([tmp_path / "x"])
