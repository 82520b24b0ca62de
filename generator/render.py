"""An image as the text of its files; pure, so the same spec gives the same bytes anywhere."""

import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path, PurePosixPath

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from generator import __version__
from generator.image import Image
from generator.jinja_ext import ImgenExtension

SHARED = "_shared"


def templates_folder() -> Path:
    """The templates: inside the package where it is installed, beside it in a clone."""
    package = Path(__file__).parent
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


class _CompiledTemplates(FileSystemBytecodeCache):
    """Compiled templates beside Python's own compiled modules, under the same conditions.

    Compiling them takes longer than everything else imgen does with a spec.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):  # a read-only installation
            super().dump_bytecode(bucket)


def _compiled_templates() -> _CompiledTemplates | None:
    folder = Path(cache_from_source(__file__)).parent
    if sys.dont_write_bytecode or not folder.is_dir():
        return None
    return _CompiledTemplates(str(folder), f"template-{__version__}-%s.jinja")


@cache
def environment() -> Environment:
    """The Jinja environment; the same settings stand in cookiecutter.json."""
    return Environment(
        loader=FileSystemLoader(templates_folder()),
        bytecode_cache=_compiled_templates(),
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
