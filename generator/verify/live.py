"""The checks of a verification while they run.

A terminal shows the running check with the seconds so far on its last line; everything else (a
pipe, a log, a terminal that cannot move its cursor) gets one plain line for each finished check.
"""

import atexit
import os
import shutil
import threading
import time
from types import TracebackType
from typing import Self, TextIO

from generator.table import cut, paint, prose, wants_colour, wrap
from generator.verify.formats import MARKS, STYLES, row
from generator.verify.result import Result, Status

__all__ = ["Live", "wants_colour"]

_HIDE_CURSOR = "\x1b[?25l"
_SHOW_CURSOR = "\x1b[?25h"
_CLEAR_LINE = "\r\x1b[2K"
_TICK = 0.2  # seconds between two looks at the clock
_TIME = 9  # columns of `123.4 s` with blanks around
_NARROW = 60  # columns that a row with all its cells needs
_CELLS = (17, 5, 7)  # columns of `required-secrets`, `S2.13` and `123.4 s`


def shows_list(stream: TextIO) -> bool:
    """Whether a stream is a terminal on which the list, evidence included, can be drawn."""
    return (
        stream.isatty()
        and os.environ.get("TERM", "dumb") != "dumb"
        and not os.environ.get("NO_COLOR")
    )


class Live:
    """The list of checks, on a stream. To be closed, or used with `with`.

    `colour` is for the marks, `width` the most columns of a line.
    """

    def __init__(self, stream: TextIO, *, colour: bool, width: int) -> None:
        self._stream = stream
        self._colour = colour
        self._width = width
        self._moves = shows_list(stream)
        self._lock = threading.RLock()
        self._running = ""
        self._since = 0.0
        self._drawn = ""
        self._ended = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def start(self, name: str, title: str) -> None:
        """A check begins: its name, and what it claims."""
        if not self._moves:
            return
        with self._lock:
            self._running = prose(title) or prose(name)
            self._since = time.monotonic()
            if self._ticker is None and not self._ended.is_set():
                # For an end that comes round no `with`: a hidden cursor would outlive imgen.
                atexit.register(self.close)
                self._write(_HIDE_CURSOR)
                self._ticker = threading.Thread(target=self._tick, daemon=True)
                self._ticker.start()
            self._draw()

    def result(self, result: Result) -> None:
        """A check ended: its line stays."""
        with self._lock:
            self._running = ""
            lines = self._lines(result)
            clear = _CLEAR_LINE if self._drawn else ""
            self._drawn = ""
            self._write(clear + "".join(f"{line}\n" for line in lines))

    def close(self) -> None:
        """Take the running check's line away and show the cursor. May be called again."""
        with self._lock:
            if self._ended.is_set():
                return
            self._ended.set()
            self._running = ""
            if self._ticker is not None:
                atexit.unregister(self.close)
                self._write((_CLEAR_LINE if self._drawn else "") + _SHOW_CURSOR)
                self._drawn = ""
        if self._ticker is not None:
            # Not for ever: a signal's handler may call this while the lock is held.
            self._ticker.join(timeout=1)

    def _lines(self, result: Result) -> list[str]:
        mark = MARKS[result.status].ljust(4)
        seconds = f"{max(0.0, result.seconds):.1f} s".rjust(_TIME)
        shown = f"  {paint(mark, STYLES[result.status], colour=self._colour)}{seconds}  "
        title = prose(result.title) or prose(result.check)
        if not self._moves:
            # One line for one check, however long: logs are read with tools that count lines.
            evidence = prose(result.evidence)
            claim = ": ".join(part for part in (title, evidence) if part)
            return [f"{shown}{prose(result.practice)}  {claim}"]
        width = self._columns()
        if width < _NARROW:
            head = f"  {mark}{seconds}  "
            first, *lines = wrap(title, width, head)
            if result.status is not Status.PASSED:
                told = wrap(result.evidence, width, " " * len(head))
                lines += [paint(line, STYLES[result.status], colour=self._colour) for line in told]
            return [shown + first[len(head) :], *lines]
        return row(result, _CELLS, colour=self._colour, width=width)

    def _columns(self) -> int:
        """Columns of a line: one less than there are, or the cursor would stand on the next."""
        try:
            known = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            known = 0
        known = known or shutil.get_terminal_size((self._width, 24)).columns
        return max(1, min(known, self._width) - 1)

    def _draw(self) -> None:
        if not self._running:
            return
        passed = f"{int(time.monotonic() - self._since)} s".rjust(_TIME)
        line = cut(f"  ... {passed}  {self._running}", self._columns())
        if line != self._drawn:
            self._drawn = line
            self._write(_CLEAR_LINE + paint(line, "cyan", colour=self._colour))

    def _tick(self) -> None:
        while not self._ended.wait(_TICK):
            with self._lock:
                try:
                    self._draw()
                except (OSError, ValueError):  # the stream is gone: whoever reports next says so
                    return

    def _write(self, text: str) -> None:
        encoding = self._stream.encoding or "utf-8"
        self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        self._stream.flush()
