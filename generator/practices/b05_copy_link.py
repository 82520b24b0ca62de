"""B5: COPY --link makes layers that do not depend on those before."""

from collections.abc import Iterator

from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._final import is_below
from generator.practices._images import family
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import folded, place

# Folders that are links in the images of the package families named; /var/run is one in all.
_LINKS = {
    "/bin": ("/usr/bin", ("apt", "dnf")),
    "/lib": ("/usr/lib", ("apt", "dnf")),
    "/lib64": ("/usr/lib64", ("apt", "dnf")),
    "/sbin": ("/usr/sbin", ("apt", "dnf")),
    "/var/run": ("/run", ("apk", "apt", "dnf")),
}


def check(sources: Sources) -> Iterator[Fault]:
    """Find COPY --link into a folder that is a link in the base image."""
    for stage in sources.dockerfile.needed():
        for copy in stage.of("ADD", "COPY"):
            if copy.flag("link") not in ("", "true") or not copy.words:
                continue
            target = place(stage, copy, copy.words[-1])
            for link, (real, families) in _LINKS.items():
                if is_below(target, link) and family(stage.root) in families:
                    yield sources.at(
                        copy,
                        f"{link} is a link in {stage.root}, which --link does not follow",
                        instead=folded(copy).replace(f" {link}", f" {real}"),
                    )


PRACTICE = Practice(
    id="B5",
    title="COPY --link, and never through a link",
    why="With --link a layer is kept when those before it change, as when the base image is "
    "updated. It does not look at what is there: copied into /bin of a Debian image it may replace "
    "the link to /usr/bin by a folder, and the shell is gone.",
    source="Dockerfile reference: COPY --link",
    severity=Severity.NOTE,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("COPY --link",),
            why="a layer that stays when those before it change",
        ),
    ),
    example=Example(
        wrong="FROM debian:trixie-slim\n"
        'COPY --link --chmod=0555 server /bin/server\nCMD ["/bin/server"]\n',
        right="FROM debian:trixie-slim\n"
        'COPY --link --chmod=0555 server /usr/bin/server\nCMD ["/usr/bin/server"]\n',
    ),
    check=check,
    checked="COPY --link into /bin, /sbin, /lib, /lib64 or /var/run; a COPY without --link is fine",
    proofs=("cheap-rebuild",),
)
