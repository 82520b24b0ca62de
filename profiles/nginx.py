"""A site behind nginx: built by a command or copied, with a reverse proxy where wanted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from generator import bases, grammar
from generator.errors import Problem
from generator.image import BuildStage, Copy, Image
from profiles import _fields as f
from profiles._base import Profile
from profiles._build import WORKDIR, Build, build_stage
from profiles._fields import Field
from profiles._model import Check

ROOT = "/usr/share/nginx/html"
HEALTH_PATH = "/healthz"
DEFAULT_SITE = "public"


@dataclass(frozen=True, kw_only=True, eq=False)
class NginxImage(Image):
    """What nginx.conf needs beside the common values."""

    listen: int
    root: str
    health_path: str
    spa: bool
    immutable: tuple[str, ...]
    max_body: str
    proxies: Mapping[str, str]


def _output(value: object) -> str:
    path = grammar.context_path(value)
    if path == ".":
        raise ValueError("must be a folder below /src like dist: '.' would publish the sources too")
    return path


def _site(value: object) -> str:
    path = "none" if value == "none" else grammar.context_path(value)
    if path == ".":
        raise ValueError("must be a folder like public: '.' would publish the whole project")
    return path


def _body_size(value: object) -> str:
    return grammar.matched(r"[1-9][0-9]{0,5}[kmg]", value, "must be a size like 16m or 1g")


def _folder_location(value: object) -> str:
    path = grammar.location(value)
    if path == "/" or not path.endswith("/"):
        raise ValueError(f"must be a folder like /assets/, not {grammar.shown(path)}")
    return path


class SiteBuild(Build):
    """A build that fills one folder with the site."""

    output: Annotated[str, Check(_output)] = Field(
        description="Folder that the build fills, below /src."
    )


class Nginx(Profile):
    """Static files and proxied locations, served by a non-root nginx."""

    SUMMARY: ClassVar[str] = "Static site or single-page app behind nginx, with a reverse proxy."
    QUESTIONS: ClassVar[tuple[str, ...]] = (
        "name",
        "version",
        "maintainer",
        "nginx",
        "build",
        "build.image",
        "build.run",
        "build.output",
        "site",
        "spa",
        "proxy",
        "port",
        "resources.cpus",
    )
    COMMON: ClassVar[tuple[str, ...]] = (
        "name",
        "maintainer",
        "build",
        "build.image",
        "build.run",
        "build.output",
        "site",
        "spa",
    )
    INSTEAD_OF: ClassVar[Mapping[str, str]] = {"site": "build"}
    PROPOSALS: ClassVar[Mapping[str, str]] = {"site": DEFAULT_SITE, "port": "8080"}

    nginx: f.Release = Field("1.30", description="nginx version, major and minor.")
    base: f.ImageReference | None = Field(
        None, description="Base image, if not the official slim Alpine one."
    )
    build: SiteBuild | None = Field(
        None, description="Commands that make the site in a stage of their own."
    )
    site: Annotated[str, Check(_site)] | None = Field(
        None, description=f"Folder of a site that needs no build ({DEFAULT_SITE}), or none."
    )
    spa: f.Flag = Field(False, description="Single-page app: unknown paths answer with index.html.")
    immutable: list[Annotated[str, Check(_folder_location)]] = Field(
        [],
        description="Locations of files whose names change with their content, such as /assets/: "
        "browsers keep them for a year.",
    )
    proxy: dict[f.Location, f.Upstream] = Field(
        {},
        description="Locations passed on to another service: /api/: http://shop-api:8000.",
    )
    max_body: Annotated[str, Check(_body_size)] = Field(
        "16m", description="Largest request body that is passed on, in nginx's units (16m)."
    )
    package_index: f.Url | None = Field(
        None, description="npm registry for the build, without credentials."
    )

    def base_image(self) -> str:
        return self.base or f"nginx:{self.nginx}-alpine{bases.ALPINE}-slim"

    def argv(self) -> Sequence[str]:
        return ["nginx"]

    def listen_port(self) -> int:
        return self.port or 8080

    def default_stop_signal(self) -> str:
        return "SIGQUIT"

    def default_user(self) -> tuple[int, int]:
        return 101, 101

    def creates_user(self) -> bool:
        return False

    def scratch(self) -> Sequence[str]:
        return sorted({"/tmp", *self.tmpfs})  # noqa: S108

    def site_folder(self) -> str | None:
        """The folder of the build context that is copied as it is."""
        if self.build or self.site == "none":
            return None
        return self.site or DEFAULT_SITE

    def build_stage(self) -> BuildStage | None:
        return build_stage(self, self.build) if self.build else None

    def build_outputs(self) -> Sequence[str]:
        return [self.build.output] if self.build else []

    def copies(self) -> Sequence[Copy]:
        config = Copy(source="nginx.conf", target="/etc/nginx/nginx.conf", mode="0444")
        if self.build:
            made = f"{WORKDIR}/{self.build.output}"
            return [config, Copy(source=made, target=ROOT, from_build=True)]
        site = self.site_folder()
        return [config, Copy(source=site, target=ROOT)] if site else [config]

    def context(self) -> Sequence[str]:
        if self.build:
            return [*self.include, *self.build.dependency_manifests()]
        site = self.site_folder()
        return [site] if site else []

    def extra_files(self) -> Sequence[str]:
        return ["nginx.conf"]

    def health_path(self) -> str:
        """The path of the health check; nginx answers the default one by itself."""
        return self.healthcheck.path or HEALTH_PATH

    def probe(self) -> Sequence[str] | None:
        timeout = self.healthcheck.timeout
        if self.package_family() == "apk":
            return bases.busybox_wget(self.listen_port(), self.health_path(), timeout)
        url = f"http://127.0.0.1:{self.listen_port()}{self.health_path()}"
        return ["curl", "-fsS", "--noproxy", "*", "-m", str(timeout), "-o", "/dev/null", url]

    def references(self) -> Iterator[tuple[str, str]]:
        yield "base" if self.base else "nginx", self.base_image()
        if self.build:
            yield "build.image", self.build.image

    def check(self) -> Iterator[Problem]:
        yield from super().check()
        if self.build:
            yield from self._check_build(self.build)
        if self.site == "none":
            yield from self._check_no_site()
        yield from self._check_locations()
        yield from self._check_health_path()
        if self.resources.cpus is None:
            text = "is missing: one worker is started; give the limit, or auto to follow it"
            yield Problem(field="resources.cpus", text=text, warning=True)

    def _check_build(self, build: SiteBuild) -> Iterator[Problem]:
        yield from build.check()
        if self.site is not None:
            text = "must not be there beside `build`, which makes the site"
            yield Problem(field="site", text=text)
        for index, path in enumerate(self.include):
            if f"{path}/".startswith(f"{build.output}/"):
                text = f"{path} is made by the build: leave it out, or name another `output`"
                yield Problem(field=f"include.{index}", text=text)

    def _check_no_site(self) -> Iterator[Problem]:
        if not self.proxy:
            yield Problem(field="site", text="is none and there is no `proxy`: nothing to serve")
        if self.spa:
            yield Problem(field="spa", text="needs a site: name its folder or how to build it")
        if self.immutable:
            yield Problem(field="immutable", text="needs a site, whose files these are")

    def _check_locations(self) -> Iterator[Problem]:
        for path, upstream in self.proxy.items():
            below = urlsplit(upstream).path
            if below and path.endswith("/") != below.endswith("/"):
                # nginx would put `/api../x` together to `/v1/../x`.
                text = f"and the path of {upstream} must both end in '/' or neither"
                yield Problem(field=f"proxy.{path}", text=text)
            if path == self.health_path() and path == HEALTH_PATH:
                text = "is the health check's own path: set `healthcheck: {path: /…}`"
                yield Problem(field=f"proxy.{path}", text=text)
            if path == "/" and self.site != "none":
                text = "takes every path, the site's too: write `site: none` for a pure proxy"
                yield Problem(field=f"proxy.{path}", text=text)
            if path in self.immutable:
                text = "stands in `immutable` too: files of the site, or another service"
                yield Problem(field=f"proxy.{path}", text=text)

    def _check_health_path(self) -> Iterator[Problem]:
        if self.health_path() != HEALTH_PATH and self.site == "none":
            text = f"nginx answers {HEALTH_PATH} by itself; anything else must come from the proxy"
            yield Problem(field="healthcheck.path", text=text, warning=True)
        elif self.health_path() not in (HEALTH_PATH, "/"):
            text = f"must be a file of the site; nginx answers {HEALTH_PATH} by itself"
            yield Problem(field="healthcheck.path", text=text, warning=True)

    def image(self) -> NginxImage:
        return NginxImage(
            **vars(super().image()),
            listen=self.listen_port(),
            root=ROOT if self.site_folder() or self.build else "",
            health_path=HEALTH_PATH if self.health_path() == HEALTH_PATH else "",
            spa=self.spa,
            immutable=tuple(sorted(set(self.immutable))),
            max_body=self.max_body,
            proxies=dict(sorted(self.proxy.items())),
        )
