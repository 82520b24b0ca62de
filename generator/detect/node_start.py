"""How a Node.js server is started, read from the scripts of package.json."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from generator.detect import shell
from generator.detect.existing import Existing
from generator.detect.model import Evidence
from generator.detect.node import AT_INSTALL, NodeProject
from generator.detect.node_imports import loaded, of_development
from generator.detect.node_scripts import after_dashes, called, may_hold_secret, shown
from generator.detect.tree import Tree
from generator.detect.values import text

# The scripts that start a server, those first that are for production alone.
_SCRIPTS = ("start:prod", "start:production", "serve:prod", "start", "serve", "server")
_PLAIN_STARTS = 4  # of them: those that start the project, whatever it is
_DEEPEST = 6  # scripts that call scripts
# What only sets something up for the command behind it.
_BEFORE = frozenset(["cross-env", "cross-env-shell", "env", "exec", "dumb-init", "tini", "npx"])
# Node.js' own options that take the next word.
_WITH_VALUE = frozenset(
    ["-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions",
     "--env-file", "--env-file-if-exists", "--watch-path", "--title", "--icu-data-dir"]
)  # fmt: skip
# Options for work, and files of variables, which stay out of an image.
_NOT_TAKEN = re.compile(r"--(?:inspect|watch|env-file|debug|preserve-symlinks-main)\b.*")
_NO_FILES = ("dotenv/config",)
_COMPILERS = {"tsx": ("--import", "tsx"), "ts-node": ("-r", "ts-node/register")}
_AS_OPTION = re.compile(r"(?:tsx(?:/esm|/cjs)?|ts-node/register(?:/transpile-only)?)")
# Start a file again whenever a source changes.
_WATCHERS = frozenset(
    ["nodemon", "node-dev", "ts-node-dev", "tsnd", "supervisor", "tsc-watch", "tsup-watch"]
)
# Start a file, and again when it ends: an engine does that itself.
_KEEPERS = frozenset(["pm2", "pm2-runtime", "forever"])
# Servers for development, by program and, where the program has others, its command.
_FOR_WORK = re.compile(
    r"(?:nx|ng|vue-cli-service|webpack|vite|astro|quasar|parcel|ember|rspack|rsbuild) "
    r"(?:serve|server|dev|preview|run [\w:-]{1,80}:serve)\b.{0,200}"
    r"|(?:react-scripts|craco|react-app-rewired|vuepress|docusaurus) (?:start|dev)\b.{0,200}"
    r"|(?:next|nuxt|nuxi|nitro|remix|react-router|gatsby|strapi|wrangler|netlify|vercel|turbo"
    r"|expo|sanity|keystone|medusa|encore|sst|serverless|sls|lerna|turbo run|vite-node)"
    r" (?:dev|develop|offline|start --dev)\b.{0,200}"
    r"|(?:vite|parcel|webpack-dev-server|browser-sync|live-server|concurrently|gulp|grunt"
    r"|docker-compose|docker|foreman|wireit|lite-server|budo|poi|wait-on)\b.{0,200}"
)
# Programs of packages with another name.
_PROGRAMS = {
    "fastify": "fastify-cli", "strapi": "@strapi/strapi", "moleculer-runner": "moleculer",
    "keystone": "@keystone-6/core", "medusa": "@medusajs/medusa", "slack-edge": "slack-edge",
    "functions-framework": "@google-cloud/functions-framework", "lb4": "@loopback/cli",
}  # fmt: skip
# Programs that listen on 127.0.0.1 alone, unless they are told.
_ADDRESSES = {"fastify": (("FASTIFY_ADDRESS", "0.0.0.0"),)}  # noqa: S104 - in a container
_LISTENS = re.compile(r"\.listen\(|\bcreateServer\(|\bserve\(|\.login\(|\.launch\(|\.run\(")
_MOST_LOADED = 60
_PLAIN_FILE = re.compile(r"(?:\./)?[\w@][\w@./-]{0,160}")
_PLAIN_WORD = re.compile(r"[\w@./:=,+-]{1,120}")
_CODE = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_MADE = re.compile(
    r"(?:(?:[\w@-][\w@.-]{0,60}/){0,4})(?:dist|build|out|lib|output|\.output)(?:/.*)?"
)
_USUAL = (
    "server.js", "server.mjs", "server.cjs", "app.js", "app.mjs", "main.js", "index.js",
    "index.mjs", "src/server.js", "src/index.js", "src/app.js", "src/main.js", "src/index.mjs",
    "server/index.js", "server/server.js", "bin/www",
)  # fmt: skip
_SERVER_PACKAGES = frozenset(
    ["express", "fastify", "koa", "hono", "@hono/node-server", "@nestjs/core", "@hapi/hapi",
     "restify", "polka", "h3", "@feathersjs/feathers", "apollo-server", "@apollo/server",
     "graphql-yoga", "socket.io", "ws"]
)  # fmt: skip
# Packages that programs without a server use as well.
_OF_CLIENTS = frozenset(["h3", "socket.io", "ws"])
_SCRIPT_OF_PM2 = re.compile(r"\bscript['\"]?\s{0,5}:\s{0,5}['\"](?:\./)?([^'\"\n]{1,160})['\"]")


@dataclass(frozen=True, kw_only=True)
class Start:
    """The command of a server, or in `refused` why there is none.

    `entry` is the file of the project that it runs, `env` what the script sets for it. `before`
    are commands that the script runs first, such as a build. `packages` are those of development
    that it needs at run time.
    """

    command: tuple[str, ...] = ()
    entry: str = ""
    evidence: Evidence = field(default_factory=lambda: Evidence(path="package.json"))
    env: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A command that a script ends in, without what stands before it."""

    words: tuple[str, ...]
    script: str
    env: tuple[tuple[str, str], ...] = ()
    before: tuple[str, ...] = ()


