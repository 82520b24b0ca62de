"""What a preset gets to know of a project: each fact with its value and where it was read."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from generator import grammar
from generator.detect.existing import Existing
from generator.detect.model import Confidence, Evidence, Note
from generator.detect.presets.model import PLACEHOLDER, Fact, Form, Preset, Reading
from generator.detect.presets.reading import Found, look, look_at
from generator.detect.tree import Tree
from generator.ignore import is_clutter_path, is_secret_path

Value = str | tuple[str, ...]

_SAFE = r"[A-Za-z0-9_@+/][A-Za-z0-9_.@+/:~-]*"
# Beside a program's source at the top of a repository, and never part of a build.
_NO_SOURCE = re.compile(
    r"\..*|.*\.md|.*\.rst|.*\.adoc|.*\.sh|(?:README|LICEN[CS]E|COPYING|NOTICE|AUTHORS|CHANGELOG"
    r"|CHANGES|CONTRIBUTING|CODEOWNERS|MAINTAINERS|SECURITY|TODO)(?:[.-].*)?|Dockerfile.*"
    r"|(?:docker-)?compose.*\.ya?ml|docker-bake\.hcl|imgen\.yaml|entrypoint\.sh|Procfile"
    r"|renovate\.json5?|docs?|examples?|tests?|spec|e2e|benchmarks?|benches|testdata|fuzz"
    r"|k8s|kubernetes|helm|charts?|deploy|deployments?|terraform|ansible|screenshots",
    re.IGNORECASE,
)
_MOST_SOURCES = 12
# Ports of databases, queues and debuggers, which a program calls or only its author opens.
_OTHERS_PORTS = frozenset(
    [
        "1433",
        "2181",
        "3306",
        "5432",
        "5672",
        "6379",
        "9092",
        "9200",
        "9229",
        "9230",
        "11211",
        "27017",
    ]
)
_GRAMMARS: Mapping[Form, Callable[[object], object]] = {
    Form.LINE: grammar.text,
    Form.PORT: grammar.port,
    Form.URL: grammar.url_path,
}


@dataclass(frozen=True, kw_only=True)
class Known:
    """A fact that was found, with the other values that the project would bear out."""

    value: Value
    confidence: Confidence
    reason: str = "read in"
    evidence: tuple[Evidence, ...] = ()
    others: tuple[Found, ...] = ()


def gather(
    tree: Tree, told: Existing, preset: Preset, given: Mapping[str, Known]
) -> tuple[dict[str, Known], list[Note]]:
    """Read the facts of a preset; `given` are those of its reader."""
    facts = {
        "folder": Known(
            value=as_name(tree.root.resolve().name) or "app", confidence=Confidence.LOW
        ),
        **given,
    }
    if named := sources(tree, preset):
        facts["sources"] = Known(
            value=named, confidence=Confidence.MEDIUM, reason="the source's files and folders"
        )
        apart = given["apart"].value if "apart" in given else ()
        copied = tuple(each for each in named if each not in apart)
        facts["copied"] = replace(facts["sources"], value=copied)
    notes: list[Note] = []
    for name, fact in preset.facts.items():
        found = _found(tree, told, fact, facts)
        if known := _known(fact, found, facts):
            facts[name] = known
            if found and fact.form is Form.RELEASE:
                notes += _moved(name, fact, known, found[0].text)
    return facts, notes


def _known(fact: Fact, found: list[Found], earlier: Mapping[str, Known]) -> Known | None:
    if fact.many:
        values = tuple(dict.fromkeys(_formed(fact, each.text) for each in found))
        if not values:
            return None
        first_of_each = {_formed(fact, each.text): each.evidence for each in reversed(found)}
        return Known(
            value=tuple(sorted(values)),
            confidence=Confidence.MEDIUM,
            reason=fact.reason,
            evidence=tuple(first_of_each[value] for value in sorted(values)),
        )
    if found:
        first = found[0]
        others = _distinct(fact, found)
        confidence = Confidence.HIGH if first.told else Confidence.MEDIUM
        if fact.several and any(each.rank == first.rank for each in others):
            confidence = Confidence.LOW  # nothing but their order tells them apart
        return Known(
            value=_formed(fact, first.text),
            confidence=confidence,
            reason=fact.reason,
            evidence=(first.evidence,),
            others=tuple(
                Found(text=_formed(fact, each.text), evidence=each.evidence) for each in others
            ),
        )
    if fact.default is None:
        return None
    text = _formed(fact, _filled(fact.default, earlier))
    return Known(value=text, confidence=Confidence.LOW, reason="usual") if text else None


def _filled(text: str, earlier: Mapping[str, Known]) -> str:
    """A text with earlier facts in it; empty if one of them is missing."""
    if any(name not in earlier for name in PLACEHOLDER.findall(text)):
        return ""
    return PLACEHOLDER.sub(lambda match: str(earlier[match[1]].value), text)


def _found(tree: Tree, told: Existing, fact: Fact, earlier: Mapping[str, Known]) -> list[Found]:
    """What the project says itself, then its container files, then what is only usual."""
    said: list[Found] = []
    usual: list[Found] = []
    for rank, reading in enumerate(fact.read):
        more = fact.several or fact.many
        if (said and not more and fact.form is not Form.PORT) or (usual and reading.give):
            continue
        if not reading.wanted(earlier):
            continue
        instead = _filled(reading.give, earlier) if reading.give else ""
        if reading.give and not instead:
            continue
        for each in _looked(tree, reading, earlier):
            one = replace(each, text=instead or each.text, rank=rank)
            one = _traced(one, reading.give, earlier)
            if _formed(fact, one.text):
                (said if one.told or fact.form is not Form.PORT else usual).append(one)
                if not more:
                    break
    if fact.form is Form.PORT:
        said += [
            Found(text=each.value, evidence=each.evidence)
            for each in told.ports
            if each.value not in _OTHERS_PORTS
        ]
    if fact.form is Form.URL and not said:
        said += [Found(text=each.value, evidence=each.evidence) for each in told.health_paths]
    return [*said, *usual]


def _looked(tree: Tree, reading: Reading, earlier: Mapping[str, Known]) -> Iterator[Found]:
    """What a reading finds in the files it names, or in an earlier fact."""
    if reading.of:
        known = earlier.get(reading.of)
        if known and isinstance(known.value, str) and known.evidence:
            told = known.confidence is Confidence.HIGH
            for each in look_at(known.value, known.evidence[0], reading):
                yield replace(each, told=told)
        return
    filled = (_filled(pattern, earlier) for pattern in reading.file)
    yield from look(tree, reading.model_copy(update={"file": [each for each in filled if each]}))


def _traced(found: Found, give: str | None, earlier: Mapping[str, Known]) -> Found:
    """What only repeats earlier facts stands where these were read."""
    names = PLACEHOLDER.findall(give or "")
    if not names or not (evidence := earlier[names[0]].evidence):
        return found
    return replace(
        found, evidence=evidence[0], told=earlier[names[0]].confidence is Confidence.HIGH
    )


def _distinct(fact: Fact, found: list[Found]) -> list[Found]:
    seen = {_formed(fact, found[0].text)}
    others = []
    for each in found[1:]:
        value = _formed(fact, each.text)
        if value not in seen and (each.told or fact.form is not Form.PORT):
            seen.add(value)
            others.append(each)
    return others[:8]


def _formed(fact: Fact, text: str) -> str:
    """A text in the fact's form; empty if it cannot be."""
    text = text.strip()
    match fact.form:
        case Form.NAME:
            return as_name(text.rsplit("/", 1)[-1])
        case Form.RELEASE:
            return _release(fact, text)
        case Form.TEXT:
            safe = re.fullmatch(_SAFE, text) and ".." not in text.split("/")
            return text if safe and len(text) <= 200 else ""
        case Form.VERSION:
            return _accepted(grammar.version, text.removeprefix("v"))
        case Form.PORT if text in _OTHERS_PORTS:
            return ""
        case _:
            return _accepted(_GRAMMARS[fact.form], text)


