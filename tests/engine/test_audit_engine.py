"""BuildKit's own checks in an audit: nothing in what imgen writes, and lines that end a finding.

A base image that this engine does not have is replaced in a copy: the checks need any image there.
"""

import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from generator.audit import tools
from generator.audit.dockerfile import Dockerfile, parse, references
from generator.audit.load import load
from generator.audit.remedies import remedy
from generator.audit.remedy_forms import LEAVE_OUT
from generator.audit.run import Auditor
from generator.audit.sources import Sources
from generator.audit.tools import ToolError, ToolFinding
from generator.findings import Finding
from tests.helpers import EXAMPLES, GOLDEN, TODAY
from tests.remedied import applied

from .engine import Engine

pytestmark = pytest.mark.engine

CORPUS = GOLDEN.parent / "corpus"
IMAGE = "debian:trixie-slim"
BASE = f"FROM {IMAGE}\n"
EXPERIMENTAL = "# check=experimental=all\n"
THREADS = 4
MOUNT = "--mount=type=secret,id=api_token,env=API_TOKEN,required=true <the command that needs it>"
NOT_THERE = "imgen-test/not-there:1"


def images(dockerfile: Dockerfile) -> Iterator[tuple[str, str]]:
    """What stands in FROM and `--from` for an image, and its name."""
    for one in dockerfile.instructions:
        for word in one.words[:1] if one.name == "FROM" else references(one):
            if dockerfile.stage(word) is None and word != "scratch":
                yield word, dockerfile.expanded(word)


def present(engine: Engine) -> set[str]:
    form = "{{.Repository}}:{{.Tag}}"
    return set(engine.call("image", "ls", "--format", form).stdout.split())


def buildable(there: set[str], folder: Path, copy: Path) -> Path:
    """The Dockerfile of a copy of a build context, with bases that the engine has."""
    shutil.copytree(folder, copy)
    path = copy / "Dockerfile"
    text = path.read_text(encoding="utf-8")
    for word, name in images(parse(text)):
        if name not in there:
            text = re.sub(rf"(?<=[\s=]){re.escape(word)}(?=[\s,]|$)", IMAGE, text)
    path.write_text(text, encoding="utf-8")
    return path


@dataclass(frozen=True)
class Audited:
    """What BuildKit finds in each folder, and what the audit notes."""

    found: dict[str, list[Finding]]
    notes: list[str]

    def told(self, *, below: str = "") -> list[str]:
        return [
            f"{name}:{one.line} {one.practice} {one.rule} {one.what}"
            for name, findings in self.found.items()
            for one in findings
            if name.startswith(below)
        ]


def all_audited(engine: Engine, folders: dict[str, Path], copies: Path) -> Audited:
    engine.require(IMAGE)
    there = present(engine)
    auditor = Auditor(tools=False, engine=True, today=TODAY)

    def audited(name: str) -> list[Finding]:
        path = buildable(there, folders[name], copies / name)
        return [one for one in auditor.audit(path) if one.tool == "buildkit"]

    with ThreadPoolExecutor(THREADS) as pool:
        found = dict(zip(folders, pool.map(audited, folders), strict=True))
    return Audited(found, auditor.notes)


def test_the_builder_finds_nothing_in_what_imgen_writes(engine: Engine, tmp_path: Path) -> None:
    folders = {
        path.parent.relative_to(root.parent).as_posix(): path.parent
        for root in (EXAMPLES, GOLDEN)
        for path in sorted(root.rglob("Dockerfile"))
    }
    assert len(folders) > 20
    audited = all_audited(engine, folders, tmp_path)
    assert (audited.notes, audited.told()) == ([], [])


