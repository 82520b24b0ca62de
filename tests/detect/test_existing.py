"""What container files that are there already tell."""

from pathlib import Path

import pytest

from generator.detect import existing
from generator.detect.existing import Existing, Told
from generator.detect.model import Evidence
from generator.detect.tree import Tree


def told(tmp_path: Path, **files: str) -> Existing:
    """What files tell; `_` in a name stands for its dot."""
    for name, text in files.items():
        path = tmp_path / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return existing.read(Tree.scan(tmp_path))


def values(found: tuple[Told, ...]) -> list[str]:
    return [each.value for each in found]


DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG PYTHON_VERSION=3.12
FROM python:${PYTHON_VERSION}-slim AS base
ENV PORT=9000 GREETING="a b" \\
    PLAIN=1
ENV OLD style
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y -t stable \\
    # a comment between
    libpq5=15.* curl \\
    && rm -rf /var/lib/apt/lists/*

FROM base AS build
RUN apt-get install -y gcc

FROM base
RUN <<EOT
apk add --no-cache --virtual .deps tini
EOT
EXPOSE ${PORT} 9001/udp
HEALTHCHECK --interval=3s CMD curl -f http://localhost:${PORT}/healthz || exit 1
VOLUME ["/data"]
ENTRYPOINT ["/entry.sh"]
CMD python manage.py migrate && exec gunicorn --bind 0.0.0.0:$PORT shop.wsgi
"""


def test_the_final_stage_of_a_dockerfile(tmp_path: Path) -> None:
    found = told(tmp_path, Dockerfile=DOCKERFILE)
    assert found.images == (Told("python:3.12-slim", Evidence(path="Dockerfile", line=3)),)
    assert found.ports == (Told("9000", Evidence(path="Dockerfile", line=19)),)
    assert found.argv == ("gunicorn", "--bind", "0.0.0.0:9000", "shop.wsgi")
    assert found.argv_evidence == Evidence(path="Dockerfile", line=23)
    assert values(found.apt_packages) == ["libpq5", "curl"]
    assert values(found.apk_packages) == ["tini"]
    assert values(found.build_packages) == ["gcc"]
    assert {name: each.value for name, each in found.env.items()} == {
        "PORT": "9000",
        "GREETING": "a b",
        "PLAIN": "1",
        "OLD": "style",
    }
    assert found.env["PLAIN"].evidence.line == 4
    assert values(found.health_paths) == ["/healthz"]
    assert values(found.volumes) == ["/data"]
    assert found.arguments["PYTHON_VERSION"].value == "3.12"
    assert found.files == ("Dockerfile",)


@pytest.mark.parametrize(
    ("lines", "argv"),
    [
        ('CMD ["node", "server.js"]', ["node", "server.js"]),
        ("CMD node server.js", ["node", "server.js"]),
        ('ENTRYPOINT ["java"]\nCMD ["-jar", "a.jar"]', ["java", "-jar", "a.jar"]),
        ('ENTRYPOINT ["tini", "-g", "--"]\nCMD ["node", "a.js"]', ["node", "a.js"]),
        ('ENTRYPOINT ["/app/docker-entrypoint.sh"]\nCMD ["node", "a.js"]', ["node", "a.js"]),
        ('CMD ["sh", "-c", "exec uvicorn a:b --port ${PORT:-8000}"]',
         ["uvicorn", "a:b", "--port", "8000"]),
        ("CMD cd /app; A=1 gunicorn a:b", ["gunicorn", "a:b"]),
        ('CMD ["a"]\nCMD ["b"]', ["b"]),
        ("CMD [not json", []),
        ('CMD [1, {"a": 2}]', []),
        ('CMD "unclosed', []),
        ("CMD", []),
    ],
)  # fmt: skip
def test_the_words_of_a_command(lines: str, argv: list[str], tmp_path: Path) -> None:
    assert list(told(tmp_path, Dockerfile=f"FROM a\n{lines}\n").argv) == argv


def test_the_command_of_a_script_that_is_started(tmp_path: Path) -> None:
    script = "#!/bin/sh\nset -e\npython manage.py migrate\nif true; then\n echo a\nfi\n"
    script += "exec gunicorn \\\n  shop.wsgi --bind :8000\n"
    found = told(tmp_path, Dockerfile='FROM a\nCMD ["./start.sh"]\n', scripts__start_sh=script)
    assert found.argv == ("gunicorn", "shop.wsgi", "--bind", ":8000")
    assert found.argv_evidence == Evidence(path="scripts/start.sh", line=7)


def test_a_server_for_development_is_not_believed_where_there_is_another(tmp_path: Path) -> None:
    found = told(
        tmp_path,
        Dockerfile="FROM a\nCMD python manage.py runserver 0.0.0.0:8000\n",
        Procfile="web: gunicorn shop.wsgi -b 0.0.0.0:8080\nworker: celery -A shop worker\n",
    )
    assert found.argv == ("gunicorn", "shop.wsgi", "-b", "0.0.0.0:8080")
    assert found.argv_evidence == Evidence(path="Procfile", line=1)
    assert values(found.ports) == ["8080"]
    worker = Told("celery -A shop worker", Evidence(path="Procfile", line=2))
    assert found.workers == {"worker": worker}


@pytest.mark.parametrize("word", ["ARG", "ENV"])
def test_a_secret_is_not_filled_into_a_command(tmp_path: Path, word: str) -> None:
    secret = f"{word} DBPASS=hunter2\n{word} PLAIN=sk_live_hunter2a\n{word} SIZE=2\n"
    command = "CMD gunicorn shop --user $DBPASS -k ${PLAIN} -w $SIZE\n"
    found = told(tmp_path, Dockerfile=f"FROM a\n{secret}{command}")
    assert "hunter2" not in str(found.argv)
    assert found.argv[:1] == ("gunicorn",)
    assert found.argv[-1] == "2"


def test_it_is_told_where_there_is_no_other(tmp_path: Path) -> None:
    found = told(tmp_path, Dockerfile="FROM a\nCMD python manage.py runserver\n")
    assert found.argv == ("python", "manage.py", "runserver")


COMPOSE = """\
services:
  db:
    image: postgres:16
    ports: ["5432:5432"]
  other:
    build: other/
    ports: ["1:1"]
  web:
    build: {context: ., dockerfile: docker/web.Dockerfile}
    command: gunicorn shop.wsgi
    ports:
      - "127.0.0.1:${PORT:-80}:8000/tcp"
      - target: 8001
    environment:
      DATABASE_URL: postgres://db
      DEBUG: false
      TOKEN:
    healthcheck:
      test: ["CMD", "curl", "http://localhost:8000/ready"]
    volumes: [".:/app", "data:/srv/data", {type: volume, source: m, target: /srv/media}]
"""


def test_the_service_that_is_built_from_the_folder(tmp_path: Path) -> None:
    found = told(tmp_path, compose_yaml=COMPOSE, docker__web_Dockerfile="FROM a:1\n")
    assert values(found.ports) == ["8000", "8001"]
    assert found.ports[0].evidence == Evidence(path="compose.yaml", line=12)
    assert found.argv == ("gunicorn", "shop.wsgi")
    assert found.argv_evidence == Evidence(path="compose.yaml", line=10)
    assert {name: each.value for name, each in found.env.items()} == {
        "DATABASE_URL": "postgres://db",
        "DEBUG": "false",
        "TOKEN": "",
    }
    assert values(found.health_paths) == ["/ready"]
    assert values(found.volumes) == ["/srv/data", "/srv/media"]
    assert found.services == {"db": Told("postgres:16", Evidence(path="compose.yaml", line=3))}
    assert values(found.images) == ["a:1"]
    assert found.files == ("docker/web.Dockerfile", "compose.yaml")


def test_environment_as_a_list(tmp_path: Path) -> None:
    text = "services:\n  app:\n    build: .\n    environment: [A=1, B, 'C=a=b', 3]\n"
    found = told(tmp_path, **{"docker-compose_yml": text})
    assert {name: each.value for name, each in found.env.items()} == {
        "A": "1",
        "B": "",
        "C": "a=b",
    }


@pytest.mark.parametrize(
    "text",
    [
        "services: 3",
        "services: {web: 3}",
        "services: {web: {build: 3, ports: 4, environment: 5, volumes: 6, command: 7}}",
        "services: {web: {build: ., ports: [[], {}, null, 1.5, .inf, {target: []}], command: [1]}}",
        "services: {web: {build: ., healthcheck: 3, volumes: [{}, 3, ''], environment: {1: 2}}}",
        "services: {web: {build: ., healthcheck: {test: {a: b}}, environment: {A: [1]}}}",
        "services: [web]",
    ],
)
def test_compose_files_of_wrong_types(text: str, tmp_path: Path) -> None:
    found = told(tmp_path, compose_yaml=text)
    assert found.argv == ()
    assert found.files == ("compose.yaml",)


def test_the_dockerfile_for_production_comes_first(tmp_path: Path) -> None:
    for name in ("Dockerfile.dev", "Dockerfile.prod", "docker/Dockerfile.test", "web.Dockerfile"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"FROM {name.lower().replace('/', '-')}\n", encoding="utf-8")
    found = existing.read(Tree.scan(tmp_path))
    assert found.files == (
        "Dockerfile.prod",
        "web.Dockerfile",
        "Dockerfile.dev",
        "docker/Dockerfile.test",
    )
    assert values(found.images) == ["dockerfile.prod"]


@pytest.mark.parametrize(
    ("line", "port"),
    [
        ("gunicorn a:b --bind 0.0.0.0:8001", "8001"),
        ("gunicorn a:b --bind=[::]:8002", "8002"),
        ("gunicorn a:b -b :8003", "8003"),
        ("uvicorn a:b --port=8004", "8004"),
        (f"gunicorn a:b --bind {'a' * 5_000}:8005", ""),
    ],
)
def test_the_port_of_a_process(line: str, port: str, tmp_path: Path) -> None:
    found = told(tmp_path, Procfile=f"web: {line}\n")
    assert values(found.ports) == ([port] if port else [])


def test_a_variable_begins_a_word(tmp_path: Path) -> None:
    found = told(tmp_path, Dockerfile=f"FROM a\nENV A=1 a-B=2 C=3 {'d' * 200}=4\n")
    assert {name: each.value for name, each in found.env.items()} == {"A": "1", "B": "2", "C": "3"}


def test_the_lines_of_services(tmp_path: Path) -> None:
    text = """\
services:
  db:
    image: x
  web:
    build: .
    environment:
      # A
      A: 1
"""
    found = told(tmp_path, compose_yaml=text)
    assert found.services["db"] == Told("x", Evidence(path="compose.yaml", line=3))
    assert found.env["A"] == Told("1", Evidence(path="compose.yaml", line=8))


def test_nothing_there_tells_nothing(tmp_path: Path) -> None:
    assert existing.read(Tree.scan(tmp_path)) == Existing()
