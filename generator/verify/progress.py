"""What the builder tells while it builds: its steps, where they came from, and its errors."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(r"(?s)\[(?:(\S+) +)?\d+/\d+\] (.+)")
_PLAIN_STEP = re.compile(r"#(\d+) (\[(?:\S+ +)?\d+/\d+\] .+)")
_PLAIN_CACHED = re.compile(r"#(\d+) CACHED")
_PLAIN_OUTPUT = re.compile(r"#\d+ [0-9.]+ (.*)")
_PODMAN_STEP = re.compile(r"(?:\[(\d+)/\d+\] )?STEP \d+(?:/\d+)?: (.+)")


@dataclass(frozen=True)
class Step:
    """One instruction of a build: `RUN make` in stage `build`."""

    stage: str
    text: str
    cached: bool


def _step(name: str, *, cached: bool) -> Step | None:
    match = _STEP.fullmatch(name)
    return Step(match[1] or "", " ".join(match[2].split()), cached) if match else None


class Progress:
    """The builder's progress as `--progress rawjson` gives it.

    One JSON object a line, between plain lines of errors.
    """

    def __init__(self, stream: str) -> None:
        self._vertices: dict[str, dict[str, Any]] = {}
        self._lines: list[str] = []
        for line in stream.splitlines():
            self._read(line)

    def _read(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            self._lines.append(line)
            return
        for vertex in event.get("vertexes") or ():
            self._vertices.setdefault(vertex["digest"], {}).update(vertex)
        for log in event.get("logs") or ():
            self._lines.append(base64.b64decode(log["data"]).decode(errors="replace").rstrip())

    def text(self) -> str:
        """All that is not progress: the output of the steps, and errors."""
        return "\n".join(self._lines)

    def steps(self) -> tuple[Step, ...]:
        """The instructions of all stages, in no particular order."""
        found = (
            _step(vertex["name"], cached=bool(vertex.get("cached")))
            for vertex in self._vertices.values()
        )
        return tuple(step for step in found if step)


class PlainProgress:
    """The same read from plain output, as older builders and Podman give it."""

    def __init__(self, stream: str) -> None:
        self._lines = stream.splitlines()

    def text(self) -> str:
        """All that the builder said, without its own numbers."""
        return "\n".join(
            match[1] if (match := _PLAIN_OUTPUT.fullmatch(line)) else line for line in self._lines
        )

    def steps(self) -> tuple[Step, ...]:
        """The instructions of all stages, in their order."""
        return (*self._of_buildkit(), *self._of_podman())

    def _of_buildkit(self) -> Iterable[Step]:
        names: dict[str, str] = {}
        cached: set[str] = set()
        for line in self._lines:
            if match := _PLAIN_STEP.fullmatch(line):
                names.setdefault(match[1], match[2])
            elif match := _PLAIN_CACHED.fullmatch(line):
                cached.add(match[1])
        found = (_step(name, cached=number in cached) for number, name in names.items())
        return [step for step in found if step]

    def _of_podman(self) -> Iterable[Step]:
        found: list[Step] = []
        for line in self._lines:
            if match := _PODMAN_STEP.fullmatch(line.strip()):
                found.append(Step(match[1] or "", " ".join(match[2].split()), cached=False))
            elif found and line.startswith("--> Using cache"):
                found[-1] = Step(found[-1].stage, found[-1].text, cached=True)
        return found