def test_the_builder_finds_only_the_fault_of_each_bad_dockerfile(
    engine: Engine, tmp_path: Path
) -> None:
    folders = {
        f"{side}/{case.name}": case / side
        for side in ("right", "wrong")
        for case in sorted(CORPUS.iterdir())
        if (case / side / "Dockerfile").is_file()
    }
    audited = all_audited(engine, folders, tmp_path)
    assert audited.notes == []
    assert audited.told(below="right/") == []
    strange = [
        (name, one.practice, one.rule, one.what)
        for name, findings in audited.found.items()
        for one in findings
        if one.practice != name.removeprefix("wrong/").partition("-")[0]
    ]
    assert strange == []
    rules = {one.rule for findings in audited.found.values() for one in findings}
    assert {"MultipleInstructionsDisallowed", "WorkdirRelativePath"} <= rules
    assert all(one.instead.strip() for found in audited.found.values() for one in found)


def test_a_base_out_of_reach_is_noted_and_not_taken_for_a_clean_file(
    engine: Engine, tmp_path: Path
) -> None:
    assert NOT_THERE not in present(engine)
    path = tmp_path / "Dockerfile"
    path.write_text(f"FROM {NOT_THERE}\nWORKDIR app\n", encoding="utf-8")
    auditor = Auditor(tools=False, engine=True, today=TODAY)
    auditor.audit(path)
    [note] = auditor.notes
    assert note.startswith(f"BuildKit's own checks were not run to the end: {path.as_posix()}: ")
    assert NOT_THERE in note


def test_a_fault_of_the_file_that_stops_the_checks_is_noted(engine: Engine) -> None:
    engine.require(IMAGE)
    with pytest.raises(
        ToolError, match=r"were not run to the end: Dockerfile: circular dependency"
    ):
        found_in(f"FROM {IMAGE} AS a\nWORKDIR app\nCOPY --from=a /b /c\n", "")


def sources_of(text: str) -> Sources:
    return Sources(dockerfile=parse(text))


def found_in(text: str, rule: str) -> list[ToolFinding]:
    return [one for one in tools.build_checks(sources_of(text)) if one.rule == rule]


CASES = [
    ("ConsistentInstructionCasing", f"{BASE}RUN a\nrun B\n", "RUN B"),
    ("ConsistentInstructionCasing", f"from {IMAGE}\nrun a\nRUN B\n", "run B"),
    ("DuplicateStageName", f"FROM {IMAGE} AS a\nFROM {IMAGE} AS a\n",
     f"FROM {IMAGE} AS <another name>"),
    ("ExposeInvalidFormat", f"{BASE}EXPOSE 127.0.0.1:80:8080\n", "EXPOSE 8080"),
    ("ExposeProtoCasing", f"{BASE}EXPOSE 80/TCP 81/UDP\n", "EXPOSE 80/tcp 81/udp"),
    ("FromAsCasing", f"FROM {IMAGE} as shop\n", f"FROM {IMAGE} AS shop"),
    ("FromAsCasing", f"from {IMAGE} AS shop\n", f"from {IMAGE} as shop"),
    ("FromPlatformFlagConstDisallowed", f"FROM --platform=linux/amd64 {IMAGE} AS a\n",
     f"FROM {IMAGE} AS a"),
    ("JSONArgsRecommended", f"{BASE}CMD app 'a b'\n", 'CMD ["app", "a b"]'),
    ("LegacyKeyValueFormat", f"{BASE}ENV A b $C\n", 'ENV A="b $C"'),
    ("LegacyKeyValueFormat", f'{BASE}LABEL a "b c"\n', 'LABEL a="b c"'),
    ("MaintainerDeprecated", f"{BASE}MAINTAINER Ann\n",
     'LABEL maintainer="Ann" \\\n      org.opencontainers.image.authors="Ann"'),
    ("MultipleInstructionsDisallowed", f'{BASE}CMD ["a"]\nCMD ["b"]\n', LEAVE_OUT),
    ("NoEmptyContinuation", f"{BASE}RUN a \\\n\n  && b\n", "RUN a \\\n  && b"),
    ("RedundantTargetPlatform", f"FROM --platform=$TARGETPLATFORM {IMAGE} AS a\n",
     f"FROM {IMAGE} AS a"),
    ("ReservedStageName", f"FROM {IMAGE} AS context\n", f"FROM {IMAGE} AS <another name>"),
    ("SecretsUsedInArgOrEnv", f"{BASE}ARG API_TOKEN=1\n", f"RUN {MOUNT}"),
    ("StageNameCasing", f"FROM {IMAGE} AS Shop\n", f"FROM {IMAGE} AS shop"),
    ("UndefinedVar", f"{BASE}COPY a $FOO\n", "ARG FOO=<default>\nCOPY a $FOO"),
    ("UndefinedVar", f"{BASE}ENV A=${{PAHT}}:/x\n", "ENV A=${PATH}:/x"),
    ("WorkdirRelativePath", f"{BASE}WORKDIR app\n", "WORKDIR /app"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "instead"), CASES, ids=[rule for rule, *_ in CASES])
