"""S2.4, S2.5 and S2.11: one service, that hears its signals, and no SSH server."""

from pathlib import Path

import pytest

from tests.practices_rules.helpers import faults, places

APT_TINI = (
    "RUN apt-get update && apt-get install -y --no-install-recommends tini"
    " && rm -rf /var/lib/apt/lists/*\n"
)
SCRIPT = "FROM debian:trixie-slim\nCOPY run.sh /run.sh\n"


def script(*lines: str) -> str:
    return "\n".join(["#!/bin/sh", *lines, ""])


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ('FROM a:1\nCMD ["gunicorn", "--workers", "4", "a:b"]\n', []),
        ('FROM a:1\nCMD ["supervisord", "-n"]\n', ["2"]),
        ('FROM a:1\nENTRYPOINT ["/init"]\nCMD ["app"]\n', ["2"]),
        ('FROM a:1\nENTRYPOINT ["/sbin/tini", "--"]\nCMD ["app"]\n', []),
        ('FROM a:1\nENTRYPOINT ["tini", "--", "supervisord"]\n', ["2"]),
        ("FROM a:1\nCMD cron && \\\n    gunicorn a:b\n", ["2"]),
        ('FROM a:1\nCMD ["crond", "-f"]\n', []),
        ('FROM alpine:3.23\nRUN apk add --no-cache dcron\nCMD ["crond", "-f"]\n', []),
        ("FROM a:1\nCMD app --x & worker\n", ["2"]),
        ("FROM a:1\nCMD app 2>&1 && worker >/dev/null\n", []),
        ("FROM a:1\nCMD service nginx start && tail -f /log\n", ["2"]),
        ('FROM a:1\nCMD ["nginx", "-g", "daemon off;"]\n', []),
        ("FROM a:1\nCMD nginx -t && exec nginx -g 'daemon off;'\n", []),
        ("FROM a:1\nCMD nginx && exec gunicorn a:b\n", ["2"]),
        ('FROM a:1\nCMD ["bash", "-c", "php-fpm -D && nginx -g \'daemon off;\'"]\n', ["2"]),
        ('FROM a:1\nCMD ["php-fpm"]\n', []),
        ('FROM a:1\nCMD ["npx", "concurrently", "a", "b"]\n', ["2"]),
        # A build may start what it needs for a moment.
        ('FROM a:1\nRUN service postgresql start && psql -f x.sql\nCMD ["app"]\n', []),
        ('FROM a:1\nRUN app & sleep 1; test\nCMD ["app"]\n', []),
        ("FROM a:1\nRUN systemctl enable nginx\n", ["2"]),
        ("FROM a:1\nRUN apt-get install -y \\\n    curl \\\n    supervisor\n", ["4"]),
        ("FROM a:1\nRUN pip install --no-cache-dir supervisor==4.2\n", ["2"]),
        ("FROM a:1 AS build\nRUN apt-get install -y supervisor\nFROM b:1\n", []),
        # The words of a comment and of an argument are no programs.
        ('FROM a:1\n# supervisord\nCMD ["app", "--no-supervisord", "supervisord"]\n', []),
    ],
)
def test_one_service(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.4", tmp_path, dockerfile)) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (script("cron", 'exec "$@"'), ["run.sh:2"]),
        (script("cron -f &", 'exec "$@"'), ["run.sh:2"]),
        (script("a --serve &", "b --serve &", "wait -n"), ["run.sh:2"]),
        # One program that a shell waits for is another practice's.
        (script("trap 'kill $!' TERM", "a --serve &", "wait"), []),
        (script("sleep 5 &", 'exec "$@"'), []),
        (script("start_for_now() {", "  postgres &", "}", 'exec "$@"'), []),
        (script("echo a & b", 'exec "$@"'), []),
        (script("service cron start", 'exec "$@"'), ["run.sh:2"]),
        (script("/etc/init.d/nginx start", 'exec "$@"'), ["run.sh:2"]),
        (script("nginx -s reload", 'exec "$@"'), []),
    ],
)
def test_one_service_of_a_script(tmp_path: Path, text: str, lines: list[str]) -> None:
    dockerfile = f'{SCRIPT}ENTRYPOINT ["/run.sh"]\nCMD ["app"]\n'
    assert places(faults("S2.4", tmp_path, dockerfile, {"run.sh": text})) == lines


