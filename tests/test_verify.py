"""`imgen verify` without an engine: what is to be verified, and what is told where none answers."""

import io
import json
import os
import socket
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import pytest

from generator.errors import UsageError
from generator.verify import checks, hidden
from generator.verify.checks.contents import nobodys
from generator.verify.checks.writing import _outside
from generator.verify.command import Options, run_verify
from generator.verify.container import Process
from generator.verify.dialect import DIALECTS, DOCKER, PODMAN
from generator.verify.engine import build_arguments
from generator.verify.engine import find as find_engine
from generator.verify.errors import (
    BuildError,
    CommandError,
    EndedError,
    MissingBaseError,
    NoEngineError,
    explained,
)
from generator.verify.image_config import ImageConfig, read_config
from generator.verify.layers import File, Layer, merged
from generator.verify.packages import closure, distribution_that_needs, from_alpine, from_debian
from generator.verify.processes import _faults, program, services
from generator.verify.progress import PlainProgress, Progress, Step
from generator.verify.run import Choice
from generator.verify.servers import expected_workers
from generator.verify.sources import to_edit
from generator.verify.stages import base_references, directives, final_base, without_frontend
from generator.verify.subject import Given, find
from generator.verify.web import request

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


# What is verified.


def test_a_subject_comes_from_a_spec() -> None:
    subject = find(EXAMPLES / "flask-api", Given())
    assert subject.dockerfile == EXAMPLES / "flask-api" / "Dockerfile"
    assert (subject.base, subject.port, subject.path) == (
        "python:3.13-slim-trixie",
        8000,
        "/healthz",
    )
    assert (subject.cpus, subject.memory, subject.user) == ("1.5", 512 * 2**20, "10001:10001")
    assert (subject.server, subject.workers) == ("gunicorn", 2)
    assert set(subject.secrets) == subject.made_up == {"DATABASE_URL"}
    assert subject.stop_codes == {0}
    assert any("DATABASE_URL was given a made-up value" in note for note in subject.notes)


def test_workers_that_are_counted_at_start_have_no_fixed_number() -> None:
    assert find(EXAMPLES / "spa", Given()).workers is None


def test_an_init_may_pass_the_signal_on() -> None:
    assert find(EXAMPLES / "worker", Given()).stop_codes == {0, 143}


def test_the_upstreams_of_a_proxy_are_known_as_hosts_and_told() -> None:
    subject = find(EXAMPLES / "static-proxy", Given())
    assert subject.hosts == ("shop-api",)
    assert "shop-api:127.0.0.1" in subject.limits()
    assert any(note.startswith("shop-api, to which nginx") for note in subject.notes)


def test_a_given_secret_takes_the_place_of_a_made_up_one() -> None:
    subject = find(EXAMPLES / "flask-api", Given(secrets=["DATABASE_URL=mine"]))
    assert (subject.secrets, subject.made_up) == ({"DATABASE_URL": "mine"}, frozenset())
    assert subject.notes == ()
    assert subject.secret_variables(but="DATABASE_URL") == []


@pytest.fixture
def dockerfile(tmp_path: Path) -> Path:
    file = tmp_path / "Dockerfile"
    text = 'ARG TAG=3.23\nFROM alpine:$TAG AS base\nFROM base\nCOPY src /app\nCMD ["sleep", "9"]\n'
    file.write_text(text, encoding="utf-8")
    return file


def test_a_subject_comes_from_a_dockerfile_and_options(dockerfile: Path) -> None:
    given = Given(
        port=8000,
        path="/up",
        env=["A=1", "PATH"],
        cpus="1500m",
        memory="64Mi",
        build_arguments=["TAG=3.22"],
        tmpfs=["/tmp"],
        volumes=["data:/data"],
        grace=3,
    )
    subject = find(dockerfile.parent, given)
    assert (subject.base, subject.port, subject.path) == ("alpine:3.22", 8000, "/up")
    assert (subject.cpus, subject.memory, subject.grace) == ("1.5", 64 * 2**20, 3)
    assert subject.env == {"A": "1", "PATH": os.environ["PATH"]}
    words = " ".join(subject.limits())
    assert words == "--tmpfs /tmp --volume data:/data --cpus 1.5 --memory 67108864"
    assert find(dockerfile, Given()).context == dockerfile.parent


