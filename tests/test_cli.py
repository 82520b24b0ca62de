"""The command line as its user runs it: output, exit codes, and never a traceback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import profiles
from generator import __version__
from generator.artefacts import fields
from generator.cli import cli
from tests.helpers import ROOT, Result, case, imgen

SPEC = case("examples/static-proxy").text()
FILES = ["Dockerfile", ".dockerignore", "entrypoint.sh", "nginx.conf"]
WARNS = "imgen: 1\nprofile: nginx\nname: a\nversion: 1.0.0\nmaintainer: Me\n"
WARNING = "resources.cpus: is missing: one worker is started; give the limit, or auto to follow it"
PROVING = [("audit",), ("explain",), ("verify",)]
COMMANDS = [(), *((name,) for name in cli.commands)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a spec and nothing else."""
    (tmp_path / "imgen.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def lines(word: str, folder: str = "") -> str:
    """What is printed for the files when the same happens to all of them."""
    return "".join(f"{word:<14}  {folder}{name}\n" for name in FILES)


def test_the_version_is_that_of_the_package(tmp_path: Path) -> None:
    assert imgen("--version", cwd=tmp_path) == Result(0, f"imgen {__version__}\n", "")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command) or "imgen")
def test_the_help_tells_everything(command: tuple[str, ...], tmp_path: Path) -> None:
    told = imgen(*command, "--help", cwd=tmp_path)
    assert told.code == 0
    assert told.err == ""
    codes = "0 done, 1 failed, 2 wrong usage or spec, 3 a file was edited by hand"
    if command in PROVING:
        codes = "0 nothing found, 1 something found, 2 could not run"
    if command == ("detect",):
        codes = "0 an app was found, 1 none was found, 2 wrong usage"
    assert f"Exit codes: {codes}, " in " ".join(told.out.split())
    known = cli.commands[command[0]] if command else cli
    assert known.help
    for parameter in known.params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            assert option.startswith("-") is False or option in told.out
    if not command:
        for name in cli.commands:
            assert re.search(rf"^  {name} +[A-Z].*\.$", told.out, flags=re.MULTILINE), name
    assert max(map(len, told.out.splitlines())) <= 80