@pytest.mark.parametrize(
    ("dockerfile", "lines", "instead"),
    [
        ('FROM a:1\nCMD ["gunicorn", "a:b"]\n', [], ""),
        ("FROM a:1\nCMD gunicorn a:b\n", ["2"], 'CMD ["gunicorn", "a:b"]'),
        ("FROM a:1\nCMD exec gunicorn a:b\n", [], ""),
        ("FROM a:1\nCMD migrate && gunicorn a:b\n", ["2"],
         'CMD ["/bin/sh", "-c", "migrate && exec gunicorn a:b"]'),
        ('FROM a:1\nCMD ["sh", "-c", "gunicorn -b :$PORT a:b"]\n', ["2"],
         'CMD ["sh", "-c", "exec gunicorn -b :$PORT a:b"]'),
        ('FROM a:1\nCMD ["sh", "-c", "exec gunicorn -b :$PORT a:b"]\n', [], ""),
        ("FROM a:1\nCMD ['app', 'x']\n", ["2"], 'CMD ["app", "x"]'),
        # Only what counts in the final stage.
        ('FROM a:1 AS build\nCMD app x\nFROM b:1\nCMD ["app"]\n', [], ""),
        ('FROM a:1\nCMD app x\nCMD ["app"]\n', [], ""),
        ("FROM mcr.example.com/windows/nanoserver:1\nCMD app x\n", [], ""),
        ('FROM a:1\nSHELL ["powershell", "-Command"]\nCMD app x\n', [], ""),
        # A loop is the program itself, and a first process that traps its signals hears them.
        ("FROM a:1\nCMD while true; do job; sleep 9; done\n", [], ""),
        ('FROM python:3.13-slim\nCMD ["python", "app.py"]\n', ["2"],
         f'{APT_TINI}ENTRYPOINT ["/usr/bin/tini", "--"]'),
        ('FROM python:3.13-alpine3.23\nCMD ["python3", "app.py"]\n', ["2"],
         'RUN apk add --no-cache tini\nENTRYPOINT ["/sbin/tini", "--"]'),
        ('FROM alpine:3.23\nUSER 7:7\nCMD ["python3", "a.py"]\n', ["3"],
         'USER 0\nRUN apk add --no-cache tini\nUSER 7:7\nENTRYPOINT ["/sbin/tini", "--"]'),
        # With tini there already, only the ENTRYPOINT is missing.
        ('FROM alpine:3.23\nRUN apk add --no-cache python3 tini\nCMD ["python3", "a.py"]\n', ["3"],
         'ENTRYPOINT ["/sbin/tini", "--"]'),
        ('FROM python:3.13-slim\nENTRYPOINT ["tini", "--"]\nCMD ["python", "app.py"]\n', [], ""),
        ('FROM python:3.13-slim\nCMD ["python", "-m", "uvicorn", "a:b"]\n', [], ""),
        ('FROM python:3.13-slim\nCMD ["python"]\n', [], ""),
        ('FROM python:3.13-slim\nENTRYPOINT ["python"]\nCMD ["app.py"]\n', ["2"],
         f'{APT_TINI}ENTRYPOINT ["/usr/bin/tini", "--", "python"]'),
        ('FROM python:3.13-slim\nENTRYPOINT ["python"]\nCMD ["-m", "uvicorn"]\n', [], ""),
        ("FROM a:1\nONBUILD CMD app x\n", [], ""),
        # ENTRYPOINT empties the CMD of the stage before.
        ('FROM a:1 AS b\nCMD app x\nFROM b\nENTRYPOINT ["/app"]\n', [], ""),
        ('FROM a:1 AS b\nENTRYPOINT ["/app"]\nFROM b\nCMD app x\n', ["4"],
         'CMD ["app", "x"]'),
        ('FROM node:24-trixie\nCMD ["npm", "start"]\n', ["2"],
         f'{APT_TINI}ENTRYPOINT ["/usr/bin/tini", "--"]'),
        ('FROM node:24-trixie\nRUN ["npm", "ci"]\nCMD ["/app/server"]\n', [], ""),
        # A base of a team may bring an init.
        ('FROM team/python:1\nCMD ["python", "app.py"]\n', [], ""),
        ('FROM golang:1\nCMD ["/app"]\n', [], ""),
    ],
)  # fmt: skip
def test_signals(tmp_path: Path, dockerfile: str, lines: list[str], instead: str) -> None:
    found = faults("S2.5", tmp_path, dockerfile)
    assert places(found) == lines
    assert [one.instead for one in found] == ([instead] if instead else [])


@pytest.mark.parametrize(
    ("text", "lines", "instead"),
    [
        (script('exec "$@"'), [], ""),
        (script('"$@"'), ["run.sh:2"], 'exec "$@"'),
        (
            script("set -eu", "gunicorn a:b \\", "  --bind :80"),
            ["run.sh:3"],
            "exec gunicorn a:b \\",
        ),
        (script("A=1 gunicorn a:b"), ["run.sh:2"], "A=1 exec gunicorn a:b"),
        (script("if [ $1 ]; then", '  exec "$@"', "fi", "exec app"), [], ""),
        (script("if [ $1 ]; then", "  exec a", "else", "  exec b", "fi"), [], ""),
        (script("main() {", "  exec app", "}", 'main "$@"'), [], ""),
        (script("while true; do", "  job", "  sleep 9", "done"), [], ""),
        (script("trap stop TERM", "app &", "wait"), [], ""),
        (script('if [ "$1" = a ]; then', "  exec a", "fi", '"$@"'), ["run.sh:5"], 'exec "$@"'),
        (script("exec app", "").replace("\n", "\r\n"), ["run.sh:1"], "#!/bin/sh"),
        ("exec app\n", ["run.sh:1"], "#!/bin/sh"),
        ("#!/usr/bin/env bash\nset -e\nexec app\n", [], ""),
        (script("app", "exit $?"), ["run.sh:2"], "exec app"),
    ],
)
def test_signals_of_a_script(tmp_path: Path, text: str, lines: list[str], instead: str) -> None:
    found = faults("S2.5", tmp_path, f'{SCRIPT}ENTRYPOINT ["/run.sh"]\n', {"run.sh": text})
    assert places(found) == lines
    assert [one.instead for one in found] == ([instead] if instead else [])


