"""Findings as SARIF 2.1.0 (OASIS, errata 01), which code scanning reads.

Where GitHub is narrower than the standard, its limits are kept: documents that it refuses help
nobody.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from generator import __version__
from generator.audit.formats._summary import origin
from generator.findings import Finding, Severity
from generator.practices._model import Practice
from generator.table import count, unbroken

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
MAX_RESULTS = 25_000
_MAX_NAME = 255
_MAX_DESCRIPTION = 1024
# What code scanning calls the three levels.
_PROBLEM = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}


def render(findings: Sequence[Finding], practices: Sequence[Practice], notes: Sequence[str]) -> str:
    """One run as indented JSON in ASCII: a rule for each practice, a result for each finding."""
    told = list(notes)
    kept = list(findings)
    if len(kept) > MAX_RESULTS:
        kept = sorted(kept, key=lambda found: found.severity.rank)[:MAX_RESULTS]
        left = count(len(findings) - MAX_RESULTS, "finding")
        told.append(f"{left} left out: more than code scanning takes")
    rules = _rules(kept, practices)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "imgen",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": rules,
            }
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {"level": "note", "message": {"text": _message(note)}} for note in told
                ],
            }
        ],
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The folder in which imgen audit was started."}}
        },
        "results": [
            _result(found, places[_id(found.practice)], mark)
            for found, mark in zip(kept, _fingerprints(kept), strict=True)
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _rules(findings: Sequence[Finding], practices: Sequence[Practice]) -> list[dict[str, Any]]:
    """The catalogue, then what a finding names and the catalogue does not have."""
    rules = {_id(practice.id): _rule(practice) for practice in practices}
    for found in findings:
        if (name := _id(found.practice)) not in rules:
            why = found.why.strip() or found.title
            rules[name] = _descriptor(name, found.title, why, found.severity) | {
                "help": {"text": _text(why)}
            }
    return list(rules.values())


def _rule(practice: Practice) -> dict[str, Any]:
    rule = _descriptor(_id(practice.id), practice.title, practice.why, practice.severity)
    example = practice.example
    text = (
        f"{practice.why}\n\nWrong, in {example.file}:\n\n{_indented(example.wrong)}\n\n"
        f"Right:\n\n{_indented(example.right)}\n\nSource: {practice.source}"
    )
    # A fence of tildes longer than any in the example cannot be closed by it.
    longest = max((len(run) for run in re.findall("~+", example.wrong + example.right)), default=0)
    fence = "~" * max(3, longest + 1)
    language = "dockerfile" if example.file.endswith("Dockerfile") else ""
    markdown = (
        f"{practice.why}\n\nWrong, in `{example.file}`:\n\n"
        f"{fence}{language}\n{example.wrong.rstrip()}\n{fence}\n\n"
        f"Right:\n\n{fence}{language}\n{example.right.rstrip()}\n{fence}\n\n"
        f"Source: {practice.source}"
    )
    rule["help"] = {"text": _text(text), "markdown": unbroken(markdown)}
    return rule


def _descriptor(name: str, title: str, why: str, severity: Severity) -> dict[str, Any]:
    return {
        "id": name,
        "name": _pascal(title) or name,
        "shortDescription": {"text": _text(title)[:_MAX_DESCRIPTION]},
        "fullDescription": {"text": _text(why)[:_MAX_DESCRIPTION]},
        "defaultConfiguration": {"level": severity.value},
        "properties": {
            "precision": "high",
            "problem.severity": _PROBLEM[severity],
            "tags": ["dockerfile"],
        },
    }


def _result(found: Finding, rule: int, mark: str) -> dict[str, Any]:
    text = found.what.strip() or found.title
    if by := origin(found):
        text += f" ({by})"
    if found.instead.strip():
        text += f"\nWrite: {found.instead}"
    return {
        "ruleId": _id(found.practice),
        "ruleIndex": rule,
        "level": found.severity.value,
        "message": {"text": _message(text)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _location(found.path),
                    "region": {"startLine": max(1, found.line)},
                }
            }
        ],
        "partialFingerprints": {"imgenFinding/v1": mark},
    }


def _fingerprints(findings: Sequence[Finding]) -> list[str]:
    """One for each finding, the same after lines were added above it.

    Equal findings of one file are told apart by their order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    marks = []
    for found in findings:
        key = (found.practice, found.tool, found.rule, _location(found.path)["uri"], found.what)
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        marks.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return marks


def _location(path: str) -> dict[str, str]:
    """The file's address below the working directory, or a whole one where it lies elsewhere."""
    here = Path.cwd()
    try:
        whole = Path(_normal(here / path))
    except ValueError:  # a name that no file can have
        return {"uri": _quoted(path), "uriBaseId": ROOT}
    if whole.is_relative_to(here):
        return {"uri": _quoted(whole.relative_to(here).as_posix()), "uriBaseId": ROOT}
    return {"uri": f"file://{'' if whole.as_posix()[0] == '/' else '/'}{_quoted(whole.as_posix())}"}


def _normal(path: Path) -> str:
    # Links are not followed: the path is to be found again as it was given.
    from os.path import normpath

    return normpath(path)


def _quoted(path: str) -> str:
    try:
        octets = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        octets = unbroken(path).encode()
    return quote(octets)


def _id(practice: str) -> str:
    return _text(practice)


def _pascal(title: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", title)
    return "".join(word[0].upper() + word[1:] for word in words)[:_MAX_NAME]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.strip("\n").splitlines())


def _text(text: str) -> str:
    """A text that no reader refuses: half surrogates and emptiness are."""
    return unbroken(text) if text.strip() else "-"


def _message(text: str) -> str:
    """A plain text message (SARIF 3.11.5, 3.11.6): a brace is no placeholder, a bracket no link."""
    return _text(text).replace("{", "{{").replace("}", "}}").replace("](", "\\](")
