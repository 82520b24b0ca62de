"""Which wheels fit an image, by their file names."""

import re
from collections.abc import Iterable

MACHINE = "x86_64"
LIBRARIES = {"glibc": ("manylinux", "linux"), "musl": ("musllinux",)}


def fits(wheel: str, minor: str, library: str) -> bool:
    """Whether a wheel installs on a Python version with a C library, glibc or musl."""
    parts = wheel.removesuffix(".whl").rsplit("-", 3)
    if len(parts) != 4:
        return False
    _, python, abi, platforms = parts
    return _fits_platform(platforms, library) and any(
        _fits_python(tag, abi, minor) for tag in python.split(".")
    )


def is_pure(wheel: str) -> bool:
    """Whether a wheel installs everywhere."""
    return wheel.endswith("-none-any.whl")


def newest(wheels: Iterable[str], minors: Iterable[str], library: str) -> str:
    """The last of some Python versions that a wheel is there for, or nothing."""
    known = list(wheels)
    fitting = [minor for minor in minors if any(fits(wheel, minor, library) for wheel in known)]
    return fitting[-1] if fitting else ""


def _fits_platform(platforms: str, library: str) -> bool:
    if platforms == "any":
        return True
    starts = LIBRARIES[library]
    return any(
        platform.startswith(starts) and platform.endswith(MACHINE)
        for platform in platforms.split(".")
    )


def _fits_python(tag: str, abi: str, minor: str) -> bool:
    number = minor.replace(".", "")
    if tag in ("py3", f"py{number}"):
        return True
    match = re.fullmatch(r"(?:cp|py)3(\d{1,3})", tag)
    if not match:
        return False
    older = int(match[1]) <= int(minor.partition(".")[2])
    if tag == f"cp{number}":
        # The ABI with a `t` is that of a Python without its global lock.
        return abi in (tag, "abi3", "none")
    return older and (abi == "abi3" or (tag.startswith("py") and abi == "none"))
