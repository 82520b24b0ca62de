"""`imgen verify` is green on every example and red, for the right reason, on broken twins."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from generator.verify import checks
from generator.verify.command import Options, run_verify
from generator.verify.errors import MissingBaseError
from generator.verify.formats import render
from generator.verify.result import Report, Result, Status
from generator.verify.run import Choice, verify
from generator.verify.subject import Given, Subject, find

from . import servers, twins
from .apps import EXAMPLE_NAMES, ROOT
from .engine import Engine, Verifier
from .fleet import Fleet
from .twins import SECRET, TOKEN, TWINS

pytestmark = pytest.mark.engine


@pytest.fixture
def verifier(verifier: Verifier) -> Verifier:
    """A less patient one: most of what is verified here is broken."""
    verifier.patience = 8.0
    return verifier


def run(verifier: Verifier, subject: Subject, *only: str, skip: tuple[str, ...] = ()) -> Report:
    """Verify, and see that every check is announced and told."""
    started: list[str] = []
    told: list[Result] = []
    report = verify(
        subject,
        verifier,
        on_start=lambda name, _: started.append(name),
        on_result=told.append,
        choice=Choice(only=only, skip=skip),
    )
    assert told == [result for result in report.results if result.evidence != "not built"]
    wanted = [name for name in checks.names() if name not in skip and (not only or name in only)]
    assert [result.check for result in report.results] == list(dict.fromkeys(["builds", *wanted]))
    assert len(started) == len(set(started))
    return report


def by_name(report: Report) -> Mapping[str, Result]:
    return {result.check: result for result in report.results}


def subject_of(folder: Path, token: Path) -> Subject:
    given = Given(
        secrets=[f"APP_SECRET={SECRET}"], build_secrets=[f"id=token,src={token}"], grace=1
    )
    return find(folder, given)


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """A build secret in a file."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")
    return file


def test_the_right_twin_passes_every_check_that_applies(
    verifier: Verifier, tmp_path: Path, token: Path
) -> None:
    report = run(verifier, subject_of(twins.write(tmp_path / "right"), token))
    results = by_name(report)
    assert {name: r.evidence for name, r in results.items() if r.status is Status.FAILED} == {}
    skipped = {name for name, r in results.items() if r.status is Status.SKIPPED}
    assert skipped == {"workers", "heartbeat"}
    assert report.size > 40_000_000
    assert sum(layer.size for layer in report.layers) < 1_000_000
    assert any("stand-in" in note for note in report.notes)
    assert all(result.evidence and "\n" not in result.evidence for result in report.results)


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_turns_its_check_red_and_says_why(
    verifier: Verifier, tmp_path: Path, token: Path, name: str
) -> None:
    twin = TWINS[name]
    subject = subject_of(twins.write(tmp_path / "wrong", twin), token)
    result = by_name(run(verifier, subject, twin.check))[twin.check]
    assert result.status is Status.FAILED, result.evidence
    assert twin.says in result.evidence


def test_every_check_has_a_twin() -> None:
    elsewhere = {"base-kept", "heartbeat", "size", "workers"}
    assert {twin.check for twin in TWINS.values()} | elsewhere == set(checks.names())


def test_another_base_than_the_named_one_is_seen(
    verifier: Verifier, tmp_path: Path, token: Path
) -> None:
    subject = replace(subject_of(twins.write(tmp_path / "moved"), token), base="debian:trixie-slim")
    result = by_name(run(verifier, subject, "base-kept"))["base-kept"]
    assert (result.status, "debian:trixie-slim" in result.evidence) == (Status.FAILED, True)


NGINX = """\
FROM nginx:1.30-alpine3.23-slim
RUN printf 'worker_processes %s;\\npid /tmp/x.pid;\\nevents {}\\nhttp { access_log off; \\
client_body_temp_path /tmp/a; proxy_temp_path /tmp/b; fastcgi_temp_path /tmp/c; \\
uwsgi_temp_path /tmp/d; scgi_temp_path /tmp/e; server { listen 8080; } }\\n' WORKERS \\
    >/etc/nginx/nginx.conf
EXPOSE 8080/tcp
USER 101:101
CMD ["nginx", "-g", "daemon off;"]
"""


WORKERS = {
    "auto": (None, Status.FAILED, "0.5: 2, 1: 2, 1.5: 2, 2: 2"),
    "2": ("2", Status.PASSED, "2 nginx workers, CPU limit 2"),
    "4": ("2", Status.FAILED, "expected 2"),
}


