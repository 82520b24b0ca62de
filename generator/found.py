"""What was found in a folder: the apps to choose from, and why nothing can be chosen."""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import profiles
from generator.detect.model import Candidate, Detection, Evidence
from generator.errors import UsageError
from generator.prompts import Kind, Question
from generator.proposed import Proposed
from generator.table import prose

_ALPINE, _DEBIAN = "python-alpine", "python-multistage"
# Names that differ between the two distributions.
_PACKAGES = ("packages", "build_packages", "base")
_IDENTITY = ("name", "version", "maintainer", "description")
_FIRST_VERSION = "0.1.0"


class Wanted(Protocol):
    """What the command line says about which app is meant."""

    @property
    def folder(self) -> Path:
        """The folder of the app."""

    @property
    def profile(self) -> str | None:
        """The profile, if it is named."""

    @property
    def kind(self) -> str | None:
        """The kind of app, if it is named."""

    @property
    def detect(self) -> bool:
        """Whether the folder was looked at."""


@dataclass(frozen=True, kw_only=True)
class App:
    """One way to describe a folder: a profile, and the candidate that speaks for it if any."""

    profile: str
    candidate: Candidate | None = None

    @property
    def title(self) -> str:
        """The app in a few words."""
        return prose(f"{self.candidate.kind} ({self.profile})" if self.candidate else self.profile)

    @property
    def because(self) -> str:
        """Why it is this app."""
        return prose(self.candidate.profile.because()) if self.candidate else ""

    def usable(self) -> Candidate:
        """The candidate, without the proposals that do not hold for this profile."""
        if self.candidate is None:
            raise ValueError("there is no candidate")
        if not self._elsewhere():
            return self.candidate
        fitting = [each for each in self.candidate.proposals if each.field not in _PACKAGES]
        return replace(self.candidate, proposals=tuple(fitting))

    def _elsewhere(self) -> bool:
        return self.candidate is not None and self.candidate.profile.value != self.profile

    def notes(self, folder: Path) -> list[str]:
        """What a person should know of it."""
        if self.candidate is None:
            return []
        found = [_told(note.text, note.evidence) for note in self.candidate.notes]
        found += [prose(f"missing: {self.candidate.missing}")] if self.candidate.missing else []
        if self._elsewhere():
            found += [
                f"{each.field}: {each.value if isinstance(each.value, str) else names} would be "
                "needed on Debian; name what Alpine calls it"
                for each in self.candidate.proposals
                if each.field in _PACKAGES
                for names in [" ".join(map(str, each.value))]
            ]
            found += _without_wheels(folder)
        return found


def _without_wheels(folder: Path) -> list[str]:
    """What choosing Alpine means for the dependencies of a Python project."""
    from generator.detect import existing
    from generator.detect.python import musl, project
    from generator.detect.tree import Tree

    tree = Tree.scan(folder)
    read = project.read(tree, existing.read(tree))
    return [_told(note.text, note.evidence) for note in musl.notes(read)] if read else []


def _told(text: str, evidence: Iterable[Evidence]) -> str:
    places = ", ".join(map(str, evidence))
    if not places:
        return prose(text)
    return prose(f"{text} {places}" if text.endswith(":") else f"{text} ({places})")


@dataclass(frozen=True)
class Found:
    """What detection found in a folder; nothing, if it was not looked at."""

    detection: Detection = field(default_factory=lambda: Detection(chosen=None))

    def candidates(self) -> list[Candidate]:
        """Every way to see the folder, the best first."""
        chosen = self.detection.chosen
        return [*([chosen] if chosen else []), *self.detection.others]

    def notes(self) -> list[str]:
        """What a person should know of the folder as such."""
        found = [_told(note.text, note.evidence) for note in self.detection.notes]
        return found + [prose(f"not read: {text}") for text in self.detection.unread]

    def apps(self) -> dict[str, App]:
        """The apps to choose from: those that were found, then every other profile."""
        found = {
            f"{number} {each.kind}": App(profile=str(each.profile.value), candidate=each)
            for number, each in enumerate(self.candidates(), start=1)
        }
        seen = {app.profile for app in found.values()}
        rest = {name: pick(self, profile=name) for name in profiles.names() if name not in seen}
        return found | rest

    def app(self, key: str) -> App:
        """The app of a choice."""
        return self.apps()[key]

    def beginning(self, wanted: Wanted) -> str:
        """What to say before the first question; nothing where an app was found."""
        if self.candidates() or not wanted.detect or not wanted.folder.is_dir():
            return ""
        if self.detection.folders:
            return _below(self, wanted.folder, options="")
        return "\n".join(["Nothing here tells what app it is.", *self.notes()])

    def question(self, chosen: str = "") -> Question:
        """Ask which app it is."""
        apps = self.apps()
        titles = {key: _title(app) for key, app in apps.items()}
        return Question(
            key="profile",
            text="Which kind of app is it?",
            kind=Kind.SELECT,
            default=chosen if chosen in apps else next(iter(apps)),
            choices=titles,
        )


