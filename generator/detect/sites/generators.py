"""The site generators that imgen knows: one YAML file each below data/sites."""

import re
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from generator.detect.model import Evidence
from generator.detect.node import NodeProject
from generator.detect.tree import Tree

_DATA = Path(__file__).parent.parent / "data" / "sites"
_COMMENT = re.compile(r"^[ \t]*(?://|\*|/\*).*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Generator:
    """How a site generator is recognised and used.

    It is recognised by one of `packages`, and by none of `unless`. `configs` are its configuration
    files; patterns named `…_config` are looked for in the first that is there. A project is no
    static site if `needs_config` is not found, `server_config` is, none of `needs_packages` or one
    of `server_packages` is named, or the file `page` is missing (`source_page`: any HTML file).

    `scripts` are tried before the bare `command`. The `output` folder may be told by
    `output_config`, by `resolved_config` whatever the root is, by `output_below` (a folder in it),
    by `output_option` in the script, by `older_output` (package: the major from which `output`
    holds, and the folder before it), or lie below `source_after` (the folder that the script names
    after these words) and `root_config`. With `static_script` in the script `build`, that makes
    files whatever the configuration says. `otherwise` says what is missing where a package that
    `adapters` finds makes what another host runs. `spa` holds always, `spa_packages` and
    `spa_config` where they are found; `other_fallback` finds a fallback page that nginx does not
    use. `immutable` are locations, below `assets_config` if that is told. `base_config` and
    `base_package` tell the path that the site is made for, which `base_argument` or `base_setting`
    turn to `/`; `base_option` is how a script tells it. `beside` are folders that it reads next to
    the package's own. With `git_config` the build asks git. Of `old_webpack`, packages before the
    major need `NODE_OPTIONS`. `variables` are prefixes of what is written into the files,
    `settings` go before the command. `notes` have a text for people, and a pattern that makes it
    needless. What is `last` is looked at after all others: they use it.
    """

    kind: str
    packages: list[str]
    command: str
    output: str
    scripts: list[str]
    unless: list[str] = field(default_factory=list)
    configs: list[str] = field(default_factory=list)
    needs_config: str = ""
    needs_packages: list[str] = field(default_factory=list)
    static_script: str = ""
    otherwise: str = ""
    adapters: str = ""
    server_config: str = ""
    server_packages: list[str] = field(default_factory=list)
    page: str = ""
    source_page: bool = False
    output_config: str = ""
    resolved_config: str = ""
    output_option: str = ""
    output_below: str = ""
    beside: list[str] = field(default_factory=list)
    older_output: dict[str, list[Any]] = field(default_factory=dict)
    source_after: str = ""
    root_config: str = ""
    spa: bool = False
    spa_packages: list[str] = field(default_factory=list)
    spa_config: str = ""
    other_fallback: str = ""
    immutable: list[str] = field(default_factory=list)
    assets_config: str = ""
    base_config: str = ""
    base_package: str = ""
    base_argument: str = ""
    base_option: str = ""
    base_setting: str = ""
    git_config: str = ""
    old_webpack: dict[str, int] = field(default_factory=dict)
    variables: list[str] = field(default_factory=list)
    settings: list[str] = field(default_factory=list)
    notes: list[dict[str, str]] = field(default_factory=list)
    last: bool = False

    def fits(self, wanted: dict[str, str]) -> bool:
        """Whether a project that names these packages uses it."""
        return any(name in wanted for name in self.packages) and not any(
            name in wanted for name in self.unless
        )


@cache
def known() -> tuple[Generator, ...]:
    """All site generators, those first that others do not use."""
    import yaml

    names = {each.name for each in fields(Generator)}
    found = []
    for path in sorted(_DATA.glob("*.yaml")):
        values = yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader)
        if unknown := set(values) - names:
            raise ValueError(f"{path.name}: unknown fields {sorted(unknown)}")
        found.append(Generator(**values))
    return tuple(sorted(found, key=lambda each: each.last))


@dataclass(frozen=True, kw_only=True)
class Config:
    """A generator's configuration file as text without its comments; empty if there is none."""

    path: str
    text: str

    @classmethod
    def of(cls, tree: Tree, generator: Generator) -> "Config":
        """The first configuration file of a generator that is in a tree."""
        path = tree.first(*generator.configs) or ""
        text = tree.text(path) or "" if path else ""
        return cls(path=path, text=_COMMENT.sub("", text))

    def find(self, pattern: str) -> tuple[str, Evidence] | None:
        """What a pattern's group, or all of it, finds, with its place."""
        found = re.search(pattern, self.text, re.MULTILINE) if pattern else None
        if not found:
            return None
        line = self.text.count("\n", 0, found.start()) + 1
        group = found[1] if found.re.groups else found[0]
        return group, Evidence(path=self.path, line=line)


def is_static(tree: Tree, project: NodeProject, generator: Generator, config: Config) -> bool:
    """Whether a project that uses a generator makes files, and no server."""
    wanted = project.all_dependencies()
    if makes_files(project, generator):
        return True
    if generator.needs_config and not config.find(generator.needs_config):
        return False
    if config.find(generator.server_config):
        return False
    needed = generator.needs_packages
    lacks = bool(needed) and not any(name in wanted for name in needed)
    if lacks or any(name in wanted for name in generator.server_packages):
        return False
    if generator.source_page and not any(path.endswith((".html", ".pug")) for path in tree.files):
        return False
    root = root_folder(generator, config, project.scripts.get("build", ""))
    page = below(root, generator.page) if generator.page else ""
    return not page or tree.has(page)


def makes_files(project: NodeProject, generator: Generator) -> bool:
    """Whether the script that builds says by itself that files are what it makes."""
    pattern = generator.static_script
    return bool(pattern and re.search(pattern, project.scripts.get("build", "")))


def root_folder(generator: Generator, config: Config, script: str) -> str:
    """The folder that a generator takes for the project's own, `.` if nothing else is told."""
    if named := named_source(generator, script):
        return named
    found = config.find(generator.root_config)
    return below(".", found[0]) or "." if found else "."


def named_source(generator: Generator, script: str) -> str:
    """The folder of the pages that a script names, such as `docs` in `vitepress build docs`."""
    words = generator.source_after
    found = re.search(rf"{re.escape(words)} +([\w.][\w./-]*)", script) if words else None
    return below(".", found[1]) if found else ""


def below(folder: str, path: str) -> str:
    """A path of a configuration file as one below the project, or nothing if it leaves it."""
    parts: list[str] = []
    for part in PurePosixPath(folder, path.strip().lstrip("/")).parts:
        if part == "..":
            if not parts:
                return ""
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def major(version: str) -> int | None:
    """The major of a version range such as `^4.0.3`, or None."""
    found = re.match(r"[\^~>=v ]{0,4}(\d{1,4})", version)
    return int(found[1]) if found else None
