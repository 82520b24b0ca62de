"""`imgen audit` on files and targets that nobody can read or write, and on odd Dockerfiles."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.audit.load import load
from generator.audit.run import Auditor, audit
from generator.audit.sources import LARGEST
from generator.cli import cli
from generator.cli import run as run_command
from generator.errors import USAGE, UsageError

GOOD = "FROM debian:trixie-slim\n"


def run(*arguments: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(
        cli, ["audit", "--no-engine", *arguments], standalone_mode=False
    )


def test_one_unreadable_file_does_not_hide_the_others(tmp_path: Path) -> None:
    for name, data in (("a", b"\xff"), ("b", GOOD.encode()), ("c", b"no Dockerfile\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "Dockerfile").write_bytes(data)
    done = run("--format", "json", str(tmp_path))
    told = json.loads(done.stdout)
    assert {Path(one["path"]).parent.name for one in told["findings"]} == {"b"}
    assert [note for note in told["notes"] if "a/Dockerfile: is not UTF-8" in note]
    assert [note for note in told["notes"] if "c/Dockerfile" in note]
    assert done.return_value == USAGE


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"\xff", "is not UTF-8 text"), (b"#" * (LARGEST + 1), "is larger than 1 MB")],
)
def test_the_reason_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    (tmp_path / "Dockerfile").write_bytes(data)
    with pytest.raises(UsageError, match=reason):
        load(tmp_path / "Dockerfile")


def test_a_report_that_cannot_be_written_is_no_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "Dockerfile").write_text(GOOD)
    target = tmp_path / "missing" / "report"
    monkeypatch.setattr(
        "sys.argv", ["imgen", "audit", "--no-engine", str(tmp_path), "-o", str(target)]
    )
    assert run_command() == USAGE
    assert f"{target}: cannot be written" in capsys.readouterr().err


def test_what_hadolint_does_not_know_yet_is_a_note(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"{GOOD}COPY <<EOF /x\nA\nEOF\nUSER 1:1\n")
    auditor = Auditor(engine=False)
    found = auditor.audit(tmp_path / "Dockerfile")
    assert "DL1000" not in {one.rule for one in found}
    assert any("hadolint cannot read this line" in note for note in auditor.notes)


def test_a_here_document_is_read_as_the_file_that_it_writes(tmp_path: Path) -> None:
    conf = "worker_processes auto;\nevents {}\n"
    text = f"FROM nginx:1.30-alpine3.23\nCOPY <<EOF /etc/nginx/nginx.conf\n{conf}EOF\n"
    silenced = text.replace("worker", "# imgen: ignore=S3 one host, one container\nworker")
    for written, lines in ((text, [3]), (silenced, [])):
        (tmp_path / "Dockerfile").write_text(written)
        found = audit(tmp_path / "Dockerfile", tools=False)
        assert [one.line for one in found if one.practice == "S3"] == lines


def test_a_user_of_windows_has_no_number(tmp_path: Path) -> None:
    text = "FROM mcr.example.com/windows/servercore:ltsc2022\nUSER ContainerUser\n"
    (tmp_path / "Dockerfile").write_text(text)
    assert "DL3066" not in {one.rule for one in audit(tmp_path / "Dockerfile")}


def test_an_engine_that_is_gone_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "Dockerfile").write_text(GOOD)
    auditor = Auditor(tools=False)
    auditor.audit(tmp_path / "Dockerfile")
    assert not auditor.engine
    assert any("docker" in note for note in auditor.notes)
