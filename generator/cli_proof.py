"""The commands that check and explain: audit, explain. No logic lives here."""

from pathlib import Path

import click

from generator.errors import FAILED, INTERRUPTED, OK, USAGE

EPILOG = (
    f"Exit codes: {OK} nothing found, {FAILED} something found, {USAGE} could not run, "
    f"{INTERRUPTED} interrupted."
)


@click.command(epilog=EPILOG, short_help="Check Dockerfiles and what belongs to them.")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--context", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
    help="Build context, where it is not the Dockerfile's folder.",
)  # fmt: skip
@click.option(
    "--format", "fmt", type=click.Choice(["text", "json", "sarif", "github", "markdown"]),
    default="text", show_default=True, help="How to tell the findings.",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the report to FILE.",
)  # fmt: skip
@click.option(
    "--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="warning",
    show_default=True, help="Least severity of a finding that gives exit code 1.",
)  # fmt: skip
@click.option(
    "--skip", multiple=True, metavar="PRACTICE", help="Leave a practice out; may be repeated."
)
@click.option("--no-engine", is_flag=True, help="Do not ask the builder for its own checks.")
def audit(
    *,
    paths: tuple[Path, ...],
    context: Path | None,
    fmt: str,
    output: Path | None,
    fail_on: str,
    skip: tuple[str, ...],
    no_engine: bool,
) -> int:
    """Check Dockerfiles, with their .dockerignore, start scripts and nginx.conf.

    PATH is a Dockerfile or a folder that is searched for them, the current one if not given.
    Asks hadolint, shellcheck and, where an engine answers, the builder; imgen's own rules see
    what these do not. A comment on the line before silences a finding and must say why:

        # imgen: ignore=S2.12 the data is a cache
    """
    from generator import proof

    return proof.audit(
        proof.AuditOrder(
            paths=paths,
            context=context,
            fmt=fmt,
            output=output,
            fail_on=fail_on,
            skip=skip,
            engine=not no_engine,
        )
    )


@click.command(epilog=EPILOG, short_help="Say why a line is there, or what a practice asks.")
@click.argument("target", required=False, metavar="[FILE[:LINE] | PRACTICE]")
@click.option("--list", "listed", is_flag=True, help="List the practices.")
def explain(*, target: str | None, listed: bool) -> None:
    """Print a generated file with the practice, the spec field and the reason of each line.

    Without an argument it is the Dockerfile of the current folder. FILE:LINE gives one
    instruction, PRACTICE (such as S2.13) one practice in full, with a wrong and a right example.
    """
    from generator import practices, proof
    from generator.explain_text import catalogue_text

    if listed:
        text = catalogue_text(practices.every(), colour=proof.wants_colour(None))
    else:
        text = proof.explain(target)
    proof.say(text, None)
