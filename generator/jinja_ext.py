"""The filters that write a value into its place, one a context, as a Jinja extension.

imgen and cookiecutter load the same class. Standard library and jinja2 only.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from jinja2 import Environment
from jinja2.ext import Extension

from generator.image import Expanded


def exec_form(words: Sequence[str]) -> str:
    """Write a command as the JSON array that no shell interprets (B12)."""
    return json.dumps(list(words), ensure_ascii=False)


def quoted(value: str) -> str:
    """Write a value of ENV, ARG or LABEL in double quotes, with nothing left to expand.

    In `Expanded` values the builder still expands `$NAME`.
    """
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return (
        f'"{escaped}"'
        if isinstance(value, Expanded)
        else '"{}"'.format(escaped.replace("$", "\\$"))
    )


def assignments(pairs: Mapping[str, str]) -> list[str]:
    """Write each pair as KEY="value"."""
    return [f"{key}={quoted(value)}" for key, value in pairs.items()]


def continued(items: Iterable[str], indent: int) -> str:
    """Join the parts of one instruction over several lines, each indented by `indent` blanks."""
    return (" \\\n" + " " * indent).join(items)


def mounts(values: Iterable[str]) -> str:
    """Write the mounts of a RUN, each on a line of its own before the command."""
    return "".join(f"--mount={value} \\\n    " for value in values)


def options(values: Iterable[str], name: str) -> str:
    """Write the same option once for each value: `-r a.txt -r b.txt`."""
    return " ".join(f"{name} {value}" for value in values)


def shell(value: str) -> str:
    """Write a value as one double-quoted word of a POSIX shell, with nothing left to expand."""
    return '"{}"'.format(re.sub(r'([\\"$`])', r"\\\1", value))


def hcl(value: str) -> str:
    """Write a value as an HCL string, with nothing left to interpolate."""
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


class ImgenExtension(Extension):
    """Registers the filters under the names that the templates use."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        for function in (exec_form, quoted, assignments, continued, mounts, options, shell, hcl):
            environment.filters[function.__name__] = function
