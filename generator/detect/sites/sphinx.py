"""Sites of Sphinx."""

import re
import shlex

from generator.detect.model import Candidate, Evidence
from generator.detect.sites import docs_build, docs_pages, docs_project
from generator.detect.sites.generators import below
from generator.detect.sites.proposals import Site
from generator.detect.sites.read_the_docs import ReadTheDocs
from generator.detect.tree import Tree

_FOLDERS = ("docs", "doc", "docs/source", "doc/source", "source", ".")
_SETTINGS = re.compile(r"^(?:extensions|html_theme|project|master_doc)\s*=", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
# What makes the build import the project: pages out of its code, and its version out of what is
# installed.
_IMPORTS = re.compile(
    r"['\"]sphinx\.ext\.auto(?:doc|summary)\b|['\"](?:numpydoc|sphinx_click|sphinxarg\.ext"
    r"|sphinxcontrib\.autoprogram)['\"]|^[ \t]{0,9}(?:from|import) importlib[._]metadata"
    r"|\bget_distribution\(",
    re.MULTILINE,
)
_SYS_PATH = re.compile(r"^[ \t]*sys\.path\.(?:insert|append)\((\n?.*)$", re.MULTILINE)


def candidate(tree: Tree, hosted: ReadTheDocs) -> Candidate | None:
    """The site in a tree, if there is one."""
    path = hosted.sphinx or next(
        filter(None, (_configuration(tree, each) for each in _FOLDERS)), ""
    )
    if not path:
        return None
    folder = path.rpartition("/")[0] or "."
    here = Evidence(path=path)
    # Comments keep their lines, so that places in the text stay those in the file.
    source = _COMMENT.sub("", tree.text(path) or "")
    site = Site(kind="Sphinx site", score=min(docs_build.score(tree, "sphinx"), 80))
    if re.search(r"['\"]autoapi\.extension", source) and not docs_project.code(tree):
        site.note("autoapi reads the code that it describes: add its folder to include", here)
    builder = hosted.builder or "html"
    top = folder.partition("/")[0]
    output = f"{folder}/_build/{builder}".removeprefix("./")
    places = f"{shlex.quote(folder)} {shlex.quote(output)}"
    tool = docs_build.Tool(
        name="sphinx",
        needed=["sphinx", *_packages(source)],
        # What it keeps for the next build is nothing to publish, and holds times.
        command=f"sphinx-build -b {builder} -d /tmp/doctrees {places}",
        here=here,
        describes=_imports(path, source),
        command_evidence=hosted.builder_evidence if hosted.builder else (),
    )
    code = _on_path(tree, folder, source)
    if code and (hosted.installs or "autodoc_mock_imports" in source):
        # The code is found, and what it needs is installed or replaced.
        tool.describes = ()
    read = docs_build.propose(site, tree, hosted, tool)
    site.propose("build.output", output, "usual folder")
    if top != ".":
        read += [top, *_beside(tree, folder, source), *code]
        read += [
            each for each in docs_pages.included(tree, folder) if not each.startswith(f"{top}/")
        ]
        if "autoapi.extension" in source:
            read += docs_project.code(tree)
        site.propose("include", docs_project.entries(read), "pages and configuration", [here])
    return site.candidate("Sphinx site of", here)


def _configuration(tree: Tree, folder: str) -> str:
    path = f"{folder}/conf.py".removeprefix("./")
    return path if _SETTINGS.search(tree.text(path) or "") else ""


def _imports(path: str, source: str) -> tuple[Evidence, ...]:
    found = _IMPORTS.search(source)
    return (Evidence(path=path, line=source.count("\n", 0, found.start()) + 1),) if found else ()


def _on_path(tree: Tree, folder: str, source: str) -> list[str]:
    """The code in the folders that a configuration puts onto the path of imports."""
    found = []
    for line in _SYS_PATH.findall(source):
        words = re.findall(r"['\"]([\w./-]{1,200})['\"]", line[:400])
        if not words and "__file__" not in line and ".parent" not in line:
            continue
        path = below(folder, "/".join(words)) if words else ""
        if path == folder or path.startswith(f"{folder}/"):
            continue
        if path and tree.has_folder(path):
            found.append(path)
        elif not path:
            found += docs_project.code(tree) + docs_project.modules(tree)
    return found


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


def _packages(source: str) -> list[str]:
    table = docs_build.packages()
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
