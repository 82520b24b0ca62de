"""Apps to build: a folder, its spec, and what the spec promises of the image.

Builds happen in copies that a careless developer might have: files that others cannot read, and
secrets lying about.
"""

import io
import os
import re
import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator import quantity
from generator.image import Image
from generator.render import render
from generator.spec import parse
from generator.verify.stages import base_references
from profiles._base import Profile
from profiles.nginx import Nginx

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SPEC = "imgen.yaml"
EXAMPLE_NAMES = sorted(spec.parent.name for spec in EXAMPLES.glob(f"*/{SPEC}"))
# The same in every session, so that naive images, which hold it, still come from the cache.
CONTEXT_CANARY = "canary-of-the-build-context-3f9d1c"
CANARY_FILES = (".env", ".git/config", "id_rsa", "key.pem", "sub/.env", "sub/.npmrc")
FRONTEND = re.compile(r"\A# syntax=\S+\n\n")

# One line of each example that shows in the image: file, text, and its replacement.
EDITS: Mapping[str, tuple[str, str, str]] = {
    "asgi-alpine": ("feed/app.py", "Release notes", "Release notes of {}"),
    "c-service": ("ledgerd.c", '"not found\\n"', '"not found {}\\n"'),
    "fastapi-uv": ("src/quotes/main.py", 'title="quotes"', 'title="quotes-{}"'),
    "flask-api": ("shop/__init__.py", '"name": "shop"', '"name": "shop-{}"'),
    "spa": ("src/main.js", "There is no API here", "There is no API here, {}"),
    "static-proxy": ("public/index.html", "<h1>Shop</h1>", "<h1>Shop {}</h1>"),
    "worker": ("worker.sh", "worker: watching", "worker {}: watching"),
}


@dataclass(frozen=True)
class App:
    """A folder with a spec and the files generated from it."""

    name: str
    folder: Path
    profile: Profile
    image: Image

    def dockerfile(self) -> str:
        """The text of the Dockerfile in the folder."""
        return (self.folder / "Dockerfile").read_text(encoding="utf-8")

    def limits(self) -> list[str]:
        """Options of `docker run` for the spec's resources and its scratch folders."""
        options = [word for path in self.profile.scratch() for word in ("--tmpfs", path)]
        cpus, memory = self.profile.resources.cpus, self.profile.resources.memory
        if cpus and cpus != quantity.AUTO:
            options += ["--cpus", cpus]
        if memory:
            options += ["--memory", str(quantity.in_bytes(memory))]
        return options

    def publish(self) -> list[str]:
        """Options of `docker run` that make its port reachable from this machine alone."""
        return ["--publish", f"127.0.0.1::{self.image.port}"] if self.image.port else []

    def upstream_hosts(self) -> set[str]:
        """Hosts that must be known when it starts."""
        proxies = self.profile.proxy.values() if isinstance(self.profile, Nginx) else ()
        return {url.split("/")[2].split(":")[0] for url in proxies}

    @property
    def edited(self) -> str:
        """The name of the source file that `edit` changes."""
        return EDITS[self.name][0].rsplit("/", 1)[-1]

    def edit(self, word: str) -> None:
        """Change one line of the source so that `word` shows in the image."""
        path, old, new = EDITS[self.name]
        file = self.folder / path
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{path} holds {old!r} {text.count(old)} times"
        file.write_text(text.replace(old, new.format(word)), encoding="utf-8")

    def copy(self, target: Path) -> "App":
        """Copy the folder as it is, for tests that change it."""
        shutil.copytree(self.folder, target)
        return App(self.name, target, self.profile, self.image)


def load(folder: Path, name: str = "") -> App:
    """Read the app whose spec lies in a folder."""
    spec = parse((folder / SPEC).read_text(encoding="utf-8"), source=SPEC)
    return App(name or folder.name, folder, spec.profile, spec.profile.image())


def profile(name: str) -> Profile:
    """The spec of an example."""
    return load(EXAMPLES / name).profile


def naive_dockerfile(name: str) -> Path:
    """The Dockerfile that an example might have got elsewhere."""
    return Path(__file__).parent / "naive" / name / "Dockerfile"


def naive_base(name: str) -> str:
    """The base image of that Dockerfile."""
    return base_references(naive_dockerfile(name).read_text(encoding="utf-8"))[-1]


def example(name: str, target: Path) -> App:
    """Copy an example to where it can be built.

    The frontend line goes, since no engine has that image by itself. Secrets and clutter come,
    and nobody but the owner may read a file.
    """
    shutil.copytree(EXAMPLES / name, target)
    app = load(target, name)
    (target / "Dockerfile").write_text(FRONTEND.sub("", app.dockerfile()), encoding="utf-8")
    source = target / EDITS[name][0]
    for folder in {target, source.parent}:
        _litter(folder)
    make_private(target)
    return app


def make(folder: Path, spec: str, files: Mapping[str, str]) -> App:
    """Write an app of a test's own and what imgen generates for it."""
    for path, text in {SPEC: spec, **files}.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(0o755 if text.startswith("#!") else 0o644)
    app = load(folder)
    for generated, text in render(app.image).items():
        (folder / generated).write_text(text, encoding="utf-8")
    return App(app.image.name, folder, app.profile, app.image)


def _litter(folder: Path) -> None:
    for path in CANARY_FILES:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"password = {CONTEXT_CANARY}\n", encoding="utf-8")


def make_private(folder: Path) -> None:
    """Take every right from all but the owner, as a strict umask does."""
    for root, _, names in os.walk(folder):
        for path in (Path(root), *(Path(root) / name for name in names)):
            path.chmod(path.stat().st_mode & 0o700)


def unpack(archive: bytes, folder: Path) -> None:
    """Unpack a tar archive that a build gave."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
