"""What has to be made before a Node.js server starts: commands, and the folders they fill."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from generator.detect import node, shell
from generator.detect.node import NodeProject
from generator.detect.node_scripts import called
from generator.detect.node_start import Start
from generator.detect.tree import Tree
from generator.detect.values import mapping, text

_SCRIPTS = (
    "build", "build:prod", "build:production", "build:all", "compile", "tsc", "transpile",
    "heroku-postbuild", "gcp-build",
)  # fmt: skip
_PARTS = ("build:client", "build:frontend", "build:web", "build:ui", "build:server", "build:api")

_DEEPEST = 6
_MOST_COMMANDS = 60
# Folders by the names that tools give them; what else is in the repository is a source.
_BUILT = re.compile(
    r"((?:[\w@-][\w@.-]{0,60}/){0,4}?(?:dist|build|out|lib|output|\.output))(?:/.*)?"
)
# Where a command puts what it makes, if nothing else is said.
_USUAL = {
    "vite build": "dist", "react-scripts build": "build", "craco build": "build",
    "webpack": "dist", "rspack build": "dist", "rsbuild build": "dist", "parcel build": "dist",
    "vue-cli-service build": "dist", "tsup": "dist", "nest build": "dist", "unbuild": "dist",
    "astro build": "dist", "svelte-kit build": "build", "nitro build": ".output",
    "nitropack build": ".output", "node ace": "build", "next build": ".next",
    "remix vite:build": "build", "remix build": "build", "react-router build": "build",
    "ncc build": "dist", "tsdown": "dist", "ng build": "dist", "quasar build": "dist",
    "rollup": "", "esbuild": "", "tsc": "", "babel": "", "swc": "",
}  # fmt: skip
_OPTIONS = (
    "--outDir", "--outdir", "--out-dir", "--output-path", "--dist-dir", "--dest", "--dir", "-d",
    "-o",
)  # fmt: skip
_OUT_DIR = re.compile(
    r"\b(?:outDir|distDir|outputDir)['\"]?\s{0,5}:\s{0,5}"
    r"(?:(?:path\.)?(?:resolve|join)\((?:__dirname|import\.meta\.dirname),\s{0,5})?"
    r"['\"](?:\./)?([\w@.-][\w@./-]{0,80})['\"]"
)
_CONFIGS = {
    "vite": ("vite.config.ts", "vite.config.js", "vite.config.mts", "vite.config.mjs"),
    "tsup": ("tsup.config.ts", "tsup.config.js"),
    "vue-cli-service": ("vue.config.js",),
}
_SERVED = re.compile(
    r"\b(?:express\.static|serveStatic|sirv|fastifyStatic|koaStatic|serve|static|expressStaticGzip)"
    r"\([^;\n]{0,80}['\"`](?:\./)?((?:[\w-]{1,40}/){0,2}(?:dist|build|out))/?['\"`]"
)
_SOURCES = re.compile(r"(?:[^/]+\.[cm]?[jt]s|(?:src|server|api|app|lib)/.*\.[cm]?[jt]s)")
_MOST_SOURCES = 150


@dataclass(frozen=True, kw_only=True)
class Build:
    """The commands after the installation, and the files they make for the server.

    `folders` are what the commands fill. `whole` says that the entry lies in them, so that the
    server needs no source. `committed` is a built folder that is in the repository, `apart` are
    folders with a package of their own that is built for the server, `entry` is the file to start
    if it lies elsewhere once it is built. With `everywhere` the commands may fill any folder.
    `taken` are what stands before the start and is a part of the build. `unknown` names a build
    script that is not run, `missing` says why there is no file to start. The script that builds
    stands in the `line` of package.json.
    """

    commands: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    whole: bool = False
    committed: str = ""
    apart: tuple[str, ...] = ()
    entry: str = ""
    everywhere: bool = False
    taken: tuple[str, ...] = ()
    unknown: str = ""
    missing: str = ""
    line: int = 0


def read(tree: Tree, project: NodeProject, start: Start) -> Build:
    """What is to be made for a start."""
    reader = _Reader(tree, project)
    script = reader.script(start)
    made = list(dict.fromkeys(reader.outputs(script))) if script else []
    if script == "start" and not made and tree.has(start.entry):
        script = ""  # what stands before the server is no build
    if moved := _moved(tree, start.entry, made):
        start = replace(start, entry=moved)
    built = _built(start.entry)
    there = tree.has(start.entry) and not (built and any(_inside(built, each) for each in made))
    committed = built if there and built and built.partition("/")[0] == "dist" else ""
    served = list(_served(tree)) if script else []
    entry = _folder_of(start.entry) if start.entry and not there else ""
    folders = [entry] if entry else []
    if not entry:  # what the build makes is for the server to serve
        found = [*made, *served]
        apart = [each for each in made if any(_inside(each, folder) for folder in reader.packages)]
        folders += [each for each in found if each in apart or not _committed(tree, each)]
        inside = any(_committed(tree, folder) for folder in made)
        main = text(tree.json("package.json").get("main")).removeprefix("./")
        if not folders and not inside and script and (folder := _built(main)):
            folders = [] if tree.has(main) else [folder]
        if script and not folders and not inside:
            if start.command and start.command[0].startswith("node_modules/.bin/"):
                whole = (*reader.prepared(), *reader.commands(script, start))
                return Build(commands=whole, everywhere=True)
            return Build(commands=tuple(reader.prepared()), committed=committed, unknown=script)
    else:
        folders += [folder for folder in made if not _inside(folder, entry)]
        folders = [folder for folder in folders if folder == entry or not _committed(tree, folder)]
    by_install = any(name in project.scripts for name in node.AT_INSTALL)
    if entry and not script and not by_install:
        return Build(missing=f"no script of package.json makes {start.entry}; add a script `build`")
    if project.members:  # their folders are sources, which are copied after the build
        folders = [folder for folder in folders if not _committed(tree, folder)]
    commands = [*reader.prepared(), *reader.commands(script, start)]
    return Build(
        commands=tuple(commands),
        folders=tuple(dict.fromkeys(folders)),
        whole=bool(entry) and not project.members,
        committed=committed,
        apart=tuple(reader.packages),
        taken=tuple(reader.taken(script, start)),
        entry=moved,
        line=_line(tree, script),
    )


def client(tree: Tree, project: NodeProject) -> str:
    """The command that makes prisma's client out of its schema; empty if a script does it."""
    names = (*node.AT_INSTALL, "prebuild", "build")
    scripts = " ".join(project.scripts.get(name, "") for name in names)
    schema = tree.first("prisma/schema.prisma", "schema.prisma")
    own = text(mapping(tree.json("package.json").get("prisma")).get("schema"))
    if "prisma" not in project.all_dependencies() or not (schema or own):
        return ""
    return "" if "prisma generate" in scripts else project.execute("prisma generate")


