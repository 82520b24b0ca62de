"""`imgen explain`: why each line of a generated file is there."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator import practices, proof
from generator.cli import cli
from generator.errors import UsageError
from generator.explain import blocks
from generator.practices._model import Practice

ROOT = Path(__file__).parents[1]
EXAMPLES = sorted(path.parent for path in (ROOT / "examples").glob("*/imgen.yaml"))
OUTPUT = (
    ".dockerignore", "Dockerfile", "docker-bake.hcl", "entrypoint.sh", "gunicorn.conf.py",
    "nginx.conf",
)  # fmt: skip
FILES = sorted(
    path.relative_to(ROOT)
    for folder in EXAMPLES
    for path in folder.iterdir()
    if path.name in OUTPUT
)
DOCKERFILES = [path for path in FILES if path.name == "Dockerfile"]
# Lines that only close or continue what stands above them.
OBVIOUS = re.compile(r'\s*[\])},"\'\\]*\s*|\s*#.*|""".*')


def run(*arguments: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(cli, ["explain", *arguments])


@pytest.mark.parametrize("path", DOCKERFILES, ids=str)
def test_every_instruction_of_an_example_is_explained(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    unexplained = [
        block.lines[0].text
        for block in blocks(path.name, text)
        if not any(line.reasons for line in block.lines)
        and not all(OBVIOUS.fullmatch(line.text) for line in block.lines)
    ]
    assert unexplained == []


@pytest.mark.parametrize("path", FILES, ids=str)
def test_the_file_is_printed_whole_and_in_order(path: Path) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    lines = [line for block in blocks(path.name, text) for line in block.lines]
    assert [line.text for line in lines] == text.splitlines()
    assert any(line.reasons for line in lines)


def test_each_line_has_its_practice_field_and_reason() -> None:
    shown = run(str(ROOT / "examples/flask-api/Dockerfile")).output
    user = shown[shown.index("USER 10001:10001") :].split("ENTRYPOINT")[0]
    assert "^ S2.13  " in user
    assert "[user]" in user
    expose = " ".join(shown[shown.index("EXPOSE 8000/tcp") :].split("STOPSIGNAL")[0].split())
    line = (ROOT / "examples/flask-api/imgen.yaml").read_text().splitlines().index("port: 8000")
    assert f"[port, imgen.yaml:{line + 1}" in expose


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_it_fits_a_terminal(example: Path) -> None:
    for line in run(str(example / "Dockerfile")).output.splitlines():
        if "^ " in line:
            assert len(line) <= 80, line


def test_one_line_gives_its_whole_instruction() -> None:
    path = ROOT / "examples/flask-api/Dockerfile"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "useradd" in line)
    shown = run(f"{path}:{number}").output
    assert "RUN apt-get update" in shown
    assert "install -d" in shown
    assert "ENTRYPOINT" not in shown


def test_without_an_argument_it_is_the_dockerfile_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "examples/spa")
    assert "FROM nginx" in run().output


def test_a_practice_is_told_in_full() -> None:
    shown = run("s2.13").output
    practice = practices.get("S2.13")
    assert shown.startswith(f"S2.13  {practice.title}\n")
    for text in (practice.example.wrong, practice.example.right):
        assert all(line in shown for line in text.strip().splitlines())
    assert "imgen verify: no-root" in shown


@pytest.mark.parametrize("practice", practices.every(), ids=lambda practice: practice.id)
def test_every_practice_can_be_told(practice: Practice) -> None:
    shown = run(practice.id)
    assert shown.exit_code == 0
    assert practice.source.split()[0] in shown.output


def test_the_catalogue_is_listed() -> None:
    assert len(run("--list").output.splitlines()) == len(practices.every())


def test_there_is_no_colour_in_a_pipe() -> None:
    assert "\x1b" not in run("S2.5").output + run(str(ROOT / "examples/spa/Dockerfile")).output


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("S2.99", "neither a file nor a practice"),
        ("nowhere/Dockerfile", "neither a file nor a practice"),
        (f"{ROOT}/examples/spa/Dockerfile:999", "has no line 999"),
        (f"{ROOT}/LICENSE", "carries no practice"),
        (f"{ROOT}/tests", "has no Dockerfile in it"),
    ],
)
def test_what_cannot_be_explained_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, target: str, told: str
) -> None:
    from generator.cli import run as main

    monkeypatch.setattr("sys.argv", ["imgen", "explain", target])
    assert main() == 2
    assert told in capsys.readouterr().err


def test_the_command_of_a_healthcheck_is_not_taken_for_cmd() -> None:
    text = 'HEALTHCHECK --interval=30s \\\n    CMD ["a"]\nCMD ["b"]\n'
    check, command = blocks("Dockerfile", text)
    assert check.lines[1].reasons == ()
    assert "S2.4" in {reason.practice.id for reason in command.lines[0].reasons}


def test_line_0_is_no_line() -> None:
    with pytest.raises(UsageError, match="has no line 0"):
        proof.explain(f"{ROOT / DOCKERFILES[0]}:0")
