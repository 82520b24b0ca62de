"""What the templates see: an image in the Dockerfile's own terms, computed from a spec.

Templates only place these values, so everything is final here: sorted, with its defaults, in the
order of the output. Escaping belongs to the place a value stands in and is a filter's work
(`jinja_ext`). Nobody compares images, so the classes are made without that: it takes time at start.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# A package manager stands for its family of distributions.
FAMILIES = ("apt", "apk", "dnf", "microdnf", "yum")
VENV = "/opt/venv"
APP_DIR = "/app"
ENTRYPOINT = "/usr/local/bin/entrypoint.sh"


class Expanded(str):
    """A value in which the builder shall expand `$NAME`; only imgen's own values are."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Copy:
    """One COPY: `source` in the build context or in the build stage, `target` in the image."""

    source: str
    target: str
    mode: str = "u=rwX,go=rX"
    from_build: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Probe:
    """One HEALTHCHECK; times in seconds."""

    command: tuple[str, ...]
    interval: int
    timeout: int
    start_period: int
    retries: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Step:
    """One RUN of a build stage: its mounts and the commands joined by `&&`."""

    mounts: tuple[str, ...]
    commands: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class BuildStage:
    """The stage that compiles or installs; nothing of it but the copies reaches the image.

    `args` are set while the stage builds and can be overridden on the build command, `env` are
    fixed. `secrets` are mounts without `type=secret,`. `dependencies` runs before the source is
    copied, `steps` after it.
    """

    base: str
    family: str
    packages: tuple[str, ...]
    args: Mapping[str, str]
    env: Mapping[str, str]
    secrets: tuple[str, ...]
    package_mounts: tuple[str, ...]
    copies: tuple[Copy, ...] = ()
    dependencies: Step | None = None
    steps: Step | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Image:
    """Everything that the shared templates place. A profile may extend it with its own."""

    profile: str
    files: tuple[str, ...]
    name: str
    version: str
    frontend: str
    build_command: str
    run_command: str
    base: str
    family: str
    build: BuildStage | None
    package_mounts: tuple[str, ...]
    packages: tuple[str, ...]
    create_user: bool
    uid: int
    gid: int
    environment: Mapping[str, str]
    copies: tuple[Copy, ...]
    labels: Mapping[str, str]
    volumes: tuple[str, ...]
    link_folders: tuple[str, ...]
    links: Mapping[str, str]
    port: int | None
    stop_signal: str
    probe: Probe | None
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    secrets: tuple[str, ...]
    insecure_defaults: Mapping[str, str]
    workers: int
    workers_at_start: bool
    workers_variable: str
    ignore: tuple[str, ...]
    bake_tags: tuple[str, ...]
    bake_args: Mapping[str, str]
    build_secrets: tuple[str, ...]
