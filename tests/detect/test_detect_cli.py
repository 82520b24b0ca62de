"""The command detect, and how candidates become a whole detection."""

import json
from pathlib import Path

import pytest

from generator.detect import below, detect, json_form, settled, text_form, yaml_form
from generator.detect.model import (
    Alternative,
    Candidate,
    Confidence,
    Detection,
    Evidence,
    Folder,
    Note,
    Proposal,
)
from generator.detect.tree import Tree
from generator.spec import from_values, parse
from tests.helpers import imgen

VITE = {
    "package.json": '{\n  "name": "web",\n  "version": "1.2.0",\n  "author": "Ada",\n'
    '  "scripts": {"build": "vite build"},\n  "devDependencies": {"vite": "^6"}\n}\n',
    "package-lock.json": '{"lockfileVersion": 3}',
    "index.html": "<!doctype html>",
    "src/main.js": "",
}


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def proposal(field: str, value: object, **more: object) -> Proposal:
    given = {"confidence": Confidence.HIGH, "reason": "set in", **more}
    return Proposal(field=field, value=value, **given)  # type: ignore[arg-type]


GO = Candidate(
    kind="Go program",
    score=90,
    profile=proposal("profile", "generic"),
    proposals=(proposal("command", ["/bin/a"], evidence=(Evidence(path="Dockerfile", line=3),)),),
)
ABOUT = [
    proposal("name", "a"),
    proposal("version", "1.0"),
    proposal("maintainer", "Ada", confidence=Confidence.LOW, reason="user in"),
]


def with_fields(*proposals: Proposal) -> Candidate:
    return settled.settled(
        Candidate(
            kind=GO.kind, score=90, profile=GO.profile, proposals=(*GO.proposals, *proposals)
        ),
        ABOUT,
    )


def test_a_site_is_told_field_by_field(tmp_path: Path) -> None:
    write(tmp_path, VITE)
    found = imgen("detect", cwd=tmp_path)
    assert found.code == 0
    assert found.err == ""
    rows = [line.split() for line in found.out.splitlines()]
    assert ["version", "1.2.0", "high", "set", "in", "package.json:3"] in rows
    assert "Write the files:  imgen new --yes" in found.out
    assert "\x1b" not in found.out
    assert all(len(line) <= 80 for line in found.out.splitlines())


def test_a_narrow_terminal(tmp_path: Path) -> None:
    write(tmp_path, VITE)
    found = imgen("detect", cwd=tmp_path, environment={"COLUMNS": "40"})
    assert "version: 1.2.0\n    high: set in package.json:3\n" in found.out
    assert all(len(line) <= 40 for line in found.out.splitlines())


def test_colours_where_they_are_wanted(tmp_path: Path) -> None:
    write(tmp_path, VITE)
    assert "\x1b[32mhigh" in imgen("detect", cwd=tmp_path, environment={"FORCE_COLOR": "1"}).out


def test_json_has_all_of_it(tmp_path: Path) -> None:
    write(tmp_path, VITE)
    found = json.loads(imgen("detect", "--format", "json", cwd=tmp_path).out)
    assert list(found) == [
        "format", "folder", "found", "kind", "score", "missing", "spec", "proposals", "notes",
        "others", "folders", "unread",
    ]  # fmt: skip
    assert (found["format"], found["folder"], found["found"]) == (1, ".", True)
    assert found["spec"]["profile"] == "nginx"
    assert from_values(found["spec"]).profile.version == "1.2.0"
    assert {"field": "version", "value": "1.2.0", "confidence": "high", "reason": "set in",
            "evidence": [{"path": "package.json", "line": 3}], "alternatives": []
            } in found["proposals"]  # fmt: skip


def test_yaml_is_a_spec_with_its_evidence(tmp_path: Path) -> None:
    write(tmp_path, VITE)
    text = imgen("detect", "--format", "yaml", cwd=tmp_path).out
    assert "# set in package.json:3\nversion: 1.2.0\n" in text
    spec = parse(text, source="imgen.yaml")
    assert spec.profile == from_values(detect(tmp_path).values()).profile
    (tmp_path / "imgen.yaml").write_text(text, encoding="utf-8")
    assert imgen("generate", cwd=tmp_path).code == 0


