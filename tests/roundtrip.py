"""Reads generated files by the rules of their own readers and compares them with the spec."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from generator.image import Expanded, Image
from generator.render import render
from profiles._base import Profile
from profiles._python import Assets, PythonProfile
from profiles.nginx import Nginx
from tests import nginx_conf
from tests.dockerfiles import Stage, decoded, exec_form, pairs, stages

_CONF = {
    "access_log", "add_header", "client_body_temp_path", "daemon", "default", "default_type",
    "error_log", "error_page", "events",
    "fastcgi_temp_path", "gzip", "gzip_proxied", "gzip_types", "gzip_vary", "http", "include",
    "listen", "location", "map",
    "pid", "proxy_http_version",
    "proxy_pass", "proxy_set_header", "proxy_ssl_server_name", "proxy_temp_path",
    "return", "root", "scgi_temp_path",
    "sendfile", "server",
    "server_tokens", "try_files", "uwsgi_temp_path", "worker_connections", "worker_processes",
    "absolute_redirect",
    "port_in_redirect", "server_name", "charset", "client_max_body_size", "keepalive", "upstream",
    "resolver", "set", "",
}  # fmt: skip


def generated(profile: Profile) -> dict[str, str]:
    return {str(path): text for path, text in render(profile.image()).items()}


def verify(profile: Profile) -> None:
    """Assert that the files of a profile say what the profile says, and nothing else."""
    files = generated(profile)
    image = profile.image()
    found = stages(files["Dockerfile"])
    assert [[each.cmd for each in stage.instructions] for stage in found] == expected(
        profile, image
    )
    verify_final(profile, image, found[-1])
    if len(found) == 2:
        verify_build(profile, found[0])
    assert files[".dockerignore"].splitlines() == list(image.ignore)
    if "nginx.conf" in files:
        verify_conf(profile, files["nginx.conf"])
    if "gunicorn.conf.py" in files:
        compile(files["gunicorn.conf.py"], "gunicorn.conf.py", "exec", dont_inherit=True)
    if "docker-bake.hcl" in files:
        verify_bake(profile, files["docker-bake.hcl"])
    for text in files.values():
        assert text.endswith("\n")
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)


def some(name: str, wanted: object) -> list[str]:
    return [name] if wanted else []


def expected(profile: Profile, image: Image) -> list[list[str]]:
    """The instructions of each stage, by what the spec asks for."""
    python = isinstance(profile, PythonProfile)
    account = not isinstance(profile, Nginx)
    final = [
        "FROM", *some("RUN", account or image.packages or image.volumes), "ENV", *some("WORKDIR",
        account),
        *some("COPY", python), "COPY", *["COPY"] * len(image.copies), "LABEL", *some("VOLUME",
            profile.volumes),
        *some("EXPOSE", profile.listen_port()), "STOPSIGNAL", *some("HEALTHCHECK", image.probe),
            "USER", "ENTRYPOINT", "CMD",
    ]  # fmt: skip
    if image.build is None:
        return [final]
    build = [
        "FROM",
        *["ARG"] * len(image.build.args),
        *some("ENV", image.build.env),
        *some("RUN", image.build.packages),
    ]
    copies = ["COPY"] * len(image.build.copies)
    if not isinstance(profile, PythonProfile):
        build += [
            "WORKDIR",
            *some("RUN", image.build.dependencies),
            *copies,
            *some("RUN", image.build.steps),
        ]
    else:
        own = profile.dependencies
        build += [
            "WORKDIR",
            *some("RUN", own.manager != "pip"),
            "RUN",
            *copies,
            *some("RUN", own.install_project or own.members),
        ]
        if profile.assets:
            whole = "." in profile.include
            build += ["WORKDIR", *["COPY"] * (1 if whole else len(parts(profile.include))), "RUN"]
    return [build, final]


def parts(include: list[str]) -> set[str]:
    """Paths that lie below no other of them."""
    return {path for path in include if not any(path.startswith(f"{other}/") for other in include)}


def verify_final(profile: Profile, image: Image, stage: Stage) -> None:
    environment = {
        key: decoded(value, {"PATH": "BASE"} if key == "PATH" else None)
        for key, value in stage.pairs("ENV").items()
    }
    for key, value in {**profile.env, "APP_VERSION": profile.version}.items():
        assert environment[key] == value
    own = {
        key: str(value)
        for key, value in image.environment.items()
        if not isinstance(value, Expanded)
    }
    assert {key: value for key, value in environment.items() if key != "PATH"} == own
    labels = {key: decoded(value) for key, value in stage.pairs("LABEL").items()}
    prefix = "org.opencontainers.image."
    for key, given in profile.labels.items():
        assert labels.pop(key) == given
    assert labels.pop("maintainer") == profile.maintainer
    standard = {
        "authors": profile.maintainer, "description": profile.description,
        "licenses": profile.license,
        "source": profile.source, "title": profile.name, "url": profile.url,
        "version": profile.version,
    }  # fmt: skip
    assert labels == {f"{prefix}{key}": value for key, value in standard.items() if value}
    assert stage.of("USER")[0].value == (f"{image.uid}:{image.gid}",)
    assert exec_form(stage.of("CMD")[0]) == list(profile.argv())
    for found in stage.of("VOLUME"):
        assert set(exec_form(found)) == set(profile.volumes)
    for found in stage.of("EXPOSE"):
        assert found.value == (f"{profile.listen_port()}/tcp",)
    for found in stage.of("HEALTHCHECK"):
        assert exec_form(found) == list(profile.healthcheck.command or profile.probe() or [])


def verify_build(profile: Profile, stage: Stage) -> None:
    index = getattr(profile, "package_index", None)
    for found in stage.of("ARG"):
        for _, value in pairs(found):
            assert decoded(value) == index
    for value in stage.pairs("ENV").values():
        decoded(value)
    text = "\n".join(str(run.value[0]) for run in stage.of("RUN"))
    made = getattr(profile, "build", None) or getattr(profile, "assets", None)
    for command in made.run if made else ():
        assert command in text
    if isinstance(made, Assets):
        exported = re.findall(r' (\w+)="((?:[^"\\]|\\.)*)"', text)
        said = {name: re.sub(r"\\(.)", r"\1", value) for name, value in exported}
        assert {**profile.env, **made.env}.items() <= said.items()


def verify_conf(profile: Profile, text: str) -> None:
    assert isinstance(profile, Nginx)
    found = nginx_conf.flat(nginx_conf.read(text))
    assert {each.name for each in found} <= _CONF
    passed = {
        each.words[1:]: inner.words[1:]
        for each in found
        if each.name == "location"
        for inner in each.block or ()
        if inner.name == "proxy_pass"
    }
    assert passed == {(path,): (upstream,) for path, upstream in profile.proxy.items()}
    assert [each.words[1] for each in found if each.name == "listen"] == [
        str(profile.listen_port())
    ]


def verify_bake(profile: Profile, text: str) -> None:
    strings = [json.loads(found) for found in re.findall(r'"(?:[^"\\]|\\.)*"', text)]
    plain = [value.replace("$${", "${").replace("%%{", "%{") for value in strings]
    assert f"{profile.repository or profile.name}:{profile.version}" in plain
    if profile.http_proxy:
        assert plain.count(profile.http_proxy) == 2


def start(
    script: str, *command: str, folder: Path, given: Mapping[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run an entrypoint with a command, in an environment of the given variables."""
    path = folder / "entrypoint.sh"
    path.write_bytes(script.encode())
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **given}
    return subprocess.run(
        ["sh", str(path), *command], capture_output=True, env=environment, check=False, timeout=30
    )
