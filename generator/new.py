"""`imgen new`: what a folder tells and a person answers becomes an imgen.yaml and its files."""

import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import NoReturn

import click

import profiles
from generator import wizard
from generator.answers import hint_at, nest, parse_settings, quoted, spec_text
from generator.artefacts import fields
from generator.cli import SPEC_NAME, carry_out, warn
from generator.errors import (
    ConflictError,
    ImgenError,
    Problem,
    SpecError,
    UsageError,
    WriteError,
)
from generator.found import App, Found, choose, from_scratch, pick
from generator.interview import FIRST, Interview
from generator.prompts import Back, Defaults, Prompts, terminal
from generator.proposed import Proposed, from_candidate, usual
from generator.render import render
from generator.review import Page, review
from generator.spec import FORMAT, Spec, did_you_mean, from_values
from generator.write import ASIDE, Plan, plan, set_aside

SPEC = PurePosixPath(SPEC_NAME)
WELCOME = "imgen looks, asks what it cannot see, and shows the files before it writes."


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the command line asks for.

    `kind` names one of the apps that were detected. Without `detect` the folder is not looked at.
    """

    folder: Path
    profile: str | None
    settings: Sequence[str]
    ask: bool
    force: bool
    strict: bool
    kind: str | None = None
    detect: bool = True


@dataclass(frozen=True, kw_only=True)
class Description:
    """An app as it was described, and the files that follow, its imgen.yaml first."""

    spec: Spec
    files: Mapping[PurePosixPath, str]
    build_command: str
    run_command: str


@dataclass
class _Run:
    """One run of the command: what was ordered, given and found."""

    order: Order
    given: Mapping[str, str]
    found: Found
    prompts: Prompts
    notes: list[str] = field(default_factory=list)
    earlier: dict[str, dict[str, str]] = field(default_factory=dict)
    """The answers about each app, for whoever comes back to it."""
    interview: Interview | None = None
    """The questions about the app that was chosen."""


def create(order: Order) -> None:
    """Describe the app in a folder, by questions or by settings alone, and write its files.

    Raises:
        UsageError: without a terminal to ask on, or where nothing tells what app it is.
        SpecError: if the settings, or the answers together, do not describe an app.
        ConflictError: if other files stand there and are not to be replaced.
        ImgenError: if the person does not want the files.
    """
    given = parse_settings(order.settings)
    prompts = _prompts(order) if order.ask else Defaults()
    run = _Run(order, given, _look(order), prompts)
    try:
        described, planned = _asked_for(run) if order.ask else _filled(run)
    except ImgenError:
        if order.ask and run.interview:  # the answers shall not be lost
            again = replay(run.order, run.interview, force=order.force)
            click.echo(f"\nThe same again:\n{again}\n", err=True)
        raise
    carry_out(planned, dry_run=False, show_diff=False, force=order.force or order.ask)
    where = "" if order.folder == Path() else f"cd {shlex.quote(str(order.folder))} && "
    click.echo(f"\nBuild it:\n  {where}{described.build_command}", err=True)
    click.echo(f"\nRun it:\n  {described.run_command}", err=True)
    if order.ask and run.interview:
        click.echo(f"\nAfter a change of {SPEC}:\n  {where}imgen generate", err=True)
        again = replay(run.order, run.interview, force=order.force or bool(planned.conflicts))
        click.echo(f"\nThe same again:\n{again}", err=True)


def _look(order: Order) -> Found:
    if not order.detect or not order.folder.is_dir():
        return Found()
    from generator.detect import detect

    return Found(detect(order.folder))


def _prompts(order: Order) -> Prompts:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "there is no terminal to ask on: `imgen new --yes` takes what the folder tells, with "
            "--set KEY=VALUE for the rest; or write an imgen.yaml and run `imgen generate`"
        )
    spec = order.folder / SPEC
    if spec.exists() and not order.force:
        raise ConflictError(
            f"{spec} is there already: change it and run `imgen generate`, "
            "or begin anew with --force"
        )
    _refuse_unwritable(order.folder)
    prompts = terminal()
    prompts.say(f"{WELCOME}\n{prompts.keys}\n")
    return prompts


def _refuse_unwritable(folder: Path) -> None:
    """Say before the first question, not after the last, that nothing can be written."""
    there = next(each for each in (folder, *folder.resolve().parents) if each.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        raise WriteError(f"{there}: nothing can be written there: permission denied")


def _fill(run: _Run) -> Interview:
    """Answer by what is given and what the folder tells, and say what that was."""
    order = run.order
    app = choose(run.found, order, run.given)
    interview = _about(run, app)
    interview.run()
    if app.candidate:
        click.echo(f"{app.title}: {app.because}", err=True)
        for line in _taken(interview, interview.proposals):
            click.echo(line, err=True)
    for note in run.notes:
        click.echo(f"note: {note}", err=True)
    return interview


def _asked_for(run: _Run) -> tuple[Description, Plan]:
    """Ask which app it is and what is not sure of it; going back leads to the other apps.

    Raises:
        SpecError: if the answers do not describe an app.
        ImgenError: if the person does not want the files.
    """
    order, prompts = run.order, run.prompts
    alone = bool(order.profile or order.kind)
    if not alone and (text := run.found.beginning(order)):
        prompts.say(f"{text}\n")
    chosen = ""
    while True:
        run.interview = None
        if alone:
            app = pick(run.found, profile=order.profile, kind=order.kind)
        else:
            try:
                chosen = prompts.select(run.found.question(chosen))
            except Back:
                prompts.say(FIRST)
                continue
            app = run.found.app(chosen)
        interview = run.interview = _about(run, app)
        lines = _taken(interview, interview.sure())
        if lines:
            prompts.say("\n".join([f"\n{app.title}. This is taken, and can be changed later:",
                                   *lines, ""]))  # fmt: skip
        while True:
            try:
                interview.run()
                return _reviewed(run, interview)
            except Back:
                if not alone:
                    break
                prompts.say(FIRST)


def _reviewed(run: _Run, interview: Interview) -> tuple[Description, Plan]:
    """The files as the person wants them, after a look at them."""
    make = partial(_page, folder=run.order.folder, notes=run.notes)
    page = review(interview, make, strict=run.order.strict)
    run.order = replace(run.order, strict=page.strict)
    return describe(interview.answers, profile=interview.profile), page.plan


def _about(run: _Run, app: App) -> Interview:
    """The questions about one app."""
    _refuse(run.given, profile=app.profile, ask=run.order.ask)
    model = profiles.get(app.profile)
    run.notes[:] = app.notes(run.order.folder) if app.candidate else []
    run.notes += run.found.notes()
    if app.candidate:
        proposed = from_candidate(app.usable(), model, run.given)
    else:
        proposed = from_scratch(run.order.folder) | usual(model)
    return Interview(
        app.profile,
        run.given,
        proposed,
        run.prompts,
        asked=model.COMMON,
        detected=app.candidate is not None,
        earlier=run.earlier.setdefault(app.title, {}),
    )


def _taken(interview: Interview, proposals: Mapping[str, Proposed]) -> list[str]:
    """What was detected and is an answer now, a line each."""
    answers = interview.answers
    return [
        f"  {proposed.line(key)}"
        for key, proposed in proposals.items()
        if answers.get(key, proposed.text) == proposed.text and key not in interview.given
    ]


def _filled(run: _Run) -> tuple[Description, Plan]:
    """The files that follow from what is given and found.

    Raises:
        SpecError: if the answers do not describe an app.
        ConflictError: if files of a person are in the way.
    """
    order, interview = run.order, _fill(run)
    described = describe(interview.answers, profile=interview.profile)
    planned = _plan(described, order.folder)
    warn(described.spec, strict=order.strict)
    if planned.conflicts and not order.force:
        names = [change.path for change in planned.conflicts]
        planned = set_aside(planned)
        if planned.conflicts:
            _refuse_conflicts(planned)
        for name in names:
            click.echo(f"note: {name} was here before: it is kept as {name}{ASIDE}", err=True)
    return described, planned


def _refuse_conflicts(planned: Plan) -> NoReturn:
    try:
        carry_out(planned, dry_run=False, show_diff=False, force=False)
    except ConflictError as error:
        text = f"{error} Or move them away first; or let `imgen new` show the change and ask."
        raise ConflictError(text) from error
    raise AssertionError("a plan with conflicts was written")


def _page(interview: Interview, *, folder: Path, notes: Sequence[str]) -> Page:
    described = describe(interview.answers, profile=interview.profile)
    return Page(plan=_plan(described, folder), warnings=described.spec.warnings, notes=tuple(notes))


def _plan(described: Description, folder: Path) -> Plan:
    return plan(described.files, folder, unlocked=[SPEC])


def _refuse(given: Mapping[str, str], *, profile: str, ask: bool) -> None:
    """Refuse settings of unknown fields; before questions, also those whose text will not do."""
    model = profiles.get(profile)
    known = [path for path, _, _ in fields(model)]
    found = [
        Problem(field=key, text=f"is not a field of {profile}{did_you_mean(key, known)}")
        for key in given
        if hint_at(model, key) is None
    ]
    if ask and not found:
        checked = {key: wizard.check(text, key=key, profile=profile) for key, text in given.items()}
        found = [Problem(field=key, text=text) for key, text in checked.items() if text]
    if found:
        raise SpecError(found)


def describe(answers: Mapping[str, str], *, profile: str) -> Description:
    """Turn answers into a spec, its text and the files that follow.

    Raises:
        UsageError: if an answer cannot be taken apart.
        SpecError: if the answers do not describe an app.
    """
    values = nest(profiles.get(profile), answers)
    spec = from_values({"imgen": FORMAT, "profile": profile, **values})
    image = spec.profile.image()
    text = spec_text(profile, values, spec.profile)
    return Description(
        spec=spec,
        files={SPEC: text, **render(image)},
        build_command=image.build_command,
        run_command=image.run_command,
    )


def replay(order: Order, interview: Interview, *, force: bool) -> str:
    """The command that gives the same files without questions, an option a line if it is long.

    It names every answer and does not look at the folder, so that it means the same tomorrow and
    elsewhere, whatever became of the app in between.
    """
    folder = "" if order.folder == Path() else f" {shlex.quote(str(order.folder))}"
    parts = [f"imgen new{folder} --yes --no-detect --profile {interview.profile}"]
    parts += [option for option, on in (("--force", force), ("--strict", order.strict)) if on]
    parts += _settings(interview, order.folder)
    line = f"  {' '.join(parts)}"
    return line if len(line) <= 80 else "  " + " \\\n    ".join(parts)


def _settings(interview: Interview, folder: Path) -> Iterator[str]:
    """The answers as options; an empty one only where something else would be taken instead."""
    model = profiles.get(interview.profile)
    proposed = from_scratch(folder) | usual(model)
    put = partial(wizard.question, profile=interview.profile, proposals=proposed)
    for key, text in interview.answers.items():
        around = [whole for whole in model.QUESTIONS if wizard.within(key, whole)]
        if text.strip() or any(put(each).default for each in (key, *around)):
            yield f"--set {quoted(f'{key}={text}')}"


def setting_rows() -> dict[str, list[tuple[str, str]]]:
    """The fields asked for with their descriptions, under the profiles that have them."""
    asked = {name: _asked(name) for name in profiles.names()}
    shared = [
        row for row in next(iter(asked.values())) if all(row in rows for rows in asked.values())
    ]
    sections = {"Fields of every profile": shared}
    for name, rows in asked.items():
        others = [other for other in asked if asked[other] == rows]
        if name == others[0]:
            own = [row for row in rows if row not in shared]
            sections[f"Fields of {' and '.join(others)}"] = own
    return sections


def _asked(name: str) -> list[tuple[str, str]]:
    model = profiles.get(name)
    texts = {path: text for path, _, text in fields(model)}
    plain = [key for key in model.QUESTIONS if not wizard.is_part(hint_at(model, key))]
    return [(key, texts[key]) for key in plain]
