"""How a verification tells what it proved: text, JSON, JUnit XML and Markdown."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from generator.findings import Severity
from generator.table import (
    columns,
    count,
    markdown_cell,
    markdown_code,
    pad,
    paint,
    prose,
    size,
    unbroken,
    visible,
    wrap,
)
from generator.verify.result import Layer, Report, Result, Status

NAMES = ("text", "json", "junit", "markdown")
VERSION = 1
MARKS = {Status.PASSED: "ok", Status.FAILED: "FAIL", Status.SKIPPED: "skip"}
STYLES = {Status.PASSED: "green", Status.FAILED: "red", Status.SKIPPED: "dim"}
_MARK = max(map(len, MARKS.values()))
# Narrower or longer than this beside the other columns, the evidence goes below them.
_LEAST_EVIDENCE = 24
_MOST_BESIDE = 3


def render(
    report: Report, fmt: str, *, colour: bool = False, width: int = 80, table: bool = True
) -> str:
    """What to print for a verification, without a last line end.

    Args:
        report: what was checked and observed.
        fmt: one of `NAMES`.
        colour: whether the text has colours. The other formats have none.
        width: columns that the text may take.
        table: whether the text has the rows of the checks, which a live list has shown already.

    Raises:
        ValueError: for another format.
    """
    match fmt:
        case "text":
            return _text(report, colour=colour, width=width, table=table)
        case "json":
            return json.dumps(_told(report), indent=2)
        case "junit":
            return _junit(report)
        case "markdown":
            return _markdown(report)
        case _:
            raise ValueError(f"format: must be one of {', '.join(NAMES)}, not {fmt!r}")


def verdict(report: Report) -> str:
    """`27 passed, 1 failed, 3 skipped in 41 s`; what there is none of is left out."""
    parts = [
        f"{number} {status.value}"
        for status in Status
        if (number := _number(report, status)) or status is Status.PASSED
    ]
    return f"{', '.join(parts)} in {duration(report.seconds)}"


def duration(seconds: float) -> str:
    """`0.4 s`, `41 s`, `2 min 5 s`."""
    if seconds < 9.95:  # from here on it would be shown as 10.0
        return f"{max(0.0, seconds):.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


def _number(report: Report, status: Status) -> int:
    return sum(result.status is status for result in report.results)


def _text(report: Report, *, colour: bool, width: int, table: bool) -> str:
    blocks = [_heading(report, colour=colour, width=width)]
    if report.results and table:
        blocks.append(_table(report.results, colour=colour, width=width))
    if report.size or report.layers:
        blocks.append(_layers(report, colour=colour, width=width))
    if report.notes:
        blocks.append([line for note in report.notes for line in _note(note, width)])
    tone = "red" if report.failures() else "green"
    blocks.append([paint(line, tone, colour=colour) for line in wrap(verdict(report), width)])
    return "\n\n".join("\n".join(block) for block in blocks)


def _note(note: str, width: int) -> list[str]:
    """A note; the lines of a log keep their ends."""
    first, *log = note.splitlines() or [""]
    lines = wrap(first, width, "note: ")
    return lines + [text for line in log for text in wrap(line, width, "    | ", "    | ")]


def _heading(report: Report, *, colour: bool, width: int) -> list[str]:
    lines = [paint(visible(report.subject), "bold", colour=colour)]
    facts = {"image": report.image, "engine": report.engine, **report.settings}
    for name, value in facts.items():
        if value.strip():
            lines += wrap(value, width, f"  {prose(name)}: ")
    return lines


def _table(results: Sequence[Result], *, colour: bool, width: int) -> list[str]:
    check = max(columns(prose(result.check)) for result in results)
    practice = max(columns(prose(result.practice)) for result in results)
    seconds = max(len(_seconds(result)) for result in results)
    lines = []
    for reason, group in groupby(results, key=_not_run):
        same = list(group)
        if reason and len(same) > 1:
            lines += wrap(f"{len(same)} checks: {reason}", width, "  skip  ")
            continue
        for result in same:
            lines += row(result, (check, practice, seconds), colour=colour, width=width)
    return lines


def _not_run(result: Result) -> str:
    """Why a check was not even begun, the same for all that follow a failed build."""
    begun = result.status is not Status.SKIPPED or result.seconds
    return "" if begun else result.evidence


def row(result: Result, cells: tuple[int, int, int], *, colour: bool, width: int) -> list[str]:
    """The lines of a check; `cells` are the columns of its name, its practice and its time."""
    check, practice, seconds = cells
    left = 2 + _MARK + 2 + check + 2 + practice + 2 + seconds + 2
    texts = (
        pad(prose(result.check), check),
        pad(prose(result.practice), practice),
        _seconds(result).rjust(seconds),
    )
    mark = paint(MARKS[result.status].ljust(_MARK), STYLES[result.status], colour=colour)
    head = f"  {mark}  {'  '.join(texts)}"
    indent, told = _observed(result, left, width, colour=colour)
    if indent == left:
        head += f"  {told.pop(0)}"
    return [head.rstrip(), *(" " * indent + line for line in told)]


def _observed(result: Result, left: int, width: int, *, colour: bool) -> tuple[int, list[str]]:
    """Where the evidence begins, `left` or below the other columns, and its lines from there."""
    told = [(_evidence(result), _tone(result))]
    if result.status is Status.FAILED:
        told.append((f"expected: {result.title}", "dim"))

    def lines(room: int) -> list[str]:
        return [
            paint(line, style, colour=colour and bool(style))
            for text, style in told
            for line in wrap(text, room)
        ]

    # An address or a path is not cut: what is too long or too much for the column goes below.
    room = width - left
    longest = max(columns(word) for text, _ in told for word in prose(text).split(" "))
    if room >= max(_LEAST_EVIDENCE, longest):
        beside = lines(room)
        if len(beside) <= _MOST_BESIDE:
            return left, beside
    below = 2 + _MARK + 2
    return below, lines(width - below)


def _tone(result: Result) -> str:
    """The evidence's style: what passed is not to be looked at."""
    return "" if result.status is Status.PASSED else STYLES[result.status]


