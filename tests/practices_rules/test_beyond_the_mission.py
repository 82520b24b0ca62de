"""The rules of B1 to B22 on what people write: what they must find, and what they must let be."""

from pathlib import Path

import pytest

from tests.practices_rules.helpers import faults

SLIM = "FROM python:3.13-slim-trixie\n"
ALPINE = "FROM python:3.13-alpine3.23\n"
DEBIAN = "FROM debian:trixie-slim\n"
NGINX = "FROM nginx:1.30-alpine3.23-slim\n"
PORT = "EXPOSE 8000\n"
END = 'USER 10001\nCMD ["gunicorn", "app:app"]\n'

CASES: dict[str, tuple[str, list[int]]] = {
    "B1 a directive after a blank line": (f"\n# syntax=docker/dockerfile:1\n{SLIM}", [2]),
    "B1 escape after a comment": (f"# About.\n# escape=`\n{SLIM}", [2]),
    "B1 two directives": (f"# syntax=docker/dockerfile:1\n# escape=`\n{SLIM}", []),
    "B1 no tag": (f"# syntax=docker/dockerfile\n{SLIM}", [1]),
    "B1 latest": (f"# syntax=hub.example.com/docker/dockerfile:latest\n{SLIM}", [1]),
    "B1 a registry with a port": (f"# syntax=hub.example.com:5000/dockerfile:1\n{SLIM}", []),
    "B1 a comment that says syntax": (f"# The app.\n# syntax = see the manual\n{SLIM}", []),
    "B1 in the middle": (f"{SLIM}# syntax=docker/dockerfile:1\nUSER 1\n", []),
    "B1 after a shebang": (f"#!/usr/bin/env dockr\n# syntax=docker/dockerfile:1\n{SLIM}", []),
    "B2 errors with a floating frontend": (f"# check=error=true\n{SLIM}", [1]),
    "B2 errors with an exact frontend": (
        f"# syntax=docker/dockerfile:1.26.0\n# check=error=true\n{SLIM}",
        [],
    ),
    "B2 one check skipped": (f"# check=skip=JSONArgsRecommended\n{SLIM}", []),
    "B3 pip's variable": (
        (
            f'{SLIM}ENV PIP_NO_CACHE_DIR="0"\n'
            "RUN --mount=type=cache,target=/root/.cache/pip \\\n    pip install -r r.txt\n"
        ),
        [3],
    ),
    "B3 uv's variable is off": (
        f'{SLIM}ENV UV_NO_CACHE="0"\nRUN --mount=type=cache,target=/root/.cache/uv uv sync\n',
        [],
    ),
    "B3 root's cache for a user": (
        f"{SLIM}USER app\nRUN --mount=type=cache,target=/home/app/.cache/pip pip list\n",
        [3],
    ),
    "B3 the user's own": (
        f"{SLIM}USER app\nRUN --mount=type=cache,target=/c,uid=1000 pip list\n",
        [],
    ),
    "B3 an unknown user": (f"{SLIM}USER $NAME\nRUN --mount=type=cache,target=/c x\n", []),
    "B3 a stage that is never built": (
        f"{SLIM}RUN --mount=type=cache,target=/root/.cache/pip pip install --no-cache-dir\n{SLIM}",
        [],
    ),
    "B3 apt on a base of one's own": (
        (
            "FROM hub.example.com/base:1\n"
            "RUN --mount=type=cache,target=/var/cache/apt apt-get install -y tini\n"
        ),
        [],
    ),
    "B4 wheels removed in the same image": (
        f"{SLIM}COPY wheels /wheels\nRUN pip install /wheels/*.whl && rm -rf /wheels\n",
        [],  # S2.6 tells it
    ),
    "B4 find-links": (
        f"{SLIM}COPY wheels /wheels\nRUN pip install --find-links=/wheels shop\n",
        [2],
    ),
    "B4 in a build stage": (
        f"{SLIM.strip()} AS b\nCOPY wheels /w\nRUN pip install /w/*.whl\n{SLIM}",
        [],
    ),
    "B5 an Alpine has a real /bin": ("FROM alpine:3.20\nCOPY --link a /bin/a\n", []),
    "B5 without --link": (f"{DEBIAN}COPY a /bin/a\n", []),
    "B5 a folder below": (f"{DEBIAN}COPY --link a /lib/systemd/a\n", [2]),
    "B5 only the name begins so": (f"{DEBIAN}COPY --link a /libexec/a /library/\n", []),
    "B6 a file": (f"{SLIM}COPY --chmod=0644 app.py /app/\n", []),
    "B6 a folder with x": (f"{SLIM}COPY --chmod=755 app/ /app/\n", []),
    "B6 a folder without": (f"{SLIM}COPY --chmod=644 app/ /app/\n", [2]),
    "B6 everything": (f"{SLIM}COPY --chmod=600 . /app\n", [2]),
    "B7 root anyway": (f"{SLIM}COPY --chown=app . /app\n", []),
    "B7 to another user": (f"{SLIM}COPY --chown=www-data . /app\n{END}", []),
    "B7 by a name with a number": (
        f"{SLIM}RUN useradd --uid 10001 app\nCOPY app /app\nRUN chown -R app: /app\n{END}",
        [4],
    ),
    "B7 the line inside a RUN": (
        f"{SLIM}COPY app /app\nRUN true \\\n    && chown -R 10001 \\\n        /app\n{END}",
        [5],
    ),
    "B7 a folder of data": (
        f"{SLIM}COPY app /app\nRUN mkdir /data && chown 10001 /data\n{END}",
        [],
    ),
    "B7 a volume": (f'{SLIM}COPY --chown=10001 seed /data\nVOLUME ["/data"]\n{END}', []),
    "B7 not recursive": (f"{SLIM}COPY app /app/app\nRUN chown 10001 /app\n{END}", []),
    "B7 before anything is there": (f"{SLIM}RUN chown -R 10001 /app\nCOPY a /app\n{END}", []),
    "B7 by variables": (f"{SLIM}ARG U=1\nCOPY --chown=$U a /a\nUSER $U\n", [3]),
    "B7 a home that another stage made": (
        f"{SLIM}COPY --from=a --chown=10001 /home/app /home/app\n{END}",
        [],
    ),
    "B7 code in a home": (f"{SLIM}WORKDIR /home/app\nCOPY --chown=10001 . .\n{END}", [3]),
    "B7 /tmp": (f"{SLIM}COPY a /tmp/a\nRUN chmod -R 777 /tmp\n{END}", []),
    "B7 the sticky bit": (f"{SLIM}COPY --chmod=1777 a /a\n{END}", []),
    "B9 bookworm has it": ("FROM debian:bookworm-slim\nRUN adduser app\n", []),
    "B9 Alpine has it": (f"{ALPINE}RUN adduser -D app\n", []),
    "B9 installed before": (
        f"{DEBIAN}RUN apt-get install -y adduser \\\n    && adduser app\n",
        [],
    ),
    "B9 perhaps with another package": (
        f"{DEBIAN}RUN apt-get install -y postgresql\nRUN adduser app\n",
        [],
    ),
    "B9 the line inside a RUN": (f"{DEBIAN}RUN true \\\n    && addgroup app\n", [3]),
    "B9 a stage that goes on": (f"{DEBIAN.strip()} AS base\nFROM base\nRUN adduser a\n", [3]),
    "B10 a job": (f'{SLIM}CMD ["python", "job.py"]\n', []),
    "B10 a port and no check": (f"{SLIM}{PORT}{END}", [4]),
    "B10 a server and no port": (f"{SLIM}{END}", [3]),
    "B10 none on purpose": (f"{SLIM}{PORT}HEALTHCHECK NONE\n{END}", []),
    "B10 of a stage before": (
        f'{SLIM.strip()} AS a\n{PORT}HEALTHCHECK CMD ["/check"]\nFROM a\n{END}',
        [],
    ),
    "B10 curl is installed": (
        f"{SLIM}RUN apt-get install -y curl\n{PORT}HEALTHCHECK CMD curl -f [::1]\n{END}",
        [],
    ),
    "B10 curl is copied": (
        f"{SLIM}COPY --from=c /usr/bin/curl /usr/bin/\n{PORT}HEALTHCHECK CMD curl -f [::1]\n{END}",
        [],
    ),
    "B10 curl in the full image": (
        f"FROM python:3.13-trixie\n{PORT}HEALTHCHECK CMD curl http://[::1]:8000/\n{END}",
        [],
    ),
    "B10 curl in an unknown base": (
        f"FROM hub.example.com/base:1\n{PORT}HEALTHCHECK CMD curl http://[::1]:8000/\n",
        [],
    ),
    "B10 a base by an ARG without default": (
        f"ARG B\nFROM $B\n{PORT}HEALTHCHECK CMD curl http://[::1]:8000/\n",
        [],
    ),
    "B10 the line of curl": (
        f"{SLIM}{PORT}HEALTHCHECK --interval=9s \\\n    CMD curl -f http://[::1]:8000\n",
        [4],
    ),
    "B10 localhost and curl": (
        f"FROM php:8\n{PORT}HEALTHCHECK CMD curl http://localhost:8000\n",
        [],
    ),
    "B10 localhost and GNU wget": (
        f"{ALPINE}RUN apk add --no-cache wget\n{PORT}HEALTHCHECK CMD wget http://localhost:8000\n",
        [],
    ),
    "B10 nginx's own port": (
        f"{NGINX}EXPOSE 443\nHEALTHCHECK CMD wget -O- http://127.0.0.1\n",
        [],
    ),
    "B10 another port": (
        f"{ALPINE}{PORT}HEALTHCHECK CMD wget http://127.0.0.1:9000/x\n",
        [3],
    ),
    "B10 a range": (
        f"{ALPINE}EXPOSE 8000-9000\nHEALTHCHECK CMD wget http://127.0.0.1:8080/x\n",
        [],
    ),
    "B11 by number": (f"{DEBIAN}STOPSIGNAL 9\n", [2]),
    "B11 without SIG": (f"{DEBIAN}STOPSIGNAL kill\n", [2]),
    "B11 a variable": (f"{DEBIAN}STOPSIGNAL $S\n", []),
    "B11 nginx by its base": (f'{NGINX}CMD ["nginx"]\n', []),
    "B11 nginx of the distribution": (f'{DEBIAN}CMD ["nginx", "-g", "daemon off;"]\n', [2]),
    "B11 gunicorn at SIGINT": (f"{SLIM}STOPSIGNAL SIGINT\n{END}", [2]),
    "B11 another program at SIGINT": (f'{SLIM}STOPSIGNAL SIGINT\nCMD ["node"]\n', []),
    "B12 a whole program": (f'{DEBIAN}ENTRYPOINT ["/server"]\n', []),
    "B12 an init with a program": (f'{DEBIAN}ENTRYPOINT ["tini", "-g", "--", "/s"]\n', []),
    "B12 an init alone": (f'{DEBIAN}ENTRYPOINT ["/sbin/tini", "--"]\n', [2]),
    "B12 CMD of the stage before": (
        f'{DEBIAN.strip()} AS a\nCMD ["/s"]\nFROM a\nENTRYPOINT ["tini", "--"]\n',
        [4],
    ),
    "B12 CMD before, in one stage": (f'{DEBIAN}CMD ["/s"]\nENTRYPOINT ["tini", "--"]\n', []),
    "B14 set -eux": (f"{DEBIAN}RUN <<EOF\nset -eux\na\nb\nEOF\n", []),
    "B14 errexit": (f"{DEBIAN}RUN <<EOF\nset -o errexit\na\nb\nEOF\n", []),
    "B14 one command": (f"{DEBIAN}RUN <<EOF\na\nEOF\n", []),
    "B14 another language": (f"{DEBIAN}RUN <<EOF\n#!/usr/bin/python3\na\nb\nEOF\n", []),
    "B14 given to a program": (f"{DEBIAN}RUN cat <<EOF > /a\nx\ny\nEOF\n", []),
    "B14 python reads it": (f"{DEBIAN}RUN python3 <<EOF\na()\nb()\nEOF\n", []),
    "B14 SHELL stops": (
        f'{DEBIAN}SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN <<EOF\na\nb\nEOF\n',
        [],
    ),
    "B14 joined": (f"{DEBIAN}RUN <<EOF\na &&\nb\nEOF\n", []),
    "B14 goes on": (f"{DEBIAN}RUN <<EOF\na\nb\nEOF\n", [3]),
    "B15 -u": (f'{SLIM}CMD ["python", "-u", "a.py"]\n', []),
    "B15 no Python": (f'{SLIM}CMD ["node", "a.js"]\n', []),
    "B15 set in a stage before": (
        f'{SLIM.strip()} AS a\nENV PYTHONUNBUFFERED=1\nFROM a\nCMD ["python", "a.py"]\n',
        [],
    ),
    "B15 empty is off": (f'{SLIM}ENV PYTHONUNBUFFERED=""\nCMD ["python3", "a.py"]\n', [3]),
    "B16 the same path": (
        (
            f"{SLIM.strip()} AS b\nWORKDIR /app\nRUN python -m venv .venv\n"
            f"{SLIM}WORKDIR /app\nCOPY --from=b /app/.venv .venv\n"
        ),
        [],
    ),
    "B16 another folder": (
        f"{SLIM.strip()} AS b\nRUN python -m venv /a\n{SLIM}COPY --from=b /a /b/\n",
        [4],
    ),
    "B16 relocatable": (
        f"{SLIM.strip()} AS b\nRUN uv venv --relocatable /a\n{SLIM}COPY --from=b /a /b\n",
        [],
    ),
    "B16 no environment": (
        f"{SLIM.strip()} AS b\nRUN make /a\n{SLIM}COPY --from=b /a /b\n",
        [],
    ),
    "B16 a tag that names no minor version": (
        f"FROM python:3-slim AS b\nRUN python -m venv /a\n{SLIM}COPY --from=b /a /a\n",
        [],
    ),
    "B17 a global tool": ("FROM node\nCOPY package-lock.json .\nRUN npm install -g x\n", []),
    "B17 no lock": ("FROM node\nCOPY package.json .\nRUN npm install\n", []),
    "B17 frozen": (
        "FROM node\nCOPY yarn.lock .\nRUN yarn install --frozen-lockfile\n",
        [],
    ),
    "B17 pnpm": ("FROM node\nCOPY pnpm-lock.yaml .\nRUN true && \\\n  pnpm install\n", [4]),
    "B17 in CI": ("FROM node\nENV CI=1\nCOPY pnpm-lock.yaml .\nRUN pnpm install\n", []),
    "B17 uv by a mount": (
        f"{SLIM}RUN --mount=type=bind,source=uv.lock,target=uv.lock \\\n    uv sync\n",
        [3],
    ),
    "B17 uv's variable": (f"{SLIM}ENV UV_LOCKED=1\nCOPY uv.lock .\nRUN uv sync\n", []),
    "B19 capabilities taken": (f"{DEBIAN}RUN setcap -r /usr/bin/ping\n", []),
    "B19 in a build stage": (f"{DEBIAN.strip()} AS b\nRUN chmod u+s /x\n{DEBIAN}", []),
    "B19 a mode of four digits": (f"{DEBIAN}RUN chmod 0755 /x && chmod 1777 /y\n", []),
    "B19 u+s": (f"{DEBIAN}RUN true \\\n && chmod u+s /x\n", [3]),
    "B20 declared again": (f"ARG V=1\n{DEBIAN}ARG V\nENV A=$V\n", []),
    "B20 declared in the stage before": (
        f"ARG V=1\n{DEBIAN.strip()} AS a\nARG V\nFROM a\nENV A=$V\n",
        [],
    ),
    "B20 of the base": ("ARG NODE_VERSION=24\nFROM node:$NODE_VERSION\nENV A=$NODE_VERSION\n", []),
    "B20 a default beside it": (f"ARG V=1\n{DEBIAN}ENV A=${{V:-2}}\n", []),
    "B20 escaped": (f'ARG V=1\n{DEBIAN}ENV A="\\$V"\n', []),
    "B20 set by the step": (f"ARG V=1\n{DEBIAN}RUN V=$(cat v) && echo $V\n", []),
    "B20 used by the step": (f"ARG V=1\n{DEBIAN}RUN true \\\n && wget x-${{V}}.tgz\n", [4]),
    "B20 platform": ("FROM --platform=$BUILDPLATFORM debian:$TARGETARCH\n", []),
    "B20 unknown in FROM": ("FROM debian:$RELEASE\n", [1]),
    "B20 a variable of the app": (f"{DEBIAN}ENV A=$HOME\n", []),
    "B21 other names": (f'{DEBIAN}LABEL com.example.team="a" maintainer="b"\n', []),
    "B21 the standard's": (f'{DEBIAN}LABEL "org.opencontainers.image.ref.name"="b"\n', []),
    "B21 label-schema": (
        f'{DEBIAN}LABEL a="b" \\\n      org.label-schema.vcs-url="c"\n',
        [3],
    ),
    "B21 the engine's": (f'{DEBIAN}LABEL com.docker.compose="b"\n', [2]),
    "B21 of a build stage": (f'{DEBIAN.strip()} AS b\nLABEL io.docker.x="b"\n{DEBIAN}', []),
    "B22 only in the log": (f"{DEBIAN}RUN echo $(date) && make >/dev/null 2>&1\n", []),
    "B22 a fixed time": (f'{DEBIAN}RUN date -d "@$SOURCE_DATE_EPOCH" >/t\n', []),
    "B22 inside a word": (f'{DEBIAN}RUN true \\\n && echo "$(date -u)" > /t\n', [3]),
    "B22 a stage that is never built": (f"{DEBIAN}RUN date >/t\n{DEBIAN}", []),
}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_what_is_wrong_and_nothing_else(tmp_path: Path, name: str) -> None:
    text, expected = CASES[name]
    found = faults(name.split(maxsplit=1)[0], tmp_path, text)
    assert [fault.line for fault in found] == expected


