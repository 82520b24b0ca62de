"""What container files that are there already tell: Dockerfile, compose.yaml, Procfile."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from generator.detect import compose, dockerfile, shell
from generator.detect.model import Evidence
from generator.detect.tree import Tree
from generator.secrecy import gives_away, secret_name

_IN_WORK = re.compile(r"(?i)dev|test|debug|local|ci\b")
_IN_USE = re.compile(r"(?i)prod|release")
_FOLDERS = ("docker", ".docker", "build", "deploy", "container", ".devops", "ops")
_LONGEST = 4_000  # characters of a line or a command that are looked at
_MOST_LINES = 5_000  # of a Procfile, and of a compose file for the places of its entries
_MOST_ENTRIES = 200  # of each list of a compose file
_PROCESS = re.compile(r"([A-Za-z0-9_-]+):[ \t]*(.+)")
_PROCESS_PORT = re.compile(
    r"(?:--port[ =]|--bind[ =][^\s=]{0,100}:|-p |-b [^\s=]{0,100}:)(\d{2,5})\b"
)
_HEALTH_URL = re.compile(
    r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|\$\{?\w+\}?)"
    r"(?::(\d{1,5}|\$\{?\w+\}?))?(/[A-Za-z0-9._~/-]*)?"
)
# What serves while one writes, and nothing that others should reach.
_FOR_WORK = re.compile(
    r"\brunserver\b|\bflask\b.{0,200} run\b|--reload\b|\bnodemon\b|\brun (?:dev|watch)\b"
    r"|\bdebugpy\b|\bfastapi dev\b|\bcargo run\b|\bgo run\b|\bwatchmedo\b|\bng serve\b"
)


@dataclass(frozen=True)
class Told:
    """One text that a container file gives, and where."""

    value: str
    evidence: Evidence


@dataclass(frozen=True, kw_only=True)
class Existing:
    """What the project's own container files say about the app.

    `images` are the base images of the final stage, `argv` the command's words (of CMD, a compose
    service or a Procfile's web line), `workers` a Procfile's other lines by name. The packages are
    those of the final stage, `build_packages` those of the stages before it. `env` has the
    variables with their values, an empty one for what is given from outside. `arguments` are the
    build arguments with a default, `services` the images of the other compose services by name.
    """

    ports: tuple[Told, ...] = ()
    images: tuple[Told, ...] = ()
    argv: tuple[str, ...] = ()
    argv_evidence: Evidence | None = None
    apt_packages: tuple[Told, ...] = ()
    apk_packages: tuple[Told, ...] = ()
    env: dict[str, Told] = field(default_factory=dict)
    health_paths: tuple[Told, ...] = ()
    volumes: tuple[Told, ...] = ()
    files: tuple[str, ...] = ()
    workers: dict[str, Told] = field(default_factory=dict)
    build_packages: tuple[Told, ...] = ()
    arguments: dict[str, Told] = field(default_factory=dict)
    services: dict[str, Told] = field(default_factory=dict)


@dataclass
class _Found:
    """What was found so far; the first that tells something is believed most."""

    ports: list[Told] = field(default_factory=list)
    images: list[Told] = field(default_factory=list)
    commands: list[tuple[list[str], Evidence]] = field(default_factory=list)
    packages: dict[str, list[Told]] = field(default_factory=lambda: {"apt": [], "apk": []})
    build_packages: list[Told] = field(default_factory=list)
    env: dict[str, Told] = field(default_factory=dict)
    health_paths: list[Told] = field(default_factory=list)
    volumes: list[Told] = field(default_factory=list)
    workers: dict[str, Told] = field(default_factory=dict)
    arguments: dict[str, Told] = field(default_factory=dict)
    services: dict[str, Told] = field(default_factory=dict)

    def port(self, value: str, evidence: Evidence) -> None:
        """Note a port, if it can be one."""
        if value.isascii() and value.isdigit() and 0 < int(value[:6]) < 65536:
            self.ports.append(Told(str(int(value)), evidence))

    def health(self, command: str, evidence: Evidence) -> None:
        """Note the path and the port that a health check asks."""
        match = _HEALTH_URL.search(command)
        if match:
            self.port(match[1] or "", evidence)
            if match[2]:
                self.health_paths.append(Told(match[2], evidence))

    def command(self) -> tuple[list[str], Evidence | None]:
        """The command to believe: the first that is not for work on the code."""
        for words, evidence in self.commands:
            if not _FOR_WORK.search(" ".join(words)[:_LONGEST]):
                return words, evidence
        return self.commands[0] if self.commands else ([], None)


def read(tree: Tree) -> Existing:
    """Read the container files of a tree."""
    found = _Found()
    services, compose_path = _services(tree)
    own = compose.built(services)
    paths = dockerfiles(tree, own.dockerfile() if own else "")
    if paths:
        _read_dockerfile(tree, paths[0], found)
    if tree.has("Procfile"):
        _read_procfile(tree, "Procfile", found)
    if compose_path:
        _read_compose(tree, compose_path, services, own, found)
    words, evidence = found.command()
    others = [path for path in ("Procfile", compose_path, ".dockerignore") if tree.has(path)]
    return Existing(
        ports=_once(found.ports),
        images=_once(found.images),
        argv=tuple(words),
        argv_evidence=evidence,
        apt_packages=_once(found.packages["apt"]),
        apk_packages=_once(found.packages["apk"]),
        env=found.env,
        health_paths=_once(found.health_paths),
        volumes=_once(found.volumes),
        files=(*paths, *others),
        workers=found.workers,
        build_packages=_once(found.build_packages),
        arguments=found.arguments,
        services=found.services,
    )


def dockerfiles(tree: Tree, named: str = "") -> list[str]:
    """The Dockerfiles of a tree, the likeliest for the app first; `named` is compose's choice."""
    from generator.audit.discover import is_dockerfile

    places = [path for path in tree.files if path.rpartition("/")[0] in ("", *_FOLDERS)]
    found = [path for path in places if is_dockerfile(path.rpartition("/")[2])]
    if named and tree.has(named) and named not in found:
        found.append(named)

    def rank(path: str) -> tuple[bool, bool, bool, bool, int, str]:
        name = path.rpartition("/")[2]
        plain = name.lower() in ("dockerfile", "containerfile")
        suffix = re.sub(r"(?i)dockerfile|containerfile", "", name)
        return (
            bool(_IN_WORK.search(suffix)),
            not plain,
            not _IN_USE.search(suffix),
            path != named,
            path.count("/"),
            path,
        )

    return sorted(found, key=rank)


