"""Where modules are, whether the project is installed, and workspaces."""

from pathlib import Path

import pytest

from generator.detect.python.code import Code
from generator.detect.python.layout import importable

from .projects import LOCK, candidates, locked, manifest, read, tree, values

BUILD = '[build-system]\nrequires = ["{0}"]\nbuild-backend = "{1}"\n'
HATCH = BUILD.format("hatchling", "hatchling.build")
SETUPTOOLS = BUILD.format("setuptools", "setuptools.build_meta")
PROJECT = manifest("{0}", more='readme = "README.md"\n')
SCRIPTS = '[project.scripts]\nshop = "shop.main:run"\n'
SRC = {"src/shop/__init__.py": "", "src/shop/main.py": "", "README.md": ""}
FLASK_APP = "from flask import Flask\napp = Flask(__name__)\n"
FLAT = {"shop/__init__.py": "", "shop/main.py": "", "README.md": ""}


@pytest.mark.parametrize(
    ("manifest", "code", "roots", "installed"),
    [
        (PROJECT.format("flask") + HATCH, SRC, ("src", ""), True),
        (PROJECT.format("flask"), SRC, ("src", ""), False),
        (PROJECT.format("flask") + HATCH, FLAT, ("",), False),
        (PROJECT.format("flask") + SCRIPTS + HATCH, FLAT, ("",), False),
        (PROJECT.format("click") + SCRIPTS + HATCH, FLAT, ("",), True),
        (PROJECT.format("click") + SCRIPTS, FLAT, ("",), False),
        (PROJECT.format("click") + SCRIPTS + HATCH, {"main.py": ""}, ("",), False),
        (PROJECT.format("django") + HATCH, SRC | {"manage.py": ""}, ("src", ""), False),
        (PROJECT.format("flask") + SETUPTOOLS, SRC, ("src", ""), True),
        # Without package data setuptools would leave the template out.
        (
            PROJECT.format("flask") + SETUPTOOLS,
            SRC | {"src/shop/templates/a.html": ""},
            ("src", ""),
            False,
        ),
        (
            PROJECT.format("flask") + SETUPTOOLS + "[tool.uv]\npackage = false\n",
            SRC,
            ("src", ""),
            False,
        ),
    ],
)
def test_layouts(
    tmp_path: Path, manifest: str, code: dict[str, str], roots: tuple[str, ...], *, installed: bool
) -> None:
    found = read(tmp_path, {"pyproject.toml": manifest, **code})
    assert found.roots == roots
    assert found.installed is installed
    assert (values(found).get("dependencies.install_project") == "true") is installed
    if installed:
        assert found.project_files == ("pyproject.toml", "README.md")


def test_what_the_build_backend_runs_is_a_file_of_the_project(tmp_path: Path) -> None:
    files = {"pyproject.toml": PROJECT.format("flask") + HATCH, "hatch_build.py": "", **SRC}
    found = read(tmp_path, files)
    assert found.project_files == ("pyproject.toml", "hatch_build.py", "README.md")
    (app, *_) = candidates(tmp_path, {"src/shop/main.py": FLASK_APP})
    include = next(each.value for each in app.proposals if each.field == "include")
    assert include == ["hatch_build.py", "README.md", "src"]


@pytest.mark.parametrize(
    ("tool", "backend"),
    [("hatch-vcs", "hatchling.build"), ("setuptools-scm>=8", "setuptools.build_meta")],
)
def test_a_version_from_git_keeps_the_project_from_being_installed(
    tmp_path: Path, tool: str, backend: str
) -> None:
    manifest = '[project]\nname = "shop"\ndynamic = ["version"]\ndependencies = ["flask"]\n'
    found = read(tmp_path, {"pyproject.toml": manifest + BUILD.format(tool, backend), **SRC})
    assert not found.installed
    assert any("git" in note.text for note in found.notes)


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": PROJECT.format("click") + SCRIPTS},
        {
            "pyproject.toml": '[tool.poetry]\nname = "shop"\n[tool.poetry.scripts]\n'
            'shop = "shop.main:run"\n',
            "poetry.lock": "",
        },
        {
            "setup.cfg": "[metadata]\nname = shop\n[options]\ninstall_requires = click\n"
            "[options.entry_points]\nconsole_scripts =\n    shop = shop.main:run\n"
        },
        {
            "setup.py": "import setuptools\nNAME = 'shop'\nsetuptools.setup(name=NAME,\n"
            "  install_requires=['click'],\n"
            "  entry_points={'console_scripts': ['shop = shop.main:run']})\n"
        },
    ],
)
def test_console_scripts(tmp_path: Path, files: dict[str, str]) -> None:
    found = read(tmp_path, files | FLAT)
    assert found.scripts == {"shop": "shop.main:run"}
    assert found.script_evidence["shop"].line > 0
    assert found.name == "shop"


