"""What package.json and its lock tell: package manager, Node.js release, scripts, dependencies."""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from generator.detect.model import Evidence, Note
from generator.detect.node_release import DEFAULT_NODE, fits, pinned
from generator.detect.tree import Tree
from generator.detect.values import mapping, text, texts

# Scripts that run while dependencies are installed.
AT_INSTALL = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare")
# Commands among them that need nothing of the source, or fail without harm where it is missing.
_HARMLESS = re.compile(
    r"(?:npx (?:-y |--yes )?|pnpm exec |yarn )?(?:husky|husky install|is-ci|only-allow \w+"
    r"|simple-git-hooks|lefthook install|patch-package|ngcc|svelte-kit sync|nuxt prepare"
    r"|nuxi prepare|git config [\w. -]{1,100}|echo(?: ['\"\w]*)?|true|exit 0)"
)
# A lock's format is read by the pnpm that wrote it and a few after it; the last of these.
_PNPM_BY_LOCK = {"5.3": "6", "5.4": "7", "6": "8", "9": "10"}
# C++ that compiles for no Node.js which is still supported, and what to do about it.
_COMPILED = {
    "node-sass": "the package sass takes its place",
    "fibers": "sass needs it no more",
}
# Names an end to the Node.js releases it is for; Vue CLI 5 needs it and works with later ones.
_BOUND = re.compile(r'^"?@achrinza/node-ipc@', re.MULTILINE)
# Kinds of packages that are installed without those of development.
_AT_RUN_TIME = ("dependencies", "optionalDependencies", "peerDependencies")
_MOST_LINES = 500  # of .npmrc
_YARN_CLASSIC = "1.22.22"
_YARN_BERRY = "4"
_BUN = "1"
# Settings of yarn 2 and later: its packages as archives in the project, or in node_modules.
_OWN_CACHE = "YARN_ENABLE_GLOBAL_CACHE=false "
_FOLDER = "YARN_NODE_LINKER=node-modules "
_NPMRC_FLAGS = {
    "npm": ("legacy-peer-deps", "force"),
    "pnpm": (
        "shamefully-hoist",
        "node-linker",
        "auto-install-peers",
        "strict-peer-dependencies",
        "public-hoist-pattern",
        "inject-workspace-packages",
    ),
    "yarn": (),
    "bun": (),
}


@dataclass(frozen=True, kw_only=True)
class NodeProject:
    """A package.json with what belongs to it. Paths are below the tree it was read from.

    `manager` is npm, pnpm, yarn or bun, `manager_version` the release that installs, exact where
    the project says so; empty for npm, which comes with Node.js. `node` is a supported major as
    text, empty if nothing pins one; `image` is the official image either way. `lock` is empty
    without a lock file. `install` is the command that installs everything, `manifests` are the
    files it reads, none if it must run after the source was copied. `members` are the folders of
    a workspace's packages. `read_at_install` are the lock and the hidden settings among what an
    installation reads, which no list of source files holds. `has_packages` says whether it
    installs anything that the app needs at run time. `production_install` installs only that; it
    is empty where the package manager cannot.
    """

    manager: str
    manager_version: str
    node: str
    scripts: Mapping[str, str]
    dependencies: Mapping[str, str]
    dev_dependencies: Mapping[str, str]
    lock: str
    install: str
    production_install: str
    manifests: tuple[str, ...]
    evidence: Evidence
    node_evidence: tuple[Evidence, ...] = ()
    members: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    read_at_install: tuple[str, ...] = ()
    has_packages: bool = True

    @property
    def image(self) -> str:
        """The official image with the Node.js release that fits."""
        return f"node:{self.node or DEFAULT_NODE}-trixie-slim"

    def all_dependencies(self) -> dict[str, str]:
        """Every package that package.json names, with its version range."""
        return {**self.dev_dependencies, **self.dependencies}

    @property
    def command(self) -> str:
        """How the package manager is called once it is installed."""
        own = re.search(r"node [\w./-]+(?= install)", self.install)
        return own[0] if own else self.manager

    def run(self, script: str) -> str:
        """The command that runs a script of package.json."""
        return f"{self._settings()}{self.command} run {shlex.quote(script)}"

    def execute(self, command: str) -> str:
        """The command that runs a program of an installed package, such as `vite build`."""
        starters = {"npm": "npx", "pnpm": "pnpm exec", "yarn": self.command, "bun": "bunx"}
        return f"{self._settings()}{starters[self.manager]} {command}"

    def with_folder(self) -> "NodeProject":
        """The project with its packages in node_modules, where node itself finds them."""
        return replace(
            self,
            install=self.install.replace(_OWN_CACHE, _FOLDER),
            production_install=self.production_install.replace(_OWN_CACHE, _FOLDER),
        )

    def _settings(self) -> str:
        return next((each for each in (_OWN_CACHE, _FOLDER) if each in self.install), "")


