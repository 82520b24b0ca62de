"""Whole small programs in the presets' languages: detected, described, built, run and proven."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator import spec
from generator.answers import spec_text
from generator.detect import presets
from generator.detect.existing import Existing
from generator.detect.tree import Tree
from generator.render import render
from generator.verify.run import Choice, verify
from generator.verify.subject import Given, find

from .engine import Engine, Verifier

pytestmark = pytest.mark.engine

GO = """\
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "well")
	})
	server := &http.Server{Addr: ":8080"}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	go func() {
		<-stop.Done()
		limit, done := context.WithTimeout(context.Background(), 3*time.Second)
		defer done()
		server.Shutdown(limit)
	}()
	if err := server.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
"""
RUST = """\
use std::io::{Read, Write};
use std::net::TcpListener;

fn main() {
    let listener = TcpListener::bind("0.0.0.0:7000").expect("bind");
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let mut buffer = [0; 1024];
        let _ = stream.read(&mut buffer);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n");
        let _ = stream.write_all(b"Connection: close\\r\\n\\r\\nwell\\n");
    }
}
"""
C = """\
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    const char *answer = "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n"
        "Connection: close\\r\\n\\r\\nwell\\n";
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(9000)};
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&place, sizeof place) || listen(listener, 16)) return 1;
    for (;;) {
        char request[1024];
        int peer = accept(listener, 0, 0);
        if (peer < 0) continue;
        if (read(peer, request, sizeof request) > 0) write(peer, answer, strlen(answer));
        close(peer);
    }
}
"""
MAKEFILE = """\
TARGET = talkd
CFLAGS ?= -O2 -Wall

$(TARGET): talkd.c
\t$(CC) $(CFLAGS) -o $@ $<
"""
CPP = (
    C.replace("int main(void)", "#include <string>\n\nint main()")
    .replace("const char *answer = ", "const std::string text = ")
    .replace("write(peer, answer, strlen(answer))", "write(peer, text.data(), text.size())")
    .replace(
        "struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(9000)};",
        "sockaddr_in place{};\n    place.sin_family = AF_INET;\n    place.sin_port = htons(9000);",
    )
)
CMAKE = """\
cmake_minimum_required(VERSION 3.20)
project(talkd VERSION 1.2.0 LANGUAGES CXX)
add_executable(talkd src/main.cpp)
"""
EXPRESS = """\
const express = require('express')

const app = express()
app.get('/healthz', (request, response) => response.send('well'))
app.get('/', (request, response) => response.send('hello'))
const server = app.listen(process.env.PORT || 3000)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
"""
PACKAGE = """\
{
  "name": "greeter",
  "version": "1.0.0",
  "private": true,
  "scripts": { "start": "node server.js" },
  "dependencies": { "express": "^5.0.0" }
}
"""
TYPESCRIPT = """\
import { createServer } from 'node:http'

const port: number = Number(process.env.PORT ?? 4000)
const server = createServer((request, response) => {
  response.end(request.url === '/healthz' ? 'well' : 'hello')
})
server.listen(port)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
"""
TYPESCRIPT_PACKAGE = """\
{
  "name": "typed",
  "version": "1.0.0",
  "private": true,
  "scripts": { "build": "tsc", "start": "node dist/server.js" },
  "dependencies": { "ms": "^2.1.3" },
  "devDependencies": { "@types/node": "^24.0.0", "typescript": "^5.5.0" }
}
"""
TSCONFIG = """\
{
  "compilerOptions": {
    "target": "es2022", "module": "commonjs", "outDir": "dist", "rootDir": "src", "strict": true,
    "types": ["node"]
  },
  "include": ["src"]
}
"""
RUBY = """\
require "socket"

server = TCPServer.new("0.0.0.0", 4567)
trap("TERM") { exit }
loop do
  peer = server.accept
  peer.readpartial(1024)
  peer.write("HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\nwell\\n")
  peer.close
rescue EOFError, SystemCallError
  peer&.close
end
"""
PHP = """\
<?php
echo 'well ', $_SERVER['REQUEST_URI'], "\\n";
"""

PROJECTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "go": (
        "main.go",
        {"go.mod": "module example.com/relay\n\ngo 1.24\n", "main.go": GO, "README.md": "Relay\n"},
    ),
    "rust": (
        "src/main.rs",
        {
            "Cargo.toml": '[package]\nname = "ticker"\nversion = "0.3.0"\nedition = "2021"\n',
            "Cargo.lock": 'version = 4\n\n[[package]]\nname = "ticker"\nversion = "0.3.0"\n',
            "src/main.rs": RUST,
        },
    ),
    "c-make": ("talkd.c", {"Makefile": MAKEFILE, "talkd.c": C}),
    "c-cmake": ("src/main.cpp", {"CMakeLists.txt": CMAKE, "src/main.cpp": CPP}),
    "node": ("server.js", {"package.json": PACKAGE, "server.js": EXPRESS}),
    "node, compiled": (
        "src/server.ts",
        {
            "package.json": TYPESCRIPT_PACKAGE,
            "tsconfig.json": TSCONFIG,
            "src/server.ts": TYPESCRIPT,
        },
    ),
    "ruby": ("server.rb", {"server.rb": RUBY, ".ruby-version": "3.4.1\n"}),
    "php": ("public/index.php", {"public/index.php": PHP}),
}


def lock(engine: Engine, folder: Path) -> None:
    """Make the package-lock.json of a project, with the npm of the Node image."""
    engine.require("node:24-trixie-slim")
    command = ["npm", "install", "--package-lock-only", "--no-audit", "--no-fund"]
    subprocess.run(
        ["docker", "run", "--rm", "--network", "host", "--volume", f"{folder}:/src",
         "--workdir", "/src", "--env", "npm_config_registry", "node:24-trixie-slim", *command],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_without_container_files_is_proven(
    engine: Engine, verifier: Verifier, tmp_path: Path, name: str
) -> None:
    edited, files = PROJECTS[name]
    folder = tmp_path / "app"
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    if "package.json" in files:
        lock(engine, folder)
    best = presets.candidates(Tree.scan(folder), Existing())[0]
    assert (best.missing, best.notes) == ("", ())
    values = presets.values(list(best.proposals))
    described = spec.from_values({**values, "maintainer": "Team <team@example.com>"})
    given = {key: value for key, value in values.items() if key not in {"imgen", "profile"}}
    text = spec_text("generic", given, described.profile)
    (folder / "imgen.yaml").write_text(text, encoding="utf-8")
    assert [problem.field for problem in described.warnings] == []
    image = spec.parse(text, source="imgen.yaml").profile.image()
    for generated, content in render(image).items():
        (folder / generated).write_text(content, encoding="utf-8")

    subject = find(folder, Given(edit=edited))
    # Two builds from nothing of every example are compared in test_reproducible.py.
    choice = Choice(skip=("reproducible",))
    report = verify(
        subject, verifier, on_start=lambda *_: None, on_result=lambda _: None, choice=choice
    )
    assert {result.check: result.evidence for result in report.failures()} == {}
    evidence = {result.check: result.evidence for result in report.results}
    assert edited in evidence["cheap-rebuild"]
    assert evidence["builds"] != "not built"
