"""S2.18: a .dockerignore keeps secrets and ballast from the builder."""

import posixpath
from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.ignored import IgnoreFile
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images
from generator.practices._model import Carrier, Example, Practice

# What must stay out, each with the pattern that keeps it out in every folder.
_SECRETS = {
    ".env": "**/.env",
    "id_rsa": "**/id_rsa*",
    "tls.key": "**/*.key",
    "tls.pem": "**/*.pem",
}
_HISTORY = {".git/config": "**/.git"}
_MODULES = {"node_modules/left-pad/index.js": "**/node_modules"}
_SAID = {
    ".git/config": ".git",
    "node_modules/left-pad/index.js": "node_modules",
    "tls.key": "*.key",
    "tls.pem": "*.pem",
}
_WHOLE = frozenset(["", ".", "*"])


def check(sources: Sources) -> Iterator[Fault]:
    """Yield a missing .dockerignore, one that lets secrets in, and one that keeps sources out."""
    if sources.root is None:
        return  # without the context there is nothing to say
    needed = {id(found) for stage in sources.dockerfile.needed() for found in stage.instructions}
    copies = [one for one in sources.copied() if id(one[0]) in needed]
    trees = [
        (found, _clean(source))
        for found, source, _ in copies
        if _is_tree(sources, source) and found.flag("exclude") is None
    ]
    whole = [found for found, source in trees if source in _WHOLE]
    if sources.ignore is None:
        yield from _missing(sources, trees, whole)
        return
    if whole:
        yield from _lets_in(sources, sources.ignore, whole[0])
    else:
        yield from _lets_in_below(sources.ignore, trees)
    yield from _keeps_out(sources, sources.ignore, copies)


def _clean(source: str) -> str:
    return posixpath.normpath(source.strip("\"'").lstrip("/"))


def _is_tree(sources: Sources, source: str) -> bool:
    path = _clean(source)
    if "$" in path or path.startswith("..") or sources.root is None:
        return False
    return path in _WHOLE or (sources.root / path).is_dir()


def _missing(
    sources: Sources, trees: list[tuple[Instruction, str]], whole: list[Instruction]
) -> Iterator[Fault]:
    if whole:
        what = f"there is no .dockerignore: {_told(whole[0])} takes .git, .env and key files along"
        yield sources.at(whole[0], what, instead="**/.env\n**/.git\n**/*.key\n**/*.pem\n**/id_rsa*")
    elif trees:
        found, source = trees[0]
        told = _told(found)
        what = f"there is no .dockerignore: {told} takes .env and key files below {source} along"
        instead = "**/.env\n**/*.key\n**/*.pem\n**/id_rsa*"
        yield sources.at(found, what, instead=instead, severity=Severity.NOTE)


def _told(found: Instruction) -> str:
    return " ".join([found.name, *found.words])


def _probes(sources: Sources) -> dict[str, str]:
    name, _ = _images.name_and_tag(sources.final.root)
    has_modules = name == "node" or (sources.root and (sources.root / "package.json").is_file())
    return _SECRETS | _HISTORY | (_MODULES if has_modules else {})


def _lets_in(sources: Sources, ignore: IgnoreFile, found: Instruction) -> Iterator[Fault]:
    """Yield what the copy of a whole context takes along: at its top, or only further below."""
    probes = _probes(sources)
    if top := [probe for probe in probes if not ignore.denies(probe)]:
        yield _too_narrow(ignore, top, _told(found))
        return
    opened = [path for path in _let_in(ignore) if sources.root and (sources.root / path).is_dir()]
    folders = ["folder/below", *opened]
    below = [
        probe
        for probe in _SECRETS
        if not all(ignore.denies(f"{folder}/{probe}") for folder in folders)
    ]
    if below:
        yield _too_narrow(ignore, below, _told(found), " in folders", Severity.NOTE)


def _lets_in_below(ignore: IgnoreFile, trees: list[tuple[Instruction, str]]) -> Iterator[Fault]:
    """Yield secrets that come with a copied folder."""
    for found, source in trees:
        held = [probe for probe in _SECRETS if not ignore.denies(f"{source}/{probe}")]
        if held and not ignore.denies(f"{source}/a"):
            yield _too_narrow(ignore, held, _told(found), f" in {source}", Severity.NOTE)
            return


def _too_narrow(
    ignore: IgnoreFile,
    probes: list[str],
    told: str,
    where: str = "",
    severity: Severity | None = None,
) -> Fault:
    names = ", ".join(sorted(_SAID.get(probe, probe) for probe in probes))
    patterns = _SECRETS | _HISTORY | _MODULES
    return Fault(
        path=ignore.path,
        line=max((line for _, line in ignore.patterns()), default=1),
        what=f"{told} takes {names}{where} along",
        instead="\n".join(sorted(patterns[probe] for probe in probes)),
        severity=severity,
    )


def _let_in(ignore: IgnoreFile) -> list[str]:
    """The patterns of the lines that begin with `!`."""
    return [text[1:].strip().strip("/") for text, _ in ignore.patterns() if text[0] == "!"]


def _keeps_out(
    sources: Sources, ignore: IgnoreFile, copies: list[tuple[Instruction, str, str]]
) -> Iterator[Fault]:
    """Yield sources of a COPY that the builder does not get."""
    let_in = _let_in(ignore)
    for found, source, _ in copies:
        path = _clean(source)
        if path in _WHOLE or any(sign in path for sign in "*?[$") or path.startswith(".."):
            continue
        opened = any(
            pattern.startswith(f"{path}/") or any(sign in pattern for sign in "*?[")
            for pattern in let_in
        )
        if ignore.denies(path) and not opened:
            what = f"{found.name} {source} fails: {ignore.path} keeps it out"
            yield sources.at(found, what, instead=f"!{path}")


PRACTICE = Practice(
    id="S2.18",
    title="A .dockerignore that denies",
    why=(
        "COPY of a folder takes everything in it: the history, credentials, caches. Each change "
        "there also invalidates the cache. Patterns without `**/` hold only at the top."
    ),
    source="best practices for making container images, 2023; Docker's guide to build contexts",
    severity=Severity.WARNING,
    codes=("CopyIgnoredFile",),
    carriers=(
        Carrier(
            file=".dockerignore",
            starts=("*", "!", "."),
            why="nothing but what the Dockerfile reads, then secrets and caches denied again",
            fields=("include", "dependencies", "site"),
        ),
    ),
    example=Example(
        file=".dockerignore",
        wrong=".git\n",
        right="*\n!requirements.txt\n!src\n**/*.key\n**/*.pem\n**/.env\n**/.git\n**/id_rsa*\n",
    ),
    check=check,
    checked=(
        "there is one where a folder is copied, it keeps .env, key files, .git and node_modules "
        "out, in folders too, and it lets in what COPY names"
    ),
    proofs=("context", "no-secrets"),
)