def test_a_dockerfile_of_another_name_is_found_in_the_folder(dockerfile: Path) -> None:
    dockerfile.rename(dockerfile.with_name("web.Dockerfile"))
    subject = find(dockerfile.parent, Given(file=Path("web.Dockerfile")))
    assert subject.shown.endswith("web.Dockerfile")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (Given(env=["1A=x"]), "--env must be NAME=VALUE"),
        (Given(env=["IMGEN_NOT_SET"]), "--env IMGEN_NOT_SET: the variable is not set here"),
        (Given(secrets=["-"]), "--secret must be NAME=VALUE"),
        (Given(cpus="none"), "--cpus must be CPUs above 0"),
        (Given(memory="1"), "--memory must be a quantity"),
        (Given(build_secrets=["id=x"]), "--build-secret must be id=NAME,src=FILE"),
        (Given(build_secrets=["id=x,src=/not/here"]), "no such file: /not/here"),
        (Given(build_secrets=["id=x,env=IMGEN_NOT_SET"]), "IMGEN_NOT_SET is not set here"),
        (Given(path="up"), "--path must begin with /"),
        (Given(path="/a b"), "--path must begin with /"),
        (Given(path="/\u00e9"), "--path must begin with /"),
        (Given(tmpfs=["--privileged"]), "--tmpfs must be the full path"),
        (Given(volumes=["data"]), "--volume must be DIR or NAME:DIR"),
        (Given(volumes=["--privileged"]), "--volume must be DIR or NAME:DIR"),
        (Given(edit="gone.py"), "--edit gone.py: no such file"),
        (Given(edit=__file__), "test_verify.py: no such file in"),
        (Given(file=Path("gone")), "gone: no such file; give the Dockerfile by --file"),
    ],
)
def test_a_wrong_option_is_told(dockerfile: Path, given: Given, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        find(dockerfile.parent, given)


def test_a_secret_is_never_told_where_its_name_is_wrong(dockerfile: Path) -> None:
    with pytest.raises(UsageError, match="'db-password'") as raised:
        find(dockerfile.parent, Given(secrets=["db-password=hunter2hunter2"]))
    assert "hunter2" not in str(raised.value)


def test_only_named_volumes_have_to_be_removed(dockerfile: Path) -> None:
    given = Given(volumes=["/a", "data:/b", "/host:/c", "more:/d:ro"])
    assert find(dockerfile.parent, given).named_volumes() == {"data", "more"}


def test_secrets_are_in_no_list_of_processes(dockerfile: Path) -> None:
    subject = find(dockerfile.parent, Given(secrets=["A=hunter2hunter2", "DOCKER_HOST=x"]))
    # The engine's command would follow a DOCKER_HOST in its own environment.
    assert subject.secret_variables() == ["--env", "A", "--env", "DOCKER_HOST=x"]
    environment = subject.client_environment()
    assert environment["A"] == "hunter2hunter2"
    assert environment.get("DOCKER_HOST") == os.environ.get("DOCKER_HOST")


def test_the_secret_values_given_are_known_and_masked(
    dockerfile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMGEN_TOKEN", "from-a-variable")
    (tmp_path / "netrc").write_text("machine x login y\npassword in-a-file-1\n", "utf-8")
    subject = find(
        dockerfile.parent,
        Given(
            secrets=["URL=postgresql://me:in-a-url-1@db/x"],
            build_arguments=["API_TOKEN=in-an-argument", "VERSION=1.0.0"],
            build_secrets=["id=t,env=IMGEN_TOKEN", f"id=n,src={tmp_path / 'netrc'}"],
        ),
    )
    found = hidden.given(subject)
    words = {"in-a-url-1", "in-an-argument", "from-a-variable", "in-a-file-1"}
    assert words <= set(found.values())
    assert "1.0.0" not in found.values()
    told = hidden.masked(" ".join(sorted(words)), found.values())
    assert told == "*** *** *** ***"
    # A value stands escaped in JSON, and what is too short is no secret to be found.
    assert hidden.masked('{"a": "x\\"yz-1"}', ['x"yz-1']) == '{"a": "***"}'
    assert hidden.masked("banana", ["an"]) == "banana"
    assert set(hidden.strings(json.loads('{"a": ["p\\u0026q", {"b": 1}]}'))) == {"a", "p&q", "b"}


def test_made_up_secrets_are_not_looked_for_in_an_image() -> None:
    assert hidden.given(find(EXAMPLES / "flask-api", Given())) == {}


def test_a_folder_without_anything_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"Dockerfile: no such file.*imgen new"):
        find(tmp_path, Given())
    with pytest.raises(UsageError, match="no such file or folder"):
        find(tmp_path / "gone", Given())


def test_a_spec_without_its_files_says_to_generate_them(tmp_path: Path) -> None:
    (tmp_path / "imgen.yaml").write_bytes((EXAMPLES / "worker" / "imgen.yaml").read_bytes())
    with pytest.raises(UsageError, match="run `imgen generate"):
        find(tmp_path, Given())


def test_a_build_secret_of_the_spec_that_is_missing_is_named(tmp_path: Path) -> None:
    text = (EXAMPLES / "worker" / "imgen.yaml").read_text(encoding="utf-8")
    (tmp_path / "imgen.yaml").write_text(f"{text}ca_bundle: true\n", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM debian:trixie-slim\n", encoding="utf-8")
    with pytest.raises(UsageError, match="--build-secret id=ca_bundle,src=FILE"):
        find(tmp_path, Given())
    (tmp_path / "ca-bundle.pem").write_text("x", encoding="utf-8")
    (secret,) = find(tmp_path, Given()).build_secrets
    assert secret == f"id=ca_bundle,src={tmp_path / 'ca-bundle.pem'}"


def test_what_is_no_dockerfile_is_told(tmp_path: Path) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("hello\n", encoding="utf-8")
    with pytest.raises(UsageError, match="it has no FROM"):
        find(tmp_path, Given())
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not UTF-8"):
        find(tmp_path, Given())


def image(**config: object) -> ImageConfig:
    found = {"Id": "sha256:1", "Size": 1, "RootFS": {"Layers": []}, "Config": config}
    return read_config(json.dumps([found]))


def test_the_image_tells_what_nobody_said(dockerfile: Path) -> None:
    built = image(
        ExposedPorts={"80/tcp": {}, "9000/tcp": {}, "53/udp": {}},
        Cmd=["/usr/bin/uvicorn", "a:b"],
        StopSignal="SIGINT",
        Healthcheck={"Test": ["CMD-SHELL", "curl http://localhost:9000/up?x=1 || exit 1"]},
    )
    subject = find(dockerfile, Given()).with_image(built, image(ExposedPorts={"80/tcp": {}}))
    assert (subject.port, subject.path, subject.server) == (9000, "/up?x=1", "uvicorn")
    assert subject.stop_codes == {0, 130}
    given = find(dockerfile, Given(port=1, path="/a")).with_image(built)
    assert (given.port, given.path) == (1, "/a")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("http://127.0.0.1/up||exit 1", "/up"),
        ("http://localhost:80/up; true", "/up"),
        ("http://0.0.0.0/up", "/up"),
        ("http://localhost:9000/up", ""),
        ("https://localhost:80/up", ""),
        ("http://localhost/$UP", ""),
    ],
)
def test_a_path_of_the_health_check_counts_for_its_port_alone(
    dockerfile: Path, url: str, path: str
) -> None:
    built = image(
        ExposedPorts={"80/tcp": {}}, Healthcheck={"Test": ["CMD-SHELL", f"curl -f {url}"]}
    )
    assert find(dockerfile, Given()).with_image(built).path == path


