"""Builds in a closed network: own certificates, a private index with a login, a proxy, a mirror.

None of it may be found in the image afterwards.
"""

import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from profiles._python import UV_VERSION

from . import apps, company
from .apps import App
from .company import Index, Proxy
from .engine import BuildError, Engine
from .fleet import Fleet
from .layers import own_layers, traces

pytestmark = pytest.mark.engine
NO_CA = "imgen-test/python-no-ca:3.13-slim-trixie"
OFFICIAL = "python:3.13-slim-trixie"
PACKAGE = "companyonly"
BUNDLE = Path(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt")
every_manager = pytest.mark.parametrize("manager", ["pip", "uv"])
_WHEEL = f"""\
FROM {OFFICIAL} AS download
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \\
    pip download --no-deps --dest /wheels "uv=={UV_VERSION}"
FROM scratch
COPY --from=download /wheels/ /
"""
_LOCK = f"""\
FROM {OFFICIAL} AS lock
RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked pip install "uv=={UV_VERSION}"
WORKDIR /build
COPY pyproject.toml ./
ARG UV_DEFAULT_INDEX
RUN --mount=type=secret,id=ca_bundle,target=/ca.pem \\
    --mount=type=secret,id=netrc,target=/root/.netrc \\
    if [ -e /ca.pem ]; then export SSL_CERT_FILE=/ca.pem; fi; uv lock --no-cache
FROM scratch
COPY --from=lock /build/uv.lock /
"""


@dataclass(frozen=True)
class Site:
    """A company's network, and a home with its login."""

    index: Index
    proxy: Proxy
    home: Path

    @property
    def build_args(self) -> list[str]:
        """Options of a build that lead through the proxy."""
        return [f"--build-arg={name}={self.proxy.url}" for name in ("HTTPS_PROXY", "HTTP_PROXY")]

    def secrets(self, netrc: Path | None = None) -> list[str]:
        """Options of a build that give it the certificate and a login."""
        login = netrc or self.index.netrc
        return [f"--secret=id=ca_bundle,src={self.index.ca}", f"--secret=id=netrc,src={login}"]


def own_base(engine: Engine) -> str:
    """The base that trusts no company, by a name that tells its package manager."""
    return f"registry.example.test/{engine.session}/python:3.13-slim-trixie"


@pytest.fixture(autouse=True, scope="module")
def _own_base(engine: Engine) -> None:
    engine.require(NO_CA)
    engine.alias(NO_CA, own_base(engine))


def spec(engine: Engine, name: str, **fields: object) -> str:
    """A spec on the base that trusts no company; JSON is YAML."""
    common = {
        "imgen": "1",
        "profile": "python-multistage",
        "name": f"{name}-{engine.session}",
        "version": "1.0.0",
        "maintainer": "Test <test@example.com>",
        "labels": engine.labels(),
        "base": own_base(engine),
        "syntax": "none",
        "include": ["app.py"],
        "command": ["python", "/app/app.py"],
        "init": "false",
        "healthcheck": "none",
    }
    return json.dumps(common | fields)


def sources(engine: Engine, manager: str, package: str) -> dict[str, str]:
    """The files of an app that prints where a package comes from; new ones in each session."""
    app = f"import {package}\nprint({package}.__file__)\n"
    if manager == "pip":
        return {"app.py": app, "requirements.txt": f"{package}  # {engine.session}\n"}
    project = f'[project]\nname = "app"\nversion = "1"\ndependencies = ["{package}"]\n'
    project += f'requires-python = ">=3.13"\ndescription = "{engine.session}"\n'
    return {"app.py": app, "pyproject.toml": project, "uv.lock": ""}


def make(engine: Engine, folder: Path, manager: str, package: str, **fields: object) -> App:
    text = spec(engine, f"company-{manager}", dependencies={"manager": manager}, **fields)
    return apps.make(folder, text, sources(engine, manager, package))


def lock(engine: Engine, app: App, *options: str) -> None:
    """Make the uv.lock of an app, with the index and secrets of the build."""
    folder = app.folder.parent / f"{app.folder.name}-lock"
    folder.mkdir()
    shutil.copy(app.folder / "pyproject.toml", folder)
    apps.unpack(engine.export(folder, _LOCK, *options), app.folder)


def run(engine: Engine, tag: str) -> str:
    done = engine.run(tag)
    assert done.returncode == 0, done.stderr
    return done.stdout


def body_of(certificate: Path) -> str:
    """A line of a certificate that stands in no other."""
    return certificate.read_text(encoding="utf-8").splitlines()[3]


# The company's certificates alone.


def test_the_base_of_these_tests_trusts_no_company_certificate(engine: Engine, site: Site) -> None:
    script = f"import urllib.request as u; u.urlopen('{site.index.url}/', timeout=5)"
    name = f"--add-host={company.HOST}:{engine.gateway()}"
    done = engine.run(NO_CA, name, command=["python", "-c", script])
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr


@every_manager
def test_a_ca_bundle_is_needed_to_build_and_leaves_no_trace(
    engine: Engine, tmp_path: Path, manager: str
) -> None:
    app = make(engine, tmp_path / "app", manager, "iniconfig", ca_bundle=True)
    if manager == "uv":
        lock(engine, app, f"--secret=id=ca_bundle,src={BUNDLE}")
    tag = engine.tag(app.name)
    with pytest.raises(BuildError, match="ca_bundle"):
        engine.build(app.folder, tag=tag)
    built = engine.build(app.folder, f"--secret=id=ca_bundle,src={BUNDLE}", tag=tag)
    assert "/opt/venv/" in run(engine, tag)
    layers = own_layers(engine, built.tag, NO_CA)
    for word in (str(BUNDLE), "ca_bundle", "/run/secrets", body_of(BUNDLE)):
        assert traces(engine, built.tag, layers, word) == []


def test_a_ca_bundle_serves_apk_and_leaves_the_bundle_of_the_base(
    engine: Engine, tmp_path: Path
) -> None:
    fields = {"profile": "generic", "base": "alpine:3.23", "packages": ["libffi"]}
    command = ["sha256sum", "/etc/ssl/certs/ca-certificates.crt"]
    text = spec(engine, "company-apk", ca_bundle=True, **{**fields, "command": command})
    app = apps.make(tmp_path / "app", text, {"app.py": ""})
    tag = engine.tag(app.name)
    with pytest.raises(BuildError, match="ca_bundle"):
        engine.build(app.folder, "--no-cache", tag=tag)
    engine.build(app.folder, "--no-cache", f"--secret=id=ca_bundle,src={BUNDLE}", tag=tag)
    assert run(engine, tag) == engine.run("alpine:3.23", command=command).stdout


def test_a_ca_bundle_serves_npm_and_leaves_no_trace(
    engine: Engine, fleet: Fleet, tmp_path: Path
) -> None:
    app = regenerated(fleet.example("spa"), tmp_path / "spa", "ca_bundle: true\nsyntax: none\n")
    tag = engine.tag("company-npm")
    with pytest.raises(BuildError, match="ca_bundle"):
        engine.build(app.folder, "--no-cache-filter=build", tag=tag)
    secret = f"--secret=id=ca_bundle,src={BUNDLE}"
    engine.build(app.folder, secret, "--no-cache-filter=build", tag=tag)
    layers = own_layers(engine, tag, app.image.base)
    for word in ("ca_bundle", "/run/secrets", body_of(BUNDLE)):
        assert traces(engine, tag, layers, word) == []


def regenerated(example: App, folder: Path, more: str) -> App:
    """An example with more in its spec."""
    copy = example.copy(folder)
    text = (folder / apps.SPEC).read_text(encoding="utf-8")
    return apps.make(copy.folder, f"{text}{more}", {})


# A private index with a login, behind a proxy.


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("company")
    wheel = company.make_wheel(home, PACKAGE, "1.2.3")
    (home / "empty").mkdir()
    apps.unpack(engine.export(home / "empty", _WHEEL), home)
    wheels = [wheel, *home.glob("uv-*.whl")]
    bridge = engine.gateway()
    password = f"canary-password-{engine.session}"
    with (
        company.index(home, bridge, password, wheels) as found,
        company.proxy(bridge) as way,
    ):
        yield Site(found, way, home)


@pytest.fixture(scope="module", params=["pip", "uv"])
def company_app(
    request: pytest.FixtureRequest,
    engine: Engine,
    site: Site,
    tmp_path_factory: pytest.TempPathFactory,
) -> App:
    """An app whose spec names all of it, its bundle beside it as the printed command has it."""
    app = make(
        engine,
        tmp_path_factory.mktemp("private") / "app",
        request.param,
        PACKAGE,
        ca_bundle=True,
        package_index=site.index.url,
        index_credentials=True,
        http_proxy=site.proxy.url,
        outputs=["bake"],
    )
    shutil.copy(site.index.ca, app.folder / "ca-bundle.pem")
    if request.param == "uv":
        lock(
            engine,
            app,
            *site.secrets(),
            *site.build_args,
            f"--build-arg=UV_DEFAULT_INDEX={site.index.url}",
        )
    return app


@pytest.fixture(scope="module")
def company_image(engine: Engine, site: Site, company_app: App) -> str:
    """The image that the printed build command makes."""
    del site.index.served[:], site.proxy.connected[:]
    done = shell(company_app.image.build_command, company_app.folder, site.home)
    assert done.returncode == 0, done.stderr
    return engine.adopt(f"{company_app.name}:1.0.0")


def shell(command: str, folder: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run a printed command as a person would, from the app's folder with a home of their own."""
    configuration = os.environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    environment = {**os.environ, "HOME": str(home), "DOCKER_CONFIG": configuration}
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_printed_build_command_reaches_the_private_index_through_the_proxy(
    engine: Engine, site: Site, company_image: str
) -> None:
    assert f"/opt/venv/lib/python3.13/site-packages/{PACKAGE}.py" in run(engine, company_image)
    assert any(path.endswith(".whl") and PACKAGE in path for path in site.index.served)
    assert set(site.proxy.connected) == {site.index.address}


def test_neither_login_nor_index_nor_certificate_nor_proxy_is_in_the_image(
    engine: Engine, site: Site, company_image: str
) -> None:
    layers = own_layers(engine, company_image, NO_CA)
    words = (
        site.index.password,
        company.USER,
        site.index.address,
        site.proxy.address,
        body_of(site.index.ca),
        "ca-bundle.pem",
        "ca_bundle",
        "netrc",
    )
    for word in words:
        assert traces(engine, company_image, layers, word) == []
    assert traces(engine, company_image, layers, PACKAGE)


def test_the_private_index_gives_nothing_without_the_right_login(
    engine: Engine, site: Site, company_app: App
) -> None:
    wrong = site.home / "wrong-netrc"
    wrong.write_text(site.index.netrc.read_text("utf-8").replace("canary", "x"), encoding="utf-8")
    options = [*site.build_args, "--no-cache-filter=build"]
    tag = engine.tag("wrong-login")
    with pytest.raises(BuildError, match="netrc"):
        engine.build(company_app.folder, *options, site.secrets()[0], tag=tag)
    del site.index.served[:]
    with pytest.raises(BuildError, match="No matching distribution"):
        engine.build(company_app.folder, *options, *site.secrets(wrong), tag=tag)
    assert site.index.refused
    assert site.index.served == []


def test_bake_builds_with_the_same_secrets_and_arguments(
    engine: Engine, site: Site, company_app: App
) -> None:
    # buildx asks before it reads a file outside of the build context.
    allow = f"--allow=fs.read={site.home}"
    del site.index.served[:], site.proxy.connected[:]
    done = shell(f"docker buildx bake --no-cache {allow}", company_app.folder, site.home)
    assert done.returncode == 0, done.stderr
    tags = [engine.adopt(tag) for tag in company_app.image.bake_tags]
    assert [tag.rpartition(":")[2] for tag in tags] == ["1.0.0", "1.0", "1"]
    assert all(f"/{PACKAGE}.py" in run(engine, tag) for tag in tags)
    assert site.index.served
    assert set(site.proxy.connected) == {site.index.address}


# A registry mirror.


def test_base_images_come_from_the_mirror_of_the_spec(
    engine: Engine, fleet: Fleet, tmp_path: Path
) -> None:
    mirror = f"registry.example.test/{engine.session}"
    example = fleet.example("spa")
    text = f"registry: {mirror}\nsyntax: none\n"
    app = regenerated(example, tmp_path / "spa", text)
    assert example.image.build is not None
    for reference in (example.image.base, example.image.build.base):
        engine.require(reference)
        engine.alias(reference, f"{mirror}/{reference}")
    tag = engine.tag("mirrored")
    built = engine.build(app.folder, tag=tag)
    bases = {step.text for step in built.steps if step.text.startswith("FROM ")}
    assert bases == {
        f"FROM {mirror}/{reference}" for reference in (example.image.base, example.image.build.base)
    }
    below = engine.image(example.image.base).layers
    assert engine.image(tag).layers[: len(below)] == below
