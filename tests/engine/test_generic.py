"""The generic profile on Alpine, the whole context as source, and default passwords."""

from pathlib import Path

import pytest

from generator.verify.packages import closure

from . import apps
from .apps import App
from .checks import bad_stop, root_processes, wrong_first_process
from .context import context_files
from .engine import Engine
from .fleet import Fleet
from .packages import installed

pytestmark = pytest.mark.engine
PASSWORD = 'it\'s "$HOME" `id` \\ #1'
HEAD = """\
imgen: 1
profile: generic
version: 1.0.0
maintainer: Test <test@example.com>
syntax: none
base: alpine:3.23
"""
HTTP = f"""\
{HEAD}name: alpine-http
include: [answer.sh]
command: [nc, -lk, -p, "8080", -e, /app/answer.sh]
port: 8080
packages: [libffi]
healthcheck: {{path: /healthz}}
volumes: [/var/lib/data]
"""
ANSWER = """\
#!/bin/sh
# Reads one request and answers it.
read -r _ path _
while read -r line && [ "${#line}" -gt 1 ]; do :; done
case $path in
    /healthz) printf 'HTTP/1.0 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nok\\n' ;;
    *) printf 'HTTP/1.0 404 Not Found\\r\\nContent-Length: 3\\r\\n\\r\\nno\\n' ;;
esac
"""
JOB = f"""\
{HEAD}name: alpine-job
init: false
include: [job.sh]
command: [/app/job.sh]
healthcheck: none
insecure_defaults: {{ADMIN_WORD: {PASSWORD!r}}}
"""
JOB_SCRIPT = '#!/bin/sh\nprintf "%s\\n" "$ADMIN_WORD"\n'
EVERYTHING = f"""\
{HEAD}name: alpine-everything
init: false
command: [/app/job.sh]
healthcheck: none
"""


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> App:
    return apps.make(tmp_path_factory.mktemp("http"), HTTP, {"answer.sh": ANSWER})


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> App:
    spec = JOB.replace(repr(PASSWORD), quoted(PASSWORD))
    return apps.make(tmp_path_factory.mktemp("job"), spec, {"job.sh": JOB_SCRIPT})


def quoted(text: str) -> str:
    """A text as a single-quoted scalar of YAML."""
    return "'" + text.replace("'", "''") + "'"


def test_a_service_on_alpine_runs_hardened_under_an_init(fleet: Fleet, http: App) -> None:
    tag = fleet.built(http).tag
    with fleet.engine.start(tag, *http.limits(), *http.publish()) as container:
        assert container.get(8080, "/healthz").status == 200
        container.wait_until_healthy()
        assert wrong_first_process(container, http.image) == []
        assert root_processes(container) == []
        container.exec("touch", "/var/lib/data/x")
        assert bad_stop(container.stop(), http.image) == []


def test_its_health_check_is_busybox_wget_and_sees_a_failing_path(fleet: Fleet, http: App) -> None:
    assert http.image.probe is not None
    command = http.image.probe.command
    assert command[0] == "wget"
    with fleet.engine.start(fleet.built(http).tag, *http.limits(), *http.publish()) as container:
        container.get(8080, "/healthz")
        container.exec(*command)
        broken = [word.replace("/healthz", "/other") for word in command]
        assert container.exec(*broken, check=False).returncode == 1


def test_the_packages_of_alpine_are_those_declared(engine: Engine, fleet: Fleet, http: App) -> None:
    found = installed(engine, fleet.built(http).tag, "apk")
    base = installed(engine, "alpine:3.23", "apk")
    assert {"libffi", "tini"} <= set(found) - set(base)
    assert set(found) - set(base) <= closure(found, {"libffi", "tini"})


def test_a_default_password_is_used_with_a_warning_that_shows_it_and_how_to_change_it(
    fleet: Fleet, job: App
) -> None:
    done = fleet.engine.run(fleet.built(job).tag)
    assert (done.returncode, done.stdout) == (0, f"{PASSWORD}\n")
    assert "WARNING" in done.stderr
    for word in (PASSWORD, "set ADMIN_WORD", "ADMIN_WORD_FILE"):
        assert word in done.stderr


def test_a_given_password_replaces_the_default_silently(
    fleet: Fleet, job: App, tmp_path: Path
) -> None:
    tag = fleet.built(job).tag
    done = fleet.engine.run(tag, "--env", "ADMIN_WORD=mine")
    assert (done.returncode, done.stdout, done.stderr) == (0, "mine\n", "")
    file = tmp_path / "word"
    file.write_text("from a file\n", encoding="utf-8")
    options = ("--env", "ADMIN_WORD_FILE=/run/word", "--volume", f"{file}:/run/word:ro")
    done = fleet.engine.run(tag, *options)
    assert (done.returncode, done.stdout, done.stderr) == (0, "from a file\n", "")


def test_the_whole_context_comes_without_secrets_clutter_and_generated_files(
    engine: Engine, fleet: Fleet, tmp_path: Path
) -> None:
    kept = {"job.sh": JOB_SCRIPT, "lib/part.sh": "", "docs/.hidden": ""}
    left_out = [*apps.CANARY_FILES, "lib/.env.local", "deep/er/.ssh/config", "venv/bin/python"]
    app = apps.make(tmp_path, EVERYTHING, kept | dict.fromkeys(left_out, "secret"))
    assert context_files(engine, app.folder) == {*kept, "entrypoint.sh"}
    tag = fleet.built(app).tag
    listing = engine.run(tag, "--entrypoint", "find", command=["/app", "-type", "f"])
    assert set(listing.stdout.split()) == {f"/app/{name}" for name in (*kept, "entrypoint.sh")}
