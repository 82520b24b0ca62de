"""One HTTP request to a container, every connection closed again."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection

TIMEOUT = 5.0  # seconds for a connection and for each read


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
        OSError: if no answer comes.
        http.client.HTTPException: if what answers does not speak HTTP.
    """
    with closing(HTTPConnection(*address, timeout=TIMEOUT)) as connection:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read().decode(errors="replace"))
