"""Worker processes follow the CPU limit, and gunicorn's heartbeat needs no disk."""

import re
import time

from generator import quantity
from generator.table import count
from generator.verify.bench import Bench
from generator.verify.checks._model import Check, Outcome, failed, passed, skipped, verdict
from generator.verify.container import Container
from generator.verify.errors import PatienceError
from generator.verify.servers import count_workers, expected_workers
from generator.verify.subject import OTHER
from generator.verify.waiting import wait_for

LIMITS = ("0.5", "1", "1.5", "2")
_PATIENCE = 4.0  # seconds in which all workers have to be there
_STEADY = 0.8  # seconds; gunicorn starts one worker within 0.1
_HEARTBEAT = re.compile(r"(/\S*)/wgunicorn\S*")


def workers(bench: Bench) -> Outcome:
    """Count them under the spec's limit, or under four limits one after the other."""
    subject = bench.subject
    if subject.server == OTHER:
        return skipped("it is no server whose workers can be told apart")
    if subject.workers is not None:
        return _fixed(bench, subject.workers)
    if not subject.from_spec and subject.cpus not in (None, quantity.AUTO):
        return _fixed(bench, quantity.workers(str(subject.cpus)))
    return _following(bench)


def _fixed(bench: Bench, expected: int) -> Outcome:
    server = bench.subject.server
    number = _counted(bench.container, server, expected)
    seen = f"{count(number, server + ' worker')}, CPU limit {bench.subject.cpus or 'none'}"
    return passed(seen) if number == expected else failed(f"{seen}, expected {expected}")


def _following(bench: Bench) -> Outcome:
    server, faults, seen = bench.subject.server, [], []
    first, *others = (limit for limit in LIMITS if float(limit) <= bench.cpus)
    with bench.start(cpus=first) as container:
        for limit in (first, *others):
            if limit != first:
                container.limit_cpus(limit)
            bench.wait_until_ready(container)
            expected = expected_workers(limit, bench.cpus)
            number = _counted(container, server, expected)
            seen.append(f"{limit}: {number}")
            if number != expected:
                faults.append(limit)
    told = f"{server} workers by CPU limit: {', '.join(seen)}"
    if faults:
        return failed(f"{told}; expected the limit rounded up (--cpus N if they are meant for N)")
    return passed(f"{told}, after docker update and a restart")


def _counted(container: Container, server: str, expected: int) -> int:
    """The number once it is as expected and stays so, or whatever it is after some seconds.

    A server that starts its workers one after the other has any number of them for a moment.
    """
    try:
        wait_for(
            f"{expected} workers",
            lambda: count_workers(container, server) == expected,
            patience=_PATIENCE,
        )
    except PatienceError:
        return count_workers(container, server)
    time.sleep(_STEADY)
    return count_workers(container, server)


def heartbeat(bench: Bench) -> Outcome:
    """Look where gunicorn keeps the file by which it knows that a worker lives."""
    if bench.subject.server != "gunicorn":
        return skipped("only gunicorn has a heartbeat file")
    container = bench.container
    done = container.exec("sh", "-c", "ls -l /proc/[0-9]*/fd 2>/dev/null", check=False)
    folders = sorted({match[1] for match in _HEARTBEAT.finditer(done.stdout)})
    if not folders:
        return skipped("no heartbeat file can be seen in the image")
    faults = [folder for folder in folders if folder != "/dev/shm"]  # noqa: S108
    if "Control server error" in container.logs():
        faults.append("and its control socket has no place: Control server error")
    return verdict(faults, "the heartbeat file is in /dev/shm, in memory")


CHECKS = (
    Check(name="workers", practice="S3", title="has a worker for each CPU", run=workers),
    Check(name="heartbeat", practice="S2.16", title="beats in memory", run=heartbeat),
)
