"""Documentation sites that a Python tool builds: MkDocs and Sphinx."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from generator.detect.model import Candidate, Confidence, Evidence
from generator.detect.sites.generators import below
from generator.detect.sites.proposals import Site
from generator.detect.tree import Tree
from generator.detect.values import mapping, text, texts

IMAGE = "python:3.13-slim-trixie"
_DATA = Path(__file__).parent.parent / "data" / "documentation.yaml"
_REQUIREMENTS = (
    "docs/requirements.txt", "doc/requirements.txt", "docs/requirements.in",
    "requirements-docs.txt", "requirements_docs.txt", "docs-requirements.txt",
    "requirements/docs.txt", "requirements.txt",
)  # fmt: skip
_SPHINX = ("docs", "doc", "docs/source", "doc/source", "source", ".")


@cache
def _packages() -> Mapping[str, Mapping[str, str]]:
    """The packages of PyPI that themes, plugins and extensions come from."""
    import yaml

    found: Mapping[str, Mapping[str, str]] = yaml.load(
        _DATA.read_text("utf-8"), Loader=yaml.CSafeLoader
    )
    return found


def candidates(tree: Tree) -> list[Candidate]:
    """The documentation sites in a tree."""
    found = [_mkdocs(tree), _sphinx(tree)]
    return [each for each in found if each]


def _score(tree: Tree, tool: str) -> int:
    """A package's documentation is no site of its own: the package is what the folder is for."""
    project = mapping(tree.toml("pyproject.toml").get("project"))
    needs = texts(project.get("dependencies"))
    if project and needs and all(re.match(rf"{tool}|furo|pymdown", each.lower()) for each in needs):
        return 85
    code = any(tree.has(path) for path in ("pyproject.toml", "setup.py", "setup.cfg", "manage.py"))
    if code or tree.has("package.json") or tree.has("go.mod") or tree.has("Cargo.toml"):
        return 15
    return 85


def _mkdocs(tree: Tree) -> Candidate | None:
    path = tree.first("mkdocs.yml", "mkdocs.yaml")
    if not path:
        return None
    config = tree.yaml(path)
    site = Site(kind="MkDocs site", score=_score(tree, "mkdocs"))
    here = Evidence(path=path)
    needed = ["mkdocs"]
    table = _packages()
    theme = config.get("theme")
    name = text(theme) or text(mapping(theme).get("name"))
    if name in table["themes"]:
        needed.append(table["themes"][name])
    plugins = _names(config.get("plugins"))
    extensions = _names(config.get("markdown_extensions"))
    needed += [table["plugins"][each] for each in plugins if each in table["plugins"]]
    if any(each.startswith("pymdownx") for each in extensions):
        needed.append("pymdown-extensions")
    if unknown := [each for each in plugins if each not in table["plugins"] and "/" not in each]:
        names = ", ".join(each for each in unknown if each not in table["part_of_mkdocs"])
        if names and not _requirements(tree, "mkdocs"):
            site.note(f"The packages of these plugins are not known: {names}", here)
    if any(each.startswith("git-") for each in plugins):
        site.propose("build.packages", ["git"], "plugins in", [here])
        site.note("Plugins ask for git's history, which stays out of the build", here)
    if "mkdocstrings" in plugins:
        site.note("mkdocstrings reads the code that it describes: add its folder to include", here)
    folder = below(".", text(config.get("docs_dir")) or "docs")
    read = [path, folder, *_mkdocs_extras(tree, config)]
    made = text(config.get("site_dir"))
    output = below(".", made) if made else "site"
    command = "mkdocs build" if path == "mkdocs.yml" else f"mkdocs build -f {path}"
    _build(site, tree, _Tool(name="mkdocs", needed=needed, command=command, here=here))
    site.propose(
        "build.output",
        output or "site",
        "named in" if made else "usual folder",
        [Evidence(path=path, line=tree.line(path, r"^site_dir:"))] if made else (),
        confidence=Confidence.HIGH if made else Confidence.MEDIUM,
    )
    site.propose("include", sorted(set(filter(None, read))), "pages and configuration", [here])
    if not tree.has_folder(folder or "docs"):
        site.missing = f"the folder with the pages, {folder or 'docs'}"
    return site.candidate("MkDocs site of", here)


def _names(value: object) -> list[str]:
    """The names in a list of texts and of mappings with one key each."""
    if isinstance(value, dict):
        return list(mapping(value))
    found = value if isinstance(value, list) else []
    return [
        name
        for each in found
        for name in ([each] if isinstance(each, str) else list(mapping(each)))
    ]


def _mkdocs_extras(tree: Tree, config: Mapping[str, Any]) -> list[str]:
    """Files beside the pages: a theme's own folder and hooks."""
    custom = text(mapping(config.get("theme")).get("custom_dir"))
    named = [custom, *texts(config.get("hooks"))]
    found = [below(".", each) for each in named if each]
    return [each.partition("/")[0] for each in found if tree.has(each) or tree.has_folder(each)]


