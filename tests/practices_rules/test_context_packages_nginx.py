"""S2.16 to S3: memory for heartbeats, Alpine, the context, packages, one concern, lists, nginx."""

from pathlib import Path

import pytest

from tests.practices_rules.helpers import faults, places

SLIM = "FROM debian:trixie-slim\n"
PYTHON = "FROM python:3.13-slim-trixie\n"


@pytest.mark.parametrize(
    ("dockerfile", "files", "lines"),
    [
        ('CMD ["gunicorn", "a:b"]', {}, ["2"]),
        ('CMD ["gunicorn", \\\n  "--worker-tmp-dir", "/dev/shm", "a:b"]', {}, []),
        ('CMD ["gunicorn", "a:b", \\\n  "--worker-tmp-dir=/tmp"]', {}, ["3"]),
        ("CMD exec gunicorn a:b", {}, ["2"]),
        ('CMD ["python", "-m", "gunicorn", "a:b"]', {}, ["2"]),
        ('ENTRYPOINT ["/usr/bin/tini", "--", "gunicorn"]\nCMD ["a:b"]', {}, ["2"]),
        ('ENTRYPOINT ["gunicorn"]\nCMD ["--worker-tmp-dir", "/dev/shm", "a:b"]', {}, []),
        ('ENV GUNICORN_CMD_ARGS="-w 2 --worker-tmp-dir=/dev/shm"\nCMD ["gunicorn", "a"]', {}, []),
        ('CMD ["uvicorn", "a:b"]', {}, []),
        ('CMD ["gunicorn", "-c", "python:shop.settings", "a:b"]', {}, []),
        ('CMD ["gunicorn", "-c", "/etc/elsewhere.py", "a:b"]', {}, []),
        ('COPY g.py g.py\nCMD ["gunicorn", "-c", "g.py", "a"]',
         {"g.py": "bind = ''\n"}, ["g.py:1"]),
        ('COPY g.py g.py\nCMD ["gunicorn", "--config=g.py", "a"]',
         {"g.py": "\nworker_tmp_dir = '/var/tmp'\n"}, ["g.py:2"]),
        ('COPY . .\nCMD ["gunicorn", "a"]',
         {"gunicorn.conf.py": "import os\nworker_tmp_dir = os.environ['SHM']\n"}, []),
        ('COPY . .\nCMD ["gunicorn", "a"]', {"gunicorn.conf.py": "from base import *\n"}, []),
        ('COPY --from=build /app /app\nCMD ["gunicorn", "a"]',
         {"gunicorn.conf.py": "worker_tmp_dir = '/dev/shm'\n"}, []),
        ('COPY run.sh /run.sh\nCMD ["/run.sh"]',
         {"run.sh": "#!/bin/sh\nmigrate\nexec gunicorn a:b\n"}, ["run.sh:3"]),
        ('COPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\nCMD ["--worker-tmp-dir", "/dev/shm"]',
         {"run.sh": '#!/bin/sh\nexec gunicorn a:b "$@"\n'}, []),
    ],
)  # fmt: skip
def test_heartbeat(
    tmp_path: Path, dockerfile: str, files: dict[str, str], lines: list[str]
) -> None:
    assert places(faults("S2.16", tmp_path, f"{PYTHON}{dockerfile}\n", files)) == lines


