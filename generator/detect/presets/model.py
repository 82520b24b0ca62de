"""What a preset file may say. Its errors name the file and the field."""

import re
from collections.abc import Container, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

FOLDER = Path(__file__).parent
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# Facts that every preset has without reading them.
BUILT_IN = ("folder", "sources", "copied")
_NODE = (
    "node_image", "node_install", "node_manifests", "node_build", "node_run", "node_modules",
    "node_files", "node_packages", "node_system", "node_build_system", "node_typed",
)  # fmt: skip
_NODE_SERVER = (
    "node_command", "node_entry", "node_refused", "node_made",
    "node_compiled", "node_committed", "node_alone", "node_unbuilt",
    "node_env", "node_port", "node_everywhere", "apart",
)  # fmt: skip
# Facts that a reader of its own brings, by its name.
READERS = {"node": _NODE, "node_server": (*_NODE, *_NODE_SERVER)}
_CASE = frozenset(["when", "unless", "use"])


class PresetError(ValueError):
    """A preset file that cannot be used; the text names the file and the field."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
    return value


Words = Annotated[list[str], BeforeValidator(_as_list)]
Pattern = Annotated[str, BeforeValidator(_pattern)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Conditional(_Part):
    """A part that counts only with each of the facts in `when` and none of those in `unless`."""

    when: Words = []
    unless: Words = []

    def wanted(self, known: Container[str]) -> bool:
        """Whether it counts where some facts are known."""
        needed = all(name in known for name in self.when)
        return needed and not any(name in known for name in self.unless)


class Reading(_Conditional):
    """A place where something is looked for.

    `file` are patterns of paths, in which `*` stays in a folder and `**/` goes through any number
    of them. The value found is the first group of `line`, the value at `key`, the first group of
    `path`, or the path itself; `give` is given instead, with earlier facts in it, and `line` may
    then just tell whether. `of` looks at the text of an earlier fact, in place of a file.

    Nothing is looked for without each of the facts in `when`, with one of those in `unless`, or
    where a file in `beside` is not in the project. A file in which `also` is not found is passed
    over. `file` may hold earlier facts.
    """

    file: Words = []
    of: str | None = None
    line: Pattern | None = None
    also: Pattern | None = None
    beside: Words = []
    key: str | None = None
    path: Pattern | None = None
    give: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> "Reading":
        if self.line and self.key:
            raise ValueError("has `line` and `key`: one reading looks at one thing")
        if bool(self.file) == bool(self.of):
            raise ValueError("needs one of `file` and `of`, to look at")
        return self

    def names(self) -> set[str]:
        """The facts that it needs to be known before."""
        texts = [*self.file, self.give or ""]
        held = {name for each in texts for name in PLACEHOLDER.findall(each)}
        return {*held, *self.when, *self.unless, *([self.of] if self.of else [])}


class Form(Enum):
    """What a fact's text must be, or is made to be."""

    TEXT = "text"
    """Letters, digits and `._@+/:~-`: safe in a path and a shell command."""
    NAME = "name"
    PORT = "port"
    VERSION = "version"
    RELEASE = "release"
    URL = "url"
    LINE = "line"


class Fact(_Part):
    """One thing to know of the project.

    `known` are the releases that are to be had, oldest first; `pick` says whether the one that is
    read is meant (`same`) or just the oldest that will do (`newest` of its major is taken).
    With `several` each other value is an alternative, with `many` the fact is a list of them all.
    Of several the first is taken; it is only a guess if the reading that found it found others.
    `worth` is added to the candidate's score if the project tells the fact.
    """

    read: list[Reading] = []
    default: str | None = None
    reason: str = "read in"
    form: Form = Form.TEXT
    known: list[str] = []
    pick: Literal["same", "newest"] = "same"
    several: bool = False
    many: bool = False
    worth: int = 0


class Remark(_Conditional):
    """A note for people, if the facts are so."""

    text: str


class Preset(_Part):
    """A language or framework: how it is recognised, what is read, and the spec that follows."""

    kind: str
    score: int = Field(ge=0, le=100)
    recognise: list[Reading] = Field(min_length=1)
    unless: list[Reading] = []
    reader: Literal["node", "node_server"] | None = None
    keep: list[str] = []
    leave_out: list[str] = []
    facts: dict[str, Fact] = {}
    needs: dict[str, str] = {}
    notes: list[Remark] = []
    spec: dict[str, Any]

    @model_validator(mode="after")
    def _facts_are_there(self) -> "Preset":
        known = {*BUILT_IN, *self.facts, *READERS.get(self.reader or "", ())}
        used = {
            **{
                f"facts.{name}.read.{index}": reading.names()
                for name, fact in self.facts.items()
                for index, reading in enumerate(fact.read)
            },
            **{f"needs.{name}": {name, *_used(text)} for name, text in self.needs.items()},
            **{f"spec.{field}": set(_used(value)) for field, value in self.spec.items()},
            **{
                f"notes.{index}": {*note.when, *note.unless, *PLACEHOLDER.findall(note.text)}
                for index, note in enumerate(self.notes)
            },
        }
        for place, names in used.items():
            if unknown := sorted(names - known):
                raise ValueError(f"{place} names the fact {unknown[0]}, which `facts` has not")
        return self


def _used(value: object) -> Iterator[str]:
    """The facts that a part of a spec names."""
    if isinstance(value, str):
        yield from PLACEHOLDER.findall(value)
    elif isinstance(value, list):
        for item in value:
            yield from _used(item)
    elif isinstance(value, dict):
        if (parts := choices(value)) is not None:
            yield from _used(parts)
            return
        if is_case(value):
            yield from conditions(value, "when")
            yield from conditions(value, "unless")
            yield from _used(value["use"])
            return
        for key, inner in value.items():
            yield from _used(str(key))
            yield from _used(inner)


def is_case(value: object) -> bool:
    """Whether a mapping is a part that holds only under conditions, not a part of a spec."""
    return isinstance(value, dict) and "use" in value and _CASE.issuperset(value)


def choices(value: object) -> list[Any] | None:
    """The parts of `first: […]`, of which the first that holds is taken; None for others."""
    if isinstance(value, dict) and list(value) == ["first"] and isinstance(value["first"], list):
        return value["first"]
    return None


def conditions(case: dict[str, Any], key: str) -> list[str]:
    """The facts that a case names under `when` or `unless`."""
    found = _as_list(case.get(key, []))
    return [str(name) for name in found] if isinstance(found, list) else []


def paths() -> list[Path]:
    """The preset files, sorted by name."""
    return sorted(FOLDER.glob("*.yaml"))


@cache
def raw(path: Path) -> dict[str, Any]:
    """A preset file as plain values.

    Raises:
        PresetError: if it is no YAML mapping.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    except yaml.YAMLError as error:
        raise PresetError(f"{path.name}: is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise PresetError(f"{path.name}: must be a mapping with kind, score, recognise and spec")
    return found


@cache
def load(path: Path) -> Preset:
    """Read and check a preset file.

    Raises:
        PresetError: naming the file and every field that is wrong.
    """
    try:
        return Preset.model_validate(raw(path))
    except ValidationError as error:
        lines = [
            f"{path.name}: {'.'.join(map(str, detail['loc'])) or 'preset'}: {detail['msg']}"
            for detail in error.errors(include_url=False)
        ]
        raise PresetError("\n".join(lines)) from error
