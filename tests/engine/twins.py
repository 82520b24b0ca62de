"""A right image for every check of `imgen verify`, and twins of it that are wrong in one way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SECRET = "canary<of>the&twins-8d41f7"  # JSON has other signs for some of these
TOKEN = "canary-of-a-build-secret-55c0"
BASE = "python:3.13-alpine3.23"
DOCKERFILE = f"""\
FROM {BASE}
RUN addgroup -S -g 10001 app \\
    && adduser -S -D -H -h /nonexistent -s /sbin/nologin -u 10001 -G app app \\
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/twin
ENV APP_VERSION="1.0.0" \\
    PYTHONDONTWRITEBYTECODE="1"
WORKDIR /app
COPY --chmod=0444 requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \\
    pip install --root-user-action ignore -r requirements.txt
COPY --chmod=u=rwX,go=rX src ./
LABEL maintainer="Twins <twins@example.com>" \\
      org.opencontainers.image.authors="Twins <twins@example.com>"
VOLUME ["/var/lib/twin"]
EXPOSE 8000/tcp
HEALTHCHECK --interval=1s --timeout=3s --retries=2 \\
    CMD ["wget", "-q", "-T", "2", "-O", "/dev/null", "http://127.0.0.1:8000/healthz"]
USER 10001:10001
CMD ["python", "/app/app.py"]
"""
APP = '''\
"""Answers every request; knows its secret, its signals and its children."""

import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def secret():
    if "APP_SECRET_FILE" in os.environ:
        return Path(os.environ["APP_SECRET_FILE"]).read_text()
    return os.environ.get("APP_SECRET") or sys.exit("APP_SECRET is not set")


def reap(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"answered")


secret()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.signal(signal.SIGCHLD, reap)
HTTPServer(("", 8000), Handler).serve_forever()
'''
FILES: Mapping[str, str] = {
    "Dockerfile": DOCKERFILE,
    ".dockerignore": "*\n!requirements.txt\n!src\n**/.env\n",
    "requirements.txt": "# nothing\n",
    "src/app.py": APP,
    "src/start.sh": "#!/bin/sh\npython /app/app.py\n",
    "src/twice.sh": "#!/bin/sh\npython -m http.server 9000 &\nexec python /app/app.py\n",
    "src/both.sh": "#!/bin/sh\nnc -lk -p 9000 -e /bin/cat &\nexec python /app/app.py\n",
}


@dataclass(frozen=True)
class Twin:
    """One change, the check that it turns red, and words of its evidence.

    `changes` are files with a text in them and what takes its place; a file that is not there
    yet is new. `also` are checks that must be red too.
    """

    check: str
    says: str
    changes: Mapping[str, tuple[str, str]]
    also: frozenset[str] = field(default_factory=frozenset)


def _line(text: str) -> Mapping[str, tuple[str, str]]:
    """A further line of the Dockerfile, as root, before the LABEL."""
    return {"Dockerfile": ("LABEL maintainer", f"{text}\nLABEL maintainer")}


def _app(old: str, new: str) -> Mapping[str, tuple[str, str]]:
    return {"src/app.py": (old, new)}


def _dockerfile(old: str, new: str) -> Mapping[str, tuple[str, str]]:
    return {"Dockerfile": (old, new)}


_CMD = 'CMD ["python", "/app/app.py"]'
_INDEX = "mkdir -p /var/cache/apk && echo >/var/cache/apk/APKINDEX.x.gz"
_WRITE = "__import__('os').system('touch /tmp/asked')"
_COPY = "COPY --chmod=u=rwX,go=rX"
_PIP = """\
COPY --chmod=0444 requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \\
    pip install --root-user-action ignore -r requirements.txt
