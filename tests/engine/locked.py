"""One project for each package manager, with the lock that its real tool makes of it."""

from collections.abc import Mapping
from pathlib import Path

from profiles._dependencies import Dependencies

from . import apps
from .company import OFFICIAL
from .engine import Engine

MANAGERS = ("poetry", "pdm", "pipenv", "uv")
SERVER = "gunicorn==27.0.1"
# The index that pip uses here: poetry's own way to the public one needs more than a mirror has.
_INDEX = """\
index=$(pip config get global.index-url 2>/dev/null || python -c \
'from pip._internal.models.index import PyPI; print(PyPI.simple_url)') \
&& sed -i "s|@INDEX@|$index|" """
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


def make(engine: Engine, folder: Path) -> Mapping[str, Mapping[str, str]]:
    """The manifests and the lock of each manager's project, by path."""
    sources, made = folder / "sources", folder / "locked"
    made.mkdir()
    for manager, files in MANIFESTS.items():
        for path, text in files.items():
            target = sources / manager / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    copies = "".join(f"COPY --from={name} /{name} /{name}\n" for name in MANAGERS)
    dockerfile = "".join(map(_stage, MANAGERS)) + f"FROM scratch\n{copies}"
    apps.unpack(engine.export(sources, dockerfile), made)
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
RUN {_INDEX}{first}
RUN {_COMMANDS[manager]}
"""


def _texts(folder: Path) -> Mapping[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in files
        if not path.name.startswith(".")
    }
