"""`imgen verify` where no engine answers or one fails: what is told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.errors import UsageError
from generator.verify.command import Options, run_verify
from generator.verify.dialect import DIALECTS, DOCKER, PODMAN
from generator.verify.engine import find as find_engine
from generator.verify.errors import (
    BuildError,
    CommandError,
    EndedError,
    MissingBaseError,
    NoEngineError,
    explained,
)
from tests.helpers import EXAMPLES, ROOT


def test_no_command_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEngineError, match="neither a docker nor a podman command"):
        find_engine()
    with pytest.raises(NoEngineError, match="there is no podman command"):
        find_engine("podman")


def fake(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("name", "script", "message"),
    [
        ("docker", "echo 20.10.5", "the engine is docker 20.10.5: 23 or later is needed"),
        ("podman", "echo 3.4.4", "the engine is podman 3.4.4: 5 or later is needed"),
        ("docker", "echo 28.0; [ $1 != buildx ]", "docker has no builder: install its buildx"),
        ("docker", "echo Cannot connect >&2; exit 1", "no engine answers docker: start it"),
    ],
)
def test_an_engine_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, script: str, message: str
) -> None:
    fake(tmp_path, name, script)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoEngineError, match=message):
        find_engine()


def test_podman_is_taken_where_it_is_what_is_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake(tmp_path, "podman", "echo 5.2.1")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_engine() is PODMAN
    fake(tmp_path, "docker", "echo 28.5.2")
    assert find_engine() is DOCKER
    assert set(DIALECTS) == {"docker", "podman"}


def test_the_command_without_an_engine_exits_with_two_and_one_message(tmp_path: Path) -> None:
    fake(tmp_path, "docker", "echo cannot connect to nowhere >&2; exit 1")
    code = (
        "import sys; from pathlib import Path; from generator.errors import ImgenError\n"
        "from generator.verify.command import Options, run_verify\n"
        "try: run_verify(Path(sys.argv[1]), Options())\n"
        "except ImgenError as error: print(error); sys.exit(error.exit_code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(EXAMPLES / "worker")],
        env={**os.environ, "PATH": str(tmp_path), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "")
    assert "no engine answers docker: start it" in done.stdout
    assert "cannot connect to nowhere" in done.stdout


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("Error: Bind for 127.0.0.1:80 failed: port is already allocated", "is in use"),
        ("write /x: no space left on device", "builder prune"),
        ("permission denied while trying to connect to the daemon", "join its group"),
        ("Error: something else", "docker run: Error: something else"),
    ],
)
def test_known_failures_come_with_what_to_do(said: str, advice: str) -> None:
    assert advice in explained("docker run", f"first\n{said}\nRun 'docker run --help'")


def test_a_job_that_is_done_is_told_apart_from_one_that_failed() -> None:
    assert "only programs that keep running" in str(EndedError(0, ""))
    assert "only programs that keep running" not in str(EndedError(1, ""))


def test_no_message_moves_the_cursor_of_a_terminal() -> None:
    assert str(MissingBaseError("a\x1b[2Jb\nc")) == "a\\x1b[2Jb\nc"
    assert str(CommandError("docker run", "a\x1b[2Jb")) == "docker run: a\\x1b[2Jb"


def test_a_report_that_cannot_be_written_is_told_before_the_work(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("x", encoding="utf-8")
    for path in (tmp_path / "gone" / "report", tmp_path):
        with pytest.raises(UsageError, match="--output"):
            run_verify(EXAMPLES / "worker", Options(output=path))
    for path in (kept, tmp_path / "new"):
        with pytest.raises(UsageError, match="no check 'x'"):
            run_verify(EXAMPLES / "worker", Options(output=path, only=["x"]))
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert kept.read_text(encoding="utf-8") == "x"


def test_errors_keep_to_the_end_of_a_log() -> None:
    assert BuildError("\n".join(map(str, range(40)))).tail(15) == [str(n) for n in range(25, 40)]
    assert str(EndedError(3, "a\nb\n\n")) == "ended with exit code 3: b"


FAILED_STEP = """\
go: go.mod requires go >= 1.25.0
{said}
Dockerfile:9
--------------------
   8 |     COPY cmd ./cmd
   9 | >>> RUN go build
  10 |
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c go build" did not complete: 1
"""


def test_a_failed_build_is_told_by_its_step_and_not_by_an_excerpt_of_the_dockerfile() -> None:
    error = BuildError(FAILED_STEP.format(said="ERROR: no version of shop fits"))
    assert [line.partition(":")[0] for line in error.tail()] == ["go", "ERROR", "ERROR"]
    assert error.reason() == "ERROR: no version of shop fits"


def test_apt_is_believed_as_well() -> None:
    said = "E: Unable to locate package libshop1"
    assert BuildError(FAILED_STEP.format(said=said)).reason() == said


def test_the_builder_tells_why_a_build_failed_if_the_step_does_not() -> None:
    assert "failed to solve: process" in BuildError(FAILED_STEP.format(said="")).reason()
    assert BuildError("").reason() == "the builder said nothing"


def test_a_failure_of_npm_is_told_by_its_first_words() -> None:
    said = ["npm error code EUSAGE", "npm error", "npm error The lock does not fit.", "npm error"]
    error = BuildError("\n".join(["added 3", *said, *["npm error Options:"] * 40]))
    assert error.tail()[0] == said[0]
    assert len(error.tail()) == 15
    assert error.reason() == "The lock does not fit."


def test_a_failed_script_of_a_package_is_told_by_what_it_says() -> None:
    said = ["code 1", "path /src/node_modules/sharp", "command failed", "command sh -c install"]
    said += ["sharp: Downloading", "sharp: Installation error: host not found", "sharp: See"]
    error = BuildError("\n".join(f"npm error {line}" for line in said))
    assert error.reason() == "sharp: Installation error: host not found"


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        ("a\nError: Cannot find module 'x'\n  at y\n\nNode.js v24.1.0\n", "Error: Cannot find"),
        (
            "Traceback\nModuleNotFoundError: No module named 'x'\n[1] [ERROR] Worker failed\n",
            "ModuleNotFoundError: No module",
        ),
        ("django.core.exceptions.ImproperlyConfigured: Set X\n", "django.core.exceptions"),
        ("Error [ERR_X]: y\nNode.js v24.1.0\n", "Error [ERR_X]: y"),
        ("starting\nno such file\n", "no such file"),
    ],
)
def test_an_ended_container_is_told_by_the_error_that_its_log_names(log: str, cause: str) -> None:
    assert f"exit code 1: {cause}" in str(EndedError(1, log))
