"""What a verification proved, in four formats and live, each read the way its consumer reads it."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import jsonschema
import junitparser
import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator.findings import Severity
from generator.table import columns, cut, prose, size, unbroken, visible, wants_colour
from generator.verify.formats import MARKS, duration, json_schema, render, verdict
from generator.verify.live import Live
from generator.verify.result import Layer, Report, Result, Status
from tests.test_audit_formats import CODES, cells, lines_without_controls, nasty, words


def result(**changes: Any) -> Result:
    values: dict[str, Any] = {
        "check": "stops",
        "practice": "S2.5",
        "title": "stop ends in time with exit 0",
        "status": Status.PASSED,
        "evidence": "exit 0 after 0.3 s",
        "seconds": 0.31,
    }
    return Result(**{**values, **changes})


def report(**changes: Any) -> Report:
    values: dict[str, Any] = {
        "subject": "app/Dockerfile",
        "image": "app:1",
        "engine": "Docker 28.5",
        "results": [result()],
        "seconds": 41.2,
    }
    return Report(**{**values, **changes})


def reports(text: st.SearchStrategy[str]) -> st.SearchStrategy[Report]:
    seconds = st.floats(0, 5000, allow_nan=False)
    return st.builds(
        Report,
        subject=text,
        image=text,
        engine=text,
        results=st.lists(
            st.builds(
                Result,
                check=st.one_of(st.sampled_from(["builds", "pid-one"]), text),
                practice=st.sampled_from(["S2.5", "B29"]),
                title=text,
                status=st.sampled_from(Status),
                evidence=text,
                seconds=seconds,
                severity=st.sampled_from(Severity),
            ),
            max_size=4,
        ),
        size=st.integers(0, 10**12),
        layers=st.lists(
            st.builds(Layer, instruction=text, size=st.integers(0, 10**10)), max_size=3
        ),
        notes=st.lists(text, max_size=2),
        seconds=seconds,
        settings=st.dictionaries(text, text, max_size=2),
    )


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="text, json, junit, markdown"):
        render(report(), "sarif")


# Text


def test_text_is_what_a_person_expects() -> None:
    told = report(
        results=[
            result(check="builds", practice="B29", seconds=12.3, evidence="31 steps"),
            result(status=Status.FAILED, seconds=10.2, evidence="exit 137 after 10.2 s"),
            result(
                status=Status.FAILED,
                severity=Severity.NOTE,
                evidence="exit 137 after 10.2 s, and so it went on and on " * 4,
            ),
            result(status=Status.SKIPPED, evidence="/a/path/" + "that-is-long/" * 4, seconds=0),
        ],
        size=159_000_000,
        layers=[
            Layer(instruction="COPY --link src/ /app/", size=4200),
            Layer(instruction="ENV A=1", size=0),
            Layer(instruction="RUN pip", size=27_100_000),
        ],
        notes=["python:3.13 is a stand-in"],
        settings={"spec": "imgen.yaml"},
    )
    assert (
        render(told, "text")
        == """\
app/Dockerfile
  image: app:1
  engine: Docker 28.5
  spec: imgen.yaml

  ok    builds  B29   12.3 s  31 steps
  FAIL  stops   S2.5  10.2 s  exit 137 after 10.2 s
                              expected: stop ends in time with exit 0
  FAIL  stops   S2.5   0.3 s
        exit 137 after 10.2 s, and so it went on and on exit 137 after 10.2 s,
        and so it went on and on exit 137 after 10.2 s, and so it went on and on
        exit 137 after 10.2 s, and so it went on and on (note)
        expected: stop ends in time with exit 0
  skip  stops   S2.5   0.0 s
        /a/path/that-is-long/that-is-long/that-is-long/that-is-long/

size 159.0 MB, of which 27.1 MB above the base image
   4.2 kB  COPY --link src/ /app/
  27.1 MB  RUN pip
  and 1 layer of no bytes

note: python:3.13 is a stand-in

