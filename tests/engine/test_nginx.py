"""nginx: its configuration, the single-page app, the proxy, and any uid."""

import json
import re

import pytest

from generator.verify.container import Container
from generator.verify.engine import Built
from generator.verify.waiting import wait_for
from profiles.nginx import Nginx

from . import apps
from .apps import EXAMPLE_NAMES, App
from .checks import bad_stop
from .engine import Engine
from .fleet import Fleet

pytestmark = pytest.mark.engine
every_nginx = pytest.mark.parametrize(
    "example", [name for name in EXAMPLE_NAMES if isinstance(apps.profile(name), Nginx)]
)
ANY_UID = 1000670000  # OpenShift gives an unknown uid, and the group 0


@pytest.fixture
def spa(fleet: Fleet) -> Container:
    return fleet.container("spa")


@pytest.fixture
def proxy(fleet: Fleet) -> Container:
    return fleet.container("static-proxy")


@every_nginx
def test_nginx_finds_its_configuration_valid(fleet: Fleet, app: App, built: Built) -> None:
    done = fleet.engine.run(built.tag, *fleet.options(app), command=["nginx", "-t"])
    assert done.returncode == 0, done.stderr
    assert "test is successful" in done.stderr
    assert "[warn]" not in done.stderr


@every_nginx
def test_nginx_finds_a_broken_configuration_invalid(
    fleet: Fleet, engine: Engine, copy: App
) -> None:
    config = copy.folder / "nginx.conf"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("server_tokens off", "server_tokens of"), encoding="utf-8")
    broken = engine.build(copy.folder, tag=engine.tag(f"{copy.name}-broken"))
    done = engine.run(broken.tag, *fleet.options(copy), command=["nginx", "-t"])
    assert done.returncode != 0
    assert "invalid value" in done.stderr


@every_nginx
def test_nginx_logs_no_warning_or_error(app: App, container: Container) -> None:
    assert app.image.port is not None
    container.get(app.image.port)
    assert re.findall(r"\[(?:warn|error|crit|alert|emerg)\].*", container.logs()) == []


@every_nginx
def test_nginx_runs_as_any_uid(fleet: Fleet, app: App) -> None:
    assert app.image.port is not None
    with fleet.start(app.name, "--user", f"{ANY_UID}:0") as container:
        assert container.get(app.image.port).status == 200
        uids = {process.uid for process in container.processes()}
        assert uids == {ANY_UID}
        assert bad_stop(container.stop(), app.image) == []


@every_nginx
def test_nginx_answers_its_health_path_by_itself_and_hides_its_version(
    app: App, container: Container
) -> None:
    assert app.image.port is not None
    reply = container.get(app.image.port, "/healthz")
    assert (reply.status, reply.body, reply.headers["Server"]) == (200, "ok\n", "nginx")
    assert "/healthz" not in container.logs()


def test_an_unknown_path_of_the_single_page_app_gives_its_page(spa: Container) -> None:
    page = spa.get(8080)
    assert (page.status, page.headers["Content-Type"]) == (200, "text/html")
    unknown = spa.get(8080, "/orders/17?tab=2")
    assert (unknown.status, unknown.body) == (200, page.body)


def test_browsers_ask_again_for_the_page_but_keep_its_assets(spa: Container) -> None:
    page = spa.get(8080)
    assert page.headers["Cache-Control"] == "no-cache"
    assert spa.get(8080, "/orders").headers["Cache-Control"] == "no-cache"
    names = re.findall(r'"(/assets/[^"]+)"', page.body)
    assert {name.rsplit(".", 1)[1] for name in names} == {"js", "css"}
    for name in names:
        asset = spa.get(8080, name)
        assert asset.status == 200
        assert "no-cache" not in (asset.headers["Cache-Control"] or "")
        again = spa.get(8080, name, **{"If-None-Match": asset.headers["ETag"]})
        assert (again.status, again.body) == (304, "")


def test_assets_are_sent_compressed_where_the_browser_takes_it(spa: Container) -> None:
    (name, *_) = re.findall(r'"(/assets/[^"]+\.js)"', spa.get(8080).body)
    reply = spa.get(8080, name, **{"Accept-Encoding": "gzip"})
    assert reply.headers["Content-Encoding"] == "gzip"


def test_the_proxy_passes_requests_on_to_the_real_api(proxy: Container) -> None:
    reply = wait_for("the API", lambda: answered(proxy, "/api/"))
    shop = json.loads(reply)
    assert (shop["name"], shop["version"]) == ("shop", "1.4.2")
    assert json.loads(answered(proxy, "/api/"))["visits"] > shop["visits"]
    assert proxy.get(8080, "/api/healthz").body == "ok"
    assert proxy.get(8080, "/api/db").status == 503


def answered(container: Container, path: str) -> str:
    reply = container.get(8080, path)
    return reply.body if reply.status == 200 else ""


def test_the_proxy_serves_its_own_files_and_no_others(proxy: Container) -> None:
    assert "<h1>Shop</h1>" in proxy.get(8080).body
    assert proxy.get(8080, "/style.css").headers["Content-Type"] == "text/css"
    assert proxy.get(8080, "/unknown").status == 404


def test_the_proxy_does_not_start_where_its_upstream_is_unknown(
    engine: Engine, fleet: Fleet
) -> None:
    app = fleet.example("static-proxy")
    done = engine.run(fleet.built(app).tag, *app.limits(), timeout=20)
    assert done.returncode == 1
    assert "host not found in upstream" in done.stderr