def read(tree: Tree) -> NodeProject | None:
    """Read the package.json of a tree; None if there is none, or it holds no object."""
    package = mapping(tree.json("package.json"))
    if not package:
        return None
    manager, asked, lock = _manager(tree, package)
    version = asked or _usual_version(tree, manager, lock)
    members = _members(tree, package)
    node, places, notes = pinned(tree, package)
    at_run_time = any(mapping(package.get(kind)) for kind in _AT_RUN_TIME) or bool(members)
    if not lock and (at_run_time or mapping(package.get("devDependencies"))):
        notes.append(
            Note(
                text="No lock file: each build may install other versions; run the package "
                "manager once and commit its lock",
                evidence=(Evidence(path="package.json"),),
            )
        )
    flags, more = _npmrc(tree, manager)
    notes += more
    notes += _compiled(tree, package)
    chosen = _Manager(
        manager,
        version,
        lock,
        tuple(flags),
        _settings_at_install(package),
        other_node=not fits(package, node or DEFAULT_NODE),
    )
    manifests = _manifests(tree, package, lock, members)
    if manager == "yarn" and not version.startswith("1.") and not _as_yarn_writes(tree):
        # Yarn writes it anew, which a file that is only mounted does not allow.
        manifests = ()
    elif manifests is None:
        manifests = ()
        notes.append(
            Note(
                text="Dependencies are installed after the source is copied: a script of "
                "package.json runs at install and may read it",
                evidence=(Evidence(path="package.json", line=_install_script_line(tree, package)),),
            )
        )
    return NodeProject(
        manager=manager,
        manager_version=version,
        node=node,
        scripts=_strings(package.get("scripts")),
        dependencies=_strings(package.get("dependencies")),
        dev_dependencies=_strings(package.get("devDependencies")),
        lock=lock,
        install=_install(tree, chosen, production=False),
        production_install=_install(tree, chosen, production=True),
        manifests=manifests,
        evidence=Evidence(path="package.json"),
        node_evidence=places,
        members=members,
        notes=tuple(notes),
        read_at_install=_read_at_install(tree, lock),
        has_packages=at_run_time,
    )


def _strings(value: object) -> dict[str, str]:
    return {key: inner for key, inner in mapping(value).items() if isinstance(inner, str)}


def _manager(tree: Tree, package: Mapping[str, object]) -> tuple[str, str, str]:
    """The package manager, its version if the project pins one, and its lock file."""
    locks = {
        "pnpm": tree.first("pnpm-lock.yaml"),
        "yarn": tree.first("yarn.lock"),
        "bun": tree.first("bun.lock", "bun.lockb"),
        "npm": tree.first("package-lock.json", "npm-shrinkwrap.json"),
    }
    named = re.match(
        r"(npm|pnpm|yarn|bun)@(\d{1,4}\.\d{1,4}\.\d{1,4})(?![\w.-])",
        text(package.get("packageManager")),
    )
    if named and (locks[named[1]] or not any(locks.values())):
        version = "" if named[1] == "npm" else named[2]
        return named[1], version, locks[named[1]] or ""
    for manager, lock in locks.items():
        if lock:
            return manager, "", lock
    return "npm", "", ""


def _usual_version(tree: Tree, manager: str, lock: str) -> str:
    if manager == "pnpm":
        found = re.search(r"^lockfileVersion: '?(\d+)(\.\d+)?", tree.text(lock) or "", re.MULTILINE)
        if not found:
            return "10"
        return _PNPM_BY_LOCK.get(f"{found[1]}{found[2]}", _PNPM_BY_LOCK.get(found[1], "10"))
    if manager == "yarn":
        return _YARN_BERRY if _is_berry(tree) else _YARN_CLASSIC
    return _BUN if manager == "bun" else ""


def _is_berry(tree: Tree) -> bool:
    lock = tree.text("yarn.lock") or ""
    return "__metadata:" in lock[:2000] or (not lock and tree.has(".yarnrc.yml"))


@dataclass(frozen=True)
class _Manager:
    """A package manager with its version, its lock and the options that .npmrc asks for.

    `settings` are variables that stand before the command. With `other_node` the image has another
    Node.js than package.json allows.
    """

    name: str
    version: str
    lock: str
    flags: tuple[str, ...]
    settings: str = ""
    other_node: bool = False


