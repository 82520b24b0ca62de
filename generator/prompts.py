"""How questions are put: with questionary, line by line on a dumb terminal, or to nobody."""

import os
import shutil
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    import questionary
    from prompt_toolkit.layout import Layout

# The terminal's own colours, so that they can be read on any background.
_STYLE = [
    ("qmark", "fg:ansicyan bold"),
    ("question", "bold"),
    ("instruction", ""),
    ("answer", "fg:ansicyan noinherit"),
    ("pointer", "fg:ansicyan bold"),
    ("highlighted", "fg:ansicyan bold"),
    ("placeholder", "fg:ansibrightblack"),
    ("validation-toolbar", "noinherit fg:ansired"),
    ("bottom-toolbar", "noreverse fg:ansibrightblack"),
    ("bottom-toolbar.text", "noreverse fg:ansibrightblack"),
]
_TOOLBAR = "  Esc: back   Ctrl-C: leave"
# A longer list can be searched.
_MANY = 12
# How long to wait whether an Esc is the beginning of an arrow key.
_ESCAPE_SECONDS = 0.1
BACK = "<"


class Back(Exception):  # noqa: N818 - it is a wish, no error
    """The person wants to go back to the question before."""


class Kind(Enum):
    """How a question is answered."""

    TEXT = "text"
    CONFIRM = "confirm"
    SELECT = "select"


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, as data.

    `key` is the field's path, empty where it is about none. `choices` maps the answers of a
    selection to what a person reads; of a confirmation it holds yes and no, in this order.
    `reason` says where the default comes from. `check` returns what is wrong with a text, or
    nothing.
    """

    key: str
    text: str
    kind: Kind = Kind.TEXT
    instruction: str = ""
    default: str = ""
    reason: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    check: Callable[[str], str] = lambda _text: ""


class Prompts(Protocol):
    """Where questions are put: a terminal, or whatever answers in its place.

    Each kind of question may raise Back instead of answering.
    """

    keys: str
    """What a person types to answer, to go back and to leave."""

    def text(self, question: Question) -> str:
        """Return a text that the question's check has nothing against."""

    def confirm(self, question: Question) -> bool:
        """Return whether the answer is yes."""

    def select(self, question: Question) -> str:
        """Return one of the question's choices."""

    def say(self, text: str) -> None:
        """Show a text."""


class Defaults:
    """Prompts that take every default and ask nobody."""

    keys = ""

    def text(self, question: Question) -> str:
        """Return the default; whether it will do turns out with the whole spec."""
        return question.default

    def confirm(self, question: Question) -> bool:
        """Return whether the default is yes."""
        return question.default == next(iter(question.choices))

    def select(self, question: Question) -> str:
        """Return the default."""
        return question.default

    def say(self, text: str) -> None:
        """Show nothing."""


def terminal() -> Prompts:
    """The prompts that this terminal can show."""
    dumb = os.environ.get("TERM", "").lower() in ("", "dumb", "unknown")
    return LinePrompts() if dumb and os.name != "nt" else TerminalPrompts()


class TerminalPrompts:
    """Prompts that check while one types, with the error right below the answer."""

    keys = (
        "Enter takes the answer shown, Ctrl-U empties it, Esc goes back one question, Ctrl-C "
        "leaves at any time."
    )

    def text(self, question: Question) -> str:
        """Let a person edit the default until the check has nothing against it."""
        import questionary

        asked = questionary.text(
            _asked(question),
            default=question.default,
            bottom_toolbar=_TOOLBAR,
            validate=lambda text: _wrapped(question.check(text), indent="  ") or True,
            style=questionary.Style(_STYLE),
            instruction=f"\n  {question.key}:",
            placeholder=lambda: _placeholder(question),
        )
        _errors_below(asked.application.layout)
        return str(_run(asked)).strip()

    def confirm(self, question: Question) -> bool:
        """Take one key, y or n, or Enter for the default."""
        import questionary

        default = question.default == next(iter(question.choices))
        hint = f"({'Y/n' if default else 'y/N'})"
        asked = questionary.confirm(
            _asked(question),
            default=default,
            bottom_toolbar=_TOOLBAR,
            style=questionary.Style(_STYLE),
            instruction=f"\n  {question.key} {hint}: " if question.key else f"{hint} ",
        )
        return bool(_run(asked))

    def select(self, question: Question) -> str:
        """Let a person move through a list; the part of a title after a newline explains it."""
        import questionary

        choices = [
            questionary.Choice(_title(title), value=value)
            for value, title in question.choices.items()
        ]
        many = len(choices) > _MANY
        asked = questionary.select(
            _asked(question),
            choices=choices,
            default=question.default,
            style=questionary.Style(_STYLE),
            instruction=f"\n  (arrow keys, Enter{', type to search' if many else ''}, Esc: back)",
            use_search_filter=many,
            use_jk_keys=False,
        )
        return str(_run(asked))

    def say(self, text: str) -> None:
        """Show a text."""
        _say(text)


