"""S2.5: signals reach the program: exec form, exec in scripts, an init where one is needed."""

import json
from collections.abc import Iterator, Sequence

from generator.audit.dockerfile import Instruction
from generator.audit.shell import Command, Word
from generator.audit.sources import Script, Sources
from generator.findings import Fault, Severity
from generator.practices import _images, _references, _start
from generator.practices._final import is_root, kept_packages, last_user
from generator.practices._model import Carrier, Example, Practice

# An init that is not there keeps the container from starting at all.
_INSTALL_TINI = {
    "apk": "RUN apk add --no-cache tini",
    "apt": (
        "RUN apt-get update && apt-get install -y --no-install-recommends tini"
        " && rm -rf /var/lib/apt/lists/*"
    ),
}
_INIT = 'ENTRYPOINT ["/usr/bin/tini", "--"]'
# What may end a script after the program, or is no program to wait for.
_BUILTINS = frozenset(
    [".", ":", "[", "[[", "alias", "cd", "command", "declare", "echo", "eval", "exit", "export",
     "false", "hash", "local", "printf", "read", "readonly", "return", "set", "shift", "shopt",
     "source", "test", "trap", "true", "type", "ulimit", "umask", "unset", "wait"]
)  # fmt: skip
_SHELL_SIGNS = frozenset("$*?[]{}~;&|<>()`!#\\\"'\n")
# They install a handler for SIGTERM when started as `python -m`.
_HANDLING_MODULES = frozenset(
    ["celery", "daphne", "granian", "gunicorn", "hypercorn", "sanic", "uvicorn", "waitress"]
)
_NO_HANDLER = frozenset(["flask", "node", "nodejs", "python", "python2", "python3"])
_RUNNERS = frozenset(["npm", "npx", "pnpm", "yarn"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find shells between the engine and the program, and a first process that is deaf."""
    if _start.is_windows(sources):
        return
    found = list(_of_instructions(sources))
    found += [fault for script in sources.scripts for fault in _of_script(sources, script)]
    yield from found
    if not found:
        yield from _deaf(sources)


def _of_instructions(sources: Sources) -> Iterator[Fault]:
    for given in sources.final.starts():
        last = _unreplaced(given.commands)
        if last is None or (given.is_exec and last.exec_form):
            continue
        if given.is_exec:
            yield sources.at(
                given,
                f"the shell of {given.name} waits for {_name(last)} and passes no signal on",
                line=last.line,
                instead=_mended(given, last),
            )
        else:
            mild = len(given.commands) == 1 and _shell_is_bash(sources)
            yield sources.at(
                given,
                f"{given.name} in shell form: a shell is the first process, not {_name(last)}",
                instead=_mended(given, last),
                severity=Severity.WARNING if mild else None,
            )


def _shell_is_bash(sources: Sources) -> bool:
    """Whether `sh -c` becomes a single command by itself, as bash does and dash does not."""
    shell = sources.final.last("SHELL")
    if shell and shell.words:
        return shell.words[0].endswith("bash")
    return _images.family(sources.final.root) in ("dnf", "microdnf", "yum")


def _name(command: Command) -> str:
    return "the command" if command.words[0] == "$@" else command.words[0]


def _unreplaced(commands: Sequence[Command]) -> Command | None:
    """The command that a shell waits for at the end, None if exec replaces the shell."""
    if not commands or _is_exec(commands[-1]):
        return None
    top = [one for one in commands if not one.nested]
    while top and top[-1].program in ("exit", "return"):
        top.pop()
    if not top:
        return None
    last = top[-1]
    if _is_exec(last) or last.background or last.program in _BUILTINS or "$" in last.words[0][:1]:
        return last if last.words[0] == "$@" else None
    # A function or a trap may do what exec does; a loop after it is a program of its own.
    if commands.index(last) < len(commands) - 1 and commands[-1].program not in ("exit", "return"):
        return None
    if any(one.words[0] == "trap" or (one.nested and _is_exec(one)) for one in commands):
        return None
    return last


def _is_exec(command: Command) -> bool:
    return command.words[0] == "exec" and len(command.words) > 1


def _mended(given: Instruction, last: Command) -> str:
    """The instruction in exec form, or with exec before its last command."""
    text = given.words[-1]
    if len(given.commands) == 1 and _SHELL_SIGNS.isdisjoint(text):
        return f"{given.name} {json.dumps(text.split(), ensure_ascii=False)}"
    if words := _single_quoted(text):
        return f"{given.name} {json.dumps(words, ensure_ascii=False)}"
    place = text.rfind(last.text)
    place = text.rfind(last.words[0]) if place < 0 else place
    if place < 0:
        return f'{given.name} ["<program>", "<argument>"]'
    better = f"{text[:place]}exec {text[place:]}"
    words = list(given.words[:-1]) if given.is_exec else ["/bin/sh", "-c"]
    return f"{given.name} {json.dumps([*words, better], ensure_ascii=False)}"


def _single_quoted(text: str) -> list[str]:
    """The words of what was meant for exec form, but has the wrong quotes."""
    try:
        words = json.loads(text.replace("'", '"')) if text.startswith("[") else []
    except ValueError:
        return []
    return words if all(isinstance(word, str) for word in words) else []


def _of_script(sources: Sources, script: Script) -> Iterator[Fault]:
    lines = script.text.split("\n")
    if "\r\n" in script.text:
        line = next(n for n, one in enumerate(lines, 1) if one.endswith("\r"))
        what = "lines end in CR LF: the kernel looks for a shell named sh\\r"
        yield Fault(
            path=script.path,
            line=line,
            what=what,
            instead=lines[line - 1].rstrip("\r") or "#!/bin/sh",
        )
        return
    if not script.text.startswith("#!"):
        if not _given_to_a_shell(sources, script):
            what = "no #! at the very start: the kernel does not know how to run this file"
            yield Fault(path=script.path, line=1, what=what, instead="#!/bin/sh")
        return
    last = _unreplaced(script.commands)
    if last is not None:
        yield Fault(
            path=script.path,
            line=last.line,
            what=f"the script waits for {_name(last)} and passes no signal on: exec is missing",
            instead=_with_exec(lines[last.line - 1], last),
        )


def _given_to_a_shell(sources: Sources, script: Script) -> bool:
    name = script.target.rsplit("/", 1)[-1]
    return any(
        word.rsplit("/", 1)[-1] == name and number > 0
        for found in sources.final.starts()
        for command in found.commands
        if any(one.rsplit("/", 1)[-1] in _start.SHELLS for one in command.words)
        for number, word in enumerate(command.words)
    )


def _with_exec(line: str, last: Command) -> str:
    if last.piped:
        # The shell stays for a pipe: the log goes to the standard output, as the engine wants it.
        return f"exec {line.partition('|')[0].strip()}"
    first = '"$@"' if last.words[0] == "$@" and '"$@"' in line else last.words[0]
    place = max(line.find(first), 0)
    return f"{line[:place]}exec {line[place:]}".strip()


def _deaf(sources: Sources) -> Iterator[Fault]:
    """A first process without a handler for SIGTERM, which the kernel then drops."""
    if _start.has_init(sources) or not _starts_as_told(sources):
        return
    program = sources.program()
    for given in reversed(sources.final.starts()):
        for command in given.commands:
            words = [*_start.run_words(command), *_further(sources, given)]
            if not words or words[0].rsplit("/", 1)[-1] != program:
                continue
            if program in _RUNNERS:
                yield sources.at(
                    given,
                    f"{program} is the first process and does not pass every signal on",
                    line=words[0].line,
                    instead=_init_line(sources),
                    severity=Severity.WARNING,
                )
            elif _is_python(program) and not _handles(words):
                yield sources.at(
                    given,
                    f"{program} as the first process ignores SIGTERM unless its code handles it",
                    line=words[0].line,
                    instead=_init_line(sources),
                    severity=Severity.WARNING,
                )
            return


def _further(sources: Sources, given: Instruction) -> Sequence[Word]:
    """The words that CMD adds to an ENTRYPOINT in exec form."""
    if given.name == "ENTRYPOINT" and given.is_exec:
        for other in sources.final.starts():
            if other.name == "CMD" and other.is_exec:
                return [Word(word, other.line) for word in other.words]
    return ()


def _is_python(program: str) -> bool:
    return program in _NO_HANDLER or (
        program.startswith("python3.") and program[len("python3.") :].isdigit()
    )


def _handles(words: Sequence[str]) -> bool:
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1].partition(".")[0] in _HANDLING_MODULES
    return len(words) == 1  # an interpreter for people


def _starts_as_told(sources: Sources) -> bool:
    """Whether no unknown base can bring an ENTRYPOINT with an init."""
    if sources.final.last("ENTRYPOINT"):
        return True
    return bool(_references.official(sources.final.root))


def _init_line(sources: Sources) -> str:
    folder = "/sbin" if _images.family(sources.final.root) == "apk" else "/usr/bin"
    given = sources.final.last("ENTRYPOINT")
    words = list(given.words) if given and given.is_exec else []
    entrypoint = f"ENTRYPOINT {json.dumps([f'{folder}/tini', '--', *words], ensure_ascii=False)}"
    if any(kept.name == "tini" for kept in kept_packages(sources.final)):
        return entrypoint
    install = _INSTALL_TINI.get(_images.family(sources.final.root), "")
    user = last_user(sources.final)
    if install and user and not is_root(user.words[0]):
        install = f"USER 0\n{install}\nUSER {user.words[0]}"  # which may not install
    return f"{install}\n{entrypoint}" if install else entrypoint


PRACTICE = Practice(
    id="S2.5",
    title="Signals reach the program",
    why=(
        "A shell that waits for the program keeps SIGTERM to itself: `docker stop` then takes the"
        " whole grace period, 10 s, and kills the program, exit 137. With exec it took 0.15 s."
        " A first process without a handler of its own ignores SIGTERM as well."
    ),
    source=(
        "best practices for making container images, 2023; Dockerfile reference on ENTRYPOINT;"
        " hadolint DL3025; BuildKit JSONArgsRecommended; shellcheck"
    ),
    severity=Severity.ERROR,
    codes=(
        "DL3025",
        "JSONArgsRecommended",
        "SC1008",
        "SC1017",
        "SC1082",
        "SC1104",
        "SC1114",
        "SC1115",
        "SC1128",
        "SC2148",
    ),
    check=check,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("ENTRYPOINT ", "CMD "),
            why="in exec form, with tini where the program handles no signals itself",
            fields=("command", "init", "server"),
        ),
        Carrier(
            file="entrypoint.sh",
            starts=("#!/bin/sh", "set -eu", 'exec "$@"'),
            why="exec: the program takes the place of the shell, with its PID and its signals",
        ),
    ),
    example=Example(
        file="entrypoint.sh",
        wrong='#!/bin/sh\nset -eu\n"$@"\n',
        right='#!/bin/sh\nset -eu\nexec "$@"\n',
    ),
    checked=(
        "CMD and ENTRYPOINT are in exec form; scripts and `sh -c` end in exec; scripts begin with"
        " #! and have no CR; python, node and npm as first process have an init before them."
    ),
    proofs=("first-process", "stops", "reaps-zombies"),
)