def test_a_poetry_project_without_a_lock_is_installed_as_a_package(tmp_path: Path) -> None:
    manifest = '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\nflask = "^3.0"\n'
    manifest += BUILD.format("poetry-core", "poetry.core.masonry.api")
    found = read(tmp_path, {"pyproject.toml": manifest, **FLAT})
    fields = values(found)
    assert fields["dependencies.files"] == []
    assert fields["dependencies.install_project"] == "true"
    assert any("poetry lock" in note.text for note in found.notes)


WORKSPACE = {
    "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*", "apps/*"]\n'
    'exclude = ["packages/old"]\n',
    "packages/core/pyproject.toml": '[project]\nname = "core"\nversion = "1"\n'
    'dependencies = ["psycopg2"]\n' + HATCH,
    "packages/core/src/core/__init__.py": "",
    "packages/old/pyproject.toml": '[project]\nname = "old"\n',
    "apps/web/pyproject.toml": '[project]\nname = "web"\nversion = "1"\n'
    'dependencies = ["fastapi", "core"]\n[tool.uv.sources]\ncore = {workspace = true}\n' + HATCH,
    "apps/web/src/web/__init__.py": "",
    "uv.lock": LOCK
    + locked("core", "1", "psycopg2", source="editable packages/core")
    + locked("fastapi", "0.115.0", wheel="fastapi-0.115.0-py3-none-any.whl")
    + locked("psycopg2", "2.9.10")
    + locked("web", "1", source="editable apps/web"),
}


def test_the_app_of_a_workspace(tmp_path: Path) -> None:
    found = read(tmp_path, WORKSPACE)
    fields = values(found)
    assert fields["dependencies.package"] == "web"
    assert fields["dependencies.members"] == ["apps/web", "packages/core"]
    assert found.roots == ("apps/web/src", "apps/web")
    assert found.installed
    assert sorted(found.requirements) == ["fastapi", "psycopg2"]
    assert fields["packages"] == ["libpq5"]


def test_two_apps_of_a_workspace_are_told(tmp_path: Path) -> None:
    other = '[project]\nname = "admin"\nversion = "1"\ndependencies = ["django"]\n'
    found = read(tmp_path, WORKSPACE | {"apps/admin/pyproject.toml": other})
    assert any("admin" in note.text and "web" in note.text for note in found.notes)


def test_requirements_in_one_subfolder(tmp_path: Path) -> None:
    found = read(tmp_path, {"api/requirements.txt": "flask\n", "api/app.py": ""})
    assert values(found)["dependencies"] == "api/requirements.txt"
    assert found.roots == ("api", "")


def test_a_project_below_is_pointed_at(tmp_path: Path) -> None:
    files = {"backend/pyproject.toml": PROJECT.format("flask"), "frontend/package.json": "{}"}
    (found,) = candidates(tmp_path, files)
    assert found.score < 30
    assert "imgen new backend" in found.missing


def test_a_member_with_the_name_of_its_folder(tmp_path: Path) -> None:
    member = '[project]\nname = "{0}"\nversion = "1"\ndependencies = [{1}]\n' + HATCH
    files = {
        "pyproject.toml": '[project]\nname = "root"\nversion = "0"\n'
        '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        "uv.lock": LOCK,
        "packages/api/pyproject.toml": member.format("api", '"core", "fastapi"'),
        "packages/api/src/api/__init__.py": "",
        "packages/api/src/api/app.py": "import core\nfrom fastapi import FastAPI\n"
        "app = FastAPI()\n",
        "packages/core/pyproject.toml": member.format("core", ""),
        "packages/core/src/core/__init__.py": "",
    }
    (found,) = candidates(tmp_path, files)
    (server,) = [each.value for each in found.proposals if each.field == "server"]
    assert server == {"uvicorn": "api.app:app"}


def test_the_src_of_a_member_comes_before_a_folder_above_that_is_called_like_an_import(
    tmp_path: Path,
) -> None:
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        "uv.lock": LOCK,
        "queue/__init__.py": "",
        "packages/api/pyproject.toml": manifest("fastapi") + HATCH,
        "packages/api/src/api/__init__.py": "",
        "packages/api/src/api/app.py": "import queue\nfrom fastapi import FastAPI\n"
        "app = FastAPI()\n",
    }
    (found,) = candidates(tmp_path, files)
    (server,) = [each.value for each in found.proposals if each.field == "server"]
    assert server == {"uvicorn": "api.app:app"}


def test_a_project_folder_is_no_module(tmp_path: Path) -> None:
    files = {"packages/core/pyproject.toml": "", "packages/core/core.py": "", "packages/a/b.py": ""}
    code = Code(tree(tmp_path, files))
    assert importable(code, "packages", "core") is None
    assert importable(code, "packages", "core.core") == "packages/core/core.py"
    assert importable(code, "packages", "a") == "packages/a"
