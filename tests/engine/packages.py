"""What is installed in an image, by the word of its own package managers."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

from generator.verify.engine import HARDENED
from generator.verify.packages import Package, from_alpine, from_debian

from .engine import Engine

# The target's values for the markers of a lock file, whatever this machine is.
_TARGET = {"python_full_version": "3.13.5", "python_version": "3.13", "sys_platform": "linux"}
_LIST = {
    "apt": "cat /var/lib/dpkg/status",
    "apk": "cat /lib/apk/db/installed 2>/dev/null || cat /usr/lib/apk/db/installed",
}
_DISTRIBUTIONS = """\
import json
from importlib.metadata import distributions
print(json.dumps(sorted({found.name for found in distributions(path=["SITE"])})))
"""


def installed(engine: Engine, tag: str, family: str) -> Mapping[str, Package]:
    """The system packages of an image."""
    done = engine.run(tag, "--entrypoint", "sh", command=["-c", _LIST[family]])
    assert done.returncode == 0, done.stderr
    return from_debian(done.stdout) if family == "apt" else from_alpine(done.stdout)


def distributions(engine: Engine, tag: str) -> set[str]:
    """The Python distributions of an image's virtual environment."""
    site = "/opt/venv/lib/python3.13/site-packages"
    script = _DISTRIBUTIONS.replace("SITE", site)
    done = engine.run(tag, "--entrypoint", "python", command=["-c", script])
    assert done.returncode == 0, done.stderr
    return {canonicalize_name(name) for name in json.loads(done.stdout)}


def locked_by_pip(files: Sequence[Path]) -> set[str]:
    """The distributions that requirements files name."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return {canonicalize_name(name) for name in re.findall(r"(?m)^([A-Za-z0-9._-]+)==", text)}


def locked_by_uv(lock: Path, project: str) -> set[str]:
    """The project and all that it needs on the target, by uv.lock."""
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    needs = {package["name"]: package.get("dependencies", ()) for package in packages}
    found: set[str] = set()
    open_names = [project]
    while open_names:
        name = open_names.pop()
        if name not in found:
            found.add(name)
            open_names += [need["name"] for need in needs[name] if _applies(need.get("marker"))]
    return {canonicalize_name(name) for name in found}


def _applies(marker: str | None) -> bool:
    return marker is None or Marker(marker).evaluate(_TARGET)


def commands(engine: Engine, tag: str, *names: str) -> list[str]:
    """Which of some commands an image has."""
    script = f'for name in {" ".join(names)}; do command -v "$name"; done; true'
    done = engine.run(
        tag, "--user", "0:0", "--entrypoint", "sh", command=["-c", script], hardening=HARDENED
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()
