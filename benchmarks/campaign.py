"""A whole measurement: every app, every variant, several rounds, cleaned up afterwards."""

import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory
from uuid import uuid4

from . import findings, peers
from .apps import APPS, ROOT, App
from .docker import Docker, EngineError
from .measure import Prepared, measure
from .peers import Peer, PeerError
from .results import IMGEN, NAIVE, Measured, Results, Variant

Say = Callable[[str], None]
Keep = Callable[[Results], None]


def choose(names: Sequence[str]) -> list[App]:
    """The apps of these names, all without any.

    Raises:
        ValueError: for an unknown name.
    """
    known = {app.name: app for app in APPS}
    for name in names:
        if name not in known:
            raise ValueError(f"there is no app {name!r}: choose from {', '.join(known)}")
    return [known[name] for name in dict.fromkeys(names)] if names else list(APPS)


def run(apps: Sequence[App], runs: int, say: Say, keep: Keep) -> None:
    """Measure apps and leave nothing behind, also after an interrupt.

    `keep` gets the results after each round, `runs` being the rounds so far.

    Raises:
        EngineError: if no engine can be used.
        PeerError: if a generator cannot be installed.
    """
    docker = Docker(uuid4().hex[:8])
    info = docker.require()
    with TemporaryDirectory(prefix="imgen-benchmark-") as folder:
        try:
            installed = _install(apps, Path(folder) / "peers", say)
            measured, prepared = _prepare(apps, installed, Path(folder), say)
            results = Results(
                date=datetime.now(UTC).date().isoformat(),
                runs=0,
                machine=_machine(info),
                peers={name: peer.version for name, peer in sorted(installed.items())},
                aliases=_bases(docker, prepared, say),
                stand_ins=_stand_ins(docker, prepared),
                apps=measured,
            )
            for number in range(1, runs + 1):
                loads = _round(docker, prepared, number, say)
                results.runs = number
                results.loads += loads
                keep(results)
        finally:
            say("removing images and containers")
            docker.clean_up()


def count_findings(results: Results, say: Say) -> None:
    """Count the findings anew, without building anything."""
    apps = choose([app.name for app in results.apps])
    with TemporaryDirectory(prefix="imgen-benchmark-") as folder:
        installed = _install(apps, Path(folder) / "peers", say)
        for app, fresh in zip(
            results.apps, _prepare(apps, installed, Path(folder), say)[0], strict=True
        ):
            for variant in app.variants:
                counted = fresh.variant(variant.title)
                if counted:
                    variant.audit, variant.hadolint = counted.audit, counted.hadolint


def _install(apps: Sequence[App], folder: Path, say: Say) -> dict[str, Peer]:
    installed = {}
    for name in sorted({name for app in apps for name in app.peers}):
        installed[name] = peers.install(name, folder)
        say(f"installed {name} {installed[name].version}")
    return installed


def _prepare(
    apps: Sequence[App], installed: dict[str, Peer], folder: Path, say: Say
) -> tuple[list[Measured], list[Prepared]]:
    measured, prepared = [], []
    for app in apps:
        say(f"writing the files of {app.name}")
        ready = list(_variants(app, installed, folder / app.name))
        variants = [one.variant for one in ready]
        measured.append(
            Measured(name=app.name, profile=app.profile, about=app.about, variants=variants)
        )
        prepared += ready
    return measured, prepared


def _variants(app: App, installed: dict[str, Peer], folder: Path) -> Iterator[Prepared]:
    yield _prepared(app, Variant(name=IMGEN), _by_imgen(app, folder / IMGEN))
    place = folder / NAIVE
    app.copy_source(place)
    (place / "Dockerfile").write_text(app.naive.read_text(encoding="utf-8"), encoding="utf-8")
    (place / "imgen.yaml").unlink()
    yield _prepared(app, Variant(name=NAIVE), place)
    for name in app.peers:
        place = folder / name
        app.copy_source(place)
        (place / "imgen.yaml").unlink()
        variant = Variant(name=name)
        try:
            installed[name].generate(place)
        except PeerError as error:
            variant.failure = str(error)
            (place / "Dockerfile").write_text("", encoding="utf-8")
        yield _prepared(app, variant, place)
        if name in app.mends and not variant.failure:
            yield _mended(app, name, place, folder / f"{name}-mended")