def _title(app: App) -> str:
    summary = profiles.get(app.profile).SUMMARY
    if app.candidate is None or app.candidate.profile.value != app.profile:
        return f"{app.profile}\n{summary}"
    missing = f"; missing: {app.candidate.missing}" if app.candidate.missing else ""
    return f"{app.title}\n{app.because}{missing}"


def pick(found: Found, *, profile: str | None, kind: str | None = None) -> App:
    """The best app of a profile or a kind.

    Raises:
        UsageError: if none of that kind was found.
    """
    alike = {_ALPINE: _DEBIAN}.get(profile or "")
    for wanted in filter(None, (profile or "any", alike)):
        for each in found.candidates():
            own = str(each.profile.value)
            fits = wanted in ("any", own)
            if fits and (kind is None or each.kind.lower() == kind.lower()):
                return App(profile=profile or own, candidate=each)
    if kind is not None or profile is None:
        kinds = ", ".join(dict.fromkeys(each.kind for each in found.candidates()))
        raise UsageError(f"--kind {kind}: nothing of it was found; there is {kinds or 'nothing'}")
    return App(profile=profile)


def choose(found: Found, wanted: Wanted, given: Mapping[str, str]) -> App:
    """The app to describe without a question.

    Raises:
        UsageError: if the folder does not tell enough, with what would do.
    """
    if wanted.profile or wanted.kind:
        return pick(found, profile=wanted.profile, kind=wanted.kind)
    chosen = found.detection.chosen
    command = "imgen new --yes" if wanted.folder == Path() else (
        f"imgen new {shlex.quote(str(wanted.folder))} --yes"
    )  # fmt: skip
    if chosen is None:
        raise UsageError(_nothing(found, wanted, command))
    if chosen.missing and not _adds(given, chosen):
        raise UsageError(_incomplete(found, chosen, wanted, command))
    return App(profile=str(chosen.profile.value), candidate=chosen)


def _adds(given: Mapping[str, str], candidate: Candidate) -> bool:
    """Whether an answer is given about something that was not detected."""
    known = {*_IDENTITY, *(each.field.partition(".")[0] for each in candidate.proposals)}
    return any(key.partition(".")[0] not in known for key in given)


def _incomplete(found: Found, chosen: Candidate, wanted: Wanted, command: str) -> str:
    told = f"{prose(chosen.kind)}: something is missing: {prose(chosen.missing)}"
    if found.detection.folders:
        return f"{told}\n{_below(found, wanted.folder)}"
    if "`imgen new" in chosen.missing:  # it says what to do
        return told
    return (
        f"{told}\nGive it with `{command} --set KEY=VALUE` (`imgen profiles "
        f"{chosen.profile.value}` lists the keys), or answer `imgen new`'s questions"
    )


def _below(found: Found, folder: Path, *, options: str = " --yes") -> str:
    """The apps in folders below, with the command for each."""
    kinds = ", ".join(f"{each.path} ({each.kind})" for each in found.detection.folders)
    commands = "\n".join(
        f"  imgen new {shlex.quote(str(folder / each.path))}{options}"
        for each in found.detection.folders
    )
    return prose(f"there are apps in folders below, {kinds}; describe one of them:") + (
        f"\n{commands}"
    )


def _nothing(found: Found, wanted: Wanted, command: str) -> str:
    folder = wanted.folder
    if found.detection.folders:
        return _below(found, folder)
    from generator.detect.text_form import LOOKED_FOR

    names = ", ".join(profiles.names())
    looked = LOOKED_FOR if wanted.detect else "It was not looked at (--no-detect)."
    notes = "".join(f"\n  {note}" for note in found.notes())
    return (
        f"nothing in {folder.resolve().name or folder} tells what app it is. {looked}{notes}\n"
        f"Say it: `{command} --profile NAME --set KEY=VALUE`, where NAME is one of {names}"
    )


def from_scratch(folder: Path) -> dict[str, Proposed]:
    """What any folder tells of its app: its own name, for a first version."""
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return {"name": Proposed(text=name), "version": Proposed(text=_FIRST_VERSION)}
