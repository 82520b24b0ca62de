"""A detection as an imgen.yaml, with the evidence of each field in a comment above it."""

from collections.abc import Iterator
from itertools import groupby

from generator.detect.model import Confidence, Detection, Proposal, SpecValue
from generator.document import dump
from generator.table import prose


def render(found: Detection) -> str:
    """The proposed spec as YAML text; what keeps it from being whole stands in a comment."""
    from generator.detect import typed
    from generator.spec import FORMAT

    lines = []
    if found.chosen and found.chosen.missing:
        lines.append(f"# Missing: {prose(found.chosen.missing)}")
    lines.append(f"imgen: {FORMAT}")
    values = typed.spec(found.values())
    for key, group in groupby(_by_key(found), key=_key):
        lines += [f"# {line}" for each in group for line in _why(each)]
        lines.append(dump({key: values[key]}).rstrip("\n"))
    return "\n".join(lines)


def _key(proposal: Proposal) -> str:
    return proposal.field.partition(".")[0]


def _by_key(found: Detection) -> list[Proposal]:
    """The proposals with those of one key together, in the order in which keys come first."""
    proposals = list(found.proposals())
    keys = list(dict.fromkeys(_key(each) for each in proposals))
    return sorted(proposals, key=lambda each: keys.index(_key(each)))


def _why(proposal: Proposal) -> Iterator[str]:
    reason = prose(proposal.because())
    field = f"{proposal.field}: " if "." in proposal.field else ""
    guess = "" if proposal.confidence is Confidence.HIGH else f" ({proposal.confidence.value})"
    yield f"{field}{reason}{guess}"
    for other in proposal.alternatives:
        places = ", ".join(str(place) for place in other.evidence)
        said = " ".join(filter(None, (other.reason, places)))
        yield prose(f"{field}or {shown(other.value)}: {said}")


def shown(value: SpecValue) -> str:
    """A value on one line, as YAML writes it."""
    import yaml

    if isinstance(value, str):
        return value
    text = yaml.safe_dump(
        _plain(value), default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**6
    )
    return str(text).strip()


def _plain(value: SpecValue) -> object:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
