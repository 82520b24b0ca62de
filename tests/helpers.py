"""What several test modules need: the repository's folders, its specs, and the command line."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

import profiles
from generator.render import render
from generator.spec import Spec, parse

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"
GOLDEN = ROOT / "tests" / "golden"
SPEC_NAME = "imgen.yaml"
# The day on which the tests run, as far as the end of life of a base image is concerned.
TODAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Case:
    """A folder with a spec and the files that it describes."""

    folder: Path

    def __str__(self) -> str:
        parent = EXAMPLES.parent if self.folder.is_relative_to(EXAMPLES) else GOLDEN
        return self.folder.relative_to(parent).as_posix()

    def text(self) -> str:
        return (self.folder / SPEC_NAME).read_text(encoding="utf-8")

    def spec(self) -> Spec:
        return parse(self.text(), source=SPEC_NAME, today=TODAY)

    def files(self) -> Mapping[PurePosixPath, str]:
        return render(self.spec().profile.image())

    def is_example(self) -> bool:
        return self.folder.parent == EXAMPLES


def example_cases() -> list[Case]:
    return sorted_cases(EXAMPLES.glob(f"*/{SPEC_NAME}"))


def golden_cases() -> list[Case]:
    return sorted_cases(
        spec for name in profiles.names() for spec in (GOLDEN / name).glob(f"*/{SPEC_NAME}")
    )


def sorted_cases(specs: Iterable[Path]) -> list[Case]:
    return sorted((Case(spec.parent) for spec in specs), key=str)


CASES = [*example_cases(), *golden_cases()]


def case(name: str) -> Case:
    """A case by its name, such as `examples/spa` or `nginx/pure-proxy`."""
    return next(known for known in CASES if str(known) == name)


def run_python(
    *arguments: str,
    cwd: Path,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run this interpreter in a process of its own; the checkout is importable from anywhere."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})},
    )


@dataclass(frozen=True)
class Result:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str


def imgen(
    *arguments: str,
    cwd: Path,
    stdin: bytes | str = b"",
    environment: Mapping[str, str] | None = None,
) -> Result:
    """Run the command line as its user does."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    done = run_python("-m", "generator", *arguments, cwd=cwd, stdin=given, environment=environment)
    result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in result.err, result.err
    return result