def test_the_option_goes_behind_gunicorn(tmp_path: Path) -> None:
    wrong = 'CMD ["gunicorn", "--worker-tmp-dir", "/tmp", "a:b"]'
    right = 'CMD ["gunicorn", "--worker-tmp-dir", "/dev/shm", "a:b"]'
    for line in (wrong, 'CMD ["gunicorn", "a:b"]', "CMD exec gunicorn a:b"):
        assert [one.instead for one in faults("S2.16", tmp_path, f"{PYTHON}{line}\n")] == [right]


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ("FROM alpine:3.23\nRUN a \\\n  && apt-get install -y b\n", ["3"]),
        ("FROM alpine:3.23\nRUN if a; then apt-get install -y b; fi\n", []),
        ("FROM alpine:3.23\nRUN command -v apt-get && apt-get install -y b\n", []),
        (f"{SLIM}RUN apk add b\n", ["2"]),
        ("FROM team/base:1\nRUN apk add b\n", []),
        ("FROM alpine:3.23 AS unused\nRUN apt-get update\nFROM debian:trixie-slim\n", []),
        ("FROM alpine:3\n", ["1"]),
        ("FROM alpine:edge\n", ["1"]),
        ("FROM alpine:3.23.1\n", []),
        ("FROM alpine\n", []),
        ("FROM alpine:3@sha256:" + "0" * 64 + "\n", []),
        ("FROM nginx:1.30-alpine-slim AS web\n", ["1"]),
        ("FROM nginx:1.30-alpine3.23-slim\n", []),
        (f"{PYTHON[:-1]} AS b\nFROM python:3.13-alpine3.23\nCOPY --from=b /opt/venv /v\n", ["3"]),
        (f"{PYTHON[:-1]} AS b\nFROM python:3.13-alpine3.23\nCOPY --from=b /app /app\n", []),
        (f"{PYTHON[:-1]} AS b\n{PYTHON}COPY --from=b /opt/venv /opt/venv\n", []),
    ],
)
def test_alpine(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.17", tmp_path, dockerfile)) == lines


def test_the_install_is_told_in_the_words_of_the_manager_that_is_there(tmp_path: Path) -> None:
    found = faults("S2.17", tmp_path, "FROM alpine:3.23\nRUN apt-get install -y c b\n")
    assert [one.instead for one in found] == ["RUN apk add --no-cache b c"]
    found = faults("S2.17", tmp_path, "FROM --platform=a nginx:1.28-alpine AS web\n")
    assert [one.instead for one in found] == [""]  # no such tag for certain
    found = faults("S2.17", tmp_path, "FROM --platform=a nginx:1.30-alpine AS web\n")
    assert [one.instead for one in found] == ["FROM --platform=a nginx:1.30-alpine3.23 AS web"]


ALL = "**/.env\n**/.git\n**/*.key\n**/*.pem\n**/id_rsa*\n"


@pytest.mark.parametrize(
    ("copy", "files", "lines"),
    [
        ("COPY . .", {}, ["2"]),
        ("COPY ./ /app/", {".dockerignore": ALL}, []),
        ("COPY * /app/", {".dockerignore": "**/.env\n"}, [".dockerignore:1"]),
        ("COPY . .", {".dockerignore": "*\n!a\n"}, []),
        ("COPY . .", {".dockerignore": "*\n!a\n", "a/b": ""}, [".dockerignore:2"]),
        ("COPY . .", {".dockerignore": f"*\n!a\n{ALL}", "a/b": ""}, []),
        ("COPY . .", {".dockerignore": f"{ALL}!.env\n"}, [".dockerignore:6"]),
        ("COPY . .", {".dockerignore": ALL, "package.json": "{}"}, [".dockerignore:5"]),
        ("COPY . .", {".dockerignore": ALL.replace("**/.env", ".env")}, [".dockerignore:5"]),
        ("COPY a.txt .", {}, []),
        ("COPY src /app", {"src/a": ""}, ["2"]),
        ("COPY src /app", {"src/a": "", ".dockerignore": "*\n!src\n"}, [".dockerignore:2"]),
        ("COPY src /app", {"src/a": "", ".dockerignore": f"*\n!src\n{ALL}"}, []),
        ("COPY a.txt b.txt /app/", {".dockerignore": "*\n!b.txt\n"}, ["2"]),
        ("COPY src /app", {".dockerignore": "*\n!src/app\n"}, []),
        ("COPY src /app", {".dockerignore": "*\n!**/*.py\n"}, []),
        ("COPY --from=x:1 . /a", {}, []),
        ("COPY --exclude=.env . /a", {}, []),
        ("ADD https://a.example.com/b /a", {}, []),
        ("COPY <<EOF /a\nb\nEOF", {}, []),
    ],
)
def test_ignore_file(tmp_path: Path, copy: str, files: dict[str, str], lines: list[str]) -> None:
    assert places(faults("S2.18", tmp_path, f"{SLIM}{copy}\n", files)) == lines


def test_a_dockerfile_s_own_ignore_file_counts(tmp_path: Path) -> None:
    files = {".dockerignore": ALL, "Dockerfile.dockerignore": ".git\n"}
    found = faults("S2.18", tmp_path, f"{SLIM}COPY . .\n", files)
    assert places(found) == ["Dockerfile.dockerignore:1"]
    assert found[0].instead == "**/*.key\n**/*.pem\n**/.env\n**/id_rsa*"


APT = "RUN apt-get update && apt-get install -y --no-install-recommends"


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"{SLIM}{APT} libpq5\n", []),
        (f"{SLIM}{APT} \\\n    libpq5 \\\n    vim\n", ["4"]),
        (f'{SLIM}{APT} git\nCMD ["git", "daemon"]\n', []),
        (f"{SLIM}{APT} iproute2\nHEALTHCHECK CMD ip link\n", []),
        (f"{SLIM}{APT} git && git clone a && apt-get purge -y git\n", []),
        (f"FROM debian:trixie AS b\n{APT} git\n{SLIM}COPY --from=b /a /a\n", []),
        (f"{SLIM}{APT} \\\n  curl \\\n  wget\n", ["4"]),
        (f"{SLIM}{APT} curl wget\nHEALTHCHECK CMD wget -q localhost\n", ["2"]),
        (f"{SLIM}{APT} curl && curl -O a\n", ["2"]),
        (f"{SLIM}{APT} curl\n", []),
        (f"{SLIM}{APT} curl && curl -O a\nHEALTHCHECK CMD curl -f localhost\n", []),
        (f"{SLIM}RUN apt-get update && apt-get install -y libpq5\n", ["2"]),
        (f"{SLIM}RUN apt-get -y install libpq5 --no-install-recommends\n", []),
        (f"{SLIM}RUN echo 'APT::Install-Recommends 0;' >/a\nRUN apt-get install -y libpq5\n", []),
        ("FROM alpine:3.23\nRUN apk add --no-cache nano=8\n", ["2"]),
    ],
)  # fmt: skip
def test_needed_packages(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.19", tmp_path, dockerfile)) == lines


def test_the_packages_that_are_left_are_told(tmp_path: Path) -> None:
    found = faults("S2.19", tmp_path, "FROM alpine:3.23\nRUN apk add --no-cache vim libpq\n")
    assert [one.instead for one in found] == ["apk add --no-cache libpq"]


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        (f"{PYTHON}{APT} nginx\n", ["2"]),
        (f'{SLIM}{APT} nginx\nCMD ["nginx"]\n', []),
        (f"{SLIM}{APT} nginx\n", []),
        (f'{SLIM}{APT} \\\n  nginx \\\n  php8.4-fpm\nCMD ["/start.sh"]\n', ["3"]),
        (f'{SLIM}{APT} nginx\nCMD ["gunicorn", "a:b"]\n', ["2"]),
        (f"{PYTHON}{APT} postgresql-client redis-tools\n", []),
        (f"{PYTHON}{APT} postgresql-17\n", ["2"]),
        (f'{PYTHON}{APT} redis-server\nCMD ["redis-server"]\n', []),
        (f"{PYTHON[:-1]} AS test\n{APT} redis-server\n{PYTHON}COPY --from=test /a /a\n", []),
        ("FROM nginx:1.30-alpine3.23\nRUN apk add php84-fpm\n", ["2"]),
        ("FROM nginx:1.30\nRUN pip install 'uvicorn[standard]==0.30'\n", ["2"]),
        ("FROM php:8-apache\n", []),
    ],
)
def test_one_concern(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.20", tmp_path, dockerfile)) == lines


@pytest.mark.parametrize(
    ("run", "lines"),
    [
        (f"{APT} b a", []),
        (f"{APT} \\\n  a \\\n  b=1", []),
        (f"{APT} \\\n  b \\\n  c \\\n  a", ["5"]),
        (f"{APT} \\\n  # first these\n  b \\\n  # then those\n  a", []),
        (f"{APT} \\\n  # sorted\n  b \\\n  a", ["5"]),
        (f"{APT} \\\n  a \\\n  b \\\n  a", ["5"]),
        (f"{APT} a b a", ["2"]),
        (f"{APT} \\\n  libssl3 \\\n  $MORE \\\n  a", ["5"]),
        (f"{APT} \\\n  ./z.deb \\\n  a", []),
        ("RUN pip install \\\n  -r z.txt \\\n  celery \\\n  Django", []),
        ("RUN pip install \\\n  'b[x]==1' \\\n  a", ["4"]),
        ("RUN apk add --virtual .z \\\n  a \\\n  b", []),
        (f"{APT} \\\n  gconf2 \\\n  gconf-service", []),
        ("RUN a \\\n  z \\\n  b", []),
    ],
)
def test_sorted_lists(tmp_path: Path, run: str, lines: list[str]) -> None:
    assert places(faults("S2.21", tmp_path, f"{SLIM}{run}\n")) == lines


def test_the_sorted_list_is_told(tmp_path: Path) -> None:
    found = faults("S2.21", tmp_path, f"{SLIM}{APT} \\\n    c \\\n    a=1 \\\n    b \\\n    && d\n")
    assert [one.instead for one in found] == ["    a=1 \\\n    b \\\n    c \\"]
    found = faults("S2.21", tmp_path, f"{SLIM}{APT} \\\n    b \\\n    a\n")
    assert [one.instead for one in found] == ["    a \\\n    b"]


NGINX = "FROM nginx:1.30\n"
CONF = f"{NGINX}COPY nginx.conf /etc/nginx/nginx.conf\n"
AUTOTUNE = "ENV NGINX_ENTRYPOINT_WORKER_PROCESSES_AUTOTUNE=1\n"


@pytest.mark.parametrize(
    ("dockerfile", "conf", "lines"),
    [
        (CONF, "worker_processes 2;\nevents {}\n", []),
        (CONF, "pid /a;\nworker_processes auto;\nevents {}\n", ["nginx.conf:2"]),
        (CONF, "worker_processes 0;\nevents {}\n", ["nginx.conf:1"]),
        (CONF, "worker_processes -1;\nevents {}\n", ["nginx.conf:1"]),
        (CONF, "worker_processes ${WORKERS};\nevents {}\n", []),
        (CONF, "events {}\n", ["nginx.conf:1"]),
        (CONF, "include /etc/nginx/workers.conf;\nevents {}\n", []),
        (CONF, "worker_processes 2;\nevents {}\nworker_processes 2;\n", ["nginx.conf:3"]),
        (f'{CONF}CMD ["nginx", "-g", "worker_processes 2;"]\n', "events {}\n", []),
        (f'{CONF}CMD ["nginx", "-g", "worker_processes auto;"]\n', "events {}\n", ["3"]),
        (f'{CONF}CMD ["nginx", "-g", "worker_processes 2;"]\n',
         "worker_processes 2;\nevents {}\n", ["nginx.conf:1"]),
        (f'{CONF}CMD ["nginx", "-g", "daemon off;", "-g", "pid /a;"]\n',
         "worker_processes 2;\nevents {}\n", ["3"]),
        (f"{NGINX}COPY nginx.conf /etc/nginx/conf.d/a.conf\n", "server {}\n", ["1"]),
        (NGINX, "", ["1"]),
        (f"{NGINX}COPY etc /etc/nginx\n", "", []),
        (f"{NGINX}RUN sed -i s/auto/2/ /etc/nginx/nginx.conf\n", "", []),
        (f'{NGINX}CMD ["nginx", "-c", "/a"]\n', "", []),
        (f'{NGINX}CMD ["python", "a.py"]\n', "", []),
        (f"{NGINX}{AUTOTUNE}", "", []),
        (f"{NGINX}{AUTOTUNE}USER 101:101\n", "", ["2"]),
        (f"FROM nginxinc/nginx-unprivileged:1.30\n{AUTOTUNE}USER 101:101\n", "", []),
        (f'{CONF}{AUTOTUNE}ENTRYPOINT ["nginx"]\n', "worker_processes 2;\nevents {}\n", ["3"]),
        (f"{CONF}{AUTOTUNE}", "worker_processes auto;\nevents {}\n", []),
        ("FROM nginx:1.30 AS a\nFROM debian:trixie-slim\n", "", []),
    ],
)  # fmt: skip
def test_nginx_workers(tmp_path: Path, dockerfile: str, conf: str, lines: list[str]) -> None:
    assert places(faults("S3", tmp_path, dockerfile, {"nginx.conf": conf})) == lines


def test_a_script_may_count_the_workers(tmp_path: Path) -> None:
    text = f'{CONF}COPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    script = '#!/bin/sh\nexec nginx -g "worker_processes $n;"\n'
    assert faults("S3", tmp_path, text, {"nginx.conf": "events {}\n", "run.sh": script}) == []


def test_a_heartbeat_on_disk_by_the_variable_or_a_file_below(tmp_path: Path) -> None:
    variable = 'ENV GUNICORN_CMD_ARGS="--worker-tmp-dir /tmp"\nCMD ["gunicorn", "a:b"]'
    assert places(faults("S2.16", tmp_path, f"{PYTHON}{variable}\n")) == ["2"]
    better = variable.replace("/tmp", "/dev/shm")
    assert faults("S2.16", tmp_path, f"{PYTHON}{better}\n") == []
    below = 'WORKDIR /app\nCOPY . .\nCMD ["gunicorn", "-c", "conf/g.py", "a:b"]'
    files = {"conf/g.py": 'worker_tmp_dir = "/tmp"\n'}
    assert places(faults("S2.16", tmp_path, f"{PYTHON}{below}\n", files)) == ["conf/g.py:1"]
