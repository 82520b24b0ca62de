"""An instruction as it would be written with one thing changed; empty where that is not certain.

They change its text and not its parsed words, so that quotes, comments and line ends stay.
"""

import ast
import json
import re
import shlex
from collections.abc import Callable

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command

_BLANK = r"(?:\s|\\\n)+"
# No text is both a word and a blank, or long commands would be tried in countless ways.
_WORD = r"(?:[^\s;&|\\]|\\(?!\n))+"
_KEYWORD = re.compile(r"(\s*(?:ONBUILD\s+)?)(\w+)", re.IGNORECASE)
# What only a shell understands.
_SHELL_SIGNS = re.compile(r"[|&;<>()$`*?\[\]#~{}\\!\n]")
_BUILTINS = frozenset(
    [".", "cd", "eval", "export", "set", "source", "trap", "ulimit", "umask", "unset"]
)


def head(instruction: Instruction) -> str:
    """Its keyword, with `ONBUILD` where it has that."""
    return f"ONBUILD {instruction.name}" if instruction.on_build else instruction.name


def renamed(instruction: Instruction, keyword: str) -> str:
    """The same words under another keyword."""
    return _KEYWORD.sub(lambda m: m[1] + keyword, instruction.source, count=1)


def cased(instruction: Instruction, case: Callable[[str], str]) -> str:
    """Its keyword, and an `ONBUILD` before it, in upper or lower case."""
    return _KEYWORD.sub(lambda m: case(m[0]), instruction.source, count=1)


def replaced(instruction: Instruction, old: str, new: str) -> str:
    """One word of it replaced, empty if it is not there as a word."""
    pattern = re.compile(rf"(?<!\S){re.escape(old)}(?!\S)")
    text, count = pattern.subn(lambda _: new, instruction.source, count=1)
    return text if count else ""


def without_flag(instruction: Instruction, name: str) -> str:
    """The same without `--name=value`, empty if it has none."""
    text, count = re.subn(rf"\s--{name}=\S+", "", instruction.source, count=1)
    return text if count else ""


def flag_set(instruction: Instruction, name: str, value: str) -> str:
    """The same with another value of `--name`, empty if it has none."""
    text, count = re.subn(rf"(\s--{name}=)\S+", lambda m: m[1] + value, instruction.source, count=1)
    return text if count else ""


def with_option(
    instruction: Instruction, program: str, verb: str, option: str, *, unless: str
) -> str:
    """The calls of a program with an option more, empty if its text does not show them all.

    `program`, `verb` and `unless` are patterns; a call that has a word like `unless` stays.
    """
    before = rf"(?:{_BLANK}(?!{verb}\b){_WORD})*?{_BLANK}{verb}(?![\w-])" if verb else ""
    pattern = re.compile(rf"(?<![\w/.-]){program}(?![\w/.-]){before}")
    found = list(pattern.finditer(instruction.source))
    if len(found) != len([one for one in instruction.commands if _calls(one, program, verb)]):
        return ""
    text = instruction.source
    for match in reversed(found):
        rest = re.match(r"(?:\\\n|[^;&|\n])*", text[match.end() :])
        words = (match[0] + (rest[0] if rest else "")).replace("\\\n", " ").split()
        if not any(re.fullmatch(unless, word) for word in words):
            text = f"{text[: match.end()]} {option}{text[match.end() :]}"
    return text if text != instruction.source else ""


def _calls(command: Command, program: str, verb: str) -> bool:
    words = command.arguments()
    if command.program.startswith("python") and list(words[1:2]) == ["-m"]:
        words = words[2:]
    name = words[0].rsplit("/", 1)[-1] if words else ""
    given = any(re.fullmatch(verb, word) for word in words[1:]) if verb else True
    return given and re.fullmatch(program, name) is not None


def continued(instruction: Instruction, *commands: str) -> str:
    """A RUN with commands after its own, empty where `&&` cannot go on from its end."""
    if not _is_joinable(instruction) or instruction.source.rstrip().endswith((";", "&", "\\")):
        return ""
    return "".join([instruction.source.rstrip(), *[f" \\\n    && {one}" for one in commands]])


def joined(first: Instruction, second: Instruction) -> str:
    """Two RUNs as one, empty where the second would then not wait for the first to succeed."""
    plain = _is_joinable(second) and not second.flags and not first.flags
    text = re.sub(r"\A\s*RUN\s+", "", second.source, flags=re.IGNORECASE)
    if not plain or second.on_build or re.search(r";|\|\||(?<!&)&(?!&)|\n\s*#", text):
        return ""
    return continued(first, text.rstrip())


def _is_joinable(instruction: Instruction) -> bool:
    return instruction.name == "RUN" and not instruction.heredocs and not instruction.is_exec


def exec_form(instruction: Instruction) -> str:
    """The exec form of a shell form, empty where a shell has more to do than start a program."""
    if instruction.is_exec or not instruction.words:
        return ""
    words = _started(instruction.words[-1])
    if not words:
        return ""
    start = [head(instruction), *instruction.flags]
    if instruction.name == "HEALTHCHECK":
        start.append("CMD")
    return f"{' '.join(start)} {json.dumps(words, ensure_ascii=False)}"


def _started(text: str) -> list[str]:
    if re.fullmatch(r"\[.*\]", text.strip()):
        return _list(text)  # a list whose quotes are no JSON
    if _SHELL_SIGNS.search(text):
        return []
    try:
        words = shlex.split(text)
    except ValueError:
        return []
    words = words[1:] if words[:1] == ["exec"] else words
    return [] if not words or "=" in words[0] or words[0] in _BUILTINS else words


def _list(text: str) -> list[str]:
    try:
        words = ast.literal_eval(text.strip())
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    return words if isinstance(words, list) and all(isinstance(w, str) for w in words) else []


def quoted(value: str) -> str:
    """A value of ENV or LABEL in double quotes; what is quoted stays, empty where it is unclear."""
    if re.fullmatch(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'', value):
        return value
    return "" if re.search(r"[\"'\\]", value) else f'"{value}"'
