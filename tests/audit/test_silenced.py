"""A finding is silenced by a comment on the line before, and only with a reason."""

from pathlib import Path

import pytest

from generator.audit.run import audit

HEAD = "FROM debian:trixie-slim\n"


def codes(folder: Path, text: str) -> list[tuple[str, int]]:
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    return [(f.practice, f.line) for f in audit(folder / "Dockerfile")]


def test_without_a_comment_it_is_found(tmp_path: Path) -> None:
    assert ("S2.1", 2) in codes(tmp_path, HEAD + "MAINTAINER x\n")


@pytest.mark.parametrize("name", ["S2.1", "s2.1", "S9, S2.1"])
def test_a_comment_with_a_reason_silences(tmp_path: Path, name: str) -> None:
    text = f"{HEAD}# imgen: ignore={name} an old registry reads it\nMAINTAINER x\n"
    assert ("S2.1", 3) not in codes(tmp_path, text)


@pytest.mark.parametrize(
    "comment",
    ["# imgen: ignore=S2.1", "# imgen: ignore=S2.1   ", "# imgen: ignore=S2.2 reason",
     "# imgen: ignore reason", "# imgen ignore=S2.1 reason", "## imgen: ignore=S2.1 why"],
)  # fmt: skip
def test_anything_else_does_not(tmp_path: Path, comment: str) -> None:
    assert ("S2.1", 3) in codes(tmp_path, f"{HEAD}{comment}\nMAINTAINER x\n")


def test_a_missing_reason_is_told(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        f"{HEAD}# imgen: ignore=S2.1\nMAINTAINER x\n", encoding="utf-8"
    )
    (found,) = [one for one in audit(tmp_path / "Dockerfile") if one.line == 3]
    assert "line 2 gives no reason" in found.what


def test_it_speaks_for_the_next_instruction_alone(tmp_path: Path) -> None:
    text = f"{HEAD}# imgen: ignore=DL3001 reason\nRUN vim x\nRUN vim y\n"
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    found = audit(tmp_path / "Dockerfile")
    assert [one.line for one in found if one.rule == "DL3001"] == [4]


def test_further_comments_may_stand_between(tmp_path: Path) -> None:
    text = f"{HEAD}# imgen: ignore=S2.1 reason\n# more\nMAINTAINER x\n"
    assert ("S2.1", 4) not in codes(tmp_path, text)