def _line(tree: Tree, script: str) -> int:
    first = script.partition(" ")[0]
    return tree.line("package.json", rf'"{re.escape(first)}"\s*:') if first else 0


def _moved(tree: Tree, entry: str, made: Sequence[str]) -> str:
    """The place of an entry that a build puts, with its folder, below another one."""
    stem, _, ending = entry.rpartition(".")
    source = tree.has(f"{stem}.ts") and ending in ("js", "mjs", "cjs")
    if not source or tree.has(entry) or len(made) != 1 or _inside(entry, made[0]):
        return ""
    return f"{made[0]}/{entry}"


def _folder_of(path: str) -> str:
    """The folder of a made file that is copied: its built folder, or the first one."""
    return _built(path) or path.partition("/")[0]


def _built(path: str) -> str:
    found = _BUILT.fullmatch(path)
    return found[1] if found and "/" in path else ""


def _inside(folder: str, other: str) -> bool:
    return folder == other or folder.startswith(f"{other}/")


def _committed(tree: Tree, folder: str) -> bool:
    """Whether a folder is copied with the sources: it, or one around it, is in the repository."""
    top = folder.partition("/")[0]
    return tree.has_folder(folder) or (top != folder and tree.has_folder(top))


def _served(tree: Tree) -> Iterator[str]:
    """Built folders that the server's code names as what it serves."""
    sources = [path for path in tree.files if _SOURCES.fullmatch(path)][:_MOST_SOURCES]
    for path in sources:
        for found in _SERVED.finditer(tree.text(path) or ""):
            yield found[1]


