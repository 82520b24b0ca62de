"""`imgen verify --engine podman` on a real Podman, which runs in a container of its own.

Podman needs more than a process here: its image comes from .ci/podman.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from generator.verify.container import Container

from .apps import EXAMPLES, ROOT
from .engine import Engine

pytestmark = pytest.mark.engine

IMAGE = "imgen-test/podman:sid"
NGINX = "nginx:1.30-alpine3.23-slim"
ALPINE = "alpine:3.23"
# Podman's builder reads no other modes yet; test_symbolic_modes tells when it does.
SYMBOLIC, OCTAL = "--chmod=u=rwX,go=rX", "--chmod=0755"
# Writes where only a read-only root hinders it.
WRITER = f"""\
FROM {ALPINE}
ENTRYPOINT ["sh", "-c", "echo 1 >{{path}} && exec sleep 60"]
"""
PROGRAM = """\
import sys
from pathlib import Path
from generator.verify.command import Options, run_verify
options = Options(engine="podman", only=sys.argv[2:], form="json", timeout=20)
sys.exit(run_verify(Path(sys.argv[1]), options))
"""

Found = Mapping[str, tuple[str, str]]


@pytest.fixture(scope="module")
def podman(engine: Engine) -> Iterator[Container]:
    """A container in which Podman answers and has the base images."""
    if engine.call("image", "inspect", IMAGE, check=False).returncode:
        pytest.skip(f"there is no image {IMAGE} to run Podman in; .ci/podman makes it")
    for base in (ALPINE, NGINX):
        engine.require(base)
    words = ["--privileged", "--init", "--tmpfs", "/run", "--volume", f"{ROOT}:{ROOT}:ro"]
    if engine.info("{{.CgroupVersion}}") == "1":
        # Podman finds its containers' groups only where their paths are those of the host.
        words += ["--cgroupns", "host", "--volume", "/sys/fs/cgroup:/sys/fs/cgroup"]
    with engine.start(IMAGE, *words, hardening=()) as container:
        for base in (ALPINE, NGINX):
            archive = engine.save(base)
            engine.call("cp", str(archive), f"{container.name}:/base.tar")
            archive.unlink()
            container.exec("podman", "load", "--quiet", "--input", "/base.tar")
        yield container


def verify(podman: Container, folder: Path, *only: str) -> Found:
    """Verify a folder there: how each check ended and what it saw."""
    podman.engine.call("cp", str(folder), f"{podman.name}:/{folder.name}")
    command = ("python", "-c", PROGRAM, f"/{folder.name}", *only)
    options = ("--workdir", "/mnt", "--env", f"PYTHONPATH={ROOT}")
    done = podman.engine.call("exec", *options, podman.name, *command, check=False)
    assert done.returncode in {0, 1}, done.stderr
    results = json.loads(done.stdout)["results"]
    return {found["check"]: (found["status"], found["evidence"]) for found in results}


def left(podman: Container) -> list[str]:
    """Containers, named images and volumes there, and files where it was started."""
    commands: tuple[tuple[str, ...], ...] = (
        ("podman", "ps", "--all", "--quiet"),
        ("podman", "image", "ls", "--filter", "dangling=false", "--format", "{{.Names}}"),
        ("podman", "volume", "ls", "--quiet"),
        ("ls", "-A", "/mnt"),
    )
    lines = [line for words in commands for line in podman.exec(*words).stdout.splitlines()]
    return [line for line in lines if NGINX not in line and ALPINE not in line]


def example(folder: Path, *, symbolic: bool = False) -> Path:
    """Copy an example with the modes that Podman's builder reads, or with its own."""
    target = folder / f"site-{symbolic}".lower()
    shutil.copytree(EXAMPLES / "static-proxy", target)
    if not symbolic:
        file = target / "Dockerfile"
        file.write_text(file.read_text(encoding="utf-8").replace(SYMBOLIC, OCTAL), encoding="utf-8")
    return target


def test_an_example_is_proven(podman: Container, tmp_path: Path) -> None:
    """All checks work, on health, times, changes and sizes too; and nothing stays."""
    found = verify(podman, example(tmp_path))
    assert {name: seen for name, seen in found.items() if seen[0] == "failed"} == {}
    passed = {name for name, (status, _) in found.items() if status == "passed"}
    assert passed > {"hardened", "stops", "writes", "context", "cheap-rebuild", "healthy", "size"}
    assert "two builds without the cache give the id" in found["reproducible"][1]
    assert "0 B in" not in found["size"][1]
    assert left(podman) == []


@pytest.mark.parametrize("path", ["/tmp/file", "/run/file", "/dev/file"])
def test_nothing_else_is_writable(podman: Container, tmp_path: Path, path: str) -> None:
    """Podman's own read-only mode has places to write that a strict cluster has not."""
    folder = tmp_path / path.replace("/", "-").strip("-")
    folder.mkdir()
    (folder / "Dockerfile").write_text(WRITER.format(path=path), encoding="utf-8")
    status, evidence = verify(podman, folder, "hardened")["hardened"]
    assert status == "failed", evidence


def test_memory_may_be_shared(podman: Container, tmp_path: Path) -> None:
    """As on every cluster, where gunicorn keeps its heartbeat."""
    folder = tmp_path / "shared"
    folder.mkdir()
    (folder / "Dockerfile").write_text(WRITER.format(path="/dev/shm/file"), encoding="utf-8")
    status, evidence = verify(podman, folder, "hardened")["hardened"]
    assert status == "passed", evidence


def test_symbolic_modes(podman: Container, tmp_path: Path) -> None:
    """A known limit of its builder. Once this fails, the modes above need no replacing."""
    status, evidence = verify(podman, example(tmp_path, symbolic=True), "builds")["builds"]
    assert status == "failed"
    assert "parsing chmod" in evidence


def test_it_is_podman(podman: Container) -> None:
    """The version that knows COPY --link, and no Docker behind its name."""
    version = podman.exec("podman", "version", "--format", "{{.Client.Version}}").stdout
    assert tuple(map(int, version.split(".")[:2])) >= (5, 6)
