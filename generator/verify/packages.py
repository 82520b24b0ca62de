"""What is installed in an image, as the databases of its package managers tell."""

import re
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from generator.verify.layers import Layer, read_last

_METADATA = ".dist-info/METADATA"
_DEBIAN = "var/lib/dpkg/status"
_ALPINE = ("lib/apk/db/installed", "usr/lib/apk/db/installed")


@dataclass(frozen=True)
class Package:
    """A package with what it asks for and what it stands for."""

    needs: frozenset[str]
    provides: frozenset[str]


def installed(layers: Sequence[Layer]) -> Mapping[str, Package]:
    """The system packages in some layers, none where no known database is."""
    if text := read_last(layers, _DEBIAN):
        return from_debian(text)
    return from_alpine(read_last(layers, *_ALPINE))


def distribution_that_needs(layers: Iterable[Layer], name: str) -> str:
    """A Python package in some layers that requires another one by its name, or nothing."""
    wanted = re.compile(rf"^Requires-Dist: {re.escape(name)}(?![\w.-])(?!.*extra ==)", re.MULTILINE)
    for layer in layers:
        if not any(file.path.endswith(_METADATA) for file in layer.files):
            continue
        with tarfile.open(layer.archive) as archive:
            for member in archive:
                content = archive.extractfile(member) if _is_metadata(member) else None
                if content and wanted.search(content.read().decode(errors="replace")):
                    return member.name.split("/")[-2].partition("-")[0]
    return ""


def _is_metadata(member: tarfile.TarInfo) -> bool:
    return member.isreg() and member.name.endswith(_METADATA)


def from_debian(text: str) -> Mapping[str, Package]:
    """Read what dpkg keeps in its status file."""
    found = {}
    for block in text.split("\n\n"):
        fields = dict(re.findall(r"(?m)^([A-Za-z-]+): *(.*)$", block))
        if fields.get("Status", "").endswith(" installed") and "Package" in fields:
            needs = f"{fields.get('Depends', '')},{fields.get('Pre-Depends', '')}"
            found[fields["Package"]] = Package(
                relation_names(needs), relation_names(fields.get("Provides", ""))
            )
    return found


def relation_names(relations: str) -> frozenset[str]:
    """The names in `libc6 (>= 2.34), a:any | b`."""
    return frozenset(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", relations))


def from_alpine(text: str) -> Mapping[str, Package]:
    """Read what apk keeps in its `installed` file."""
    found = {}
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(":", 1) for line in block.splitlines() if line[1:2] == ":")
        if "P" in fields:
            provides = {re.split(r"[=<>~]", word)[0] for word in fields.get("p", "").split()}
            needs = {re.split(r"[=<>~]", word)[0] for word in fields.get("D", "").split()}
            found[fields["P"]] = Package(frozenset(needs), frozenset(provides))
    return found


def names(wanted: Iterable[str]) -> set[str]:
    """The names alone in what a spec asks for, such as `libpq5=17.*` or `curl/trixie-backports`."""
    return {re.split(r"[=<>~:/]", name)[0] for name in wanted}


def closure(packages: Mapping[str, Package], wanted: Iterable[str]) -> set[str]:
    """The packages wanted and all that these need, as far as they are installed."""
    providers: dict[str, set[str]] = {}
    for name, package in packages.items():
        for word in (name, *package.provides):
            providers.setdefault(word, set()).add(name)
    found: set[str] = set()
    open_names = [*names(wanted)]
    while open_names:
        new = providers.get(open_names.pop(), set()) - found
        found |= new
        open_names += [need for name in new for need in packages[name].needs]
    return found