@pytest.mark.parametrize(
    ("practice", "text", "instead"),
    [
        (
            "B5",
            f"{DEBIAN}COPY --link \\\n    --chmod=0555 a /bin/a\n",
            "COPY --link --chmod=0555 a /usr/bin/a",
        ),
        ("B7", f"{SLIM}COPY --chown=10001:0 a /a\n{END}", "COPY a /a"),
        (
            "B21",
            f'{DEBIAN}LABEL org.label-schema.name="x"\n',
            'LABEL org.opencontainers.image.title="x"',
        ),
        (
            "B3",
            (
                f"{SLIM}ENV A=1 PIP_NO_CACHE_DIR=1\n"
                "RUN --mount=type=cache,target=/root/.cache/pip pip install -r r\n"
            ),
            "ENV A=1",
        ),
        (
            "B10",
            f"{ALPINE}{PORT}HEALTHCHECK CMD wget -qO- http://localhost:8000/up\n",
            "http://127.0.0.1:8000/up",
        ),
    ],
    ids=["B5", "B7", "B21", "B3", "B10"],
)
def test_a_rule_says_the_line_to_write(
    tmp_path: Path, practice: str, text: str, instead: str
) -> None:
    assert [fault.instead for fault in faults(practice, tmp_path, text)] == [instead]


