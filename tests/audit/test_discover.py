"""Which files are taken for Dockerfiles."""

import os
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


def test_a_tree_deeper_than_the_stack_is_searched(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").touch()
    place = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=place)
        inner = os.open("d", os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = inner
    os.close(place)
    try:
        assert dockerfiles([tmp_path]) == [tmp_path / "Dockerfile"]
    finally:
        # pytest's own removal runs out of stack too: shorten it from the top.
        top, below = tmp_path / "d", tmp_path / "below"
        while (top / "d").exists():
            (top / "d").rename(below)
            top.rmdir()
            below.rename(top)


def test_links_in_circles_and_folders_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "up").symlink_to(tmp_path)
    (tmp_path / "x" / "Dockerfile").mkdir(parents=True)
    (tmp_path / "Dockerfile").touch()
    assert dockerfiles([tmp_path]) == [tmp_path / "Dockerfile"]


def test_what_is_no_regular_file_is_said_to_be_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no regular file"):
        dockerfiles([tmp_path / "pipe"])
