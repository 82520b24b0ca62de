"""Answers every request."""

from collections.abc import Callable, Iterable


def app(_environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
    """A WSGI application."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"ok\n"]
