"""The linters that exist: hadolint, BuildKit's checks, shellcheck; what each says as findings.

A tool that is missing or fails is told as a note and never silently left out.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from generator.audit.programs import INSTALL, program
from generator.audit.sources import Script, Sources
from generator.findings import Severity

PATIENCE = 120
"""Seconds that a tool may take."""

# They want the exact version of each system package. Distributions drop superseded versions from
# their mirrors, so such a pin breaks the build at the next security update.
IGNORED = ("DL3008", "DL3018", "DL3033", "DL3037", "DL3041")

_UNREADABLE = "DL1000"
"""What hadolint says of a file that its own parser does not take."""

_LEVELS = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.NOTE,
    "style": Severity.NOTE,
}
# What the docker command says where no engine answers it.
_NO_ENGINE = ("Cannot connect to the Docker daemon", "error during connect")
_SYNTAX = re.compile(r"\A#[ \t]*syntax[ \t]*=[^\n]*\n", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """A part of a script, and what to write there; lines and columns count from 1."""

    line: int
    column: int
    end_line: int
    end_column: int
    precedence: int
    text: str


@dataclass(frozen=True, kw_only=True)
class ToolFinding:
    """What a tool says of one line, in its own words; `fix` mends it where the tool can."""

    tool: str
    rule: str
    path: str
    line: int
    text: str
    severity: Severity
    fix: tuple[Replacement, ...] = ()


class ToolError(Exception):
    """A tool that is missing, or that could not do its work; the text says why."""


class ToolGoneError(ToolError):
    """A tool that will not answer for the next file either."""


def _program(name: str) -> str:
    if found := program(name):
        return found
    raise ToolError(f"{name} is not installed: {INSTALL}")


def _run(*words: str, stdin: str | None = None, cwd: Path | None = None) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the words are imgen's own
            words,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            cwd=cwd,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolGoneError(f"{Path(words[0]).name} gave no answer within {PATIENCE} s") from error
    if not done.stdout.strip():
        kind = ToolGoneError if any(sign in done.stderr for sign in _NO_ENGINE) else ToolError
        raise kind(f"{Path(words[0]).name} failed: {_last_line(done.stderr)}")
    return done.stdout


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return next((line for line in lines if line.startswith("ERROR")), (lines or ["no output"])[-1])


def _rows(tool: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ToolError(f"{tool} gave no JSON: {text[:200].strip()}") from error


def hadolint(sources: Sources) -> Iterator[ToolFinding]:
    """Lint the Dockerfile with hadolint, by the project's own .hadolint.yaml where it has one.

    Raises:
        ToolError: if it could not.
    """
    ignored = [word for code in IGNORED for word in ("--ignore", code)]
    text = _run(
        _program("hadolint"),
        "--no-fail",
        "--format",
        "json",
        *ignored,
        "-",
        stdin=sources.dockerfile.text,
        cwd=sources.root,
    )
    for row in _rows("hadolint", text):
        if row["code"] == _UNREADABLE:
            # BuildKit's parser took the file: what hadolint does not know yet is no fault of it.
            raise ToolError(
                f"{sources.dockerfile.path}:{row['line']}: hadolint cannot read this line, so its "
                "rules were not run on this file"
            )
        yield ToolFinding(
            tool="hadolint",
            rule=row["code"],
            path=sources.dockerfile.path,
            line=row["line"],
            text=row["message"],
            severity=_LEVELS.get(row["level"], Severity.WARNING),
        )


def shellcheck(scripts: Sequence[Script]) -> Iterator[ToolFinding]:
    """Lint the scripts that the image starts with.

    Raises:
        ToolError: if it could not.
    """
    for script in scripts:
        options = [] if script.shell else ["--shell", "sh"]
        text = _run(
            _program("shellcheck"), "--norc", "--format", "json1", *options, "-", stdin=script.text
        )
        for row in _rows("shellcheck", text)["comments"]:
            yield ToolFinding(
                tool="shellcheck",
                rule=f"SC{row['code']}",
                path=script.path,
                line=row["line"],
                text=row["message"],
                severity=_LEVELS.get(row["level"], Severity.WARNING),
                fix=tuple(map(_replacement, (row.get("fix") or {}).get("replacements") or ())),
            )


def _replacement(row: Mapping[str, Any]) -> Replacement:
    return Replacement(
        line=row["line"],
        column=row["column"],
        end_line=row["endLine"],
        end_column=row["endColumn"],
        precedence=row.get("precedence", 0),
        text=row["replacement"],
    )


def build_checks(sources: Sources, missing: set[str] | None = None) -> Iterator[ToolFinding]:
    """Let the builder check the Dockerfile, as `docker build --check` does.

    Where the image of the `# syntax=` line is out of reach, the engine's own frontend checks.
    Such lines are added to `missing`, so that the next file does not wait for the same image.

    Raises:
        ToolError: if no engine answers, or the base images are out of reach.
    """
    docker = shutil.which("docker")
    if not docker:
        raise ToolGoneError("there is no docker command: BuildKit's own checks were not run")
    text = sources.dockerfile.text
    frontend = match[0] if (match := _SYNTAX.match(text)) else ""
    missing = set() if missing is None else missing
    dropped = _SYNTAX.sub("\n", text)
    try:
        rows = _build_check(docker, sources, dropped if frontend in missing else text)
    except ToolGoneError:
        raise
    except ToolError:
        if not frontend or frontend in missing:
            raise
        rows = _build_check(docker, sources, dropped)
        missing.add(frontend)  # since without it there is an answer
    for row in rows.get("warnings") or ():
        ranges = (row.get("location") or {}).get("ranges") or [{"start": {"line": 1}}]
        yield ToolFinding(
            tool="buildkit",
            rule=row["ruleName"],
            path=sources.dockerfile.path,
            line=max(1, ranges[0]["start"]["line"]),
            text=row.get("detail") or row["description"],
            severity=Severity.WARNING,
        )
    if fault := rows.get("buildError"):
        # The checks ended there; without this an audit would take the rest for clean.
        message = fault.get("message") or "no reason given"
        raise ToolError(
            f"BuildKit's own checks were not run to the end: {sources.dockerfile.path}: {message}"
        )


def _build_check(docker: str, sources: Sources, text: str) -> Any:
    with TemporaryDirectory(prefix="imgen-check-") as folder:
        file = Path(folder) / "Dockerfile"
        file.write_text(text, encoding="utf-8")
        if sources.ignore:
            file.with_name("Dockerfile.dockerignore").write_text(
                sources.ignore.text, encoding="utf-8"
            )
        options = ["--call=check,format=json", "--file", str(file)]
        try:
            return _rows(
                "docker build --check", _run(docker, "build", *options, str(sources.root or folder))
            )
        except ToolError as error:
            raise type(error)(f"BuildKit's own checks were not run: {error}") from error
