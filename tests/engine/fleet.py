"""Every app built once and one hardened container of it, side by side, for the tests to share."""

import shutil
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from generator.verify.container import Container
from generator.verify.engine import Built
from generator.verify.layers import Layer, own_layers
from profiles._python import UV_VERSION

from . import apps
from .apps import App
from .engine import Engine

_LOCK_DOCKERFILE = """\
FROM {base} AS lock
WORKDIR /build
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked pip install "uv=={version}"
COPY pyproject.toml ./
RUN --mount=type=cache,target=/root/.cache/uv uv lock
FROM scratch
COPY --from=lock /build/uv.lock /
"""
_Result = TypeVar("_Result")


class Fleet:
    """Builds and starts on first use, each thing once, several at the same time."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder
        self.canary = f"canary-{engine.session}"
        self._pool = ThreadPoolExecutor(max_workers=48)
        self._futures: dict[str, Future[Any]] = {}
        self._lock = Lock()
        self._containers: list[Container] = []

    def _once(self, key: str, make: Callable[[], _Result]) -> Future[_Result]:
        with self._lock:
            if key not in self._futures:
                self._futures[key] = self._pool.submit(make)
            return cast("Future[_Result]", self._futures[key])

    def prefetch(self, names: Iterable[str]) -> None:
        """Begin with some examples before a test asks for them."""
        for name in names:
            self._once(f"container {name}", partial(self._start_example, name))

    def prefetch_naive(self) -> None:
        """Begin with the naive images of all examples, which take longest."""
        for name in apps.EXAMPLE_NAMES:
            self._once(f"naive {name}", partial(self._build_naive, name))

    # Examples.

    def example(self, name: str) -> App:
        """The buildable copy of an example; not to be changed."""
        return self._once(f"app {name}", lambda: self._copy(name)).result()

    def _copy(self, name: str) -> App:
        app = apps.example(name, self.folder / name)
        if "uv.lock" in app.profile.context() and not (app.folder / "uv.lock").exists():
            self._lock_dependencies(app)
        return app

    def _lock_dependencies(self, app: App) -> None:
        assert app.image.build is not None
        self.engine.require(app.image.build.base)
        folder = self.folder / f"{app.name}-lock"
        folder.mkdir()
        shutil.copy(app.folder / "pyproject.toml", folder)
        text = _LOCK_DOCKERFILE.format(base=app.image.build.base, version=UV_VERSION)
        archive = self.engine.export(folder, text)
        apps.unpack(archive, app.folder)

    def image(self, name: str) -> Built:
        """The image of an example."""
        return self.built(self.example(name))

    def built(self, app: App) -> Built:
        """The image of any app, by its name."""
        return self.building(app).result()

    def building(self, app: App) -> "Future[Built]":
        """Begin to build an app."""
        tag = self.engine.tag(app.name)
        return self._once(f"image {app.name}", lambda: self.engine.build(app.folder, tag=tag))

    def build_again(self, app: App) -> Built:
        """Build a changed copy of an example."""
        return self.engine.build(app.folder, tag=self.engine.tag(f"{app.name}-again"))

    def naive_image(self, name: str) -> Built:
        """The image of an example by its naive Dockerfile."""
        return self._once(f"naive {name}", partial(self._build_naive, name)).result()

    def _build_naive(self, name: str) -> Built:
        return self.build_naive(self.naive_app(name))

    def naive_app(self, name: str) -> App:
        """The copy of an example without the generated ignore file; not to be changed."""
        return self._once(f"naive app {name}", lambda: self._copy_naive(name)).result()

    def _copy_naive(self, name: str) -> App:
        app = self.example(name).copy(self.folder / f"naive-{name}")
        (app.folder / ".dockerignore").unlink()
        return app

    def build_naive(self, app: App) -> Built:
        """Build a folder by the naive Dockerfile."""
        file = apps.naive_dockerfile(app.name)
        tag = self.engine.tag(f"naive-{app.name}")
        return self.engine.build(app.folder, tag=tag, dockerfile=file)

    def layers(self, app: App) -> list[Layer]:
        """The layers of an app's image above its base."""
        tag = self.built(app).tag
        return self._once(
            f"layers {app.name}", lambda: own_layers(self.engine, tag, app.image.base)
        ).result()

    def naive_layers(self, name: str) -> list[Layer]:
        """The layers of a naive image above its base."""
        tag, base = self.naive_image(name).tag, apps.naive_base(name)
        key = f"naive layers {name}"
        return self._once(key, lambda: own_layers(self.engine, tag, base)).result()

    def layers_of(self, built: Built, app: App) -> list[Layer]:
        """The layers of another build of an app."""
        return own_layers(self.engine, built.tag, app.image.base)

    # Containers.

    def network(self) -> str:
        """The network on which the examples find one another."""
        return self._once("network", self.engine.network).result()

    def secrets(self, app: App) -> list[str]:
        """Options of `docker run` that give an app the secrets it requires."""
        return [
            word
            for name in app.image.secrets
            for word in ("--env", f"{name}=postgresql://shop:{self.canary}@127.0.0.1:1/shop")
        ]

    def options(self, app: App) -> list[str]:
        """Options of `docker run` beside the hardening; what it needs of others is running."""
        network = self.network_options(app)
        return [*app.limits(), *app.publish(), *self.secrets(app), *network]

    def network_options(self, app: App) -> list[str]:
        """Options of `docker run` for the network on which its upstreams run."""
        for host in app.upstream_hosts():
            self.container(self._name_of(host))
        return ["--network", self.network()]

    def _name_of(self, host: str) -> str:
        return next(name for name in apps.EXAMPLE_NAMES if apps.profile(name).name == host)

    def container(self, name: str) -> Container:
        """The shared container of an example; tests may look, but neither stop nor break it."""
        return self._once(f"container {name}", partial(self._start_example, name)).result()

    def _start_example(self, name: str) -> Container:
        app = self.example(name)
        built = self.built(app)
        alias = ("--network-alias", app.image.name)
        container = self.engine.start(built.tag, *self.options(app), *alias)
        self._containers.append(container)
        return container

    def start(self, name: str, *options: str) -> Container:
        """Start a container of an example for one test alone."""
        app = self.example(name)
        return self.engine.start(self.built(app).tag, *self.options(app), *options)

    def close(self) -> None:
        """Wait for what is under way and remove the shared containers."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for container in self._containers:
            container.remove()