@pytest.mark.parametrize("number", WORKERS)
def test_workers_that_do_not_follow_the_limit_are_seen(
    verifier: Verifier, tmp_path: Path, number: str
) -> None:
    cpus, status, says = WORKERS[number]
    (tmp_path / "Dockerfile").write_text(NGINX.replace("WORKERS", number), encoding="utf-8")
    subject = find(tmp_path, Given(cpus=cpus, tmpfs=["/tmp"]))
    result = by_name(run(verifier, subject, "workers"))["workers"]
    assert result.status is status, result.evidence
    assert says in result.evidence


SLOW_WORKERS = """\
import os, signal, sys, time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()


server = HTTPServer(("", 8000), Handler)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
for _ in range(3):
    if not os.fork():
        server.serve_forever()
    time.sleep(0.4)
signal.pause()
"""


def test_workers_that_start_one_after_the_other_are_not_counted_too_early(
    verifier: Verifier, tmp_path: Path
) -> None:
    (tmp_path / "gunicorn").write_text(SLOW_WORKERS, encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(
        f"FROM {twins.BASE}\nCOPY gunicorn /app/\nUSER 10001:10001\nEXPOSE 8000\n"
        'CMD ["python", "/app/gunicorn"]\n',
        encoding="utf-8",
    )
    result = by_name(run(verifier, find(tmp_path, Given(cpus="1")), "workers"))["workers"]
    assert (result.status, "expected 1" in result.evidence) == (Status.FAILED, True)


def test_a_heartbeat_on_a_disk_is_seen(
    verifier: Verifier, server_apps: servers.Apps, tmp_path: Path
) -> None:
    app = server_apps["gunicorn"].copy(tmp_path / "gunicorn")
    config = app.folder / "gunicorn.conf.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('"/dev/shm"', '"/tmp"'), encoding="utf-8")
    subject = find(app.folder, Given(tmpfs=["/tmp"]))
    results = by_name(run(verifier, subject, "heartbeat", "workers"))
    assert (results["heartbeat"].status, results["heartbeat"].evidence) == (Status.FAILED, "/tmp")
    assert results["workers"].status is Status.PASSED, results["workers"].evidence


@pytest.mark.parametrize("example", EXAMPLE_NAMES)
def test_every_example_passes(verifier: Verifier, fleet: Fleet, example: str) -> None:
    verifier.patience = 30.0
    # Two builds from nothing of every example are compared in test_reproducible.py.
    skip = () if example == "static-proxy" else ("reproducible",)
    report = run(verifier, find(fleet.example(example).folder, Given()), skip=skip)
    failures = {result.check: result.evidence for result in report.failures()}
    assert failures == {}


def test_a_frontend_out_of_reach_is_done_without_and_told(
    verifier: Verifier, tmp_path: Path, token: Path
) -> None:
    folder = twins.write(tmp_path / "frontend")
    file = folder / "Dockerfile"
    text = file.read_text(encoding="utf-8")
    file.write_text(f"# syntax=registry.invalid/frontend:1\n\n{text}", encoding="utf-8")
    # The ignore file that belongs to this Dockerfile alone has to be kept to.
    (folder / ".dockerignore").rename(folder / "Dockerfile.dockerignore")
    report = run(verifier, subject_of(folder, token), "context", "labels")
    assert report.failures() == []
    (note,) = [note for note in report.notes if "frontend" in note]
    assert "registry.invalid/frontend:1 is out of reach" in note


@pytest.mark.parametrize(("name", "code"), [("", 0), ("no maintainer", 1)])
def test_the_report_goes_to_a_file_and_the_exit_code_tells_the_verdict(
    engine: Engine, tmp_path: Path, name: str, code: int
) -> None:
    folder = twins.write(tmp_path / "twin", TWINS.get(name))
    file = tmp_path / "report.json"
    options = Options(only=["labels,size"], form="json", output=file)
    assert engine.cpus()
    assert run_verify(folder, options) == code
    told = json.loads(file.read_text(encoding="utf-8"))
    assert [result["check"] for result in told["results"]] == ["builds", "labels", "size"]
    assert told["results"][1]["status"] == ("failed" if code else "passed")


def test_an_edit_that_the_build_does_not_see_proves_nothing(
    verifier: Verifier, tmp_path: Path
) -> None:
    text = "FROM alpine:3.23\nCOPY . /app\nRUN echo pip install\n"
    for path, content in {"Dockerfile": text, ".dockerignore": "a\n", "a/a.py": "1\n"}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(content, encoding="utf-8")
    (result,) = run(verifier, find(tmp_path, Given()), "cheap-rebuild").results[1:]
    assert result.status is Status.SKIPPED
    assert "does not see an edit of a/a.py" in result.evidence


def test_an_edit_never_follows_a_link_to_the_original(verifier: Verifier, tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "a.py").write_text("1\n", encoding="utf-8")
    folder = tmp_path / "context"
    folder.mkdir()
    (folder / "src").symlink_to(real)
    (folder / "Dockerfile").write_text("FROM alpine:3.23\n# COPY\nCMD src\n", encoding="utf-8")
    subject = find(folder, Given(edit="src/a.py"))
    (result,) = run(verifier, subject, "cheap-rebuild").results[1:]
    assert (result.status, "outside the folder" in result.evidence) == (Status.SKIPPED, True)
    assert (real / "a.py").read_text(encoding="utf-8") == "1\n"


def test_a_program_that_has_no_answer_to_http_is_ready_all_the_same(
    verifier: Verifier, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(
        "import signal, socket, sys\nsignal.signal(15, lambda *_: sys.exit(0))\n"
        "s = socket.create_server(('', 8000))\nwhile True: s.accept()[0].close()\n",
        encoding="utf-8",
    )
    (tmp_path / "Dockerfile").write_text(
        f"FROM {twins.BASE}\nCOPY app.py /app/\nUSER 10001:10001\nEXPOSE 8000\n"
        'CMD ["python", "/app/app.py"]\n',
        encoding="utf-8",
    )
    report = run(verifier, find(tmp_path, Given()), "hardened", "answers", "writes")
    assert report.failures() == []
    assert "accepts a connection" in by_name(report)["answers"].evidence


def test_a_health_check_of_every_half_hour_is_not_waited_for(
    verifier: Verifier, tmp_path: Path, token: Path
) -> None:
    folder = twins.write(tmp_path / "right")
    file = folder / "Dockerfile"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("--interval=1s", "--interval=30m"), "utf-8")
    result = by_name(run(verifier, subject_of(folder, token), "healthy"))["healthy"]
    assert result.status is Status.PASSED, result.evidence
    assert "probed every 5s here" in result.evidence


@pytest.mark.parametrize("form", ["text", "json", "junit", "markdown"])
def test_no_report_tells_a_secret(verifier: Verifier, tmp_path: Path, form: str) -> None:
    secret = "hunter2 of the report"
    text = (
        f"FROM alpine:3.23\nARG API_TOKEN\nENV SEEN='{secret}'\nRUN echo $API_TOKEN >/app\n"
        'USER 10001:10001\nCMD ["sh", "-c", "env; echo $SEEN; echo $SEEN >&2; exit 3"]\n'
    )
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    given = Given(secrets=[f"SEEN={secret}"], build_arguments=["API_TOKEN=token-of-the-report"])
    report = run(verifier, find(tmp_path, given), "hardened", "no-secrets", "required-secrets")
    found = by_name(report)["no-secrets"].evidence
    assert "the value of SEEN in history, config" in found
    assert "the build argument API_TOKEN in history, layer 1" in found
    told = render(report, form)
    assert "***" in told.replace("&#42;", "*").replace("\\*", "*")
    assert "hunter2" not in told
    assert "token-of-the-report" not in told


# What cannot run.


def test_a_failed_build_leaves_the_rest_out_and_shows_the_end_of_the_log(
    verifier: Verifier, tmp_path: Path, token: Path
) -> None:
    twin = TWINS["a step that fails"]
    report = run(verifier, subject_of(twins.write(tmp_path / "wrong", twin), token))
    first, *others = report.results
    assert first.status is Status.FAILED
    assert {(r.status, r.evidence) for r in others} == {(Status.SKIPPED, "not built")}
    (note,) = [note for note in report.notes if "builder's log" in note]
    assert "words" in note
    assert len(note.splitlines()) <= 16


def test_a_container_that_ends_at_once_is_told_once_with_the_end_of_its_log(
    verifier: Verifier, tmp_path: Path
) -> None:
    text = 'FROM alpine:3.23\nUSER 10001:10001\nEXPOSE 8000\nCMD ["sh", "-c", "echo bye; exit 7"]\n'
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    report = run(verifier, find(tmp_path, Given()), "hardened", "answers", "stops", "labels")
    results = by_name(report)
    assert "exit code 7: bye" in results["hardened"].evidence
    assert results["answers"].status is results["stops"].status is Status.SKIPPED
    assert results["labels"].status is Status.FAILED
    assert any(note.endswith("bye") for note in report.notes)


def test_a_container_that_never_answers_is_told_after_its_time(
    verifier: Verifier, tmp_path: Path
) -> None:
    verifier.patience = 1.0
    text = 'FROM alpine:3.23\nUSER 10001:10001\nEXPOSE 8000\nCMD ["sleep", "60"]\n'
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    report = run(verifier, find(tmp_path, Given()), "hardened")
    assert "on port 8000: not within 1 s" in by_name(report)["hardened"].evidence


def test_a_base_image_out_of_reach_is_told_with_what_to_do(
    verifier: Verifier, tmp_path: Path
) -> None:
    text = 'FROM registry.invalid/base:1\nCMD ["true"]\n'
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    with pytest.raises(MissingBaseError, match=r"registry\.invalid/base:1 is neither here.*login"):
        run(verifier, find(tmp_path, Given()))


# Nothing stays.


@pytest.mark.parametrize("is_there_before", [True, False])
def test_a_named_volume_stays_if_it_was_there_before(
    verifier: Verifier, tmp_path: Path, *, is_there_before: bool
) -> None:
    name = f"imgen-test-{uuid.uuid4().hex[:8]}"
    if is_there_before:
        verifier.call("volume", "create", name)
    (tmp_path / "Dockerfile").write_text(
        'FROM alpine:3.23\nUSER 10001:10001\nCMD ["sleep", "60"]\n', encoding="utf-8"
    )
    run(verifier, find(tmp_path, Given(volumes=[f"{name}:/data"])), "hardened")
    there = name in verifier.volume_names()
    verifier.remove_volumes([name])
    assert there is is_there_before


DRIVER = """\
import sys
from pathlib import Path
from generator.verify.command import Options, run_verify
from generator.verify.engine import Engine
from generator.verify.subject import Given

Engine.PREFIX = sys.argv[1]
given = Given(secrets=["APP_SECRET=canary-of-the-driver"])
try:
    only = ["labels"] if sys.argv[3] == "keep" else []
    options = Options(keep=bool(only), only=only, given=given)
    code = run_verify(Path(sys.argv[2]), options)
except KeyboardInterrupt:
    code = 130
sys.exit(code)
"""


def left(engine: Engine, prefix: str) -> list[str]:
    """Containers, images and folders of a run, by its prefix."""
    named = engine.call("ps", "--all", "--format", "{{.Names}}").stdout.split()
    tags = engine.call("image", "ls", "--format", "{{.Repository}}").stdout.split()
    folders = [path.name for path in Path(tempfile.gettempdir()).iterdir()]
    return [name for name in (*named, *tags, *folders) if name.startswith(prefix)]


def drive(prefix: str, folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, prefix, str(folder), *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["building", "checking"])
def test_nothing_is_left_after_an_interruption(
    engine: Engine, tmp_path: Path, number: signal.Signals, moment: str
) -> None:
    prefix = f"imgen-test-{uuid.uuid4().hex[:8]}"
    folder = twins.write(tmp_path / "right")
    if moment == "building":
        file = folder / "Dockerfile"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("USER", f"RUN sleep 30 && echo {prefix}\nUSER"), "utf-8")
    with drive(prefix, folder, "") as process:
        assert process.stderr is not None
        if moment == "building":
            time.sleep(2.5)
        else:
            while "runs hardened" not in process.stderr.readline():
                assert process.poll() is None
            assert left(engine, prefix)
        start = time.monotonic()
        process.send_signal(number)
        time.sleep(0.3)
        process.send_signal(number)  # people press Ctrl-C again
        _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert time.monotonic() - start < 15
    assert left(engine, prefix) == []


def test_keep_leaves_the_container_and_says_how_to_remove_it(
    engine: Engine, tmp_path: Path
) -> None:
    prefix = f"imgen-test-{uuid.uuid4().hex[:8]}"
    folder = twins.write(tmp_path / "right")
    with drive(prefix, folder, "keep") as process:
        _, said = process.communicate(timeout=120)
    container, image = sorted(left(engine, prefix), key=lambda name: "/" in name)
    commands = [line.split() for line in said.splitlines() if line.startswith("  docker ")]
    try:
        assert commands[0][1:] == ["rm", "--force", "--volumes", container]
        assert commands[1][1:3] == ["image", "rm"]
        assert commands[1][3].startswith(image)
        assert engine.call("top", container).stdout.count("app.py") == 1
    finally:
        for _, *words in commands:
            engine.call(*words)
    assert left(engine, prefix) == []
