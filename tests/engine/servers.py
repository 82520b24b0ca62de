"""Small apps for the Python servers, and how many workers a server runs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

from profiles._base import Profile

from . import apps
from .apps import App

Apps: TypeAlias = Mapping[str, App]
NAMES = ("granian", "gunicorn", "hypercorn", "uvicorn")
PROGRAMS = ("nginx", *NAMES)
_REQUIREMENTS = {
    "granian": "granian==2.8.7",
    "gunicorn": "gunicorn==27.0.1",
    "hypercorn": "hypercorn==0.18.0",
    "uvicorn": "uvicorn==0.54.0",
}
_SPEC = """\
imgen: 1
profile: python-multistage
name: {name}-app
version: 1.0.0
maintainer: Test <test@example.com>
dependencies: requirements.txt
include: [app.py]
server: {{{name}: "app:{target}"}}
port: 8000
resources: {{cpus: auto, memory: 256Mi}}
healthcheck: {{path: /healthz}}
syntax: none
"""
_APP = '''\
"""The same answer by WSGI and by ASGI; an error where BROKEN is set."""

import os

STATUS = 500 if "BROKEN" in os.environ else 200
BODY = b"answered\\n"


def wsgi(environ, start_response):
    start_response(f"{STATUS} -", [("Content-Type", "text/plain")])
    return [BODY]


async def asgi(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            event = (await receive())["type"]
            await send({"type": f"{event}.complete"})
            if event == "lifespan.shutdown":
                return
    headers = [(b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": STATUS, "headers": headers})
    await send({"type": "http.response.body", "body": BODY})
'''


def app(name: str, folder: Path) -> App:
    """An app for one server, whose workers follow the limit."""
    spec = _SPEC.format(name=name, target="wsgi" if name == "gunicorn" else "asgi")
    return apps.make(folder, spec, {"app.py": _APP, "requirements.txt": f"{_REQUIREMENTS[name]}\n"})


def program(profile: Profile) -> str:
    """The first word of a profile's command."""
    return profile.argv()[0]
