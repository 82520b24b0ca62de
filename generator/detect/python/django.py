"""Django projects: the settings in use, the app object, static files and what to do by hand."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from generator.detect.existing import Told
from generator.detect.model import Evidence, Note
from generator.detect.python.code import Code, Module, aside, assigned, name_rank, string
from generator.detect.python.frameworks import AppObject
from generator.detect.python.layout import dotted_name, folder, located
from generator.detect.python.model import Project
from generator.detect.python.paths import default_of, known_paths, path_of

_MODULE = re.compile(
    r"DJANGO_SETTINGS_MODULE[\"']?\s{0,9}[,\]=]\s{0,9}=?\s{0,9}[\"']([\w.]{1,200})[\"']"
)
_REAL_TIME = ("channels", "daphne")
_FOR_PRODUCTION = ("production", "prod", "deploy", "deployment")
_FOR_WORK = ("dev", "develop", "development", "local", "localhost", "test", "testing", "tests")
_NAMED = "DJANGO_SETTINGS_MODULE"


@dataclass(frozen=True, kw_only=True)
class Site:
    """A Django project: its manage.py, the folder of its imports and the settings in use."""

    manage: str
    root: str
    settings: str
    settings_path: str
    settings_evidence: Evidence
    manage_settings: str = ""
    others: tuple[str, ...] = ()
    """Other settings that files of the project name: a variable has to tell the ones in use."""
    files: tuple[str, ...] = field(default_factory=tuple)
    """The files of the settings: the module and those it takes names from with `import *`."""


def find(
    code: Code, objects: list[AppObject], given: Mapping[str, Told] | None = None
) -> Site | None:
    """The Django project of a tree, if it is one; `given` are a container file's variables."""
    naming = code.holding(_NAMED)
    manage = [path for path in naming if _is_manage(path)]
    manage_path = manage[0] if manage else ""
    served = [each.path for each in objects if each.framework.name == "Django"]
    served = [path for path in served if not aside(path)] or served
    root = folder(manage_path) if manage else folder(folder(served[0])) if served else ""
    of_server = _named(code, served[0]) if served else None
    of_manage = _named(code, manage_path) if manage else None
    told = of_server or of_manage or _usual(code, root)
    if told is None or not (manage or served):
        return None
    name, evidence = _in_use(code, root, told, (given or {}).get(_NAMED))
    path = located(code, root, name) or ""
    named = [_named(code, each) for each in naming if not aside(each)]
    others = {told[0], *(each[0] for each in named if each)} - {name}
    return Site(
        manage=manage_path,
        root=root,
        settings=name,
        settings_path=path,
        settings_evidence=evidence,
        manage_settings=of_manage[0] if of_manage else "",
        others=tuple(sorted(others)),
        files=tuple(_settings_files(code, path)) if path else (),
    )


def _is_manage(path: str) -> bool:
    return path.rsplit("/", 1)[-1] == "manage.py"


def _named(code: Code, path: str) -> tuple[str, Evidence] | None:
    """The settings module that a file names."""
    text = code.text(path)
    found = _MODULE.search(text)
    if not found:
        return None
    line = text.count("\n", 0, found.start()) + 1
    return found[1], Evidence(path=path, line=line)


def _in_use(
    code: Code, root: str, told: tuple[str, Evidence], given: Told | None
) -> tuple[str, Evidence]:
    """The settings for production: those a container file names, else those beside the told ones.

    The told ones are left for others only if they are for development or hold nothing.
    """
    if given and located(code, root, given.value) and not _is_for_work(given.value):
        return given.value, given.evidence
    name, _ = told
    path = located(code, root, name) or ""
    is_empty = path.endswith("/__init__.py") and not code.text(path).strip()
    if not (is_empty or _is_for_work(name)):
        return told
    package = name if is_empty else name.rpartition(".")[0]
    for each in _FOR_PRODUCTION:
        wanted = f"{package}.{each}"
        if package and (found := located(code, root, wanted)):
            return wanted, Evidence(path=found)
    return told


def _is_for_work(name: str) -> bool:
    return name.rpartition(".")[2] in _FOR_WORK


