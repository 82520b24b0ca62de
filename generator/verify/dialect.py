"""Where the command lines of the engines differ, all in one place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from generator.verify.progress import PlainProgress, Progress

OLDEST_DOCKER = 23  # the first whose builder knows COPY --link
OLDEST_PODMAN = 4


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One engine's words for what imgen asks of it.

    `processes` are the words after `top NAME`. `own_numbers` says that these are the process ids
    of the container and not those of the host. `build` are options of every build.
    """

    program: str
    oldest: int
    server_version: tuple[str, ...]
    description: str
    cpus: str
    processes: tuple[str, ...]
    own_numbers: bool
    build: tuple[str, ...]
    progress: tuple[str, ...]
    read_progress: Callable[[str], Progress | PlainProgress]
    needs_buildx: bool

    def major(self, version: str) -> int:
        """The first number of a version, 0 if there is none."""
        match = re.match(r"\d+", version)
        return int(match[0]) if match else 0


DOCKER = Dialect(
    program="docker",
    oldest=OLDEST_DOCKER,
    server_version=("version", "--format", "{{.Server.Version}}"),
    description="engine {{.ServerVersion}}, storage {{.Driver}}, cgroup v{{.CgroupVersion}}",
    cpus="{{.NCPU}}",
    processes=("-eo", "pid,ppid,uid,args"),
    own_numbers=False,
    build=(),
    progress=("--progress", "rawjson"),
    read_progress=Progress,
    needs_buildx=True,
)
PODMAN = Dialect(
    program="podman",
    oldest=OLDEST_PODMAN,
    server_version=("version", "--format", "{{.Client.Version}}"),
    description="engine {{.Version.Version}}, storage {{.Store.GraphDriverName}}, "
    "cgroup {{.Host.CgroupsVersion}}",
    cpus="{{.Host.CPUs}}",
    processes=("pid", "ppid", "uid", "args"),
    own_numbers=True,
    # The OCI format has no place for a HEALTHCHECK.
    build=("--format", "docker", "--layers"),
    progress=(),
    read_progress=PlainProgress,
    needs_buildx=False,
)
# For a docker client whose buildx is too old for JSON.
PLAIN = ("--progress", "plain")
DIALECTS = {dialect.program: dialect for dialect in (DOCKER, PODMAN)}