def _sphinx(tree: Tree) -> Candidate | None:
    folder = next(
        (
            each
            for each in _SPHINX
            if re.search(
                r"^(?:extensions|html_theme|project|master_doc)\s*=",
                tree.text(f"{each}/conf.py".removeprefix("./")) or "",
                re.MULTILINE,
            )
        ),
        "",
    )
    if not folder:
        return None
    path = f"{folder}/conf.py".removeprefix("./")
    here = Evidence(path=path)
    source = tree.text(path) or ""
    site = Site(kind="Sphinx site", score=min(_score(tree, "sphinx"), 80))
    needed = ["sphinx", *_sphinx_packages(source)]
    if re.search(r"sphinx\.ext\.auto|autoapi|automodule", source):
        site.note("autodoc imports the code that it describes: install it in build.run", here)
    top = folder.partition("/")[0]
    output = f"{folder}/_build/html".removeprefix("./") if top != "." else "_build/html"
    # What it keeps for the next build is nothing to publish, and holds times.
    command = f"sphinx-build -b html -d /tmp/doctrees {folder} {output}"
    _build(site, tree, _Tool(name="sphinx", needed=needed, command=command, here=here))
    site.propose("build.output", output, "usual folder")
    if top != ".":
        read = sorted({top, *_beside(tree, folder, source)})
        site.propose("include", read, "pages and configuration", [here])
    return site.candidate("Sphinx site of", here)


def _beside(tree: Tree, folder: str, source: str) -> list[str]:
    """Entries at the top that a configuration names: extensions of its own, and `../` paths."""
    named = re.findall(r"['\"]((?:\.\./){0,20}[\w./-]{1,200})['\"]", source)
    found = []
    for name in dict.fromkeys(named):
        if name.startswith("../"):
            path = below(folder, name).partition("/")[0]
        else:
            module = name.partition(".")[0]
            path = f"{module}.py" if tree.has(f"{module}.py") else module
            if not tree.has(path) and not tree.has(f"{path}/__init__.py"):
                continue
        if path and (tree.has(path) or tree.has_folder(path)):
            found.append(path)
    return found


def _sphinx_packages(source: str) -> list[str]:
    table = _packages()
    theme = re.search(r"^html_theme\s*=\s*['\"]([\w.-]+)", source, re.MULTILINE)
    found = (
        [table["sphinx_themes"][theme[1]]] if theme and theme[1] in table["sphinx_themes"] else []
    )
    named = re.findall(r"['\"]([\w.]+)['\"]", source)
    return found + [
        table["sphinx_extensions"][each]
        for each in dict.fromkeys(named)
        if each in table["sphinx_extensions"]
    ]


def _requirements(tree: Tree, tool: str) -> str:
    """The requirements file that names the tool, or nothing."""
    pattern = re.compile(rf"^{tool}", re.IGNORECASE | re.MULTILINE)
    return next((path for path in _REQUIREMENTS if pattern.search(tree.text(path) or "")), "")


@dataclass(frozen=True, kw_only=True)
class _Tool:
    """What builds: its package, those it needs, its command, and where that is read."""

    name: str
    needed: list[str]
    command: str
    here: Evidence


def _build(site: Site, tree: Tree, tool: _Tool) -> None:
    """Propose the commands: one that installs the tool, one that builds."""
    needed, here = tool.needed, tool.here
    site.propose("build.image", IMAGE, "current Python release", confidence=Confidence.LOW)
    if path := _requirements(tree, tool.name):
        evidence = Evidence(path=path, line=tree.line(path, rf"(?i)^{tool.name}"))
        files = [path, *_nested(tree, path)]
        site.propose("build.manifests", files, "read by the installation", [evidence])
        site.propose(
            "build.run",
            [f"pip install -r {path}", tool.command],
            "packages of",
            [evidence],
            confidence=Confidence.HIGH,
        )
        return
    needs = texts(mapping(tree.toml("pyproject.toml").get("project")).get("dependencies"))
    if site.score >= 80 and needs:
        here, needed = Evidence(path="pyproject.toml"), needs
    else:
        site.note(
            "No requirements file names the tool and its versions, so each build installs the "
            f"newest: {', '.join(dict.fromkeys(needed))}",
            here,
        )
    packages = " ".join(shlex.quote(each) for each in dict.fromkeys(needed))
    # Nothing of the project is read, so the source is only copied after it.
    site.propose("build.manifests", [here.path], "names the packages", [here])
    site.propose(
        "build.run", [f"pip install {packages}", tool.command], "packages named in", [here]
    )


def _nested(tree: Tree, path: str) -> list[str]:
    """Requirements files that one refers to."""
    folder = path.rpartition("/")[0]
    found = re.findall(r"^-[rc][ =]*([\w./-]+)", tree.text(path) or "", re.MULTILINE)
    paths = [below(folder or ".", each) for each in found]
    return [each for each in paths if tree.has(each)]