@pytest.mark.parametrize(
    ("requirements", "found"),
    [
        ("flask==3.1.0\n", False),
        ("flask==3.1.0 \\\n    --hash=sha256:00\n", False),
        ("flask\n", True),
        ("flask>=3  # the latest\n", True),
        ("flask==3.*\n", True),
        ("# flask\n--index-url x\n-e .\n./vendor/shop\n", False),
        ('flask[async]==3.1.0; python_version < "3.14"\n', False),
        ("shop @ file:///src/shop\n", False),
    ],
)
def test_requirements_need_versions(tmp_path: Path, requirements: str, *, found: bool) -> None:
    dockerfile = f"{SLIM}COPY requirements.txt ./\nRUN pip install -r requirements.txt\n"
    files = {
        "requirements.txt": requirements,
    }
    assert [one.line for one in faults("B17", tmp_path, dockerfile, files)] == (
        [3] if found else []
    )


def test_constraints_are_versions_too(tmp_path: Path) -> None:
    dockerfile = f"{SLIM}COPY . .\nRUN pip install -r requirements.txt -c constraints.txt\n"
    files = {
        "requirements.txt": "flask\n",
    }
    assert faults("B17", tmp_path, dockerfile, files) == []


@pytest.mark.parametrize("ignored", ["", "package-lock.json\n"])
def test_a_lock_that_is_ignored_is_not_there(tmp_path: Path, ignored: str) -> None:
    dockerfile = "FROM node:24\nCOPY . .\nRUN npm install\n"
    files = {
        "package-lock.json": "{}",
        ".dockerignore": ignored,
    }
    found = [fault.line for fault in faults("B17", tmp_path, dockerfile, files)]
    assert found == ([] if ignored else [3])


def test_a_folder_is_known_by_the_context(tmp_path: Path) -> None:
    dockerfile = f"{SLIM}COPY --chmod=0644 app /app\n"
    files = {"app/a.py": ""}
    assert [fault.line for fault in faults("B6", tmp_path, dockerfile, files)] == [2]


def test_a_wrapper_needs_a_command(tmp_path: Path) -> None:
    dockerfile = f'{DEBIAN}COPY run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n'
    files = {
        "run.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    }
    assert [fault.line for fault in faults("B12", tmp_path, dockerfile, files)] == [3]
    files["run.sh"] = "#!/bin/sh\nexec server\n"
    assert faults("B12", tmp_path, dockerfile, files) == []
