"""What an image or a container must show; each check lists what is wrong, nothing if all is well.

The naive images must fail them, so that a check which can no longer fail is noticed.
"""

from generator.image import Image
from generator.verify.container import Container, Process, Stop

STOP_SECONDS = 2.0
_SIGNALS = {"SIGTERM": 15, "SIGQUIT": 3}


def root_processes(container: Container) -> list[str]:
    """Processes of uid 0 (S2.13)."""
    return [process.args for process in container.processes() if process.uid == 0]


def wrong_first_process(container: Container, image: Image) -> list[str]:
    """What is wrong with PID 1: it is the program, or an init whose only child is (S2.5)."""
    first = container.first_process()
    program = image.command[0].rsplit("/", 1)[-1]
    if not image.entrypoint[0].endswith("/tini"):
        return [] if _is(first, program) else [f"PID 1 is {first.args}"]
    children = [process for process in container.processes() if process.ppid == first.pid]
    if first.words()[0] == "tini" and len(children) == 1 and _is(children[0], program):
        return []
    return [f"PID 1 is {first.args}, its children {[child.args for child in children]}"]


def _is(process: Process, program: str) -> bool:
    """Whether a process runs a program itself, with an interpreter in front at most."""
    words = process.words()
    return words[0].rstrip(":") == program or (
        len(words) > 1 and words[1] == program and not words[0].startswith("-")
    )


def bad_stop(stop: Stop, image: Image) -> list[str]:
    """What is wrong with how a container took `docker stop` (S2.5, B11).

    A program without a handler dies of the signal, which an init passes on; uvicorn raises the
    signal again once it has shut down.
    """
    by_signal = 128 + _SIGNALS[image.stop_signal]
    may_die = image.entrypoint[0].endswith("/tini") or image.command[0] == "uvicorn"
    problems = []
    if stop.seconds >= STOP_SECONDS:
        problems.append(f"took {stop.seconds:.1f} s")
    if stop.exit_code not in ({0, by_signal} if may_die else {0}):
        problems.append(f"exit code {stop.exit_code}")
    return problems
