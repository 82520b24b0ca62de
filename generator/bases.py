"""What imgen knows of base images: their package family, and when their releases end.

The dates are those the projects publish; they only ever cause a warning.
"""

import re
from datetime import date

from generator import grammar

PYTHON_DEBIAN = "trixie"
ALPINE = "3.23"

_FAMILY = {
    "almalinux": "dnf",
    "alpine": "apk",
    "amazonlinux": "dnf",
    "buildpack-deps": "apt",
    "centos": "yum",
    "debian": "apt",
    "fedora": "dnf",
    "oraclelinux": "dnf",
    "rockylinux": "dnf",
    "ubi": "dnf",
    "ubi-minimal": "microdnf",
    "ubuntu": "apt",
}
# Official language images: Debian, or Ubuntu for Java's, unless the tag says otherwise.
_DEBIAN_BASED = frozenset(
    [
        "bun",
        "deno",
        "eclipse-temurin",
        "elixir",
        "erlang",
        "frankenphp",
        "gcc",
        "golang",
        "gradle",
        "haproxy",
        "httpd",
        "julia",
        "maven",
        "nginx",
        "node",
        "openjdk",
        "perl",
        "php",
        "postgres",
        "python",
        "redis",
        "ruby",
        "rust",
    ]
)
# A team's own image mostly keeps the release in its tag: `python-base:3.13-slim-trixie`.
_DEBIAN_RELEASES = frozenset(["bookworm", "bullseye", "forky", "jammy", "noble", "sid", "trixie"])
_END_OF_LIFE = {
    "alpine": {
        "3.17": "2024-11-22", "3.18": "2025-05-09", "3.19": "2025-11-01", "3.20": "2026-04-01",
        "3.21": "2026-11-01", "3.22": "2027-05-01", "3.23": "2027-11-01",
    },
    "debian": {
        "buster": "2024-06-30", "bullseye": "2026-08-31", "bookworm": "2028-06-30",
        "10": "2024-06-30", "11": "2026-08-31", "12": "2028-06-30",
    },
    "eclipse-temurin": {"23": "2025-03-18", "24": "2025-09-16"},
    "golang": {"1.22": "2025-02-11", "1.23": "2025-08-12", "1.24": "2026-02-11"},
    "node": {"18": "2025-04-30", "20": "2026-04-30", "22": "2027-04-30", "24": "2028-04-30"},
    "php": {
        "8.0": "2023-11-26", "8.1": "2025-12-31", "8.2": "2026-12-31", "8.3": "2027-12-31",
        "8.4": "2028-12-31",
    },
    "python": {
        "3.8": "2024-10-07", "3.9": "2025-10-31", "3.10": "2026-10-31", "3.11": "2027-10-31",
        "3.12": "2028-10-31", "3.13": "2029-10-31", "3.14": "2030-10-31",
    },
    "ruby": {
        "3.0": "2024-04-23", "3.1": "2025-03-26", "3.2": "2026-03-31", "3.3": "2027-03-31",
        "3.4": "2028-03-31",
    },
    "ubuntu": {
        "18.04": "2023-05-31", "20.04": "2025-05-31", "22.04": "2027-04-01", "24.04": "2029-05-31",
        "25.04": "2026-01-15",
    },
    "centos": {"7": "2024-06-30", "8": "2021-12-31"},
    "fedora": {"41": "2025-12-15", "42": "2026-05-13", "43": "2026-12-02"},
    "nginx": {"1.26": "2025-04-23", "1.28": "2026-04-14"},
}  # fmt: skip
# Releases older than anything listed ended before these lists begin.
_OLDEST = {
    "alpine": (3, 17), "python": (3, 8), "node": (18,), "ubuntu": (18, 4), "debian": (10,),
    "fedora": (41,), "nginx": (1, 26), "php": (8, 0), "ruby": (3, 0),
}  # fmt: skip
_OLD_DEBIAN = ("jessie", "stretch", "wheezy")


