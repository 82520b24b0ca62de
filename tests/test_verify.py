"""`imgen verify` without an engine: what is to be verified, and by which checks."""

import json
import os
from pathlib import Path

import pytest

from generator.errors import UsageError
from generator.verify import checks, hidden
from generator.verify.run import Choice
from generator.verify.servers import expected_workers
from generator.verify.sources import to_edit
from generator.verify.subject import Given, find
from tests.helpers import EXAMPLES
from tests.images import image

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