def _usual(code: Code, root: str) -> tuple[str, Evidence] | None:
    found = [path for path in code.paths if path.endswith("/settings.py") and not aside(path)]
    for path in found:
        if name := dotted_name(path, root):
            return name, Evidence(path=path)
    return None


def _settings_files(code: Code, path: str) -> Iterator[str]:
    """A settings file and those that it takes all names from."""
    waiting, seen = [path], {path}
    for current in waiting:
        yield current
        for each in code.imports(current):
            base = folder(current)
            for _ in range(max(0, each.level - 1)):
                base = folder(base)
            found = located(code, base, each.module) if each.level and each.module else None
            if not each.level:
                heads = (folder(folder(current)), folder(folder(folder(current))))
                found = next(filter(None, (located(code, head, each.module) for head in heads)), "")
            if found and found not in seen and "settings" in found and len(seen) < 12:
                seen.add(found)
                waiting.append(found)


def served_object(
    site: Site, objects: list[AppObject], project: Project, code: Code
) -> AppObject | None:
    """The app object to serve: that of asgi.py if the project uses it, else that of wsgi.py."""
    # The package of the settings is the project's own, also if it is called `example`.
    package = f"/{site.settings.partition('.')[0]}/"
    own = [
        each
        for each in objects
        if each.framework.name == "Django" and (not aside(each.path) or package in f"/{each.path}")
    ]
    real_time = project.needs(*_REAL_TIME) or "ASGI_APPLICATION" in "".join(
        code.text(path) for path in site.files
    )
    wanted = "asgi" if real_time else "wsgi"
    ranked = sorted(
        own, key=lambda each: (each.framework.interface != wanted, name_rank(each.path))
    )
    return ranked[0] if ranked else None


@dataclass(kw_only=True)
class Settings:
    """What the settings say. Paths lie in the tree; None if a setting is not there or unclear."""

    static_root: str | None = None
    static_evidence: Evidence | None = None
    static_unknown: Evidence | None = None
    hosts: Evidence | None = None
    hosts_value: tuple[str, ...] = ()
    hosts_variable: str = ""
    database_file: str = ""
    database_variable: str = ""
    database_evidence: Evidence | None = None
    media: str | None = None
    media_evidence: Evidence | None = None
    engines: tuple[str, ...] = ()
    whitenoise: bool = False
    debug: Evidence | None = None
    debug_switch: tuple[str, Evidence] | None = None
    """A variable that turns DEBUG off by being there, as hosters' own are."""
    apps: tuple[str, ...] = ()


def read_settings(code: Code, site: Site) -> Settings:
    """Read the settings files of a project; the one in use comes first and wins."""
    found = Settings()
    engines: list[str] = []
    seen: set[str] = set()
    for module in code.modules(site.files):
        paths = known_paths(module)
        named: set[str] = set()
        for node in module.top:
            pair = assigned(node)
            if pair and pair[0] not in seen:
                named.add(pair[0])
                _setting(module, pair, paths, found)
        seen |= named
        engines += re.findall(r"django\.db\.backends\.([a-z0-9]+)", module.text)
        engines += re.findall(r"[\"'](postgres|postgresql|mysql)://", module.text)
        found.whitenoise = found.whitenoise or "whitenoise" in module.text
    found.engines = tuple(dict.fromkeys(engines))
    return found


def _setting(
    module: Module, pair: tuple[str, ast.expr], paths: dict[str, str], found: Settings
) -> None:
    name, value = pair
    place = module.evidence(value)
    texts = _texts(value)
    if name == "STATIC_ROOT" and not (isinstance(value, ast.Constant) and not value.value):
        found.static_root = path_of(module, value, paths) or None
        found.static_evidence = place
        found.static_unknown = None if found.static_root else place
    elif name == "MEDIA_ROOT":
        found.media, found.media_evidence = path_of(module, value, paths), place
    elif name == "ALLOWED_HOSTS":
        found.hosts, found.hosts_value = place, ("?",) if texts is None else texts
        found.hosts_variable = _hosts_variable(value) if texts is None else ""
    elif name == "DEBUG":
        is_on = isinstance(value, ast.Constant) and value.value is True
        found.debug = place if is_on else None
        switch = _absent_variable(module, value)
        found.debug_switch = (switch, place) if switch else None
    elif name == "DATABASES":
        _database(module, value, paths, found)
    elif name == "INSTALLED_APPS":
        found.apps = texts or ()