def test_the_source_to_edit_is_code_and_no_manifest(dockerfile: Path) -> None:
    folder = dockerfile.parent
    for path in ("src/app.js", "src/b.py", "src/requirements.txt", "src/.env", "other/a.py"):
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).touch()
    assert to_edit(find(folder, Given())) == Path("src/b.py")
    assert to_edit(find(folder, Given(edit="other/a.py"))) == Path("other/a.py")
    # A full path would lead from the copy back to the original.
    assert to_edit(find(folder, Given(edit=str(folder / "other" / "a.py")))) == Path("other/a.py")
    assert {
        str(to_edit(find(EXAMPLES / name, Given()))) for name in ("c-service", "flask-api")
    } == {
        "ledgerd.c",
        "shop/__init__.py",
    }


@pytest.mark.parametrize("line", ["COPY ../up /app", "COPY **.py /app"])
def test_sources_that_no_builder_or_python_finds_are_left_out(dockerfile: Path, line: str) -> None:
    (dockerfile.parent.parent / "up").mkdir(exist_ok=True)
    (dockerfile.parent.parent / "up" / "a.py").touch()
    (dockerfile.parent / "b.py").touch()
    dockerfile.write_text(f"FROM alpine:3.23\n{line}\n", encoding="utf-8")
    assert to_edit(find(dockerfile.parent, Given())) in {None, Path("b.py")}


# Which checks.


def test_a_check_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="there is no check 'helthy': choose of builds, "):
        Choice(only=["helthy"])


def test_a_build_is_never_left_out() -> None:
    choice = Choice(only=["labels", "size"], skip=["size", "builds"])
    assert [check.name for check in checks.CHECKS if choice.wants(check)] == ["builds", "labels"]


def test_a_choice_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="--skip leaves nothing of --only size"):
        Choice(only=["size"], skip=["size", "labels"])


