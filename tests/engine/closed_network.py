"""A closed network in small: a package index behind a login and a company's certificate, a proxy.

Both listen on the engine's bridge. Only the proxy knows where the index's name leads.
"""

import base64
import hashlib
import re
import select
import socket
import ssl
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from urllib.parse import urlsplit

USER = "builder"
HOST = "index.example.test"
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3")


@dataclass
class Index:
    """A running package index, and the paths that were asked for with the right login."""

    url: str
    address: str
    ca: Path
    netrc: Path
    password: str
    served: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


@dataclass
class Proxy:
    """A running HTTP proxy, and the hosts and ports to which it made connections."""

    url: str
    address: str
    connected: list[str] = field(default_factory=list)


def make_wheel(folder: Path, name: str, version: str) -> Path:
    """Write a wheel of one module that knows its version."""
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f'VERSION = "{version}"\n',
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},{_digest(text)},{len(text)}\n" for path, text in files.items())
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return wheel


def _project(wheel: str) -> str:
    """The name by which an index knows a wheel's project (PEP 503)."""
    return re.sub(r"[._-]+", "-", wheel.split("-", maxsplit=1)[0]).lower()


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """Make a certificate authority and the index's certificate, whose file holds the key too."""
    authority, key, server = folder / "ca.pem", folder / "ca.key", folder / "server.pem"
    _openssl(
        *("-subj", "/CN=Company Test CA", "-keyout", str(key), "-out", str(authority)),
        *("-addext", "basicConstraints=critical,CA:TRUE"),
        *("-addext", "keyUsage=critical,keyCertSign,cRLSign"),
    )
    _openssl(
        *("-subj", f"/CN={HOST}", "-keyout", str(server), "-out", str(folder / "leaf.pem")),
        *("-CA", str(authority), "-CAkey", str(key)),
        *("-addext", f"subjectAltName=DNS:{HOST}"),
        *("-addext", "basicConstraints=critical,CA:FALSE"),
        *("-addext", "keyUsage=critical,digitalSignature"),
        *("-addext", "extendedKeyUsage=serverAuth"),
    )
    with server.open("a", encoding="utf-8") as file:
        file.write((folder / "leaf.pem").read_text(encoding="utf-8"))
    return authority, server


def _openssl(*options: str) -> None:
    subprocess.run(["openssl", "req", "-x509", *_CURVE, *options], check=True, capture_output=True)


@contextmanager
def index(folder: Path, bridge: str, password: str, wheels: list[Path]) -> Iterator[Index]:
    """Serve wheels by the simple API to whoever has the login."""
    authority, certificate = make_certificates(folder)
    by_name = {wheel.name: wheel for wheel in wheels}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            login = base64.b64encode(f"{USER}:{password}".encode()).decode()
            if self.headers.get("Authorization") != f"Basic {login}":
                found.refused.append(self.path)
                self._send(401, b"", {"WWW-Authenticate": 'Basic realm="index"'})
                return
            found.served.append(self.path)
            project, _, file = self.path.removeprefix("/simple/").partition("/")
            names = [name for name in by_name if _project(name) == project]
            if file in by_name:
                self._send(200, by_name[file].read_bytes(), {})
            elif names:
                links = "".join(f'<a href="{name}">{name}</a>\n' for name in names)
                self._send(200, links.encode(), {"Content-Type": "text/html"})
            else:
                self._send(404, b"", {})

        def do_HEAD(self) -> None:
            self._send(405, b"", {})

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing of this belongs on a terminal."""

    server = ThreadingHTTPServer((bridge, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    address = f"{HOST}:{server.server_port}"
    netrc = folder / ".netrc"
    netrc.write_text(f"machine {HOST} login {USER} password {password}\n", encoding="utf-8")
    found = Index(f"https://{address}/simple", address, authority, netrc, password)
    with _serving(server):
        yield found


@contextmanager
def proxy(bridge: str) -> Iterator[Proxy]:
    """Pass on connections for CONNECT, and plain HTTP requests as they are."""

    class Handler(StreamRequestHandler):
        rbufsize = 0  # what follows the head is for the other side

        def handle(self) -> None:
            head = self.rfile.readline()
            method, target, _ = head.decode().split()
            tunnel = method == "CONNECT"
            url = urlsplit(f"//{target}" if tunnel else target)
            found.connected.append(url.netloc)
            place = (bridge if url.hostname == HOST else url.hostname, url.port or 80)
            while line := self.rfile.readline().strip():
                head += line + b"\r\n"
            with socket.create_connection(place, timeout=10) as other:
                if tunnel:
                    self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    other.sendall(head + b"\r\n")
                _pump(self.connection, other)

    server = ThreadingTCPServer((bridge, 0), Handler)
    address = f"{bridge}:{server.server_address[1]}"
    found = Proxy(f"http://{address}", address)
    with _serving(server):
        yield found


def _pump(one: socket.socket, other: socket.socket) -> None:
    """Carry bytes both ways until one side ends."""
    while True:
        ready, _, _ = select.select([one, other], [], [], 30)
        for source in ready:
            try:
                data = source.recv(65536)
            except OSError:
                return
            if not data:
                return
            (other if source is one else one).sendall(data)
        if not ready:
            return


@contextmanager
def _serving(server: ThreadingHTTPServer | ThreadingTCPServer) -> Iterator[None]:
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
