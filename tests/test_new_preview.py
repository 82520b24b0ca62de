"""What `imgen new` shows before it writes."""

from pathlib import Path, PurePosixPath

import pytest

import profiles
from generator.new import SPEC, describe
from generator.review import DOCKERFILE, outline, preview
from generator.write import Plan, plan
from tests.new_apps import SETTINGS

PROFILES = profiles.names()


def planned(root: Path, profile: str = "python-multistage") -> Plan:
    return plan(describe(SETTINGS[profile], profile=profile).files, root, unlocked=[SPEC])


@pytest.mark.parametrize("profile", PROFILES)
def test_a_preview_fits_on_a_small_screen(profile: str, tmp_path: Path) -> None:
    shown = preview(planned(tmp_path, profile), columns=80, rows=22).splitlines()
    assert len(shown) <= 22
    assert max(map(len, shown)) < 80
    assert shown[-1].strip().startswith("CMD [")


def test_a_preview_on_a_large_screen_leaves_no_instruction_out(tmp_path: Path) -> None:
    change = planned(tmp_path)
    shown = preview(change, columns=1000, rows=100)
    texts = {one.path: one.new for one in change.changes}
    for step in outline(texts[DOCKERFILE]):
        assert f"  {step}\n" in f"{shown}\n"


def test_a_preview_says_which_files_are_there_already(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("*\n")
    same = {change.path: change.new for change in planned(tmp_path).changes}
    (tmp_path / "entrypoint.sh").write_text(same[PurePosixPath("entrypoint.sh")])
    shown = preview(planned(tmp_path), columns=80, rows=24).splitlines()
    assert shown[1:6] == [
        f"{tmp_path.name}/",
        "  imgen.yaml",
        "  Dockerfile",
        "  .dockerignore (yours, replaced)",
        "  entrypoint.sh (unchanged)",
    ]


def test_an_outline_has_an_instruction_a_line_and_no_comment() -> None:
    text = '# why\nFROM a\n\nRUN x \\\n    # not this\n    && y\nCMD ["#"]\n'
    assert outline(text) == ["FROM a", "RUN x && y", 'CMD ["#"]']
