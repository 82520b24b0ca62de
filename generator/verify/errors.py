"""What can go wrong between imgen and a container engine: one message each, with what to do."""

import re
from itertools import pairwise

from generator.errors import USAGE, ImgenError
from generator.table import visible


class EngineError(ImgenError):
    """The verification could not run, or a command of the engine failed."""

    exit_code = USAGE


class NoEngineError(EngineError):
    """There is no engine that can be used."""


class CommandError(EngineError):
    """A command of the engine failed; `said` is what it wrote to its error stream."""

    def __init__(self, command: str, said: str) -> None:
        self.said = said.strip()
        super().__init__("\n".join(map(visible, explained(command, self.said).splitlines())))


# How BuildKit begins an excerpt of the Dockerfile, and what it says of every failed RUN.
_PLACE = re.compile(r"\S+:\d+")
_RULE = re.compile(r"-{10,}")
_NPM = "npm error"
_NPM_CODE = "npm error code "
_NPM_DETAILS = ("command ", "dest ", "errno ", "path ", "syscall ")
_NPM_CAUSE = re.compile(r"[Ee]rror:|not found|fatal|ENOTFOUND")
_STEP_FAILED = re.compile(r"ERROR: (?:failed to build: )?failed to solve: process ")


class BuildError(EngineError):
    """A build that failed; the text is all that the builder said."""

    def tail(self, lines: int = 15) -> list[str]:
        """The last lines that say something; of npm those that begin with the cause."""
        said = self._said()
        return said[:lines] if said and said[0].startswith(_NPM_CODE) else said[-lines:]

    def reason(self, lines: int = 15) -> str:
        """The line that tells the cause best: a step's own error, else the builder's."""
        said = self._said()
        if said and said[0].startswith(_NPM_CODE):
            told = [line.removeprefix(_NPM).strip() for line in said[1:] if line.startswith(_NPM)]
            causes = [line for line in told if line and not line.startswith(_NPM_DETAILS)]
            named = [line for line in causes if _NPM_CAUSE.search(line)]
            return (named or causes or said)[0]
        tail = said[-lines:]
        errors = [line for line in tail if line.startswith(("ERROR", "error", "Error", "E: "))]
        own = [line for line in errors if not _STEP_FAILED.match(line)]
        return " ".join((own or errors or tail or ["the builder said nothing"])[-1].split())

    def _said(self) -> list[str]:
        """Its lines without the builder's excerpt of the Dockerfile; npm's from its error on."""
        said = [line for line in str(self).splitlines() if line.strip()]
        for start, (place, rule) in enumerate(pairwise(said)):
            if _PLACE.fullmatch(place) and _RULE.fullmatch(rule):
                end = next((i for i in range(start + 2, len(said)) if said[i] == rule), start + 1)
                said[start : end + 1] = []
                break
        # npm begins with the cause and ends with pages of help.
        first = next((i for i, line in enumerate(said) if line.startswith(_NPM_CODE)), 0)
        return said[first:]


class MissingBaseError(EngineError):
    """A base image that is neither present nor can be pulled."""

    def __init__(self, message: str) -> None:
        # The reference comes from a Dockerfile, and this text goes to a terminal as it is.
        super().__init__("\n".join(map(visible, message.splitlines())))


class PatienceError(EngineError):
    """Something that did not happen in time."""


class UnreachableError(PatienceError):
    """A program that runs and listens, but not where anybody could reach it."""


_ERROR = re.compile(
    r"\s{0,8}(?:Uncaught )?[\w.]{0,100}(?:Error|Exception|ImproperlyConfigured)\b.{0,40}: "
)


class EndedError(EngineError):
    """A container that ended before it was asked to.

    `code` is its exit code and `logs` what it wrote.
    """

    def __init__(self, code: int, logs: str) -> None:
        self.code = code
        self.logs = logs
        last = _cause(logs)
        # Nothing is wrong with a job that is done, except that it is no subject of these checks.
        hint = " (only programs that keep running can be verified)" if code == 0 else ""
        super().__init__(f"ended with exit code {code}{f': {last}' if last else ''}{hint}")


class NotStartedError(EngineError):
    """No container of the image starts, which an earlier check has told already."""


class ForeignBaseError(EngineError):
    """An image whose first layers are not those of the base image it names."""


def _cause(logs: str) -> str:
    """The last error that a log names, as Python and Node.js write it, or its last line.

    What follows it is the stack, the version of Node.js, or a server that ends its workers.
    """
    named = [line.strip() for line in logs.splitlines() if _ERROR.match(line)]
    return named[-1] if named else last_line(logs)


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


_PORT = "stop what listens there (`docker ps` shows containers) and run `imgen verify` again"
_ADVICE = {
    "port is already allocated": f"a port of this machine is in use: {_PORT}",
    "address already in use": f"a port of this machine is in use: {_PORT}",
    "no space left on device": "the engine's disk is full: `docker system df` shows by what, and "
    "`docker builder prune` frees the build cache",
    "permission denied while trying to connect": "this user may not talk to the engine: join its "
    "group, or use rootless mode",
}


def explained(command: str, said: str) -> str:
    """Say what failed, the engine's last words, and what to do where that is known."""
    advice = next((text for words, text in _ADVICE.items() if words in said), "")
    reason = next(
        (line for line in said.splitlines() if "rror" in line or "denied" in line), last_line(said)
    )
    return f"{advice}\n{command}: {reason}" if advice else f"{command}: {reason or 'failed'}"
