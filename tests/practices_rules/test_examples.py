"""The examples that `imgen explain` and docs/practices.md show are told apart by an audit."""

from pathlib import Path

import pytest

from generator import practices
from generator.audit.run import audit
from generator.practices._model import Practice

CHECKED = [one for one in practices.every() if one.check or one.codes]
# What the file of an example belongs to, if it is not the Dockerfile itself.
AROUND = {
    ".dockerignore": 'FROM debian:trixie-slim\nWORKDIR /app\nCOPY . .\nCMD ["./server"]\n',
    "docker-bake.hcl": 'FROM debian:trixie-slim\nENV APP_VERSION="1.4.2"\n'
    'LABEL org.opencontainers.image.version="1.4.2"\nCMD ["server"]\n',
    "entrypoint.sh": "FROM debian:trixie-slim\n"
    "COPY --chmod=0555 entrypoint.sh /usr/local/bin/entrypoint.sh\n"
    'ENTRYPOINT ["/usr/local/bin/entrypoint.sh"]\nCMD ["server"]\n',
    "gunicorn.conf.py": "FROM python:3.13-slim-trixie\nWORKDIR /app\n"
    'COPY gunicorn.conf.py ./\nCMD ["gunicorn", "shop.wsgi:app"]\n',
    "nginx.conf": "FROM nginx:1.30-alpine3.23-slim\n"
    'COPY nginx.conf /etc/nginx/nginx.conf\nCMD ["nginx"]\n',
}


def found_in(folder: Path, practice: Practice, text: str) -> list[str]:
    file = practice.example.file
    files = {file: text} if file == "Dockerfile" else {"Dockerfile": AROUND[file], file: text}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    found = audit(folder / "Dockerfile")
    return [f"{one.line}: {one.what}" for one in found if one.practice == practice.id]


@pytest.mark.parametrize("practice", CHECKED, ids=lambda practice: practice.id)
def test_the_wrong_example_is_found(tmp_path: Path, practice: Practice) -> None:
    assert found_in(tmp_path, practice, practice.example.wrong) != []


@pytest.mark.parametrize("practice", CHECKED, ids=lambda practice: practice.id)
def test_nothing_is_found_in_the_right_example(tmp_path: Path, practice: Practice) -> None:
    assert found_in(tmp_path, practice, practice.example.right) == []
