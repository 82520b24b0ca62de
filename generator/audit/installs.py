"""The packages that a command installs, whichever package manager it calls."""

from collections.abc import Iterator
from dataclasses import dataclass

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command, Word

SYSTEM = frozenset(["apk", "apt", "apt-get", "aptitude", "dnf", "microdnf", "yum", "zypper"])
LANGUAGE = frozenset(
    ["bundle", "cargo", "composer", "gem", "go", "mvn", "npm", "pip", "pip3", "pipenv", "pdm",
     "pnpm", "poetry", "uv", "yarn"]
)  # fmt: skip
_VERBS = {
    "apk": ("add",),
    "gem": ("install",),
    "npm": ("ci", "install", "i"),
    "yarn": ("install",),
    "pnpm": ("install", "i"),
    "go": ("mod", "get", "install"),
    "bundle": ("install",),
    "cargo": ("fetch", "install"),
    "composer": ("install", "require"),
    "mvn": ("dependency:go-offline", "dependency:resolve"),
    "pipenv": ("install", "sync"),
    "pdm": ("install", "sync"),
    "poetry": ("install",),
    "uv": ("sync", "pip"),
}
# Options whose value is a word of its own.
_VALUED = frozenset(
    ["-c", "-f", "-i", "-o", "-r", "-t", "--cache-dir", "--constraint", "--extra-index-url",
     "--find-links", "--index-url", "--option", "--prefix", "--python", "--repository",
     "--requirement", "--target", "--virtual", "-X"]
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Install:
    """One installing command: its package manager, its options and its packages."""

    manager: str
    options: tuple[Word, ...]
    packages: tuple[Word, ...]
    command: Command

    @property
    def is_system(self) -> bool:
        """Whether it installs packages of the distribution."""
        return self.manager in SYSTEM


def installs(instruction: Instruction) -> Iterator[Install]:
    """Yield what a RUN installs, in its order."""
    for command in instruction.commands:
        if found := install(command):
            yield found


def install(command: Command) -> Install | None:
    """What one command installs, None if it installs nothing."""
    words = command.arguments()
    manager = command.program
    if manager.startswith("python") and list(words[1:3]) == ["-m", "pip"]:
        manager, words = "pip", words[2:]
    if manager not in SYSTEM | LANGUAGE:
        return None
    given = _without_values(words[1:])
    verbs = _VERBS.get(manager, ("install",))
    place = next((n for n, word in enumerate(given) if word in verbs), None)
    if place is None:
        return None
    rest = given[place + 1 :]
    if manager == "uv" and given[place] == "pip":
        rest = rest[1:]
    return Install(
        manager=manager,
        options=tuple(word for word in words[1:] if word.startswith("-")),
        packages=tuple(word for word in rest if not word.startswith("-")),
        command=command,
    )


def _without_values(words: tuple[Word, ...]) -> list[Word]:
    kept: list[Word] = []
    skip = False
    for word in words:
        if not skip:
            kept.append(word)
        skip = not skip and word in _VALUED
    return kept


def package_name(package: str) -> str:
    """The name of a package without its version, release or architecture."""
    for sign in ("=", "~", ">", "<", ":", "/", "@"):
        package = package.partition(sign)[0] or package
    return package
