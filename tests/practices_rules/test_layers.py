"""S2.6 and S2.7: what layers keep, and in which order they are made."""

from pathlib import Path

import pytest

from tests.practices_rules.helpers import faults, places

GET = "apt-get update && apt-get install -y x"
CLEAN = "rm -rf /var/lib/apt/lists/*"


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"FROM a:1\nRUN {GET} && {CLEAN}\n", []),
        (f"FROM a:1\nRUN {GET} \\\n    && apt-get dist-clean\n", []),
        (f"FROM a:1\nRUN {GET} && apt-get clean\n", ["2"]),
        (f"FROM a:1\nRUN {GET}\nRUN {CLEAN}\n", ["2", "3"]),
        (f"FROM a:1\nRUN set -e; \\\n    # lists\n    {GET}\n", ["4"]),
        (f"FROM a:1\nRUN <<EOF\n{GET}\n{CLEAN}\nEOF\n", []),
        (f"FROM a:1\nRUN <<EOF\nset -e\n{GET}\nEOF\n", ["4"]),
        (f"FROM a:1\nRUN --mount=type=cache,target=/var/lib/apt {GET}\n", []),
        (f"FROM a:1\nRUN {GET} && rm -rf /var/{{lib/apt/lists,cache/apt}}/*\n", []),
        ("FROM a:1\nRUN apt update && apt install -y x\n", ["2"]),
        # What a build stage leaves, nobody pulls.
        (f"FROM a:1 AS build\nRUN {GET}\nFROM b:1\n", []),
        (f"FROM a:1 AS base\nRUN {GET}\nFROM base\n", ["2"]),
        (f"FROM a:1\nONBUILD RUN {GET}\n", []),
        ("FROM a:1\nRUN apt-get install -y x\n", []),
        # Upgrades.
        (f"FROM a:1\nRUN apt-get update && apt-get upgrade -y && {CLEAN}\n", ["2"]),
        ("FROM a:1\nRUN apk upgrade --no-cache\n", ["2"]),
        ("FROM a:1\nRUN dnf upgrade -y openssl && dnf clean all\n", []),
        ("FROM a:1\nRUN pip install --no-cache-dir --upgrade pip\n", []),
        ("FROM a:1\nRUN yum -y update && yum clean all\n", ["2"]),
        # Archives.
        ("FROM a:1\nRUN curl -fsSLO https://x.example.com/a.tar.gz && tar xzf a.tar.gz\n", ["2"]),
        (("FROM a:1\nRUN curl -fsSLO https://x.example.com/a.tar.gz && tar xzf a.tar.gz "
         "&& rm a.tar.gz\n"), []),
        ("FROM a:1\nRUN curl -fsSL https://x.example.com/a.tar.gz | tar xz\n", []),
        ("FROM a:1\nRUN wget -qO- https://x.example.com/a.tar.gz | tar xz\n", []),
        (("FROM a:1\nRUN wget -O /tmp/a.deb https://x.example.com/a \\\n"
         "    && dpkg -i /tmp/a.deb\n"), ["2"]),
        ("FROM a:1\nRUN curl -o /opt/app.jar https://x.example.com/app.jar\n", []),
        ("FROM a:1\nRUN curl -fo a.zip https://x.example.com/a.zip && unzip a.zip && rm -f *.zip\n",
         []),
        # Removed a layer late.
        ("FROM a:1\nRUN wget -O /tmp/a.tgz https://x.example.com/a\nRUN rm /tmp/a.tgz\n", ["3"]),
        ("FROM a:1\nRUN git clone https://x.example.com/r /src\nRUN make && rm -rf /src\n", ["3"]),
        ("FROM a:1\nRUN git clone https://x.example.com/r /src && rm -rf /src\n", []),
        ("FROM a:1\nRUN apk add gcc\nRUN rm -rf /var/cache/apk/*\n", ["3"]),
        ("FROM a:1\nRUN apk add --no-cache gcc\nRUN rm -rf /var/cache/apk/*\n", []),
        ("FROM a:1\nRUN rm -rf /usr/share/doc /tmp/*\n", []),
        ("FROM a:1\nRUN rm -rf $DIR/x\n", []),
        ("FROM a:1\nWORKDIR /w\nCOPY a.tgz ./\nRUN tar xf a.tgz && rm a.tgz\n", ["4"]),
        ("FROM a:1\nCOPY --from=b:1 /a.tgz /\nRUN rm /b.tgz\n", []),
        (
            "FROM a:1\nCOPY --from=b:1 /w /w\nRUN pip install --no-cache-dir /w/* && rm -r /w\n",
            ["3"],
        ),
        ("FROM a:1\nCOPY here/ /srv/\nRUN rm /srv/one.txt /srv/other.txt\n", ["3"]),
        ("FROM a:1\nWORKDIR /w\nCOPY . .\nRUN build && rm -rf /w/cache\n", []),
    ],
)  # fmt: skip
def test_temporary_files(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    files = {"here/one.txt": "", "a.tgz": ""}
    assert places(faults("S2.6", tmp_path, dockerfile, files)) == lines


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ("FROM python:3.13\nCOPY . .\nRUN pip install -r requirements.txt\n", ["2"]),
        ("FROM python:3.13\nCOPY r.txt .\nRUN pip install -r r.txt\nCOPY . .\n", []),
        (("FROM python:3.13\nCOPY r.txt .\nRUN pip install -r r.txt\nCOPY . .\n"
         "RUN pip install --no-deps -r r.txt\n"), []),
        # The source is what is installed.
        ("FROM python:3.13\nCOPY . .\nRUN pip install .\n", []),
        ("FROM python:3.13\nCOPY . .\nRUN pip install -e .\n", []),
        ("FROM node:24\nCOPY src src\nRUN npm ci && npm run build\n", ["2"]),
        ("FROM node:24\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\nRUN npm run build\n", []),
        ("FROM node:24\nCOPY package.json prisma ./\nRUN npm ci\n", []),
        ("FROM node:24 AS build\nCOPY . .\nRUN npm ci\nFROM a:1\nCOPY --from=build /d /d\n", ["2"]),
        ("FROM node:24 AS unused\nCOPY . .\nRUN npm ci\nFROM a:1\n", []),
        ("FROM a:1\nCOPY --from=b:1 . .\nRUN npm ci\n", []),
        ("FROM golang:1.26\nCOPY . .\nRUN go mod download\n", ["2"]),
        ("FROM golang:1.26\nCOPY . .\nRUN go build ./...\n", []),
        ("FROM golang:1.26\nCOPY . .\nRUN go install ./cmd/x\n", []),
        ("FROM debian:13\nCOPY . .\nRUN apt-get update && apt-get install -y gcc\n", ["2"]),
        ("FROM debian:13\nCOPY . .\nRUN apt-get install -y ./x.deb\n", []),
        (("FROM a:1\nCOPY pyproject.toml uv.lock ./\nRUN uv sync --no-install-project\n"
         "COPY . .\nRUN uv sync\n"), []),
        ("FROM a:1\nCOPY . .\nRUN uv sync\n", ["2"]),
        ("FROM a:1\nONBUILD COPY . .\nONBUILD RUN npm ci\n", []),
        # Arguments.
        ("FROM a:1\nARG GIT_SHA\nRUN npm ci\n", ["2"]),
        ("FROM a:1\nRUN npm ci\nARG GIT_SHA\nLABEL x=$GIT_SHA\n", []),
        ("FROM a:1\nARG APP_ENV=prod\nRUN npm ci\n", []),
        ("FROM a:1\nARG GIT_SHA\nRUN npm ci && echo $GIT_SHA >/version\n", []),
        # Package managers.
        ("FROM fedora:43\nRUN set -x \\\n    && apt-get install -y x\n", ["3"]),
        ("FROM alpine:3.23\nRUN dnf install -y x\n", ["2"]),
        # S2.17 tells this one.
        ("FROM alpine:3.23\nRUN apt-get install -y x\n", []),
        ("FROM team/python:3.13\nRUN apk add --no-cache x\n", []),
        ("FROM ubuntu:24.04\nRUN if apk; then apk add x; else apt-get install -y x; fi\n", []),
        ("FROM fedora:43\nRUN yum install -y x\n", []),
        ("ARG B\nFROM $B\nRUN apk add --no-cache x\n", []),
    ],
)  # fmt: skip
def test_order(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.7", tmp_path, dockerfile)) == lines


def test_the_command_for_the_right_package_manager(tmp_path: Path) -> None:
    found = faults("S2.7", tmp_path, "FROM alpine:3.23\nRUN yum install -y b a\n")
    assert [one.instead for one in found] == ["apk add --no-cache b a"]
