"""The tags that a version may carry in a registry (S2.3)."""

import re

from generator import grammar

_RELEASE = r"[0-9]+(?:\.[0-9]+)*"


def compatible_tags(version: str) -> list[str]:
    """List the tags of a release, longest first: 1.4.2 gives 1.4.2, 1.4 and 1.

    A pre-release gets only itself, since nobody who follows `1.4` asked for it. There is no `0`:
    before 1.0 every minor release may break. There is no `latest` at all.

    Raises:
        ValueError: if it is not a version that a tag can hold.
    """
    version = grammar.version(version)
    if not re.fullmatch(_RELEASE, version):
        return [version]
    parts = version.split(".")
    tags = [".".join(parts[:count]) for count in range(len(parts), 0, -1)]
    return [tag for tag in tags if tag != "0" or version == "0"]