def _hosts_variable(value: ast.expr) -> str:
    """The variable that names the hosts, unless its default lets the health check in."""
    calls = [node for node in ast.walk(value) if isinstance(node, ast.Call) and node.args]
    names = [text for call in calls if (text := string(call.args[0]))]
    texts = [text for node in ast.walk(value) if (text := string(node))]
    is_open = any(text == "*" or "localhost" in text for text in texts)
    return next((name for name in names if name.isupper()), "") if not is_open else ""


def _absent_variable(module: Module, value: ast.expr) -> str:
    """The name in `"NAME" not in os.environ`, or nothing."""
    if not isinstance(value, ast.Compare) or not isinstance(value.ops[0], ast.NotIn):
        return ""
    is_environment = module.dotted(value.comparators[0]) == "os.environ"
    return (string(value.left) or "") if is_environment else ""


def _texts(value: ast.expr) -> tuple[str, ...] | None:
    """The constant texts of a list; None for what is no list."""
    if not isinstance(value, ast.List | ast.Tuple):
        return None
    return tuple(filter(None, map(string, value.elts)))


def _database(module: Module, value: ast.expr, paths: dict[str, str], found: Settings) -> None:
    for node in ast.walk(value):
        if not isinstance(node, ast.Dict):
            continue
        keys = [string(key) for key in node.keys]
        pairs = dict(zip(keys, node.values, strict=True))
        name = pairs.get("NAME")
        name, variable = default_of(module, name) if name else (None, "")
        text = string(name) or ""
        path = text if text.startswith("/") else path_of(module, name, paths)
        if path and "sqlite3" in (string(pairs.get("ENGINE")) or ""):
            found.database_file, found.database_variable = path, variable
            found.database_evidence = module.evidence(pairs["NAME"])


def notes(site: Site, settings: Settings, code: Code, kept: str = "") -> Iterator[Note]:
    """What a person has to do for a Django project; `kept` is the volume of its database file."""
    manage = site.manage or "-m django"
    migrations = [path for path in code.tree.named("0001_initial.py") if not aside(path)]
    if settings.engines or migrations or settings.database_file:
        first = tuple(Evidence(path=path) for path in migrations[:1])
        volume = f". Run it with the volume: `docker run -v NAME-data:{kept} …`" if kept else ""
        yield Note(
            text=f"migrations are a step of their own, before a new version starts: run the image "
            f"once with `python {manage} migrate --noinput`; it is never done at start{volume}",
            evidence=first,
        )
    if settings.hosts and "*" not in settings.hosts_value and "?" not in settings.hosts_value:
        names = ", ".join(settings.hosts_value) or "none"
        local = {"localhost", "127.0.0.1"} & set(settings.hosts_value)
        check = "" if local else "; the health check asks as localhost, so add that too"
        yield Note(
            text=f"ALLOWED_HOSTS names {names}: requests for another host get status 400{check}",
            evidence=(settings.hosts,),
        )
    if settings.hosts and settings.hosts_variable:
        yield Note(
            text=f"ALLOWED_HOSTS comes from {settings.hosts_variable}: give it localhost too, as "
            "which the health check asks",
            evidence=(settings.hosts,),
        )
    if settings.debug:
        yield Note(
            text="DEBUG is on in the settings that the image runs: read it from the environment, "
            "with False as default",
            evidence=(settings.debug,),
        )
    yield from _static_notes(site, settings)


def _static_notes(site: Site, settings: Settings) -> Iterator[Note]:
    if settings.static_unknown:
        yield Note(
            text="STATIC_ROOT does not tell a folder of the project, so that collectstatic is no "
            "part of the build: name the folder in `assets` if the image should hold the files",
            evidence=(settings.static_unknown,),
        )
    if not settings.whitenoise and "django.contrib.staticfiles" in settings.apps:
        where = settings.static_evidence or site.settings_evidence
        yield Note(
            text="no server in the image serves static files: add whitenoise to the project, or "
            "serve them from the proxy or a bucket",
            evidence=(where,),
        )
