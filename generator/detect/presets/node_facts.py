"""What presets get to know of a Node.js project, and of the server that it starts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from generator.detect import node
from generator.detect.existing import Existing
from generator.detect.model import Confidence, Evidence, Note
from generator.detect.node import NodeProject
from generator.detect.node_build import Build
from generator.detect.node_scripts import shown
from generator.detect.node_start import Start
from generator.detect.presets.facts import Known, Value
from generator.detect.tree import Tree
from generator.secrecy import gives_away, hints_at_secret, public_env_name, public_text

# What takes the packages of development out again; of the others both sets are installed.
_PRUNES = {"npm": "npm prune --omit=dev", "pnpm": "CI=true pnpm prune --prod"}
# Commands before a start that leave nothing to do.
_QUIET = re.compile(r"(?:echo|mkdir|rm|rimraf|clear|export|true|set|sleep)\b")
# What the preset says itself.
_SAID = frozenset(["NODE_ENV", "PORT"])
_MODULES = "/src/node_modules"
_MARK = "yes"  # the value of a fact that only tells whether


def project(tree: Tree, told: Existing) -> tuple[dict[str, Known], list[Note]]:
    """The facts of package.json and its lock."""
    from generator.detect import node_build

    del told
    found = node.read(tree)
    if found is None:
        return {}, []
    found = found.with_folder()
    known = _of_project(found)
    commands = [found.run("build")] if "build" in found.scripts else []
    if commands and (client := node_build.client(tree, found)):
        commands = [client, *commands]
        build = {"node_build": " && ".join(commands)}
        known = {**known, **_known(build, {}, found.evidence)}
    typed = tree.has("next.config.ts") and "typescript" in found.dev_dependencies
    whole = typed and "typescript" not in found.dependencies
    run, modules = ((found.install, *commands), _MODULES) if whole else _installed(found, commands)
    built: dict[str, Value] = {
        "node_run": run,
        "node_modules": modules,
        "node_typed": _MARK if whole else "",
    }
    return {**known, **_known(_there(built), {}, found.evidence)}, list(found.notes)


def server(tree: Tree, told: Existing) -> tuple[dict[str, Known], list[Note]]:
    """The facts of a server that node starts: its command, and what has to be made for it."""
    from generator.detect import node_build, node_start

    found = node.read(tree)
    if found is None:
        broken = {"node_refused": "package.json holds no JSON object"}
        return _known(broken, {}, Evidence(path="package.json")), []
    found = found.with_folder()
    start = node_start.read(tree, found, told)
    parts = _Server(found, start, node_build.read(tree, found, start))
    return {**_of_project(found), **parts.facts()}, [*found.notes, *parts.notes()]


def _known(
    values: Mapping[str, Value], places: Mapping[str, tuple[Evidence, ...]], usual: Evidence
) -> dict[str, Known]:
    return {
        key: Known(
            value=value,
            confidence=Confidence.HIGH if places.get(key, True) else Confidence.LOW,
            reason="read in" if places.get(key, True) else "usual",
            evidence=places.get(key, (usual,)),
        )
        for key, value in values.items()
    }


def _there(values: Mapping[str, Value]) -> dict[str, Value]:
    """The facts that have a value."""
    return {key: value for key, value in values.items() if value}


def _of_project(found: NodeProject) -> dict[str, Known]:
    from generator.detect import node_system

    values: dict[str, Value] = {
        "node_image": found.image,
        "node_install": found.install,
        "node_manifests": found.manifests,
        "node_build": found.run("build") if "build" in found.scripts else "",
        "node_files": () if found.manifests else found.read_at_install,
        "node_packages": _MARK if found.has_packages else "",
        "node_system": node_system.at_run_time(found),
        "node_build_system": node_system.at_build_time(found),
    }
    return _known(_there(values), {"node_image": found.node_evidence}, found.evidence)


@dataclass(frozen=True)
class _Server:
    """A server of a project, with its start and its build."""

    project: NodeProject
    start: Start
    build: Build

    def facts(self) -> dict[str, Known]:
        start, build = self.start, self.build
        refused = start.refused or (build.missing and f"{build.missing} ({start.evidence})")
        entry = build.entry or start.entry
        command = tuple(entry if word == start.entry else word for word in start.command)
        run, modules = self._run()
        env = [f"{key}={value}" for key, value in start.env if _may_stand(key, value)]
        values: dict[str, Value] = {
            "node_refused": refused,
            "node_command": () if refused else command,
            "node_entry": "" if refused else entry,
            "node_run": run,
            "node_modules": modules,
            "node_alone": "" if run else _MARK,
            "node_made": build.folders,
            "node_compiled": start.entry if build.whole else "",
            "node_committed": build.committed,
            "node_everywhere": _MARK if build.everywhere else "",
            "node_unbuilt": build.unknown,
            "node_env": tuple(env),
            "node_port": dict(start.env).get("PORT", ""),
            "apart": build.apart,
        }
        parts = (Evidence(path=f"{folder}/package.json") for folder in build.apart)
        places = {
            **dict.fromkeys(["node_command", "node_entry", "node_port"], (start.evidence,)),
            "node_run": (Evidence(path="package.json", line=build.line), *parts),
            "node_made": (Evidence(path="package.json", line=build.line),),
        }
        found = _known(_there(values), places, self.project.evidence)
        for key in ("node_command", "node_entry"):
            if key in found:
                found[key] = replace(found[key], reason="started in")
        return found

    def notes(self) -> Iterator[Note]:
        place = (self.start.evidence,)
        if self.start.packages:
            names = ", ".join(self.start.packages)
            text = (
                f"the server loads {names} of devDependencies, so all packages are in the image: "
                "move what runs to dependencies"
            )
            yield Note(text=text, evidence=place)
        left = [key for key, value in self.start.env if not _may_stand(key, value)]
        if names := ", ".join(dict.fromkeys(key for key in left if key not in _SAID)):
            text = f"{names} of the start script may be secret, or has no plain value: give it "
            yield Note(text=f"{text}when the container runs", evidence=place)
        for line in self.start.before:
            if line not in self.build.taken and not _QUIET.match(line):
                text = f"`{shown(line, 80)}` stands before the server and is not run when it "
                yield Note(text=f"{text}starts: run it as a step of its own", evidence=place)

    def _run(self) -> tuple[tuple[str, ...], str]:
        """The commands that install and build, and the folder of the packages for run time."""
        found, commands = self.project, self.build.commands
        if self.start.packages:
            return (found.install, *commands), _MODULES
        if found.has_packages or commands or self.build.folders:
            return _installed(found, commands)
        return (), ""


def _installed(found: NodeProject, commands: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The commands that install and build, and the folder where packages for run time are then."""
    if not found.has_packages:
        return (found.install, *commands), ""
    prune = _PRUNES.get(found.manager)
    by_install = any(name in found.scripts for name in node.AT_INSTALL)
    if prune and commands:
        return (found.install, *commands, prune), _MODULES
    if prune and by_install:
        return (f"{found.install} && {prune}",), _MODULES
    if not found.production_install:
        return (found.install, *commands), _MODULES
    if not commands:
        return (found.production_install,), _MODULES
    aside = f"{found.production_install} && mv node_modules /production && {found.install}"
    client = any("prisma generate" in command for command in commands)
    kept = ["cp -r node_modules/.prisma /production/"] if client else []
    return (aside, *commands, *kept), "/production"


def _may_stand(name: str, value: str) -> bool:
    """Whether what a script sets may stand in the image for everyone to see."""
    try:
        public_env_name(name)
        public_text(value)
    except ValueError:
        return False
    # The name alone is doubted more than in what a person writes into a spec.
    doubtful = hints_at_secret(name) or "DSN" in name.upper().split("_") or gives_away(value)
    return name not in _SAID and "$" not in value and bool(value) and not doubtful
