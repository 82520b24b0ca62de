"""What a run may cost. In processor time, which a busy machine changes least."""

import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from generator.render import render
from generator.spec import parse
from tests.helpers import CASES, EXAMPLES, ROOT, TODAY

pytestmark = pytest.mark.slow

ROUNDS = 9
IMGEN = ["-c", "from generator.__main__ import main; main()"]  # as the installed command does
# `import pydantic` alone loads next to nothing: what it costs shows with the first model.
BARE = [
    "-c",
    "import jinja2, pydantic, yaml\nclass Model(pydantic.BaseModel):\n    name: str\n",
]


def seconds(arguments: list[str], folder: Path) -> float:
    """User and system time of one run of the interpreter, its modules compiled beforehand."""
    environment = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    before = own_children()
    subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return own_children() - before


def own_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return float(usage.ru_utime + usage.ru_stime)


def ratio(arguments: list[str], folder: Path) -> float:
    """Median cost of a command in bare interpreters, in interleaved runs after one to warm up."""
    pairs = [(seconds(BARE, folder), seconds(arguments, folder)) for _ in range(ROUNDS + 1)][1:]
    return statistics.median(own for _, own in pairs) / statistics.median(bare for bare, _ in pairs)


@pytest.mark.parametrize(
    ("arguments", "limit"),
    [
        pytest.param(["generate", str(EXAMPLES / "flask-api"), "-o", "."], 1.25, id="generate"),
        pytest.param(["--version"], 0.5, id="version"),
        pytest.param(["--help"], 0.5, id="help"),
    ],
)
def test_a_run_costs_little_more_than_its_imports(
    arguments: list[str], limit: float, tmp_path: Path
) -> None:
    command = [*IMGEN, *arguments]
    measured = ratio(command, tmp_path)
    if measured > limit:  # once more: other processes may have had the caches
        measured = min(measured, ratio(command, tmp_path))
    assert measured <= limit


def test_a_thousand_specs_take_less_than_two_seconds() -> None:
    texts = [case.text() for case in CASES]
    render(parse(texts[0], source="imgen.yaml", today=TODAY).profile.image())
    started = time.process_time()
    for number in range(1000):
        text = texts[number % len(texts)]
        assert render(parse(text, source="imgen.yaml", today=TODAY).profile.image())
    assert time.process_time() - started < 2
