"""Every Debian package that detection may propose exists in the base image's distribution."""

import pytest

from generator import bases
from generator.detect.python import system_packages

from .engine import Engine

pytestmark = pytest.mark.engine

# Not `pkgnames`, which also lists what other packages only mention.
_LIST = "apt-get update >/dev/null && apt-cache dumpavail | sed -n 's/^Package: //p'"


def test_all_debian_names_are_in_its_lists(engine: Engine) -> None:
    names = {"git"}
    for kind in ("c", "c++", "fortran", "rust"):
        names |= set(system_packages.compiler("apt", kind))
    for entry in system_packages.table().values():
        names |= {each for side in entry.families["apt"].values() for each in side}
    base = f"debian:{bases.PYTHON_DEBIAN}-slim"
    done = engine.run(base, hardening=(), command=["sh", "-c", _LIST], timeout=300)
    assert done.returncode == 0, done.stderr
    known = set(done.stdout.split())
    assert len(known) > 10_000
    assert names - known == set()
