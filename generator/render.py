"""An image as the text of its files; pure, so the same spec gives the same bytes anywhere."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.image import Image
from generator.jinja_ext import ImgenExtension

SHARED = "_shared"


def templates_folder() -> Path:
    """The templates: inside the package where it is installed, beside it in a clone."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


@cache
def environment() -> Environment:
    """The Jinja environment; the same settings stand in cookiecutter.json."""
    return Environment(
        loader=FileSystemLoader(templates_folder()),
        extensions=[ImgenExtension],
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML is written
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(image: Image) -> Mapping[PurePosixPath, str]:
    """Render every file of an image: relative paths and their text, in the order of writing."""
    return {PurePosixPath(name): _render(image, name) for name in image.files}


def _render(image: Image, name: str) -> str:
    candidates = [f"{folder}/{name}.j2" for folder in (image.profile, SHARED)]
    return environment().select_template(candidates).render(image=image)
