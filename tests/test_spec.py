"""From text to a valid profile: types, warnings, and what each published spec means."""

from datetime import date

import pytest

from generator.errors import SpecError
from generator.spec import Spec, from_values, parse
from profiles.nginx import Nginx
from profiles.python_multistage import PythonMultistage
from tests.helpers import GOLDEN, TODAY, Case, case

HEAD = "imgen: 1\nprofile: {profile}\nname: shop\nversion: 1.0.0\nmaintainer: Shop Team\n"
PYTHON = HEAD.format(profile="python-multistage") + "command: [python, -m, shop]\n"
GENERIC = HEAD.format(profile="generic") + "command: [/app/run]\nhealthcheck: none\n"
NGINX = HEAD.format(profile="nginx")


def read(text: str) -> Spec:
    return parse(text, source="imgen.yaml", today=TODAY)


def warnings(text: str) -> list[str]:
    return [str(warning) for warning in read(text).warnings]


def problems(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read(text)
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    "name", ["python-multistage/shop-api", "nginx/storefront", "generic/ledgerd"]
)
def test_the_published_specs_are_valid_as_written(name: str) -> None:
    assert case(name).spec().warnings == ()


def test_texts_get_the_types_of_their_fields() -> None:
    text = PYTHON + "python: 3.10\nca_bundle: yes\nport: 8000\n"
    text += "env: {N: 08, DEBUG: true, RATE: 1e3, ON: yes, EMPTY: ''}\n"
    profile = read(text).profile
    assert isinstance(profile, PythonMultistage)
    assert profile.python == "3.10"
    assert profile.env == {"N": "08", "DEBUG": "true", "RATE": "1e3", "ON": "yes", "EMPTY": ""}
    assert profile.ca_bundle is True
    assert profile.port == 8000


def test_yes_is_true_where_a_field_is_a_flag() -> None:
    profile = read(NGINX + "spa: yes\n").profile
    assert isinstance(profile, Nginx)
    assert profile.spa is True


def test_a_field_without_a_value_is_not_there() -> None:
    given = NGINX + "port:\nbuild: ~\nhealthcheck:\nproxy: null\nresources: {cpus: 1, memory: }\n"
    assert read(given).profile == read(NGINX + "resources: {cpus: 1}\n").profile


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ("healthcheck: {path: /healthz}\nport: 80\n", "healthcheck: /healthz\nport: 80\n"),
        ("healthcheck: {disabled: true}\n", "healthcheck: none\n"),
        ("dependencies: {manager: pip, files: [a.txt]}\n", "dependencies: a.txt\n"),
        ("dependencies: {manager: uv}\n", "dependencies: uv.lock\n"),
        ("user: {uid: 5, gid: 6}\n", "user: 5:6\n"),
        ("user: {uid: 5, gid: 5}\n", "user: 5\n"),
    ],
)
def test_the_short_form_means_the_long_one(long: str, short: str) -> None:
    assert read(PYTHON + long).profile == read(PYTHON + short).profile


def test_a_server_may_be_written_as_its_command_line() -> None:
    head = HEAD.format(profile="python-multistage") + "port: 8000\n"
    short = read(head + "server: gunicorn shop.wsgi:app\n").profile
    assert short == read(head + "server: {gunicorn: 'shop.wsgi:app'}\n").profile