def test_the_short_help_is_the_same(tmp_path: Path) -> None:
    assert imgen("-h", cwd=tmp_path) == imgen("--help", cwd=tmp_path)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generat"], "No such command 'generat'"),
        (["generate", "--nothing"], "No such option"),
        (["generate", "a", "b"], "Got unexpected extra argument"),
        (["generate", "-o"], "requires an argument"),
        (["tags"], "Missing argument"),
        (["completion", "tcsh"], "'tcsh' is not one of"),
        (["profiles", "node"],
            "node: is not a profile; there are generic, nginx, python-alpine, python-multistage"),
        (["tags", "v1"], "VERSION: must be a version like 1.4.2 or 1.5.0-rc.1, not 'v1'"),
        (["generate", "nothing.yaml"], "nothing.yaml: no such file; `imgen new` writes one"),
        (["generate"], "imgen.yaml: no such file; `imgen new` writes one"),
        (["generate", "/dev/null/imgen.yaml"], "/dev/null/imgen.yaml: Not a directory"),
        (["generate", "."], "imgen.yaml: no such file; `imgen new` writes one"),
    ],
    ids=lambda value: ascii(value)[:40],
)  # fmt: skip
def test_wrong_usage_ends_with_2(arguments: list[str], message: str, tmp_path: Path) -> None:
    told = imgen(*arguments, cwd=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert message in told.err
    assert names(tmp_path) == []


def test_without_a_command_the_help_is_shown(tmp_path: Path) -> None:
    told = imgen(cwd=tmp_path)
    assert told.code == 2
    assert "Usage: imgen" in told.out + told.err


RUN = (
    "Run it:   docker run --rm --read-only --cap-drop ALL --security-opt no-new-privileges "
    "--tmpfs /tmp --cpus 2 --memory 128m --publish 8080:8080 counter:1.1.0\n"
)


def test_what_is_no_longer_generated_is_named_and_stays(folder: Path) -> None:
    imgen("generate", cwd=folder)
    spec = folder / "imgen.yaml"
    described = spec.read_text(encoding="utf-8")
    spec.write_text(described + "outputs: [bake]\n", encoding="utf-8")
    assert "is no longer generated" not in imgen("generate", cwd=folder).err
    spec.write_text(described, encoding="utf-8")
    told = imgen("generate", cwd=folder)
    assert "docker-bake.hcl: is no longer generated" in told.err
    assert (folder / "docker-bake.hcl").is_file()


def test_generate_writes_the_files_and_says_so(folder: Path) -> None:
    told = imgen("generate", cwd=folder)
    assert told == Result(
        0, lines("create"), f"Build it: docker build --tag counter:1.1.0 .\n{RUN}"
    )
    expected = {str(path): text for path, text in case("examples/static-proxy").files().items()}
    assert {name: (folder / name).read_text(encoding="utf-8") for name in FILES} == expected
    assert names(folder) == sorted([*FILES, ".imgen.lock", "imgen.yaml"])
    assert os.access(folder / "entrypoint.sh", os.X_OK)
    again = imgen("generate", "imgen.yaml", cwd=folder)
    assert (again.code, again.out) == (0, lines("unchanged"))


def test_a_spec_may_be_a_folder_elsewhere(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    told = imgen("generate", str(folder), cwd=tmp_path_factory.mktemp("elsewhere"))
    assert (told.code, told.out) == (0, lines("create", f"{folder}/"))


def test_the_build_command_works_where_imgen_was_called(folder: Path) -> None:
    told = imgen("generate", str(folder), cwd=folder.parent)
    assert told.err == f"Build it: cd {folder} && docker build --tag counter:1.1.0 .\n{RUN}"


def test_the_output_may_go_to_another_folder(folder: Path) -> None:
    told = imgen("generate", "-o", "out/deep", cwd=folder)
    assert (told.code, told.out) == (0, lines("create", "out/deep/"))
    assert names(folder / "out/deep") == sorted([*FILES, ".imgen.lock"])
    assert imgen("generate", "--output", "imgen.yaml", cwd=folder).code == 2


def test_a_spec_may_come_from_standard_input(tmp_path: Path) -> None:
    told = imgen("generate", "-", cwd=tmp_path, stdin=SPEC)
    assert (told.code, told.out) == (0, lines("create"))
    assert names(tmp_path) == sorted([*FILES, ".imgen.lock"])


def test_a_problem_on_standard_input_is_told_so(tmp_path: Path) -> None:
    told = imgen("generate", "-", cwd=tmp_path, stdin="imgen: 1\nprofile: nginxx\n")
    assert told.code == 2
    assert told.err.startswith("<stdin>:2:10: profile: must be one of ")


def test_stdout_prints_the_files_and_writes_none(folder: Path) -> None:
    told = imgen("generate", "--stdout", cwd=folder)
    assert (told.code, told.err) == (0, "")
    parts = dict(re.findall(r"==> (\S+) <==\n(.*?\n)\n(?===>|\Z)", told.out, flags=re.DOTALL))
    assert parts == {
        str(path): text for path, text in case("examples/static-proxy").files().items()
    }
    assert names(folder) == ["imgen.yaml"]


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    assert imgen("generate", "--dry-run", cwd=folder) == Result(0, lines("create"), "")
    assert names(folder) == ["imgen.yaml"]


def test_diff_shows_what_changes(folder: Path) -> None:
    told = imgen("generate", "--diff", "--dry-run", cwd=folder)
    assert "--- /dev/null\n+++ b/Dockerfile\n@@ -0,0 +1," in told.out
    assert told.out.endswith(lines("create"))
    imgen("generate", cwd=folder)
    (folder / "imgen.yaml").write_text(SPEC.replace("1.1.0", "1.2.0"), encoding="utf-8")
    told = imgen("generate", "--diff", cwd=folder)
    assert told.code == 0
    assert '-ENV APP_VERSION="1.1.0"\n+ENV APP_VERSION="1.2.0"\n' in told.out
    assert "update          Dockerfile\n" in told.out
    assert "unchanged       nginx.conf\n" in told.out


def test_a_difference_holds_nothing_that_a_terminal_obeys(folder: Path) -> None:
    imgen("generate", cwd=folder)
    edited = "a\tb\n\x1b]0;title\x07\x1b[2Jc\rd\x0ce\u202ef\n"
    (folder / "Dockerfile").write_text(edited, encoding="utf-8", newline="")
    told = imgen("generate", cwd=folder)
    assert told.code == 3
    assert "-a\tb\n-\\x1b]0;title\\x07\\x1b[2Jc\\rd\\x0ce\\u202ef\n" in told.out
    assert all(char.isprintable() or char in "\t\n" for char in told.out)


def test_an_edited_file_ends_with_3_and_its_difference(folder: Path) -> None:
    imgen("generate", cwd=folder)
    with (folder / "Dockerfile").open("a", encoding="utf-8") as file:
        file.write("# mine\n")
    (folder / "nginx.conf").unlink()
    told = imgen("generate", cwd=folder)
    assert told.code == 3
    assert told.out.endswith("-# mine\n")
    assert (
        "edited by hand or not imgen's: Dockerfile. Nothing was written; --force replaces."
        in told.err
    )
    assert not (folder / "nginx.conf").exists()
    assert imgen("generate", "--dry-run", cwd=folder).code == 3
    told = imgen("generate", "--force", cwd=folder)
    assert told.code == 0
    assert "overwrite       Dockerfile\n" in told.out
    assert "# mine" not in (folder / "Dockerfile").read_text(encoding="utf-8")


def test_every_problem_is_told_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(WARNS + "port: 0\nbogus: 1\n", encoding="utf-8")
    told = imgen("generate", "bad.yaml", cwd=tmp_path)
    assert told == Result(
        2,
        "",
        "bad.yaml:6:7: port: must be a whole number from 1 to 65535, not 0\n"
        "bad.yaml:7:1: bogus: is not a field\n"
        "2 problems; nothing was written.\n",
    )
    assert names(tmp_path) == ["bad.yaml"]


def test_warnings_go_to_stderr_and_strict_makes_errors_of_them(tmp_path: Path) -> None:
    (tmp_path / "imgen.yaml").write_text(WARNS, encoding="utf-8")
    told = imgen("generate", "--strict", cwd=tmp_path)
    assert told == Result(2, "", f"imgen.yaml:1:1: {WARNING}\n1 problem; nothing was written.\n")
    assert names(tmp_path) == ["imgen.yaml"]
    told = imgen("generate", "--dry-run", cwd=tmp_path)
    assert told == Result(0, lines("create"), f"imgen.yaml:1:1: warning: {WARNING}\n")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "must be a mapping that begins with `imgen: 1`"),
        (b"name: caf\xe9\n", "is not UTF-8 text"),
        (b"\xff\xfei\x00m\x00", "is not UTF-8 text"),
        (b"\x00", "is not YAML"),
        (b"imgen: 1\nprofile: \xed\xa0\x80\n", "is not UTF-8 text"),
    ],
    ids=ascii,
)
def test_a_spec_that_is_no_text_is_told(raw: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "imgen.yaml").write_bytes(raw)
    told = imgen("generate", cwd=tmp_path)
    assert (told.code, told.out) == (2, "")
    assert message in told.err


