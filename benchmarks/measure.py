"""Measure one variant of an app: build it, run it, stop it, run it hardened."""

import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from .apps import App
from .docker import HARDENED, BuildError, Docker, EngineError
from .results import Variant

STARTS = 5  # of which the median is a run's time to ready
PATIENCE = 30.0  # seconds that a container may take until it answers
_FRONTEND = re.compile(r"(?im)\A#\s*syntax\s*=.*\n+")
_CACHE = re.compile(r"--mount=type=cache,target=([^\s,]+)")
_ANY_USER = 10001
_TMP = "/tmp"  # noqa: S108 - in the container


class NotReadyError(Exception):
    """A container that does not answer; the text says why."""


@dataclass(frozen=True)
class Prepared:
    """A variant whose files lie in a folder, `dockerfile` as its maker wrote it."""

    app: App
    variant: Variant
    folder: Path
    dockerfile: str


def prepare_dockerfile(text: str, cache: str) -> str:
    """Make a Dockerfile buildable here, the same way for every variant.

    The frontend line goes, since it needs a registry, and cache mounts get an id of their own, so
    that a cold build finds them empty.
    """
    text = _FRONTEND.sub("", text)
    return _CACHE.sub(lambda found: _with_id(found[1], cache), text)


def _with_id(target: str, cache: str) -> str:
    return f"--mount=type=cache,id={cache}{target.replace('/', '-')},target={target}"


def measure(docker: Docker, prepared: Prepared, run: int) -> None:
    """Measure a variant once more and add the numbers to it, or say in it why there are none.

    Raises:
        EngineError: if it worked in an earlier run and fails now, as without a network.
    """
    variant, folder = prepared.variant, prepared.folder
    name = re.sub(r"[^a-z0-9]+", "-", f"{prepared.app.name}-{variant.title}".lower())
    tag = f"imgen-benchmark/{docker.session}/{name}:1"
    cache = f"{docker.session}-{name}-{run}"
    text = prepare_dockerfile(prepared.dockerfile, cache)
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    try:
        cold = docker.build(folder, tag, "--no-cache")
        prepared.app.edit_source(folder, f"measured-{docker.session}-{run}")
        rebuild = docker.build(folder, tag)
    except BuildError as error:
        _fail(prepared, f"does not build: {error.reason()}")
        return
    finally:
        _restore(prepared)
    try:
        _run(docker, prepared, tag)
    except NotReadyError as error:
        _fail(prepared, f"builds, does not run: {error}")
        variant.bytes = docker.size(tag)
        return
    variant.bytes = docker.size(tag)
    variant.cold.append(round(cold, 2))
    variant.rebuild.append(round(rebuild, 2))
    if variant.hardened is None:
        _run_hardened(docker, prepared, tag)


def _fail(prepared: Prepared, text: str) -> None:
    variant = prepared.variant
    if variant.stop:
        name = f"{prepared.app.name}, {variant.title}"
        raise EngineError(f"{name} worked in an earlier run and fails now: {text}")
    variant.failure = text


def _restore(prepared: Prepared) -> None:
    """Take the edit back."""
    path = prepared.app.edit[0]
    source = (prepared.app.folder / path).read_text(encoding="utf-8")
    (prepared.folder / path).write_text(source, encoding="utf-8")


def _run(docker: Docker, prepared: Prepared, tag: str) -> None:
    variant = prepared.variant
    starts = []
    for _ in range(STARTS - 1):
        name, seconds = _start(docker, prepared, tag, *prepared.app.options)
        docker.remove(name)
        starts.append(seconds)
    name, seconds = _start(docker, prepared, tag, *prepared.app.options)
    try:
        variant.uid = docker.first_uid(name)
        stop = docker.stop(name)
        variant.exit_code = docker.state(name).exit_code
    finally:
        docker.remove(name)
    variant.ready.append(round(median([*starts, seconds]), 3))
    variant.stop.append(round(stop, 3))


def _run_hardened(docker: Docker, prepared: Prepared, tag: str) -> None:
    """See whether it answers as a strict cluster runs it, as its own user if that is not root."""
    app, variant = prepared.app, prepared.variant
    variant.hardened_failure = _hardened_failure(docker, prepared, tag, app.scratch)
    variant.hardened = not variant.hardened_failure
    if not variant.hardened and not app.scratch:
        variant.hardened_with_tmp = not _hardened_failure(docker, prepared, tag, (_TMP,))


def _hardened_failure(docker: Docker, prepared: Prepared, tag: str, folders: Sequence[str]) -> str:
    """Say why a container as a strict cluster runs it does not answer, nothing if it does."""
    app, variant = prepared.app, prepared.variant
    user = variant.uid or _ANY_USER
    scratch = [word for folder in folders for word in ("--tmpfs", folder)]
    options = (*app.options, *HARDENED, *scratch, "--user", f"{user}:{user}")
    try:
        name, _ = _start(docker, prepared, tag, *options)
    except NotReadyError as error:
        return str(error)
    docker.remove(name)
    return ""


def _start(docker: Docker, prepared: Prepared, tag: str, *options: str) -> tuple[str, float]:
    """Start a container and wait for the first 200; its name, and the seconds until then."""
    app = prepared.app
    inside, outside = app.ports.get(prepared.variant.name, app.port), _free_port()
    start = time.monotonic()
    try:
        name = docker.start(tag, "--publish", f"127.0.0.1:{outside}:{inside}", *options)
    except EngineError as error:
        raise NotReadyError(f"does not start: {str(error).splitlines()[0]}") from None
    try:
        _wait(docker, name, outside)
    except BaseException:
        docker.remove(name)
        raise
    return name, time.monotonic() - start


def _wait(docker: Docker, name: str, port: int) -> None:
    end, look = time.monotonic() + PATIENCE, time.monotonic() + 0.5
    while time.monotonic() < end:
        if _answers(port):
            return
        if time.monotonic() > look:
            look = time.monotonic() + 0.5
            state = docker.state(name)
            if not state.running:
                text = f"ends with {state.exit_code}: {docker.last_line(name)}"
                raise NotReadyError(text)
        time.sleep(0.01)
    said = docker.last_line(name)
    raise NotReadyError(f"no 200 within {PATIENCE:.0f} s" + (f": {said}" if said else ""))


def _answers(port: int) -> bool:
    with suppress(OSError, urllib.error.URLError, ValueError):
        address = f"http://127.0.0.1:{port}/"
        with urllib.request.urlopen(address, timeout=3) as reply:
            return bool(reply.status == 200)
    return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
