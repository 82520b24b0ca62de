"""Lock files of the fixture projects, made by the real tools on the images that build them."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from profiles._dependencies import VERSIONS

from .apps import unpack
from .engine import Engine

_PYTHON = "python:3.13-slim-trixie"
_NODE = "node:24-trixie-slim"
_PIP_TOOLS = "7.6.2"
_POETRY_MIRROR = "0.6.5"
# The index that pip uses: poetry's own way to the public one needs more than a mirror has.
_INDEX = """\
index=$(pip config get global.index-url 2>/dev/null || python -c \
'from pip._internal.models.index import PyPI; print(PyPI.simple_url)');"""
_YARN = "1.22.22"
_PNPM = "10.34.9"
_BUN = "1.4.5"
# The tool first, so that all projects share its layer.
_DOCKERFILE = """\
FROM {base} AS lock
RUN --mount=type=cache,id=lock-pip,target=/root/.cache/pip \\
    --mount=type=cache,id=lock-npm,target=/root/.npm {install}
WORKDIR /build
COPY . ./
RUN --mount=type=cache,id=lock-tools,target=/root/.cache {lock}
FROM scratch
COPY --from=lock /build/{name} /
"""


@dataclass(frozen=True)
class Tool:
    """How a lock file comes about: an image, the tool's installation, its command."""

    base: str
    install: str
    lock: str


def _again(command: str) -> str:
    """A command that is begun again if a mirror does not answer for two minutes."""
    return f"timeout 120 {command} || timeout 120 {command}"


def _pip(requirement: str, lock: str, *more: str) -> Tool:
    words = " ".join(f'"{each}"' for each in (requirement, *more))
    return Tool(_PYTHON, f"pip install --root-user-action=ignore {words}", lock)


TOOLS: Mapping[str, Tool] = {
    "Pipfile.lock": _pip(f"pipenv=={VERSIONS['pipenv']}", _again("pipenv lock")),
    "bun.lock": Tool(_NODE, f"npm install --global bun@{_BUN}", "bun install --lockfile-only"),
    "package-lock.json": Tool(_NODE, "true", _again("npm install --package-lock-only")),
    "pdm.lock": _pip(f"pdm[locked]=={VERSIONS['pdm']}", _again("pdm lock")),
    "pnpm-lock.yaml": Tool(
        _NODE, f"npm install --global pnpm@{_PNPM}", "pnpm install --lockfile-only"
    ),
    "poetry.lock": _pip(
        f"poetry=={VERSIONS['poetry']}",
        f"{_INDEX} POETRY_PYPI_MIRROR_URL=$index poetry lock",
        f"poetry-plugin-pypi-mirror=={_POETRY_MIRROR}",
    ),
    "requirements.txt": _pip(
        f"pip-tools=={_PIP_TOOLS}", "pip-compile --generate-hashes --quiet requirements.in"
    ),
    "uv.lock": _pip(f"uv=={VERSIONS['uv']}", _again("uv lock")),
    "yarn.lock": Tool(
        _NODE, f"npm install --global --force yarn@{_YARN}", "yarn install --ignore-scripts"
    ),
}


def make(engine: Engine, folder: Path, names: Sequence[str]) -> None:
    """Write lock files into the folder of a project."""
    for name in names:
        tool = TOOLS[name]
        engine.require(tool.base)
        text = _DOCKERFILE.format(base=tool.base, install=tool.install, lock=tool.lock, name=name)
        with tempfile.TemporaryDirectory() as context:
            shutil.copytree(folder, context, dirs_exist_ok=True)
            # The project's own ignore file would keep the manifests out.
            (Path(context) / ".dockerignore").unlink(missing_ok=True)
            unpack(engine.export(Path(context), text), folder)
