"""A CPU limit for a container: really set, or as the files of cgroup v2 would tell it."""

from decimal import Decimal
from pathlib import Path


def real(limit: str | None) -> list[str]:
    """Options of `docker run` that set a limit, on whichever cgroup version the engine has."""
    return ["--cpus", limit] if limit else []


def simulated(folder: Path, limit: str | None) -> list[str]:
    """Options of `docker run` that put the files of a cgroup v2 in the place of the real ones."""
    quota = str(int(Decimal(limit) * 100_000)) if limit else "max"
    tree = folder / f"cgroup-{quota}"
    tree.mkdir(exist_ok=True)
    (tree / "cpu.max").write_text(f"{quota} 100000\n", encoding="utf-8")
    (tree / "cgroup.controllers").write_text("cpuset cpu memory pids\n", encoding="utf-8")
    return ["--volume", f"{tree}:/sys/fs/cgroup:ro"]
