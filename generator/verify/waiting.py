"""Waiting for something with a deadline, since a container is never ready at once."""

import time
from collections.abc import Callable
from typing import TypeVar

from generator.verify.errors import PatienceError

PATIENCE = 30.0
_Found = TypeVar("_Found")


def wait_for(what: str, look: Callable[[], _Found], *, patience: float = PATIENCE) -> _Found:
    """Look until something true is found; an OSError counts as nothing found yet.

    `patience` is in seconds.

    Raises:
        PatienceError: if the deadline passes; it tells the last OSError.
    """
    deadline = time.monotonic() + patience
    failure: OSError | None = None
    while time.monotonic() < deadline:
        try:
            if found := look():
                return found
        except OSError as error:
            failure = error
        time.sleep(0.05)
    reason = f", last error: {failure}" if failure else ""
    raise PatienceError(f"{what}: not within {patience:g} s{reason}")
