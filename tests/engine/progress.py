"""What the builder tells while it builds: its steps, where they came from, and its errors."""

import base64
import json
import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Step:
    """One instruction of a build: `RUN make` in stage `build`."""

    stage: str
    text: str
    cached: bool


def base_references(dockerfile: str) -> list[str]:
    """The images that a Dockerfile starts its stages from, its own stages left out."""
    stages = re.findall(r"(?im)^FROM\s+\S+\s+AS\s+(\S+)", dockerfile)
    found = re.findall(r"(?im)^FROM\s+(?:--\S+\s+)*(\S+)", dockerfile)
    return [reference for reference in found if reference not in stages]


class Progress:
    """The builder's progress, one JSON object a line, between plain lines of errors."""

    def __init__(self, stream: str) -> None:
        self._vertices: dict[str, dict[str, Any]] = {}
        self._lines: list[str] = []
        for line in stream.splitlines():
            self._read(line)

    def _read(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
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
        found = []
        for vertex in self._vertices.values():
            match = re.fullmatch(r"(?s)\[(?:(\S+) +)?\d+/\d+\] (.+)", vertex["name"])
            if match:
                words = " ".join(match[2].split())
                found.append(Step(match[1] or "", words, bool(vertex.get("cached"))))
        return tuple(found)