@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_nothing_found_is_exit_code_1(form: str, tmp_path: Path) -> None:
    found = imgen("detect", "--format", form, cwd=tmp_path)
    assert found.code == 1
    if form == "json":
        assert json.loads(found.out)["found"] is False
        return
    told = found.err if form == "yaml" else found.out
    assert "No app was found." in told
    assert "pyproject.toml" in told
    assert "`imgen new`" in told
    assert form == "text" or not found.out


@pytest.mark.parametrize("arguments", [["missing"], ["file"], ["--format", "xml"], ["a", "b"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = imgen("detect", *arguments, cwd=tmp_path)
    assert found.code == 2
    assert found.out == ""
    assert arguments[-1] in found.err


def test_help_tells_the_forms_and_the_exit_codes(tmp_path: Path) -> None:
    text = " ".join(imgen("detect", "--help", cwd=tmp_path).out.split())
    assert "[text|json|yaml]" in text
    assert "0 an app was found, 1 none was found, 2 wrong usage" in text


def test_nothing_is_written(tmp_path: Path) -> None:
    write(tmp_path, VITE)
    before = sorted(tmp_path.rglob("*"))
    imgen("detect", cwd=tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_candidate_s_own_word_wins() -> None:
    found = with_fields(proposal("name", "own"))
    assert [each.value for each in found.proposals if each.field == "name"] == ["own"]
    assert not found.missing
    assert not found.notes


def test_the_order_is_that_of_the_questions() -> None:
    found = with_fields(proposal("description", "x"), proposal("port", "80"), proposal("name", "b"))
    fields = [each.field for each in found.proposals]
    assert fields == ["name", "version", "maintainer", "command", "port", "description"]


def test_what_no_spec_takes_is_dropped_with_a_note() -> None:
    found = with_fields(
        proposal("port", "22", evidence=(Evidence(path="a", line=1),)),
        proposal("no_field", "x"),
        proposal("healthcheck", "nonsense"),
    )
    assert {each.field for each in found.proposals} == {"name", "version", "maintainer", "command"}
    assert not found.missing
    notes = {note.text.partition(": ")[2].partition(":")[0]: note for note in found.notes}
    assert set(notes) == {"port", "no_field", "healthcheck"}
    assert notes["port"].evidence == (Evidence(path="a", line=1),)


def test_one_wrong_item_does_not_spoil_the_others() -> None:
    found = with_fields(
        proposal("env", {"GOOD": "1", "bad name": "2", "PASSWORD": "x"}),
        proposal("packages", ["curl", "-x", "git", "a b"]),
        proposal("volumes", ["/etc"]),
    )
    fields = {each.field: each.value for each in found.proposals}
    assert fields["env"] == {"GOOD": "1"}
    assert fields["packages"] == ["curl", "git"]
    assert "volumes" not in fields
    assert len(found.notes) == 5


def test_what_is_missing_for_a_spec_is_said() -> None:
    bare = Candidate(kind="x", score=1, profile=proposal("profile", "generic"))
    assert settled.settled(bare, ABOUT).missing.startswith("command: is missing")
    unknown = Candidate(kind="x", score=1, profile=proposal("profile", "no-such"))
    assert settled.settled(unknown, ABOUT).missing


def test_two_proposals_for_a_field_or_its_parts() -> None:
    found = with_fields(
        proposal("healthcheck.command", ["a"]),
        proposal("healthcheck", "/x"),
        proposal("healthcheck.interval", "5"),
    )
    assert not found.missing
    assert [each.field for each in found.proposals if each.field.startswith("health")] == [
        "healthcheck.command",
        "healthcheck.interval",
    ]


DETECTION = Detection(
    chosen=with_fields(
        proposal(
            "port",
            "8000",
            confidence=Confidence.MEDIUM,
            reason="exposed by",
            evidence=(Evidence(path="Dockerfile", line=4),),
            alternatives=(
                Alternative(
                    value="9000", evidence=(Evidence(path="a.py", line=2),), reason="bound in"
                ),
            ),
        ),
        proposal("resources.cpus", "2"),
    ),
    others=(Candidate(kind="Vite site", score=10, profile=proposal("profile", "nginx")),),
    notes=(Note(text="look \x1b[31m at this", evidence=(Evidence(path="b\x07"),)),),
    unread=("big: is larger than 1 MiB",),
    folders=(Folder(path="web", kind="Vite site"),),
)


def test_ambiguity_notes_and_bounds_are_told() -> None:
    text = text_form.render(DETECTION, folder=".", colour=False, width=100)
    assert "port could also be 9000: bound in a.py:2" in text
    assert "It could also be seen as: Vite site (nginx)" in text
    assert r"note: look \x1b[31m at this (b\x07)" in text
    assert "not read: big: is larger than 1 MiB" in text
    assert "\x1b" not in text


def test_the_yaml_form_groups_a_field_with_its_parts() -> None:
    text = yaml_form.render(DETECTION)
    assert "# exposed by Dockerfile:4 (medium)\n# or 9000: bound in a.py:2\nport: 8000\n" in text
    assert "# resources.cpus: set in\nresources: {cpus: '2'}" in text
    assert parse(text, source="x").profile.port == 8000


def test_answers_are_texts_for_set(tmp_path: Path) -> None:
    answers = DETECTION.answers()
    assert answers["command"] == "/bin/a"
    assert answers["port"] == "8000"
    settings = [part for key, text in answers.items() for part in ("--set", f"{key}={text}")]
    assert imgen("new", "--yes", "--profile", "generic", *settings, cwd=tmp_path).code == 0


def test_json_form_has_alternatives_and_folders() -> None:
    found = json_form.as_object(DETECTION, folder="x")
    port = next(each for each in found["proposals"] if each["field"] == "port")
    assert port["alternatives"] == [
        {"value": 9000, "reason": "bound in", "evidence": [{"path": "a.py", "line": 2}]}
    ]
    assert found["folders"] == [{"path": "web", "kind": "Vite site"}]
    assert found["others"] == [
        {"kind": "Vite site", "profile": "nginx", "score": 10, "missing": ""}
    ]


def in_folder(folder: str) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in VITE.items()}


def test_apps_in_folders_below_are_named(tmp_path: Path) -> None:
    write(tmp_path, {**in_folder("services/web"), **in_folder("services/shop")})
    write(tmp_path, {**in_folder("docs/site"), **in_folder("a/b/c")})
    found = detect(tmp_path)
    assert found.chosen is None
    assert [each.path for each in found.folders] == ["services/shop", "services/web"]
    told = imgen("detect", cwd=tmp_path)
    assert told.code == 1
    assert "imgen new services/web" in " ".join(told.out.split())


def test_an_app_beside_the_chosen_one_gets_an_image_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {**VITE, **in_folder("other")})
    found = detect(tmp_path)
    assert found.chosen
    assert [each.path for each in found.folders] == ["other"]
    assert any("gets an image of its own" in note.text for note in found.notes)


def test_a_folder_that_the_app_was_read_from_is_a_part_of_it(tmp_path: Path) -> None:
    tree = Tree.scan(write(tmp_path, in_folder("web")))
    good = [Candidate(kind="x", score=90, profile=proposal("profile", "nginx"))]
    assert below.folders(tree, lambda _: good) == [Folder(path="web", kind="x")]
    assert below.folders(tree, lambda _: good, used=["web/package.json"]) == []
    weak = [Candidate(kind="x", score=20, profile=proposal("profile", "nginx"))]
    assert below.folders(tree, lambda _: weak) == []


def test_container_files_are_named_as_evidence(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM a\n", ".dockerignore": "x\n"})
    assert any(
        [place.path for place in note.evidence] == ["Dockerfile", ".dockerignore"]
        for note in detect(tmp_path).notes
    )