class _Reader:
    def __init__(self, tree: Tree, project: NodeProject) -> None:
        self.tree, self.project = tree, project
        self.left = _MOST_COMMANDS
        self.packages: dict[str, None] = {}  # folders with one that is built, too
        self.installed: set[str] = set()

    def script(self, start: Start) -> str:
        """The scripts that build, as names between spaces; empty if there are none."""
        scripts = self.project.scripts
        for name in _SCRIPTS:
            if name in scripts:
                return name
        parts = [name for name in _PARTS if name in scripts]
        if parts:
            return " ".join(parts)
        if "prestart" in scripts:
            return "prestart"
        return "start" if start.before else ""

    def commands(self, script: str, start: Start) -> Iterator[str]:
        """The commands that run them, after the packages of other folders are installed."""
        for folder in self.packages:
            project = node.read(self.tree.below(folder))
            if project and folder not in self.installed and folder not in self.project.members:
                yield f"cd {shlex.quote(folder)} && {project.install}"
        if script == "start":
            for line in start.before:
                words = line.split()
                name = called(words)
                yield self.project.run(name) if name else self._by_package(words)
        else:
            yield from map(self.project.run, script.split())

    @staticmethod
    def taken(script: str, start: Start) -> Iterator[str]:
        """What stands before the start and is run by the build already."""
        for line in start.before:
            name = called(line.split()) or ""
            if script == "start" or name in script.split() or name.startswith("build"):
                yield line

    def _by_package(self, words: Sequence[str]) -> str:
        line = shlex.join(words)
        own = words[0] in ("node", "npx", "npm", "pnpm", "yarn", "bun", "rm", "mkdir", "cp")
        return line if own else self.project.execute(line)

    def prepared(self) -> Iterator[str]:
        """The commands that come before the build."""
        if command := client(self.tree, self.project):
            yield command

    def outputs(self, script: str) -> Iterator[str]:
        """The folders that some scripts fill."""
        for name in script.split():
            if name == "start":
                yield from self._of_line(self.project.scripts.get("start", ""), 0)
            else:
                yield from self.of_script(name, 0)

    def of_script(self, name: str, depth: int) -> Iterator[str]:
        """The folders that one script fills."""
        if depth > _DEEPEST or self.left < 0:
            return
        for each in (f"pre{name}", name, f"post{name}"):
            yield from self._of_line(self.project.scripts.get(each, ""), depth)

    def _of_line(self, line: str, depth: int) -> Iterator[str]:
        folder = ""
        for words in shell.commands(line):
            self.left -= 1
            if self.left < 0:
                return
            if words[0] == "cd" and len(words) > 1:
                folder = words[1].strip("./")
                continue
            place = folder or _prefix(words)
            if place:
                yield from self._below(place, words)
                continue
            for name in self._names(words):
                yield from self.of_script(name, depth + 1)
            yield from self._of_tool(words)

    def _below(self, folder: str, words: Sequence[str]) -> Iterator[str]:
        """What a build in another folder makes there."""
        inner = self.tree.below(folder) if self.tree.has(f"{folder}/package.json") else None
        project = node.read(inner) if inner else None
        if inner is None or project is None:
            return
        if {"install", "ci", "i"} & set(words) or list(words) == ["yarn"]:
            self.installed.add(folder)
        if not {"build", "run"} & set(words):
            return
        self.packages[folder] = None
        reader = _Reader(inner, project)
        reader.left = self.left  # folders lie in folders: what is looked at is bounded in all
        for found in reader.of_script("build", 1):
            yield f"{folder}/{found}"
        self.left = reader.left

    def _names(self, words: Sequence[str]) -> list[str]:
        scripts: Mapping[str, str] = self.project.scripts
        if words[0] in ("npm-run-all", "run-s", "run-p"):
            given = [word for word in words[1:] if not word.startswith("-")]
            found = (
                name
                for pattern in given[:12]
                for name in scripts
                if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1]))
            )
            return list(islice(found, _MOST_COMMANDS))
        name = called(words)
        return [name] if name and name in scripts else []

    def _of_tool(self, words: Sequence[str]) -> Iterator[str]:
        rest = list(words)
        while rest and (
            rest[0] in ("cross-env", "npx", "pnpm", "exec", "yarn") or re.match(r"\w+=", rest[0])
        ):
            rest = rest[1:]
        if not rest:
            return
        tool = rest[0].rsplit("/", 1)[-1]
        usual = _USUAL.get(" ".join([tool, *rest[1:2]]), _USUAL.get(tool))
        if usual is None:
            return
        told = _option(rest) or self._configured(tool, rest) or usual
        told = told.removeprefix("./").rstrip("/")
        if tool == "vite":  # the folder of its pages may be given
            root = next((word for word in rest[2:3] if self.tree.has_folder(word)), "")
            told = f"{root}/{told}" if root else told
        if re.fullmatch(r"[\w@.-][\w@./-]{0,80}", told) and ".." not in told.split("/"):
            yield told

    def _configured(self, tool: str, words: Sequence[str]) -> str:
        if tool == "tsc":
            path = _value(words, ("-p", "--project", "-b", "--build")) or "tsconfig.json"
            path = f"{path}/tsconfig.json" if self.tree.has_folder(path) else path
            options = mapping(self.tree.json(path.removeprefix("./")).get("compilerOptions"))
            return text(options.get("outDir")) if not options.get("noEmit") else ""
        named = _value(words, ("--config", "-c"))
        path = self.tree.first(named.removeprefix("./"), *_CONFIGS.get(tool, ())) or ""
        found = _OUT_DIR.search(self.tree.text(path) or "") if path else None
        return found[1] if found else ""


def _prefix(words: Sequence[str]) -> str:
    if words[0] not in ("npm", "yarn", "pnpm"):
        return ""
    return _value(words, ("--prefix", "--cwd", "-C")).strip("./")


def _option(words: Sequence[str]) -> str:
    found = _value(words, _OPTIONS)
    if not found and (file := _value(words, ("--outfile", "--file"))):
        found = file.removeprefix("./").rpartition("/")[0]
    return found


def _value(words: Sequence[str], names: Sequence[str]) -> str:
    """The value of one of some options."""
    for number, word in enumerate(words):
        name, equals, value = word.partition("=")
        if name in names:
            return value if equals else next(iter(words[number + 1 : number + 2]), "")
    return ""
