"""Python on Alpine: small, for apps whose dependencies have musl wheels (S2.17)."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from generator import bases
from generator.errors import Problem
from profiles._python import PythonProfile


class PythonAlpine(PythonProfile):
    """A Python app on Alpine, with busybox and musl instead of GNU's tools and glibc."""

    SUMMARY: ClassVar[str] = "Python app on Alpine, for dependencies that have musl wheels."

    def official_image(self) -> str:
        return f"python:{self.python}-alpine{bases.ALPINE}"

    def probe(self) -> Sequence[str] | None:
        if self.port is None:
            return None
        if self.healthcheck.path is None:
            return ["nc", "-z", "-w", "3", "127.0.0.1", str(self.port)]
        return bases.busybox_wget(self.port, self.healthcheck.path)

    def check(self) -> Iterator[Problem]:
        yield from super().check()
        text = "Alpine compiles what has no musl wheel; python-multistage avoids that (S2.17)"
        yield Problem(field="profile", text=text, warning=True)
