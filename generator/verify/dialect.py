"""Where the command lines of the engines differ, all in one place."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from generator.verify.progress import PlainProgress, Progress

OLDEST_DOCKER = 23  # the first whose builder knows COPY --link
OLDEST_PODMAN = 5


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """One engine's words for what imgen asks of it.

    `processes` are the words after `top NAME`. `own_numbers` says that these are the process ids
    of the container and not those of the host. `build` are options of every build, `to_stdout`
    of one that gives its files as a tar archive, `same_times` of one that must not tell when it
    ran. `read_only` takes away what `--read-only` leaves writable, `remove` are options of `rm`,
    `changes` what the engine itself changes in every container. Without `runs_probes` nobody can
    be relied upon to run the health checks.
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
    to_stdout: tuple[str, ...]
    same_times: tuple[str, ...]
    read_only: tuple[str, ...]
    remove: tuple[str, ...]
    changes: frozenset[str]
    runs_probes: bool

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
    to_stdout=("--output", "type=tar,dest=-"),
    same_times=(),
    read_only=(),
    remove=(),
    changes=frozenset(),
    runs_probes=True,
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
    # Its log goes to the same stream unless it is quiet, and `dest=-` is a file of that name.
    to_stdout=("--quiet", "--output", "-"),
    same_times=("--rewrite-timestamp",),
    # By itself it mounts a tmpfs on /tmp, /var/tmp and /run, which a strict cluster does not;
    # without that, /dev/shm is read-only as well.
    read_only=("--read-only-tmpfs=false", "--tmpfs", "/dev/shm"),  # noqa: S108
    # It would wait for the grace period of a program that does not stop.
    remove=("--time", "0"),
    # The second is there where no layer has it: its builder leaves an empty one out.
    changes=frozenset({"C /etc", "A {workdir}"}),
    runs_probes=False,  # systemd's timers do, and there may be no systemd
)
# For a docker client whose buildx is too old for JSON.
PLAIN = ("--progress", "plain")
DIALECTS = {dialect.program: dialect for dialect in (DOCKER, PODMAN)}
