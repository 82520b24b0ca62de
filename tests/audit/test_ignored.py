"""The rules of a .dockerignore, as the builder has them."""

import pytest

from generator.audit.ignored import IgnoreFile

CASES = {
    "": {".env": False, "a/b": False},
    "# .env": {".env": False},
    ".env": {".env": True, "sub/.env": False},
    "**/.env": {".env": True, "sub/.env": True, "a/b/.env": True, ".env.local": False},
    "/.env": {".env": True},
    "./.env": {".env": True},
    "dist/": {"dist/a": True},
    "*": {"a": True, "a/b": True},
    "**": {"a/b": True},
    "*.pem": {"a.pem": True, "a/b.pem": False},
    "*/*.pem": {"a/b.pem": True, "b.pem": False},
    "**/*.py[co]": {"a/b.pyc": True, "a.pyx": False},
    "a?": {"ab": True, "a": False, "a/": False},
    "*\n!src": {"src/a": False, "other": True},
    "*\n!src\n**/.env": {"src/.env": True, "src/a": False},
    "!src\n*": {"src/a": True},
    "**/node_modules": {"a/node_modules/b": True},
    "a/**": {"a/b": True, "a": False},
}
EVERY = [(text, path, denied) for text, paths in CASES.items() for path, denied in paths.items()]


@pytest.mark.parametrize(("text", "path", "denied"), EVERY)
def test_what_is_kept_out(text: str, path: str, denied: bool) -> None:  # noqa: FBT001
    assert IgnoreFile(".dockerignore", text).denies(path) is denied


@pytest.mark.parametrize("text", ["[", "a[", "\\", "[z-a]", "**/["])
def test_a_broken_pattern_is_passed_over(text: str) -> None:
    assert not IgnoreFile(".dockerignore", text).denies("x")
