"""In what imgen itself writes, an audit finds nothing at any level."""

from pathlib import Path

import pytest

from generator.audit.run import audit
from tests.helpers import TODAY

ROOT = Path(__file__).parents[2]
OUTPUT = sorted(
    path.relative_to(ROOT)
    for folder in ("examples", "tests/golden")
    for path in (ROOT / folder).rglob("Dockerfile")
)


def test_there_is_output_to_audit() -> None:
    assert len(OUTPUT) > 20


@pytest.mark.parametrize("path", OUTPUT, ids=[path.parent.as_posix() for path in OUTPUT])
def test_nothing_is_found(path: Path) -> None:
    found = audit(ROOT / path, today=TODAY)
    assert [f"{one.path}:{one.line} {one.practice} {one.rule} {one.what}" for one in found] == []
