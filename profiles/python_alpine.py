"""Python on Alpine: small, for apps whose dependencies have musl wheels (S2.17)."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from generator import bases, grammar, packages
from generator.errors import Problem
from profiles import _fields as f
from profiles._fields import Field
from profiles._python import PythonProfile


class PythonAlpine(PythonProfile):
    """A Python app on Alpine, with busybox and musl instead of GNU's tools and glibc."""

    SUMMARY: ClassVar[str] = "Python app on Alpine, for dependencies that have musl wheels."

    compile: f.Flag | None = Field(
        None,
        description="Whether dependencies are compiled: false if all have musl wheels, true if a "
        "compiler in `build_packages` is meant. Without an answer there is a warning (S2.17).",
    )

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
        yield from self._check_compile()

    def _check_compile(self) -> Iterator[Problem]:
        compilers = [name for name in self.build_packages if packages.compiles(name)]
        if self.compile is None:
            what, when = ("Alpine", "false` if all have one")
            if compilers:
                what, when = (compilers[0], "true` if that is meant")
            text = (
                f"{what} compiles what has no musl wheel; python-multistage avoids that (S2.17); "
                f"write `compile: {when}"
            )
            yield Problem(field="profile", text=text, warning=True)
        elif self.compile and not compilers:
            text = "needs a compiler in `build_packages`, such as gcc and musl-dev"
            yield Problem(field="compile", text=text)
        elif compilers and not self.compile:
            text = f"is false, so {compilers[0]} in `build_packages` has nothing to do"
            yield Problem(field="compile", text=text)

    def _is_other(self) -> bool:
        """Whether the base's tag tells that it is no Alpine; a digest alone tells nothing."""
        if self.base is None or not grammar.split_reference(self.base)[1]:
            return False
        return bases.family(self.base) not in ("apk", "")