def _accepted(check: Callable[[object], object], text: str) -> str:
    try:
        return str(check(text))
    except ValueError:
        return ""


def as_name(text: str) -> str:
    """A text as the name of an app; empty if nothing is left of it."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return name[:100].rstrip("-")


def _numbers(text: str) -> tuple[int, ...]:
    found = re.search(r"\d{1,4}(?:\.\d{1,4}){0,2}", text)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


def _release(fact: Fact, text: str) -> str:
    wanted = _numbers(text)
    if not wanted or not fact.known:
        return ".".join(map(str, wanted))
    known = [_numbers(each) for each in fact.known]
    wanted = wanted[: len(known[0])]
    fitting = [each for each in known if each[: len(wanted)] >= wanted]
    if not fitting:  # newer than this file
        return ".".join(map(str, wanted))
    if fact.pick == "newest":
        same_major = [each for each in fitting if each[0] == wanted[0]]
        return ".".join(map(str, (same_major or fitting[:1])[-1]))
    return ".".join(map(str, fitting[0]))


def _moved(name: str, fact: Fact, known: Known, wanted: str) -> list[Note]:
    """Say that another release is taken than the one the project names."""
    numbers = _numbers(wanted)
    taken = _numbers(str(known.value))
    if fact.pick == "newest" or not numbers or taken == numbers[: len(taken)]:
        return []
    if numbers == taken[: len(numbers)]:
        return []
    asked = ".".join(map(str, numbers))
    text = f"{name} {asked} is out of support: {known.value} is taken, the next that is not"
    return [Note(text=text, evidence=known.evidence)]


def sources(tree: Tree, preset: Preset) -> tuple[str, ...]:
    """Files and folders at the top that a build reads; the whole context if they are many."""
    tops = sorted({path.split("/", 1)[0] for path in tree.files})
    chosen = [top for top in tops if top in preset.keep or not _NO_SOURCE.fullmatch(top)]
    chosen = [
        top
        for top in chosen
        if top not in preset.leave_out and not is_secret_path(top) and not is_clutter_path(top)
    ]
    if not chosen or len(chosen) > _MOST_SOURCES:
        return ()
    if any(_accepted(grammar.context_path, top) != top for top in chosen):
        return ()
    return tuple(chosen)
