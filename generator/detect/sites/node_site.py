"""Sites that a Node.js tool builds."""

import re
import shlex
from dataclasses import dataclass

from generator import build_tools
from generator.detect import node
from generator.detect.model import Alternative, Candidate, Confidence, Evidence
from generator.detect.node import NodeProject
from generator.detect.sites import angular, variables
from generator.detect.sites.context import includes
from generator.detect.sites.generators import (
    Config,
    Generator,
    below,
    is_static,
    known,
    major,
    root_folder,
)
from generator.detect.sites.proposals import Site
from generator.detect.tree import Tree

# Folders in which the site of a larger project usually lies.
_FOLDERS = ("frontend", "client", "web", "webapp", "ui", "site", "website", "www", "app", "docs")
_SERVERS = (
    "express", "fastify", "koa", "@nestjs/core", "@hapi/hapi", "hono", "@hono/node-server", "polka",
)  # fmt: skip
_MOST_VALUES = 8


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A site's package inside a project: `tree` and `project` are the package's own.

    `folder` is where it lies below the whole project, "" for the top. With `workspace` the
    package's dependencies are installed from the top, whose project that is.
    """

    tree: Tree
    project: NodeProject
    generator: Generator
    config: Config
    whole: Tree
    folder: str = ""
    workspace: NodeProject | None = None

    def path(self, path: str) -> str:
        """A path of the package as one of the whole project."""
        return f"{self.folder}/{path}" if self.folder else path

    def at(self, evidence: Evidence) -> Evidence:
        """A place in the package as one in the whole project."""
        return Evidence(path=self.path(evidence.path), line=evidence.line)

    def package(self, pattern: str) -> Evidence:
        """The line of package.json in which a pattern is found."""
        line = self.tree.line("package.json", pattern)
        return self.at(Evidence(path="package.json", line=line))


def candidates(tree: Tree) -> list[Candidate]:
    """The sites that Node.js tools build in a project, at its top or in a folder of it."""
    project = node.read(tree)
    if project:
        if place := _recognised(tree, project, whole=tree):
            return [_site(place, score=85 if place.generator.last else 90)]
        if project.members:
            found = [_in_folder(tree, member, workspace=project) for member in project.members]
            return [_site(place, score=60) for place in found if place]
    found = [_in_folder(tree, folder) for folder in _FOLDERS if tree.has(f"{folder}/package.json")]
    return [_site(place, score=60) for place in found if place]


def _in_folder(tree: Tree, folder: str, workspace: NodeProject | None = None) -> _Place | None:
    inner = tree.below(folder)
    project = node.read(inner)
    if not project:
        return None
    return _recognised(inner, project, whole=tree, folder=folder, workspace=workspace)


def _recognised(
    tree: Tree,
    project: NodeProject,
    *,
    whole: Tree,
    folder: str = "",
    workspace: NodeProject | None = None,
) -> _Place | None:
    """The package as a site, or None: the first generator that it uses decides."""
    wanted = project.all_dependencies()
    generator = next((each for each in known() if each.fits(wanted)), None)
    if not generator:
        return None
    config = Config.of(tree, generator)
    if not is_static(tree, project, generator, config):
        return None
    if config.path == "angular.json" and (app := angular.read(tree)) and app.server:
        return None
    return _Place(
        tree=tree,
        project=project,
        generator=generator,
        config=config,
        whole=whole,
        folder=folder,
        workspace=workspace,
    )


def _site(place: _Place, score: int) -> Candidate:
    generator = place.generator
    names = [re.escape(name) for name in generator.packages]
    recognised = place.package(rf'"(?:{"|".join(names)})"\s*:')
    kind = f"{generator.kind} in {place.folder}" if place.folder else generator.kind
    site = Site(kind=kind, score=score)
    if server := _server(place):
        site.score = 40
        site.note(f"The package also runs a server with {server}: the site alone is described")
    for note in place.project.notes if not place.workspace else place.workspace.notes:
        site.note(note.text, *map(place.at if not place.workspace else _same, note.evidence))
    _image(site, place)
    output, more = _output(site, place)
    script = _script(place)
    _run(site, place, script, recognised)
    _manifests(site, place)
    _include(site, place, (output, *more))
    _spa(site, place)
    _immutable(site, place)
    if git := place.config.find(generator.git_config):
        site.propose("build.packages", ["git"], "dates of changes in", [place.at(git[1])])
        site.note("The history stays out of the build, so pages have no date of their last change")
    _proxy(site, place)
    _pages(site, place)
    return site.candidate("site built by a package of", recognised)


def _same(evidence: Evidence) -> Evidence:
    return evidence


def _server(place: _Place) -> str:
    wanted = place.project.dependencies
    starts = re.search(r"\bnode\b|\bnest\b|\btsx\b", place.project.scripts.get("start", ""))
    return next((name for name in _SERVERS if name in wanted), "") if starts else ""


def _image(site: Site, place: _Place) -> None:
    project = place.workspace or place.project
    evidence = project.node_evidence or place.project.node_evidence
    here = evidence if place.workspace else tuple(map(place.at, evidence))
    pinned = bool(project.node)
    site.propose(
        "build.image",
        project.image,
        "Node.js by" if pinned else "current Node.js release",
        here if pinned else (),
        confidence=Confidence.HIGH if pinned else Confidence.LOW,
    )


def _script(place: _Place) -> str:
    """The script that builds the site, or nothing."""
    scripts = place.project.scripts
    for name in place.generator.scripts:
        if name in scripts:
            return name
    return next((name for name, text in scripts.items() if place.generator.command in text), "")


def _output(site: Site, place: _Place) -> tuple[str, tuple[str, ...]]:
    """Propose the folder that the build fills; also gives other folders that it makes."""
    generator, config = place.generator, place.config
    evidence: tuple[Evidence, ...] = ()
    folder, reason, confidence = generator.output, "usual folder", Confidence.MEDIUM
    wanted = place.project.all_dependencies()
    for package, (from_major, older) in generator.older_output.items():
        found = major(wanted.get(package, ""))
        if found is not None and found < from_major:
            folder = str(older)
    text = place.project.scripts.get(_script(place), "")
    source = _source(place, text)
    root = root_folder(generator, config)
    start = source or root
    told = config.find(generator.output_config)
    option = _option(text, generator.output_option)
    app = angular.read(place.tree) if config.path == "angular.json" else None
    if option:
        folder, reason, confidence = below(start, option), "named in", Confidence.HIGH
        evidence = (place.package(re.escape(generator.output_option)),)
    elif told:
        folder, reason, confidence = below(start, told[0]), "named in", Confidence.HIGH
        evidence = (place.at(told[1]),)
    elif app:
        folder, reason, confidence = below(".", app.output), "named in", Confidence.HIGH
        evidence = (place.at(app.evidence),)
        if app.others:
            names = ", ".join(app.others)
            site.note(f"angular.json has further apps that are left out: {names}", evidence[0])
    else:
        folder = below(start, folder)
    if not folder:
        site.missing = "the site is built into a folder outside of the project"
        folder = generator.output
    site.propose("build.output", place.path(folder), reason, evidence, confidence=confidence)
    return folder, tuple({generator.output, ".next", ".nuxt"} - {folder})


def _source(place: _Place, text: str) -> str:
    """The folder of the pages that a script names, such as `docs` in `vitepress build docs`."""
    words = place.generator.source_after
    found = re.search(rf"{re.escape(words)} +([\w.][\w./-]*)", text) if words else None
    if found:
        return below(".", found[1])
    first = place.config.path.partition("/")[0]
    return first if words and first and not first.startswith(".") else ""


def _option(text: str, option: str) -> str:
    found = re.search(rf"{re.escape(option)}[ =]+['\"]?([\w.][\w./-]*)", text) if option else None
    return found[1] if found else ""


def _run(site: Site, place: _Place, script: str, recognised: Evidence) -> None:
    """Propose the commands: one that installs, one that builds."""
    project, generator = place.project, place.generator
    top = place.workspace or project
    text = project.scripts.get(script, "")
    settings = [*_settings(site, place), *_legacy(site, place), *generator.settings]
    command = _in_workspace(site, place, script) if place.workspace else ""
    if not command:
        command = project.run(script) if script else project.execute(generator.command)
    command = _at_root_path(site, place, command, text)
    if settings and command.startswith(tuple(setting.split("=")[0] + "=" for setting in settings)):
        settings = []
    command = " ".join([*settings, command])
    install = top.install
    if place.folder and not place.workspace:
        install, command = f"cd {place.folder} && {install}", f"cd {place.folder} && {command}"
    evidence = [
        place.at(Evidence(path=project.lock)) if project.lock and not place.workspace else None,
        place.package(rf'"{re.escape(script)}"\s*:') if script else recognised,
    ]
    if place.workspace and place.workspace.lock:
        evidence[0] = Evidence(path=place.workspace.lock)
    names = [name for name in project.scripts if name != script and "build" in name and script]
    alternatives = [
        Alternative(
            value=[install, command.replace(f"run {script}", f"run {shlex.quote(name)}")],
            evidence=(place.package(rf'"{re.escape(name)}"\s*:'),),
            reason="another script that builds",
        )
        for name in names
        if generator.command.split(" ")[0] in project.scripts[name]
        and generator.command.split(" ")[0] not in text
    ]
    site.propose(
        "build.run",
        [install, command],
        "lock and script" if top.lock and script else "usual command",
        [each for each in evidence if each],
        confidence=Confidence.HIGH if script and top.lock else Confidence.MEDIUM,
        alternatives=alternatives,
    )


def _in_workspace(site: Site, place: _Place, script: str) -> str:
    """The command that builds one package of a workspace, from its top."""
    top = place.workspace
    if top is None:
        return ""
    site.note(
        f"One package of a workspace: {place.folder}; its neighbours are part of the build",
        place.package(r'"name"\s*:'),
    )
    name = str(place.tree.json("package.json").get("name") or "")
    if "build" in top.scripts:
        return top.run("build")
    if not script or not re.fullmatch(r"[\w@/.-]+", name):
        site.missing = f"the command that builds {place.folder} from the top of the workspace"
        return "true"
    commands = {
        "npm": f"npm run {script} --workspace={place.folder}",
        "pnpm": f"pnpm --filter {name}... run {script}",
        "yarn": f"{top.command} workspace {name} run {script}",
        "bun": f"bun run --filter {name} {script}",
    }
    return commands[top.manager]


def _at_root_path(site: Site, place: _Place, command: str, script: str) -> str:
    """Have a site that is made for a path of another host made for `/`, or say that it is not."""
    generator = place.generator
    found = place.config.find(generator.base_config)
    if not found and generator.base_package:
        value = str(place.tree.json("package.json").get(generator.base_package) or "")
        path = re.sub(r"^https?://[^/]*", "", value)
        found = (path, place.package(rf'"{generator.base_package}"\s*:'))
    elif found:
        found = (found[0], place.at(found[1]))
    if not found or found[0].rstrip("/") in ("", "."):
        return command
    path, evidence = found
    last = re.split(r"&&|;", script)[-1].strip()
    if generator.base_setting:
        site.note(f"Built for / and not for {path}, since nginx serves it there", evidence)
        return f"{generator.base_setting} {command}"
    if generator.base_argument and last.startswith(generator.command) and not place.workspace:
        site.note(f"Built for / and not for {path}, since nginx serves it there", evidence)
        dashes = " --" if place.project.manager == "npm" else ""
        return f"{command}{dashes} {generator.base_argument}"
    site.note(f"The site is made for {path}, but nginx serves it at /: change it there", evidence)
    return command


def _settings(site: Site, place: _Place) -> list[str]:
    """Values of committed .env files, which stay out of the build, and what else is asked for."""
    prefixes = tuple(place.generator.variables)
    needed = variables.used(place.tree, prefixes)
    values = variables.committed(place.tree, prefixes)
    for name in values:
        needed.pop(name, None)
    if len(values) > _MOST_VALUES:
        needed.update({name: evidence for name, (_, evidence) in values.items()})
        values = {}
    if values:
        places = sorted({place.at(evidence) for _, evidence in values.values()}, key=str)
        site.note(
            f"Written into the site's files: {', '.join(values)}. Files named .env stay out of a "
            "build, so the values stand in its command",
            *places,
        )
    if needed:
        names = ", ".join(sorted(needed)[:12])
        site.note(
            f"The source reads {names} at build time; set what it needs before the build command, "
            "such as NAME=value npm run build. Everyone can read the values in the site's files",
            *(place.at(needed[name]) for name in sorted(needed)[:3]),
        )
    return [variables.assignment(name, value) for name, (value, _) in values.items()]


def _legacy(site: Site, place: _Place) -> list[str]:
    """A setting for webpack 4 and older, whose hash current OpenSSL refuses."""
    wanted = place.project.all_dependencies()
    old = [
        name
        for name, first in place.generator.old_webpack.items()
        if (found := major(wanted.get(name, ""))) is not None and found < first
    ]
    text = " ".join(place.project.scripts.values())
    if not old or "openssl-legacy-provider" in text:
        return []
    site.note(
        f"{old[0]} of this age needs OpenSSL's legacy provider with a current Node.js",
        place.package(rf'"{re.escape(old[0])}"\s*:'),
    )
    return ["NODE_OPTIONS=--openssl-legacy-provider"]


def _manifests(site: Site, place: _Place) -> None:
    """Propose the files that the installation reads, where the command alone does not tell."""
    project = place.workspace or place.project
    folder = "" if place.workspace else place.folder
    files = [f"{folder}/{path}" if folder else path for path in project.manifests]
    run = next(each.value for each in site.proposals if each.field == "build.run")
    first = run[0] if isinstance(run, list) else ""
    if sorted(files) != sorted(build_tools.manifests(str(first))):
        site.propose("build.manifests", files, "read by the installation", [project.evidence])


def _include(site: Site, place: _Place, outputs: tuple[str, ...]) -> None:
    if place.folder and not place.workspace:
        site.propose("include", [place.folder], "folder of the site")
        return
    project = place.workspace or place.project
    keep: tuple[str, ...] = ()
    if project.manager == "yarn" and not project.manager_version.startswith("1."):
        keep = (".yarnrc.yml", "yarn.lock")
    if not project.manifests and project.lock:
        keep = (*keep, project.lock)
    made = () if place.workspace else outputs
    found = includes(place.whole, made, keep)
    if found != ["."]:
        # Yarn runs the script, too.
        found = sorted([*found, *(path for path in project.manifests if path.startswith(".yarn/"))])
        site.propose("include", found, "what the build reads")


def _spa(site: Site, place: _Place) -> None:
    generator, wanted = place.generator, place.project.all_dependencies()
    evidence: tuple[Evidence, ...] = ()
    package = next((name for name in generator.spa_packages if name in wanted), "")
    if package:
        evidence = (place.package(rf'"{re.escape(package)}"\s*:'),)
    if found := place.config.find(generator.spa_config):
        evidence = (place.at(found[1]),)
    pages = [path for path in place.tree.top("*.html") if path != "index.html"]
    if (generator.spa or evidence) and not (package and pages):
        site.propose("spa", "true", "single-page app of", evidence)
    if fallback := place.config.find(generator.other_fallback):
        site.note(
            f"The fallback page is {fallback[0]}: name it index.html to have nginx answer unknown "
            "paths with it (spa: true)",
            place.at(fallback[1]),
        )


def _immutable(site: Site, place: _Place) -> None:
    """Propose the locations of hashed files, unless files of fixed names lie there as well."""
    locations = list(place.generator.immutable)
    if told := place.config.find(place.generator.assets_config):
        locations = [f"/{below('.', told[0])}/"]
    app = angular.read(place.tree) if place.config.path == "angular.json" else None
    if app and app.media:
        locations.append("/media/")
    text = place.config.text
    unhashed = re.search(r"FileNames\s*:", text) and "[hash" not in text
    if unhashed or re.search(r"\bfilenameHashing\s*:\s*false", text):
        return
    fixed = [
        location
        for location in locations
        for folder in ("public", "static")
        if place.tree.has_folder(f"{folder}{location.rstrip('/')}")
        and not (folder == "static" and location == "/static/")
    ]
    if found := sorted(set(locations) - set(fixed)):
        site.propose("immutable", found, "names change with the content")
    for location in fixed:
        site.note(f"Files below {location} keep their names, so browsers ask for them anew")


def _proxy(site: Site, place: _Place) -> None:
    """Say that the development server passes requests on, which nginx does not know of."""
    text = place.config.text
    target = re.search(r"\bproxy\s*:", text)
    package = place.tree.json("package.json").get("proxy")
    if not target and not isinstance(package, str):
        return
    if target:
        line = text.count("\n", 0, target.start()) + 1
        evidence = place.at(Evidence(path=place.config.path, line=line))
    else:
        evidence = place.package(r'"proxy"\s*:')
    site.note(
        "The development server passes requests on to another service; where that runs beside the "
        "container, name it in `proxy`, such as /api/: http://api:8000",
        evidence,
    )


def _pages(site: Site, place: _Place) -> None:
    generator = place.generator
    if generator.page_files and not place.config.find(generator.page_files):
        site.note(
            "Pages are files such as about.html, and a path without .html does not find them: "
            "trailing slashes or clean URLs are an option of the generator"
        )
