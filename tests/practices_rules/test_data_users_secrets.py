"""S2.12 to S2.15: data in volumes, users by number, lean images, no secrets."""

from pathlib import Path

import pytest

from generator.findings import Severity
from tests.practices_rules.helpers import faults, places

SLIM = "FROM debian:trixie-slim\n"
OWNED = "RUN install -d -o 10001 -g 10001 /data\n"


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f'{SLIM}{OWNED}VOLUME ["/data"]\nUSER 10001:10001\n', []),
        (f"{SLIM}VOLUME /tmp /data\n", ["2"]),
        (f'{SLIM}VOLUME ["data"]\n', ["2"]),
        (f"{SLIM}ENV D=/data\nVOLUME $D\nCOPY a $D/a\n", ["4"]),
        (f"{SLIM}VOLUME $UNKNOWN\n", []),
        (f"{SLIM}VOLUME /data\nRUN cat a \\\n  && touch /data/a\n", ["4"]),
        (f"{SLIM}VOLUME /data\nRUN test -d /data\n", []),
        # Who may write.
        (f"{SLIM}RUN mkdir /data\nVOLUME /data\nUSER 10001\n", ["3"]),
        (f"{SLIM}RUN mkdir /data\nVOLUME /data\nUSER root\n", []),
        (f"{SLIM}RUN mkdir -p /data/a && chown -R app /data\nVOLUME /data/a\nUSER app\n", []),
        (f"{SLIM}RUN ./prepare.sh\nVOLUME /data\nUSER app\n", []),
        (f"{SLIM}COPY --chown=10001:10001 data /data\nVOLUME /data\nUSER app\n", []),
        (f"{SLIM}USER app\nWORKDIR /data\nVOLUME /data\n", []),
        (f"{SLIM}RUN useradd -m -d /data app\nVOLUME /data\nUSER app\n", []),
        ("FROM team/base:1\nVOLUME /data\nUSER 10001\n", []),
        ("FROM postgres:18\nVOLUME /data\nUSER 10001\n", []),
        # Data outside of any volume.
        (f"{SLIM}ENV APP_DATA_DIR=/srv/data\n", ["2"]),
        (f"{SLIM}ENV APP_DATA_DIR=/srv/data\nVOLUME /srv\n", []),
        (f"{SLIM}ENV APP_DATA_DIR=/app/data\nCOPY data /app/data\n", []),
        (f"{SLIM}ENV APP_DATA_DIR=/tmp/data\n", []),
        (f"{SLIM}ENV APP_DATA_DIR=data\n", []),
        (f"{SLIM}ENV A=b \\\n    # the database\n    DB=/srv/shop.sqlite3\n", ["4"]),
        (f"{SLIM}WORKDIR /app\nENV DATABASE_URL=sqlite:///shop.db\n", ["3"]),
        (f"{SLIM}ENV DATABASE_URL=sqlite:///:memory:\n", []),
        (f'{SLIM}CMD ["db", "--datadir", "/srv/db"]\n', ["2"]),
        (f"{SLIM}VOLUME /srv/db\nCMD db --datadir=/srv/db/a\n", []),
        (f'{SLIM}CMD ["redis-server", \\\n  "--dir", "/srv/db"]\n', ["3"]),
        (f'{SLIM}CMD ["ls", "--dir", "/srv/db"]\n', []),
        (f'{SLIM}CMD ["mysqld"]\n', ["2"]),
        ('FROM mysql:9\nCMD ["mysqld"]\n', []),
        (f"{SLIM}ONBUILD VOLUME /etc\n", []),
        ("FROM a:1 AS x\nVOLUME /etc\nFROM debian:trixie-slim\n", []),
        ("# escape=`\nFROM microsoft/nanoserver:1\nVOLUME C:\\data\n", []),
    ],
)
def test_volumes(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.12", tmp_path, dockerfile)) == lines


def test_data_that_a_start_script_names(tmp_path: Path) -> None:
    text = f'{SLIM}COPY run.sh /run.sh\nCMD ["/run.sh"]\n'
    script = {"run.sh": "#!/bin/sh\n\nexec ledgerd --data-dir /srv/ledger\n"}
    found = faults("S2.12", tmp_path, text, script)
    assert places(found) == ["run.sh:3"]
    assert found[0].instead == 'VOLUME ["/srv/ledger"]'
    assert faults("S2.12", tmp_path, f"{text}VOLUME /srv\n", script) == []


@pytest.mark.parametrize(
    ("dockerfile", "lines", "instead"),
    [
        (f"{SLIM}USER 10001:10001\n", [], ""),
        (f"{SLIM}USER 10001:0\n", [], ""),
        (SLIM, ["1"], "USER 10001:10001"),
        ("FROM nginx:1.30\n", ["1"], "USER 101:101"),
        (f"{SLIM}USER root\n", ["2"], "USER 10001:10001"),
        (f'{SLIM}USER "00"\n', ["2"], "USER 10001:10001"),
        (f"{SLIM}USER 1000:1000\nRUN a\nUSER 0:0\n", ["4"], "USER 10001:10001"),
        (f"{SLIM}RUN groupadd -g 51 a && useradd -u 50 -g a a\nUSER a\n", ["3"], "USER 50:51"),
        (f"{SLIM}RUN useradd --uid=50 a\nUSER 50\n", ["3"], "USER 50:50"),
        (f"{SLIM}ARG id=50\nRUN useradd -u $id a\nUSER a\n", ["4"], "USER 50:50"),
        ("FROM node:24-trixie-slim\nUSER node\n", ["2"], "USER 1000:1000"),
        ("FROM php:8-alpine3.23\nUSER www-data\n", ["2"], "USER 82:82"),
        (f"{SLIM}ARG UID=10001\nUSER $UID:$UID\n", [], ""),
        (f"{SLIM}ARG UID\nUSER $UID\n", [], ""),
        (f"{SLIM}ONBUILD USER root\nUSER 10001:10001\n", [], ""),
        ("FROM a:1 AS b\nUSER 5:5\nFROM b\n", [], ""),
        ("FROM a:1 AS b\nUSER root\nRUN a\nFROM scratch\nCOPY --from=b /a /a\nUSER 1:1\n", [], ""),
        ("FROM x/distroless/static:nonroot\n", [], ""),
        ("FROM x/distroless/static\n", ["1"], "USER 10001:10001"),
        ("FROM nginxinc/nginx-unprivileged:1.30\n", [], ""),
        ("FROM x/chainguard/python:3\n", [], ""),
        ("ARG BASE\nFROM $BASE\n", [], ""),
        ("FROM x/windows/servercore:1\n", [], ""),
    ],
)  # fmt: skip
def test_users(tmp_path: Path, dockerfile: str, lines: list[str], instead: str) -> None:
    found = faults("S2.13", tmp_path, dockerfile)
    assert places(found) == lines
    assert [one.instead for one in found] == [instead] * len(lines)


def test_an_unknown_base_and_a_user_of_a_build_stage_are_only_noted(tmp_path: Path) -> None:
    assert [one.severity for one in faults("S2.13", tmp_path, "FROM team/base:1\n")] == ["note"]
    text = f"FROM a:1 AS b\nUSER app\n{SLIM}COPY --from=b /a /a\nUSER 10001:10001\n"
    assert [one.severity for one in faults("S2.13", tmp_path, text)] == ["note"]


def test_a_script_that_gives_root_up_is_milder(tmp_path: Path) -> None:
    text = f'{SLIM}COPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    script = {"run.sh": '#!/bin/sh\nchown app /data\nexec gosu app "$@"\n'}
    assert [one.severity for one in faults("S2.13", tmp_path, text, script)] == ["warning"]


APT = "RUN apt-get update && apt-get install -y"


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"{SLIM}{APT} libpq5\n", []),
        (f"{SLIM}{APT} \\\n    # to build\n    gcc \\\n    libpq-dev\n", ["4"]),
        (f"{SLIM}{APT} gcc && make && apt-get purge -y gcc\n", []),
        (f"{SLIM}{APT} gcc && apt-mark auto '.*' && apt-get purge -y --auto-remove\n", []),
        (f"{SLIM}{APT} $PACKAGES\n", []),
        ("FROM alpine:3.23\nRUN apk add --virtual .b gcc && make && apk del .b\n", []),
        ("FROM alpine:3.23\nRUN apk add --virtual=.b gcc\nRUN apk del .b\n", ["2"]),
        ("FROM alpine:3.23\nRUN apk add -t .b gcc && apk del --no-network .b\n", []),
        (f"FROM debian:trixie AS build\n{APT} gcc\n{SLIM}COPY --from=build /a /a\n", []),
        (f"FROM debian:trixie AS base\n{APT} gcc\nFROM base\n", ["2"]),
        (f"{SLIM}RUN <<EOF\napt-get install -y \\\n  gcc\nEOF\n", ["4"]),
        (f'{SLIM}RUN ["apt-get", "install", "-y", "gcc"]\n', ["2"]),
        (f"{SLIM}ONBUILD {APT} gcc\n", []),
        (f'{SLIM}{APT} make\nCMD ["make"]\n', []),
        ("FROM golang:1.25-trixie\nRUN go build .\n", ["1"]),
        ("FROM golang:1.25-trixie AS b\nRUN go build .\nFROM scratch\nCOPY --from=b /a /a\n", []),
        ("FROM golang:1.25-trixie\nRUN go version\n", []),
        ("FROM rust:1-slim-trixie AS b\nRUN cargo build\nFROM b\n", ["1"]),
        ("FROM python:3.13-slim\nRUN pip install 'poetry==2.1.0'\n", ["2"]),
        ("FROM python:3.13-slim\nRUN pip install poetry && a && pip uninstall -y poetry\n", []),
        ("FROM python:3.13-slim\nRUN pip install -r requirements.txt\n", []),
        ("FROM python:3.13-slim\nRUN pip install --no-binary=:all: lxml\n", ["2"]),
        ("FROM python:3.13-slim\nRUN pip install git+https://git.example.com/a\n", ["2"]),
        ("FROM python:3.13\n", ["1"]),
        ("FROM python:3.13-alpine3.23\n", []),
        ("FROM team/python:3.13\n", []),
        ("FROM python:latest\n", []),
    ],
)  # fmt: skip
def test_build_tools(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.14", tmp_path, dockerfile)) == lines


SECRET = "RUN --mount=type=secret,id=t,required=true"


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"{SLIM}ENV A=1 \\\n    DB_PASSWORD=hunter2\n", ["3"]),
        (f"{SLIM}ARG NPM_TOKEN\n", ["2"]),
        (f"{SLIM}ENV COMPASS=1 PASSENGER_COUNT=3 MONKEY=2 AUTH_VERSION=1\n", []),
        (f"{SLIM}ENV PYTHON_VERSION=3.13 TOKENS=a\n", ["2"]),
        (f"{SLIM}ENV D=postgres://u:hunter2@db/a\n", ["2"]),
        (f"{SLIM}ENV D=postgres://u:$P@db/a\n", []),
        (f"{SLIM}ENV D=postgres://db/a@b\n", []),
        (f"{SLIM}ENV AWS=AKIA{'A' * 16}\n", ["2"]),
        (f'{SLIM}LABEL a=b \\\n      com.example.api-token="abc"\n', ["3"]),
        (f'{SLIM}LABEL com.example.token-url="x" auth="oauth" keywords="token secret"\n', []),
        (f"{SLIM}RUN curl -u me:hunter2 https://a\n", ["2"]),
        (f"{SLIM}RUN curl -u me:$P https://a && curl --user me https://a\n", []),
        (f"{SLIM}RUN a \\\n  && login --password=hunter2\n", ["3"]),
        (f"{SLIM}RUN login --password=$P --token-file=/run/secrets/t\n", []),
        (f"{SLIM}RUN login --password hunter2\n", ["2"]),
        (f"{SLIM}RUN login --password-stdin hunter2\n", []),
        (f"{SLIM}RUN git clone https://me:ghp_{'a' * 36}@git.example.com/a\n", ["2"]),
        (f"{SLIM}RUN git clone https://me:${{T}}@git.example.com/a\n", []),
        # Secret mounts.
        (f"{SLIM}{SECRET} pip install a\n", []),
        (f"{SLIM}RUN --mount=type=cache,target=/c \\\n    --mount=type=secret,id=t \\\n    a\n",
         ["3"]),
        (f"{SLIM}RUN --mount=type=secret,id=t if [ -f /run/secrets/t ]; then a; fi\n", []),
        (f"{SLIM}{SECRET} cat /run/secrets/t > /app/t\n", ["2"]),
        (f"{SLIM}{SECRET} cat /run/secrets/t | login\n", []),
        (f"{SLIM}{SECRET} T=$(cat /run/secrets/t) a\n", []),
        (f"{SLIM}{SECRET} cp /run/secrets/t /app/t && a && rm /app/t\n", []),
        (f"{SLIM}{SECRET} cp /run/secrets/t /app/t && rm -rf /var/lib/apt/lists/*\n", ["2"]),
        (f"FROM a:1 AS b\n{SECRET} cp /run/secrets/t /t\n{SLIM}COPY --from=b /a /a\n", []),
        # Key files by name.
        (f"{SLIM}COPY .env id_rsa.pub ca.pem /a/\n", ["2"]),
        (f"{SLIM}COPY .env.example docker.gpg.key test.key jenkins.io-2026.key /a/\n", []),
        (f"{SLIM}COPY --from=x:1 /root/.ssh/id_rsa /a\n", []),
        (f"{SLIM}COPY server.key /a/\n", ["2"]),
        (f"{SLIM}COPY .ssh/config .ssh/known_hosts /a/\n", []),
        (f"{SLIM}COPY \\\n  a.txt \\\n  id_ed25519 \\\n  /a/\n", ["4"]),
        ("FROM a:1 AS unused\nENV TOKEN=abc\nFROM debian:trixie-slim\n", []),
    ],
)  # fmt: skip
def test_secrets(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.15", tmp_path, dockerfile)) == lines


@pytest.mark.parametrize(
    ("name", "text", "is_found"),
    [
        ("a/tls.key", "-----BEGIN PRIVATE KEY-----\n", True),
        ("a/tls.pem", "-----BEGIN CERTIFICATE-----\n", False),
        ("a/.env", "DB_PASSWORD=hunter2\n", True),
        ("a/.env", "# PASSWORD=x\nMODE=prod\nTOKEN=\n", False),
        ("a/.git/id_rsa", "x", False),
    ],
)
def test_key_files_in_copied_folders(
    tmp_path: Path,
    name: str,
    text: str,
    is_found: bool,  # noqa: FBT001 - of a table
) -> None:
    found = faults("S2.15", tmp_path, f"{SLIM}COPY . /app\n", {name: text})
    assert [name in one.what for one in found] == [True] * is_found
    ignored = {name: text, ".dockerignore": "a\n"}
    assert faults("S2.15", tmp_path, f"{SLIM}COPY . /app\n", ignored) == []


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("ENV APP_PASSWORD_FILE=/run/secrets/p", "note"),
        ("ENV TOKENIZERS_PARALLELISM=false", "note"),
        ("ENV GPG_KEY=" + "A0" * 20, "note"),
        ("ENV APP_USERNAME=shop", "note"),
        ("ENV LICENSE_KEY=Gx6tQ", "warning"),
        ("ENV APP_SECRET=Gx6tQ", None),
        ("ENV APP_SECRET=$S", None),
    ],
)
def test_how_bad_a_secret_name_is(tmp_path: Path, line: str, severity: str | None) -> None:
    assert [one.severity for one in faults("S2.15", tmp_path, f"{SLIM}{line}\n")] == [severity]


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ('LABEL x.api_key="abcdef0123456789"', ["2"]),
        ("COPY .docker/config.json /root/.docker/config.json", ["2"]),
        ("COPY gcp-credentials.json /app/", ["2"]),
        ("COPY kubeconfig /app/", ["2"]),
        ("COPY <<EOF /k\n\n-----BEGIN RSA PRIVATE KEY-----\nEOF", ["4"]),
        ("COPY <<EOF /k\n-----BEGIN PUBLIC KEY-----\nEOF", []),
    ],
)
def test_other_places_of_secrets(tmp_path: Path, lines: str, place: list[str]) -> None:
    assert places(faults("S2.15", tmp_path, f"FROM a:1\n{lines}\n")) == place


@pytest.mark.parametrize("name", ["PASSWORD_MIN_LENGTH", "TOKEN_EXPIRY"])
def test_what_only_tells_about_a_secret_is_no_error(tmp_path: Path, name: str) -> None:
    found = faults("S2.15", tmp_path, f'FROM a:1\nENV {name}="12"\n')
    assert {one.severity for one in found} <= {Severity.NOTE}
