"""What is proposed for a site builds it, and nginx serves what the generator made.

The usual managers and generators are built in test_onboarding; here are the rarer ways.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.detect import existing, sites
from generator.detect.sites.proposals import nested
from generator.detect.tree import Tree
from generator.document import dump
from generator.verify.result import Status
from generator.verify.run import Choice, verify
from generator.verify.subject import Given, find
from tests.helpers import imgen

from .apps import unpack
from .engine import Engine, Verifier

pytestmark = pytest.mark.engine
# A stage that locks a project, with the first words that bring the manager.
_LOCK = """\
FROM node:24-trixie-slim AS lock
RUN --mount=type=cache,target=/root/.npm {install}
WORKDIR /build
COPY . ./
RUN --mount=type=cache,target=/root/.npm {lock}
FROM scratch
COPY --from=lock /build/{name} /
"""
# The checks that a wrong build, output or include would turn red.
_CHECKS = ("answers", "context", "cheap-rebuild", "code-unwritable", "no-secrets")


@dataclass(frozen=True)
class Case:
    """A project as its files, how it is locked, and a path with a word that it must answer."""

    files: Mapping[str, str]
    path: str
    word: str
    lock: tuple[str, str, str] = ("", "", "")
    locked_in: str = "."
    commands: Sequence[str] = field(default=())


def _package(**more: object) -> str:
    """A package.json as the managers write it: yarn would write another one anew."""
    return f"{json.dumps({'name': 'site', 'private': True, 'type': 'module', **more}, indent=2)}\n"


VITE = {"vite": "^7.0.0"}
PAGE = '<!doctype html><title>Shop</title><script type="module" src="/src/main.js"></script>\n'
NPM = ("true", "npm install --package-lock-only", "package-lock.json")
CASES = {
    "yarn without node_modules": Case(
        {
            "package.json": _package(scripts={"build": "vite build"}, devDependencies=VITE),
            "index.html": PAGE,
            "src/main.js": "document.body.append(import.meta.env.VITE_TITLE)\n",
            ".env.production": "VITE_TITLE=Hello\n",
        },
        path="/",
        word="Shop",
        lock=(
            "npm install --global --force @yarnpkg/cli-dist@4",
            "touch yarn.lock && yarn install --mode=update-lockfile",
            "yarn.lock",
        ),
        commands=("VITE_TITLE=Hello YARN_ENABLE_GLOBAL_CACHE=false yarn run build",),
    ),
    "pnpm workspace": Case(
        {
            "package.json": _package(),
            "pnpm-workspace.yaml": "packages: [packages/*]\n",
            "packages/title/package.json": json.dumps(
                {"name": "title", "version": "1.0.0", "type": "module", "main": "index.js"}
            ),
            "packages/title/index.js": "export default 'Hello'\n",
            "packages/web/package.json": json.dumps(
                {
                    "name": "web",
                    "type": "module",
                    "scripts": {"build": "vite build"},
                    "dependencies": {"title": "workspace:*"},
                    "devDependencies": VITE,
                }
            ),
            "packages/web/index.html": PAGE,
            "packages/web/src/main.js": "import title from 'title'\ndocument.title = title\n",
        },
        path="/",
        word="Shop",
        lock=(
            "npm install --global pnpm@10",
            "pnpm install --lockfile-only",
            "pnpm-lock.yaml",
        ),
        commands=("pnpm --filter web... run build",),
    ),
    "site in a folder, made for a path": Case(
        {
            "server.go": "package main\n",
            "frontend/package.json": _package(
                scripts={"build": "vite build"}, devDependencies=VITE
            ),
            "frontend/vite.config.js": "export default {\n  base: '/shop/',\n}\n",
            "frontend/index.html": PAGE,
            "frontend/src/main.js": "document.title = 'Hello'\n",
        },
        path="/",
        word='src="/assets/',
        lock=NPM,
        locked_in="frontend",
        commands=("cd frontend && npm run build -- --base=/",),
    ),
    "pages at the top": Case(
        {
            "index.html": "<!doctype html><title>Shop</title>\n",
            "docs/about.html": "<!doctype html><title>About</title>\n",
            "README.md": "# Shop\n",
        },
        path="/docs/about",
        word="About",
    ),
    "Sphinx": Case(
        {
            "docs/conf.py": "extensions = ['myst_parser']\nhtml_theme = 'furo'\n",
            "docs/index.md": "# Guide\n\nHello\n",
            "docs/requirements.txt": "sphinx\nfuro\nmyst-parser\n",
        },
        path="/",
        word="Hello",
    ),
    "Hugo": Case(
        {
            "hugo.toml": "baseURL = 'https://example.org/'\ntitle = 'Blog'\n",
            "content/_index.md": "Hello\n",
            "layouts/index.html": "<!doctype html><title>Blog</title>{{ .Content }}\n",
        },
        path="/",
        word="Hello",
    ),
}


def _write(folder: Path, case: Case, engine: Engine) -> None:
    for path, text in case.files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    install, lock, name = case.lock
    if name:
        engine.require("node:24-trixie-slim")
        text = _LOCK.format(install=install, lock=lock, name=name)
        unpack(engine.export(folder / case.locked_in, text), folder / case.locked_in)


@pytest.mark.parametrize("name", CASES)
def test_a_site_is_built_and_served(
    engine: Engine, verifier: Verifier, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    project = tmp_path / "project"
    project.mkdir()
    _write(project, case, engine)
    found, *_ = sites.candidates(Tree.scan(project), existing.Existing())
    assert not found.missing
    values = nested(found.proposals)
    for command in case.commands:
        assert command in values["build"]["run"]
    (project / "imgen.yaml").write_text(dump(values), encoding="utf-8")
    done = imgen("generate", cwd=project)
    assert done.code == 0, done.err
    report = verify(
        find(project, Given(path=case.path)),
        verifier,
        on_start=lambda *_: None,
        on_result=lambda _: None,
        choice=Choice(only=_CHECKS),
    )
    failed = {one.check: one.evidence for one in report.results if one.status is Status.FAILED}
    assert failed == {}
    _serves(engine, project, case, values["build"]["output"])
    shutil.rmtree(project)


def _serves(engine: Engine, project: Path, case: Case, output: str) -> None:
    """The page that the build made holds the word."""
    text = (project / "Dockerfile").read_text(encoding="utf-8")
    stage = text[: text.index("\nFROM nginx")].removeprefix("# syntax=docker/dockerfile:1\n")
    made = f"{stage}\nFROM scratch\nCOPY --from=build /src/{output} /made\n"
    unpack(engine.export(project, made), project)
    path = f"{case.path}index.html" if case.path.endswith("/") else f"{case.path}.html"
    assert case.word in (project / "made" / path.lstrip("/")).read_text(encoding="utf-8")
