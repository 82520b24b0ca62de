"""What is published: a wheel built from the sdist, installed where nothing else is."""

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import profiles
from generator import __version__
from tests.helpers import GOLDEN, ROOT, Case, golden_cases

pytestmark = pytest.mark.slow

TEMPLATES = sorted(
    path.relative_to(ROOT).as_posix() for path in (ROOT / "templates").rglob("*") if path.is_file()
)
REQUIRED = os.environ.get("CI") == "true"


def run(*arguments: str | Path, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program without a trace of the checkout in its environment."""
    clean = {
        key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    return subprocess.run(
        list(map(str, arguments)),
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        env=clean,
    )


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    built = run(
        sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT, cwd=folder
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (sdist,) = folder.glob("*.tar.gz")
    (wheel,) = folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def installed(archives: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that has the wheel and what it depends on."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    done = run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--quiet",
        archives[1],
        cwd=folder,
    )
    if done.returncode and "connection" in done.stderr.lower() and not REQUIRED:
        pytest.skip("no package index can be reached from here")
    assert done.returncode == 0, done.stderr
    return python.parent


def test_the_sdist_holds_what_the_tests_need(archives: tuple[Path, Path]) -> None:
    with tarfile.open(archives[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"README.md", "LICENSE", "CHANGELOG.md", "pyproject.toml", *TEMPLATES} <= names
    assert "tests/golden/nginx/pure-proxy/.dockerignore" in names
    assert "examples/spa/.imgen.lock" in names
    assert not [
        name for name in names if "__pycache__" in name or name.startswith((".git/", ".venv"))
    ]


def test_the_wheel_holds_every_template_and_nothing_odd(archives: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(archives[1]) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name).decode() for name in names if name.endswith("/METADATA"))
    assert sorted(name for name in names if "templates/" in name) == [
        f"generator/{path}" for path in TEMPLATES
    ]
    assert {name.partition("/")[0] for name in names} == {
        "generator",
        "profiles",
        f"imgen-{__version__}.dist-info",
    }
    assert "generator/py.typed" in names
    assert not [name for name in names if "__pycache__" in name]
    fields = Parser().parsestr(metadata)
    assert (fields["Name"], fields["Version"]) == ("imgen", __version__)
    assert fields["License-Expression"] == "Apache-2.0"


def test_the_installed_command_answers(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "imgen", "--version", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"imgen {__version__}\n"), done.stderr
    where = run(
        installed / "python", "-c", "import generator; print(generator.__file__)", cwd=tmp_path
    )
    assert not Path(where.stdout).is_relative_to(ROOT)


@pytest.mark.parametrize("name", profiles.names())
def test_the_installed_command_generates_the_same_files(
    name: str, installed: Path, tmp_path: Path
) -> None:
    case = next(case for case in golden_cases() if case.folder.parent == GOLDEN / name)
    done = run(installed / "imgen", "generate", "-", cwd=tmp_path, stdin=case.text())
    assert done.returncode == 0, done.stderr
    assert texts(tmp_path, case) == {str(path): text for path, text in case.files().items()}


def texts(folder: Path, case: Case) -> dict[str, str]:
    return {str(path): (folder / path).read_text(encoding="utf-8") for path in case.files()}


def test_the_installed_command_describes_an_app(installed: Path, tmp_path: Path) -> None:
    done = run(
        installed / "imgen", "new", "--yes", "--profile", "nginx", "--set", "name=shop", "--set",
        "maintainer=Me", cwd=tmp_path
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "imgen.yaml").is_file()
    assert (tmp_path / "nginx.conf").is_file()
