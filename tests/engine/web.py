"""One HTTP request to a container, every connection closed again."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Message
    body: str


def request(
    address: tuple[str, int],
    path: str,
    *,
    method: str = "GET",
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Ask a server once.

    Raises:
        OSError: if no HTTP answer comes.
    """
    with closing(HTTPConnection(*address, timeout=5)) as connection:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read().decode(errors="replace"))
