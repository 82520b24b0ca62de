"""The tags that a version may carry (S2.3)."""

import pytest

from generator.tags import compatible_tags


@pytest.mark.parametrize(
    ("version", "tags"),
    [
        ("1.4.2", ["1.4.2", "1.4", "1"]),
        ("1.4", ["1.4", "1"]),
        ("2", ["2"]),
        ("1.2.3.4", ["1.2.3.4", "1.2.3", "1.2", "1"]),
        ("2026.11.1", ["2026.11.1", "2026.11", "2026"]),
        ("10.0.0", ["10.0.0", "10.0", "10"]),
    ],
    ids=str,
)
def test_a_release_has_the_tags_of_its_series(version: str, tags: list[str]) -> None:
    assert compatible_tags(version) == tags


@pytest.mark.parametrize(
    ("version", "tags"),
    [
        ("0.4.2", ["0.4.2", "0.4"]),
        ("0.1", ["0.1"]),
        ("0.0.3", ["0.0.3", "0.0"]),
        ("0", ["0"]),
    ],
    ids=str,
)
def test_before_version_1_there_is_no_0(version: str, tags: list[str]) -> None:
    assert compatible_tags(version) == tags


@pytest.mark.parametrize(
    "version", ["1.5.0-rc.1", "1.0.0-0", "1.0a1", "2.0.0-alpha", "1.0.dev3", "1.0.post1"]
)
def test_a_pre_release_has_only_itself(version: str) -> None:
    assert compatible_tags(version) == [version]


@pytest.mark.parametrize("version", ["latest", "", "1.0+build", "v1.0", "1..0", "1.0\n"])
def test_what_no_tag_can_hold_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match=r"must"):
        compatible_tags(version)
