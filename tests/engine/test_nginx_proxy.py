"""What nginx passes on and what it answers itself, beside an upstream that tells what it got."""

import json
import socket
from collections.abc import Iterator

import pytest

from generator.verify.container import Container
from generator.verify.waiting import wait_for
from generator.verify.web import Reply, request

from . import apps
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
PORT = 8080
_SPEC = """\
imgen: 1
profile: nginx
name: front
version: 1.0.0
maintainer: Test <test@example.com>
site: public
spa: true
immutable: [/assets/]
proxy:
  /api/: http://upstream:9000
  /tls/: https://upstream:9443/
max_body: 2m
resources: {cpus: 1, memory: 64Mi}
syntax: none
"""
_FILES = {
    "public/index.html": "<p>the page</p>\n",
    "public/assets/app-4f1d2c3b.js": "'use strict';\n",
    "public/robots.txt": "User-agent: *\n",
}
# Tells what it was asked, by HTTP on 9000 and by TLS on 9443, and lets a request leave HTTP.
_UPSTREAM = """
import json, ssl, subprocess, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

asked = {"name": None}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.headers.get("Upgrade") == "echo" and self.headers["Connection"] == "upgrade":
            self.send_response(101)
            self.send_header("Upgrade", "echo")
            self.send_header("Connection", "upgrade")
            self.end_headers()
            self.wfile.write(self.rfile.readline())
            self.close_connection = True
            return
        length = int(self.headers.get("Content-Length", 0))
        told = {"headers": dict(self.headers), "body": len(self.rfile.read(length)),
                "path": self.path, **asked}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET


subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1",
                "-subj", "/CN=upstream", "-keyout", "/tmp/key", "-out", "/tmp/certificate"],
               check=True)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/tmp/certificate", "/tmp/key")
context.sni_callback = lambda connection, name, context: asked.update(name=name)
plain = ThreadingHTTPServer(("", 9000), Handler)
tls = ThreadingHTTPServer(("", 9443), Handler)
tls.socket = context.wrap_socket(tls.socket, server_side=True)
threading.Thread(target=tls.serve_forever).start()
print("listening", flush=True)
plain.serve_forever()
"""


@pytest.fixture(scope="module")
def front(
    engine: Engine, fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Container]:
    app = apps.make(tmp_path_factory.mktemp("front") / "front", _SPEC, _FILES)
    built = fleet.built(app)
    base = "python:3.13-slim-trixie"
    engine.require(base)
    network = ("--network", fleet.network())
    words = (*network, "--network-alias", "upstream")
    command = ["python", "-c", _UPSTREAM]
    with engine.start(base, *words, command=command, hardening=()) as upstream:
        wait_for("the upstream", lambda: "listening" in upstream.logs())
        with engine.start(built.tag, *app.limits(), *app.publish(), *network) as container:
            container.get(PORT, "/healthz")
            yield container


def ask(front: Container, path: str, **headers: str) -> Reply:
    """One request, with the headers that it names and no others."""
    return request(front.address(PORT), path, headers=headers)


def told(front: Container, path: str, **headers: str) -> dict[str, object]:
    """What the upstream says of a request."""
    reply = ask(front, path, **headers)
    assert reply.status == 200, reply.body
    found: dict[str, object] = json.loads(reply.body)
    return found


def test_the_upstream_is_told_the_host_with_its_port(front: Container) -> None:
    headers = told(front, "/api/x", Host="shop.example.com:8443")["headers"]
    assert isinstance(headers, dict)
    assert headers["Host"] == "shop.example.com:8443"
    assert headers["X-Forwarded-Proto"] == "http"
    assert "Upgrade" not in headers
    assert "Connection" not in headers


def test_an_upstream_with_tls_is_called_by_its_own_name(front: Container) -> None:
    answer = told(front, "/tls/x", Host="shop.example.com")
    headers = answer["headers"]
    assert isinstance(headers, dict)
    assert (answer["name"], headers["Host"]) == ("upstream", "upstream:9443")
    assert headers["X-Forwarded-Host"] == "shop.example.com"
    assert answer["path"] == "/x"


def test_a_request_may_leave_http_as_websocket_does(front: Container) -> None:
    with socket.create_connection(front.address(PORT), timeout=10) as connection:
        connection.sendall(
            b"GET /api/socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n"
        )
        stream = connection.makefile("rb")
        assert b" 101 " in stream.readline()
        while stream.readline().strip():
            pass
        connection.sendall(b"hello\n")
        assert stream.readline() == b"hello\n"


@pytest.mark.parametrize(("size", "status"), [(2 * 2**20, 200), (2 * 2**20 + 1, 413)])
def test_a_body_may_be_as_large_as_the_spec_says(front: Container, size: int, status: int) -> None:
    reply = request(front.address(PORT), "/api/", method="POST", body="x" * size)
    assert reply.status == status
    assert status != 200 or json.loads(reply.body)["body"] == size


@pytest.mark.parametrize("path", ["/orders/17", "/orders/1.5/edit"])
def test_a_path_of_the_app_gives_its_page(front: Container, path: str) -> None:
    reply = ask(front, path)
    assert (reply.status, reply.body) == (200, "<p>the page</p>\n")
    assert reply.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/gone.js", "/assets/gone", "/logo.png", "/a/b.map"])
def test_a_missing_file_is_not_answered_with_the_page(front: Container, path: str) -> None:
    reply = ask(front, path)
    assert (reply.status, reply.headers["Cache-Control"]) == (404, None)


def test_a_dot_in_a_proxied_path_is_the_upstreams(front: Container) -> None:
    assert told(front, "/api/report.csv")["path"] == "/api/report.csv"


def test_only_files_that_never_change_are_kept_for_good(front: Container) -> None:
    asset = ask(front, "/assets/app-4f1d2c3b.js")
    assert asset.headers["Cache-Control"] == "max-age=31536000, immutable"
    other = ask(front, "/robots.txt")
    assert (other.status, other.headers["Cache-Control"]) == (200, None)


def test_what_is_compressed_says_what_it_depends_on(front: Container) -> None:
    path = "/api/" + "x" * 300  # long enough to be worth it
    reply = ask(front, path, **{"Accept-Encoding": "gzip", "Via": "1.1 cdn"})
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Vary"] == "Accept-Encoding"
