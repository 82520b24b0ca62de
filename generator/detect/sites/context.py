"""Which files of a project the build of its site reads."""

import re
from fnmatch import fnmatchcase

from generator import grammar, ignore
from generator.detect.tree import Tree

_MOST = 24
# At the top of a project, but nothing that a site is made of.
_BESIDE = (
    "*.log", "[A-Z][A-Z]*.md", "*.code-workspace", "AUTHORS*", "CHANGELOG*", "CHANGES*", "CNAME",
    "CODEOWNERS", "CODE_OF_CONDUCT*", "CONTRIBUTING*", "COPYING*", "Caddyfile", "Dockerfile*",
    "HISTORY*", "Jenkinsfile", "LICENCE*", "LICENSE*", "Makefile", "NOTICE*", "Procfile", "README*",
    "SECURITY*", "TODO*", "Vagrantfile", "__tests__", "commitlint.config.*", "compose*.y*ml",
    "coverage", "cypress", "cypress.config.*", "docker", "docker-bake.hcl", "docker-compose*.y*ml",
    "e2e", "entrypoint.sh", "eslint.config.*", "firebase.json", "fly.toml", "imgen.yaml",
    "jest.config.*", "karma.conf.*", "lint-staged.config.*", "netlify.toml", "nginx.conf",
    "playwright*.config.*", "playwright-report", "prettier.config.*", "render.yaml",
    "renovate.json*", "sonar-project.properties", "spec", "test", "tests", "vercel.json",
    "vitest.config.*", "vitest.setup.*", "vitest.workspace.*", "wercker.yml",
)  # fmt: skip
_LOCKS = (
    "bun.lock", "bun.lockb", "npm-shrinkwrap.json", "package-lock.json", "pnpm-lock.yaml",
    "yarn.lock",
)  # fmt: skip
# Of the hidden files, those that a bundler or its plugins read.
_HIDDEN = (
    ".babelrc*", ".browserslistrc", ".eleventy*", ".eslintrc*", ".linaria*", ".postcssrc*",
    ".quasar*", ".storyblok*", ".swcrc", ".terserrc*", ".umirc*", ".vitepress", ".vuepress",
    ".well-known",
)  # fmt: skip


def includes(tree: Tree, outputs: tuple[str, ...], keep: tuple[str, ...] = ()) -> list[str]:
    """The entries of a project's folder that its build reads, or `.` alone for all of them.

    `outputs` are folders that the build makes, `keep` are entries that it reads though they look
    like something else.
    """
    made = {output.partition("/")[0] for output in outputs if "/" not in output}
    names = dict.fromkeys(path.partition("/")[0] for path in tree.files)
    wanted = {*keep, *_referenced(tree)}
    found = [name for name in names if name in wanted or (name not in made and _usual(name))]
    if len(found) > _MOST or not all(map(_can_be_named, found)):
        return ["."]
    return sorted(found)


def _usual(name: str) -> bool:
    if ignore.is_secret_path(name) or ignore.is_clutter_path(name) or name in _LOCKS:
        return False
    if name.startswith("."):
        return any(fnmatchcase(name, pattern) for pattern in _HIDDEN)
    return not any(fnmatchcase(name, pattern) for pattern in _BESIDE)


def _referenced(tree: Tree) -> list[str]:
    """Entries that the TypeScript project refers to, which must be there when it is checked."""
    return re.findall(r'"path"\s*:\s*"(?:\./)?([\w.-]+)', tree.text("tsconfig.json") or "")


def _can_be_named(name: str) -> bool:
    try:
        grammar.context_path(name)
    except ValueError:
        return False
    return True
