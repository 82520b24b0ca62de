"""The command verify. No logic lives here."""

from pathlib import Path

import click

from generator.errors import FAILED, INTERRUPTED, OK, USAGE

EPILOG = (
    f"Exit codes: {OK} nothing found, {FAILED} something found, {USAGE} could not run, "
    f"{INTERRUPTED} interrupted."
)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command(epilog=EPILOG, short_help="Build an image, run it, and prove the practices on it.")
@click.argument("target", default=".", type=click.Path(path_type=Path), metavar="[DIR | SPEC]")
@click.option("--file", type=_FILE, metavar="DOCKERFILE",
              help="Verify this Dockerfile; no spec is read then.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), help="Port that the app listens on.")
@click.option("--path", default="", help="Path that answers when the app works.")
@click.option("--env", multiple=True, metavar="NAME[=VALUE]",
              help="Variable for the app, its value from here if not given.")  # fmt: skip
@click.option("--secret", "secrets", multiple=True, metavar="NAME=VALUE",
              help="Secret that the app needs; else made up.")  # fmt: skip
@click.option("--build-secret", "build_secrets", multiple=True, metavar="id=ID,src=FILE",
              help="Secret that the build needs.")  # fmt: skip
@click.option("--build-arg", "build_arguments", multiple=True, metavar="NAME=VALUE",
              help="Build argument.")  # fmt: skip
@click.option("--cpus", help="CPU limit of the container, such as 1.5.")
@click.option("--memory", help="Memory limit of the container, such as 256Mi.")
@click.option("--tmpfs", multiple=True, metavar="DIR", help="Folder in memory; may be repeated.")
@click.option("--volume", "volumes", multiple=True, metavar="[NAME:]DIR", help="Folder of data.")
@click.option("--edit", default="", metavar="FILE",
              help="Source file whose edit must not repeat the dependency steps.")  # fmt: skip
@click.option("--grace", type=click.IntRange(min=1), metavar="SECONDS",
              help="Time that the app has to stop (10).")  # fmt: skip
@click.option("--timeout", type=click.IntRange(min=1), default=60, show_default=True,
              metavar="SECONDS", help="Time that the app has to start.")  # fmt: skip
@click.option("--only", multiple=True, metavar="CHECK", help="Run these checks alone.")
@click.option("--skip", multiple=True, metavar="CHECK", help="Leave checks out.")
@click.option("--engine", type=click.Choice(["docker", "podman"]),
              help="Engine to use, the one that answers if not given.")  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave the container running, and say how to remove it.")
@click.option("--format", "form", type=click.Choice(["text", "json", "junit", "markdown"]),
              default="text", show_default=True, help="How to tell what was observed.")  # fmt: skip
@click.option("-o", "--output", type=_FILE, metavar="FILE", help="Write the report to FILE.")
@click.option("--list", "listed", is_flag=True, help="List the checks.")
def verify(
    *,
    target: Path,
    file: Path | None,
    port: int | None,
    path: str,
    env: tuple[str, ...],
    secrets: tuple[str, ...],
    build_secrets: tuple[str, ...],
    build_arguments: tuple[str, ...],
    cpus: str | None,
    memory: str | None,
    tmpfs: tuple[str, ...],
    volumes: tuple[str, ...],
    edit: str,
    grace: int | None,
    timeout: int,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    engine: str | None,
    keep: bool,
    form: str,
    output: Path | None,
    listed: bool,
) -> int:
    """Build the image of DIR, run it as a strict cluster would, and observe.

    Reads the imgen.yaml of DIR (or SPEC) for port, limits, volumes and secrets; of a folder without
    one, or with --file, its Dockerfile alone. The container gets a read-only root, no capabilities,
    no new privileges and the limits of the spec. Nothing is left behind: no container, no image.
    """
    from generator.verify.command import Options, list_checks, run_verify
    from generator.verify.subject import Given

    if listed:
        click.echo(list_checks())
        return OK
    given = Given(
        file=file,
        port=port,
        path=path,
        env=env,
        secrets=secrets,
        build_secrets=build_secrets,
        build_arguments=build_arguments,
        grace=grace,
        cpus=cpus,
        memory=memory,
        tmpfs=tmpfs,
        volumes=volumes,
        edit=edit,
    )
    options = Options(
        engine=engine,
        only=only,
        skip=skip,
        timeout=timeout,
        keep=keep,
        form=form,
        output=output,
        given=given,
    )
    return run_verify(target, options)
