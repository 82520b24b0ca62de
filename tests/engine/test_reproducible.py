"""The same sources give the same image, file by file, and where the engine can, by its id (B22)."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest

from generator.verify.layers import Layer
from generator.verify.waiting import wait_for

from . import apps
from .apps import EXAMPLE_NAMES, App
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
EPOCH = "1700000000"
# One without a RUN, one with apt, one with apk and pip: a second engine has no cache to start from.
BY_ID = ("asgi-alpine", "static-proxy", "worker")
BRIDGE = "imgen-test0"
# The manifest of a build tells when it ran, so the id would never be the same.
BUILD = ("--no-cache", "--provenance=false", "--quiet", "--network", "host")

Content: TypeAlias = dict[str, tuple[object, ...]]


def content(layer: Layer) -> Content:
    """Everything of a layer's files but their times."""
    found: Content = {}
    with tarfile.open(layer.archive) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            digest = hashlib.sha256(file.read()).hexdigest() if file else ""
            about = (member.type, member.mode, member.uid, member.gid, member.linkname, digest)
            found[member.name] = about
    return found


def differences(one: list[Layer], other: list[Layer]) -> list[str]:
    """The files that two images of the same app do not share."""
    assert len(one) == len(other)
    pairs = [(content(left), content(right)) for left, right in zip(one, other, strict=True)]
    return sorted(
        name
        for left, right in pairs
        for name in {*left, *right}
        if left.get(name) != right.get(name)
    )


def rebuilt(fleet: Fleet, app: App, name: str) -> list[Layer]:
    """The layers of one more build that takes nothing from the cache."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    tag = fleet.engine.tag(name)
    built = fleet.engine.build(app.folder, "--no-cache", tag=tag, environment=environment)
    return fleet.layers_of(built, app)


@pytest.mark.parametrize("example", EXAMPLE_NAMES)
def test_a_build_from_nothing_gives_the_same_files(
    fleet: Fleet, app: App, layers: list[Layer]
) -> None:
    assert differences(layers, rebuilt(fleet, app, f"{app.name}-from-nothing")) == []


def test_a_log_of_the_installation_is_noticed(fleet: Fleet, tmp_path: Path) -> None:
    app = fleet.example("worker").copy(tmp_path / "worker")
    file = app.folder / "Dockerfile"
    text = file.read_text(encoding="utf-8")
    assert " /var/log/*.log" in text
    file.write_text(text.replace(" /var/log/*.log", ""), encoding="utf-8")
    one, other = (rebuilt(fleet, app, f"worker-with-log-{number}") for number in (1, 2))
    assert differences(one, other) == ["var/log/dpkg.log"]


@pytest.mark.parametrize("example", ["asgi-alpine", "worker"])
def test_the_account_does_not_hold_the_day_it_was_made(fleet: Fleet, example: str) -> None:
    app = fleet.example(example)
    command = ("--user", "0", "--entrypoint", "cat", fleet.built(app).tag, "/etc/shadow")
    shadow = fleet.engine.call("run", "--rm", *command).stdout
    (line,) = [line for line in shadow.splitlines() if line.startswith("app:")]
    assert line.split(":")[1:3] == ["!", ""]


# By the image's id. It needs the containerd image store, so an engine of its own.


@pytest.fixture(scope="module")
def other(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an engine whose image store can rewrite the times of a layer's files."""
    if engine.rewrites_timestamps():
        yield os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
        return
    missing = [name for name in ("dockerd", "ip") if not shutil.which(name)]
    if os.geteuid() != 0 or missing:
        reason = f"there is no {' and no '.join(missing)}" if missing else "only root can start one"
        pytest.skip(f"a second engine is needed, with the containerd image store, and {reason}")
    with bridge(), second_engine(tmp_path_factory.mktemp("engine")) as address:
        yield address


@contextmanager
def bridge() -> Iterator[None]:
    """A bridge for the second engine alone.

    Never `--bridge=none`: such an engine removes `docker0` at its start, which is another's.
    """
    subprocess.run(["ip", "link", "add", BRIDGE, "type", "bridge"], check=True)
    try:
        subprocess.run(["ip", "address", "add", "198.18.255.1/30", "dev", BRIDGE], check=True)
        yield
    finally:
        subprocess.run(["ip", "link", "delete", BRIDGE], check=True)


@contextmanager
def second_engine(folder: Path) -> Iterator[str]:
    """An engine with its own data, which touches neither the rules nor the data of another."""
    address = f"unix://{folder}/socket"
    settings = {
        "bridge": BRIDGE,
        "data-root": f"{folder}/data",
        "exec-root": f"{folder}/exec",
        "features": {"containerd-snapshotter": True},
        "hosts": [address],
        "ip-forward": False,
        "ip-masq": False,
        "ip6tables": False,
        "iptables": False,
        "pidfile": f"{folder}/pid",
    }
    (folder / "daemon.json").write_text(json.dumps(settings), encoding="utf-8")
    with (folder / "log").open("w", encoding="utf-8") as log:
        daemon = subprocess.Popen(
            ["dockerd", "--config-file", f"{folder}/daemon.json"], stdout=log, stderr=log
        )
    try:
        wait_for("a second engine", lambda: answers(daemon, address, folder / "log"))
        yield address
    finally:
        daemon.terminate()
        daemon.wait(timeout=30)


def answers(daemon: "subprocess.Popen[bytes]", address: str, log: Path) -> bool:
    """Whether an engine answers; it fails with its log if it has ended."""
    assert daemon.poll() is None, log.read_text(encoding="utf-8")[-2000:]
    done = subprocess.run(
        ["docker", "--host", address, "version"], capture_output=True, check=False
    )
    return done.returncode == 0


def image_id(address: str, app: App, tag: str, folder: Path) -> str:
    """Build with an engine and return the image's id.

    By way of an archive, since the engine unpacks what it builds, and then it rewrites no times.
    """
    archive = folder / "image.tar"
    output = f"type=oci,dest={archive},name={tag},rewrite-timestamp=true"
    docker(address, "buildx", "build", *BUILD, "--output", output, str(app.folder))
    docker(address, "image", "load", "--input", str(archive))
    return docker(address, "image", "inspect", "--format", "{{.Id}}", tag)


def docker(address: str, *words: str) -> str:
    """Run a docker command with an engine and return what it says."""
    done = subprocess.run(
        ["docker", "--host", address, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("example", BY_ID)
def test_two_builds_give_the_same_image_id(
    fleet: Fleet, other: str, app: App, tmp_path: Path
) -> None:
    load(fleet, other, app.image.base, tmp_path)
    tag = fleet.engine.tag(f"{app.name}-by-id")
    try:
        assert image_id(other, app, tag, tmp_path) == image_id(other, app, tag, tmp_path)
    finally:
        docker(other, "image", "rm", "--force", tag)


def load(fleet: Fleet, address: str, reference: str, folder: Path) -> None:
    """Bring a base image to another engine."""
    fleet.engine.require(reference)
    fleet.engine.call("image", "save", "--output", f"{folder}/base.tar", reference)
    docker(address, "image", "load", "--input", f"{folder}/base.tar")


def test_an_edited_source_gives_another_image_id(fleet: Fleet, other: str, tmp_path: Path) -> None:
    one = apps.example("static-proxy", tmp_path / "one")
    load(fleet, other, one.image.base, tmp_path)
    two = one.copy(tmp_path / "two")
    two.edit("twice")
    tag = fleet.engine.tag("edited-by-id")
    try:
        assert image_id(other, one, tag, tmp_path) != image_id(other, two, tag, tmp_path)
    finally:
        docker(other, "image", "rm", "--force", tag)