def test_a_byte_order_mark_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "imgen.yaml").write_bytes(b"\xef\xbb\xbf" + SPEC.replace("\n", "\r\n").encode())
    told = imgen("generate", "--stdout", cwd=tmp_path)
    assert told.code == 0
    assert "\r" not in told.out


def test_a_target_that_is_a_folder_ends_with_1(folder: Path) -> None:
    (folder / "Dockerfile").mkdir()
    told = imgen("generate", cwd=folder)
    assert told == Result(1, "", "error: Dockerfile: is not a regular file\n")


def test_a_link_out_of_the_folder_ends_with_1(folder: Path) -> None:
    (folder / "Dockerfile").symlink_to("/etc/hostname")
    told = imgen("generate", "--force", cwd=folder)
    assert told.code == 1
    assert "is a link" in told.err


def test_ctrl_c_ends_with_130(tmp_path: Path) -> None:
    pipe = tmp_path / "spec"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "generator", "generate", str(pipe)],
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        writer = opened(pipe, process)
        said = interrupted(process)
        os.close(writer)
    finally:
        process.kill()
    assert (process.returncode, said) == (
        130,
        "\ninterrupted; nothing was written or left behind.\n",
    )
    assert names(tmp_path) == ["spec"]


def interrupted(process: subprocess.Popen[bytes]) -> str:
    """Press Ctrl-C, again if it came just before the process began to wait for input."""
    for _ in range(10):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=3)[1].decode()
    raise AssertionError("still running")


def opened(pipe: Path, process: subprocess.Popen[bytes]) -> int:
    """Open a pipe as soon as the process reads from it."""
    while process.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            time.sleep(0.01)
    raise AssertionError(process.returncode)


