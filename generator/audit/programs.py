"""Where the programs are that an audit calls: beside Python, where their wheels put them."""

import shutil
import sys
from functools import cache
from pathlib import Path


@cache
def program(name: str) -> str:
    """The path of a program, empty if it is nowhere."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    return beside or shutil.which(name) or ""
