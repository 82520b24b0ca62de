"""`imgen new`: answers become an imgen.yaml and the files that follow from it."""

import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import click

import profiles
from generator import wizard
from generator.answers import hint_at, nest, parse_settings, spec_text
from generator.artefacts import fields
from generator.cli import SPEC_NAME, carry_out, warn
from generator.errors import ConflictError, ImgenError, Problem, SpecError, UsageError
from generator.prompts import Defaults, Prompts, Question, terminal
from generator.prompts import Kind as QuestionKind
from generator.render import render
from generator.spec import FORMAT, Spec, did_you_mean, from_values
from generator.write import Kind, Plan, plan

SPEC = PurePosixPath(SPEC_NAME)
DOCKERFILE = PurePosixPath("Dockerfile")
FIRST_VERSION = "0.1.0"
WELCOME = """\
imgen asks about your app and shows the files before it writes them.
Enter takes the answer shown, Ctrl-U empties it, Ctrl-C leaves at any time.
"""


@dataclass(frozen=True, kw_only=True)
class Order:
    """What the command line asks for."""

    folder: Path
    profile: str | None
    settings: Sequence[str]
    ask: bool
    force: bool
    strict: bool


@dataclass(frozen=True, kw_only=True)
class Description:
    """An app as it was described, and the files that follow, its imgen.yaml first."""

    spec: Spec
    files: Mapping[PurePosixPath, str]
    build_command: str
    run_command: str


def create(order: Order) -> None:
    """Describe the app in a folder, by questions or by settings alone, and write its files.

    Raises:
        UsageError: without a terminal to ask on, or without a profile where nothing is asked.
        SpecError: if the settings, or the answers together, do not describe an app.
        ConflictError: if other files stand there and are not to be replaced.
        ImgenError: if the person does not want the files.
    """
    given = parse_settings(order.settings)
    prompts = _prompts(order) if order.ask else Defaults()
    profile = order.profile or _choose_profile(order, prompts)
    proposed = proposals(order.folder, profile=profile)
    _refuse(given, profile=profile, ask=order.ask)
    gather = partial(wizard.ask, strict=order.strict) if order.ask else wizard.fill
    answers = gather(given, profile=profile, proposals=proposed, prompts=prompts)
    again = f"\nThe same again:\n{replay(order, answers, profile=profile, proposed=proposed)}"
    described = describe(answers, profile=profile)
    try:
        _write(order, described, prompts)
    except ImgenError:
        if order.ask:  # the answers shall not be lost
            click.echo(f"{again}\n", err=True)
        raise
    where = "" if order.folder == Path() else f"cd {shlex.quote(str(order.folder))} && "
    click.echo(f"\nBuild it:\n  {where}{described.build_command}", err=True)
    click.echo(f"\nRun it:\n  {described.run_command}", err=True)
    if order.ask:
        click.echo(again, err=True)


def _prompts(order: Order) -> Prompts:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "there is no terminal to ask on: give the answers with `imgen new --yes --profile NAME "
            "--set KEY=VALUE`, or write an imgen.yaml and run `imgen generate`"
        )
    spec = order.folder / SPEC
    if spec.exists() and not order.force:
        raise ConflictError(
            f"{spec} is there already: change it and run `imgen generate`, "
            "or begin anew with --force"
        )
    prompts = terminal()
    prompts.say(WELCOME)
    return prompts


def _choose_profile(order: Order, prompts: Prompts) -> str:
    if not order.ask:
        raise UsageError(f"--yes needs --profile NAME: {', '.join(profiles.names())}")
    return prompts.select(wizard.profile_question())


def proposals(folder: Path, *, profile: str) -> Mapping[str, str]:
    """What a folder tells of its app, as answers to begin with.

    So far that is its name; the rest is what is usual for the profile.
    """
    name = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    return {**profiles.get(profile).PROPOSALS, "name": name, "version": FIRST_VERSION}


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


def replay(
    order: Order, answers: Mapping[str, str], *, profile: str, proposed: Mapping[str, str]
) -> str:
    """The command that gives the same answers without questions, an option a line if it is long."""
    folder = "" if order.folder == Path() else f" {shlex.quote(str(order.folder))}"
    parts = [f"imgen new{folder} --yes --profile {profile}"]
    parts += ["--strict"] if order.strict else []
    parts += _settings(answers, profile, proposed)
    line = f"  {' '.join(parts)}"
    return line if len(line) <= 80 else "  " + " \\\n    ".join(parts)


def _settings(
    answers: Mapping[str, str], profile: str, proposed: Mapping[str, str]
) -> Iterator[str]:
    """The answers as options; an empty one only where something else would be taken instead."""
    for key, text in answers.items():
        default = wizard.question(key, profile=profile, proposals=proposed).default
        if text.strip() or default:
            yield f"--set {shlex.quote(f'{key}={text}')}"


def _write(order: Order, described: Description, prompts: Prompts) -> None:
    planned = plan(described.files, order.folder, unlocked=[SPEC])
    warn(described.spec, strict=order.strict)
    if order.ask and (order.force or not planned.conflicts):
        columns, rows = shutil.get_terminal_size()
        rows -= len(described.spec.warnings) + 2  # so that all of it is seen with the question
        prompts.say(preview(planned, columns=columns, rows=rows))
        if not prompts.confirm(_write_question(planned)):
            raise ImgenError("nothing was written, since you said no")
    carry_out(planned, dry_run=False, show_diff=False, force=order.force)


def _write_question(planned: Plan) -> Question:
    return Question(
        key="",
        text=f"Write these {len(planned.changes)} files?",
        kind=QuestionKind.CONFIRM,
        default="yes",
        choices={"yes": "yes", "": "no"},
    )


def preview(planned: Plan, *, columns: int, rows: int) -> str:
    """The files of a plan and its Dockerfile in outline, in so many rows if that is enough."""
    lines = [f"{planned.root.resolve().name}/"]
    for change in planned.changes:
        word = {Kind.CREATE: "", Kind.SAME: " (unchanged)"}.get(change.kind, " (replaced)")
        lines.append(f"  {change.path}{word}")
    steps = next(outline(change.new) for change in planned.changes if change.path == DOCKERFILE)
    room = max(rows - len(lines) - 4, 8)
    if len(steps) > room:
        head = room - 4  # the last three say how it runs: USER, ENTRYPOINT, CMD
        steps = [*steps[:head], f"… {len(steps) - head - 3} more", *steps[-3:]]
    width = columns - 3
    cut = [step if len(step) <= width else f"{step[: width - 1]}…" for step in steps]
    return "\n".join(["", *lines, "", "Dockerfile", *(f"  {step}" for step in cut), ""])


def outline(dockerfile: str) -> list[str]:
    """The instructions of a Dockerfile, each on one line, without its comments."""
    code = re.sub(r"(?m)^\s*#.*\n", "", dockerfile)
    joined = re.sub(r"\\\n\s*", "", code)
    return [line for line in joined.splitlines() if line.strip()]


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
