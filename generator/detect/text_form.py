"""A detection for a person at a terminal, also a narrow one, or reading a log."""

from collections.abc import Iterable, Iterator, Sequence

from generator.detect.model import Confidence, Detection, Evidence, Note
from generator.detect.yaml_form import shown
from generator.table import columns, pad, paint, prose, wrap

_STYLE = {Confidence.HIGH: "green", Confidence.MEDIUM: "cyan", Confidence.LOW: "yellow"}
_LEAST_ROOM = 28  # for the reason, to stand in a column of its own
_CONFIDENCE = max(len(each.value) for each in Confidence)
LOOKED_FOR = (
    "Looked for a Python project (pyproject.toml, requirements.txt, Pipfile, setup.py), a site "
    "(package.json, mkdocs.yml, index.html) and the manifests of other languages (go.mod, "
    "Cargo.toml, pom.xml, build.gradle, *.csproj, composer.json, Gemfile, CMakeLists.txt, "
    "Makefile)."
)


def render(found: Detection, *, folder: str, colour: bool, width: int) -> str:
    """The chosen kind, a line a field with why, then what is unclear, and what to do next."""
    blocks = [
        _head(found, colour=colour, width=width),
        list(_fields(found, colour=colour, width=width)),
        list(_unclear(found, width=width)),
        list(_notes(found, width=width)),
        [line for text in found.unread for line in wrap(text, width, "not read: ")],
        list(_next(found, folder=folder, width=width)),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _head(found: Detection, *, colour: bool, width: int) -> list[str]:
    if found.chosen is None:
        return [
            paint("No app was found.", "yellow", colour=colour),
            *wrap(LOOKED_FOR, width),
        ]
    kind = paint(prose(found.chosen.kind), "bold", colour=colour)
    if not found.chosen.missing:
        return [kind]
    return [kind, *wrap(found.chosen.missing, width, "missing: ")]


def _fields(found: Detection, *, colour: bool, width: int) -> Iterator[str]:
    """A table where there is room; else the reason stands below its field."""
    rows = [(each, prose(each.field), prose(shown(each.value))) for each in found.proposals()]
    if not rows:
        return
    field = max(columns(name) for _, name, _ in rows)
    most = max(16, (width - field - _CONFIDENCE) // 3)
    value = max((columns(text) for _, _, text in rows if columns(text) <= most), default=0)
    narrow = width - field - value - _CONFIDENCE - 8 < _LEAST_ROOM
    for proposal, name, text in rows:
        sure = proposal.confidence.value
        painted = paint(sure, _STYLE[proposal.confidence], colour=colour)
        because = prose(proposal.because())
        if narrow:
            yield from wrap(text, width, f"{name}: ", "    ")
            first, *rest = wrap(because, width, f"    {sure}: ", "    ")
            yield first.replace(sure, painted, 1)
            yield from rest
            continue
        left = f"  {pad(name, field)}  "
        is_long = columns(text) > value
        if is_long:
            yield from wrap(text, width, left)
            left = " " * columns(left)
        left += f"{pad('' if is_long else text, value)}  "
        head = f"{left}{pad(sure, _CONFIDENCE)}  "
        first, *rest = wrap(because, width, head, " " * columns(head))
        yield f"{left}{painted}{first[len(left) + len(sure) :]}".rstrip()
        yield from rest


def _unclear(found: Detection, *, width: int) -> Iterator[str]:
    """Other values that the project would bear out, and other ways to see it."""
    for proposal in found.proposals():
        for other in proposal.alternatives:
            said = " ".join([other.reason, _places(other.evidence)]).strip()
            text = f"could also be {shown(other.value)}" + (f": {said}" if said else "")
            yield from wrap(text, width, f"{prose(proposal.field)} ", "  ")
    seen = [f"{each.kind} ({shown(each.profile.value)})" for each in found.others]
    if seen:
        yield from wrap(", ".join(dict.fromkeys(seen)), width, "It could also be seen as: ", "  ")


def _notes(found: Detection, *, width: int) -> Iterator[str]:
    notes: Sequence[Note] = (*(found.chosen.notes if found.chosen else ()), *found.notes)
    for note in notes:
        yield from wrap(_said(note.text, note.evidence), width, "note: ")


def _said(text: str, evidence: Iterable[Evidence]) -> str:
    places = _places(evidence)
    if not places or text.endswith(":"):
        return f"{text} {places}".rstrip()
    return f"{text} ({places})"


def _places(evidence: Iterable[Evidence]) -> str:
    return ", ".join(str(place) for place in evidence)


def _next(found: Detection, *, folder: str, width: int) -> Iterator[str]:
    where = "" if folder in ("", ".") else f" {folder}"
    if found.chosen is None:
        yield from wrap(
            f"Describe the app yourself: `imgen new{where}` asks for what it needs, "
            "`imgen profiles` lists the kinds.",
            width,
        )
        return
    if found.chosen.missing:
        yield from wrap(f"Give what is missing: `imgen new{where}`", width)
        return
    yield f"Write the files:  imgen new{where} --yes"
    yield f"Change it first:  imgen new{where}"
