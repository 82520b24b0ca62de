"""What an audit reads beside the Dockerfile."""

from pathlib import Path

import pytest

from generator.audit.load import load
from generator.errors import UsageError


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "text",
    [
        'COPY run.sh /usr/local/bin/\nENTRYPOINT ["run.sh"]',
        'COPY run.sh /usr/local/bin/run.sh\nENTRYPOINT ["/usr/local/bin/run.sh", "x"]',
        'WORKDIR /app\nCOPY . .\nCMD ["./run.sh"]',
        "WORKDIR /app\nCOPY . /app/\nCMD sh /app/run.sh",
        'COPY run.sh /\nENTRYPOINT ["/sbin/tini", "--", "/run.sh"]',
    ],
)
def test_the_script_that_an_image_starts_with_is_read(tmp_path: Path, text: str) -> None:
    write(tmp_path, Dockerfile=f"FROM a:1\n{text}\n", run_sh="#!/bin/sh\nnginx\n")
    (script,) = load(tmp_path / "Dockerfile", shown="Dockerfile").scripts
    assert (script.path, script.shell) == ("run.sh", "sh")
    assert script.commands[0].program == "nginx"


def test_other_scripts_and_programs_are_not(tmp_path: Path) -> None:
    write(
        tmp_path,
        Dockerfile='FROM a:1\nCOPY . /app/\nCMD ["/app/run.py"]\n',
        run_sh="#!/bin/sh\n",
        run_py="#!/usr/bin/python3\n",
    )
    assert load(tmp_path / "Dockerfile").scripts == ()


def test_an_nginx_conf_is_read_with_its_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        Dockerfile="FROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\n",
        nginx_conf="worker_processes auto;\nhttp {\n  server { listen 80; }\n}\n",
    )
    (conf,) = load(tmp_path / "Dockerfile").nginx
    assert [(d.arguments, d.line) for d in conf.of("worker_processes")] == [(("auto",), 1)]
    assert [(d.arguments, d.line) for d in conf.of("listen")] == [(("80",), 3)]


def test_a_broken_nginx_conf_is_no_reason_to_give_up(tmp_path: Path) -> None:
    write(
        tmp_path,
        Dockerfile="FROM nginx:1.30\nCOPY nginx.conf /etc/nginx/nginx.conf\n",
        nginx_conf="http {{{ ' \n",
    )
    assert len(load(tmp_path / "Dockerfile").nginx) == 1


def test_settings_of_gunicorn_are_read(tmp_path: Path) -> None:
    write(
        tmp_path,
        Dockerfile='FROM a:1\nWORKDIR /app\nCOPY . .\nCMD ["gunicorn", "app:app"]\n',
        gunicorn_conf_py='import x\nworker_tmp_dir = "/dev/shm"\n',
    )
    (conf,) = load(tmp_path / "Dockerfile").gunicorn
    assert conf.settings["worker_tmp_dir"][1] == 2


def test_a_file_outside_the_context_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    context = tmp_path / "context"
    context.mkdir()
    (context / "run.sh").symlink_to(tmp_path / "secret.sh")
    write(context, Dockerfile='FROM a:1\nCOPY run.sh ../secret.sh /\nCMD ["/run.sh"]\n')
    assert load(context / "Dockerfile").scripts == ()


def test_an_ignore_file_of_its_own_comes_first(tmp_path: Path) -> None:
    write(tmp_path, web_Dockerfile="FROM a:1\n", _dockerignore="a\n")
    (tmp_path / "web.Dockerfile.dockerignore").write_text("b\n", encoding="utf-8")
    found = load(tmp_path / "web.Dockerfile").ignore
    assert found is not None
    assert (found.denies("b"), found.denies("a")) == (True, False)


def test_paths_are_told_as_they_were_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, shop__Dockerfile='FROM a:1\nCOPY run.sh /\nCMD ["/run.sh"]\n')
    write(tmp_path / "shop", run_sh="#!/bin/sh\n", _dockerignore="x")
    monkeypatch.chdir(tmp_path)
    sources = load(Path("shop/Dockerfile"))
    assert sources.ignore is not None
    assert [sources.dockerfile.path, sources.ignore.path, sources.scripts[0].path] == [
        "shop/Dockerfile",
        "shop/.dockerignore",
        "shop/run.sh",
    ]


@pytest.mark.parametrize("content", [b"\xff\xfe", b""])
def test_what_cannot_be_read_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "Dockerfile").write_bytes(content)
    with pytest.raises(UsageError, match="Dockerfile"):
        load(tmp_path / "Dockerfile")


def test_a_program_is_found_behind_inits_and_scripts(tmp_path: Path) -> None:
    write(
        tmp_path,
        Dockerfile='FROM a:1\nCOPY run.sh /\nENTRYPOINT ["tini", "-g", "--", "/run.sh"]\n'
        'CMD ["gunicorn", "x"]\n',
        run_sh='#!/bin/sh\nexec "$@"\n',
    )
    assert load(tmp_path / "Dockerfile").program() == "gunicorn"