def test_a_script_that_a_shell_is_given_needs_no_first_line(tmp_path: Path) -> None:
    dockerfile = f'{SCRIPT}ENTRYPOINT ["sh", "/run.sh"]\n'
    assert faults("S2.5", tmp_path, dockerfile, {"run.sh": "exec app\n"}) == []


@pytest.mark.parametrize(
    ("dockerfile", "lines"),
    [
        ("FROM debian:trixie\nRUN apt-get install -y \\\n    openssh-client \\\n    tini\n", []),
        ("FROM debian:trixie\nRUN apt-get install -y \\\n    tini \\\n    openssh-server\n", ["4"]),
        ("FROM debian:trixie\nRUN apt-get install -y ssh\n", ["2"]),
        ("FROM alpine:3.23\nRUN apk add --no-cache openssh\n", ["2"]),
        ("FROM fedora:43\nRUN dnf install -y openssh\n", []),
        ("FROM debian:trixie AS b\nRUN apt-get install -y openssh-server\nFROM a:1\n", []),
        ("FROM a:1\nEXPOSE 8080 22/tcp\n", ["2"]),
        ("FROM a:1\nEXPOSE 20-25\n", ["2"]),
        ("FROM a:1\nEXPOSE 22/udp 2222 8022\n", []),
        ('FROM a:1\nCMD ["/usr/sbin/sshd", "-D"]\n', ["2"]),
        ("FROM a:1\nCMD service ssh start && exec app\n", ["2"]),
        ('FROM a:1\nCMD ["app", "sshd"]\n', []),
        ("FROM a:1\nRUN ssh-keygen -A\n", ["2"]),
        ("FROM a:1\nCOPY x /etc/ssh/sshd_config\n", ["2"]),
        ("FROM a:1\nCOPY x /etc/ssh/ssh_config\n", []),
    ],
)
def test_no_sshd(tmp_path: Path, dockerfile: str, lines: list[str]) -> None:
    assert places(faults("S2.11", tmp_path, dockerfile)) == lines


def test_exec_before_a_pipe_would_not_replace_the_shell(tmp_path: Path) -> None:
    files = {"run.sh": script("set -e", "python app.py | tee /log")}
    found = faults("S2.5", tmp_path, SCRIPT + 'ENTRYPOINT ["/run.sh"]\n', files)
    assert [one.instead for one in found] == ["exec python app.py"]


@pytest.mark.parametrize(
    "line",
    [
        'EXPOSE "22"',
        "EXPOSE 2222:22",
        "RUN apt-get install -y dropbear-bin",
        "RUN apt-get install -y tinyssh",
        "RUN sed -i s/no/yes/ /etc/ssh/sshd_config",
        "RUN echo PermitRootLogin yes >> /etc/ssh/sshd_config",
    ],
)
def test_other_ways_to_an_ssh_server(tmp_path: Path, line: str) -> None:
    assert places(faults("S2.11", tmp_path, f"FROM debian:trixie-slim\n{line}\n")) == ["2"]


@pytest.mark.parametrize("line", ["EXPOSE 22:2222", "RUN cat /etc/ssh/ssh_config"])
def test_no_ssh_server(tmp_path: Path, line: str) -> None:
    assert faults("S2.11", tmp_path, f"FROM debian:trixie-slim\n{line}\n") == []


@pytest.mark.parametrize(
    ("packages", "command", "lines"),
    [
        ("mysql-server nginx", '["nginx"]', ["2"]),
        ("redis-server", '["python3", "app.py"]', ["2"]),
        ("postgresql", '["node", "a.js"]', ["2"]),
        ("postgresql-16", '["postgres"]', []),
        ("nginx", '["nginx"]', []),
        ("redis-server", '["/app"]', []),
    ],
)
def test_a_server_beside_what_the_image_runs(
    tmp_path: Path, packages: str, command: str, lines: list[str]
) -> None:
    text = f"FROM debian:trixie-slim\nRUN apt-get install -y {packages}\nCMD {command}\n"
    assert places(faults("S2.20", tmp_path, text)) == lines
