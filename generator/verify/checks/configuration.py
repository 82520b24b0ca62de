"""What the image says of itself: labels and variables."""

from generator.table import count
from generator.verify.bench import Bench
from generator.verify.checks._model import Check, Outcome, failed, listed, passed

_AUTHORS = "org.opencontainers.image.authors"
# Settings of a build that a running program has no use for.
_BUILD_ONLY = ("DEBIAN_FRONTEND", "PIP_NO_INPUT", "PIP_NO_CACHE_DIR", "UV_LINK_MODE")


def labels(bench: Bench) -> Outcome:
    """Look for who answers for the image."""
    found = bench.image.labels
    below = bench.base.labels if bench.base else {}
    maintainer, authors = found.get("maintainer", ""), found.get(_AUTHORS, "")
    if not maintainer:
        return failed("there is no label maintainer")
    if not authors:
        return failed(f"there is no label {_AUTHORS}")
    if below.get("maintainer") == maintainer:
        return failed(f"the label maintainer is the base image's own: {maintainer}")
    if maintainer != authors:
        return failed(f"maintainer is {maintainer}, {_AUTHORS} is {authors}")
    if bench.subject.maintainer and maintainer != bench.subject.maintainer:
        return failed(f"maintainer is {maintainer}, the spec says {bench.subject.maintainer}")
    return passed(f"maintainer and authors: {maintainer}")


def environment(bench: Bench) -> Outcome:
    """Compare the variables with those declared, and those of the base."""
    found = bench.image.environment
    below = bench.base.environment if bench.base else {}
    own = sorted(name for name in found if found[name] != below.get(name))
    if wrong := [name for name in own if name in _BUILD_ONLY]:
        return failed(f"{listed(wrong)} is of use to a build only")
    path = found.get("PATH", "")
    wanted = [part for part in below.get("PATH", "").split(":") if part]
    if lost := [part for part in wanted if part not in path.split(":")]:
        return failed(f"PATH lost {listed(lost)} of its base")
    declared = bench.subject.environment or {}
    missing = [
        name for name, value in declared.items() if "$" not in value and found.get(name) != value
    ]
    if missing:
        return failed(f"the spec sets {listed(missing)}, the image does not")
    version = next((f"{name}={found[name]}" for name in own if name.endswith("VERSION")), "")
    return passed(f"{count(len(own), 'variable')} of its own{f', {version}' if version else ''}")


CHECKS = (
    Check(name="labels", practice="S2.1", title="names its maintainer", run=labels),
    Check(name="environment", practice="S2.9", title="sets its variables", run=environment),
)
