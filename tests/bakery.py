"""cookiecutter in an environment of its own, without pydantic and questionary."""

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.helpers import ROOT, Result


@dataclass(frozen=True)
class Bakery:
    """An interpreter that has cookiecutter, and a home folder for what that keeps."""

    python: Path
    home: Path

    def bake(
        self, output: Path, *answers: str, template: Path | str = ROOT, typed: str = ""
    ) -> Result:
        """Bake the template into a folder with answers as arguments, or typed in line by line."""
        options = [] if typed else ["--no-input"]
        return self.run(*options, "--output-dir", str(output), str(template), *answers, typed=typed)

    def run(self, *arguments: str, typed: str = "") -> Result:
        """Run cookiecutter outside the checkout; nothing of it may be importable by accident."""
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        done = subprocess.run(
            [str(self.python), "-m", "cookiecutter", *arguments],
            cwd=self.home,
            input=typed.encode(),
            capture_output=True,
            timeout=300,
            check=False,
            env={**environment, "HOME": str(self.home)},
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def bakery_in(folder: Path) -> Bakery:
    """The bakery of a folder, made on first use; without packages to install there is none."""
    home = folder / "cookiecutter"
    python = home / "venv" / "bin" / "python"
    if not (python.parent / "cookiecutter").exists():
        venv.create(python.parent.parent, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "cookiecutter"]
        done = subprocess.run(install, capture_output=True, check=False)
        if done.returncode != 0:
            report = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
            report(f"pip cannot install cookiecutter: {done.stderr.decode()[-500:]}")
    return Bakery(python=python, home=home)


def own_bakery(home: Path) -> Bakery:
    """The environment of the tests themselves, which has pydantic too."""
    return Bakery(python=Path(sys.executable), home=home)


def files_in(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Each file below a folder with its bytes and its permissions."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