def test_checks_have_names_and_titles_of_their_own() -> None:
    assert len(set(checks.names())) == len(checks.CHECKS) == 28
    assert len({check.title for check in checks.CHECKS}) == len(checks.CHECKS)
    assert checks.names()[0] == "builds"


@pytest.mark.parametrize(
    ("limit", "cpus", "number"),
    [("0.5", 4, 1), ("1", 4, 1), ("1.5", 4, 2), ("2", 4, 2), ("8", 4, 4), (None, 4, 4)],
)
def test_workers_are_the_limit_rounded_up(limit: str | None, cpus: int, number: int) -> None:
    assert expected_workers(limit, cpus) == number


# Where no engine answers.


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


# What a container tells.


def process(args: str) -> Process:
    return Process(1, 0, 10001, args)


@pytest.mark.parametrize(
    ("args", "name"),
    [
        ("busybox httpd -f", "httpd"),
        ("/bin/busybox sh", "sh"),
        ("/bin/busybox", "busybox"),
        ("nginx: worker process", "nginx"),
        ("-bash", "bash"),
    ],
)
def test_a_program_has_the_name_that_it_runs_under(args: str, name: str) -> None:
    assert program(process(args)) == name


def test_a_script_is_a_service_of_its_own_and_its_helpers_are_none() -> None:
    shell = process("sh -c x")
    one = [process("python /app/a.py"), process("/usr/bin/python -c from multiprocessing")]
    assert services([shell, *one], shell) == {"python a.py": 2}
    two = process("python -u -m http.server")
    assert services([shell, *one, two], shell) == {"python a.py": 2, "python http.server": 1}
    assert services([process("node --inspect x.js"), process("nginx: worker")], shell) == {
        "node x.js": 1,
        "nginx": 1,
    }


def test_a_wrapper_is_not_the_app() -> None:
    (fault,) = _faults(process("npm start"), image(), "PID 1", serves=True)
    assert fault == "PID 1 is npm, which only starts the app: npm start"
    assert _faults(process("node server.js"), image(), "PID 1", serves=True) == []


def test_folders_that_an_engine_makes_for_a_mount_are_no_writes() -> None:
    changes = ["C /srv", "A /srv/app", "A /srv/app/data", "A /srv/other", "C /etc"]
    assert _outside(changes, ["/srv/app/data"]) == ["A /srv/other", "C /etc"]


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], tuple[str, int]]]:
    """A server that answers each connection with some bytes, and then with dots for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()
    threads: list[threading.Thread] = []

    def serve(head: bytes) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(4096)
            connection.sendall(head)
            while b"Length" not in head and not ended.wait(0.02):
                connection.sendall(b".")

    def start(head: bytes) -> tuple[str, int]:
        thread = threading.Thread(target=serve, args=(head,))
        thread.start()
        threads.append(thread)
        host, port = server.getsockname()
        return host, port

    yield start
    ended.set()
    for thread in threads:
        thread.join()
    server.close()


def test_a_body_that_never_ends_is_read_for_a_while(
    answering: Callable[[bytes], tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generator.verify.web.TIMEOUT", 0.3)
    start = time.monotonic()
    reply = request(answering(b"HTTP/1.1 200 OK\r\n\r\n"), "/")
    assert time.monotonic() - start < 3
    assert reply.body.startswith("..")


def test_a_body_that_is_cut_is_no_answer(answering: Callable[[bytes], tuple[str, int]]) -> None:
    with pytest.raises(HTTPException):
        request(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"), "/")
    whole = request(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"), "/")
    assert (whole.status, whole.body) == (200, "abc")


def test_errors_keep_to_the_end_of_a_log() -> None:
    assert BuildError("\n".join(map(str, range(40)))).tail(15) == [str(n) for n in range(25, 40)]
    assert str(EndedError(3, "a\nb\n\n")) == "ended with exit code 3: b"


# Dockerfiles and builders.

STAGES = """\
# syntax=docker/dockerfile:1
# escape=`

ARG TAG=1
FROM --platform=$BUILDPLATFORM one:${TAG} AS Build
RUN echo `
    FROM not:this
COPY <<FILE /x
FROM nor:this
FILE
FROM build AS middle
FROM two:${OTHER:-3}
"""


def test_the_stages_of_a_dockerfile_are_read() -> None:
    assert directives(STAGES) == {"syntax": "docker/dockerfile:1", "escape": "`"}
    assert base_references(STAGES) == ["one:1", "two:3"]
    assert base_references(STAGES, {"TAG": "9"}) == ["one:9", "two:3"]
    assert final_base(STAGES) == "two:3"
    assert final_base(STAGES.replace("FROM two:${OTHER:-3}\n", "")) == "one:1"


