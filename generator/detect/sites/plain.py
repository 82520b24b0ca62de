"""Sites that need no build: a folder with the finished pages, or pages at the top."""

import re
from collections.abc import Sequence
from itertools import chain, count

from generator import bases, build_tools, grammar
from generator.detect import node
from generator.detect.model import Alternative, Candidate, Confidence, Evidence
from generator.detect.node import NodeProject
from generator.detect.sites.context import includes
from generator.detect.sites.proposals import Site
from generator.detect.tree import Tree
from profiles.nginx import DEFAULT_SITE

_FOLDERS = (
    "public", "site", "www", "html", "htdocs", "static", "dist", "build", "_site", "out", "docs",
    "src", "web",
)  # fmt: skip
# Where a script writes: `public/main.css`, `-o dist`.
_WRITTEN = re.compile(
    r"[\s./='\"](_site|build|dist|out|public|www)/"
    r"|\s(?:-[do]|--(?:out|dist|dest)[\w-]{0,20})[ =](?:\./)?([\w-]{1,60})(?=[\s'\"]|$)"
)
_WEB = (
    ".avif", ".css", ".eot", ".gif", ".htm", ".html", ".ico", ".jpeg", ".jpg", ".js", ".json",
    ".mjs", ".mp3", ".mp4", ".otf", ".pdf", ".png", ".svg", ".ttf", ".txt", ".wasm", ".webm",
    ".webmanifest", ".webp", ".woff", ".woff2", ".xml",
)  # fmt: skip
# Files of those kinds that no visitor asks for.
_TOOLS = (
    "LICENSE.txt", "angular.json", "bower.json", "composer.json", "gulpfile.js", "Gruntfile.js",
    "package-lock.json", "package.json", "requirements.txt", "runtime.txt", "tsconfig.json",
)  # fmt: skip
_NO_PAGES = ("bin", "coverage", "e2e", "node_modules", "scripts", "spec", "test", "tests", "vendor")
# Files at the top that say: this is a program, whatever pages it has.
_PROGRAMS = (
    "*.csproj", "*.go", "*.php", "*.py", "*.rb", "*.sln", "CMakeLists.txt", "Cargo.toml",
    "Gemfile", "Makefile", "Pipfile", "build.gradle*", "composer.json", "go.mod", "package.json",
    "pom.xml", "pyproject.toml", "requirements*.txt", "setup.py",
)  # fmt: skip


def candidates(tree: Tree) -> list[Candidate]:
    """The finished site in a tree, if there is one."""
    program = any(tree.top(pattern) for pattern in _PROGRAMS)
    if tree.has("index.html"):
        return [_top(tree, score=30 if program else 75)]
    folders = [folder for folder in _FOLDERS if tree.has(f"{folder}/index.html")]
    return [_folder(tree, folders, score=25 if program else 75)] if folders else []


def _folder(tree: Tree, folders: Sequence[str], score: int) -> Candidate:
    first, *others = folders
    site = Site(kind=f"Static site in {first}", score=score)
    page = Evidence(path=f"{first}/index.html")
    project = node.read(tree)
    if project and "build" in project.scripts and not _plain_build(site, tree, project, first):
        return site.candidate("pages in", page)
    # The default is no proposal, unless another folder might be meant.
    if first != DEFAULT_SITE or others:
        site.propose(
            "site",
            first,
            "folder of",
            [page],
            confidence=Confidence.MEDIUM if others else Confidence.HIGH,
            alternatives=[
                Alternative(value=other, evidence=(Evidence(path=f"{other}/index.html"),))
                for other in others
            ],
        )
    return site.candidate("pages in", page)


def _plain_build(site: Site, tree: Tree, project: NodeProject, folder: str) -> bool:
    """Have the script that makes pages, or styles for them, run; say whether it is not needed.

    Its tool is none of the known ones, so what the script, or gulp's own file, names is the folder.
    """
    script = project.scripts["build"]
    named = [slash or option for slash, option in _WRITTEN.findall(script)]
    gulp = "gulp" in project.all_dependencies()
    path = tree.first("gulpfile.js", "gulpfile.mjs", "gulpfile.cjs", "gulpfile.babel.js") or ""
    if gulp and path:
        named += re.findall(
            r"\b(?:dest\(\s{0,8}|(?:dist|output|build)\s{0,8}[:=]\s{0,8})['\"`](?:\./)?([\w-]{1,60})",
            tree.text(path) or "",
        )
    here = Evidence(path="package.json", line=tree.line("package.json", r'"build"\s*:'))
    output = folder if folder in named else next(iter(named), "")
    if not output and folder != "src":
        site.note("The script `build` of package.json is not run: the pages are taken as is", here)
        return True
    site.kind, site.score = "Static site", max(site.score, 45)
    site.propose("build.image", project.image, "Node.js", project.node_evidence)
    run = [project.install, project.run("build")]
    site.propose("build.run", run, "script of", [here])
    if sorted(project.manifests) != sorted(build_tools.manifests(project.install)):
        site.propose("build.manifests", project.manifests, "read by the installation")
    if output:
        place = here if output in script else Evidence(path=path)
        site.propose("build.output", output, "named in", [place])
    else:
        site.missing = "build.output: the folder that the script `build` of package.json makes"
    keep = (folder, *(project.read_at_install if not project.manifests else ()))
    found = includes(tree, (output,), keep)
    if found != ["."] and output not in found:
        site.propose("include", found, "what the build reads")
    for note in project.notes:
        site.note(note.text, *note.evidence)
    return False


def _top(tree: Tree, score: int) -> Candidate:
    """Pages at the top of the project: a stage gathers them, so that nothing else is published."""
    site = Site(kind="Static site", score=score)
    page = Evidence(path="index.html")
    found = [path for path in tree.top() if _published(path)]
    inside = dict.fromkeys(
        path.partition("/")[0] for path in tree.files if "/" in path and path.endswith(_WEB)
    )
    found += [folder for folder in inside if _may_have_pages(folder)]
    odd = [path for path in found if not _can_be_named(path)]
    if odd:
        site.note(f"Left out, since their names hold more than letters and '._@+-': {odd}")
        found = [path for path in found if path not in odd]
    found.sort()
    site.propose("build.image", f"alpine:{bases.ALPINE}", "copies files", confidence=Confidence.LOW)
    # The project may have a folder of the first name itself.
    more = (f"published{number}" for number in count(2))
    names = chain(("site", "published", "_published"), more)
    output = next(name for name in names if name not in found)
    site.propose(
        "build.run",
        [f"mkdir {output} && cp -r {' '.join(found)} {output}/"],
        "pages beside other files",
        [page],
    )
    site.propose("build.output", output, "made by the command", confidence=Confidence.HIGH)
    site.propose("include", found, "files that a browser asks for", [page])
    return site.candidate("pages at the top:", page)


def _published(name: str) -> bool:
    usual = name.endswith(_WEB) or name in ("CNAME", "robots.txt")
    hidden = name.startswith(".") or ".config." in name
    return usual and not hidden and name not in _TOOLS


def _may_have_pages(folder: str) -> bool:
    return folder not in _NO_PAGES and (not folder.startswith(".") or folder == ".well-known")


def _can_be_named(path: str) -> bool:
    try:
        grammar.context_path(path)
    except ValueError:
        return False
    return True
