"""What `imgen verify` reads from a container and from an image's layers, without an engine."""

import io
import socket
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from generator.verify.checks.contents import nobodys
from generator.verify.checks.writing import _outside
from generator.verify.container import Process
from generator.verify.layers import File, Layer, merged
from generator.verify.packages import closure, distribution_that_needs, from_alpine, from_debian
from generator.verify.processes import _faults, program, services
from generator.verify.web import request
from tests.images import image

# What a container tells.


def process(args: str) -> Process:
    return Process(1, 0, 10001, args)


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ("busybox httpd -f", "httpd"),
        ("/bin/busybox sh", "sh"),
        ("/bin/busybox", "busybox"),
        ("nginx: worker process", "nginx"),
        ("-bash", "bash"),
    ],
)
def test_a_program_has_the_name_that_it_runs_under(args: str, name: str) -> None:
    assert program(process(args)) == name


def test_a_script_is_a_service_of_its_own_and_its_helpers_are_none() -> None:
    shell = process("sh -c x")
    one = [process("python /app/a.py"), process("/usr/bin/python -c from multiprocessing")]
    assert services([shell, *one], shell) == {"python a.py": 2}
    two = process("python -u -m http.server")
    assert services([shell, *one, two], shell) == {"python a.py": 2, "python http.server": 1}
    assert services([process("node --inspect x.js"), process("nginx: worker")], shell) == {
        "node x.js": 1,
        "nginx": 1,
    }


def test_a_wrapper_is_not_the_app() -> None:
    (fault,) = _faults(process("npm start"), image(), "PID 1", serves=True)
    assert fault == "PID 1 is npm, which only starts the app: npm start"
    assert _faults(process("node server.js"), image(), "PID 1", serves=True) == []


def test_folders_that_an_engine_makes_for_a_mount_are_no_writes() -> None:
    changes = ["C /srv", "A /srv/app", "A /srv/app/data", "A /srv/other", "C /etc"]
    assert _outside(changes, ["/srv/app/data"]) == ["A /srv/other", "C /etc"]


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], tuple[str, int]]]:
    """A server that answers each connection with some bytes, and then with dots for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def serve(head: bytes) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(4096)
            connection.sendall(head)
            while b"Length" not in head and not ended.wait(0.02):
                connection.sendall(b".")

    def start(head: bytes) -> tuple[str, int]:
        thread = threading.Thread(target=serve, args=(head,))
        thread.start()
        threads.append(thread)
        host, port = server.getsockname()
        return host, port

    yield start
    ended.set()
    for thread in threads:
        thread.join()
    server.close()


def test_a_body_that_never_ends_is_read_for_a_while(
    answering: Callable[[bytes], tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.verify.web.TIMEOUT", 0.3)
    start = time.monotonic()
    reply = request(answering(b"HTTP/1.1 200 OK\r\n\r\n"), "/")
    assert time.monotonic() - start < 3
    assert reply.body.startswith("..")


def test_a_body_that_is_cut_is_no_answer(answering: Callable[[bytes], tuple[str, int]]) -> None:
    with pytest.raises(HTTPException):
        request(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), "/")
    whole = request(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), "/")
    assert (whole.status, whole.body) == (200, "abc")


# Layers and packages.


def layer(*paths: str) -> Layer:
    files = [File(path, 0, 0, 0o644, is_folder=False, is_link=False) for path in paths]
    return Layer(tuple(files), Path())


def test_a_whiteout_hides_what_lies_below() -> None:
    layers = [layer("a/b/c", "a/d", "e/f"), layer("a/.wh.b", "e/.wh..wh..opq", "e/g")]
    assert set(merged(layers)) == {"a/d", "e/g"}


def test_packages_are_read_from_both_databases() -> None:
    debian = (
        "Package: curl\nStatus: install ok installed\nDepends: libc6 (>= 2), a | b\n\n"
        "Package: gone\nStatus: deinstall ok config-files\n\n"
        "Package: libc6\nStatus: install ok installed\nProvides: libc (= 2)\n"
    )
    found = from_debian(debian)
    assert set(found) == {"curl", "libc6"}
    assert closure(found, ["curl=8.*"]) == {"curl", "libc6"}
    alpine = "P:curl\nD:so:libc.so>=1 x\n\nP:musl\np:so:libc.so=1\n\n"
    assert closure(from_alpine(alpine), ["curl"]) == {"curl", "musl"}


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("Requires-Dist: pip", "shop"),
        ("Requires-Dist: pip>=20", "shop"),
        ("Requires-Dist: pip (>=20)", "shop"),
        ("Requires-Dist: pip-tools", ""),
        ("Requires-Dist: pip ; extra == 'plugins'", ""),
        ("Summary: needs pip", ""),
    ],
)
def test_a_python_package_may_need_pip(tmp_path: Path, line: str, owner: str) -> None:
    path = "opt/venv/lib/python3.13/site-packages/shop-1.0.dist-info/METADATA"
    content = f"Name: shop\n{line}\n".encode()
    with tarfile.open(tmp_path / "layer.tar", "w") as archive:
        member = tarfile.TarInfo(path)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    files = (File(path, 0, 0, 0o644, is_folder=False, is_link=False),)
    assert distribution_that_needs([Layer(files, tmp_path / "layer.tar")], "pip") == owner


def test_what_a_declared_package_depends_on_is_not_unneeded() -> None:
    blocks = {"shopd": "ucf", "ucf": "procps", "procps": "libproc2", "libproc2": "", "vim": ""}
    here = from_debian(
        "\n\n".join(
            f"Package: {name}\nStatus: install ok installed\nDepends: {needs}\n"
            for name, needs in blocks.items()
        )
    )
    added = ["libproc2", "procps", "shopd", "ucf"]
    assert nobodys(here, added, ["shopd=1.*"]) == []
    assert nobodys(here, [*added, "vim"], ["shopd"]) == ["vim"]
    assert nobodys(here, added, ["procps", "shopd"]) == ["procps"]
    assert nobodys(here, added, None) == ["procps"]
    assert nobodys(here, ["curl", "wget"], None) == ["curl and wget, one will do"]
