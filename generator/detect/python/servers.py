"""Which production server runs an app: the one the project names, or the usual one."""

from dataclasses import dataclass

from generator.detect.existing import Existing
from generator.detect.model import Confidence, Evidence, Note, SpecValue
from generator.detect.python.model import Project
from generator.detect.python.program import Program
from generator.detect.python.starts import Start

# The servers that are added to a project that names none, at the releases this table was checked
# with; all of them run on Python 3.10 and later.
VERSIONS = {
    "daphne": "4.2.3",
    "gradio": "6.31.0",
    "granian": "2.8.7",
    "gunicorn": "27.0.1",
    "hypercorn": "0.18.0",
    "pyuwsgi": "2.0.30",
    "streamlit": "1.67.0",
    "uvicorn": "0.54.0",
    "waitress": "3.0.2",
    "websockets": "17.4",
}
_WSGI = ("gunicorn", "granian", "waitress", "uwsgi")
_ASGI = ("uvicorn", "hypercorn", "granian", "daphne")
_USUAL = {"asgi": "uvicorn", "wsgi": "gunicorn"}
# Packages that bring a server with them: name, the extra that does it ("" for none), server.
_BRING = (
    ("quart", "", "hypercorn"),
    ("blacksheep-cli", "", "uvicorn"),
    ("chainlit", "", "uvicorn"),
    ("channels", "daphne", "daphne"),
    ("connexion", "uvicorn", "uvicorn"),
    ("fastapi", "all", "uvicorn"),
    ("fastapi", "standard", "uvicorn"),
    ("fastapi-cli", "", "uvicorn"),
    ("gradio", "", "uvicorn"),
    ("litestar", "standard", "uvicorn"),
    ("mcp", "", "uvicorn"),
    ("nicegui", "", "uvicorn"),
    ("python-fasthtml", "", "uvicorn"),
)
_OF_PROGRAM = {
    "daphne": "daphne",
    "fastapi": "uvicorn",
    "granian": "granian",
    "gunicorn": "gunicorn",
    "hypercorn": "hypercorn",
    "uvicorn": "uvicorn",
    "uwsgi": "uwsgi",
    "waitress-serve": "waitress",
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A server with why it is the one; `additional` are packages the project does not name."""

    server: str
    reason: str
    confidence: Confidence
    evidence: tuple[Evidence, ...] = ()
    additional: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def pinned(*names: str) -> tuple[str, ...]:
    """Requirements for packages of the table, each at its release."""
    return tuple(f"{name}=={VERSIONS[name]}" for name in names)


def choose(program: Program, project: Project, told: Existing, start: Start) -> Choice:
    """The server for an app of an interface, `asgi` or `wsgi`."""
    interface = program.interface
    fitting: tuple[str, ...] = _ASGI if interface == "asgi" else _WSGI
    if program.server:
        fitting = (program.server,)
    used = _used(start)
    if used in fitting and told.argv_evidence:
        has = _package(project, used)
        return Choice(
            server=used,
            reason="started",
            confidence=Confidence.HIGH,
            evidence=(told.argv_evidence,),
            additional=() if has else _addition(used),
            notes=() if has else (_added(used, project),),
        )
    for name in fitting:
        requirement = project.needs(name)
        if requirement and (requirement.direct or name == _USUAL[interface]):
            return Choice(
                server=name,
                reason="required",
                confidence=Confidence.HIGH,
                evidence=(requirement.evidence,),
            )
    for package, extra, server in _BRING:
        requirement = project.needs(package)
        if requirement and server in fitting and (not extra or extra in requirement.extras):
            brings = f"{package}[{extra}]" if extra else package
            return Choice(
                server=server,
                reason=f"brought by {brings}",
                confidence=Confidence.HIGH,
                evidence=(requirement.evidence,),
            )
    return _usual(program.server or _USUAL[interface], interface, project)


def _usual(name: str, interface: str, project: Project) -> Choice:
    extra: tuple[str, ...] = ()
    if interface == "asgi" and project.needs("channels", "python-socketio"):
        extra = () if project.needs("websockets", "wsproto") else pinned("websockets")
    return Choice(
        server=name,
        reason="is usual; the project names none that fits",
        confidence=Confidence.MEDIUM,
        additional=(*_addition(name), *extra),
        notes=(_added(name, project),),
    )


def _used(start: Start) -> str:
    """The server a command line starts, which for gunicorn's ASGI workers is uvicorn itself."""
    worker = " ".join(start.arguments).lower()
    if start.program == "gunicorn" and "uvicorn" in worker:
        return "uvicorn"
    return _OF_PROGRAM.get(start.program, "")


def _package(project: Project, server: str) -> bool:
    if project.needs(server) or (server == "uwsgi" and project.needs("pyuwsgi")):
        return True
    found = [(project.needs(name), extra) for name, extra, brought in _BRING if brought == server]
    return any(need and (not extra or extra in need.extras) for need, extra in found)


def _addition(server: str) -> tuple[str, ...]:
    # The same program, which comes as a wheel.
    return pinned("pyuwsgi" if server == "uwsgi" else server)


def _added(server: str, project: Project) -> Note:
    where = {
        "pdm": "pdm add",
        "pipenv": "pipenv install",
        "poetry": "poetry add",
        "uv": "uv add",
    }.get(project.manager)
    how = f"run `{where} {server}`" if where else f"name {server} among them"
    return Note(
        text=f"the project's dependencies name no production server: {server} is installed beside "
        f"them; better {how}, so that it is locked with the rest"
    )


def field_value(choice: Choice, target: str, interface: str, threads: int = 0) -> SpecValue | None:
    """The value of the field `server`; None for a server that a plain command starts."""
    if choice.server not in ("gunicorn", "uvicorn", "hypercorn", "granian"):
        return None
    value: dict[str, SpecValue] = {choice.server: target}
    if choice.server == "granian" and interface == "wsgi":
        value["interface"] = "wsgi"
    if threads:
        value |= {"workers": "1"}
        if choice.server == "gunicorn":
            value |= {"threads": str(threads)}
    return value


def command(choice: Choice, target: str, port: int) -> list[str]:
    """The command of a server that no field knows."""
    module, _, name = target.partition(":")
    factory = name.endswith("()")
    if choice.server == "waitress":
        call = ["--call"] if factory else []
        loaded = f"{module}:{name.removesuffix('()')}"
        return ["waitress-serve", f"--listen=0.0.0.0:{port}", *call, loaded]
    if choice.server == "daphne":
        return ["daphne", "--bind", "0.0.0.0", "--port", str(port), target]  # noqa: S104
    options = ["--master", "--die-on-term", "--need-app", "--http-socket", f"0.0.0.0:{port}"]
    return ["uwsgi", *options, "--module", target]