def _once(found: Iterable[Told]) -> tuple[Told, ...]:
    kept: dict[str, Told] = {}
    for told in found:
        if told.value:
            kept.setdefault(told.value, told)
    return tuple(kept.values())


def _read_dockerfile(tree: Tree, path: str, found: _Found) -> None:
    stages, arguments = dockerfile.stages(tree.text(path) or "")
    for name, (value, line) in arguments.items():
        found.arguments[name] = Told(value, Evidence(path=path, line=line))
    image, line, steps = dockerfile.final(stages)
    if image:
        found.images.append(Told(image, Evidence(path=path, line=line)))
    variables = _fillable({name: value for name, (value, _) in arguments.items()})
    for step in steps:
        _note_setting(step, Evidence(path=path, line=step.line), variables, found)
    _note_command(tree, path, steps, variables, found)
    on_the_way = {id(step) for step in steps}
    for step in (step for stage in stages for step in stage.steps):
        for tool, name in _packages(step):
            told = Told(name, Evidence(path=path, line=step.line))
            final = id(step) in on_the_way
            (found.packages[tool] if final else found.build_packages).append(told)


def _note_setting(
    step: dockerfile.Instruction, evidence: Evidence, variables: dict[str, str], found: _Found
) -> None:
    match step.word:
        case "ENV":
            for name, given in dockerfile.pairs(step.rest):
                value = shell.filled(given, variables)
                found.env[name] = Told(value, evidence)
                variables.pop(name, None)
                variables.update(_fillable({name: value}))
        case "EXPOSE":
            for word in shell.filled(step.rest, variables).split():
                found.port(word.removesuffix("/tcp"), evidence)
        case "VOLUME":
            for word in _list(step.rest):
                found.volumes.append(Told(shell.filled(word, variables), evidence))
        case "HEALTHCHECK":
            found.health(shell.filled(step.rest, variables), evidence)
        case _:
            pass


def _fillable(values: Mapping[str, str]) -> dict[str, str]:
    """Variables to fill into a command: one that may be a secret keeps its name there."""
    return {
        name: value
        for name, value in values.items()
        if "username" in name.lower() or not (secret_name(name) or gives_away(value))
    }


def _packages(step: dockerfile.Instruction) -> Iterator[tuple[str, str]]:
    if step.word != "RUN":
        return
    for line in (step.rest, *step.body.split("\n")):
        yield from shell.installed(line)


def _list(rest: str) -> Sequence[str]:
    if rest.startswith("["):
        return re.findall(r'"([^"]*)"', rest)
    return [word.strip("\"'") for word in rest.split()]