def serves(tree: Tree, project: NodeProject) -> str:
    """The server library of a package whose own start script runs a server's file; else empty."""
    library = next((name for name in project.dependencies if name in _SERVER_PACKAGES), "")
    if not library or not any(name in project.scripts for name in _SCRIPTS[:_PLAIN_STARTS]):
        return ""
    start = _Reader(tree, project).from_scripts(_SCRIPTS[:_PLAIN_STARTS])
    return library if start and start.entry else ""


def read(tree: Tree, project: NodeProject, told: Existing | None = None) -> Start:
    """How a project starts its server."""
    reader = _Reader(tree, project)
    return (
        reader.from_scripts()
        or reader.from_container(told)
        or reader.from_watched()
        or reader.from_files()
        or reader.refusal()
    )


class _Reader:
    """Reads one project. What was passed over stays for a refusal."""

    def __init__(self, tree: Tree, project: NodeProject) -> None:
        self.tree, self.project = tree, project
        self.watched: list[tuple[str, str]] = []  # files, and the script that names them
        self.passed: list[tuple[str, str]] = []  # what is wrong, and the script
        self.absent = False  # a script names a file, or a secret, that is not there

    def from_scripts(self, names: Sequence[str] = _SCRIPTS) -> Start | None:
        """The first script that starts something which may stand in an image."""
        for name in names:
            if name in self.project.scripts:
                step = self._last(name)
                if step and (start := self._started(step)):
                    return start
        return None

    def from_container(self, told: Existing | None) -> Start | None:
        """The command of a container file or a Procfile."""
        if told is None or not told.argv or told.argv_evidence is None:
            return None
        step = self._unwrapped(_Step(words=tuple(told.argv), script=""), depth=1)
        absent, self.absent = self.absent, False
        start = self._started(step) if step else None
        self.absent = absent
        if step is None or start is None or step.script:
            return start
        # The folders of an image may be others: only what is here, or what a build is named for.
        known = self.tree.has(start.entry) or _MADE.fullmatch(start.entry)
        return replace(start, evidence=told.argv_evidence) if known else None

    def from_watched(self) -> Start | None:
        """The file that a script has started anew at each change."""
        for path, script in self.watched:
            if start := self._file(path, _Step(words=(), script=script)):
                return start
        return None

    def from_files(self) -> Start | None:
        """The file that package.json or its name makes known."""
        if self.absent:
            return None
        main = text(self.tree.json("package.json").get("main")).removeprefix("./")
        line = self.tree.line("package.json", r'"main"\s*:')
        builds = "build" in self.project.scripts
        usual = next((path for path in _USUAL if self.tree.has(path)), "")
        if usual != "server.js" and main and "node_modules/" not in main:
            there = self._complete(main)
            if there or (builds and _MADE.fullmatch(main)):
                start = self._file(there or main, _Step(words=(), script=""))
                if start and self._listens(start.entry):
                    return replace(start, evidence=Evidence(path="package.json", line=line))
        for path in filter(self.tree.has, _USUAL):
            start = self._file(path, _Step(words=(), script="")) if self._listens(path) else None
            if start:
                return replace(start, evidence=Evidence(path=path))
        return None

    def _listens(self, path: str) -> bool:
        """Whether a file that no script starts is a program: a library has such a file, too."""
        wanted = _SERVER_PACKAGES.intersection(self.project.dependencies)
        if wanted - _OF_CLIENTS or not self.tree.has(path):  # it may be made of another source
            return bool(wanted)
        files = loaded(self.tree, path, _MOST_LOADED)[:_MOST_LOADED]
        return any(_LISTENS.search(self.tree.text(each) or "") for each in files)

    def refusal(self) -> Start:
        """What is wrong, and what to write instead."""
        instead = '"start": "node dist/main.js"' if "build" in self.project.scripts else (
            '"start": "node server.js"'
        )  # fmt: skip
        passed = [each for each in self.passed if each[1] in self.project.scripts]
        if passed:
            wrong, script = passed[0]
            place = self._place(script)
            return Start(
                evidence=place,
                refused=f"{wrong} ({place}): write a script that starts the server alone, such as "
                f"{instead}",
            )
        started = "start" in self.project.scripts
        said = (
            f"nothing tells which file node starts: the script `start` ({self._place('start')}) "
            "is none that can be read"
            if started
            else "nothing tells which file node starts: package.json has neither a script `start` "
            "nor a `main` that is a server's file here"
        )
        return Start(refused=f"{said}; write {instead}")

    def _place(self, script: str) -> Evidence:
        line = self.tree.line("package.json", rf'"{re.escape(script)}"\s*:') if script else 0
        return Evidence(path="package.json", line=line)

    def _last(self, name: str, depth: int = 0) -> _Step | None:
        """The command that a script ends in, through the scripts that it calls."""
        line = self.project.scripts.get(name, "")
        found = shell.commands(line)
        if not found:
            return None
        if any(words[0] in ("cd", "pushd") for words in found):
            self.passed.append((f"`{name}` starts what lies in another folder", name))
            return None
        before = tuple(" ".join(words) for words in found[:-1])
        step = _Step(words=tuple(found[-1]), script=name, before=before)
        return self._unwrapped(step, depth)

    def _unwrapped(self, step: _Step, depth: int) -> _Step | None:
        """A step without variables and wrappers; that of the script that it calls."""
        words, env = list(step.words), list(step.env)
        while words:
            first = words[0].rsplit("/", 1)[-1] if "node_modules/.bin/" in words[0] else words[0]
            name, equals, value = first.partition("=")
            if equals and re.fullmatch(r"[A-Za-z_]\w*", name):
                env.append((name, value))
                words = words[1:]
            elif first in _BEFORE:
                words = words[1:]
                while words and words[0].startswith("-"):
                    words = words[1:]
            elif first in ("dotenv", "dotenvx", "env-cmd") and len(words) > 1:
                words = after_dashes(words)
            elif first == "pnpm" and words[1:2] == ["exec"]:
                words = words[2:]
            else:
                words = [first, *words[1:]]
                break
        step = replace(step, words=tuple(words), env=tuple(env))
        script = called(words)
        if script is None:
            return step if words else None
        if script == "" or depth >= _DEEPEST or script not in self.project.scripts:
            if script == "":
                self.passed.append(
                    (f"`{step.script}` starts a package of a workspace", step.script)
                )
                return None
            return step
        inner = self._last(script, depth + 1)
        return inner and replace(
            inner, before=(*step.before, *inner.before), env=(*step.env, *inner.env)
        )

    def _started(self, step: _Step) -> Start | None:
        """What a command starts, if that may stand in an image."""
        line = " ".join(step.words)[:2000]
        if not may_hold_secret(line):
            return self._by_program(step)
        said = f"`{step.script}` runs `{shown(line)}` with what may be a secret, which an image "
        said += "shows to everyone; have the server read it from a variable"
        self.passed.append((said, step.script))
        self.absent = self.absent or bool(step.script)  # without it the server is another one
        return None

    def _by_program(self, step: _Step) -> Start | None:  # noqa: PLR0911 - a way to start each
        program, *rest = step.words
        line = " ".join(step.words)[:300]
        if program in ("node", "nodejs"):
            return self._node(step, rest)
        if program in ("tsx", "ts-node") and rest[:1] != ["watch"] and "--esm" not in rest:
            options = [word for word in rest if word.startswith("-")]
            files = [word for word in rest if not word.startswith("-")]
            if files and not set(options) & {"--watch", "-w"}:
                return self._file(files[0], step, before=_COMPILERS[program], needs=(program,))
        if program in _WATCHERS or program in ("tsx", "ts-node"):
            self.passed.append(
                (f"`{step.script}` runs `{program}`, a tool for development", step.script)
            )
            file = next((word for word in rest if word.endswith(_CODE) or self.tree.has(word)), "")
            if file:
                self.watched.append((file.removeprefix("./"), step.script))
            return None
        if program in _KEEPERS:
            return self._kept(step, rest)
        if program == "nest" and rest[:1] == ["start"]:
            return self._file("dist/main.js", step)
        if program in ("bun", "bunx", "deno"):
            said = f"`{step.script}` runs `{shown(line)}`"
            wrong = f"{said}, which this image of Node.js does not have"
            self.passed.append((wrong, step.script))
            return None
        if _FOR_WORK.fullmatch(line):
            said = f"`{step.script}` runs `{shown(line)}`, which is for development"
            self.passed.append((said, step.script))
            return None
        return self._tool(step, program, rest)

    def _node(self, step: _Step, rest: Sequence[str]) -> Start | None:
        options: list[str] = []
        needs: list[str] = []
        words = list(rest)
        while words and words[0].startswith("-"):
            word, *words = words
            taken = [word]
            if word in _WITH_VALUE and words:
                value, *words = words
                taken.append(value)
            if _NOT_TAKEN.fullmatch(word) or any(each in _NO_FILES for each in taken):
                continue
            if not all(map(_PLAIN_WORD.fullmatch, taken)) or word in ("-e", "--eval", "--test"):
                return None
            if len(taken) > 1 and _AS_OPTION.fullmatch(taken[1]):
                needs.append(taken[1].partition("/")[0])
            options += taken
        if not words:
            return None
        arguments = words[1:] if all(map(_PLAIN_WORD.fullmatch, words[1:])) else []
        return self._file(words[0], step, before=options, needs=needs, after=arguments)

    def _kept(self, step: _Step, rest: Sequence[str]) -> Start | None:
        """What pm2 or forever starts: node itself is the command of a container."""
        files = [word for word in rest if not word.startswith("-") and word != "start"]
        if not files:
            return None
        path = files[0].removeprefix("./")
        if path.endswith((".json", ".config.js", ".config.cjs", ".yml")):
            told = _SCRIPT_OF_PM2.search(self.tree.text(path) or "")
            path = told[1] if told else ""
        return self._file(path, step) if path else None

    def _tool(self, step: _Step, program: str, rest: Sequence[str]) -> Start | None:
        """A program that a package for run time brings along."""
        package = _PROGRAMS.get(program, program)
        plain = re.fullmatch(r"[\w@-][\w.@-]{0,60}", program)
        if plain and package in self.project.dependencies:
            words = [word for word in rest if _PLAIN_WORD.fullmatch(word)]
            if words == list(rest):
                command = (f"node_modules/.bin/{program}", *words)
                file = next((word for word in words if self._is_code(word)), "")
                return Start(
                    command=command,
                    entry=file,
                    evidence=self._place(step.script),
                    env=(*step.env, *_ADDRESSES.get(program, ())),
                    before=step.before,
                )
        said = f"`{step.script}` runs `{shown(' '.join(step.words))}`"
        wrong = f"{said}, a program of no package in `dependencies`"
        self.passed.append((wrong, step.script))
        return None

    def _is_code(self, word: str) -> bool:
        """Whether a word names a file with code, or one that is built."""
        return self.tree.has(word) or (bool(_MADE.fullmatch(word)) and word.endswith(_CODE))

    def _file(
        self,
        path: str,
        step: _Step,
        *,
        before: Sequence[str] = (),
        needs: Sequence[str] = (),
        after: Sequence[str] = (),
    ) -> Start | None:
        """The start of a file with node, unless it is a server for development."""
        path = path.removeprefix("./")
        said = f"`{step.script}` runs {path}" if step.script else f"{path} is there"
        if path in (".", ""):
            path = text(self.tree.json("package.json").get("main")).removeprefix("./") or "index.js"
        if not _PLAIN_FILE.fullmatch(path) or ".." in path.split("/") or "node_modules/" in path:
            return None
        there = self._complete(path)
        if not there and not self._makes_files():
            said = f"{said}, which is not in the project and which no script makes"
            self.passed.append((said, step.script))
            self.absent = self.absent or bool(step.script)
            return None
        path = there or _completed(path)
        if re.search(r"(?:\b|_)dev(?:elopment|server)?(?:\b|_)", path):
            self.passed.append((f"{said}, by its name for development", step.script))
            return None
        found = of_development(self.tree, self.project, path)
        if found.tools:
            names = ", ".join(found.tools)
            wrong = f"{said}, a server for development: it loads {names}"
            self.passed.append((wrong, step.script))
            return None
        wanted = [name for name in needs if name not in self.project.dependencies]
        return Start(
            command=("node", *before, path, *after),
            entry=path,
            evidence=self._place(step.script),
            env=step.env,
            before=step.before,
            packages=tuple(dict.fromkeys([*wanted, *found.others])),
        )

    def _complete(self, path: str) -> str:
        """The file that node takes for a path, as it completes it; empty if there is none."""
        is_folder, path = path.endswith("/"), path.rstrip("/")
        names = [f"{path}/index.js", f"{path}/index.cjs"]
        if not is_folder:
            names = [path, f"{path}.js", f"{path}.cjs", *names]
        return next((name for name in names if self.tree.has(name)), "")

    def _makes_files(self) -> bool:
        """Whether a script may make a file that is not there."""
        scripts = self.project.scripts
        builds = any(name.startswith(("build", "compile", "tsc", "prestart")) for name in scripts)
        builds = builds or any(name in scripts for name in AT_INSTALL)
        return bool(builds or ("&&" in scripts.get("start", "")))


def _completed(path: str) -> str:
    """A file that is made, by the name that it will have: `dist/main` is dist/main.js."""
    path = path.rstrip("/")
    if path.endswith((*_CODE, ".json")):
        return path
    name = path.rpartition("/")[2]
    return f"{path}/index.js" if name in ("dist", "build", "out", "lib") else f"{path}.js"
