"""What the processes of a container tell: who is PID 1, and how many programs run."""

import re

from generator.verify.container import Container, Process
from generator.verify.image_config import ImageConfig
from generator.verify.subject import INITS

SHELLS = frozenset(["ash", "bash", "busybox", "dash", "sh", "zsh"])
# What starts a program, waits for it, and may keep its signals.
WRAPPERS = frozenset(["make", "npm", "npx", "pnpm", "runuser", "su", "sudo", "uv", "yarn"])
# What a script runs for a moment; no services of their own.
HELPERS = frozenset(["cat", "inotifywait", "ps", "sleep", "tail", "tee", "timeout", "top", "wait"])


_INTERPRETER = re.compile(r"(?:python|node|nodejs|perl|php|ruby|java|deno|bun)[\d.]*")


def program(process: Process) -> str:
    """The name of the program that a process runs: `nginx` for `nginx: worker process`."""
    words = process.words()
    if len(words) > 1 and words[0] == "busybox":
        words = words[1:]  # one file that is many programs
    return words[0].rstrip(":").lstrip("-") if words else ""


def children(processes: list[Process], parent: Process) -> list[Process]:
    """The processes that a process has started."""
    return [process for process in processes if process.ppid == parent.pid]


def first_process_faults(
    container: Container, image: ImageConfig, *, serves: bool
) -> tuple[list[str], str]:
    """What is wrong with PID 1, and what it is: the program, or an init whose only child is (S2.5).

    `serves` says that it listens on a port, which a shell cannot.
    """
    first = container.first_process()
    if program(first) not in INITS:
        return _faults(first, image, "PID 1", serves=serves), f"PID 1 is {short(first)}"
    own = children(container.processes(), first)
    if len(own) != 1:
        names = ", ".join(map(short, own)) or "none"
        return [f"{program(first)} has {len(own)} children: {names}"], ""
    found = _faults(own[0], image, f"the child of {program(first)}", serves=serves)
    return found, f"PID 1 is {program(first)}, its only child {short(own[0])}"


def _faults(process: Process, image: ImageConfig, role: str, *, serves: bool) -> list[str]:
    if program(process) in WRAPPERS:
        return [f"{role} is {program(process)}, which only starts the app: {short(process)}"]
    if program(process) not in SHELLS:
        return []
    words = process.words()
    # A script may be the app itself, but not where something has to listen on a port.
    if not serves and len(words) > 1 and words[1] == _declared(image):
        return []
    return [f"{role} is a shell, which passes no signal on: {short(process)}"]


def _declared(image: ImageConfig) -> str:
    """The program that the image names: the first word of CMD, or else of ENTRYPOINT."""
    words = [word.rsplit("/", 1)[-1] for word in image.command or image.entrypoint]
    return next((word for word in words if word not in INITS and not word.startswith("-")), "")


def is_settled(container: Container, image: ImageConfig) -> bool:
    """Whether the entrypoint's script has given way to the program."""
    container.must_run()
    faults, _ = first_process_faults(container, image, serves=False)
    return not faults


def service(process: Process) -> str:
    """The program that a process runs, with the script where an interpreter runs it.

    Without one, as for the helpers that `multiprocessing` starts by `-c`, the interpreter alone.
    """
    name, words = program(process), process.words()
    if not _INTERPRETER.fullmatch(name):
        return name
    for word in words[1:]:
        if word in {"-", "-c", "-e", "-p"}:
            break
        if not word.startswith("-"):
            return f"{name} {word}"
    return name


def services(processes: list[Process], first: Process) -> dict[str, int]:
    """The programs that run and how many processes of each, without init, shells and helpers."""
    found: dict[str, int] = {}
    for process in processes:
        name = program(process)
        is_init = process.pid == first.pid and name in INITS
        if not is_init and name not in SHELLS | HELPERS:
            key = service(process)
            found[key] = found.get(key, 0) + 1
    for name in [name for name in found if _INTERPRETER.fullmatch(name)]:
        script = next((key for key in found if key.startswith(f"{name} ")), "")
        if script:
            found[script] += found.pop(name)
    return found


def short(process: Process) -> str:
    """Its command line, cut where it grows long."""
    return process.args if len(process.args) <= 60 else f"{process.args[:57]}..."