@pytest.mark.parametrize(
    ("text", "place", "warning"),
    [
        pytest.param(
            PYTHON.replace("python-multistage", "python-alpine") + "healthcheck: none\n",
            "2:10",
            "profile: Alpine compiles what has no musl wheel; "
            "python-multistage avoids that (S2.17); write `compile: false` if all have one",
            id="alpine",
        ),
        pytest.param(
            PYTHON.replace("python-multistage", "python-alpine")
            + "healthcheck: none\nbuild_packages: [libffi-dev, gcc]\n",
            "2:10",
            "profile: gcc compiles what has no musl wheel; "
            "python-multistage avoids that (S2.17); write `compile: true` if that is meant",
            id="alpine with a compiler",
        ),
        pytest.param(
            PYTHON + "healthcheck: none\ndependencies: setup.py\n",
            "8:15",
            "dependencies.files: setup.py locks nothing, so two builds may differ: run `uv pip "
            "compile --generate-hashes setup.py -o requirements.txt` and name that",
            id="no lock",
        ),
        pytest.param(
            PYTHON + "python: 3.9\nhealthcheck: none\n",
            "7:9",
            "python: python 3.9 reached its end of life on 2025-10-31: choose a later release",
            id="the end of Python's release",
        ),
        pytest.param(
            GENERIC + "base: debian:bullseye-slim\n",
            "8:7",
            "base: debian bullseye reached its end of life on 2026-08-31: choose a later release",
            id="the end of Debian's release",
        ),
        pytest.param(
            GENERIC
            + "build:\n  image: debian:10\n  run: [make]\n  artifacts: {/src/a: /usr/bin/a}\n",
            "9:10",
            "build.image: debian 10 reached its end of life on 2024-06-30: choose a later release",
            id="the end of the build image's release",
        ),
        pytest.param(
            GENERIC + "port: 80\n",
            "8:7",
            "port: 80 is below 1024, which some runtimes deny to a non-root process",
            id="a low port",
        ),
        pytest.param(
            GENERIC + "packages: [a-dev]\n",
            "8:12",
            "packages.0: a-dev is needed to build, not to run: "
            "move it to the build's packages (S2.14)",
            id="a package for building",
        ),
        pytest.param(
            GENERIC + "packages: [vim]\n",
            "8:12",
            "packages.0: does the app need vim at run time? Tools for people stay out (S2.19)",
            id="a tool",
        ),
        pytest.param(
            GENERIC + "insecure_defaults: {ADMIN: demo}\n",
            "8:20",
            "insecure_defaults: everyone who has the image knows these passwords (S2.10)",
            id="a default password",
        ),
        pytest.param(
            GENERIC.replace("healthcheck: none\n", ""),
            "1:1",
            "healthcheck: is missing: without it nobody notices an app that hangs; "
            "`none` for a job",
            id="no health check",
        ),
        pytest.param(
            NGINX,
            "1:1",
            "resources.cpus: is missing: one worker is started; "
            "give the limit, or auto to follow it",
            id="no limit",
        ),
        pytest.param(
            GENERIC + "base: rockylinux:9\n",
            "8:7",
            "base: has no tini package: run with `--init`, or handle SIGTERM and reap orphans",
            id="no tini",
        ),
        pytest.param(
            GENERIC + "init: false\n",
            "8:7",
            "init: false makes the program PID 1: it must handle signals and reap orphans (S2.5)",
            id="no init",
        ),
        pytest.param(
            GENERIC + "user: 33:1000\n",
            "8:7",
            "user: below 1000 the base image has accounts of its own: "
            "the build fails if it is taken",
            id="account of the base",
        ),
        pytest.param(
            GENERIC + "http_proxy: http://proxy:3128\n",
            "8:13",
            "http_proxy: is used by docker-bake.hcl (`outputs: [bake]`) "
            "and the printed build command",
            id="a proxy",
        ),
    ],
)
def test_what_deserves_a_second_look_is_told(text: str, place: str, warning: str) -> None:
    assert warnings(text) == [f"imgen.yaml:{place}: warning: {warning}"]


def test_the_day_decides_on_the_end_of_life_alone() -> None:
    text = PYTHON + "python: 3.13\nhealthcheck: none\n"
    young = parse(text, source="imgen.yaml", today=date(2029, 10, 30))
    old = parse(text, source="imgen.yaml", today=date(2029, 10, 31))
    assert (len(young.warnings), len(old.warnings)) == (0, 1)
    assert young.profile == old.profile


def test_every_problem_is_told_at_once_and_in_the_order_of_the_file() -> None:
    found = problems(GENERIC + "port: 0\nbase: debian\nenv: {A B: 1}\nzzz: 1\n")
    assert [line.split(": ")[0] for line in found] == [
        "imgen.yaml:8:7", "imgen.yaml:9:7", "imgen.yaml:10:7", "imgen.yaml:11:1",
    ]  # fmt: skip


def test_warnings_stand_among_the_errors() -> None:
    found = problems(GENERIC + "packages: [vim, nginx]\n")
    assert [("warning: " in line) for line in found] == [True, False]


