"""How many findings two tools have in a Dockerfile."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from .apps import ROOT

# With its own defaults, and not with this repository's settings, which leave out DL3008.
_NO_SETTINGS = "/dev/null"


def hadolint(dockerfile: Path) -> int | None:
    """Count hadolint's findings of all levels; None where it is not installed."""
    beside = Path(sys.executable).parent / "hadolint"
    program = str(beside) if beside.is_file() else shutil.which("hadolint")
    if not program:
        return None
    words = (program, "--config", _NO_SETTINGS, "--no-fail", "--format", "json", str(dockerfile))
    done = subprocess.run(  # noqa: S603 - words of this module, no shell
        words, capture_output=True, text=True, timeout=60, check=False
    )
    return _count(done.stdout)


def audit(dockerfile: Path) -> int | None:
    """Count the findings of `imgen audit`; None where this version has no such command."""
    words = (sys.executable, "-m", "generator", "audit", "--format", "json", str(dockerfile))
    done = subprocess.run(  # noqa: S603 - words of this module, no shell
        words, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    return _count(done.stdout) if done.returncode in {0, 1} else None


def _count(text: str) -> int | None:
    """The length of a list of findings, alone or in an object's `findings`."""
    try:
        told = json.loads(text)
    except ValueError:
        return None
    found = told.get("findings") if isinstance(told, dict) else told
    return len(found) if isinstance(found, list) else None