@pytest.mark.parametrize(
    "arguments", [["schema"], ["--help"], ["profiles"], ["generate", "--stdout"]], ids=" ".join
)
@pytest.mark.parametrize("output", ["closed pipe", "full disk"])
def test_output_that_nobody_takes_ends_with_1(
    arguments: list[str], output: str, folder: Path
) -> None:
    if output == "full disk" and not Path("/dev/full").exists():
        pytest.skip("only Linux has a full disk at hand")
    reader, writer = os.pipe()
    os.close(reader)
    target = writer if output == "closed pipe" else os.open("/dev/full", os.O_WRONLY)
    done = subprocess.run(
        [sys.executable, "-m", "generator", *arguments],
        stdout=target,
        stderr=subprocess.PIPE,
        cwd=folder,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    os.close(writer)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_profiles_lists_them_all(tmp_path: Path) -> None:
    told = imgen("profiles", cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    given = dict(line.split(maxsplit=1) for line in told.out.splitlines())
    assert given == {name: profiles.get(name).SUMMARY for name in profiles.names()}


@pytest.mark.parametrize("name", profiles.names())
def test_profiles_lists_the_fields_of_one(name: str, tmp_path: Path) -> None:
    told = imgen("profiles", name, cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    folded = " ".join(told.out.split())
    for path, default, description in fields(profiles.get(name)):
        shown = f"{path} ({default})" if default else path
        assert shown in told.out.splitlines()
        assert f"{shown} {description}" in folded
    assert max(map(len, told.out.splitlines())) <= 80


def test_tags_prints_them_longest_first(tmp_path: Path) -> None:
    assert imgen("tags", "1.4.2", cwd=tmp_path) == Result(0, "1.4.2\n1.4\n1\n", "")
    assert imgen("tags", "1.5.0-rc.1", cwd=tmp_path) == Result(0, "1.5.0-rc.1\n", "")


def test_schema_prints_json(tmp_path: Path) -> None:
    told = imgen("schema", cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert json.loads(told.out)["title"] == "imgen spec"


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which `imgen` is a command."""
    program = tmp_path / "bin" / "imgen"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m generator "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.mark.parametrize(
    ("words", "completions"),
    [
        (["gen"], ["generate"]),
        (["generate", "--d"], ["--dry-run", "--diff"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["new", "--profile", "python"], ["python-alpine", "python-multistage"]),
        (["profiles", "--h"], ["--help"]),
    ],
    ids=" ".join,
)
def test_bash_completes(
    words: list[str], completions: list[str], shell: dict[str, str], tmp_path: Path
) -> None:
    script = (
        "source <(imgen completion bash) && complete -p imgen >/dev/null && "
        'COMP_WORDS=(imgen "$@") && COMP_CWORD=$# && _imgen_completion imgen && '
        'printf "%s\\n" "${COMPREPLY[@]}"'
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", *words],
        capture_output=True,
        text=True,
        env=shell,
        cwd=tmp_path,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == completions


@pytest.mark.parametrize("name", ["zsh", "fish"])
def test_other_shells_have_a_completion_script(name: str, tmp_path: Path) -> None:
    told = imgen("completion", name, cwd=tmp_path)
    assert (told.code, told.err) == (0, "")
    assert "_IMGEN_COMPLETE" in told.out


def test_a_package_in_imgens_place_is_named(tmp_path: Path) -> None:
    other = tmp_path / "profiles"
    other.mkdir()
    (other / "__init__.py").write_text("", encoding="utf-8")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.path.append({str(ROOT)!r})\n"
    code += "from generator.__main__ import main; sys.argv = ['imgen', '--help']; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 1
    assert "Another distribution may own a package of that name" in done.stderr
    assert "Traceback" not in done.stderr


def test_compiled_templates_are_kept_and_never_trusted_blindly(folder: Path) -> None:
    kept = folder / "kept"
    environment = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(kept)}
    first, again = (
        imgen("generate", "--stdout", cwd=folder, environment=environment).out for _ in "12"
    )
    compiled = list(kept.rglob("template-*.jinja"))
    assert compiled
    for path in compiled:
        path.write_bytes(path.read_bytes()[:-20])
    broken = imgen("generate", "--stdout", cwd=folder, environment=environment).out
    assert first == again == broken
    assert "{{" not in first


def test_compiled_templates_need_not_be_kept(folder: Path) -> None:
    kept = folder / "kept"
    environment = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(kept)}
    first = imgen("generate", "--stdout", cwd=folder, environment=environment)
    for path in kept.rglob("template-*.jinja"):
        path.unlink()
        path.mkdir()
    assert imgen("generate", "--stdout", cwd=folder, environment=environment) == first


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_text_that_the_terminal_cannot_show_ends_without_a_traceback(
    encoding: str, folder: Path
) -> None:
    (folder / "imgen.yaml").write_text(SPEC.replace("Web Team", "日本語"), encoding="utf-8")
    told = imgen("generate", "--stdout", cwd=folder, environment={"PYTHONIOENCODING": encoding})
    assert told.code in (0, 1)
