"""Findings as one JSON object, for programs. Its form is that of `json_schema`."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from generator.findings import Finding, Severity
from generator.table import unbroken

VERSION = 1


def render(findings: Sequence[Finding], checked: Sequence[str], notes: Sequence[str]) -> str:
    """The object as indented JSON in ASCII, its keys always in the same order."""
    told: dict[str, Any] = {
        "version": VERSION,
        "findings": [
            {
                name: unbroken(value) if isinstance(value, str) else value
                for name, value in asdict(found).items()
            }
            for found in findings
        ],
        "checked": [unbroken(path) for path in checked],
        "notes": [unbroken(note) for note in notes],
        "summary": {
            "findings": len(findings),
            "files": len({found.path for found in findings}),
            **{
                severity.value: sum(found.severity is severity for found in findings)
                for severity in Severity
            },
        },
    }
    return json.dumps(told, indent=2)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of what `render` gives.

    Keys may be added under the same `version`; one that changes its meaning or goes raises it.
    """
    text = {"type": "string"}
    number = {"type": "integer", "minimum": 0}
    finding = {
        "practice": {**text, "description": "Id of the practice, as in docs/practices.md."},
        "title": {**text, "description": "Title of the practice."},
        "severity": {"enum": [severity.value for severity in Severity]},
        "path": {**text, "description": "The file, as given or found from the working directory."},
        "line": {"type": "integer", "description": "Line of the file, from 1."},
        "what": {**text, "description": "What is wrong in this line."},
        "why": {**text, "description": "Why it matters."},
        "instead": {**text, "description": "What to write there, empty if no line mends it."},
        "tool": {**text, "description": "The tool that saw it: imgen, hadolint, buildkit, …"},
        "rule": {**text, "description": "That tool's own code, empty for imgen's."},
    }
    summary = dict.fromkeys(("findings", "files", *(each.value for each in Severity)), number)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "imgen audit",
        **_object(
            {
                "version": {"const": VERSION},
                "findings": {"type": "array", "items": _object(finding)},
                "checked": {
                    "type": "array",
                    "items": text,
                    "description": "The files that were looked at.",
                },
                "notes": {
                    "type": "array",
                    "items": text,
                    "description": "What else to know, such as a tool that could not run.",
                },
                "summary": {
                    **_object(summary),
                    "description": "Findings in all, files with one, and findings by severity.",
                },
            }
        ),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}