def _install(tree: Tree, manager: _Manager, *, production: bool) -> str:
    """The command that installs what the lock names; the manager itself comes from npm.

    Official images of Node.js 25 and later have neither corepack nor yarn, and corepack asks other
    hosts than the npm registry. `--force` replaces the yarn that older images have.
    """
    words: list[str] = []
    version = manager.version
    settings = "" if production else manager.settings
    match manager.name:
        case "npm":
            words = [f"{settings}npm", "ci" if manager.lock else "install"]
            words += ["--omit=dev"] if production else []
        case "pnpm":
            words = [f"npm install -g pnpm@{version} && {settings}pnpm install"]
            words += ["--frozen-lockfile"] if manager.lock else []
            words += ["--prod"] if production else []
        case "bun":
            words = [f"npm install -g bun@{version} && {settings}bun install"]
            words += ["--frozen-lockfile"] if manager.lock else []
            words += ["--production"] if production else []
        case _ if version.startswith("1."):
            words = [f"npm install -g --force yarn@{version} && {settings}yarn install"]
            words += ["--frozen-lockfile"] if manager.lock else []
            words += ["--production"] if production else []
            # Yarn 1 alone makes an error of what the other managers only warn of.
            bound = manager.other_node or _BOUND.search(tree.text("yarn.lock") or "")
            words += ["--ignore-engines"] if bound else []
        case _ if production and not _focuses(tree, version):
            return ""
        case _:
            words = [_berry(tree, version, settings)]
            words += ["workspaces focus --production"] if production else ["install"]
            words += ["--immutable"] if manager.lock and not production else []
    return " ".join([*words, *manager.flags])


def _settings_at_install(package: Mapping[str, object]) -> str:
    """Keep what only tests use from being fetched, from hosts that are no registry."""
    wanted = {**mapping(package.get("dependencies")), **mapping(package.get("devDependencies"))}
    return "CYPRESS_INSTALL_BINARY=0 " if "cypress" in wanted else ""


def _berry(tree: Tree, version: str, settings: str) -> str:
    """How yarn 2 and later is called: the release in the project, or one from npm.

    Without node_modules its packages are read from its cache, which must then lie in the source's
    folder: a cache mount is gone in the step that builds.
    """
    own = _yarn_release(tree)
    start = f"node {own}" if own else "yarn"
    linker = text(tree.yaml(".yarnrc.yml").get("nodeLinker"))
    cache = "" if linker == "node-modules" else _OWN_CACHE
    get = f"npm install -g --force @yarnpkg/cli-dist@{version} && " if start == "yarn" else ""
    return f"{get}{settings}{cache}{start}"


def _focuses(tree: Tree, version: str) -> bool:
    """Whether yarn can install for production alone: 2 and 3 need a plugin for it."""
    named = re.search(r"yarn-(\d{1,3})\.", _yarn_release(tree))
    major = int(named[1] if named else version.partition(".")[0])
    return major >= 4 or "plugin-workspace-tools" in (tree.text(".yarnrc.yml") or "")


def _yarn_release(tree: Tree) -> str:
    """The file of yarn itself that the project brings along, or nothing."""
    own = text(tree.yaml(".yarnrc.yml").get("yarnPath")).removeprefix("./")
    return own if re.fullmatch(r"\.yarn/releases/[\w.-]+\.c?js", own) else ""


def _yarn_folders(tree: Tree) -> list[str]:
    """Folders that yarn 2 and later reads, as its settings and package.json name them.

    What lies in .yarn is mostly a cache, so it is not listed as files of the project.
    """
    named = {
        ".yarn/releases": bool(_yarn_release(tree)),
        ".yarn/plugins": ".yarn/plugins/" in (tree.text(".yarnrc.yml") or ""),
        ".yarn/patches": ".yarn/patches/" in (tree.text("package.json") or ""),
    }
    return [folder for folder, wanted in named.items() if wanted]


def _npmrc(tree: Tree, manager: str) -> tuple[list[str], list[Note]]:
    """Settings of .npmrc as options, since the file may hold a token and stays out of a build."""
    flags, notes = [], []
    for number, line in enumerate((tree.text(".npmrc") or "").splitlines()[:_MOST_LINES], start=1):
        key, equals, value = (part.strip() for part in line.partition("="))
        place = (Evidence(path=".npmrc", line=number),)
        key = key.removesuffix("[]")
        if not equals or key.startswith(("#", ";")):
            continue
        if key in _NPMRC_FLAGS[manager] and re.fullmatch(r"[\w*@/.-]+", value):
            option = f"--{key}" if manager == "npm" else f"--config.{key}={value}"
            if manager != "npm" or value == "true":
                flags.append(shlex.quote(option))
        elif "registry" in key or key.startswith("//"):
            notes.append(
                Note(
                    text=f"{key.partition('=')[0]} of .npmrc is not taken over: the file stays out "
                    "of the build, since such files hold tokens; `package_index` names a registry",
                    evidence=place,
                )
            )
    return flags, notes


