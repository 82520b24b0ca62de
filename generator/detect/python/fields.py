"""A program as fields of a spec, with the reason and the evidence for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from generator.detect import environment_examples
from generator.detect.existing import Existing
from generator.detect.model import Alternative, Confidence, Evidence, Note, Proposal, SpecValue
from generator.detect.python import (
    caches,
    configurations,
    django,
    environment,
    program_files,
    program_ports,
    routes,
    servers,
    services,
)
from generator.detect.python.code import Code
from generator.detect.python.layout import folder, joined
from generator.detect.python.model import Project
from generator.detect.python.ports import LOCAL_HOSTS, PortFound
from generator.detect.python.program import Program
from generator.detect.python.starts import Start
from generator.detect.python.storage import Storage
from generator.detect.variable import Variable
from generator.detect.variables import Variables

_CONFIG = ("-c", "--config")  # of gunicorn
_WORKERS = r"^workers[ \t]{0,8}=[ \t]{0,8}[1-9][0-9]{0,2}[ \t]{0,8}$"
# Why a framework gets a variable, where it is not for a read-only container.
_REASONS = {
    "GRADIO_ANALYTICS_ENABLED": "sends no usage data",
    "GRADIO_SERVER_NAME": "listens on every address",
}


@dataclass(kw_only=True)
class Described:
    """What a program becomes."""

    proposals: list[Proposal] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    additional: list[str] = field(default_factory=list)


class Describer:
    """Describes the programs of one project."""

    def __init__(
        self,
        code: Code,
        project: Project,
        told: Existing,
        start: Start,
        site: django.Site | None,
    ) -> None:
        self.code, self.project, self.told, self.start = code, project, told, start
        self.site = site
        self.settings = django.read_settings(code, site) if site else None

    def describe(self, program: Program) -> Described:
        """The fields of a spec for a program."""
        return _Description(self, program).all()


class _Description:
    """Describes one program."""

    def __init__(self, describer: Describer, program: Program) -> None:
        self.by, self.program = describer, program
        self.code, self.project, self.told = describer.code, describer.project, describer.told
        self.is_django = program.kind == "Django app" and describer.site is not None
        self.found = Described(notes=list(program.notes), additional=list(program.additional))
        site = describer.site if self.is_django else None
        self.files = program_files.taking_part(self.code, program, site)
        listens = program_ports.listens(self.code, program, self.files, self.told)
        self.port = self._port() if program.port or listens else None

    @cached_property
    def ports(self) -> list[PortFound]:
        """The ports that the project tells, the likeliest first."""
        start_port = self.by.start.port
        return program_ports.find(self.code, self.program, self.files, self.told, start_port)

    def all(self) -> Described:
        self._start()
        if self.port:
            self._propose_port(self.port)
        self._health()
        include = self._include()
        self._variables(include)
        self._migrations(include)
        if self.is_django:
            self._django(include)
        return self.found

    def _add(
        self,
        name: str,
        value: SpecValue,
        reason: str,
        *evidence: Evidence,
        confidence: Confidence = Confidence.HIGH,
        alternatives: tuple[Alternative, ...] = (),
    ) -> None:
        self.found.proposals.append(
            Proposal(
                field=name,
                value=value,
                confidence=confidence,
                reason=reason,
                evidence=evidence,
                alternatives=alternatives,
            )
        )

    # The server or command.

    def _start(self) -> None:
        program = self.program
        if not program.interface:
            port = str(self.port.port if self.port else program.port)
            words = [word.replace("{port}", port) for word in program.command]
            self._add("command", words, program.reason, *program.evidence)
            return
        choice = servers.choose(program, self.project, self.told, self.by.start)
        self.found.additional += choice.additional
        self.found.notes += choice.notes
        self._development(choice.server)
        evidence = tuple(dict.fromkeys((*program.evidence, *choice.evidence)))
        value = servers.field_value(choice, program.target, program.interface, program.threads)
        reason = f"{program.reason.removesuffix(' in')}, {choice.server} {choice.reason}:"
        if value is None:
            number = self.port.port if self.port else program.port
            words = servers.command(choice, program.target, number)
            self._add("command", words, reason, *evidence, confidence=choice.confidence)
            return
        own = self._own_config() if choice.server == "gunicorn" else None
        if own and isinstance(value, Mapping):
            value = {**value, "config": own}
            line = self.code.tree.line(own, _WORKERS)
            if line and "workers" not in value:
                value["workers"] = self._number(own, line)
            evidence = (*evidence, Evidence(path=own, line=line))
        confidence = choice.confidence
        if program.alternatives and not program.told and confidence is Confidence.HIGH:
            confidence = Confidence.MEDIUM
        self._add(
            "server",
            value,
            reason,
            *evidence,
            confidence=confidence,
            alternatives=program.alternatives,
        )

    def _number(self, path: str, line: int) -> str:
        text = (self.code.tree.text(path) or "").split("\n")[line - 1]
        return text.partition("=")[2].strip()

    def _own_config(self) -> str | None:
        """The configuration of gunicorn that the project has, if it is not imgen's."""
        argv = self.told.argv
        named = [after for word, after in pairwise(argv) if word in _CONFIG]
        paths = [word.removeprefix("python:").removeprefix("./") for word in named]
        own = self.code.tree.first("gunicorn.conf.py", *paths)
        mark = "reads this file from its working directory"  # in the one that imgen writes
        return own if own and mark not in (self.code.tree.text(own) or "") else None

    def _development(self, server: str) -> None:
        start = self.by.start
        name = start.is_development()
        if start.script and self.program.interface == "wsgi":
            runs = self.code.holding(".run(", among=[start.script])
            name = name or (f"python {start.script}" if runs else "")
        if name and self.told.argv_evidence:
            text = f"the project starts `{name}`, a server for development; the image runs {server}"
            self.found.notes.append(Note(text=text, evidence=(self.told.argv_evidence,)))

    # The port.

    def _port(self) -> PortFound | None:
        for each in self.ports:
            if each.port >= 1024 or not self.program.port_is_ours:
                return each
        if not self.program.port:
            text = (
                "it listens on a port that the code does not tell: give `port`, and a healthcheck"
            )
            self.found.notes.append(Note(text=text, evidence=self.program.evidence))
            return None
        return PortFound(
            port=self.program.port,
            reason=f"usual for a {self.program.kind}",
            evidence=Evidence(path=""),
            confidence=Confidence.LOW,
        )

    def _propose_port(self, port: PortFound) -> None:
        others: dict[int, Alternative] = {}
        for each in self.ports:
            if each.port != port.port:
                other = Alternative(
                    value=str(each.port), evidence=(each.evidence,), reason=each.reason
                )
                others.setdefault(each.port, other)
        evidence = (port.evidence,) if port.evidence.path else ()
        alternatives = tuple(others.values())[:3] if not self.program.interface else ()
        self._add(
            "port",
            str(port.port),
            port.reason,
            *evidence,
            confidence=port.confidence,
            alternatives=alternatives,
        )
        is_told = any(word.endswith("=0.0.0.0") for word in self.program.command)
        if not self.program.port_is_ours and port.host in LOCAL_HOSTS and not is_told:
            if port.host_variable:
                reason = "every address, not the default in"
                self._env(reason, "0.0.0.0", port.host_variable, port.evidence)  # noqa: S104
            elif not self.program.env:
                text = f"it listens on {port.host} alone, where nobody outside the container "
                text += "reaches it: make it 0.0.0.0"
                self.found.notes.append(Note(text=text, evidence=(port.evidence,)))

    def _env(self, reason: str, value: str, name: str, *evidence: Evidence) -> None:
        self._add(f"env.{name}", value, reason, *evidence, confidence=Confidence.MEDIUM)

    # The health check.

    def _health(self) -> None:
        program = self.program
        if not self.port:
            reason = "it listens on no port that could be asked"
            self._add("healthcheck", "none", reason, confidence=Confidence.MEDIUM)
            if program.kind == "Python program":
                text = (
                    "it listens on no port: if it is no job or worker, say which subcommand serves"
                )
                self.found.notes.append(Note(text=f"{text} (`command`)", evidence=program.evidence))
            return
        if program.health:
            name = program.kind.removesuffix(" app")
            self._add("healthcheck", program.health, f"the health path of {name}")
            return
        if program.command and not program.interface and not self._has_routes():
            found = []
        elif self.is_django and self.by.site:
            found = routes.find_django(self.code, self.by.site.files, self.by.site.root)
        else:
            found = routes.find(self.code, self.files)
        if found:
            others = tuple(
                Alternative(value=each.path, evidence=(each.evidence,), reason="route in")
                for each in found[1:4]
                if each.path != found[0].path
            )
            self._add(
                "healthcheck",
                found[0].path,
                "route in",
                found[0].evidence,
                alternatives=others,
            )
        elif self.told.health_paths:
            told = self.told.health_paths[0]
            self._add("healthcheck", told.value, "asked by", told.evidence)

    def _has_routes(self) -> bool:
        """Whether a command's port answers the routes of the code."""
        kind = self.program.kind
        return kind.startswith(("Python ", "Sanic ", "aiohttp "))

    # The files.

    def _include(self) -> list[str]:
        program = self.program
        picked, notes = program_files.to_copy(self.code, self.project, program, self.files)
        self.found.notes += notes
        if picked and picked != ["."]:
            reason = "what the app imports and reads"
            if self.project.installed:
                reason = "what installing the project needs"
            self._add("include", picked, reason, confidence=Confidence.MEDIUM)
        if not self.project.installed and program.root not in ("", "src"):
            # Streamlit adds the folder of its script by itself, as Python does.
            is_page = program.kind == "Streamlit app" and program.root == folder(program.path)
            if not (program.starts_script() or is_page):
                reason = f"its imports start from {program.root}"
                self._env(reason, f"/app/{program.root}", "PYTHONPATH", *program.evidence[:1])
        return picked

    # Variables, folders.

    def _variables(self, include: list[str]) -> None:
        program = self.program
        read = environment.find(self.code, self.files)
        shown = environment_examples.read(self.code.tree)
        variables = Variables(read, shown, self.told, port=self.port.port if self.port else 0)
        storage = self._storage(include, read)
        env: dict[str, str] = dict(program.env)
        tmpfs, volumes = set(program.tmpfs), set[str]()
        caches.add(self.code, self.project, self.files, env, tmpfs, volumes)
        for name, value in env.items():
            self._env(_REASONS.get(name, "for a read-only container"), value, name)
        chosen = list(configurations.chosen(self.code, self.files, read))
        for variable, text, place in chosen:
            env[variable.name] = text
            self._env("not the one for development, of those in", text, variable.name, place)
        moved = storage.moves(read, production=bool(chosen))
        for name, (value, place) in moved.items():
            self._env("moves the file to a volume; its default is in", value, name, place)
        for name, (value, reason, evidence) in variables.env().items():
            if name not in env and name not in moved:
                self._env(reason, value, name, *evidence)
        secrets = [each for each in variables.secrets() if each.name not in (*env, *moved)]
        if secrets:
            names = [each.name for each in secrets]
            places = [each.evidence for each in secrets]
            self._add("secrets", names, "needed at start in", *places)
        engines = self.by.settings.engines if self.by.settings and self.is_django else ()
        self.found.notes += [
            *services.notes(self.project, read, engines),
            *variables.notes(moved),
            *storage.notes(),
        ]
        self._folders(storage, volumes | set(storage.volumes()), tmpfs | set(storage.tmpfs()))

    def _storage(self, include: list[str], read: list[Variable]) -> Storage:
        storage = Storage(
            self.code,
            self.files,
            include,
            self._instance(),
            relative_in_instance=self.project.needs("flask-sqlalchemy") is not None,
            linkable=not self.project.installed,
        )
        if self.is_django and self.by.settings and (media := self.by.settings.media_evidence):
            storage.add(self.by.settings.media or "", media)
        mover = self.by.settings.database_variable if self.by.settings else ""
        # A file of SQLite is for development where the app does not start without a database's URL.
        has_other = any(each.needed and each.name == "DATABASE_URL" for each in read)
        if (database := self._database()) and not (has_other and mover != "DATABASE_URL"):
            storage.add_file(*database, variable=mover)
        return storage

    def _folders(self, storage: Storage, volumes: set[str], tmpfs: set[str]) -> None:
        if volumes:
            places = storage.evidence()
            self._add("volumes", sorted(volumes), "the app keeps data there:", *places)
        if links := storage.links():
            targets = {path: target for path, (target, _) in links.items()}
            reason = "the app writes them beside its code:"
            self._add("links", targets, reason, *(place for _, place in links.values()))
        if tmpfs:
            reason = "for scratch files, since the root file system is read-only"
            self._add("tmpfs", sorted(tmpfs), reason, confidence=Confidence.MEDIUM)

    def _instance(self) -> str | None:
        """The folder of a Flask app's own data, where it lies beside the code."""
        program = self.program
        if program.kind != "Flask app" or self.project.installed:
            return None
        return joined(program.root, "instance")

    def _database(self) -> tuple[str, Evidence] | None:
        settings = self.by.settings
        if self.is_django and settings and settings.database_evidence:
            return settings.database_file, settings.database_evidence
        return None

    def _migrations(self, include: list[str]) -> None:
        """Say how to change the database's tables, which is never done at start."""
        program, tree = self.program, self.code.tree
        command, place = "", ""
        if "alembic.ini" in include and self.project.needs("alembic"):
            command, place = "alembic upgrade head", "alembic.ini"
        elif program.kind == "Flask app" and self.project.needs("flask-migrate"):
            place = tree.first("migrations/env.py") or ""
            target = program.target.removesuffix("()")
            command = f"flask --app {target} db upgrade" if place else ""
        if command and not self.is_django:
            text = (
                "migrations are a step of their own, before a new version starts: run the image "
                f"once with `{command}`; it is never done at start"
            )
            self.found.notes.append(Note(text=text, evidence=(Evidence(path=place),)))

    # Django.

    def _django(self, include: list[str]) -> None:
        site, settings = self.by.site, self.by.settings
        if not site or not settings:
            return
        links = next((each.value for each in self.found.proposals if each.field == "links"), None)
        target = links.get(settings.database_file) if isinstance(links, Mapping) else None
        kept = folder(target) if isinstance(target, str) else ""
        self.found.notes += django.notes(site, settings, self.code, kept)
        if settings.debug_switch and re.fullmatch(r"[A-Z_][A-Z0-9_]*", settings.debug_switch[0]):
            name, place = settings.debug_switch
            self._env("turns DEBUG off by being there, in", "true", name, place)
        if site.others:
            reason = f"the settings in use; others are named too ({', '.join(site.others)}):"
            place = site.settings_evidence
            self._env(reason, site.settings, "DJANGO_SETTINGS_MODULE", place)
        root = settings.static_root
        if root and site.manage and settings.static_evidence and re.fullmatch(r"[\w./@+-]+", root):
            env = self._asset_env(site)
            value: dict[str, SpecValue] = {
                "run": [f"python {site.manage} collectstatic --noinput"],
                "outputs": [root],
            }
            if env:
                value["env"] = env
            self._add("assets", value, "STATIC_ROOT is set in", settings.static_evidence)
            if root in include:
                self._without(root)

    def _without(self, path: str) -> None:
        """Leave what the build makes out of what is copied."""
        proposals = self.found.proposals
        for index, each in enumerate(proposals):
            if each.field == "include" and isinstance(each.value, list):
                rest = [name for name in each.value if name != path]
                proposals[index] = Proposal(
                    field="include", value=rest, confidence=each.confidence, reason=each.reason
                )

    def _asset_env(self, site: django.Site) -> Mapping[str, str]:
        """Harmless values for what the settings need to be read."""
        own = set(site.files)
        read = environment.find(self.code, self.files)
        env = {
            each.name: environment.placeholder(each)
            for each in read
            if each.needed and each.evidence.path in own
        }
        if site.others:
            env["DJANGO_SETTINGS_MODULE"] = site.settings
        return dict(sorted(env.items()))