def _run(asked: "questionary.Question") -> Any:
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    own = KeyBindings()
    own.add("escape", eager=True)(lambda event: event.app.exit(exception=Back()))
    application = asked.application
    present = [application.key_bindings] if application.key_bindings else []
    application.key_bindings = merge_key_bindings([*present, own])
    application.ttimeoutlen = _ESCAPE_SECONDS
    try:
        return asked.unsafe_ask()
    except EOFError as error:  # Ctrl-D on an empty line
        raise KeyboardInterrupt from error


def _say(text: str) -> None:
    width = _columns() - 1
    for line in text.split("\n"):
        click.echo(textwrap.fill(line, width, subsequent_indent="    "))


def _asked(question: Question) -> str:
    """The text of a question, and below it where its default comes from."""
    lines = [_wrapped(question.text)]
    lines += [_wrapped(question.reason, indent="  ")] if question.reason else []
    return "\n".join(lines)


def _columns() -> int:
    return shutil.get_terminal_size().columns


def _wrapped(text: str, *, indent: str = "") -> str:
    """A text in lines below each other, right of the question mark."""
    width = max(_columns() - 3, 20)
    return textwrap.fill(
        text, width, initial_indent=indent, subsequent_indent="  ", break_on_hyphens=False
    )


def _title(title: str) -> str:
    name, _, summary = title.partition("\n")
    width = max(_columns() - 4, 16)
    lines = textwrap.wrap(summary, width, initial_indent="     ", subsequent_indent="     ")
    return "\n".join([textwrap.shorten(name, width, placeholder="…"), *lines])


def _placeholder(question: Question) -> list[tuple[str, str]]:
    from prompt_toolkit.application import get_app

    shown = question.instruction and not get_app().is_done
    return [("class:placeholder", f"({question.instruction})")] if shown else []


def _errors_below(layout: "Layout") -> None:
    """Show errors in full below the answer, not in one line at the edge of the screen."""
    from prompt_toolkit.filters import Always
    from prompt_toolkit.layout import FormattedTextControl

    for window in layout.find_all_windows():
        if isinstance(window.content, FormattedTextControl) and window.height == 1:
            window.height = None
    layout.current_window.dont_extend_height = Always()


class LinePrompts:
    """Prompts of plain lines, for a terminal without cursor movement."""

    keys = (
        f"Enter takes the answer in brackets, {BACK} goes back one question, Ctrl-C leaves at any "
        "time."
    )

    def text(self, question: Question) -> str:
        """Ask until the check has nothing against the answer."""
        hint = f" ({question.instruction})" if question.instruction else ""
        self._put(replace(question, text=f"{question.text}{hint}"))
        answer: str = click.prompt(
            f"  {question.key}",
            default=question.default,
            show_default=bool(question.default),
            value_proc=_refusing(question.check),
        )
        return answer

    def confirm(self, question: Question) -> bool:
        """Ask for y or n."""
        default = question.default == next(iter(question.choices))
        if question.key:
            self._put(question)
        shown = f"  {question.key}" if question.key else question.text
        answer: bool = click.prompt(
            f"{shown} [{'Y/n' if default else 'y/N'}]",
            default="y" if default else "n",
            show_default=False,
            value_proc=_yes_or_no,
        )
        return answer

    def select(self, question: Question) -> str:
        """List the choices by number and ask for one."""
        values = list(question.choices)
        self._put(question)
        for number, title in enumerate(question.choices.values(), start=1):
            click.echo(f"{number:>3} {_title(title)}")
        chosen: int = click.prompt(
            "  number", default=values.index(question.default) + 1, value_proc=_up_to(len(values))
        )
        return values[chosen - 1]

    def say(self, text: str) -> None:
        """Show a text."""
        _say(text)

    def _put(self, question: Question) -> None:
        click.echo(_asked(question))


def _refusing(check: Callable[[str], str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        _go_back(text)
        if problem := check(text):
            raise click.UsageError(problem)
        return text.strip()

    return read


def _yes_or_no(text: str) -> bool:
    _go_back(text)
    words = {"y": True, "yes": True, "n": False, "no": False}
    if text.strip().lower() not in words:
        raise click.UsageError("y or n")
    return words[text.strip().lower()]


def _up_to(most: int) -> Callable[[object], int]:
    def read(given: object) -> int:
        text = str(given).strip()
        _go_back(text)
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            raise click.UsageError(f"{text} is not in the range 1 to {most}")
        return int(text)

    return read


def _go_back(text: str) -> None:
    if text.strip() == BACK:
        raise Back
