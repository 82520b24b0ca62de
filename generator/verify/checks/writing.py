"""Where the process can write, and where it does."""

from generator.table import count
from generator.verify.bench import SOFT, Bench
from generator.verify.checks._model import Check, Outcome, listed, skipped, verdict
from generator.verify.layers import merged

# Open to everybody in any image.
_ALWAYS = ("tmp", "var/tmp", "run/lock", "dev/shm")
_PROBE = ".imgen-probe"


def volumes_writable(bench: Bench) -> Outcome:
    """Write into each volume, in the hardened container."""
    volumes = sorted(bench.image.volumes)
    if not volumes:
        return skipped("it declares no volume")
    container = bench.container
    if not container.has_shell():
        return skipped("the image has no shell to write with")
    faults = []
    for volume in volumes:
        script = f'touch "$0/{_PROBE}" && rm "$0/{_PROBE}"'
        done = container.exec("sh", "-c", script, volume, check=False)
        if done.returncode:
            said = done.stderr.strip().rsplit(": ", 1)[-1]
            faults.append(f"{volume}: {said}")
    return verdict(faults, f"a file was written to and removed from {listed(volumes)}")


def writes(bench: Bench) -> Outcome:
    """Run it on a writable root and look what it changes there."""
    with bench.start(hardening=SOFT) as container:
        bench.wait_until_ready(container)
        answers = bench.ask(container)
        found = _outside(container.changes(), bench.mount_points())
    asked = f"after {count(answers + 1, 'request')}" if answers else "after its start"
    return verdict(found, f"docker diff shows nothing {asked} on a writable root")


def _outside(changes: list[str], mounts: list[str]) -> list[str]:
    """The changes that are neither in a mount nor the way to one."""
    found = []
    paths = [line.split(" ", 1)[1] for line in changes]
    for line in changes:
        kind, path = line.split(" ", 1)
        inside = any(path == mount or path.startswith(f"{mount}/") for mount in mounts)
        # A folder counts as changed when something in it is.
        # Engines make the folders above a mount that the image does not have.
        below = (*paths, *mounts) if kind == "C" else mounts if kind == "A" else ()
        is_way = any(other.startswith(f"{path.rstrip('/')}/") for other in below)
        if not inside and not is_way:
            found.append(f"{kind} {path}")
    return found


def code_unwritable(bench: Bench) -> Outcome:
    """Look whose every file above the base is, and who may write it."""
    uid, gid = bench.ids
    mounts = [path.strip("/") for path in bench.mount_points()]
    own = {
        path: file
        for path, file in merged(bench.own_layers).items()
        if not _is_below(path, [*_ALWAYS, *mounts])
    }
    if uid == 0:
        return verdict(["it runs as root, which may write every file"], "")
    found = [f"/{path}" for path, file in own.items() if file.writable_by(uid, gid)]
    return verdict(
        sorted(found), f"none of {len(own)} files above the base is writable by {uid}:{gid}"
    )


def _is_below(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(f"{folder}/") for folder in folders)


CHECKS = (
    Check(
        name="volumes-writable",
        practice="S2.12",
        title="can write to its volumes",
        run=volumes_writable,
    ),
    Check(name="writes", practice="B7", title="writes only to mounts", run=writes),
    Check(
        name="code-unwritable", practice="B7", title="cannot change its code", run=code_unwritable
    ),
)
