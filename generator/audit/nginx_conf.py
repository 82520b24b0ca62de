"""An nginx.conf as nginx's own parser for Python, crossplane, reads it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generator.audit.programs import INSTALL
from generator.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Directive:
    """One directive, with those inside its braces."""

    name: str
    arguments: tuple[str, ...]
    line: int
    block: tuple["Directive", ...] = ()

    def tree(self) -> Iterator["Directive"]:
        """Itself, and everything inside it."""
        yield self
        for inner in self.block:
            yield from inner.tree()


def parse(text: str) -> tuple[Directive, ...]:
    """Parse a configuration; included files are not followed, what cannot be read is left out.

    Raises:
        UsageError: if the parser is not installed.
    """
    try:
        import crossplane
    except ImportError as error:
        raise UsageError(f"reading nginx.conf needs a parser: {INSTALL}") from error
    with TemporaryDirectory() as folder:
        file = Path(folder) / "nginx.conf"
        file.write_text(text, encoding="utf-8")
        found = crossplane.parse(str(file), single=True, check_ctx=False, check_args=False)
    return _directives(found["config"][0]["parsed"])


def _directives(parsed: Sequence[Mapping[str, Any]]) -> tuple[Directive, ...]:
    return tuple(
        Directive(
            name=one["directive"],
            arguments=tuple(one["args"]),
            line=one["line"],
            block=_directives(one.get("block") or ()),
        )
        for one in parsed
    )
