"""Variables that a bundler writes into the site's files while it builds."""

import re
import shlex

from generator import commands
from generator.detect.model import Evidence
from generator.detect.tree import Tree
from generator.secrecy import gives_away, hints_at_secret

_SOURCES = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".vue", ".svelte", ".astro", ".html")
_MOST_FILES = 400
# What the tools set by themselves.
_OWN = re.compile(r"VITE_USER_NODE_ENV|PUBLIC_URL|NEXT_PUBLIC_VERCEL_\w+")


def own_prefixes(tree: Tree) -> tuple[str, ...]:
    """The prefixes that a configuration of Vite names instead of its usual one."""
    path = tree.first(*(f"vite.config.{ending}" for ending in ("ts", "js", "mts", "mjs", "cjs")))
    named = re.search(
        r"\benvPrefix\s*:\s*(\[[^\]]{0,300}\]|['\"][A-Z0-9_]+['\"])",
        tree.text(path) or "" if path else "",
    )
    return tuple(re.findall(r"['\"]([A-Z][A-Z0-9_]*_)['\"]", named[1])) if named else ()


def used(tree: Tree, prefixes: tuple[str, ...]) -> dict[str, Evidence]:
    """Variables with one of these prefixes that the source reads, with the first place of each."""
    if not prefixes:
        return {}
    start = "|".join(map(re.escape, prefixes))
    read = re.compile(rf"\benv(?:\.|\[['\"])((?:{start})[A-Z0-9_]{{1,80}})\b")
    imported = re.compile(rf"\b((?:{start})[A-Z0-9_]{{1,80}})\b")
    sources = [path for path in tree.files if path.endswith(_SOURCES) and not _aside(path)]
    found: dict[str, Evidence] = {}
    for path in sources[:_MOST_FILES]:
        text = tree.text(path) or ""
        names = read.finditer(text)
        if "$env/static/public" in text:
            names = imported.finditer(text)
        for match in names:
            if match[1] not in found and not _OWN.fullmatch(match[1]):
                line = text.count("\n", 0, match.start()) + 1
                found[match[1]] = Evidence(path=path, line=line)
    return found


def _aside(path: str) -> bool:
    parts = path.split("/")
    return any(part in ("node_modules", "tests", "test", "dist", "build") for part in parts) or (
        ".test." in parts[-1] or ".spec." in parts[-1]
    )


def committed(
    tree: Tree, prefixes: tuple[str, ...]
) -> tuple[dict[str, tuple[str, Evidence]], dict[str, Evidence]]:
    """Values of these variables in the .env files that production builds read, later ones first.

    Only what may stand in a command: nothing that a shell or dotenv would expand, and no secret.
    The second are the names of what looks like one, for a person to decide on.
    """
    found: dict[str, tuple[str, Evidence]] = {}
    withheld: dict[str, Evidence] = {}
    if not prefixes:
        return found, withheld
    for path in (".env", ".env.production"):
        for number, line in enumerate((tree.text(path) or "").splitlines(), start=1):
            match = re.fullmatch(r"\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=(.*)", line)
            if not match or not match[1].startswith(prefixes):
                continue
            name, value = match[1], match[2].strip()
            if value[:1] in ("'", '"') and value[-1:] == value[:1]:
                value = value[1:-1]
            evidence = Evidence(path=path, line=number)
            # Whatever becomes of this line, it takes the place of an earlier one.
            withheld.pop(name, None)
            if _may_be_secret(name, value):
                found.pop(name, None)
                withheld[name] = evidence
            elif re.fullmatch(r"[\w ./:@%+,?&=~-]*", value) and _fits_command(name, value):
                found[name] = (value, evidence)
            else:
                found.pop(name, None)
    return found, withheld


def assignment(name: str, value: str) -> str:
    """A variable as it stands before a command."""
    return f"{name}={shlex.quote(value)}" if value else f"{name}="


def _may_be_secret(name: str, value: str) -> bool:
    if not value or value.lower() in ("0", "1", "false", "true"):
        return False
    return hints_at_secret(name) or gives_away(value)


def _fits_command(name: str, value: str) -> bool:
    try:
        commands.shell_step(f"{assignment(name, value)} true")
    except ValueError:
        return False
    return True
