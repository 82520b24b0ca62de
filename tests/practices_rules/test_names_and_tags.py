"""S2.1 to S2.3: who made it, from what, and how it is tagged."""

from pathlib import Path

import pytest

from tests.practices_rules.helpers import faults, places

BOTH = 'LABEL maintainer="A <a@example.com>" org.opencontainers.image.authors="A <a@example.com>"\n'


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"FROM a:1\n{BOTH}", []),
        (f"FROM a:1 AS base\n{BOTH}FROM base\n", []),
        (f"FROM a:1 AS build\n{BOTH}FROM b:1\n", ["2"]),
        ("FROM a:1\n", ["1"]),
        ("FROM a:1\nMAINTAINER a@example.com\n", ["2"]),
        ('FROM a:1\nLABEL maintainer="a@example.com"\n', ["2"]),
        ('FROM a:1\nLABEL maintainer=""\n', ["2"]),
        (
            (
                "FROM a:1\n"
                "LABEL maintainer=a@example.com \\\n"
                "      # the new one\n"
                "      org.opencontainers.image.authors=b@example.com\n"
            ),
            ["4"],
        ),
        ("FROM a:1\nARG W\nLABEL maintainer=$W org.opencontainers.image.authors=a\n", []),
        (f"FROM a:1\nLABEL maintainer=old\n{BOTH}", []),
    ],
)
def test_maintainer(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.1", tmp_path, dockerfile)) == lines


@pytest.mark.parametrize(
    ("dockerfile", "lines", "instead"),
    [
        ("FROM debian:trixie-slim\n", [], ""),
        ("FROM scratch\n", [], ""),
        ("FROM debian\n", ["1"], "FROM debian:trixie-slim"),
        ("FROM python:latest AS build\nFROM scratch\n", ["1"],
         "FROM python:3.13-slim-trixie AS build"),
        ("FROM a@sha256:" + "0" * 64 + "\n", [], ""),
        ("FROM a:latest@sha256:" + "0" * 64 + "\n", [], ""),
        ("FROM a:1 AS latest\nFROM latest\n", [], ""),
        ("ARG BASE=python:latest\nFROM ${BASE}\n", ["1"], "ARG BASE=python:3.13-slim-trixie"),
        ("ARG TAG=latest\nFROM a:$TAG\n", ["1"], "ARG TAG=<version>"),
        ("ARG BASE\nFROM $BASE\n", [], ""),
        ("ARG FROM=hub.example.com/library\nFROM ${FROM}/python:3.13-slim\n", ["2"],
         "FROM ${FROM}/python:3.13-slim-trixie"),
        ("ARG V=3.6\nFROM python:${V}-slim AS a\n", ["2"], "FROM python:3.13-slim-trixie AS a"),
        ("FROM --platform=$BUILDPLATFORM golang\n", ["1"],
         "FROM --platform=$BUILDPLATFORM golang:1.26-trixie"),
        ("FROM a:1\nCOPY --from=nginx:latest /a /b\n", ["2"],
         "COPY --from=nginx:1.30-alpine3.23-slim /a /b"),
        # A name without a tag may be a context that bake gives.
        ("FROM a:1\nCOPY --from=assets /a /b\n", [], ""),
        ("FROM a:1\nCOPY --from=team/assets /a /b\n", ["2"],
         "COPY --from=team/assets:<version> /a /b"),
        ("FROM a:1 AS b\nFROM c:1\nCOPY --from=0 /a /b\nCOPY --from=b /a /c\n", [], ""),
        (("FROM a:1\nRUN --mount=type=cache,target=/c \\\n"
         "    --mount=type=bind,from=team/tools:latest,target=/t true\n"), ["3"],
         "from=team/tools:<version>"),
        ("FROM localhost:5000/a\n", ["1"], "FROM localhost:5000/a:<version>"),
        ("FROM python:3.6-slim\n", ["1"], "FROM python:3.13-slim-trixie"),
        ("FROM python:3.13-slim\n", ["1"], "FROM python:3.13-slim-trixie"),
        ("FROM node:24-alpine\n", ["1"], "FROM node:24-alpine3.23"),
        ("FROM golang:1.18-alpine\n", ["1"], "FROM golang:1.18-alpine<release>"),
        ("FROM python:3.6-alpine\n", ["1"], "FROM python:3.13-alpine3.23"),
        ("FROM team/python:3.13-slim\n", [], ""),
        ("FROM golang:1.26-windowsservercore\n", [], ""),
    ],
)  # fmt: skip
def test_upstream(tmp_path: Path, dockerfile: str, lines: list[str], instead: str) -> None:
    found = faults("S2.2", tmp_path, dockerfile)
    assert places(found) == lines
    assert [one.instead for one in found] == ([instead] if instead else [])


def tags(*names: str) -> str:
    listed = "".join(f'    "{name}",\n' for name in names)
    return f'target "app" {{\n  tags = [\n{listed}  ]\n}}\n'


VERSION = 'FROM a:1\nENV APP_VERSION="1.4.2"\n'


@pytest.mark.parametrize(
    ("dockerfile", "bake", "lines"),
    [
        (VERSION, tags("shop:1.4.2", "shop:1.4", "shop:1"), []),
        (VERSION, tags("shop:1.4.2", "shop:1.4", "shop:1", "shop:edge"), []),
        (VERSION, tags("shop:1.4.2", "shop:1.4", "shop:1", "shop:latest"),
         ["docker-bake.hcl:6"]),
        (VERSION, tags("shop:1.4.2", "shop:1"), ["docker-bake.hcl:2"]),
        (VERSION, tags("shop:1.3.0"), ["docker-bake.hcl:3"]),
        (VERSION, tags("host:5000/shop"), ["docker-bake.hcl:3"]),
        (VERSION, tags("shop:${TAG}"), []),
        (VERSION, tags("shop:1.4.2-alpine"), []),
        (VERSION, 'target "app" { tags = ["shop:1.4.2", "shop:1.4", "shop:1"] }\n', []),
        # Two images in one file: the tags of the other say another version.
        (VERSION, tags("shop:1.4.2", "shop:1.4", "shop:1")
         + 'target "web" {\n  context = "web"\n  tags = ["web:7.0.1", "web:7.0", "web:7"]\n}\n',
         []),
        (VERSION, ('/* tags = ["shop:latest"] */\n# tags = ["x"]\nvariable "tags" {\n'
         '  default = ["shop:latest"]\n}\n'), []),
        ("FROM a:1\n", tags("shop:1.4.2", "shop:1"), ["docker-bake.hcl:2"]),
        ('FROM a:1\nENV APP_VERSION="0.3.0"\n', tags("shop:0.3.0", "shop:0.3"), []),
        ('FROM a:1\nENV APP_VERSION="0.3.0"\n', tags("shop:0.3.0", "shop:0.3", "shop:0"),
         ["docker-bake.hcl:5"]),
        ('FROM a:1\nENV APP_VERSION="2.0.0-rc.1"\n', tags("shop:2.0.0-rc.1"), []),
        ('FROM a:1\nENV APP_VERSION="2.0.0-rc.1"\n', tags("shop:2.0.0-rc.1", "shop:2"),
         ["docker-bake.hcl:4"]),
        ('FROM a:1\nENV APP_VERSION="1"\nLABEL org.opencontainers.image.version="2"\n',
         tags("shop:1"), ["3"]),
        ("FROM a:1\nARG V\nENV APP_VERSION=$V\nLABEL org.opencontainers.image.version=2\n",
         tags("shop:2"), []),
        (VERSION, 'target "app" { tags = ["unclosed\n', ["docker-bake.hcl:1"]),
    ],
)  # fmt: skip
def test_tags(tmp_path: Path, dockerfile: str, bake: str, lines: list[str]) -> None:
    found = faults("S2.3", tmp_path, dockerfile, {"docker-bake.hcl": bake})
    assert places(found) == lines


@pytest.mark.parametrize(
    ("tag", "better"),
    [
        ("node:22-alpine3.20", "node:22-alpine3.23"),
        ("python:3.13.2-alpine3.20", "python:3.13-alpine3.23"),
        # Node itself has ended.
        ("node:18-alpine3.20", "node:24-alpine3.23"),
    ],
)
def test_a_new_alpine_keeps_the_version_of_what_is_on_it(
    tmp_path: Path, tag: str, better: str
) -> None:
    found = faults("S2.2", tmp_path, f"FROM {tag}\n")
    assert [one.instead for one in found] == [f"FROM {better}"]
