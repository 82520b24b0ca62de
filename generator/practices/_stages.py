"""What holds in a stage at one of its instructions: packages, variables, user, folder, accounts."""

import posixpath
from collections.abc import Iterator

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import installs, package_name
from generator.practices._final import built
from generator.practices._values import unquoted


def before(stage: Stage, instruction: Instruction) -> Iterator[Instruction]:
    """The instructions that come before one, those of the stages it goes on from too."""
    for found in built(stage):
        if found is instruction:
            return
        yield found


def system_packages(stage: Stage) -> frozenset[str]:
    """The names of the distribution's packages that it installs."""
    return frozenset(
        package_name(package)
        for run in stage.effective("RUN")
        for found in installs(run)
        if found.is_system
        for package in found.packages
    )


def environment(stage: Stage, until: Instruction | None = None) -> dict[str, str]:
    """The variables that ENV sets, up to an instruction or to the end."""
    given = before(stage, until) if until else built(stage)
    return {
        pair.key: unquoted(pair.value or "")
        for found in given
        if found.name == "ENV"
        for pair in found.pairs
    }


def user(stage: Stage, until: Instruction | None = None) -> str:
    """The user without the group, as a number where the file makes the account; empty for root."""
    given = before(stage, until) if until else built(stage)
    names = [found.words[0] for found in given if found.name == "USER" and found.words]
    return "" if not names or (last := account(stage, names[-1])) in ("0", "root") else last


def account(stage: Stage, owner: str) -> str:
    """The user of `user:group`, as a number where the file makes the account."""
    name = owner.partition(":")[0]
    return accounts(stage).get(name, name)


def accounts(stage: Stage) -> dict[str, str]:
    """The ids of the accounts that it makes with a number."""
    found = {}
    for run in stage.effective("RUN"):
        for command in run.commands:
            words = command.arguments()
            if command.program not in ("adduser", "useradd"):
                continue
            for place, word in enumerate(words):
                if word in ("-u", "--uid") and place + 1 < len(words):
                    found[str(words[-1])] = str(words[place + 1])
                elif word.startswith("--uid="):
                    found[str(words[-1])] = word.removeprefix("--uid=")
    return found


def folder(stage: Stage, until: Instruction) -> str:
    """The WORKDIR at an instruction."""
    path = "/"
    for found in before(stage, until):
        if found.name == "WORKDIR" and found.words:
            path = posixpath.join(path, unquoted(found.words[0]))
    return posixpath.normpath(path)


def place(stage: Stage, instruction: Instruction, path: str) -> str:
    """A path as the instruction means it, absolute and clean."""
    return posixpath.normpath(posixpath.join(folder(stage, instruction), unquoted(path)))


def line_of(instruction: Instruction, text: str) -> int:
    """The line of an instruction that holds a text, its first where none does."""
    for number, line in enumerate(instruction.source.splitlines()):
        if text in line:
            return instruction.line + number
    return instruction.line


def folded(instruction: Instruction) -> str:
    """The instruction in one line."""
    lines = [line.strip() for line in instruction.source.splitlines()]
    kept = [line.removesuffix("\\").strip() for line in lines if not line.startswith("#")]
    return " ".join(line for line in kept if line)
