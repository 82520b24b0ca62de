"""Apps of a company: on a base that trusts nobody but Debian, new in every session."""

import json
import shutil
import ssl
from pathlib import Path

from profiles._dependencies import Dependencies
from profiles._python import UV_VERSION

from . import apps
from .apps import App
from .engine import Engine

NO_CA = "imgen-test/python-no-ca:3.13-slim-trixie"
OFFICIAL = "python:3.13-slim-trixie"
BUNDLE = Path(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt")
_LOCK = f"""\
FROM {OFFICIAL} AS lock
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked pip install "uv=={UV_VERSION}"
WORKDIR /build
COPY pyproject.toml ./
ARG UV_DEFAULT_INDEX
RUN --mount=type=secret,id=ca_bundle,target=/ca.pem \\
    --mount=type=secret,id=netrc,target=/root/.netrc \\
    if [ -e /ca.pem ]; then export SSL_CERT_FILE=/ca.pem; fi; uv lock --no-cache
FROM scratch
COPY --from=lock /build/uv.lock /
"""
# The project's own index is one that only answers while its lock is made: the build has another.
_OWN_INDEX = "http://127.0.0.1:8000/"
_LOCK_ELSEWHERE = f"""\
FROM {OFFICIAL} AS lock
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked pip install {{tools}}
COPY *.whl /index/{{package}}/
WORKDIR /build
COPY {{project}} ./
ENV PDM_CHECK_UPDATE="0" PDM_USE_VENV="0"
RUN python -m http.server --directory /index 8000 & \\
    for _ in 1 2 3 4 5 6 7 8 9; do \\
        python -c "import urllib.request as u; u.urlopen('{_OWN_INDEX}')" && break; sleep 1; \\
    done; {{command}}
FROM scratch
COPY --from=lock /build/{{lock}} /
"""
_COMMANDS = {"poetry": "poetry lock", "pdm": "pdm lock", "pipenv": "pipenv lock"}
MANAGERS = ("pip", "uv", *_COMMANDS)


def base(engine: Engine) -> str:
    """The base that trusts no company, by a name that tells its package manager."""
    name = f"registry.example.test/{engine.session}/{OFFICIAL}"
    engine.require(NO_CA)
    engine.alias(NO_CA, name)
    return name


def spec(engine: Engine, name: str, **fields: object) -> str:
    """A spec on the base that trusts no company; JSON is YAML."""
    common = {
        "imgen": "1",
        "profile": "python-multistage",
        "name": f"{name}-{engine.session}",
        "version": "1.0.0",
        "maintainer": "Test <test@example.com>",
        "labels": engine.labels(),
        "base": base(engine),
        "syntax": "none",
        "include": ["app.py"],
        "command": ["python", "/app/app.py"],
        "init": "false",
        "healthcheck": "none",
    }
    return json.dumps(common | fields)


def sources(engine: Engine, manager: str, package: str) -> dict[str, str]:
    """The files of an app that prints where a package comes from; new ones in each session."""
    app = f"import {package}\nprint({package}.__file__)\n"
    if manager == "pip":
        return {"app.py": app, "requirements.txt": f"{package}  # {engine.session}\n"}
    if manager == "pipenv":
        source = f'[[source]]\nname = "own"\nurl = "{_OWN_INDEX}"\nverify_ssl = false\n'
        return {"app.py": app, "Pipfile": f'{source}[packages]\n{package} = "*"\n'}
    project = f'[project]\nname = "app"\nversion = "1"\ndependencies = ["{package}"]\n'
    project += f'requires-python = ">=3.13"\ndescription = "{engine.session}"\n'
    if manager in ("poetry", "pdm"):
        project += f'[[tool.{manager}.source]]\nname = "pypi"\nurl = "{_OWN_INDEX}"\n'
    if manager == "poetry":
        project = project.replace('"pypi"', '"own"').replace('">=3.13"', '">=3.13,<4"')
        project += 'priority = "primary"\n[tool.poetry]\npackage-mode = false\n'
    return {"app.py": app, "pyproject.toml": project}


def make(engine: Engine, folder: Path, manager: str, package: str, **fields: object) -> App:
    """Write an app that needs one package, and what imgen generates for it."""
    text = spec(engine, f"company-{manager}", dependencies={"manager": manager}, **fields)
    return apps.make(folder, text, sources(engine, manager, package))


def lock(engine: Engine, app: App, *options: str) -> None:
    """Make the uv.lock of an app, with the index and secrets of the build."""
    folder = app.folder.parent / f"{app.folder.name}-lock"
    folder.mkdir()
    shutil.copy(app.folder / "pyproject.toml", folder)
    apps.unpack(engine.export(folder, _LOCK, *options), app.folder)


def lock_elsewhere(engine: Engine, app: App, manager: str, wheel: Path) -> None:
    """Make the lock of an app from an index of one wheel, which is gone when the image is built."""
    own = Dependencies(manager=manager)
    project, made = own.manifests()
    folder = app.folder.parent / f"{app.folder.name}-lock"
    folder.mkdir()
    shutil.copy(app.folder / project, folder)
    shutil.copy(wheel, folder)
    dockerfile = _LOCK_ELSEWHERE.format(
        tools=" ".join(f'"{tool}"' for tool in own.tools()),
        package=wheel.name.split("-")[0],
        project=project,
        command=_COMMANDS[manager],
        lock=made,
    )
    apps.unpack(engine.export(folder, dockerfile), app.folder)


def run(engine: Engine, tag: str) -> str:
    """What an image prints."""
    done = engine.run(tag)
    assert done.returncode == 0, done.stderr
    return done.stdout


def body_of(certificate: Path) -> str:
    """A line of a certificate that stands in no other."""
    return certificate.read_text(encoding="utf-8").splitlines()[3]
