"""Small Python projects as texts, and what detection finds in them."""

from collections.abc import Mapping
from pathlib import Path

from generator.detect.existing import Existing, Told
from generator.detect.model import Evidence, Proposal
from generator.detect.python.application import Application, find
from generator.detect.python.model import Project, Requirement
from generator.detect.tree import Tree
from generator.spec import from_values

FLASK = """from flask import Flask

app = Flask(__name__)
"""
FACTORY = """from flask import Flask


def create_app(config=None):
    app = Flask(__name__)
    return app
"""
FASTAPI = """from fastapi import FastAPI

app = FastAPI()
"""


def tree_of(root: Path, files: Mapping[str, str]) -> Tree:
    """Write files and list them."""
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return Tree.scan(root)


def project_of(
    *requirements: str,
    roots: tuple[str, ...] = ("",),
    scripts: Mapping[str, str] | None = None,
    installed: bool = False,
    manager: str = "pip",
) -> Project:
    """A project by the packages it needs, each as `name`, `name[extra]` or `name==1.0`."""
    needed = {}
    for number, requirement in enumerate(requirements, start=1):
        text, _, version = requirement.partition("==")
        name, _, extras = text.rstrip("]").partition("[")
        needed[name] = Requirement(
            name=name,
            evidence=Evidence(path="requirements.txt", line=number),
            version=version,
            extras=tuple(filter(None, extras.split(","))),
        )
    return Project(
        manager=manager,
        requirements=needed,
        roots=roots,
        scripts=scripts or {},
        script_evidence=dict.fromkeys(scripts or {}, Evidence(path="pyproject.toml", line=9)),
        installed=installed,
        proposals=(),
    )


def apps(
    root: Path,
    files: Mapping[str, str],
    project: Project,
    *,
    argv: str = "",
    told: Existing | None = None,
) -> list[Application]:
    """The programs of a project; `argv` is the command of its Dockerfile."""
    if argv:
        place = Evidence(path="Dockerfile", line=7)
        told = Existing(argv=tuple(argv.split()), argv_evidence=place)
    found = find(tree_of(root, files), project, told or Existing())
    for app in found:
        if not app.missing:
            check(app)
    return found


def check(app: Application) -> None:
    """Raise SpecError unless the proposals make a valid spec."""
    dependencies: dict[str, object] = {"manager": "pip", "additional": list(app.additional)}
    values: dict[str, object] = {
        "imgen": "1",
        "profile": "python-multistage",
        "name": "app",
        "version": "1.0.0",
        "maintainer": "Nobody <nobody@example.com>",
        "dependencies": dependencies,
    }
    for each in app.proposals:
        *path, last = each.field.split(".")
        place = values
        for part in path:
            place = place.setdefault(part, {})  # type: ignore[assignment]
        place[last] = each.value
    from_values(values)


def told_ports(*ports: str) -> Existing:
    """A Dockerfile that exposes ports."""
    place = Evidence(path="Dockerfile", line=5)
    return Existing(ports=tuple(Told(port, place) for port in ports))


def proposal(app: Application, field: str) -> Proposal | None:
    """The proposal for a field."""
    return next((each for each in app.proposals if each.field == field), None)


def value(app: Application, field: str) -> object:
    """The value proposed for a field, or None."""
    found = proposal(app, field)
    return found.value if found else None


def places(app: Application, field: str) -> list[str]:
    """The evidence for a field."""
    found = proposal(app, field)
    return [str(each) for each in found.evidence] if found else []


def notes(app: Application) -> str:
    """All notes in one text."""
    return "\n".join(each.text for each in app.notes)
