"""What the rules know of a base image by its reference, `$` and digests included."""

from generator import bases


def name_and_tag(reference: str) -> tuple[str, str]:
    """The last part of the repository, and the tag, empty without one."""
    last = reference.partition("@")[0].rsplit("/", 1)[-1]
    name, _, tag = last.partition(":")
    return name, tag


def family(reference: str) -> str:
    """Its package manager (`apt`, `apk`, `dnf`), empty where the name does not tell."""
    try:
        return bases.family(reference)
    except ValueError:
        return ""


def is_alpine(reference: str) -> bool:
    """Whether it surely has musl and busybox."""
    return family(reference) == "apk"


def without_clients(reference: str) -> frozenset[str]:
    """Which of curl and wget it surely lacks, as it comes."""
    name, tag = name_and_tag(reference)
    both = frozenset(["curl", "wget"])
    if "$" in reference:
        return frozenset()
    if is_alpine(reference):
        lacks_curl = name in ("alpine", "node", "python") or (name == "nginx" and "slim" in tag)
        return frozenset(["curl"]) if lacks_curl else frozenset()
    if name in ("debian", "ubuntu") or (name in ("node", "python") and "slim" in tag):
        return both
    return frozenset(["wget"]) if name == "nginx" else frozenset()
