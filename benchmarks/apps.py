"""The apps that are measured, and the files each variant builds them from."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_GENERATED = ("Dockerfile", ".dockerignore", ".imgen.lock", "docker-bake.hcl")
_GENERATED_TOO = ("entrypoint.sh", "gunicorn.conf.py", "nginx.conf")


@dataclass(frozen=True, kw_only=True)
class Mend:
    """The smallest change that makes a generator's output work for an app.

    `why` says what fails without it, `lines` are (old text, new text) in its Dockerfile.
    """

    why: str
    lines: tuple[tuple[str, str], ...]

    def apply(self, dockerfile: str) -> str:
        """Change the Dockerfile.

        Raises:
            ValueError: if a text to replace is not there exactly once.
        """
        for old, new in self.lines:
            if dockerfile.count(old) != 1:
                raise ValueError(f"the mend expects once in the Dockerfile: {old}")
            dockerfile = dockerfile.replace(old, new)
        return dockerfile


@dataclass(frozen=True, kw_only=True)
class App:
    """A small real app.

    `edit` is (file, old text, new text) of one source line, `scratch` the folders that its spec
    says are written to, `ports` those that a variant listens on where they differ from `port`.
    """

    name: str
    profile: str
    about: str
    port: int
    edit: tuple[str, str, str]
    peers: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    scratch: tuple[str, ...] = ()
    mends: Mapping[str, Mend] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """Where it lies: among the benchmark's own apps or among the examples."""
        own = ROOT / "benchmarks" / "apps" / self.name
        return own if own.is_dir() else ROOT / "examples" / self.name

    @property
    def naive(self) -> Path:
        """The Dockerfile as many blogs write it."""
        own = ROOT / "benchmarks" / "naive" / self.name / "Dockerfile"
        return own if own.is_file() else ROOT / "tests/engine/naive" / self.name / "Dockerfile"

    def copy_source(self, target: Path) -> None:
        """Copy what a developer has before any container file exists, and the spec."""
        files = (*_GENERATED, *_GENERATED_TOO, "node_modules", "__pycache__", ".venv")
        shutil.copytree(self.folder, target, ignore=shutil.ignore_patterns(*files))
        for name, text in self.extra.items():
            (target / name).write_text(text, encoding="utf-8")

    def edit_source(self, folder: Path, word: str) -> None:
        """Change one line so that `word` shows in the image."""
        path, old, new = self.edit
        _replace(folder, path, old, new.format(word))


def _replace(folder: Path, path: str, old: str, new: str) -> None:
    file = folder / path
    text = file.read_text(encoding="utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{path} must hold {old!r} once, not {text.count(old)} times")
    file.write_text(text.replace(old, new), encoding="utf-8")


_PIP = "RUN pip install --no-cache-dir -r requirements.txt"
_COMPILER = (
    "RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev"
)
_DATA = "RUN install -d -o appuser -g appuser /var/lib/shop\nUSER appuser"
_NO_COMPILER = "psycopg[c] is compiled, and nothing installs gcc (which stays: one stage)"
_NO_FOLDER = "the app may not write to its data folder"
_FLASK_MEND = ((_PIP, f"{_COMPILER}\n{_PIP}"), ("USER appuser", _DATA))
_GUNICORN_APP = '"gunicorn", "app:app"'

# Every profile; of the two Python apps on Debian, the first is what other generators are made for.
APPS: tuple[App, ...] = (
    App(
        name="flask-hello",
        profile="python-multistage",
        about="one file, wheels only",
        port=8000,
        edit=("app.py", "Hello\\n", "Hello {}\\n"),
        peers=("dockseed", "portus-py"),
        ports={"dockseed": 5000, "portus-py": 5000},
    ),
    App(
        name="flask-api",
        profile="python-multistage",
        about="a compiled database driver, a data folder, a secret",
        port=8000,
        edit=("shop/__init__.py", '"name": "shop"', '"name": "shop-{}"'),
        peers=("dockseed", "portus-py"),
        ports={"dockseed": 5000, "portus-py": 5000},
        options=(
            *("--env", "DATABASE_URL=postgresql://shop@db.invalid/shop"),
            *("--volume", "/var/lib/shop"),
        ),
        extra={".python-version": "3.13\n"},
        mends={
            "dockseed": Mend(why=f"{_NO_COMPILER}; {_NO_FOLDER}", lines=_FLASK_MEND),
            "portus-py": Mend(
                why=f"{_NO_COMPILER}; {_NO_FOLDER}; the app is not at app:app",
                lines=(*_FLASK_MEND, (_GUNICORN_APP, '"gunicorn", "shop.wsgi:app"')),
            ),
        },
    ),
    App(
        name="asgi-alpine",
        profile="python-alpine",
        about="Starlette on hypercorn, musl wheels",
        port=8000,
        edit=("feed/app.py", "Release notes", "Release notes of {}"),
    ),
    App(
        name="spa",
        profile="nginx",
        about="a single-page app, built by vite",
        port=8080,
        edit=("src/main.js", "There is no API here", "There is no API here, {}"),
        scratch=("/tmp",),  # noqa: S108 - in the container
    ),
    App(
        name="c-service",
        profile="generic",
        about="one C program",
        port=9000,
        edit=("ledgerd.c", '"not found\\n"', '"not found {}\\n"'),
    ),
    App(
        name="node-server",
        profile="generic",
        about="fastify on Node",
        port=3000,
        edit=("server.js", '"Hello"', '"Hello {}"'),
        peers=("flydotio",),
    ),
)
