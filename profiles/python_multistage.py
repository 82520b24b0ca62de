"""Python on Debian: the default for Python services."""

from collections.abc import Sequence
from typing import ClassVar

from generator import bases
from profiles._python import PythonProfile


class PythonMultistage(PythonProfile):
    """A Python app on the slim Debian image, where nearly every package has a wheel."""

    SUMMARY: ClassVar[str] = (
        "Python app on Debian slim, built in one stage, run from a clean second."
    )

    def official_image(self) -> str:
        return f"python:{self.python}-slim-{bases.PYTHON_DEBIAN}"

    def probe(self) -> Sequence[str] | None:
        if self.port is None:
            return None
        if self.healthcheck.path is None:
            connect = f"create_connection(('127.0.0.1', {self.port}), {self.healthcheck.timeout})"
            return ["python", "-c", f"from socket import create_connection; {connect}"]
        code = (
            "from http.client import HTTPConnection; "
            f"app = HTTPConnection('127.0.0.1', {self.port}, timeout={self.healthcheck.timeout}); "
            f"app.request('GET', '{self.healthcheck.path}'); "
            "raise SystemExit(app.getresponse().status >= 400)"
        )
        return ["python", "-c", code]
