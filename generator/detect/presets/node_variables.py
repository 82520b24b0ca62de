"""The environment variables of a Node.js server, as fields of its spec and as notes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from generator.detect.existing import Existing
from generator.detect.model import Confidence, Evidence, Note, Proposal
from generator.detect.presets.facts import Known
from generator.detect.tree import Tree
from generator.detect.values import texts

_Env = Mapping[str, tuple[str, str, tuple[Evidence, ...]]]


def proposed(
    tree: Tree, told: Existing, known: Mapping[str, Known], proposals: Sequence[Proposal]
) -> tuple[list[Proposal], list[Note]]:
    """The proposals with the variables that the code needs, and notes of those it can miss."""
    from generator.detect import environment_examples, node_environment, node_nuxt, node_services
    from generator.detect.variables import Variables

    port, entry = _text(known, "port"), _text(known, "node_entry")
    found = node_environment.find(tree, entry)
    notes = list(node_services.notes(tree, entry))
    if nuxt := node_nuxt.note(tree):
        notes.append(nuxt)
    database = node_services.database(tree, told)
    if database:
        found = [each for each in found if each.name != database.name]
        notes.append(database.note())
    variables = Variables(found, environment_examples.read(tree), told, port=int(port or 0))
    env = {**variables.env(), **_of_start(known)}
    if database:
        env[database.name] = (database.address, "SQLite in", (database.evidence,))
        proposals = _with_volume(proposals, database.folder, database.evidence)
    result = [_with_env(each, env) for each in proposals]
    if secrets := variables.secrets():
        result.append(
            Proposal(
                field="secrets",
                value=sorted(each.name for each in secrets),
                confidence=Confidence.HIGH,
                reason="needed by",
                evidence=tuple(dict.fromkeys(each.evidence for each in secrets)),
            )
        )
    return result, [*variables.notes(()), *notes]


def _text(known: Mapping[str, Known], name: str) -> str:
    value = known[name].value if name in known else ""
    return value if isinstance(value, str) else ""


def _of_start(known: Mapping[str, Known]) -> _Env:
    """What the start script sets."""
    if "node_env" not in known or "node_command" not in known:
        return {}
    pairs = (pair.partition("=") for pair in known["node_env"].value)
    return {name: (value, "set in", known["node_command"].evidence) for name, _, value in pairs}


def _with_volume(proposals: Sequence[Proposal], folder: str, place: Evidence) -> Sequence[Proposal]:
    """The proposals with one more volume."""
    others = [each for each in proposals if each.field != "volumes"]
    volumes = [name for each in proposals if each.field == "volumes" for name in texts(each.value)]
    places = [line for each in proposals if each.field == "volumes" for line in each.evidence]
    more = Proposal(
        field="volumes",
        value=list(dict.fromkeys([*volumes, folder])),
        confidence=Confidence.MEDIUM,
        reason="SQLite in",
        evidence=(*places, place),
    )
    return [*others, more]


def _with_env(proposal: Proposal, env: _Env) -> Proposal:
    """The proposal for `env` with more variables; others as they are."""
    if proposal.field != "env" or not isinstance(proposal.value, dict):
        return proposal
    added = {name: value for name, (value, _, _) in env.items() if name not in proposal.value}
    places = [place for name in added for place in env[name][2]]
    return replace(
        proposal,
        value={**proposal.value, **added},
        evidence=tuple(dict.fromkeys([*proposal.evidence, *places])),
    )
