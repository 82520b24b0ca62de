"""A hardened container starts, answers and becomes healthy."""

import time
from contextlib import suppress
from http.client import HTTPException

from generator.table import size as octets
from generator.verify.bench import PROBE_SECONDS, Bench
from generator.verify.checks._model import Check, Outcome, failed, listed, passed, skipped
from generator.verify.errors import PatienceError
from generator.verify.processes import short
from generator.verify.waiting import wait_for
from generator.verify.web import request

_VERDICTS = ("healthy", "unhealthy")


def hardened(bench: Bench) -> Outcome:
    """Start it as a strict cluster would."""
    start = time.monotonic()
    container = bench.container
    seconds = time.monotonic() - start
    if bench.strict_failure:
        return failed(f"read-only, without capabilities it {bench.strict_failure}")
    scratch = ", ".join(bench.subject.tmpfs) or "none"
    first = short(container.first_process())
    return passed(
        f"{first} runs read-only, cap-drop ALL, no-new-privileges; tmpfs {scratch}; "
        f"ready after {seconds:.1f} s"
    )


def answers(bench: Bench) -> Outcome:
    """Ask on its port."""
    port, path = bench.subject.port, bench.subject.path
    if not port:
        return skipped("it has no port; --port names one")
    address = bench.container.address(port)
    try:
        reply = request(address, path or "/")
    except HTTPException:
        if path:
            return failed(f"port {port} accepts a connection but does not speak HTTP")
        return passed(f"port {port} accepts a connection (it does not speak HTTP)")
    except OSError as error:
        if path or not bench.container.listeners().get(port):
            return failed(f"port {port}: {error}")
        return passed(f"port {port} accepts a connection (it has no answer to HTTP)")
    seen = f"GET {path or '/'} on port {port}: {reply.status}, {octets(len(reply.body))}"
    limit = 400 if path else 500
    return passed(seen) if reply.status < limit else failed(seen)


def healthy(bench: Bench) -> Outcome:
    """Wait for the engine's own verdict."""
    test = bench.image.probe.get("Test") or ()
    if not test or test[0] == "NONE":
        if bench.subject.from_spec:
            return skipped("the spec asks for no health check")
        return failed("the image has no HEALTHCHECK")
    container = bench.container
    start = time.monotonic()
    try:
        found = wait_for(
            "healthy",
            lambda: health if (health := container.health()) in _VERDICTS else "",
            patience=bench.engine.patience,
        )
    except PatienceError as error:
        return failed(f"{error}: {container.probe_output() or listed(test[1:])}")
    if found == "unhealthy" and bench.quicker_probe:
        # On a quick clock a slow start uses its retries up; once started it gets well again.
        with suppress(PatienceError):
            wait_for(
                "healthy", lambda: container.health() == "healthy", patience=2.5 * PROBE_SECONDS
            )
            found = "healthy"
    seconds = time.monotonic() - start
    if found == "unhealthy":
        return failed(f"unhealthy: {container.probe_output() or listed(test[1:])}")
    clock = f", probed every {bench.quicker_probe} here" if bench.quicker_probe else ""
    return passed(f"healthy, waited {seconds:.1f} s{clock}")


CHECKS = (
    Check(name="hardened", practice="B18", title="runs hardened", run=hardened),
    Check(name="answers", practice="S2.8", title="answers on its port", run=answers),
)
# Last of all, since engines look only every few seconds.
HEALTHY = Check(name="healthy", practice="B10", title="becomes healthy", run=healthy)
