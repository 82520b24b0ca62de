"""What runs in the container, as whom, and how it ends."""

import time

from generator.verify.bench import Bench
from generator.verify.checks._model import Check, Outcome, failed, listed, passed, skipped, verdict
from generator.verify.errors import PatienceError
from generator.verify.processes import first_process_faults, program, services, short
from generator.verify.waiting import wait_for

_ORPHAN_SECONDS = 3.0
# Programs whose business is to run others.
_SUPERVISORS = frozenset(
    ["cron", "crond", "monit", "runsvdir", "s6-svscan", "supervisord", "systemd"]
)


def first_process(bench: Bench) -> Outcome:
    """Look at PID 1."""
    serves = bool(bench.subject.port)
    faults, seen = first_process_faults(bench.container, bench.image, serves=serves)
    return verdict(faults, seen)


def one_service(bench: Bench) -> Outcome:
    """Count the programs that run."""
    container = bench.container
    processes = container.processes()
    found = services(processes, container.first_process())
    seen = ", ".join(f"{name} x{number}" for name, number in sorted(found.items()))
    supervisors = sorted(_SUPERVISORS.intersection(map(program, processes)))
    if supervisors:
        return failed(f"{listed(supervisors)} runs other services: {seen}")
    if len(found) > 1:
        return failed(f"several programs: {seen}")
    return passed(seen or f"only {short(processes[0])}")


def no_root(bench: Bench) -> Outcome:
    """Look at every process's uid, and at how USER names it."""
    processes = bench.container.processes()
    roots = [short(process) for process in processes if process.uid == 0]
    if roots:
        return failed(f"uid 0: {listed(roots, 3)}")
    user = bench.image.user
    if bench.ids[0] == 0:
        # Where the engine maps ids, as a rootless one does, processes do not show it.
        return failed(f"USER is {user or 'not set'}, so it runs as root")
    uids = sorted({str(process.uid) for process in processes})
    if not user.partition(":")[0].isdigit():
        return failed(f"USER is the name {user}: orchestrators cannot tell that it is not root")
    if bench.subject.user and user != bench.subject.user:
        return failed(f"USER is {user}, the spec says {bench.subject.user}")
    return passed(f"{len(processes)} running, uid {', '.join(uids)}, USER {user}")


def stops(bench: Bench) -> Outcome:
    """Stop a container of its own."""
    subject = bench.subject
    with bench.start() as container:
        bench.wait_until_ready(container)
        stop = container.stop(grace=subject.grace)
        seen = f"exit {stop.exit_code} after {stop.seconds:.1f} s"
        killed = stop.exit_code == 137 and stop.seconds >= subject.grace
        if killed:
            return failed(f"{seen}: killed, it did not end within {subject.grace} s")
        if stop.exit_code not in subject.stop_codes:
            allowed = " or ".join(map(str, sorted(subject.stop_codes)))
            return failed(f"{seen}, expected {allowed}")
    return passed(seen)


def reaps_zombies(bench: Bench) -> Outcome:
    """Leave PID 1 two orphans that end, and see whether it asks how."""
    with bench.start() as container:
        bench.wait_until_ready(container)
        if not container.has_shell():
            return skipped("the image has no shell to make an orphan with")
        done = container.exec("sh", "-c", "(sleep 0.3 & sleep 0.3 &) >/dev/null 2>&1", check=False)
        if done.returncode:
            return skipped(f"no orphan could be made: {done.stderr.strip()}")
        time.sleep(0.5)
        try:
            wait_for(
                "no zombie",
                lambda: container.zombies() == 0,
                patience=_ORPHAN_SECONDS,
            )
        except PatienceError:
            first = short(container.first_process())
            return failed(
                f"{container.zombies()} of 2 orphans stay zombies: {first} is PID 1 and reaps none"
            )
    return passed("2 orphans were left to PID 1, no zombie stayed")


CHECKS = (
    Check(
        name="first-process",
        practice="S2.5",
        title="PID 1 is the app, not a shell",
        run=first_process,
    ),
    Check(name="one-service", practice="S2.4", title="runs one program", run=one_service),
    Check(name="no-root", practice="S2.13", title="no process of uid 0", run=no_root),
    Check(name="stops", practice="B11", title="stops when asked", run=stops),
    Check(name="reaps-zombies", practice="S2.20", title="reaps zombies", run=reaps_zombies),
)