def family(reference: str) -> str:
    """The package manager of a base image by its name, or nothing if the name does not tell."""
    repository, tag, _ = grammar.split_reference(reference)
    name = repository.rsplit("/", 1)[-1]
    if said := _family_in_tag(name, tag):
        return said
    if match := re.fullmatch(r"(ubi)\d+(?:-(minimal|micro|init))?|(ubi)", name):
        return "microdnf" if match[2] == "minimal" else "dnf"
    if "distroless" in tag:
        return ""
    if name in _DEBIAN_BASED or not _DEBIAN_RELEASES.isdisjoint(re.findall(r"[a-z]+", tag)):
        return "apt"
    return _FAMILY.get(name, "")


def _family_in_tag(name: str, tag: str) -> str:
    """The package manager where the tag tells of another distribution than the name."""
    if "alpine" in tag:
        return "apk"
    if match := re.search(r"(?:^|-)ubi\d+(-minimal)?", tag):
        return "microdnf" if match[1] else "dnf"
    if name == "amazonlinux" and re.match(r"[12](?![0-9])", tag):
        return "yum"
    return "microdnf" if name == "oraclelinux" and "slim" in tag else ""


def has_useradd(reference: str, family: str) -> bool:
    """Whether a base of a package family can make an account as it comes."""
    return family != "microdnf" and "amazonlinux" not in reference


def with_registry(reference: str, registry: str | None) -> str:
    """Put a registry prefix before a reference that names no registry of its own."""
    first, slash, _ = reference.partition("/")
    has_host = slash and ("." in first or ":" in first or first == "localhost")
    return reference if has_host or not registry else f"{registry}/{reference}"


def end_of_life(reference: str, today: date) -> str:
    """Say which release of a base image has ended by `today`, or nothing."""
    repository, tag, _ = grammar.split_reference(reference)
    name = repository.rsplit("/", 1)[-1]
    for product, release in _releases(name, tag):
        ended = _ended(product, release)
        if ended and ended <= today:
            since = f"on {ended}" if ended > date.min else "long ago"
            return f"{product} {release} reached its end of life {since}: choose a later release"
    return ""


def _releases(name: str, tag: str) -> list[tuple[str, str]]:
    """The products and releases that a tag such as `3.13-slim-trixie` speaks of."""
    found = []
    first = re.match(r"\d+(?:\.\d+)*", tag)
    if first:
        found.append((name, first[0]))
    if alpine := re.search(r"alpine(\d+\.\d+)", tag):
        found.append(("alpine", alpine[1]))
    # By name only: the 10 of `python:3.10` is no Debian.
    words = re.findall(r"[a-z]+", tag)
    debian = [word for word in words if word in _END_OF_LIFE["debian"] or word in _OLD_DEBIAN]
    return [*found, *(("debian", word) for word in debian)]


def _ended(product: str, release: str) -> date | None:
    table = _END_OF_LIFE.get(product, {})
    if product == "debian" and release in _OLD_DEBIAN:
        return date.min
    parts = release.split(".")
    for count in range(len(parts), 0, -1):
        if ended := table.get(".".join(parts[:count])):
            return date.fromisoformat(ended)
    if release[:1].isdigit() and product in _OLDEST:
        numbers = tuple(int(part) for part in parts)
        oldest = _OLDEST[product]
        if len(numbers) >= len(oldest) and numbers[: len(oldest)] < oldest:
            return date.min
    return None


def busybox_wget(port: int, path: str, timeout: int) -> list[str]:
    """The health check of an Alpine image: busybox's wget, around any proxy of the environment.

    By number, since busybox tries only ::1 for `localhost` (PRACTICES B10). `timeout` in seconds.
    """
    url = f"http://127.0.0.1:{port}{path}"
    return ["wget", "-q", "-Y", "off", "-T", str(timeout), "-O", "/dev/null", url]


def busybox_nc(port: int, timeout: int) -> list[str]:
    """The health check of an Alpine image that only asks for a connection; `timeout` in seconds."""
    return ["nc", "-z", "-w", str(timeout), "127.0.0.1", str(port)]


def is_node(reference: str) -> bool:
    """Whether an image is made for Node.js, whose tools read their own CA variable."""
    return grammar.split_reference(reference)[0].rsplit("/", 1)[-1] == "node"
