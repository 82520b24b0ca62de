"""The build: that it works, what it sends, what it repeats, and whether it gives the same twice."""

import os
import re
import shutil
from pathlib import Path

from generator.ignore import is_secret_path
from generator.table import count
from generator.table import size as octets
from generator.verify.bench import Bench
from generator.verify.checks._model import Check, Outcome, failed, listed, passed, skipped
from generator.verify.engine import Built
from generator.verify.layers import WHITEOUT, Layer, all_layers, archived
from generator.verify.sources import to_edit

EPOCH = 1_700_000_000  # any moment of the past
_CLUTTER = re.compile(
    r"(?:.*/)?(?:\.git|\.hg|\.svn|\.venv|venv|node_modules|__pycache__|\.mypy_cache|\.pytest_cache"
    r"|\.ruff_cache|\.tox|\.idea|\.vscode|\.DS_Store)(?:/.*)?|(?:.*/)?[^/]+\.py[co]"
)
_INSTALLS = {
    "apt-get": r"apt(?:-get)?\s+(?:-\S+\s+)*install",
    "apk": r"apk\s+(?:-\S+\s+)*add",
    "dnf": r"(?:microdnf|dnf|yum)\s+(?:-\S+\s+)*install",
    "pip": r"pip3?\s+(?:\S+\s+)*?(?:install|wheel)",
    "uv": r"uv\s+(?:sync|pip\s+install)",
    "poetry": r"poetry\s+(?:install|sync)",
    "pdm": r"pdm\s+(?:install|sync)",
    "pipenv": r"pipenv\s+(?:install|sync)",
    "npm": r"npm\s+(?:ci|install|i)\b",
    "pnpm": r"pnpm\s+(?:install|i)\b",
    "yarn": r"yarn(?:\s+install|\s+--|\s*$|\s*&)",
    "bun": r"bun\s+install",
    "go": r"go\s+mod\s+download",
    "cargo": r"cargo\s+(?:fetch|chef)",
    "bundle": r"bundle\s+install",
    "composer": r"composer\s+install",
    "mvn": r"mvn\s+\S*dependency",
}
# What repeats when a file that it sees has changed.
_OF_FILES = ("ADD ", "COPY ", "RUN ")
# The dependencies alone, so that a later install adds only the project itself.
_ONLY_DEPENDENCIES = re.compile(
    r"(?:^|\s)(?:-r|--requirement|--no-install-(?:project|workspace)|--no-root|--no-self)\b"
)


def builds(bench: Bench) -> Outcome:
    """Build it."""
    bench.built = bench.build("image")
    cached = sum(step.cached for step in bench.built.steps)
    steps = count(len(bench.built.steps), "step")
    return passed(f"{steps} in {bench.built.seconds:.1f} s, {cached} from the cache")


def context(bench: Bench) -> Outcome:
    """List what the builder gets to see."""
    subject = bench.subject
    own = subject.dockerfile.with_name(f"{subject.dockerfile.name}.dockerignore")
    ignore = own if own.exists() else subject.context / ".dockerignore"
    if not ignore.exists():
        return failed("there is no .dockerignore: the whole folder is sent")
    file = bench.copied_file(subject.dockerfile, "context")
    file.write_text("FROM scratch\nCOPY . /\n", encoding="utf-8")
    paths, size = [], 0
    with bench.engine.exported(subject.context, file) as archive:
        for member in archive:
            if not member.isdir():
                paths.append(member.name.removeprefix("./"))
                size += member.size
    secrets = [path for path in paths if is_secret_path(path)]
    clutter = [path for path in paths if _CLUTTER.fullmatch(path)]
    if secrets:
        return failed(f"sends secrets: {listed(sorted(secrets))}")
    if clutter:
        return failed(f"sends clutter: {listed(sorted(clutter), 3)}")
    return passed(f"{count(len(paths), 'file')}, {octets(size)}, none secret or clutter")


def cheap_rebuild(bench: Bench) -> Outcome:
    """Change one source file in a copy of the folder and build again."""
    source = to_edit(bench.subject)
    if source is None:
        return skipped("no source file was found; --edit FILE names one")
    target = bench.engine.scratch() / "edited"
    _copy_tree(bench.subject.context, target)
    file = target / source
    if not file.resolve().is_relative_to(target.resolve()):
        # By a link out of the copy, the edit would change what belongs to somebody.
        return skipped(f"{source} lies outside the folder; --edit FILE names a source")
    content = file.read_bytes()
    file.unlink()  # it may be a link to the original
    file.write_bytes(content + _blank_lines())
    shutil.copymode(bench.subject.context / source, file)
    again = bench.build("edited", context=target)
    if all(step.cached for step in again.steps if step.text.startswith(_OF_FILES)):
        return skipped(f"the build does not see an edit of {source}; --edit FILE names a source")
    repeated = [step.text for step in again.runs() if not step.cached]
    wrong = _repeated_installs(again)
    if wrong:
        return failed(f"after an edit of {source}: {listed(wrong, 2)} ran again")
    cached = len(again.runs()) - len(repeated)
    return passed(
        f"{source} edited: {again.seconds:.1f} s, of the RUN steps {cached} from the cache and "
        f"{len(repeated)} again"
    )


