"""Builds from a private index with a login, behind a proxy and a company's certificate.

None of it may be found in the image afterwards.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.verify.engine import Completed
from generator.verify.errors import BuildError
from generator.verify.layers import own_layers, traces
from profiles._dependencies import Dependencies

from . import apps, closed_network
from .apps import App
from .closed_network import Index, Proxy
from .company import MANAGERS, NO_CA, OFFICIAL, body_of, lock, lock_elsewhere, make, run, spec
from .engine import Engine

pytestmark = pytest.mark.engine
PACKAGE = "companyonly"
_DOWNLOADS = "".join(
    f"RUN --mount=type=cache,target=/root/.cache/pip,sharing=locked \\\n"
    f"    pip download --dest /wheels {' '.join(map(repr, tools))}\n"
    for manager in MANAGERS
    if (tools := Dependencies(manager=manager).tools())
)
_WHEELS = f"""\
FROM {OFFICIAL} AS download
{_DOWNLOADS}
FROM scratch
COPY --from=download /wheels/ /
"""


@dataclass(frozen=True)
class Site:
    """A company's network, and a home with its login."""

    index: Index
    proxy: Proxy
    home: Path
    wheel: Path

    @property
    def build_args(self) -> list[str]:
        """Options of a build that lead through the proxy."""
        return [f"--build-arg={name}={self.proxy.url}" for name in ("HTTPS_PROXY", "HTTP_PROXY")]

    def secrets(self, netrc: Path | None = None) -> list[str]:
        """Options of a build that give it the certificate and a login."""
        login = netrc or self.index.netrc
        return [f"--secret=id=ca_bundle,src={self.index.ca}", f"--secret=id=netrc,src={login}"]


@pytest.fixture(scope="module")
def site(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("company")
    wheel = closed_network.make_wheel(home, PACKAGE, "1.2.3")
    (home / "empty").mkdir()
    apps.unpack(engine.export(home / "empty", _WHEELS), home)
    wheels = [wheel, *(path for path in home.glob("*.whl") if path != wheel)]
    bridge = engine.gateway()
    password = f"canary-password-{engine.session}"
    with (
        closed_network.index(home, bridge, password, wheels) as found,
        closed_network.proxy(bridge) as way,
    ):
        yield Site(found, way, home, wheel)


@pytest.fixture(scope="module", params=MANAGERS)
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
    elif request.param != "pip":
        lock_elsewhere(engine, app, request.param, site.wheel)
    return app


@pytest.fixture(scope="module")
def company_image(engine: Engine, site: Site, company_app: App) -> str:
    """The image that the printed build command makes."""
    del site.index.served[:], site.proxy.connected[:]
    done = shell(company_app.image.build_command, company_app.folder, site.home)
    assert done.returncode == 0, done.stderr
    return engine.adopt(f"{company_app.name}:1.0.0")


def shell(command: str, folder: Path, home: Path) -> Completed:
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


def test_the_base_of_these_tests_trusts_no_company_certificate(engine: Engine, site: Site) -> None:
    script = f"import urllib.request as u; u.urlopen('{site.index.url}/', timeout=5)"
    name = f"--add-host={closed_network.HOST}:{engine.gateway()}"
    done = engine.run(NO_CA, name, command=["python", "-c", script])
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr


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
        closed_network.USER,
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


def test_system_packages_come_through_the_proxy(engine: Engine, site: Site, tmp_path: Path) -> None:
    # The ids make the step new, or it would come from the cache.
    uid = 20_000 + int(engine.session[:3], 16)
    fields = {"profile": "generic", "base": "debian:trixie-slim", "init": "true", "user": uid}
    text = spec(engine, "company-apt", **fields, http_proxy=site.proxy.url)
    app = apps.make(tmp_path / "app", text, {"app.py": ""})
    engine.require("debian:trixie-slim")
    del site.proxy.connected[:]
    done = shell(app.image.build_command, app.folder, site.home)
    assert done.returncode == 0, done.stderr
    tag = engine.adopt(f"{app.name}:1.0.0")
    assert site.proxy.connected, "apt went around the proxy"
    layers = own_layers(engine, tag, "debian:trixie-slim")
    assert traces(engine, tag, layers, site.proxy.address) == []