"""
_LATE_PIP = "COPY --chmod=u=rwX,go=rX src ./\n"
TWINS: Mapping[str, Twin] = {
    "a step that fails": Twin("builds", "did not complete", _line("RUN echo words >&2; false")),
    "a scratch file without tmpfs": Twin(
        "hardened", "Read-only file system", _app("secret()\ns", "open('/tmp/x', 'w')\nsecret()\ns")
    ),
    "a port for nobody else": Twin(
        "hardened",
        "listens on 127.0.0.1 alone",
        _app('HTTPServer(("",', 'HTTPServer(("127.0.0.1",'),
    ),
    "another port": Twin(
        "hardened", "nothing listens on port 8000, but on 8001", _app('("", 8000)', '("", 8001)')
    ),
    "an answer of 500": Twin(
        "answers", "/healthz on port 8000: 500", _app("response(200)", "response(500)")
    ),
    "a health check that fails": Twin(
        "healthy", "unhealthy", _dockerfile("127.0.0.1:8000/healthz", "127.0.0.1:8001/healthz")
    ),
    "no health check": Twin(
        "healthy", "no HEALTHCHECK", _dockerfile("USER", "HEALTHCHECK NONE\nUSER")
    ),
    "a shell form": Twin(
        "first-process", "is a shell", _dockerfile(_CMD, "CMD python /app/app.py; true")
    ),
    "a wrapper without exec": Twin(
        "first-process", "start.sh", _dockerfile(_CMD, 'CMD ["/bin/sh", "/app/start.sh"]')
    ),
    "two services": Twin(
        "one-service", "several programs: nc x1", _dockerfile(_CMD, 'CMD ["sh", "/app/both.sh"]')
    ),
    "two services of one interpreter": Twin(
        "one-service",
        "python app.py x1, python http.server x1",
        _dockerfile(_CMD, 'CMD ["sh", "/app/twice.sh"]'),
    ),
    "root": Twin("no-root", "uid 0: python", _dockerfile("USER 10001:10001\n", "")),
    "a user by name": Twin(
        "no-root", "is the name app", _dockerfile("10001:10001\nCMD", "app\nCMD")
    ),
    "a program that ignores its signal": Twin(
        "stops", "killed", _app("signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n", "")
    ),
    "an exit code of its own": Twin("stops", "exit 3", _app("sys.exit(0)", "sys.exit(3)")),
    "a program that reaps nothing": Twin(
        "reaps-zombies", "stay zombies", _app("signal.signal(signal.SIGCHLD, reap)\n", "")
    ),
    "a default password": Twin(
        "required-secrets", "keeps running", _app('sys.exit("APP_SECRET is not set")', '"admin"')
    ),
    "a refusal that names nothing": Twin(
        "required-secrets", "does not name it", _app("APP_SECRET is not set", "no")
    ),
    "a secret only by value": Twin(
        "secret-files", "APP_SECRET_FILE", _app('"APP_SECRET_FILE" in os.environ', "False")
    ),
    "a secret in a variable": Twin(
        "no-secrets", "the value of APP_SECRET in history, config", _line(f"ENV SEEN='{SECRET}'")
    ),
    "a password in a variable": Twin(
        "no-secrets", "variable DB_PASSWORD", _line('ENV DB_PASSWORD="hunter"')
    ),
    "a secret in a removed file": Twin(
        "no-secrets",
        "build secret token in layer",
        _line(
            "RUN --mount=type=secret,id=token cat /run/secrets/token >/app/token\nRUN rm /app/token"
        ),
    ),
    "a private key": Twin(
        "no-secrets", "/app/id_rsa", {"src/id_rsa": ("", "key\n"), ".dockerignore": ("**/.env", "")}
    ),
    "a login for a registry": Twin(
        "no-secrets", "/root/.npmrc", _line("RUN echo //r.example/:_authToken=abc >/root/.npmrc")
    ),
    "package lists left": Twin("clean-layers", "/var/cache/apk/", _line(f"RUN {_INDEX}")),
    "a compiler left": Twin(
        "no-build-tools", "/usr/local/bin/gcc", _line("RUN cp /bin/busybox /usr/local/bin/gcc")
    ),
    "no maintainer": Twin(
        "labels", "no label maintainer", _dockerfile("maintainer=", "org.example.team=")
    ),
    "no authors": Twin(
        "labels", "image.authors", _dockerfile("org.opencontainers.image.authors", "org.example.x")
    ),
    "a path lost": Twin("environment", "PATH lost", _line('ENV PATH="/usr/local/bin:/bin"')),
    "a setting for the build": Twin(
        "environment", "DEBIAN_FRONTEND", _line('ENV DEBIAN_FRONTEND="noninteractive"')
    ),
    "sshd": Twin("no-sshd", "/usr/sbin/sshd", _line("RUN cp /bin/busybox /usr/sbin/sshd")),
    "sshd put back": Twin(
        "no-sshd",
        "/usr/sbin/sshd",
        _line(
            "RUN cp /bin/busybox /usr/sbin/sshd\nRUN rm /usr/sbin/sshd\n"
            "RUN cp /bin/busybox /usr/sbin/sshd"
        ),
    ),
    "a cache in a home": Twin(
        "clean-layers",
        "/home/app/.cache/pip/x",
        _line("RUN mkdir -p /home/app/.cache/pip && touch /home/app/.cache/pip/x"),
    ),
    "port 22": Twin("no-sshd", "EXPOSE 22", _line("EXPOSE 22/tcp")),
    "a package for developers": Twin(
        "unneeded-packages",
        "nobody needs zlib-dev",
        _line("RUN printf '\\nP:zlib-dev\\nV:1\\n\\n' >>/lib/apk/db/installed"),
    ),
    "a volume of root": Twin(
        "volumes-writable", "/var/lib/twin: Permission denied", _dockerfile("-o 10001 -g 10001", "")
    ),
    "an app that writes": Twin(
        "writes",
        "A /tmp/asked",
        _app(
            "self.send_response", "__import__('os').system('touch /tmp/asked'); self.send_response"
        ),
    ),
    "code of the process": Twin(
        "code-unwritable",
        "/app/app.py",
        _dockerfile(_COPY, "COPY --chown=10001"),
    ),
    "the source before the dependencies": Twin(
        "cheap-rebuild", "pip install", _dockerfile(_PIP + _LATE_PIP, _LATE_PIP + _PIP)
    ),
    "a moment in a file": Twin(
        "reproducible", "/app/moment", _line("RUN head -c 9 /dev/urandom >/app/moment")
    ),
    "no ignore file": Twin("context", "no .dockerignore", {".dockerignore": ("", "gone")}),
    "a secret that is sent": Twin(
        "context",
        "src/.env",
        {".dockerignore": ("**/.env\n", ""), "src/.env": ("", "a=b\n")},
    ),
    "clutter that is sent": Twin("context", "node_modules", {"src/node_modules/x.js": ("", "x\n")}),
}


def write(folder: Path, twin: Twin | None = None) -> Path:
    """Write the right image's files, or those of a twin, and give the folder."""
    texts = dict(FILES)
    for path, (old, new) in (twin.changes if twin else {}).items():
        if path == ".dockerignore" and new == "gone":
            del texts[path]
        elif path in texts:
            assert texts[path].count(old) == 1, (
                f"{path} holds {old!r} {texts[path].count(old)} times"
            )
            texts[path] = texts[path].replace(old, new)
        else:
            texts[path] = new
    for path, text in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder
