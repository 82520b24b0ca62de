"""One HTTP request to a container, every connection closed again."""

import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPResponse, IncompleteRead

TIMEOUT = 5.0  # seconds for a connection, for each read, and for a whole body
_LARGEST = 2**26  # bytes of a body that are read


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
        return Reply(answer.status, answer.headers, _body(answer).decode(errors="replace"))


def _body(answer: HTTPResponse) -> bytes:
    """The body, or as much as came in time of one that never ends, such as a stream of events."""
    deadline = time.monotonic() + TIMEOUT
    told, body = answer.length, bytearray()
    while len(body) < _LARGEST and time.monotonic() < deadline:
        part = answer.read1(2**16)
        if not part:
            if told is not None and len(body) < told:
                raise IncompleteRead(bytes(body), told - len(body))
            break
        body += part
    return bytes(body)
