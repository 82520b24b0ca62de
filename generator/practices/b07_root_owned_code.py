"""B7: the process cannot rewrite its own code."""

from collections.abc import Iterator, Sequence

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.shell import Command, Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices._final import is_below
from generator.practices._model import Carrier, Example, Practice
from generator.practices._stages import account, folded, place, user

_SCRATCH = ("/dev/shm", "/run", "/tmp", "/var/run", "/var/tmp")  # noqa: S108 - paths in an image
_WORLD = frozenset(["a+rw", "a+rwx", "a+w", "o+rw", "o+rwx", "o+w", "ugo+rw", "ugo+rwx", "ugo+w"])


def check(sources: Sources) -> Iterator[Fault]:
    """Find code that is given to the user of the process, or to everyone."""
    stage = sources.final
    if not (runner := user(stage)):
        return  # root may write everything, which is S2.13
    data = [word for found in stage.effective("VOLUME") for word in found.words]
    for copy in stage.effective("ADD", "COPY"):
        if not copy.words or any(is_below(_target(stage, copy), path) for path in data):
            continue
        owner, mode = copy.flag("chown"), copy.flag("chmod")
        if owner and account(stage, owner) == runner and not _is_home(stage, copy):
            yield sources.at(
                copy,
                f"--chown={owner} lets the process rewrite {copy.words[-1]}",
                instead=folded(copy).replace(f"--chown={owner} ", ""),
            )
        if mode and _for_everyone(mode):
            yield sources.at(
                copy,
                f"--chmod={mode} lets everyone rewrite {copy.words[-1]}",
                instead=folded(copy).replace(f"--chmod={mode}", "--chmod=u=rwX,go=rX"),
            )
    for run in stage.effective("RUN"):
        for command in run.commands:
            yield from _changed(sources, run, command, data)


def _changed(
    sources: Sources, run: Instruction, command: Command, data: Sequence[str]
) -> Iterator[Fault]:
    words = command.arguments()
    rest = [word for word in words[1:] if not _is_option(word)]
    if command.program not in ("chmod", "chown") or len(rest) < 2:
        return
    stage = sources.final
    if command.program == "chown":
        wanted = account(stage, rest[0]) == user(stage)
        done = f"gives the process its own code in {{}}: {command.text}"
    else:
        wanted = _for_everyone(rest[0])
        done = f"lets everyone rewrite {{}}: {command.text}"
    whole = any(word.startswith("-") and "R" in word for word in words) or "--recursive" in words
    for word in rest[1:] if wanted else ():
        path = place(stage, run, word.rstrip("*"))
        if not any(is_below(path, tree) for tree in (*data, *_SCRATCH)) and _holds_code(
            sources, run, path, whole=whole
        ):
            yield _fault(sources, run, word, done.format(path))


def _fault(sources: Sources, run: Instruction, word: Word, what: str) -> Fault:
    return sources.at(
        run,
        what,
        instead=f"install -d -o {user(sources.final)} -m 0750 /var/lib/app",
        line=word.line,
    )


def _is_option(word: str) -> bool:
    return word.startswith("-")


def _holds_code(sources: Sources, run: Instruction, path: str, *, whole: bool) -> bool:
    """Whether something is copied there before."""
    stage = sources.final
    targets = [
        _target(stage, copy)
        for copy in stage.effective("ADD", "COPY")
        if copy.words and copy.line < run.line
    ]
    return any(is_below(target, path) if whole else target == path for target in targets)


def _is_home(stage: Stage, copy: Instruction) -> bool:
    """Whether another stage made the whole home of an account, which belongs to it by right."""
    target = _target(stage, copy)
    return copy.flag("from") is not None and target.startswith("/home/") and target.count("/") == 2


def _target(stage: Stage, copy: Instruction) -> str:
    return place(stage, copy, copy.words[-1])


def _for_everyone(mode: str) -> bool:
    """Whether a mode lets everyone write, without the sticky bit of /tmp."""
    if mode.isdecimal() and set(mode) <= set("01234567"):
        return int(mode, 8) & 0o1002 == 0o0002
    return mode in _WORLD


PRACTICE = Practice(
    id="B7",
    title="Code belongs to root",
    why="A process that may write its own code keeps an intruder's change, in the container and in "
    "every program that reads those files. It needs to own its data only.",
    source="CIS Docker Benchmark, chapter 4; container security guides",
    severity=Severity.WARNING,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("COPY --link",),
            why="root owns what is copied, so that the process cannot rewrite it",
        ),
        Carrier(
            file="Dockerfile",
            starts=("&& install -d -o",),
            why="only the folders of its data belong to the process",
            fields=("user", "volumes"),
        ),
    ),
    example=Example(
        wrong="FROM python:3.13-slim-trixie\n"
        "WORKDIR /app\nCOPY shop /app/shop\n"
        "RUN chown -R 10001:10001 /app\nUSER 10001:10001\n",
        right="FROM python:3.13-slim-trixie\n"
        "WORKDIR /app\nCOPY shop /app/shop\n"
        "RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/shop\nUSER 10001:10001\n",
    ),
    check=check,
    checked="chown, chmod, --chown and --chmod that give copied files to the process or to all",
    proofs=("code-unwritable", "writes"),
)
