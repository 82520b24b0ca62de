"""Command lines that others wrote, as far as they are plain words."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence

_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?[-=]([^${}]*))?\}|(\w+))")
_LONGEST = 20_000
_LONGEST_FILLED = 4_000  # characters that variables may add to one text
_MOST_LINES = 2_000  # of a script, its last ones
_WRAPPERS = frozenset(["dumb-init", "exec", "tini", "su-exec", "gosu", "time"])
_SHELLS = frozenset(["ash", "bash", "dash", "sh"])
_INSTALLERS = {
    "apk": ("apk", "add"),
    "apt": ("apt", "install"),
    "apt-get": ("apt", "install"),
}
_WITH_VALUE = frozenset(["-t", "-o", "-c", "--repository", "-X", "--virtual", "--target-release"])


def filled(text: str, variables: Mapping[str, str]) -> str:
    """A text with the variables that are known, or have a default in it, filled in.

    Those that would make it grow too much stay as they are: a variable can hold others many times.
    """
    left = _LONGEST_FILLED

    def value(match: re.Match[str]) -> str:
        nonlocal left
        known = variables.get(match[1] or match[3])
        if known is None:
            return match[2] if match[2] is not None else match[0]
        if len(known) > left:
            return match[0]
        left -= len(known)
        return known

    return _VARIABLE.sub(value, text)


def commands(line: str) -> list[list[str]]:
    """The commands of a line, each as its words; none for a line that is no plain shell."""
    if len(line) > _LONGEST:
        return []
    reader = shlex.shlex(line, posix=True, punctuation_chars=";&|<>()")
    reader.whitespace_split = True
    reader.commenters = ""
    found: list[list[str]] = [[]]
    try:
        for word in reader:
            if word and not word.strip(";&|()"):
                found.append([])
            else:
                found[-1].append(word)
    except ValueError:
        return []
    return [words for words in found if words]


def last_command(line: str, variables: Mapping[str, str]) -> list[str]:
    """The words of the last command in a line, for what runs last stays: empty if not plain."""
    found = commands(line)
    return unwrapped(found[-1], variables) if found else []


def unwrapped(words: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """The words of a command without shells, `exec`, inits and variables before it."""
    rest = list(words)
    for _ in range(10):
        name = rest[0].rsplit("/", 1)[-1] if rest else ""
        if name in _WRAPPERS:
            rest = _after_options(rest[1:])
            if name in ("gosu", "su-exec"):
                rest = rest[1:]
        elif name in _SHELLS and len(rest) > 2 and re.fullmatch(r"-[a-z]*c", rest[1]):
            return last_command(rest[2], variables)
        elif name == "env" or re.match(r"[A-Za-z_]\w*=", name):
            rest = rest[1:]
        else:
            break
    rest = [filled(word, variables) for word in rest]
    return [] if any(word.startswith((">", "<", "`", "$(")) for word in rest) else rest


def _after_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        word, *words = words
        if word == "--":
            break
    return words


def installed(line: str) -> Iterator[tuple[str, str]]:
    """The system packages that a line installs: `apt` or `apk`, and a name without its version."""
    for words in commands(line):
        rest = [word for word in words if not word.startswith("--mount")]
        while rest and (rest[0] == "sudo" or re.match(r"[A-Za-z_]\w*=", rest[0])):
            rest = rest[1:]
        tool, verb = _INSTALLERS.get(rest[0] if rest else "", ("", ""))
        if verb not in rest[1:]:
            continue
        skip = False
        for word in rest[rest.index(verb) + 1 :]:
            if skip or word.startswith("-"):
                skip = not skip and word in _WITH_VALUE
                continue
            name = re.split(r"[=<>~@]|:any$", word, maxsplit=1)[0]
            if re.fullmatch(r"[a-z0-9][a-z0-9+.-]*", name):
                yield tool, name


def script_command(script: str, variables: Mapping[str, str]) -> tuple[list[str], int]:
    """The command that a shell script ends in, and its line: the last `exec`, or the last line."""
    best: tuple[list[str], int] = ([], 0)
    pending, start, is_exec = "", 0, False
    lines = script.split("\n")
    skipped = max(0, len(lines) - _MOST_LINES)
    for number, raw in enumerate(lines[skipped:], skipped + 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        start = start if pending else number
        if line.endswith("\\"):
            pending += f"{line[:-1]} "
            continue
        text, pending = pending + line, ""
        starts = text.startswith("exec ")
        if is_exec and not starts:
            continue
        words = last_command(text, variables)
        if words and words[0] not in ("fi", "done", "esac", "}", "$@"):
            best, is_exec = (words, start), starts
    return best