def _note_command(
    tree: Tree,
    path: str,
    steps: Iterable[dockerfile.Instruction],
    variables: Mapping[str, str],
    found: _Found,
) -> None:
    last: dict[str, tuple[list[str], int]] = {"CMD": ([], 0), "ENTRYPOINT": ([], 0)}
    for step in steps:
        if step.word in last:
            last[step.word] = (dockerfile.argv(step.rest, variables), step.line)
    entry, entry_line = last["ENTRYPOINT"]
    words, line = last["CMD"]
    if entry and not _is_script(entry):
        words, line = [*entry, *words], entry_line
    elif not words:
        words, line = entry, entry_line
    if not words:
        return
    evidence = Evidence(path=path, line=line)
    if _is_script(words):
        script = next((word for word in words if word.endswith(".sh")), words[0])
        places = tree.named(script.rsplit("/", 1)[-1])
        if places:
            inner, at = shell.script_command(tree.text(places[0]) or "", variables)
            if inner:
                words, evidence = inner, Evidence(path=places[0], line=at)
    found.commands.append((words, evidence))


def _is_script(words: Sequence[str]) -> bool:
    first = words[0].rsplit("/", 1)[-1]
    return first.endswith(".sh") or first in ("docker-entrypoint", "entrypoint", "bash", "sh")


def _read_procfile(tree: Tree, path: str, found: _Found) -> None:
    variables = _fillable({name: told.value for name, told in found.env.items()})
    lines = (tree.text(path) or "").split("\n")[:_MOST_LINES]
    for number, line in enumerate(lines, 1):
        match = _PROCESS.fullmatch(line.strip()) if len(line) <= _LONGEST else None
        if not match or len(found.workers) >= _MOST_ENTRIES:
            continue
        evidence = Evidence(path=path, line=number)
        if match[1] != "web":
            found.workers[match[1]] = Told(match[2].strip(), evidence)
            continue
        words = shell.last_command(match[2], variables)
        if words:
            found.commands.append((words, evidence))
        port = _PROCESS_PORT.search(match[2])
        if port:
            found.port(port[1], evidence)


def _services(tree: Tree) -> tuple[Mapping[str, compose.Service], str]:
    path = tree.first(*compose.FILES)
    return (compose.services(tree.yaml(path)), path) if path else ({}, "")


def _read_compose(
    tree: Tree,
    path: str,
    services: Mapping[str, compose.Service],
    own: compose.Service | None,
    found: _Found,
) -> None:
    places = _Places(tree, path)
    environment = own.environment() if own else {}
    if max(len(services), len(environment)) > _MOST_ENTRIES:
        tree.leave_out(path, f"has more than {_MOST_ENTRIES} services or variables")
    others = ((name, service) for name, service in services.items() if service is not own)
    for name, service in islice(others, _MOST_ENTRIES):
        image = service.entry.get("image")
        if isinstance(image, str) and "build" not in service.entry:
            found.services[name] = Told(image, places.of(name, image))
    if own is None:
        return
    for port in islice(own.ports(), _MOST_ENTRIES):
        found.port(str(port), places.of(own.name, str(port)))
    for name, value in islice(environment.items(), _MOST_ENTRIES):
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            found.env.setdefault(name, Told(value, places.of(own.name, name)))
    if words := own.command():
        found.commands.append((words, places.of(own.name, "command:")))
    found.health(own.health_test(), places.of(own.name, "test:"))
    for folder in islice(own.volumes(), _MOST_ENTRIES):
        found.volumes.append(Told(folder, places.of(own.name, folder)))


class _Places:
    """Where the services of a compose file and their words stand, as far as its text tells."""

    def __init__(self, tree: Tree, path: str) -> None:
        self.path = path
        self.lines = (tree.text(path) or "").split("\n")[:_MOST_LINES]
        self.heads: dict[str, int] = {}
        for number, line in enumerate(self.lines, 1):
            if line.rstrip().endswith(":"):
                self.heads.setdefault(line.strip(), number)
        self.sections: dict[str, list[tuple[int, str]]] = {}

    def of(self, service: str, word: str) -> Evidence:
        """The line of a service that holds a word, or of the service; 0 if the text has neither."""
        if service not in self.sections:
            self.sections[service] = list(self._section(service))
        start = self.heads.get(f"{service}:", 0)
        held = (number for number, line in self.sections[service] if word in line)
        return Evidence(path=self.path, line=next(held, start))

    def _section(self, service: str) -> Iterator[tuple[int, str]]:
        """The lines below a service's own that are set in deeper."""
        start = self.heads.get(f"{service}:", 0)
        head = self.lines[start - 1] if start else ""
        indent = len(head) - len(head.lstrip())
        for number, line in enumerate(self.lines[start:], start + 1):
            inner = line.strip()
            if not inner or inner.startswith("#"):
                continue
            if len(line) - len(line.lstrip()) <= indent:
                break
            yield number, line
