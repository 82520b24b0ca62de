"""The scripts of package.json that commands call."""

import re
from collections.abc import Sequence

from generator.secrecy import gives_away

_CODE = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts")
_MANAGERS = frozenset(["npm", "pnpm", "yarn", "bun"])
_RUN_ALL = frozenset(["npm-run-all", "run-s", "run-p"])
_SHORT = frozenset(["start", "test", "serve"])
_OTHER_FOLDER = frozenset(["-w", "--workspace", "--filter", "-F", "-C", "--prefix", "--cwd"])


def called(words: Sequence[str]) -> str | None:
    """The script that a command calls; empty for one of another package, None for no script."""
    first = words[0] if words else ""
    if first in _RUN_ALL:
        names = [word for word in words[1:] if not word.startswith("-")]
        return names[-1] if names else None
    if first not in _MANAGERS or len(words) < 2:
        return None
    if any(word.partition("=")[0] in _OTHER_FOLDER for word in words[1:]) or words[1] == (
        "workspace"
    ):
        return ""
    rest = [word for word in words[1:] if not word.startswith("-")]
    if rest[:1] in (["run"], ["run-script"]):
        return rest[1] if len(rest) > 1 and not rest[1].endswith(_CODE) else None
    is_script = rest and (rest[0] in _SHORT or first in ("yarn", "pnpm"))
    return rest[0] if is_script else None


def may_hold_secret(line: str) -> bool:
    """Whether a command may hold a secret; `-p` is a project of TypeScript as well."""
    return gives_away(re.sub(r"(?<!\S)-p [\w./-]{1,100}\.json(?!\S)", "", line))


def shown(line: str, most: int = 60) -> str:
    """A command for people to read: of one that may hold a secret, no more than its program."""
    if not may_hold_secret(line):
        return line[:most].strip()
    words = (word for word in line.split() if "=" not in word)
    program = next(words, "")
    return f"{program} …" if re.fullmatch(r"[\w@./-]{1,40}", program) else "…"


def after_dashes(words: Sequence[str]) -> list[str]:
    """The command behind a tool that reads a file of variables."""
    if "--" in words:
        return list(words[words.index("--") + 1 :])
    rest = list(words[1:])
    while rest and rest[0].startswith("-"):
        rest = rest[2:] if rest[0] in ("-e", "-f", "--file") else rest[1:]
    return rest[1:] if rest and rest[0] == "run" else rest
