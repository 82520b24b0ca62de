"""Lock files by the real tools: of the fixture projects, and of one project for each manager."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from profiles._dependencies import VERSIONS, Dependencies

from .apps import unpack
from .company import OFFICIAL
from .engine import Engine

_NODE = "node:24-trixie-slim"
# The index that pip uses: poetry's own way to the public one needs more than a mirror has.
_INDEX = """\
index=$(pip config get global.index-url 2>/dev/null || python -c \
'from pip._internal.models.index import PyPI; print(PyPI.simple_url)')"""


# The lock files that a project asks for by name, each made in a build of its own.

_PIP_TOOLS = "7.6.2"
_POETRY_MIRROR = "0.6.5"
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
    return Tool(OFFICIAL, f"pip install --root-user-action=ignore {words}", lock)


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
        f"{_INDEX}; POETRY_PYPI_MIRROR_URL=$index poetry lock",
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


# One small project for each manager that locks Python packages.

MANAGERS = ("poetry", "pdm", "pipenv", "uv")
SERVER = "gunicorn==27.0.1"
_PROJECT = """\
[project]
name = "shop"
version = "1.0.0"
requires-python = ">=3.13,<4"
readme = "README.md"
dependencies = ["gunicorn", "colorama; sys_platform == 'win32'"]

[project.optional-dependencies]
extra = ["iniconfig"]
"""
_GROUPS = """\

[dependency-groups]
web = ["idna"]
dev = ["pluggy"]
"""
_POETRY = """\

[tool.poetry]
package-mode = false

[tool.poetry.group.web]
optional = true

[tool.poetry.group.web.dependencies]
idna = "*"

[tool.poetry.group.dev.dependencies]
pluggy = "*"

[[tool.poetry.source]]
name = "first"
url = "@INDEX@"
priority = "primary"
"""
_PIPFILE = """\
[[source]]
name = "first"
url = "@INDEX@"
verify_ssl = true

[packages]
gunicorn = "*"

[dev-packages]
pluggy = "*"

[web]
idna = "*"
"""
_MEMBER = """\
[project]
name = "{name}"
version = "1.0.0"
requires-python = ">=3.13"
dependencies = [{dependencies}]

[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
"""
_WORKSPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n'
    "[tool.uv.sources]\ncore = {workspace = true}\n",
    "packages/api/pyproject.toml": _MEMBER.format(name="api", dependencies='"core", "iniconfig"'),
    "packages/core/pyproject.toml": _MEMBER.format(name="core", dependencies='"idna"'),
    "packages/other/pyproject.toml": _MEMBER.format(name="other", dependencies='"pluggy"'),
}
MANIFESTS: Mapping[str, Mapping[str, str]] = {
    "poetry": {"pyproject.toml": _PROJECT + _POETRY},
    "pdm": {"pyproject.toml": _PROJECT + _GROUPS},
    "pipenv": {"Pipfile": _PIPFILE},
    "uv": _WORKSPACE,
}
_COMMANDS = {
    "poetry": "poetry lock",
    "pdm": "pdm lock --group :all",
    "pipenv": 'pipenv lock --categories "packages dev-packages web"',
    "uv": "uv lock",
}


def projects(engine: Engine, folder: Path) -> Mapping[str, Mapping[str, str]]:
    """The manifests and the lock of each manager's project, by path, all made in one build."""
    sources, made = folder / "sources", folder / "locked"
    made.mkdir()
    for manager, files in MANIFESTS.items():
        for path, text in files.items():
            target = sources / manager / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    copies = "".join(f"COPY --from={name} /{name} /{name}\n" for name in MANAGERS)
    dockerfile = "".join(map(_stage, MANAGERS)) + f"FROM scratch\n{copies}"
    unpack(engine.export(sources, dockerfile), made)
    return {manager: _texts(made / manager) for manager in MANAGERS}


def _stage(manager: str) -> str:
    tools = " ".join(f'"{tool}"' for tool in Dependencies(manager=manager).tools())
    first = next(iter(MANIFESTS[manager]))
    return f"""\
FROM {OFFICIAL} AS {manager}
ENV PDM_CHECK_UPDATE="0" PDM_USE_VENV="0"
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked pip install {tools}
WORKDIR /{manager}
COPY {manager} .
RUN {_INDEX} && sed -i "s|@INDEX@|$index|" {first}
RUN {_COMMANDS[manager]}
"""


def _texts(folder: Path) -> Mapping[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if not path.name.startswith(".")
    }
