"""The commands: read the arguments, call, print, choose the exit code. No logic lives here.

Heavy modules are imported inside the commands that need them, so that `--help` and `--version`
answer at once.
"""

import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

import profiles
from generator import __version__, cli_detect, cli_proof, cli_verify
from generator.errors import (
    CONFLICT,
    FAILED,
    INTERRUPTED,
    OK,
    USAGE,
    ImgenError,
    SpecError,
    UsageError,
)

if TYPE_CHECKING:
    from generator.spec import Spec
    from generator.write import Plan
    from profiles._base import Profile

SPEC_NAME = "imgen.yaml"
EPILOG = (
    f"Exit codes: {OK} done, {FAILED} failed, {USAGE} wrong usage or spec, {CONFLICT} a file was "
    f"edited by hand, {INTERRUPTED} interrupted."
)


def run() -> int:
    """Run a command and return its exit code; errors that a person can mend need no traceback."""
    _open_closed()
    try:
        code = cli.main(standalone_mode=False, prog_name="imgen")
        sys.stdout.flush()
    except ImgenError as error:
        _say(_told(error))
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; nothing was written or left behind.")
        return INTERRUPTED
    except BrokenPipeError:
        return _without_stdout()
    except (OSError, UnicodeEncodeError) as error:
        _say(f"error: {_reason(error)}")
        return _without_stdout()
    return code if isinstance(code, int) else OK


def _open_closed() -> None:
    """Let a stream that the caller closed (`<&-`) lead nowhere, for Python leaves None of it."""
    for name in ("stdin", "stdout", "stderr"):  # the lowest free number is the missing one
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _told(error: ImgenError) -> str:
    if not isinstance(error, SpecError):
        return f"error: {error}"
    count = sum(not problem.warning for problem in error.problems)
    return f"{error}\n{count} problem{'s'[: count != 1]}; nothing was written."


def _reason(error: OSError | UnicodeEncodeError) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'output'}: {error.strerror}"
    character = ascii(error.object[error.start])
    return f"output: {error.encoding} has no {character}: set PYTHONIOENCODING=utf-8"


def _without_stdout() -> int:
    """Forget what could not be printed, so that nothing fails again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def _say(text: str) -> None:
    click.echo(text, err=True)


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="imgen %(version)s")
def cli() -> None:
    """Turn a short description of an app into container files that follow the best practices.

    Start with `imgen new`, or write an imgen.yaml and run `imgen generate imgen.yaml`. Then
    `imgen verify` proves the image on a container; `imgen audit` checks any Dockerfile.
    """


@cli.command(epilog=EPILOG)
@click.argument("spec", default=SPEC_NAME)
@click.option(
    "-o", "--output", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Write into DIR instead of the spec's folder.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Say what would be written, write nothing.")
@click.option("--diff", is_flag=True, help="Show each file's difference.")
@click.option("--force", is_flag=True, help="Replace files that were edited by hand.")
@click.option("--stdout", is_flag=True, help="Print the files instead of writing them.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
def generate(
    *,
    spec: str,
    output: Path | None,
    dry_run: bool,
    diff: bool,
    force: bool,
    stdout: bool,
    strict: bool,
) -> None:
    """Write the container files that SPEC describes.

    SPEC is a file, a folder with an imgen.yaml (the current one if not given), or - for standard
    input.
    """
    from generator.render import render
    from generator.write import plan

    path = Path(spec)
    if spec != "-" and path.is_dir():
        path = path / SPEC_NAME
    parsed = _read_spec(path if spec != "-" else None)
    warn(parsed, strict=strict)
    image = parsed.profile.image()
    files = render(image)
    if stdout:
        for name, text in files.items():
            click.echo(f"==> {name} <==\n{text}", nl=len(files) > 1)
        return
    root = output or (Path() if spec == "-" else path.parent)
    carry_out(plan(files, root), dry_run=dry_run, show_diff=diff, force=force)
    if not dry_run:
        where = "" if root == Path() else f"cd {shlex.quote(str(root))} && "
        _say(f"Build it: {where}{image.build_command}\nRun it:   {image.run_command}")


def _read_spec(path: Path | None) -> "Spec":
    from generator.spec import parse

    source = "<stdin>" if path is None else str(path)
    try:
        raw = sys.stdin.buffer.read() if path is None else path.read_bytes()
        return parse(raw.decode("utf-8-sig"), source=source)
    except FileNotFoundError as error:
        raise UsageError(f"{source}: no such file; `imgen new` writes one") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: is not UTF-8 text") from error
    except OSError as error:
        raise UsageError(f"{source}: {error.strerror}") from error


def warn(parsed: "Spec", *, strict: bool) -> None:
    """Print the warnings of a spec; `strict` makes errors of them.

    Raises:
        SpecError: if it is strict and there is a warning.
    """
    from dataclasses import replace

    if strict and parsed.warnings:
        raise SpecError(replace(warning, warning=False) for warning in parsed.warnings)
    for warning in parsed.warnings:
        _say(str(warning))


def carry_out(planned: "Plan", *, dry_run: bool, show_diff: bool, force: bool) -> None:
    """Write a plan, or say what it would write, a line a file.

    Raises:
        ConflictError: if a person edited a file and `force` is not given.
    """
    from generator.errors import ConflictError
    from generator.table import visible_lines
    from generator.write import Kind, apply, diff

    refused = planned.conflicts if not force else ()
    for change in planned.changes:
        if show_diff or change in refused:
            click.echo(visible_lines(diff(change)), nl=False)
    if refused:
        names = ", ".join(str(change.path) for change in refused)
        raise ConflictError(
            f"edited by hand or not imgen's: {names}. Nothing was written; --force replaces."
        )
    if not dry_run:
        apply(planned, force=force)
    width = max(len(kind.value) for kind in Kind)
    for change in planned.changes:
        word = "overwrite" if change.kind is Kind.CONFLICT else change.kind.value
        click.echo(f"{word:<{width}}  {planned.root / change.path}")
    for path in planned.left_over:
        _say(f"{planned.root / path}: is no longer generated; delete it if nobody needs it")


@cli.command(name="profiles", epilog=EPILOG)
@click.argument("name", required=False)
def profiles_command(*, name: str | None) -> None:
    """List the profiles, or the fields of the profile NAME."""
    from generator.artefacts import field_lines

    if name is None:
        names = profiles.names()
        for known in names:
            click.echo(f"{known:<{max(map(len, names))}}  {profiles.get(known).SUMMARY}")
        return
    click.echo("\n".join(field_lines(profile_of(name))))


def profile_of(name: str) -> "type[Profile]":
    """The model of a profile that a person named.

    Raises:
        UsageError: if there is none of that name.
    """
    try:
        return profiles.get(name)
    except KeyError as error:
        known = ", ".join(profiles.names())
        raise UsageError(f"{name}: is not a profile; there are {known}") from error


@cli.command(epilog=EPILOG)
def schema() -> None:
    """Print the JSON Schema of a spec, for editors and checks."""
    import json

    from generator.artefacts import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))


@cli.command(epilog=EPILOG, short_help="Print the tags that a version may carry.")
@click.argument("version")
def tags(*, version: str) -> None:
    """Print the tags that VERSION may carry, longest first, one a line (S2.3)."""
    from generator.tags import compatible_tags

    try:
        click.echo("\n".join(compatible_tags(version)))
    except ValueError as error:
        raise UsageError(f"VERSION: {error}") from error


@cli.command(epilog=EPILOG, short_help="Print a completion script for bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(*, shell: str) -> None:
    """Print the completion script for SHELL: eval "$(imgen completion bash)"."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise UsageError(f"no completion for {shell}")
    click.echo(found(cli, {}, "imgen", "_IMGEN_COMPLETE").source())


