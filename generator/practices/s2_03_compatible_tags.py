"""S2.3: the tags of a release tell what it is compatible with."""

from collections.abc import Iterator

from generator.audit.load import read
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _bake, _values
from generator.practices._bake import Attribute
from generator.practices._model import Carrier, Example, Practice
from generator.tags import compatible_tags

_FILE = "docker-bake.hcl"
_LABEL = "org.opencontainers.image.version"
_VARIABLE = "APP_VERSION"


def check(sources: Sources) -> Iterator[Fault]:
    """Find a version said in two ways, and tags that do not follow from it."""
    label = _values.effective(sources, "LABEL").get(_LABEL)
    variable = _values.effective(sources, "ENV").get(_VARIABLE)
    version = next((one.value or "" for one in (label, variable) if one and one.is_literal), "")
    if (
        label
        and variable
        and label.is_literal
        and variable.is_literal
        and label.value != variable.value
    ):
        yield sources.at(
            label.instruction,
            f"{_LABEL} is {label.value}, {_VARIABLE} is {variable.value}",
            line=label.line,
            instead=f"{_LABEL}={_values.quoted(variable.value or '')}",
        )
        return
    text = read(sources.root / _FILE) if sources.root else None
    if text is not None:
        yield from _of_bake(_values.beside(sources, _FILE), text, sources, version)


def _of_bake(path: str, text: str, sources: Sources, version: str) -> Iterator[Fault]:
    found = list(_bake.attributes(text))
    own = sources.dockerfile.path.rsplit("/", 1)[-1]
    # With several images in one file, a tag may be another image's.
    alone = all(
        [value.text for value in one.values] in (["."], ["./"], [own])
        for one in found
        if one.name in ("context", "dockerfile") and one.plain
    )
    for one in found:
        if one.name == "tags":
            yield from _of_list(path, one, version if alone else "")


def _of_list(path: str, given: Attribute, version: str) -> Iterator[Fault]:
    plain = [value for value in given.values if "${" not in value.text]
    tags: list[tuple[str, str, int]] = []
    for value in plain:
        repository, sign, tag = value.text.rpartition(":")
        if not sign or "/" in tag:
            what = f"{value.text} has no tag, which means latest"
            better = f'"{value.text}:{version or "<version>"}",'
            yield Fault(path=path, line=value.line, what=what, instead=better)
        elif tag == "latest":
            what = f"{value.text}: latest says nothing of what it is compatible with"
            better = f'"{repository}:{version or "<version>"}",'
            yield Fault(path=path, line=value.line, what=what, instead=better)
        else:
            tags.append((repository, tag, value.line))
    if not version:
        full = {tag for _, tag, _ in tags if _is_release(tag) and tag.count(".") == 2}
        version = full.pop() if len(full) == 1 else ""
    yield from _of_version(path, given, tags, version)


def _of_version(
    path: str, given: Attribute, tags: list[tuple[str, str, int]], version: str
) -> Iterator[Fault]:
    try:
        expected = compatible_tags(version)
    except ValueError:
        return
    for repository, tag, line in tags:
        if _is_release(tag) and tag not in expected:
            what = f"{repository}:{tag} is no tag of version {version}"
            better = ", ".join(f'"{repository}:{one}"' for one in expected)
            yield Fault(path=path, line=line, what=what, instead=f"tags = [{better}]")
    names = {tag for _, tag, _ in tags}
    missing = [tag for tag in expected if tag not in names]
    if version in names and missing and given.plain and len(tags) == len(given.values):
        repository = next(repository for repository, tag, _ in tags if tag == version)
        what = f"version {version} is also {' and '.join(missing)}: those tags are missing"
        better = ", ".join(f'"{repository}:{one}"' for one in expected)
        yield Fault(path=path, line=given.line, what=what, instead=f"tags = [{better}]")


def _is_release(tag: str) -> bool:
    return all(part.isascii() and part.isdigit() for part in tag.split("."))


PRACTICE = Practice(
    id="S2.3",
    title="Tags that tell what is compatible",
    why=(
        "Who runs 1.4 wants the fixes of 1.4.2 without being moved to 2.0: so 1.4.2 is also 1.4"
        " and 1. A tag that says another version than the image does misleads everyone."
    ),
    source="best practices for making container images, 2023; Semantic Versioning 2.0.0",
    severity=Severity.WARNING,
    check=check,
    carriers=(
        Carrier(
            file="docker-bake.hcl",
            starts=('target "docker-metadata-action"', "tags = ["),
            why="the version and what it is compatible with, never latest",
            fields=("version", "repository", "outputs"),
        ),
        Carrier(
            file="Dockerfile",
            starts=("ENV APP_VERSION=",),
            why="the same version, for the app itself",
            fields=("version",),
        ),
    ),
    example=Example(
        file="docker-bake.hcl",
        wrong='target "app" {\n  tags = ["shop:1.4.2", "shop:latest"]\n}\n',
        right='target "app" {\n  tags = ["shop:1.4.2", "shop:1.4", "shop:1"]\n}\n',
    ),
    checked=(
        "The version label equals APP_VERSION; the tags in docker-bake.hcl are those that follow"
        " from it, without latest. Tags given on the command line cannot be seen."
    ),
    unproven="Tags live in a registry, not in an image: docker-bake.hcl is all there is.",
)