def _manifests(
    tree: Tree, package: Mapping[str, object], lock: str, members: tuple[str, ...]
) -> tuple[str, ...] | None:
    """Files that the installation reads; None if it may read anything."""
    scripts = _strings(package.get("scripts"))
    for name in AT_INSTALL:
        parts = re.split(r"&&|\|\||;", scripts.get(name, ""))
        if any(part.strip(" ()") and not _HARMLESS.fullmatch(part.strip(" ()")) for part in parts):
            return None
    local = ("file:", "link:", "portal:")
    wanted = {**_strings(package.get("dependencies")), **_strings(package.get("devDependencies"))}
    if any(version.startswith(local) for version in wanted.values()):
        return None
    found = ["package.json", *([lock] if lock else [])]
    usual = ("pnpm-workspace.yaml", ".pnpmfile.cjs", ".yarnrc.yml", "bunfig.toml", "lerna.json")
    found += [name for name in usual if tree.has(name)]
    found += ["patches"] if tree.has_folder("patches") else []
    found += _yarn_folders(tree)
    found += [f"{member}/package.json" for member in members]
    return tuple(found)


def _read_at_install(tree: Tree, lock: str) -> tuple[str, ...]:
    """The lock and the hidden settings that an installation reads."""
    hidden = [name for name in (".pnpmfile.cjs", ".yarnrc.yml") if tree.has(name)]
    return (*([lock] if lock else []), *hidden, *_yarn_folders(tree))


def _compiled(tree: Tree, package: Mapping[str, object]) -> list[Note]:
    """Say which packages keep the installation from succeeding."""
    wanted = {**_strings(package.get("dependencies")), **_strings(package.get("devDependencies"))}
    return [
        Note(
            text=f"{name} compiles for no supported Node.js, so the installation fails: {instead}",
            evidence=(
                Evidence(path="package.json", line=tree.line("package.json", rf'"{name}"\s*:')),
            ),
        )
        for name, instead in _COMPILED.items()
        if name in wanted
    ]


def _as_yarn_writes(tree: Tree) -> bool:
    """Whether package.json is laid out and ordered as yarn 2 and later leaves it."""
    source = tree.text("package.json") or ""
    indent = re.match(r"\{\n([ \t]+)", source)
    package = tree.json("package.json")
    kinds = ("dependencies", "devDependencies", "peerDependencies")
    ordered = all(
        list(mapping(package.get(kind))) == sorted(mapping(package.get(kind))) for kind in kinds
    )
    if not indent or not ordered:
        return False
    return source.rstrip() == json.dumps(package, indent=indent[1], ensure_ascii=False)


def _install_script_line(tree: Tree, package: Mapping[str, object]) -> int:
    scripts = _strings(package.get("scripts"))
    name = next((name for name in AT_INSTALL if name in scripts), "dependencies")
    return tree.line("package.json", rf'"{name}"\s*:')


def _members(tree: Tree, package: Mapping[str, object]) -> tuple[str, ...]:
    """The folders of a workspace's packages, by the patterns of package.json or pnpm's own file."""
    named = package.get("workspaces")
    patterns = texts(mapping(named).get("packages") if isinstance(named, dict) else named)
    patterns += texts(tree.yaml("pnpm-workspace.yaml").get("packages"))
    wanted = [pattern.removeprefix("./").rstrip("/")[:200] for pattern in patterns[:100]]
    denied = [pattern[1:] for pattern in wanted if pattern.startswith("!")]
    folders = [path.rpartition("/")[0] for path in tree.named("package.json") if "/" in path]
    return tuple(
        folder
        for folder in folders
        if any(_fits(folder, pattern) for pattern in wanted if not pattern.startswith("!"))
        and not any(_fits(folder, pattern) for pattern in denied)
    )


def _fits(folder: str, pattern: str) -> bool:
    """Whether a folder fits a workspace's pattern, in which only `**` takes `/`."""
    if "**" in pattern:
        return fnmatchcase(folder, pattern.replace("**", "*"))
    parts, wanted = folder.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))
