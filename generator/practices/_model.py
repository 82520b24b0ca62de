"""One entry of the catalogue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.findings import Fault, Severity

if TYPE_CHECKING:
    from generator.audit.sources import Sources

Check = Callable[["Sources"], Iterator[Fault]]


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """Lines of the output that carry a practice.

    A line of `file` belongs to it when it, or for a Dockerfile its instruction with blanks
    folded, starts with one of `starts`. `fields` are the dotted spec fields that it comes from,
    empty for what imgen decides. `why` is one line for `imgen explain`.
    """

    file: str
    starts: tuple[str, ...]
    why: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Example:
    """The same files wrong and right; a file that both share stands in both."""

    wrong: str
    right: str
    file: str = "Dockerfile"


@dataclass(frozen=True, kw_only=True)
class Practice:
    """What imgen stands for, why, and how it is kept.

    `codes` are those of hadolint, BuildKit and shellcheck whose findings belong to it. `check`
    sees in text what these tools do not. `checked` and `proven` tell in words how; where a
    machine can do neither, `unchecked` or `unproven` says why. `proofs` are checks of
    `imgen verify`, by name.
    """

    id: str
    title: str
    why: str
    source: str
    severity: Severity
    carriers: tuple[Carrier, ...]
    example: Example
    codes: tuple[str, ...] = ()
    check: Check | None = None
    checked: str = ""
    unchecked: str = ""
    proofs: tuple[str, ...] = ()
    unproven: str = ""
