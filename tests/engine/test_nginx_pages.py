"""How nginx finds the pages that a site generator wrote, and its page for what is missing."""

from collections.abc import Iterator

import pytest

from generator.verify.container import Container
from generator.verify.web import request

from . import apps
from .fleet import Fleet

pytestmark = pytest.mark.engine
PORT = 8080
_SPEC = """\
imgen: 1
profile: nginx
name: {name}
version: 1.0.0
maintainer: Test <test@example.com>
site: public
{more}resources: {{cpus: 1, memory: 64Mi}}
syntax: none
"""
_PAGES = ("index", "about", "about/team", "blog/index", "404")
_FILES = {f"public/{page}.html": f"<p>{page}</p>\n" for page in _PAGES}
FOUND = {
    "/": "index",
    "/about": "about",
    "/about.html": "about",
    "/about?tab=2": "about",
    "/about/team": "about/team",
    "/blog/": "blog/index",
}


@pytest.fixture(scope="module", params=["", "spa: true\n"], ids=["site", "app"])
def server(
    request: pytest.FixtureRequest, fleet: Fleet, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Container, bool]]:
    """The pages as a site and as a single-page app; the latter if the flag is set."""
    name = "pages-app" if request.param else "pages-site"
    spec = _SPEC.format(name=name, more=request.param)
    app = apps.make(tmp_path_factory.mktemp("pages") / name, spec, _FILES)
    built = fleet.built(app)
    with fleet.engine.start(built.tag, *app.limits(), *app.publish()) as container:
        container.get(PORT, "/healthz")
        yield container, bool(request.param)


@pytest.mark.parametrize("path", FOUND)
def test_a_page_is_found_with_and_without_its_ending(
    server: tuple[Container, bool], path: str
) -> None:
    reply = request(server[0].address(PORT), path)
    assert (reply.status, reply.body) == (200, f"<p>{FOUND[path]}</p>\n")


def test_a_folder_with_a_page_is_asked_for_with_a_slash(server: tuple[Container, bool]) -> None:
    reply = request(server[0].address(PORT), "/blog")
    assert (reply.status, reply.headers["Location"]) == (301, "/blog/")


def test_what_is_missing_is_answered_with_the_sites_own_page(
    server: tuple[Container, bool],
) -> None:
    container, app = server
    reply = request(container.address(PORT), "/unknown")
    wanted = (200, "<p>index</p>\n") if app else (404, "<p>404</p>\n")
    assert (reply.status, reply.body) == wanted
    assert request(container.address(PORT), "/missing.png").status == 404
