"""Run the check of one practice over a small build context."""

from collections.abc import Mapping
from pathlib import Path

from generator import practices
from generator.audit.load import load
from generator.findings import Fault


def faults(
    practice: str, folder: Path, dockerfile: str, files: Mapping[str, str] | None = None
) -> list[Fault]:
    """What the practice's own rule says of a Dockerfile and the files beside it."""
    for name, text in {"Dockerfile": dockerfile, **(files or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    check = practices.get(practice).check
    assert check is not None
    return list(check(load(folder / "Dockerfile", shown="Dockerfile")))


def places(found: list[Fault]) -> list[str]:
    """Each as `line`, of another file than the Dockerfile as `path:line`."""
    return [
        str(one.line) if one.path == "Dockerfile" else f"{one.path}:{one.line}" for one in found
    ]