def _mended(app: App, name: str, written: Path, place: Path) -> Prepared:
    mend = app.mends[name]
    shutil.copytree(written, place)
    file = place / "Dockerfile"
    file.write_text(mend.apply(file.read_text(encoding="utf-8")), encoding="utf-8")
    return _prepared(app, Variant(name=name, mended=mend.why), place)


def _by_imgen(app: App, place: Path) -> Path:
    app.copy_source(place)
    words = (sys.executable, "-m", "generator", "generate", str(place / "imgen.yaml"))
    done = subprocess.run(  # noqa: S603 - words of this module, no shell
        [*words, "--output", str(place)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PeerError(f"imgen generate failed for {app.name}: {done.stderr.strip()}")
    return place


def _prepared(app: App, variant: Variant, place: Path) -> Prepared:
    file = place / "Dockerfile"
    text = file.read_text(encoding="utf-8")
    if text:
        variant.audit, variant.hadolint = findings.audit(file), findings.hadolint(file)
    return Prepared(app, variant, place, text)


def _round(docker: Docker, prepared: Sequence[Prepared], number: int, say: Say) -> list[float]:
    """Take the variants of an app one after another, in another order in each round.

    Returns:
        The machine's load, in running processes, before each.
    """
    loads = []
    for name in dict.fromkeys(one.app.name for one in prepared):
        group = [one for one in prepared if one.app.name == name]
        turn = number % len(group)
        for one in (*group[turn:], *group[:turn]):
            if not one.variant.failure:
                loads.append(round(os.getloadavg()[0], 1))
                measure(docker, one, number)
                say(f"run {number}: {name}, {one.variant.title}: {_told(one.variant)}")
    return loads


def _told(variant: Variant) -> str:
    if variant.failure:
        return variant.failure
    return (
        f"{variant.bytes / 1e6:.0f} MB, cold {variant.cold[-1]:.1f} s, "
        f"rebuild {variant.rebuild[-1]:.1f} s, ready {variant.ready[-1]:.1f} s, "
        f"stop {variant.stop[-1]:.1f} s, exit {variant.exit_code}, uid {variant.uid}"
    )


def _references(prepared: Sequence[Prepared]) -> list[str]:
    """The base images of all Dockerfiles, with their tags."""
    return sorted({name for one in prepared for name in references(one.dockerfile)})


def references(dockerfile: str) -> set[str]:
    """The base images of a Dockerfile, with their tags and without its own stages."""
    values = dict(re.findall(r"(?m)^ARG (\w+)=(\S+)$", dockerfile))
    stages = set(re.findall(r"(?im)^FROM\s+\S+\s+AS\s+(\S+)", dockerfile))
    found = set()
    for written in re.findall(r"(?im)^FROM\s+(?:--\S+\s+)*(\S+)", dockerfile):
        name = Template(written).safe_substitute(values)
        if name not in stages:
            found.add(name if ":" in name else f"{name}:latest")
    return found


def _bases(docker: Docker, prepared: Sequence[Prepared], say: Say) -> dict[str, str]:
    """See that every base image is here; return those for which a stand-in has to do.

    Raises:
        EngineError: if one is neither here nor can be pulled.
    """
    aliases = {}
    for reference in _references(prepared):
        if docker.has(reference):
            continue
        present = peers.BASES.get(reference, "")
        if present and docker.alias(reference, present):
            aliases[reference] = present
            say(f"{present} stands in for {reference}")
            continue
        say(f"pulling {reference}")
        try:
            docker.call("pull", "--quiet", reference, timeout=600)
        except EngineError:
            text = f"base image {reference} is neither here nor can be pulled"
            raise EngineError(text) from None
    return aliases


def _stand_ins(docker: Docker, prepared: Sequence[Prepared]) -> dict[str, str]:
    made = {reference: docker.stand_in(reference) for reference in _references(prepared)}
    return {reference: source for reference, source in made.items() if source}


def _machine(info: dict[str, object]) -> dict[str, str]:
    memory = info.get("MemTotal")
    return {
        "architecture": platform.machine(),
        "cpus": str(info.get("NCPU", "?")),
        "memory": f"{memory / 2**30:.0f} GiB" if isinstance(memory, int) else "?",
        "kernel": platform.release().split("-")[0],
        "engine": re.sub(r"\+.*", "", str(info.get("ServerVersion", "?"))),
        "storage": str(info.get("Driver", "?")),
        "cgroup": f"v{info.get('CgroupVersion', '?')}",
    }
