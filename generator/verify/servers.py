"""How many workers a server runs, counted in its container."""

from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, Decimal

from generator.verify.container import Container, Process
from generator.verify.processes import SHELLS
from generator.verify.subject import INITS


def expected_workers(limit: str | None, cpus: int) -> int:
    """Workers for a limit on a machine: the limit rounded up, never more than its CPUs (S3)."""
    if limit is None:
        return cpus
    return min(cpus, max(1, int(Decimal(limit).to_integral_value(ROUND_CEILING))))


def count_workers(container: Container, name: str) -> int:
    """The processes that answer requests; uvicorn answers itself where it has no others."""
    processes = container.processes()
    main = container.first_process()
    while main.words()[0] in INITS | SHELLS:
        below = [process for process in processes if process.ppid == main.pid]
        if not below:
            break
        main = next((process for process in below if process.words()[0] not in SHELLS), below[0])
    children = [process for process in processes if process.ppid == main.pid]
    return sum(map(_WORKER[name], children)) or int(name == "uvicorn")


def _is_nginx_worker(process: Process) -> bool:
    return process.args.startswith("nginx: worker process")


def _is_spawned(process: Process) -> bool:
    return "spawn_main" in process.args


def _is_child(process: Process) -> bool:
    return "resource_tracker" not in process.args


_WORKER: Mapping[str, Callable[[Process], bool]] = {
    "granian": _is_child,
    "gunicorn": _is_child,
    "hypercorn": _is_spawned,
    "nginx": _is_nginx_worker,
    "uvicorn": _is_spawned,
}
