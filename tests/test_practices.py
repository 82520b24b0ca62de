"""Every practice in every generated file, and every check on a file that breaks its practice."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from generator.render import render
from generator.spec import parse
from tests.helpers import CASES, ROOT, Case, case
from tests.practices import PRACTICES, Output

API = "examples/flask-api"
SITE = "examples/static-proxy"
SPA = "examples/spa"
WORKER = "examples/worker"


def output_of(case: Case) -> Output:
    return Output({str(path): text for path, text in case.files().items()})


OUTPUTS = {str(case): output_of(case) for case in CASES}


@pytest.mark.parametrize("number", PRACTICES)
@pytest.mark.parametrize("name", OUTPUTS)
def test_the_generated_files_follow_the_practice(name: str, number: str) -> None:
    assert list(PRACTICES[number](OUTPUTS[name])) == []


BROKEN = [
    ("S2.1", API, "Dockerfile", 'LABEL maintainer="Shop Team', 'LABEL maintainer="Other Team'),
    ("S2.1", API, "Dockerfile", "STOPSIGNAL", "MAINTAINER me\nSTOPSIGNAL"),
    ("S2.2", API, "Dockerfile", "FROM python:3.13-slim-trixie\n", "FROM python\n"),
    ("S2.2", SITE, "Dockerfile", "nginx:1.30-alpine3.23-slim", "nginx:latest"),
    ("S2.2", API, "Dockerfile", "# syntax=docker/dockerfile:1\n", "# syntax=docker/dockerfile\n"),
    ("S2.2", API, "Dockerfile", "COPY --link --from=build", "COPY --link --from=uv"),
    ("S2.3", SPA, "docker-bake.hcl", '    "storefront:3",\n', '    "storefront:latest",\n'),
    ("S2.3", API, "Dockerfile", 'APP_VERSION="1.4.2"', 'APP_VERSION="1.4.3"'),
    ("S2.4", API, "Dockerfile", "        libpq5", "        supervisor"),
    ("S2.4", API, "Dockerfile", "\nCMD", '\nCMD ["x"]\nCMD'),
    ("S2.4", API, "entrypoint.sh", '\nexec "$@"', '\ncrond &\nexec "$@"'),
    ("S2.5", API, "entrypoint.sh", 'exec "$@"', '"$@"'),
    ("S2.5", API, "entrypoint.sh", "set -eu", "set -u"),
    ("S2.5", API, "Dockerfile", "--chmod=0555", "--chmod=0444"),
    ("S2.5", "examples/fastapi-uv", "Dockerfile", '"/usr/bin/tini", "--", ', ""),
    ("S2.5", WORKER, "Dockerfile", 'CMD ["/app/worker.sh"]', 'CMD ["/app/worker.sh"] # it'),
    ("S2.6", API, "Dockerfile", " \\\n    && rm -rf /var/lib/apt/lists/*", ""),
    ("S2.6", API, "Dockerfile", " --no-install-recommends", ""),
    ("S2.6", "examples/asgi-alpine", "Dockerfile", " --no-cache", ""),
    ("S2.6", "generic/fedora", "Dockerfile", " \\\n    && dnf clean all", ""),
    ("S2.6", "generic/ubi-minimal", "Dockerfile", " \\\n    && microdnf clean all", ""),
    ("S2.6", "generic/amazonlinux", "Dockerfile", " \\\n    && yum clean all", ""),
    ("S2.6", API, "Dockerfile", "apt-get update", "apt-get update \\\n    && apt-get upgrade"),
    ("S2.6", API, "Dockerfile", "--mount=type=cache,target=/root/.cache/pip,sharing=locked", ""),
    ("S2.6", API, "Dockerfile", "WORKDIR /app", "WORKDIR /app\nRUN rm -rf /app/shop"),
    ("S2.7", API, "Dockerfile", "LABEL", "RUN ldconfig\nLABEL"),
    ("S2.7", API, "Dockerfile", "WORKDIR /build", "WORKDIR /build\nCOPY . ."),
    ("S2.7", API, "Dockerfile", "WORKDIR /app", "STOPSIGNAL SIGTERM\nCOPY a /b"),
    ("S2.8", API, "Dockerfile", "EXPOSE 8000/tcp", "EXPOSE 8001/tcp"),
    ("S2.8", API, "Dockerfile", "EXPOSE 8000/tcp", "EXPOSE 127.0.0.1:8000:8000"),
    ("S2.9", API, "Dockerfile", 'LANG="C.UTF-8"', "LANG=C.UTF-8"),
    ("S2.9", API, "Dockerfile", 'LANG="C.UTF-8"', 'LANG="$HOME"'),
    ("S2.9", API, "Dockerfile", "LANG=", "DEBIAN_FRONTEND="),
    ("S2.9", API, "Dockerfile", "LANG=", "LC-ALL="),
    ("S2.9", API, "Dockerfile", "APP_VERSION=", "VERSION="),
    ("S2.10", API, "Dockerfile", "SHOP_HOME=", "DATABASE_URL="),
    ("S2.10", WORKER, "Dockerfile", "groupadd", "echo root:root | chpasswd && groupadd"),
    ("S2.10", API, "entrypoint.sh", "exit 64", "true"),
    ("S2.10", "generic/whole-context", "entrypoint.sh", "WARNING: ", ""),
    ("S2.11", API, "Dockerfile", "        libpq5", "        openssh-server"),
    ("S2.11", API, "Dockerfile", 'CMD ["gunicorn"', 'CMD ["sshd"'),
    ("S2.12", API, "Dockerfile", "install -d -o 10001", "install -d -o 0"),
    ("S2.12", API, "Dockerfile", 'VOLUME ["/var/lib/shop"]', 'VOLUME ["/tmp"]'),
    ("S2.12", API, "Dockerfile", "WORKDIR /app", 'VOLUME ["/var/lib/shop"]\nWORKDIR /app'),
    ("S2.13", API, "Dockerfile", "USER 10001:10001", "USER app"),
    ("S2.13", API, "Dockerfile", "USER 10001:10001", "USER 00:0"),
    ("S2.13", API, "Dockerfile", "USER 10001:10001\n", ""),
    ("S2.13", API, "Dockerfile", "CMD", "USER 10001:10001\nCMD"),
    ("S2.14", API, "Dockerfile", "--from=build", "--from=runtime"),
    ("S2.14", API, "Dockerfile", "        libpq5", "        libpq-dev"),
    ("S2.14", API, "Dockerfile", "WORKDIR /app", "RUN pip install x\nWORKDIR /app"),
    ("S2.14", API, "Dockerfile", "FROM python:3.13-slim-trixie\n",
        "FROM python:3.12-slim-trixie\n"),
    ("S2.15", API, "Dockerfile", "SHOP_HOME=", "SHOP_PASSWORD="),
    ("S2.15", API, "Dockerfile", "COPY --link --chmod=0444", "COPY .env /\nCOPY --chmod=0444"),
    ("S2.15", API, "Dockerfile", "git.example.com", "me:word@git.example.com"),
    ("S2.15", API, ".dockerignore", "**/*.pem\n", ""),
    ("S2.15", API, ".dockerignore", "**/*.env\n", ""),
    ("S2.15", API, ".dockerignore", "**/.kube\n", ""),
    ("S2.15", "python-multistage/uv-company", "Dockerfile", ",required=true", ""),
    ("S2.16", API, "gunicorn.conf.py", "/dev/shm", "/tmp"),
    ("S2.16", API, "gunicorn.conf.py", "control_socket_disable", "other"),
    ("S2.17", SITE, "Dockerfile", "alpine3.23", "alpine"),
    ("S2.17", SITE, "Dockerfile", "ENV", "RUN apt-get update\nENV"),
    ("S2.17", API, "Dockerfile", "groupadd", "addgroup"),
    ("S2.18", API, ".dockerignore", "!shop\n", ""),
    ("S2.18", API, ".dockerignore", "*\n!", "!"),
    ("S2.18", API, ".dockerignore", "**/__pycache__\n", "__pycache__\n"),
    ("S2.19", API, "Dockerfile", "        libpq5", "        vim"),
    ("S2.19", API, "Dockerfile", "        libpq5", "        curl \\\n        wget"),
    ("S2.20", API, "Dockerfile", "        libpq5", "        nginx"),
    ("S2.21", API, "Dockerfile", "        libpq5", "        libpq5 \\\n        libgcc-s1"),
    ("S2.21", API, "Dockerfile", "        libpq5", "        libpq5 \\\n        libpq5=17.6"),
    ("S2.21", API, "Dockerfile", 'APP_VERSION="1.4.2" \\', 'SHOP="1.4.2" \\'),
    ("S2.21", API, "Dockerfile", "        libpq5 \\", "        libpq5\\"),
    ("S3", SITE, "nginx.conf", "worker_processes 2;", "worker_processes auto;"),
    ("S3", SITE, "nginx.conf", "worker_processes 2;\n", ""),
    ("S3", SPA, "entrypoint.sh", "cpu.max", "cpu.weight"),
    ("B1", API, "Dockerfile", "# syntax=docker/dockerfile:1\n\n", "# syntax=docker/dockerfile:1\n"),
    ("B1", API, "Dockerfile", "# syntax", "# hello\n# syntax"),
    ("B5", API, "Dockerfile", "COPY --link", "COPY"),
    ("B6", API, "Dockerfile", " --chmod=u=rwX,go=rX", ""),
    ("B7", API, "Dockerfile", "COPY --link", "COPY --chown=10001:10001 --link"),
    ("B7", API, "Dockerfile", "groupadd", "chown -R 10001 /app && groupadd"),
    ("B10", SITE, "Dockerfile", "127.0.0.1", "localhost"),
    ("B10", SITE, "Dockerfile", "127.0.0.1:8080", "127.0.0.1:80"),
    ("B10", SITE, "Dockerfile", 'CMD ["wget"', 'CMD ["curl"'),
    ("B10", SITE, "Dockerfile", '"-T", "3"', '"-T", "2"'),
    ("B10", API, "Dockerfile", "timeout=3s", "timeout=9s"),
    ("B11", API, "Dockerfile", "STOPSIGNAL SIGTERM", "STOPSIGNAL SIGKILL"),
    ("B11", SITE, "Dockerfile", "STOPSIGNAL SIGQUIT", "STOPSIGNAL SIGTERM"),
    ("B14", API, "Dockerfile", "groupadd", "echo a | cat && groupadd"),
    ("B14", API, "Dockerfile", "WORKDIR /app", "RUN <<END\ntrue\nEND\nWORKDIR /app"),
    ("B15", API, "Dockerfile", "PYTHONUNBUFFERED", "PYTHONBUFFERED"),
    ("B22", API, "Dockerfile", "image.title", "image.created"),
    ("B22", API, "Dockerfile", "WORKDIR /build", "ARG SOURCE_DATE_EPOCH\nWORKDIR /build"),
    ("B22", API, "Dockerfile", 'SOURCE_DATE_EPOCH="315532800"', 'OTHER="315532800"'),
    ("B22", API, "Dockerfile", 'CFLAGS="-g0"', 'CFLAGS="-g"'),
    ("B22", API, "Dockerfile", " /var/log/apt", ""),
    ("B22", WORKER, "Dockerfile", "SOURCE_DATE_EPOCH=0 useradd", "useradd"),
    ("B22", "examples/asgi-alpine", "Dockerfile", " \\\n    && rm -f /var/log/apk.log", ""),
    ("B22", "examples/asgi-alpine", "Dockerfile", "/etc/shadow", "/etc/group"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "name", "file", "right", "wrong"),
    [pytest.param(*row, id=f"{row[0]}-{index}") for index, row in enumerate(BROKEN)],
)
def test_a_file_that_breaks_the_practice_is_found(
    number: str, name: str, file: str, right: str, wrong: str
) -> None:
    files = dict(OUTPUTS[name].files)
    assert right in files[file], "the row no longer fits the generated file"
    broken = Output({**files, file: files[file].replace(right, wrong)})
    try:
        found = list(PRACTICES[number](broken))
    except ValueError as error:  # not even in a form that can be checked
        found = [str(error)]
    assert found


def test_every_check_is_tried_on_a_broken_file() -> None:
    assert {row[0] for row in BROKEN} == set(PRACTICES)


def test_every_practice_of_the_mission_has_a_check() -> None:
    mission = {f"S2.{number}" for number in range(1, 22)} | {"S3"}
    assert mission <= set(PRACTICES)


def run_linter(name: str, *arguments: str) -> str:
    """Run a linter that a package brought into the environment, and return what it says."""
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which(name, path=folders)
    assert program, f"{name} is in the dependency group `test`"
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    paths = written(tmp_path, "Dockerfile")
    assert run_linter("hadolint", "--config", str(ROOT / ".hadolint.yaml"), *paths) == ""


def test_hadolint_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "Dockerfile"
    wrong.write_text("FROM debian\n", encoding="utf-8")
    assert "DL3006" in run_linter("hadolint", "--config", str(ROOT / ".hadolint.yaml"), str(wrong))


def test_shellcheck_finds_nothing(tmp_path: Path) -> None:
    # A default password in single quotes shall not expand, which is what these two ask about.
    paths = written(tmp_path, "entrypoint.sh")
    assert run_linter("shellcheck", "--exclude=SC1003,SC2016", *paths) == ""


def written(folder: Path, name: str) -> list[str]:
    """Write one file of every case and return the paths."""
    paths = []
    for number, (case_name, output) in enumerate(OUTPUTS.items()):
        path = folder / f"{number}-{case_name.replace('/', '-')}-{name}"
        path.write_text(output.files[name], encoding="utf-8")
        paths.append(str(path))
    return paths


@pytest.mark.parametrize("name", OUTPUTS)
def test_the_files_are_tidy(name: str) -> None:
    for file, text in OUTPUTS[name].files.items():
        lines = text.split("\n")
        assert lines[-1] == "", f"{file}: one newline at the end"
        assert lines[-2] != "", f"{file}: more than one newline at the end"
        assert lines[0] != "", f"{file}: begins with an empty line"
        assert "\r" not in text, file
        assert "\t" not in text, file
        assert "\n\n\n" not in text, f"{file}: two empty lines"
        assert "{{" not in text, file
        assert "{%" not in text, file
        assert "imgen" not in text.replace(".imgen.lock", "").replace("imgen.yaml", ""), file
        assert not [line for line in lines if line != line.rstrip()], f"{file}: blanks at an end"


def test_gunicorn_reads_its_settings_as_python() -> None:
    for name, output in OUTPUTS.items():
        if text := output.files.get("gunicorn.conf.py"):
            compile(text, f"{name}/gunicorn.conf.py", "exec", dont_inherit=True)


def test_the_cases_cover_every_generated_file() -> None:
    seen = {file for output in OUTPUTS.values() for file in output.files}
    assert seen == {
        ".dockerignore",
        "Dockerfile",
        "docker-bake.hcl",
        "entrypoint.sh",
        "gunicorn.conf.py",
        "nginx.conf",
    }
    assert case(API).is_example()


SHARED = """\
imgen: 1
name: app
version: 1.0.0
maintainer: Test <test@example.com>
port: 8000
"""
PYTHON = 'server: {uvicorn: "app:app"}\n'
DEBIAN_NGINX = "profile: nginx\nbase: nginx:1.30-trixie\n"


@pytest.mark.parametrize("path", ["{timeout: 7}", "{path: /ok, timeout: 7}"])
@pytest.mark.parametrize(
    "spec",
    [
        "profile: python-multistage\n" + PYTHON,
        "profile: python-alpine\n" + PYTHON,
        "profile: generic\nbase: alpine:3.23\ncommand: [/app/run]\n",
        "profile: nginx\n",
        DEBIAN_NGINX,
    ],
)
def test_the_client_of_a_health_check_has_its_time(spec: str, path: str) -> None:
    profile = parse(f"{SHARED}{spec}healthcheck: {path}\n", source="imgen.yaml").profile
    files = {str(name): text for name, text in render(profile.image()).items()}
    assert list(PRACTICES["B10"](Output(files))) == []
    probe = profile.image().probe
    assert probe is not None
    assert re.search(r"\b7\b", " ".join(probe.command))