def test_only_the_frontend_line_goes() -> None:
    assert without_frontend(STAGES) == STAGES.removeprefix("# syntax=docker/dockerfile:1\n")
    assert without_frontend("FROM a\n# syntax=b\n") == "FROM a\n# syntax=b\n"


def test_steps_are_read_from_every_kind_of_progress() -> None:
    vertex = {"digest": "1", "name": "[build 2/3] RUN  make", "cached": True}
    raw = json.dumps({"vertexes": [vertex]})
    assert Progress(f"{raw}\nERROR: no\n").steps() == (Step("build", "RUN make", cached=True),)
    assert Progress(f"{raw}\nERROR: no\n").text() == "ERROR: no"
    plain = "#5 [build 2/3] RUN make\n#5 CACHED\n#6 [3/3] RUN x\n#6 0.12 out\n#6 DONE 0.1s\n"
    assert PlainProgress(plain).steps() == (
        Step("build", "RUN make", cached=True),
        Step("", "RUN x", cached=False),
    )
    assert "out" in PlainProgress(plain).text().splitlines()
    podman = "STEP 1/3: FROM a\nSTEP 2/3: RUN make\n--> Using cache 12ab\nSTEP 3/3: RUN x\n--> 1\n"
    assert [(step.text, step.cached) for step in PlainProgress(podman).steps()][1:] == [
        ("RUN make", True),
        ("RUN x", False),
    ]


def test_build_arguments_are_found_among_options() -> None:
    options = ["--build-arg", "A=1", "--secret", "id=x", "--build-arg", "B"]
    assert build_arguments(options) == {"A": "1"}


# Layers and packages.


def layer(*paths: str) -> Layer:
    files = [File(path, 0, 0, 0o644, is_folder=False, is_link=False) for path in paths]
    return Layer(tuple(files), Path())


def test_a_whiteout_hides_what_lies_below() -> None:
    layers = [layer("a/b/c", "a/d", "e/f"), layer("a/.wh.b", "e/.wh..wh..opq", "e/g")]
    assert set(merged(layers)) == {"a/d", "e/g"}


def test_packages_are_read_from_both_databases() -> None:
    debian = (
        "Package: curl\nStatus: install ok installed\nDepends: libc6 (>= 2), a | b\n\n"
        "Package: gone\nStatus: deinstall ok config-files\n\n"
        "Package: libc6\nStatus: install ok installed\nProvides: libc (= 2)\n"
    )
    found = from_debian(debian)
    assert set(found) == {"curl", "libc6"}
    assert closure(found, ["curl=8.*"]) == {"curl", "libc6"}
    alpine = "P:curl\nD:so:libc.so>=1 x\n\nP:musl\np:so:libc.so=1\n\n"
    assert closure(from_alpine(alpine), ["curl"]) == {"curl", "musl"}


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        ("Requires-Dist: pip", "shop"),
        ("Requires-Dist: pip>=20", "shop"),
        ("Requires-Dist: pip (>=20)", "shop"),
        ("Requires-Dist: pip-tools", ""),
        ("Requires-Dist: pip ; extra == 'plugins'", ""),
        ("Summary: needs pip", ""),
    ],
)
def test_a_python_package_may_need_pip(tmp_path: Path, line: str, owner: str) -> None:
    path = "opt/venv/lib/python3.13/site-packages/shop-1.0.dist-info/METADATA"
    content = f"Name: shop\n{line}\n".encode()
    with tarfile.open(tmp_path / "layer.tar", "w") as archive:
        member = tarfile.TarInfo(path)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    files = (File(path, 0, 0, 0o644, is_folder=False, is_link=False),)
    assert distribution_that_needs([Layer(files, tmp_path / "layer.tar")], "pip") == owner


def test_what_a_declared_package_depends_on_is_not_unneeded() -> None:
    blocks = {"shopd": "ucf", "ucf": "procps", "procps": "libproc2", "libproc2": "", "vim": ""}
    here = from_debian(
        "\n\n".join(
            f"Package: {name}\nStatus: install ok installed\nDepends: {needs}\n"
            for name, needs in blocks.items()
        )
    )
    added = ["libproc2", "procps", "shopd", "ucf"]
    assert nobodys(here, added, ["shopd=1.*"]) == []
    assert nobodys(here, [*added, "vim"], ["shopd"]) == ["vim"]
    assert nobodys(here, added, ["procps", "shopd"]) == ["procps"]
    assert nobodys(here, added, None) == ["procps"]
    assert nobodys(here, ["curl", "wget"], None) == ["curl and wget, one will do"]