def _blank_lines() -> bytes:
    """Lines that say nothing in any language, and that no earlier edit has added.

    The builder knows the same edit from its cache, and then would repeat nothing.
    """
    number = int.from_bytes(os.urandom(4), "big")
    return b"\n" + b"".join(b" \n" if number >> bit & 1 else b"\n" for bit in range(32))


def _repeated_installs(built: Built) -> list[str]:
    cached = [step.text for step in built.runs() if step.cached]
    found = []
    for step in built.runs():
        tools = [name for name, words in _INSTALLS.items() if re.search(words, step.text)]
        for tool in tools:
            done = any(
                re.search(_INSTALLS[tool], text) and _ONLY_DEPENDENCIES.search(text)
                for text in cached
            )
            if not step.cached and not done:
                command = step.text[re.search(_INSTALLS[tool], step.text).start() :]  # type: ignore[union-attr]
                found.append(f"`{command[:50]}`")
    return found


def _copy_tree(source: Path, target: Path) -> None:
    """Copy a folder, by hard links where that is possible; the version history stays."""

    def copy(one: str, other: str) -> str:
        try:
            os.link(one, other, follow_symlinks=False)
        except OSError:
            shutil.copy2(one, other, follow_symlinks=False)
        return other

    skipped_names = shutil.ignore_patterns(".git", ".hg", ".svn")
    shutil.copytree(source, target, symlinks=True, copy_function=copy, ignore=skipped_names)


def reproducible(bench: Bench) -> Outcome:
    """Build it twice from nothing and compare."""
    if bench.engine.rewrites_timestamps():
        return _same_digest(bench)
    options = ("--no-cache", *bench.engine.dialect.same_times)
    first, second = (bench.build(f"twin-{n}", *options, environment=_epoch()) for n in (1, 2))
    ids = [bench.engine.image(built.tag).id for built in (first, second)]
    if ids[0] == ids[1]:
        return passed(f"two builds without the cache give the id {ids[0][:12]}")
    differing = _differences(*(all_layers(bench.engine, built.tag) for built in (first, second)))
    if differing:
        differ = count(len(differing), "file")
        return failed(f"{differ} not the same in two builds without the cache: {listed(differing)}")
    again = bench.build("twin-3", *bench.engine.dialect.same_times, environment=_epoch())
    if bench.engine.image(again.tag).id != ids[1]:
        return failed("a build from the cache gives another id")
    return passed(
        "two builds without the cache have equal files (this image store keeps their times, so "
        "the ids differ); a build from the cache gives the same id"
    )


def _epoch() -> dict[str, str]:
    return {**os.environ, "SOURCE_DATE_EPOCH": str(EPOCH)}


def _same_digest(bench: Bench) -> Outcome:
    """Compare by way of archives: what the engine unpacks itself keeps its times."""
    digests, contents = [], []
    for number in (1, 2):
        archive = bench.engine.scratch() / f"twin-{number}.tar"
        output = f"type=oci,dest={archive},rewrite-timestamp=true"
        # A provenance tells when the build ran, so it is never the same.
        options = ("--no-cache", "--provenance=false", "--output", output)
        bench.build(f"twin-{number}", *options, environment=_epoch())
        digest, layers = archived(bench.engine, archive)
        digests.append(digest[:19])
        contents.append(layers)
        archive.unlink()
    if digests[0] != digests[1]:
        differing = listed(_differences(*contents)) or "the configuration"
        return failed(f"two builds with rewritten times give {listed(digests)}: {differing}")
    return passed(f"two builds without the cache, with rewritten times, give {digests[0]}")


def _differences(one: list[Layer], other: list[Layer]) -> list[str]:
    """The paths whose content, kind, mode or owner differs, wherever in the layers they are."""
    if len(one) != len(other):
        return [f"{len(one)} layers and {len(other)}"]
    found: list[str] = []
    for left, right in zip(one, other, strict=True):
        here, there = (_described(layer) for layer in (left, right))
        found += sorted(f"/{path}" for path in {*here, *there} if here.get(path) != there.get(path))
    return found


def _described(layer: Layer) -> dict[str, tuple[object, ...]]:
    return {
        file.path: (file.uid, file.gid, file.mode, file.is_folder, file.target, digest)
        for file, digest in layer.digests()
        if WHITEOUT not in file.path
    }


BUILDS = Check(name="builds", practice="B2", title="builds", run=builds)
CHECKS = (
    Check(name="context", practice="S2.18", title="sends only what is needed", run=context),
    Check(name="cheap-rebuild", practice="S2.7", title="rebuilds cheaply", run=cheap_rebuild),
    Check(name="reproducible", practice="B22", title="builds the same twice", run=reproducible),
)
