"""The commands that install a site's packages and build it."""

import re
import shlex

from generator.detect.model import Alternative, Confidence, Evidence
from generator.detect.sites import variables
from generator.detect.sites.generators import major, makes_files
from generator.detect.sites.place import Place
from generator.detect.sites.proposals import Site

_MOST_VALUES = 8
# Scripts that go on for as long as somebody works on the site.
_FOR_WORK = re.compile(r"\bserve\b|\bwatch\b|\bdev\b|\bstart\b|\bdebug|\bbenchmark|\bpreview\b")
_RECURSIVE = re.compile(r"pnpm (?:(?:run )?(?:-r|--recursive) (?:run )?)build")
_TURBO = re.compile(r"turbo (?:run )?build")


def script_of(place: Place) -> str:
    """The script that builds the site, or nothing."""
    scripts = place.project.scripts
    if makes_files(place.project, place.generator):
        return "build"
    for name in place.generator.scripts:
        if name in scripts:
            return name
    return next((name for name, text in scripts.items() if place.generator.command in text), "")


def takes_options(place: Place, script: str) -> bool:
    """Whether options after the script's name reach the generator itself."""
    last = re.split(r"&&|;", script)[-1].strip()
    return last.startswith(place.generator.command) and not place.workspace


def _with(place: Place, command: str, options: str) -> str:
    """A command that runs a script, with options for what the script runs."""
    dashes = " --" if place.project.manager == "npm" and " -- " not in command else ""
    return f"{command}{dashes} {options}" if options else command


def propose_run(site: Site, place: Place, recognised: Evidence, options: str) -> None:
    """Propose the commands: one that installs, one that builds.

    `recognised` is where the generator is named, `options` are for the one that builds.
    """
    project, generator, top = place.project, place.generator, place.installed()
    script = script_of(place)
    text = project.scripts.get(script, "")
    settings = [*_settings(site, place), *_legacy(site, place), *generator.settings]
    command = _in_workspace(site, place, script) if place.workspace else ""
    if not command:
        command = project.run(script) if script else project.execute(generator.command)
    command = _with(place, _at_root_path(site, place, command, text), options)
    lock = place.installed_at(Evidence(path=top.lock)) if top.lock else None
    built = place.package(rf'"{re.escape(script)}"\s*:') if script else recognised
    start = f"cd {place.folder} && " if place.folder and not place.workspace else ""
    install = f"{start}{top.install}"
    command = f"{start}{' '.join([*settings, command])}"
    site.propose(
        "build.run",
        [install, command],
        "lock and script" if top.lock and script else "usual command",
        [lock, built] if lock else [built],
        confidence=Confidence.HIGH if script and top.lock else Confidence.MEDIUM,
        alternatives=_others(place, script, [install, command]),
    )


def _others(place: Place, script: str, run: list[str]) -> list[Alternative]:
    """Other scripts that build with the same tool, for another environment perhaps."""
    install, command = run
    ours = f"run {shlex.quote(script)}"
    return [
        Alternative(
            value=[install, command.replace(ours, f"run {shlex.quote(name)}")],
            evidence=(place.package(rf'"{re.escape(name)}"\s*:'),),
            reason="another script that builds",
        )
        for name, text in place.project.scripts.items()
        if name != script
        and place.generator.command in text
        and ours in command
        and not _FOR_WORK.search(f"{name} {text}")
    ]


def _in_workspace(site: Site, place: Place, script: str) -> str:
    """The command that builds one package of a workspace, from its top."""
    top = place.workspace
    if top is None:
        return ""
    site.note(
        f"One package of a workspace: {place.folder}; its neighbours are part of the build",
        place.package(r'"name"\s*:'),
    )
    name = str(place.tree.json("package.json").get("name") or "")
    named = script and re.fullmatch(r"[\w@/.-]+", name)
    whole = top.scripts.get("build", "")
    if named and _TURBO.fullmatch(whole) and script == "build":
        return top.execute(f"turbo run build --filter={name}")
    if whole and not (named and top.manager == "pnpm" and _RECURSIVE.fullmatch(whole)):
        return top.run("build")
    if not named:
        site.missing = f"the command that builds {place.folder} from the top of the workspace"
        return "true"
    # Names that others chose, in a shell's line.
    quoted, folder = shlex.quote(script), shlex.quote(place.folder)
    commands = {
        "npm": f"npm run {quoted} --workspace={folder}",
        "pnpm": f"pnpm --filter {name}... run {quoted}",
        "yarn": f"{top.command} workspace {name} run {quoted}",
        "bun": f"bun run --filter {name} {quoted}",
    }
    return commands[top.manager]


def _at_root_path(site: Site, place: Place, command: str, script: str) -> str:
    """Have a site that is made for a path of another host made for `/`, or say that it is not."""
    generator = place.generator
    found = place.config.find(generator.base_config)
    if not found and generator.base_package:
        value = str(place.tree.json("package.json").get(generator.base_package) or "")
        path = re.sub(r"^https?://[^/]*", "", value)
        found = (path, place.package(rf'"{generator.base_package}"\s*:'))
    elif found:
        found = (found[0], place.at(found[1]))
    if not found and (option := generator.base_option):
        told = re.search(rf"(?:^|\s){re.escape(option)}[ =]+['\"]?([\w./:-]+)", script)
        if told and told[1].strip("./"):
            site.note(
                f"The script builds for {told[1]}, but nginx serves the site at /: change it there",
                place.package(re.escape(option)),
            )
        return command
    if not found or found[0].rstrip("/") in ("", "."):
        return command
    path, evidence = found
    if generator.base_setting:
        site.note(f"Built for / and not for {path}, since nginx serves it there", evidence)
        return f"{generator.base_setting} {command}"
    if generator.base_argument and takes_options(place, script):
        site.note(f"Built for / and not for {path}, since nginx serves it there", evidence)
        return _with(place, command, generator.base_argument)
    site.note(f"The site is made for {path}, but nginx serves it at /: change it there", evidence)
    return command


def _settings(site: Site, place: Place) -> list[str]:
    """Values of committed .env files, which stay out of the build, and what else is asked for."""
    prefixes = (*place.generator.variables, *variables.own_prefixes(place.tree))
    needed = variables.used(place.tree, prefixes)
    values, withheld = variables.committed(place.tree, prefixes)
    for name in (*values, *withheld):
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
    if withheld:
        names = ", ".join(sorted(withheld)[:12])
        site.note(
            f"{names}: by name or value a secret, and so not put into the build command. Everyone "
            "can read the values in the site's files: set only what may be public",
            *(place.at(withheld[name]) for name in sorted(withheld)[:3]),
        )
    if needed:
        names = ", ".join(sorted(needed)[:12])
        site.note(
            f"The source reads {names} at build time; set what it needs before the build command, "
            "such as NAME=value npm run build. Everyone can read the values in the site's files",
            *(place.at(needed[name]) for name in sorted(needed)[:3]),
        )
    return [variables.assignment(name, value) for name, (value, _) in values.items()]


def _legacy(site: Site, place: Place) -> list[str]:
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