def _evidence(result: Result) -> str:
    """What was seen, and for a failure that is no error how bad it is."""
    mild = result.status is Status.FAILED and result.severity is not Severity.ERROR
    return result.evidence + (f" ({result.severity.value})" if mild else "")


def _seconds(result: Result) -> str:
    return f"{max(0.0, result.seconds):.1f} s"


def _layers(report: Report, *, colour: bool, width: int) -> list[str]:
    full = [layer for layer in report.layers if layer.size]
    own = sum(layer.size for layer in full)
    head = f"size {size(report.size)}"
    if report.layers:
        head += f", of which {size(own)} above the base image"
    lines = [paint(line, "bold", colour=colour) for line in wrap(head, width)]
    broad = max((len(size(layer.size)) for layer in full), default=0)
    for layer in full:
        lines += wrap(_instruction(layer), width, f"  {size(layer.size).rjust(broad)}  ")
    if empty := len(report.layers) - len(full):
        lines += wrap(f"and {count(empty, 'layer')} of no bytes", width, "  ")
    return lines


def _instruction(layer: Layer) -> str:
    """The instruction, without the end of a very long one."""
    text = prose(layer.instruction)
    return text if len(text) <= 200 else f"{text[:197]}..."


def _told(report: Report) -> dict[str, Any]:
    # Any mapping will do for settings, and asdict copies none but a dict.
    told: dict[str, Any] = _unbroken(asdict(replace(report, settings=dict(report.settings))))
    told["summary"] = {status.value: _number(report, status) for status in Status}
    return {"version": VERSION, **told}


