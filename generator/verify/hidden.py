"""The secret values that a verification knows: it looks for them, and never tells them."""

import json
import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from generator.secrecy import secret_name
from generator.verify.subject import Subject, option_of

SHORTEST = 8  # a shorter value stands anywhere by chance
_LEAST_MASKED = 4  # a shorter one would mask half of the report
_MASK = "***"
_MOST = 1_000_000  # characters of a build secret's file
_PASSWORD = re.compile(r"(?:password|token|secret)[\s=:]+(\S+)", re.IGNORECASE)


def given(subject: Subject) -> dict[str, str]:
    """The secret values that the user gave, by the name to tell.

    Made-up ones are none of these: they are younger than the image and cannot be in it.
    """
    found: dict[str, str] = {}
    for name, value in subject.secrets.items():
        if name not in subject.made_up:
            found[f"the value of {name}"] = value
            if password := _password(value):
                found[f"the password in {name}"] = password
    for name, value in subject.build_arguments.items():
        if secret_name(name):
            found[f"the build argument {name}"] = value
    for text in subject.build_secrets:
        found |= _of_build_secret(text)
    return {name: value for name, value in found.items() if value}


def _password(value: str) -> str:
    try:
        return urlsplit(value).password or ""
    except ValueError:
        return ""


def _of_build_secret(text: str) -> dict[str, str]:
    name = option_of(text, "id")
    source = option_of(text, "src") or option_of(text, "source")
    if source:
        content = Path(source).read_text(encoding="utf-8", errors="replace")[:_MOST]
    else:
        content = os.environ.get(option_of(text, "env"), "")
    # A line of its own: files are rarely copied byte for byte.
    found = {f"build secret {name}": max(content.splitlines(), key=len, default="").strip()}
    for number, word in enumerate(dict.fromkeys(_PASSWORD.findall(content))):
        told = f"a password of build secret {name}"
        found[told if not number else f"{told} ({number + 1})"] = word
    return found


def masked(text: str, values: Collection[str]) -> str:
    """A text in which no secret value stands any more."""
    for value in sorted(values, key=len, reverse=True):
        for part in {value, *value.splitlines(), json.dumps(value)[1:-1]}:
            if len(part.strip()) >= _LEAST_MASKED:
                text = text.replace(part, _MASK)
    return text


def strings(told: Any) -> Iterator[str]:
    """Every text in what JSON gave, as it was before it was written with escapes."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        for key, value in told.items():
            yield str(key)
            yield from strings(value)
    elif isinstance(told, list):
        for value in told:
            yield from strings(value)
