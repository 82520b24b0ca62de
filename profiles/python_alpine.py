"""Python on Alpine: small, for apps whose dependencies have musl wheels (S2.17)."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from generator import bases, grammar
from generator.errors import Problem
from profiles._python import PythonProfile


class PythonAlpine(PythonProfile):
    """A Python app on Alpine, with busybox and musl instead of GNU's tools and glibc."""

    SUMMARY: ClassVar[str] = "Python app on Alpine, for dependencies that have musl wheels."

    def official_image(self) -> str:
        return f"python:{self.python}-alpine{bases.ALPINE}"

    def package_family(self) -> str:
        return "apk"

    def probe(self) -> Sequence[str] | None:
        if self.port is None:
            return None
        if self.healthcheck.path is None:
            return bases.busybox_nc(self.port, self.healthcheck.timeout)
        return bases.busybox_wget(self.port, self.healthcheck.path, self.healthcheck.timeout)

    def check(self) -> Iterator[Problem]:
        yield from super().check()
        if self._is_other():
            yield Problem(field="base", text="must be an Alpine image, as the profile says")
        text = "Alpine compiles what has no musl wheel; python-multistage avoids that (S2.17)"
        yield Problem(field="profile", text=text, warning=True)

    def _is_other(self) -> bool:
        """Whether the base's tag tells that it is no Alpine; a digest alone tells nothing."""
        if self.base is None or not grammar.split_reference(self.base)[1]:
            return False
        return bases.family(self.base) not in ("apk", "")
