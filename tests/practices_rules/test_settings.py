"""S2.8 to S2.10: ports, variables and default passwords."""

from pathlib import Path

import pytest

from tests.practices_rules.helpers import faults, places

RUN_SH = "FROM a:1\nCOPY run.sh /run.sh\n"


@pytest.mark.parametrize(
    ("dockerfile", "files", "lines"),
    [
        ('FROM a:1\nEXPOSE 8000\nCMD ["uvicorn", "a:b", "--port", "8000"]\n', {}, []),
        ('FROM a:1\nCMD ["uvicorn", "a:b", "--port", "8000"]\n', {}, ["2"]),
        ('FROM a:1\nCMD ["uvicorn", "a:b", \\\n  "--port", \\\n  "8000"]\n', {}, ["4"]),
        ('FROM a:1\nEXPOSE 80\nCMD ["gunicorn", "--bind=0.0.0.0:8000", "a:b"]\n', {}, ["2"]),
        ('FROM a:1\nEXPOSE 80\nCMD ["gunicorn", "--bind", "127.0.0.1:8000", "a:b"]\n', {}, []),
        ('FROM a:1\nEXPOSE 80\nCMD ["gunicorn", "--bind", "unix:/x", "a:b"]\n', {}, []),
        ('FROM a:1\nCMD ["app", "--host", "127.0.0.1", "--port", "8000"]\n', {}, []),
        ('FROM a:1\nEXPOSE $PORT\nCMD ["app", "--port", "8000"]\n', {}, []),
        ('FROM a:1\nEXPOSE 8000-8010\nCMD ["app", "--port", "8005"]\n', {}, []),
        ("FROM a:1\nEXPOSE 9000\nCMD app --port $PORT\n", {}, []),
        ("FROM a:1\nCMD python manage.py runserver 0.0.0.0:8000\n", {}, ["2"]),
        ('FROM a:1\nCMD ["python", "-m", "http.server", "8000"]\n', {}, ["2"]),
        ('FROM a:1\nCMD ["psql", "--port", "5432"]\n', {}, []),
        ('FROM a:1\nCMD ["app", "-p", "3"]\n', {}, []),
        ("FROM a:1\nEXPOSE 8080/TCP\n", {}, ["2"]),
        ("FROM a:1\nEXPOSE 8080 \\\n    127.0.0.1:80:9090\n", {}, ["3"]),
        ("FROM a:1\nEXPOSE 0\n", {}, ["2"]),
        ("FROM a:1\nEXPOSE 70000\n", {}, ["2"]),
        ("FROM a:1\nEXPOSE 80\n", {}, []),
        ("FROM a:1\nEXPOSE 80\nUSER 10001:10001\n", {}, ["2"]),
        ("FROM a:1\nEXPOSE 80\nUSER root\n", {}, []),
        ("FROM a:1 AS x\nEXPOSE 0\nFROM b:1\n", {}, []),
        ("FROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\n",
         {"nginx.conf": "events {}\nhttp { server { listen 80; } }\n"}, []),
        ('FROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\nCMD ["nginx"]\n',
         {"nginx.conf": "events {}\nhttp { server { listen [::]:8080; } }\n"}, ["3"]),
        ("FROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\nEXPOSE 80\n",
         {"nginx.conf": "events {}\nhttp { server { listen 8080 default_server; } }\n"}, ["3"]),
        ('FROM a:1\nCOPY gunicorn.conf.py .\nEXPOSE 80\nCMD ["gunicorn", "a:b"]\n',
         {"gunicorn.conf.py": 'bind = "0.0.0.0:8000"\n'}, ["3"]),
        ('FROM a:1\nCOPY gunicorn.conf.py .\nEXPOSE 80\nCMD ["gunicorn", "a:b"]\n',
         {"gunicorn.conf.py": "bind = f':{port}'\n"}, []),
    ],
)  # fmt: skip
def test_expose(tmp_path: Path, dockerfile: str, files: dict[str, str], lines: list[str]) -> None:
    assert places(faults("S2.8", tmp_path, dockerfile, files)) == lines


