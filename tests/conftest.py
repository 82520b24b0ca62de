"""Options and fixtures of the whole suite."""

import os
import sys

import pytest
from hypothesis import settings

# The examples are the same in every run, whichever tests are chosen.
settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite examples/ and tests/golden/ with what is generated now",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled modules also where the environment says not to, outside of the sources.

    Else every worker would compile all tests, and each of some hundred programs all of imgen.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        kept = str(config.rootpath / ".pytest_cache" / "compiled")
        sys.pycache_prefix = os.environ.setdefault("PYTHONPYCACHEPREFIX", kept)
        sys.dont_write_bytecode = False


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))