class _NewCommand(click.Command):
    """Lists in its help, and only there, the fields that --set takes, for which it loads models."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from generator.new import setting_rows

        for title, rows in setting_rows().items():
            with formatter.section(title):
                formatter.write_dl(rows)
        super().format_epilog(ctx, formatter)


@cli.command(cls=_NewCommand, epilog=EPILOG)
@click.argument(
    "folder", default=".", type=click.Path(file_okay=False, path_type=Path), metavar="[DIR]"
)
@click.option(
    "--profile", type=click.Choice(profiles.names()), metavar="NAME",
    help=f"Kind of app, asked for if not given: {', '.join(profiles.names())}.",
)  # fmt: skip
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE",
    help="Answer to a question, which is then not asked; may be repeated.",
)  # fmt: skip
@click.option(
    "--kind", metavar="TEXT",
    help='Which app, where several were detected: "Flask app", as `imgen detect` names them.',
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Ask nothing: take what is given and what is detected.")
@click.option(
    "--no-detect", is_flag=True, help="Do not look at DIR: begin with the usual answers alone."
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
def new(
    *,
    folder: Path,
    profile: str | None,
    settings: tuple[str, ...],
    kind: str | None,
    yes: bool,
    no_detect: bool,
    force: bool,
    strict: bool,
) -> None:
    """Describe the app in DIR and write its imgen.yaml and container files.

    Looks at DIR first, without running anything of it. What it finds there is the answer proposed,
    with the reason; what is sure is shown and not asked, and only what is unclear or missing is a
    question, rarely more than eight. Then come the files, the difference from those you have, and
    every other field under "more options". Esc (< on a plain terminal) goes back one question;
    Ctrl-C leaves nothing behind; whoever says no gets exit code 1. At the end the command is
    printed that does the same without a question.

    `imgen new --yes` asks nothing and tells what it took from DIR. A Dockerfile of your own is kept
    as Dockerfile.before-imgen; a generated file that you have edited is not replaced without
    --force (exit code 3).

    Any field of the profile may be set, `imgen profiles NAME` lists them. A value is
    written as in the wizard: words for a list, key=value pairs with commas between for a mapping,
    or YAML in brackets or braces.
    """
    from generator.new import Order, create

    order = Order(
        folder=folder,
        profile=profile,
        settings=settings,
        ask=not yes,
        force=force,
        strict=strict,
        kind=kind,
        detect=not no_detect,
    )
    create(order)


cli.add_command(cli_detect.detect)
cli.add_command(cli_proof.audit)
cli.add_command(cli_proof.explain)
cli.add_command(cli_verify.verify)