def _unbroken(value: Any) -> Any:
    if isinstance(value, str):
        return unbroken(value)
    if isinstance(value, dict):
        return {unbroken(key): _unbroken(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_unbroken(each) for each in value]
    return value


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the format `json`.

    Keys may be added under the same `version`; one that changes its meaning or goes raises it.
    """
    text = {"type": "string"}
    octets = {"type": "integer", "minimum": 0, "description": "Bytes."}
    seconds = {"type": "number", "minimum": 0}
    result = {
        "check": {**text, "description": "The check's name."},
        "practice": {**text, "description": "Id of the practice that it proves."},
        "title": {**text, "description": "What it claims."},
        "status": {"enum": [status.value for status in Status]},
        "evidence": {**text, "description": "What was observed, or why it was skipped."},
        "seconds": seconds,
        "severity": {"enum": [severity.value for severity in Severity]},
    }
    texts = {"type": "array", "items": text}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "imgen verify",
        **_object(
            {
                "version": {"const": VERSION},
                "subject": {**text, "description": "The Dockerfile, as given."},
                "image": text,
                "engine": {**text, "description": "The container engine and its version."},
                "results": {"type": "array", "items": _object(result)},
                "size": octets,
                "layers": {
                    "type": "array",
                    "items": _object({"instruction": text, "size": octets}),
                    "description": "The layers above the base image, lowest first.",
                },
                "notes": texts,
                "seconds": seconds,
                "settings": {"type": "object", "additionalProperties": text},
                "summary": _object(
                    {status.value: {"type": "integer", "minimum": 0} for status in Status}
                ),
            }
        ),
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _junit(report: Report) -> str:
    """One suite. Elements and attributes are those that both Ant's and Jenkins's readers know."""
    import xml.etree.ElementTree as ET

    began = datetime.now(UTC) - timedelta(seconds=max(0.0, report.seconds))
    suite = ET.Element(
        "testsuite",
        {
            "name": _xml(report.subject) or "imgen verify",
            "timestamp": f"{began:%Y-%m-%dT%H:%M:%S}",
            "hostname": "localhost",
            "tests": str(len(report.results)),
            "failures": str(len(report.failures())),
            "errors": "0",
            "skipped": str(_number(report, Status.SKIPPED)),
            "time": _time(report.seconds),
        },
    )
    facts = {
        "image": report.image,
        "engine": report.engine,
        "size": str(report.size),
        **report.settings,
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=_xml(name) or "-", value=_xml(value))
    for result in report.results:
        _case(suite, result)
    told = [f"{size(layer.size)}  {_instruction(layer)}" for layer in report.layers]
    ET.SubElement(suite, "system-out").text = "\n".join(_xml(line) for line in told)
    ET.SubElement(suite, "system-err").text = "\n".join(_xml(note) for note in report.notes)
    ET.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suite, encoding="unicode")}'


def _case(suite: Any, result: Result) -> None:
    import xml.etree.ElementTree as ET

    case = ET.SubElement(
        suite,
        "testcase",
        name=_xml(result.check) or "-",
        classname=_xml(result.practice) or "-",
        time=_time(result.seconds),
    )
    evidence = _xml(_evidence(result))
    if result.status is Status.FAILED:
        failure = ET.SubElement(case, "failure", message=evidence, type=result.severity.value)
        failure.text = f"expected: {_xml(result.title)}\nobserved: {evidence}"
    elif result.status is Status.SKIPPED:
        ET.SubElement(case, "skipped", message=evidence)


def _time(seconds: float) -> str:
    return f"{max(0.0, seconds):.3f}"


def _xml(text: str) -> str:
    """A text of one line without what XML 1.0 forbids: controls are spelled out, the rest goes."""
    return prose(text).replace("\ufffe", "").replace("\uffff", "")


def _markdown(report: Report) -> str:
    sign = "FAIL" if report.failures() else "ok"
    blocks = [
        f"**imgen verify: {sign}**, {verdict(report)}",
        " with ".join(filter(None, (markdown_code(report.subject), markdown_cell(report.engine)))),
    ]
    if report.results:
        rows = [
            "| | Check | Practice | Time | Observed |",
            "| --- | --- | --- | ---: | --- |",
            *map(_row, report.results),
        ]
        blocks.append("\n".join(rows))
    if report.size or report.layers:
        blocks.append(f"Image size: {size(report.size)}")
    if report.layers:
        rows = ["| Size | Layer |", "| ---: | --- |"]
        rows += [
            f"| {size(layer.size)} | {markdown_code(_instruction(layer))} |"
            for layer in report.layers
        ]
        blocks.append("\n".join(rows))
    if report.notes:
        blocks.append("\n".join(f"- {markdown_cell(note)}" for note in report.notes))
    return "\n\n".join(blocks)


def _row(result: Result) -> str:
    mark = MARKS[result.status]
    observed = markdown_cell(_evidence(result))
    if result.status is Status.FAILED:
        mark = f"**{mark}**"
        observed += f"<br>expected: {markdown_cell(result.title)}"
    cells = (
        mark,
        markdown_cell(result.check),
        markdown_cell(result.practice),
        _seconds(result),
        observed,
    )
    return f"| {' | '.join(cells)} |"
