"""What imgen knows of build commands: what installing dependencies reads and what it caches.

A command found here runs before the source is copied, so that an edited source line does not
repeat it (S2.7).
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A command's first words, the files it reads if it installs, and its cache folders."""

    words: tuple[str, ...]
    manifests: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()


_TOOLS = (
    Tool(
        words=("npm", "ci"), manifests=("package.json", "package-lock.json"), caches=("/root/.npm",)
    ),
    Tool(
        words=("pnpm", "install"),
        manifests=("package.json", "pnpm-lock.yaml"),
        caches=("/root/.local/share/pnpm/store",),
    ),
    Tool(
        words=("yarn", "install"),
        manifests=("package.json", "yarn.lock"),
        caches=("/usr/local/share/.cache/yarn",),
    ),
    Tool(words=("go", "mod", "download"), manifests=("go.mod", "go.sum"), caches=("/go/pkg/mod",)),
    Tool(words=("go", "build"), caches=("/go/pkg/mod", "/root/.cache/go-build")),
)


def _tool(command: str) -> Tool | None:
    words = command.split()
    return next((tool for tool in _TOOLS if tuple(words[: len(tool.words)]) == tool.words), None)


def manifests(command: str) -> Sequence[str]:
    """Files that a command reads when it only installs dependencies; none for other commands."""
    tool = _tool(command)
    return tool.manifests if tool else ()


def caches(commands: Sequence[str]) -> list[str]:
    """Cache folders of some commands, without repetition."""
    found = [folder for command in commands if (tool := _tool(command)) for folder in tool.caches]
    return sorted(set(found))