1 passed, 2 failed, 1 skipped in 41 s"""
    )


@given(reports(nasty))
def test_text_holds_nothing_that_a_terminal_obeys(told: Report) -> None:
    plain = render(told, "text")
    lines_without_controls(plain)
    coloured = render(told, "text", colour=True)
    assert CODES.sub("", coloured) == plain
    assert coloured != plain
    marks = re.findall(r"^  (ok  |FAIL|skip)  ", plain, flags=re.MULTILINE)
    assert [mark.strip() for mark in marks][: len(told.results)] == [
        MARKS[each.status] for each in told.results
    ]
    folded = re.sub(r"\s+", "", plain)
    for each in told.results:
        assert re.sub(r"\s+", "", prose(each.evidence)) in folded
        assert each.status is not Status.FAILED or re.sub(r"\s+", "", prose(each.title)) in folded


@given(reports(words), st.integers(60, 120))
def test_text_fits(told: Report, width: int) -> None:
    results = [result(**{**vars(each), "check": "worker-count"}) for each in told.results]
    settings = {f"s{at}": value for at, value in enumerate(told.settings.values())}
    told = report(**{**vars(told), "results": results, "settings": settings, "subject": "a"})
    for line in render(told, "text", width=width).split("\n"):
        assert columns(line) <= width


@pytest.mark.parametrize(
    ("statuses", "seconds", "told"),
    [
        ("", 0.04, "0 passed in 0.0 s"),
        ("p", 9.96, "1 passed in 10 s"),
        ("ppf", 41.2, "2 passed, 1 failed in 41 s"),
        ("ppfsss", 125.4, "2 passed, 1 failed, 3 skipped in 2 min 5 s"),
        ("s", 119.6, "0 passed, 1 skipped in 2 min 0 s"),
    ],
)
def test_the_last_line_is_the_verdict(statuses: str, seconds: float, told: str) -> None:
    names = {"p": Status.PASSED, "f": Status.FAILED, "s": Status.SKIPPED}
    one = report(results=[result(status=names[each]) for each in statuses], seconds=seconds)
    assert verdict(one) == told
    assert render(one, "text").split("\n")[-1] == told
    colour = "\x1b[31m" if "f" in statuses else "\x1b[32m"
    assert render(one, "text", colour=True).split("\n")[-1].startswith(colour)


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (159_000_000, "159.0 MB"),
        (10**16, "10000.0 TB"),
    ],
)
def test_sizes_are_decimal(octets: int, told: str) -> None:
    assert size(octets) == told


def test_no_duration_is_negative() -> None:
    assert duration(-1) == "0.0 s"


# JSON


@given(reports(nasty))
def test_json_follows_its_schema(one: Report) -> None:
    text = render(one, "json")
    assert text.isascii()
    told = json.loads(text)
    jsonschema.Draft202012Validator(json_schema()).validate(told)
    json.dumps(told, ensure_ascii=False).encode()
    assert [each["evidence"] for each in told["results"]] == [
        unbroken(each.evidence) for each in one.results
    ]
    assert told["size"] == one.size
    assert told["summary"]["failed"] == len(one.failures())


def test_the_schema_of_json_refuses_what_is_missing() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    settings = MappingProxyType({"cpus": "2"})
    one = report(layers=(Layer(instruction="A", size=1),), settings=settings)
    told = json.loads(render(one, "json"))
    assert told["settings"] == {"cpus": "2"}
    for key in told:
        broken = {name: value for name, value in told.items() if name != key}
        assert not jsonschema.Draft202012Validator(schema).is_valid(broken)
    wrong = {**told, "results": [{**told["results"][0], "status": "broken"}]}
    assert not jsonschema.Draft202012Validator(schema).is_valid(wrong)


# JUnit XML

# What both Ant's and Jenkins's readers know, in the order that Ant's asks for.
ATTRIBUTES = {
    "testsuite": {
        *("name", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time"),
    },
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "skipped": {"message"},
    "system-out": set(),
    "system-err": set(),
}


@given(reports(nasty))
def test_junit_is_read_by_its_consumers(one: Report) -> None:
    text = render(one, "junit")
    root = ET.fromstring(text.encode())
    assert root.tag == "testsuite"
    for element in root.iter():
        assert ATTRIBUTES[element.tag] == set(element.attrib)
    shape = [child.tag for child in root]
    cases = ["testcase"] * len(one.results)
    assert shape == ["properties", *cases, "system-out", "system-err"]
    assert root.attrib["name"]

    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    numbers = (suite.tests, suite.failures, suite.errors, suite.skipped)
    skipped = sum(each.status is Status.SKIPPED for each in one.results)
    assert numbers == (len(one.results), len(one.failures()), 0, skipped)
    for case, each in zip(suite, one.results, strict=True):
        assert case.name
        assert case.classname == each.practice
        assert case.time == pytest.approx(each.seconds, abs=0.0006)
        assert case.is_passed == (each.status is Status.PASSED)
        assert case.is_failure == (each.status is Status.FAILED)
        assert case.is_skipped == (each.status is Status.SKIPPED)
        for outcome in case.result:
            assert outcome.message.startswith(legal(each.evidence))
        if each.status is Status.FAILED:
            assert legal(each.title) in case.result[0].text


def legal(text: str) -> str:
    return prose(text).replace("\ufffe", "").replace("\uffff", "")


def test_junit_is_exactly_this() -> None:
    told = render(
        report(
            results=[result(status=Status.FAILED, evidence='a ]]> <b> & "c"\x00\uffff', seconds=1)],
            notes=["n"],
        ),
        "junit",
    )
    (case,) = ET.fromstring(told.encode()).iter("testcase")
    assert case.attrib == {"name": "stops", "classname": "S2.5", "time": "1.000"}
    seen = 'a ]]> <b> & "c"\\x00'
    assert case[0].attrib == {"message": seen, "type": "error"}
    assert case[0].text == f"expected: stop ends in time with exit 0\nobserved: {seen}"


def test_junit_tells_when_it_began() -> None:
    root = ET.fromstring(render(report(seconds=3600), "junit").encode())
    began = datetime.strptime(root.attrib["timestamp"], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - timedelta(hours=1) - began) < timedelta(minutes=1)


# Markdown


@given(reports(nasty))
def test_markdown_shows_every_text_as_it_is(one: Report) -> None:
    text = render(one, "markdown")
    lines_without_controls(text)
    parsed = cells(text)
    assert parsed.tags <= {
        *("p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "ul", "li"),
    }
    rows = [row for row in parsed.rows if len(row) == 5 and row[1] != "Check"]
    assert len(rows) == len(one.results)
    for row, each in zip(rows, one.results, strict=True):
        assert row[:3] == [MARKS[each.status], prose(each.check), each.practice]
        seen = row[4].split("\n")
        assert seen[0].startswith(prose(each.evidence))
        if each.status is Status.FAILED:
            assert seen[1] == f"expected: {prose(each.title)}".strip()
        else:
            assert len(seen) == 1


def test_markdown_begins_with_the_verdict() -> None:
    told = render(report(results=[result(status=Status.FAILED)]), "markdown")
    assert told.startswith("**imgen verify: FAIL**, 0 passed, 1 failed in 41 s\n")
    assert "<strong>FAIL</strong>" in MarkdownIt().enable("table").render(told)
    assert render(report(), "markdown").startswith("**imgen verify: ok**, 1 passed in 41 s\n")


# Colour, and the live list


class Stream(io.StringIO):
    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(
    ("terminal", "variables", "wanted"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
        (False, {"FORCE_COLOR": ""}, False),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (True, {"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_colours_are_given_to_who_wants_them(
    monkeypatch: pytest.MonkeyPatch,
    *,
    terminal: bool,
    variables: dict[str, str],
    wanted: bool,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert wants_colour(Stream(terminal=terminal)) is wanted


@given(nasty, st.integers(0, 40))
def test_a_text_is_cut_to_columns(text: str, width: int) -> None:
    kept = cut(visible(text), width)
    assert columns(kept) <= width
    assert kept == visible(text) or kept.endswith("..."[:width])


@given(st.lists(st.builds(result, title=nasty, evidence=nasty, status=st.sampled_from(Status))))
def test_a_pipe_gets_one_plain_line_for_each_check(results: list[Result]) -> None:
    stream = Stream(terminal=False)
    with Live(stream, colour=False, width=80) as live:
        for number, each in enumerate(results, start=1):
            live.start(each.check, each.title)
            live.result(each)
            assert stream.getvalue().count("\n") == number
    lines = lines_without_controls(stream.getvalue())
    assert lines.pop() == ""
    for line, each in zip(lines, results, strict=True):
        assert line.startswith(f"  {MARKS[each.status]}")
        assert prose(each.evidence) in line


def test_a_stream_of_few_characters_gets_escapes() -> None:
    octets = io.BytesIO()
    stream = io.TextIOWrapper(octets, encoding="ascii")
    with Live(stream, colour=False, width=80) as live:
        live.result(result(evidence="宽"))
    assert octets.getvalue().endswith(b": \\u5bbd\n")


SCRIPT = """
import sys, time
from generator.findings import Severity
from generator.verify.live import Live, wants_colour
from generator.verify.result import Result, Status