@pytest.mark.parametrize(
    "line",
    ["secrets: [A]\nenv: {A: x}\n", "secrets: [A]\ninsecure_defaults: {A: x}\n",
        "env: {A: x}\ninsecure_defaults: {A: x}\n"],
)  # fmt: skip
def test_a_variable_has_one_source(line: str) -> None:
    assert problems(GENERIC + line)


@pytest.mark.parametrize(
    "path", ["/app", "/usr", "/usr/local", "/usr/local/bin", "/usr/local/bin/entrypoint.sh"]
)
def test_a_volume_does_not_hide_the_app(path: str) -> None:
    assert problems(GENERIC + f"volumes: [{path}]\n")


@pytest.mark.parametrize("path", ["/app/data", "/var/lib/app", "/usr/local/share", "/apps"])
def test_a_volume_may_be_beside_the_app(path: str) -> None:
    assert warnings(GENERIC + f"volumes: [{path}]\n") == []


def test_plain_values_are_validated_without_places() -> None:
    with pytest.raises(SpecError) as caught:
        from_values({"imgen": 1, "profile": "generic", "name": "A"}, today=TODAY)
    assert (
        str(caught.value).splitlines()[0]
        == "command: is missing: the program and its arguments, in exec form"
    )


def test_plain_values_may_have_their_own_types() -> None:
    values = {
        "imgen": 1, "profile": "nginx", "name": "shop", "version": "1.0.0", "maintainer": "Me",
        "port": 8080, "spa": True,
        "resources": {"cpus": 1.5},
    }  # fmt: skip
    profile = from_values(values, today=TODAY).profile
    assert (profile.port, profile.resources.cpus) == (8080, "1.5")


def test_an_explicit_number_of_workers_wins_over_the_limit() -> None:
    text = HEAD.format(profile="python-multistage") + (
        "port: 8000\nserver: {uvicorn: 'a:b', workers: 3}\nresources: {cpus: auto}\n"
    )
    image = read(text).profile.image()
    assert image.environment["WEB_CONCURRENCY"] == "3"
    assert not image.workers_at_start


def test_a_failing_build_command_stops_the_build_whatever_follows() -> None:
    text = GENERIC + (
        "build:\n  image: debian:trixie\n  run: [./configure, make test || true, cd x; make, "
        "make a && make b 2>&1, sleep 1 & wait]\n"
        "  artifacts: {/src/a: /usr/local/bin/a}\n"
    )
    build = read(text).profile.image().build
    assert build
    assert build.steps
    assert build.steps.commands == (
        "./configure", "{ make test || true; }", "{ cd x; make; }", "make a && make b 2>&1",
        "{ sleep 1 & wait; }",
    )  # fmt: skip


def test_a_digest_alone_says_nothing_of_the_distribution() -> None:
    text = (
        PYTHON.replace("python-multistage", "python-alpine")
        + f"base: python@sha256:{'0' * 64}\nhealthcheck: none\n"
    )
    assert read(text).profile.image().family == "apk"


def test_the_build_command_is_safe_to_paste() -> None:
    text = GENERIC + "http_proxy: http://proxy:3128/?a&b\noutputs: [bake]\n"
    command = read(text).profile.build_command()
    assert "--build-arg HTTP_PROXY='http://proxy:3128/?a&b' " in command


def test_the_golden_specs_have_no_errors() -> None:
    assert all(Case(path.parent).spec() for path in GOLDEN.glob("*/*/imgen.yaml"))


@pytest.mark.parametrize(
    ("location", "upstream", "fits"),
    [
        ("/api/", "http://a:1/v1/", True),
        ("/api", "http://a:1/v1/", False),
        ("/api", "http://a:1", True),
    ],
)
def test_a_location_and_its_upstream_end_alike(location: str, upstream: str, *, fits: bool) -> None:
    values = {"imgen": 1, "profile": "nginx", "name": "a", "version": "1", "maintainer": "a"}
    values["proxy"] = {location: upstream}
    if fits:
        from_values(values, today=TODAY)
    else:
        with pytest.raises(SpecError, match="must both end in"):
            from_values(values, today=TODAY)


def test_a_secret_is_none_of_the_images_own_variables() -> None:
    with pytest.raises(SpecError, match="never missing"):
        read(GENERIC + "secrets: [APP_VERSION]\n")
