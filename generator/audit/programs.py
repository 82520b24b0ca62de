"""Where the programs are that an audit calls: beside Python, where their wheels put them."""

import shutil
import sys
from functools import cache
from pathlib import Path

INSTALL = "install imgen with its audit extra, in its repository: pipx install --force '.[audit]'"
"""What to do where a parser or a linter is missing; the name on an index may be another's."""


@cache
def program(name: str) -> str:
    """The path of a program, empty if it is nowhere."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    return beside or shutil.which(name) or ""