def run(live):
    for name, status, seconds in (
        ("builds", Status.PASSED, {long}), ("stops", Status.FAILED, 0), ("shm", Status.SKIPPED, 0)
    ):
        live.start(name, f"{{name}} as it is meant to, with more than thirty columns")
        time.sleep(seconds)
        live.result(Result(check=name, practice="S2.5", title=f"{{name}} as it is meant to, yes",
            status=status, evidence="exit 137 after 10.2 s, the engine had to kill it", seconds=1))

live = Live(sys.stdout, colour=wants_colour(sys.stdout), width=80)
{body}
"""
WITH = "with live: run(live)"


def environment(**changes: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES"}
    }
    root = str(Path(__file__).parents[1])
    # Python 3.13 and later colour their tracebacks.
    plain = {"PYTHON_COLORS": "0", "TERM": "xterm-256color"}
    return {**kept, "PYTHONPATH": root, **plain, **changes}


def terminal(
    body: str = WITH,
    *,
    width: int = 80,
    long: float = 0.0,
    variables: dict[str, str] | None = None,
) -> tuple[str, int]:
    """Everything that a script writes to a terminal, and how it ended."""
    child = pexpect.spawn(
        sys.executable,
        ["-c", SCRIPT.format(body=body, long=long)],
        dimensions=(24, width),
        env=environment(**(variables or {})),
        encoding="utf-8",
        timeout=20,
    )
    child.expect(pexpect.EOF)
    child.close()
    return child.before, child.exitstatus if child.signalstatus is None else -child.signalstatus


def drawn(raw: str) -> Iterator[tuple[str, str]]:
    """Each text on the last line and what ended it: `clear` or `line`."""
    plain = CODES.sub("", raw).replace("\x1b[?25l", "").replace("\x1b[?25h", "")
    for part in re.split("(\r\x1b\\[2K|\r\n)", plain):
        if part.startswith("\r"):
            yield "", "clear" if "\x1b" in part else "line"
        else:
            assert "\x1b" not in part
            assert "\r" not in part
            yield part, ""


def screen(raw: str, width: int) -> list[str]:
    """What a terminal shows in the end; fails where a line would have run over its edge."""
    lines, last = [], ""
    for text, end in drawn(raw):
        if end == "clear":
            last = ""
        elif end == "line":
            lines.append(last)
            last = ""
        else:
            last += text
            assert columns(last) < width
    return [*lines, last]


def test_a_terminal_sees_the_running_check_and_keeps_the_ended() -> None:
    raw, code = terminal(long=1.5)
    assert code == 0
    running = [text for text, _ in drawn(raw) if text.startswith("  ...")]
    assert running[:2] == [
        f"  ...       {second} s  builds as it is meant to, with more than thirty columns"
        for second in (0, 1)
    ]
    assert screen(raw, 80) == [
        "  ok    builds             S2.5     1.0 s  exit 137 after 10.2 s, the engine",
        "                                           had to kill it",
        "  FAIL  stops              S2.5     1.0 s",
        "        exit 137 after 10.2 s, the engine had to kill it",
        "        expected: stops as it is meant to, yes",
        "  skip  shm                S2.5     1.0 s  exit 137 after 10.2 s, the engine",
        "                                           had to kill it",
        "",
    ]
    assert "\x1b[32mok  \x1b[0m" in raw
    assert raw.count("\x1b[?25l") == 1
    assert raw.endswith("\x1b[?25h")


@pytest.mark.parametrize("width", [24, 30, 40, 100])
def test_no_line_runs_over_the_edge_of_a_narrow_terminal(width: int) -> None:
    raw, code = terminal(width=width)
    assert code == 0
    shown = screen(raw, width)
    assert sum(line.startswith("  ok") for line in shown) == 1
    for text, _ in drawn(raw):
        if text.startswith("  ..."):
            assert columns(text) < width


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"NO_COLOR": "1"}])
def test_a_terminal_that_wants_it_plain_gets_plain_lines(variables: dict[str, str]) -> None:
    raw, code = terminal(variables=variables)
    assert code == 0
    assert "\x1b" not in raw
    assert [line[:7] for line in raw.splitlines()] == ["  ok   ", "  FAIL ", "  skip "]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("with live: live.start('a', 'b'); raise SystemExit(3)", 3),
        ("live.start('a', 'b'); sys.exit(4)", 4),
        (
            "import os, signal\nwith live: live.start('a', 'b'); os.kill(os.getpid(), 2)",
            -signal.SIGINT,
        ),
    ],
)
def test_the_cursor_comes_back_however_it_ends(body: str, code: int) -> None:
    raw, ended = terminal(body)
    assert ended == code
    assert raw.index("\x1b[?25l") < raw.index("\x1b[?25h")
    before, _, after = raw.partition("\x1b[?25h")
    assert before.endswith("\r\x1b[2K")
    assert "\x1b" not in after


def test_closing_twice_and_results_after_it_do_no_harm() -> None:
    raw, code = terminal("run(live); live.close(); live.close()")
    assert code == 0
    assert raw.count("\x1b[?25h") == 1


@pytest.mark.parametrize("variables", [{}, {"FORCE_COLOR": "1"}])
def test_a_pipe_gets_each_line_at_once(variables: dict[str, str]) -> None:
    body = "live.result(Result(check='a', practice='B1', title='t', status=Status.PASSED, "
    body += "evidence='e', seconds=1)); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(body=body, long=0)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(**variables),
    )
    assert child.stdout is not None
    line = child.stdout.readline()  # the script waits for its input: it would hang unless flushed
    child.communicate(timeout=20)
    mark = b"\x1b[32mok  \x1b[0m" if variables else b"ok  "
    assert line == b"  " + mark + b"    1.0 s  B1  t: e\n"
