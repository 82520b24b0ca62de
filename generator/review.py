"""The last page of the wizard: the files, what becomes of those that are there, and what next."""

import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from generator.errors import ImgenError, Problem
from generator.interview import LEAVE, MORE, Interview
from generator.prompts import Back, Kind, Prompts, Question
from generator.write import Change, Plan, diff
from generator.write import Kind as ChangeKind

DOCKERFILE = PurePosixPath("Dockerfile")
WRITE = "write"
CHANGE = "change"
SHOW = "show"
WHOLE = "whole"
STRICT = "strict"
REFUSED = "With --strict these warnings are errors, and nothing is written."
_FEWEST_STEPS = 8


@dataclass(frozen=True, kw_only=True)
class Page:
    """What there is to decide about: the changes of the disk, and what deserves a look."""

    plan: Plan
    warnings: Sequence[Problem] = ()
    notes: Sequence[str] = ()
    strict: bool = False
    """Whether a warning was to be taken for an error."""


def review(interview: Interview, make: Callable[[Interview], Page], *, strict: bool) -> Page:
    """Show the page and do what the person chooses, until the files are to be written.

    Raises:
        Back: if the person goes back before the first question.
        ImgenError: if they are not.
    """
    prompts = interview.prompts
    seen = False
    while True:
        interview.settle(strict=strict)
        page = replace(make(interview), strict=strict)
        differing = [change for change in page.plan.changes if _replaces(change)]
        text = "".join(diff(change) for change in differing)
        if text and not seen:
            seen = True
            _show_pages(text, prompts)
        question = menu(page)
        columns, rows = shutil.get_terminal_size()
        lines = [*(f"note: {note}" for note in page.notes), *map(str, page.warnings)]
        lines += [REFUSED] if page.warnings else []
        room = rows - sum(-(-len(line) // (columns - 1)) for line in lines)
        room -= len(question.choices) + 3  # so that all of it is seen with the question
        prompts.say(preview(page.plan, columns=columns, rows=room))
        for line in lines:
            prompts.say(line)
        try:
            chosen = prompts.select(question)
        except Back:
            interview.back()
            continue
        if chosen == STRICT:
            strict = interview.settle(strict=True, optional=True)
        elif _is_done(chosen, interview, page, text):
            return page


def _is_done(chosen: str, interview: Interview, page: Page, text: str) -> bool:
    """Do what was chosen; say whether the files are to be written.

    Raises:
        ImgenError: if they are not.
    """
    prompts = interview.prompts
    if chosen == LEAVE:
        raise ImgenError("nothing was written, since you said no")
    if chosen == SHOW:
        _show_pages(text, prompts)
    if chosen == WHOLE:
        files = (f"==> {change.path} <==\n{change.new}" for change in page.plan.changes)
        _show_pages("\n".join(files), prompts, of="files")
    if chosen in (CHANGE, MORE):
        question = interview.change_question() if chosen == CHANGE else interview.options()
        try:
            key = prompts.select(question)
        except Back:  # to the page
            return False
        interview.change(key)
    return chosen == WRITE


def _replaces(change: Change) -> bool:
    return change.old is not None and change.kind is not ChangeKind.SAME


def menu(page: Page) -> Question:
    """Ask what to do with the files; those of a person are named before they are replaced."""
    conflicts = [str(change.path) for change in page.plan.conflicts]
    text = f"Write these {len(page.plan.changes)} files?"
    replaced = f", and replace what you have: {', '.join(conflicts)}" if conflicts else ""
    shown = any(_replaces(change) for change in page.plan.changes)
    choices = {
        WRITE: f"write them{replaced}",
        CHANGE: "change an answer",
        MORE: "more options",
        **({STRICT: "take the warnings for errors, and mend them"} if page.warnings else {}),
        WHOLE: "show the files in full",
        **({SHOW: "show the differences again"} if shown else {}),
        LEAVE: "leave, and write nothing",
    }
    # Whoever presses Enter without reading keeps what they have.
    default = LEAVE if conflicts else WRITE
    return Question(key="", text=text, kind=Kind.SELECT, default=default, choices=choices)


def _show_pages(text: str, prompts: Prompts, *, of: str = "difference") -> None:
    """Show a long text, as much of it at a time as the terminal has rows."""
    columns, rows = shutil.get_terminal_size()
    lines = [_printable(line) for line in text.splitlines()]
    while lines:
        size = _fitting(lines, columns - 1, max(rows - 3, _FEWEST_STEPS))
        prompts.say("\n".join(lines[:size]))
        del lines[:size]
        if lines and not _goes_on(len(lines), prompts, of):
            return


def _goes_on(left: int, prompts: Prompts, of: str) -> bool:
    question = Question(
        key="",
        text=f"Show the other {left} lines of the {of}?",
        kind=Kind.CONFIRM,
        default="yes",
        choices={"yes": "yes", "": "no"},
    )
    try:
        return prompts.confirm(question)
    except Back:
        return False


def _fitting(lines: Iterable[str], columns: int, rows: int) -> int:
    """How many lines, each wrapped at the edge, fit into some rows; at least one."""
    used = count = 0
    for line in lines:
        used += max(1, -(-len(line) // columns))
        if used > rows:
            break
        count += 1
    return max(count, 1)


def _printable(line: str) -> str:
    """A line of somebody's file, without what would move the cursor."""
    plain = line.expandtabs(4)
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in plain)


def preview(planned: Plan, *, columns: int, rows: int) -> str:
    """The files of a plan and its Dockerfile in outline, in so many rows if that is enough."""
    files = (f"  {change.path}{_word(change)}" for change in planned.changes)
    lines = [f"{planned.root.resolve().name}/", *files]
    steps = next(outline(change.new) for change in planned.changes if change.path == DOCKERFILE)
    room = max(rows - len(lines) - 4, _FEWEST_STEPS)
    if len(steps) > room:
        head = room - 4  # the last three say how it runs: USER, ENTRYPOINT, CMD
        steps = [*steps[:head], f"… {len(steps) - head - 3} more", *steps[-3:]]
    width = columns - 3
    cut = [step if len(step) <= width else f"{step[: width - 1]}…" for step in steps]
    return "\n".join(["", *lines, "", "Dockerfile", *(f"  {step}" for step in cut), ""])


def _word(change: Change) -> str:
    match change.kind:
        case ChangeKind.CREATE:
            return ""
        case ChangeKind.SAME:
            return " (unchanged)"
        case ChangeKind.CONFLICT:
            return " (yours, replaced)"
        case _:
            return " (replaced)"


def outline(dockerfile: str) -> list[str]:
    """The instructions of a Dockerfile, each on one line, without its comments."""
    code = re.sub(r"(?m)^\s*#.*\n", "", dockerfile)
    joined = re.sub(r"\\\n\s*", "", code)
    return [line for line in joined.splitlines() if line.strip()]
