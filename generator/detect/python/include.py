"""Which files and folders of a project make the app: the least set that is sure to be enough."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from generator.detect.model import Evidence, Note
from generator.detect.python.code import Code
from generator.detect.python.layout import joined
from generator.grammar import context_path
from generator.ignore import is_clutter_path, is_secret_path

MOST = 30  # entries, before naming them is no help
_NEEDLESS_FOLDERS = frozenset(
    [
        "__pycache__",
        "ansible",
        "assets_src",
        "bench",
        "benchmark",
        "benchmarks",
        "bin",
        "build",
        "chart",
        "charts",
        "ci",
        "container",
        "containers",
        "contrib",
        "debian",
        "demo",
        "deploy",
        "deployment",
        "dist",
        "doc",
        "docker",
        "dockerfiles",
        "docs",
        "e2e",
        "env",
        "example",
        "examples",
        "grafana",
        "helm",
        "htmlcov",
        "infra",
        "infrastructure",
        "k8s",
        "kubernetes",
        "node_modules",
        "monitoring",
        "notebooks",
        "openshift",
        "packaging",
        "prometheus",
        "protos",
        "readme_media",
        "requirements",
        "sample",
        "samples",
        "sass",
        "screenshot",
        "screenshots",
        "script",
        "scripts",
        "scss",
        "site",
        "snap",
        "spec",
        "systemd",
        "terraform",
        "test",
        "testing",
        "tests",
        "tools",
        "tutorials",
        "typings",
        "vagrant",
        "venv",
    ]
)
_NEEDLESS_FILES = (
    "*.bat", "*.cfg", "*.code-workspace", "*.config.cjs", "*.config.js", "*.config.mjs",
    "*.config.ts", "*.example", "*.gif", "*.in", "*.ipynb", "*.jpeg", "*.jpg",
    "*.hcl", "*.iml", "*.lock", "*.log", "*.md", "*.nix", "*.png", "*.pot", "*.proto", "*.rst",
    "*.sample", "*.sh", "*.svg", "*.toml",
    "*.tf", "*.webp", "AUTHORS*", "CHANGES*", "CHANGELOG*", "CITATION*", "CODEOWNERS",
    "CONTRIBUT*", "COPYING*", "Caddyfile", "Dockerfile*", "FUNDING.y*ml", "Gemfile*",
    "Jenkinsfile", "LICENCE*", "LICENSE*", "MANIFEST.in", "Makefile", "NOTICE*", "Pipfile*",
    "Procfile*", "Taskfile*", "Vagrantfile", "app.json", "app.yaml", "appveyor.yml", "apt.txt",
    "azure.yaml", "bower.json", "circle.yml", "cloudbuild.y*ml", "codecov.y*ml",
    "compose*.y*ml", "conftest.py", "cookiecutter.json", "docker-compose*.y*ml", "dodo.py",
    "entrypoint.sh", "environment.y*ml", "fabfile.py", "fly.toml", "go.mod", "go.sum",
    "gulpfile.*", "gunicorn.conf.py", "heroku.yml",
    "imgen.yaml", "justfile", "lefthook.yml", "makefile", "manifest.y*ml", "mkdocs.yml",
    "mypy.ini", "nginx*.conf", "now.json", "noxfile.py", "package*.json", "pnpm-lock.yaml",
    "prometheus.y*ml", "pyrightconfig.json", "pytest.ini", "qodana.y*ml", "railway.json",
    "*requirements*", "render.yaml", "renovate.json", "ruff.toml", "runtime.txt",
    "setup.py", "skaffold.yaml", "supervisord.conf", "test_*.py", "tests.py", "tox.ini",
    "tsconfig*.json", "uwsgi.ini", "vercel.json", "vite.config.*", "webpack.config.*", "yarn.lock",
)  # fmt: skip
_HIDDEN = (".streamlit/config.toml", ".chainlit/config.toml")
# Folders that servers and frameworks read without a word of them in the code.
_DATA_FOLDERS = frozenset(
    [
        "alembic",
        "assets",
        "config",
        "conf",
        "data",
        "fixtures",
        "i18n",
        "locale",
        "media",
        "migrations",
        "models",
        "pages",
        "public",
        "resources",
        "static",
        "templates",
        "translations",
    ]
)


class Picker:
    """Picks the entries of a folder that an app needs.

    `needed` are the Python files that it imports; `everything` says that it loads modules by
    names in its settings, so that no Python package can be left out.
    """

    def __init__(self, code: Code, needed: Iterable[str], *, everything: bool) -> None:
        self.code = code
        self.needed = set(needed)
        self.everything = everything
        self.text = "\n".join(code.text(path) for path in self.needed)
        self.notes: list[Note] = []
        self._folders = {
            path[:place] for path in self.needed for place, char in enumerate(path) if char == "/"
        }

    def pick(self, root: str) -> list[str]:
        """The entries below the top that the app with the root of its imports needs."""
        picked = []
        for name, is_folder in self._children(""):
            if is_folder and root and (root == name or root.startswith(f"{name}/")):
                picked += [name] if name == "src" else self._of_root(root)
            elif self._wants(name, name, is_folder):
                picked.append(name)
        picked += [path for path in _HIDDEN if self.code.tree.has(path)]
        if self.code.tree.has(".streamlit/secrets.toml"):
            text = "it holds secrets, so it is not copied: mount it at run time, or use variables"
            place = Evidence(path=".streamlit/secrets.toml")
            self.notes.append(Note(text=text, evidence=(place,)))
        return self._valid(picked)

    def _of_root(self, root: str) -> list[str]:
        """The needed entries of the root, or the root itself if that is nearly all of it."""
        children = self._children(root)
        wanted = [
            joined(root, name)
            for name, is_folder in children
            if self._wants(joined(root, name), name, is_folder)
        ]
        return [root] if len(wanted) == len(children) else wanted

    def _children(self, folder: str) -> list[tuple[str, bool]]:
        start = f"{folder}/" if folder else ""
        found: dict[str, bool] = {}
        for path in self.code.tree.files:
            if path.startswith(start):
                name, slash, _ = path[len(start) :].partition("/")
                found[name] = bool(slash)
        return sorted(found.items())

    def _wants(self, path: str, name: str, is_folder: bool) -> bool:  # noqa: FBT001
        if name.startswith(".") or is_clutter_path(path):
            return False
        if is_folder:
            return self._wants_folder(path, name)
        if path in self.needed:
            return True
        if any(fnmatchcase(name, pattern) for pattern in _NEEDLESS_FILES):
            opened = name.endswith(".md") and self._opened(name)
            needless = name.endswith(("lock", ".md", "Dockerfile"))
            return self._quoted(name) and (opened or not needless)
        return (
            not name.endswith((".py", ".txt"))
            or (name.endswith(".py") and (self.everything or self._quoted(name[:-3])))
            or self._quoted(name)
        )

    def _wants_folder(self, path: str, name: str) -> bool:
        if path in self._folders:
            return True
        inner = [each for each in self.code.tree.files if each.startswith(f"{path}/")]
        if all(each.endswith((".gitkeep", ".gitignore", ".keep")) for each in inner):
            return False
        if name.lower() in _NEEDLESS_FOLDERS or name.endswith((".egg-info", "_test", "_tests")):
            return self._quoted(name) and name not in ("tests", "test", "build", "dist", "venv")
        if name in _DATA_FOLDERS:
            return True
        if path in self.code.folders:
            return self.everything or self._quoted(name)
        is_other_program = any(
            self.code.tree.has(f"{path}/{manifest}")
            for manifest in ("package.json", "go.mod", "Cargo.toml", "pom.xml", "Chart.yaml")
        )
        return self._quoted(name) if is_other_program else True

    def _quoted(self, name: str) -> bool:
        """Whether the app's code has a text that begins with a name or holds it in a path."""
        found = re.escape(name)
        return re.search(rf"[\"'/]{found}(?=[\"'/.])", self.text) is not None

    def _opened(self, name: str) -> bool:
        """Whether a line of the app's code that names a file also opens or reads it."""
        return any(
            re.search(r"open\(|read_text\(|read_bytes\(", line)
            for line in self.text.split("\n")
            if name in line
        )

    def _valid(self, paths: Iterable[str]) -> list[str]:
        valid = []
        for path in dict.fromkeys(paths):
            try:
                fits = context_path(path) == path
            except ValueError:
                fits = False
            if not fits:
                text = f"{path} has a name that a COPY cannot hold safely: rename it, or do without"
                self.notes.append(Note(text=text))
            elif is_secret_path(path):
                text = f"{path} looks like a secret, so it is not copied: give it at run time"
                self.notes.append(Note(text=text))
            else:
                valid.append(path)
        return ["."] if len(valid) > MOST else valid


def to_build(code: Code, roots: Iterable[str], packages: Iterable[str]) -> list[str]:
    """What installing the project as a package needs, without pyproject.toml."""
    import tomllib

    found = []
    try:
        project = tomllib.loads(code.tree.text("pyproject.toml") or "").get("project", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        project = {}
    for key in ("readme", "license"):
        value = project.get(key) if isinstance(project, dict) else None
        name = value.get("file") if isinstance(value, dict) else value
        if isinstance(name, str) and code.tree.has(name):
            found.append(name)
    found += [name for name in ("MANIFEST.in", "setup.cfg", "setup.py") if code.tree.has(name)]
    tops = {package.split("/")[0] for package in packages}
    found += ["src"] if "src" in roots and "src" in code.folders else []
    found += sorted(top for top in tops if top != "src" and top)
    return list(dict.fromkeys(found))
