"""The command detect. No logic lives here."""

import shlex
import shutil
import sys
from pathlib import Path

import click

from generator.errors import FAILED, INTERRUPTED, OK, USAGE, UsageError

EPILOG = (
    f"Exit codes: {OK} an app was found, {FAILED} none was found, {USAGE} wrong usage, "
    f"{INTERRUPTED} interrupted."
)


@click.command(epilog=EPILOG, short_help="Look at a folder and propose a spec for its app.")
@click.argument("folder", default=".", type=click.Path(path_type=Path), metavar="[DIR]")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "yaml"]), default="text",
    show_default=True, help="How to tell it; yaml is the spec alone, its evidence as comments.",
)  # fmt: skip
def detect(*, folder: Path, form: str) -> int:
    """Look at DIR, the current folder if not given, and propose a spec for the app in it.

    Tells for each field the value, how sure it is (high, medium, low) and where it was read.
    Nothing of the project is run, no file outside of DIR is read, and nothing is written: `imgen
    new` does that, with what is found here as its proposals.
    """
    from generator.detect import detect as look
    from generator.detect import json_form, text_form, yaml_form
    from generator.table import wants_colour

    if not folder.is_dir():
        raise UsageError(f"{folder}: {'is no folder' if folder.exists() else 'no such folder'}")
    found = look(folder)
    if form == "json":
        click.echo(json_form.render(found, folder=str(folder)))
    elif form == "yaml" and found.chosen:
        click.echo(yaml_form.render(found))
    else:
        colour = wants_colour(sys.stdout) and form == "text"
        width = shutil.get_terminal_size().columns
        text = text_form.render(found, folder=shlex.quote(str(folder)), colour=colour, width=width)
        # Where a spec was asked for and there is none, its file stays empty.
        click.echo(text, err=form == "yaml", color=colour)
    return OK if found.chosen else FAILED
