"""`imgen new` on a pseudo-terminal, for tests of what a person sees and types."""

import io
import os
import pty
import re
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pexpect import EOF
from pexpect.fdpexpect import fdspawn

from tests.helpers import ROOT


class Terminal:
    """A run of `imgen new` on a pseudo-terminal; pexpect only reads and writes its other end.

    pexpect's own way to start a program forks, which is unsafe in a process with threads.
    """

    def __init__(self, *arguments: str, cwd: Path, term: str, columns: int) -> None:
        controller, other = pty.openpty()
        termios.tcsetwinsize(other, (24, columns))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "generator", "new", *arguments],
            cwd=cwd,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env={
                # Else they would count, not the size of this terminal.
                **{key: os.environ[key] for key in os.environ.keys() - {"COLUMNS", "LINES"}},
                "PYTHONPATH": str(ROOT),
                "TERM": term,
                "NO_COLOR": "1",
                "PROMPT_TOOLKIT_NO_CPR": "1",  # nobody answers where the cursor is
            },
        )
        os.close(other)
        self.screen = fdspawn(controller, encoding="utf-8", timeout=30)
        self.shown = self.screen.logfile_read = io.StringIO()

    def answer(self, prompt: str, keys: str) -> None:
        # The rows of a list are indented further: `   port: 80` is no prompt for the port.
        before = "(?<! )" if prompt.startswith(" ") else ""
        self.screen.expect(before + re.escape(prompt))
        self.screen.send(keys)

    def finish(self) -> tuple[int, str]:
        """The exit code and what was still printed."""
        self.screen.expect(EOF)
        return self.process.wait(timeout=30), str(self.screen.before).replace("\r", "")

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.screen.close()


@contextmanager
def started(
    *arguments: str, cwd: Path, term: str = "xterm", columns: int = 80
) -> Iterator[Terminal]:
    run = Terminal(*arguments, cwd=cwd, term=term, columns=columns)
    try:
        yield run
    finally:
        run.close()


ENTER = "\r"
DOWN = "\x1b[B"
UP = "\x1b[A"
ESCAPE = "\x1b"
EMPTY = "\x15"
CTRL_C = "\x03"