V = 'ENV APP_VERSION="1"\n'


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"FROM a:1\n{V}", []),
        ("FROM a:1\nLABEL org.opencontainers.image.version=1\n", []),
        ("FROM a:1\n", ["1"]),
        (f"FROM a:1 AS b\n{V}FROM c:1\n", ["3"]),
        (f"FROM a:1\n{V}ENV HOME /srv\n", ["3"]),
        (f'FROM a:1\n{V}ENV A="b = c"\n', []),
        (f"FROM a:1\n{V}ENV \\\n    A=1\n", []),
        (f"FROM a:1\n{V}LABEL a b=c\n", ["3"]),
        (f"FROM a:1\n{V}ENV DEBIAN_FRONTEND=noninteractive\n", ["3"]),
        (f"FROM a:1\n{V}ENV A=1 \\\n    DEBIAN_FRONTEND=noninteractive\n", ["4"]),
        (f"FROM a:1 AS b\nENV DEBIAN_FRONTEND=noninteractive\nFROM c:1\n{V}", []),
        (f"FROM a:1\n{V}ARG DEBIAN_FRONTEND=noninteractive\n", []),
        (f"FROM a:1\n{V}RUN DEBIAN_FRONTEND=noninteractive apt-get install -y x\n", []),
        (f"FROM a:1\n{V}ENV DEBIAN_FRONTEND=noninteractive\nENV DEBIAN_FRONTEND=\n", []),
        (f"FROM a:1\n{V}ENV PIP_NO_CACHE_DIR=1\n", ["3"]),
        (f"FROM a:1\n{V}ENV a-b=1\n", ["3"]),
    ],
)
def test_environment(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.9", tmp_path, dockerfile)) == lines


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ("FROM a:1\nENV A=1 \\\n    DB_PASSWORD=secret\n", ["3"]),
        ("FROM a:1\nARG ROOT_PASSWORD=changeme\n", ["2"]),
        ("FROM a:1\nENV PGPASSWORD=postgres BYPASS=1\n", ["2"]),
        ("FROM a:1\nARG ROOT_PASSWORD\n", []),
        ("FROM a:1\nENV DB_PASSWORD=\n", []),
        ("FROM a:1\nENV DB_PASSWORD=$OTHER\n", []),
        ("FROM a:1\nENV DB_PASSWORD_FILE=/run/secrets/db\n", []),
        ("FROM a:1\nENV PASSWORD_MIN_LENGTH=8 PWD=/x\n", []),
        ("FROM a:1\nENV REQUIRE_PASSWORD=true\n", []),
        ("FROM a:1\nENV MYSQL_ALLOW_EMPTY_PASSWORD=yes\n", ["2"]),
        ("FROM a:1\nENV POSTGRES_HOST_AUTH_METHOD=trust\n", ["2"]),
        ("FROM a:1 AS b\nENV DB_PASSWORD=secret\nFROM c:1\n", []),
        ("FROM a:1\nRUN useradd app \\\n    && echo app:app | chpasswd\n", ["3"]),
        ("FROM a:1\nRUN echo pw | passwd --stdin app\n", ["2"]),
        ("FROM a:1\nRUN passwd -d root\n", ["2"]),
        ("FROM a:1\nRUN passwd -l root\n", []),
        ("FROM a:1\nRUN useradd -p x app\n", ["2"]),
        ("FROM a:1\nRUN useradd --password '*' app && usermod -p ! x\n", []),
        ("FROM a:1\nRUN useradd -u 10001 -m app && mkdir -p /x\n", []),
        ("FROM a:1\nRUN htpasswd -bc /x admin admin\n", ["2"]),
        # A build may need some value to go on.
        ("FROM a:1\nRUN DB_PASSWORD=none python manage.py collectstatic\n", []),
        ('FROM a:1\nCMD app --password "${APP_PASSWORD:-admin}"\n', ["2"]),
        ('FROM a:1\nCMD ["sh", "-c", "exec app ${APP_PASSWORD:=admin}"]\n', ["2"]),
        ('FROM a:1\nCMD app --password "${APP_PASSWORD:-}"\n', []),
        ("FROM a:1\nCMD app --password ${APP_PASSWORD:?missing}\n", []),
    ],
)
def test_default_passwords(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.10", tmp_path, dockerfile)) == lines


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ('export DB_PASSWORD="${DB_PASSWORD:-secret}"',
         'export DB_PASSWORD="${DB_PASSWORD:?is not set}"'),
        (': "${DB_PASSWORD:=secret}"', ': "${DB_PASSWORD:?is not set}"'),
        ("DB_PASSWORD=secret", ': "${DB_PASSWORD:?is not set}"'),
        ("export DB_PASSWORD='secret'", ': "${DB_PASSWORD:?is not set}"'),
        ('DB_PASSWORD="$(cat /run/secrets/db)"', ""),
        (': "${DB_PASSWORD:?is not set}"', ""),
        (': "${DB_PASSWORD:-$OTHER}"', ""),
        (': "${DB_PASSWORD_FILE:=/run/secrets/db}"', ""),
        ('DB_PASSWORD=""', ""),
        ("# DB_PASSWORD=secret", ""),
        (': "${DB_PASSWORD:=secret}"; echo "WARNING: default DB_PASSWORD in use: set it"', ""),
    ],
)  # fmt: skip
def test_default_passwords_of_a_script(tmp_path: Path, line: str, instead: str) -> None:
    text = f'#!/bin/sh\n{line}\nexec "$@"\n'
    found = faults("S2.10", tmp_path, f'{RUN_SH}ENTRYPOINT ["/run.sh"]\n', {"run.sh": text})
    assert places(found) == (["run.sh:2"] if instead else [])
    assert [one.instead for one in found] == ([instead] if instead else [])
