"""docs/practices.md: the catalogue of practices as a page."""

import re
import textwrap
from collections.abc import Iterable, Iterator

from generator.practices import every
from generator.practices._model import Practice

_WIDTH = 96
_SHOWN = 3
"""Places in the output named in a table's cell."""
_LANGUAGES = {".conf": "nginx", ".hcl": "hcl", ".py": "python", ".sh": "sh"}
_HEAD = """\
# The practices

What imgen stands for: the 22 practices that it exists for, and what it does beyond them. Each is
one entry of `generator/practices/`, from which this page, `imgen audit`, `imgen explain` and
`imgen verify` take what they say; `python -m generator.artefacts` writes the page anew.

- *In the output* names the lines of the generated files that carry a practice; `imgen explain FILE`
  shows them all.
- *Checked in text* is what `imgen audit` finds in any Dockerfile and the files beside it, by the
  tools that exist and by rules of its own for what those do not see. In imgen's own output it finds
  nothing.
- *Proven* names the checks of `imgen verify`, which builds the image and runs the container.
- An *error* opens a door or breaks the container, a *warning* costs sooner or later, a *note* is
  a matter of speed or style.
"""
_TABLE = """\
| | practice | in the output | checked in text | proven | severity |
|---|---|---|---|---|---|"""


def page() -> str:
    """The whole page."""
    mission = [practice for practice in every() if is_mission(practice)]
    beyond = [practice for practice in every() if not is_mission(practice)]
    parts = [
        _HEAD,
        f"## The {len(mission)} practices\n",
        _table(mission),
        "\n## Beyond them\n",
        _table(beyond),
        "\n## Why, and how it looks\n",
        *("\n".join(_section(practice)) for practice in (*mission, *beyond)),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def is_mission(practice: Practice) -> bool:
    """Whether it is one of the 22 that imgen exists for, which are numbered S."""
    return practice.id.startswith("S")


def _table(practices: Iterable[Practice]) -> str:
    return "\n".join([_TABLE, *(_row(practice) for practice in practices)])


def _row(practice: Practice) -> str:
    cells = [
        f"[{practice.id}](#{_anchor(practice)})",
        practice.title,
        _in_the_output(practice),
        (practice.checked or f"no: {practice.unchecked}").rstrip("."),
        (_code(practice.proofs) or f"no: {practice.unproven}").rstrip("."),
        practice.severity.value,
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _in_the_output(practice: Practice) -> str:
    """The first places that carry it, those outside the Dockerfile with their file."""
    shown = []
    for carrier in practice.carriers:
        place = _code([carrier.starts[0].strip()])
        shown.append(place if carrier.file == "Dockerfile" else f"{carrier.file}: {place}")
    shown = list(dict.fromkeys(shown))
    rest = ["…"] if len(shown) > _SHOWN else []
    return ", ".join(shown[:_SHOWN] + rest) or "nothing to see"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _heading(practice: Practice) -> str:
    return f"{practice.id} {practice.title}"


def _anchor(practice: Practice) -> str:
    """The name by which a link reaches its heading."""
    return re.sub(r"[^\w -]", "", _heading(practice).lower()).replace(" ", "-")


def _section(practice: Practice) -> Iterator[str]:
    yield f"### {_heading(practice)}\n"
    yield textwrap.fill(practice.why, _WIDTH, break_on_hyphens=False) + "\n"
    yield textwrap.fill(f"Source: {practice.source}.", _WIDTH, break_on_hyphens=False) + "\n"
    if practice.codes:
        codes = f"Also found by: {', '.join(practice.codes)}."
        yield textwrap.fill(codes, _WIDTH, break_on_hyphens=False) + "\n"
    example = practice.example
    place = "" if example.file == "Dockerfile" else f", {example.file}"
    for name, text in (("Wrong", example.wrong), ("Right", example.right)):
        yield f"{name}{place}:\n"
        yield f"```{_language(example.file)}\n{text.rstrip()}\n```\n"


def _language(file: str) -> str:
    if file == "Dockerfile":
        return "dockerfile"
    return next((name for suffix, name in _LANGUAGES.items() if file.endswith(suffix)), "text")
