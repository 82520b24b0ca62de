"""What imgen knows of build commands: what installing dependencies reads and what it caches.

A command found here runs before the source is copied, so that an edited source line does not
repeat it (S2.7).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NPM_CACHE = "/root/.npm"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A command's first words, the files it reads if it installs, and its cache folders.

    `option` is a word that must stand anywhere after them.
    """

    words: tuple[str, ...]
    option: str = ""
    manifests: tuple[str, ...] = ()
    caches: tuple[str, ...] = ()

    def fits(self, command: Sequence[str]) -> bool:
        """Whether the words of a command are this tool's."""
        count = len(self.words)
        return tuple(command[:count]) == self.words and (
            not self.option or self.option in command[count:]
        )


_TOOLS = (
    Tool(
        words=("npm", "ci"), manifests=("package.json", "package-lock.json"), caches=(_NPM_CACHE,)
    ),
    # A package manager that comes from npm itself reads nothing of the project.
    Tool(words=("npm", "install"), option="-g", caches=(_NPM_CACHE,)),
    Tool(words=("npm", "install"), option="--global", caches=(_NPM_CACHE,)),
    Tool(words=("npm", "install"), caches=(_NPM_CACHE,)),
    Tool(
        words=("pnpm", "install"),
        manifests=("package.json", "pnpm-lock.yaml"),
        caches=("/root/.local/share/pnpm/store",),
    ),
    # Only yarn 2 and later knows the option.
    Tool(
        words=("yarn", "install"),
        option="--immutable",
        manifests=("package.json", "yarn.lock"),
        caches=("/root/.yarn/berry/cache",),
    ),
    Tool(
        words=("yarn", "install"),
        manifests=("package.json", "yarn.lock"),
        caches=("/usr/local/share/.cache/yarn",),
    ),
    Tool(
        words=("bun", "install"),
        manifests=("bun.lock", "package.json"),
        caches=("/root/.bun/install/cache",),
    ),
    Tool(words=("go", "mod", "download"), manifests=("go.mod", "go.sum"), caches=("/go/pkg/mod",)),
    Tool(words=("go", "build"), caches=("/go/pkg/mod", "/root/.cache/go-build")),
    Tool(words=("pip", "install"), caches=("/root/.cache/pip",)),
)


def _tools(command: str) -> list[Tool | None]:
    """The tool of each part of a command that `&&` joins, or None where it is not known.

    Settings before a program, such as `CI=true npm ci`, are no words of it.
    """
    found = []
    for part in command.split("&&"):
        words = part.split()
        while words and re.match(r"[A-Za-z_]\w*=", words[0]):
            del words[0]
        found.append(next((tool for tool in _TOOLS if tool.fits(words)), None))
    return found


def manifests(command: str) -> Sequence[str]:
    """Files that a command reads when it only installs dependencies; none for other commands."""
    tools = [tool for tool in _tools(command) if tool]
    if len(tools) < len(_tools(command)):
        return ()
    return tuple(dict.fromkeys(path for tool in tools for path in tool.manifests))


def caches(commands: Sequence[str]) -> list[str]:
    """Cache folders of some commands, without repetition."""
    tools = [tool for command in commands for tool in _tools(command) if tool]
    return sorted({folder for tool in tools for folder in tool.caches})