def test_what_is_written_instead_ends_the_finding(
    engine: Engine, rule: str, text: str, instead: str
) -> None:
    engine.require(IMAGE)
    found = found_in(text, rule)
    assert found
    assert remedy(found[0], sources_of(text)) == instead
    filled = re.sub(r"<[^>]+>", "filled", instead)
    assert found_in(applied(text, found[0], filled), rule) == []


ARGUMENTS = [
    ("InvalidDefaultArgInFrom", "ARG TAG\nFROM debian:${TAG}\n"),
    ("UndefinedArgInFrom", "FROM debian:${TAG}\n"),
]


@pytest.mark.parametrize(("rule", "text"), ARGUMENTS, ids=[rule for rule, _ in ARGUMENTS])
def test_an_argument_of_the_base_gets_a_default(engine: Engine, rule: str, text: str) -> None:
    engine.require(IMAGE)
    found: list[str] = []
    checks = tools.build_checks(sources_of(text))
    with pytest.raises(ToolError, match="invalid"):  # the checks end at such a base
        found.extend(remedy(one, sources_of(text)) for one in checks if one.rule == rule)
    assert found == ["ARG TAG=<default> (above the first FROM)"]
    assert found_in("ARG TAG=trixie-slim\nFROM debian:${TAG}\n", rule) == []


def test_a_copied_file_that_is_ignored_is_let_in(engine: Engine, tmp_path: Path) -> None:
    engine.require(IMAGE)
    path = tmp_path / "Dockerfile"
    path.write_text(f"{EXPERIMENTAL}{BASE}COPY a.txt /b\n", encoding="utf-8")
    (tmp_path / "a.txt").touch()
    ignore = tmp_path / ".dockerignore"
    ignore.write_text("*\n", encoding="utf-8")

    def told() -> list[str]:
        sources = load(path, None, shown="Dockerfile", today=TODAY)
        found = tools.build_checks(sources)
        return [remedy(one, sources) for one in found if one.rule == "CopyIgnoredFile"]

    [instead] = told()
    line, _, where = instead.partition(" ")
    assert (line, where) == ("!a.txt", "(as the last line of .dockerignore)")
    ignore.write_text(f"*\n{line}\n", encoding="utf-8")
    assert told() == []


DESCRIBED = [
    (f"# what\nFROM {IMAGE} AS shop\n", "# shop <what it is for>"),
    (f"# what\nARG PORT=1\nFROM {IMAGE}\n", "# PORT <what it is for>"),
]


@pytest.mark.parametrize(("text", "instead"), DESCRIBED)
def test_a_description_starts_with_the_name(engine: Engine, text: str, instead: str) -> None:
    engine.require(IMAGE)
    [found] = found_in(EXPERIMENTAL + text, "InvalidDefinitionDescription")
    assert remedy(found, sources_of(EXPERIMENTAL + text)) == instead
    mended = EXPERIMENTAL + text.replace("# what", instead)
    assert found_in(mended, "InvalidDefinitionDescription") == []
