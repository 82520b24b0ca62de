"""Each preset recognises its language, and what it proposes is a spec without a finding."""

import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import spec
from generator.audit.run import audit
from generator.detect import presets
from generator.detect.existing import Existing, Told
from generator.detect.model import Candidate, Confidence, Evidence
from generator.detect.presets.model import PresetError, load, paths
from generator.detect.tree import Tree
from generator.render import render
from tests.helpers import ROOT, TODAY

CASES = sorted((Path(__file__).parent / "preset_cases").glob("*.yaml"))
IDS = [path.stem for path in CASES]
ODD = (
    '{"scripts": 3}',
    "[]",
    "{",
    "<project",
    "\x00",
    "[package]\nname = 3\n",
    "a: [",
    "\ufffd" * 9,
)


def write(folder: Path, files: Mapping[str, str]) -> Tree:
    root = folder / "app"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return Tree.scan(root)


def candidates(
    folder: Path, files: Mapping[str, str], told: Existing | None = None
) -> list[Candidate]:
    return presets.candidates(write(folder, files), told or Existing())


def case(path: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def said(candidate: Candidate) -> dict[str, Any]:
    return {proposal.field: proposal.value for proposal in candidate.proposals}


# The files.


@pytest.mark.parametrize("path", paths(), ids=[path.stem for path in paths()])
def test_a_preset_file_is_valid_and_has_a_case(path: Path) -> None:
    load(path)
    assert any(name == path.stem or name.startswith(f"{path.stem}-") for name in IDS)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("score: 60", "score: 600", "go.yaml: score: Input should be less than or equal to 100"),
        ("kind: Go program", "kind: [Go]", "go.yaml: kind: Input should be a valid string"),
        ("several: true", "severel: true", "go.yaml: facts.main.severel: Extra inputs"),
        ("'^go (\\d+\\.\\d+)'", "'^go (\\d+'", "go.yaml: facts.go.read.0.line: Value error, is no"),
        ('command: ["{name}"]', 'command: ["{nam}"]', "spec.command names the fact nam, which"),
        ("kind: Go program", "kind: [", "go.yaml: is no YAML"),
        ("form: url", "form: path", "go.yaml: facts.health.form: Input should be 'text'"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_by_file_and_field(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    text = (paths()[0].parent / "go.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "go.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PresetError) as error:
        load(file)
    assert says in str(error.value)


def test_the_page_lists_every_preset_and_its_example_is_valid(tmp_path: Path) -> None:
    page = (ROOT / "docs/presets.md").read_text(encoding="utf-8")
    table = page.split("\n\n")[2]
    assert {path.stem for path in paths()} <= set(re.findall(r"`([a-z-]+)`", table))
    file = tmp_path / "zig.yaml"
    file.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert load(file).kind == "Zig program"


# What follows for a project.


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_a_project_gets_the_expected_spec(path: Path, tmp_path: Path) -> None:
    wanted = case(path)
    best = candidates(tmp_path, wanted["files"])[0]
    assert best.missing == ""
    assert said(best) == wanted["spec"]
    assert [note.text for note in best.notes] == wanted.get("notes", [])
    assert best.profile.value == "generic"


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_every_proposal_has_evidence_that_is_there(path: Path, tmp_path: Path) -> None:
    files = case(path)["files"]
    for proposal in candidates(tmp_path, files)[0].proposals:
        assert proposal.evidence, proposal.field
        for place in proposal.evidence:
            assert 0 <= place.line <= files[place.path].count("\n") + 1
        assert proposal.reason


@pytest.mark.parametrize("path", CASES, ids=IDS)
def test_an_audit_finds_nothing_in_the_output(path: Path, tmp_path: Path) -> None:
    best = candidates(tmp_path, case(path)["files"])[0]
    values = presets.values(list(best.proposals))
    image = spec.from_values({**values, "maintainer": "T <t@example.com>"}).profile.image()
    folder = tmp_path / "out"
    shutil.copytree(tmp_path / "app", folder)
    for name, text in render(image).items():
        (folder / name).write_text(text, encoding="utf-8")
    found = audit(folder / "Dockerfile", today=TODAY)
    assert [f"{one.path}:{one.line} {one.practice} {one.what}" for one in found] == []


def dockerfile(candidate: Candidate) -> str:
    image = spec.from_values(presets.values(list(candidate.proposals))).profile.image()
    return next(text for path, text in render(image).items() if path.name == "Dockerfile")


def test_source_that_no_build_command_reads_goes_straight_into_the_image(tmp_path: Path) -> None:
    files = case(Path(__file__).parent / "preset_cases/node.yaml")["files"]
    text = dockerfile(candidates(tmp_path, files)[0])
    assert "COPY --link --chmod=u=rwX,go=rX server.js /app/server.js\n" in text
    assert "COPY server.js" not in text
    assert "COPY --link --from=build --chmod=u=rwX,go=rX /src/node_modules /app/node_m" in text


def test_source_that_a_build_command_reads_goes_through_its_stage(tmp_path: Path) -> None:
    path = Path(__file__).parent / "preset_cases/node-compiled-with-pnpm.yaml"
    text = dockerfile(candidates(tmp_path, case(path)["files"])[0])
    assert "COPY src ./src\n" in text
    assert "--from=build --chmod=u=rwX,go=rX /src/package.json /app/package.json" in text


def test_a_health_path_of_container_files_is_taken(tmp_path: Path) -> None:
    path = Told(value="/up", evidence=Evidence(path="compose.yaml", line=9))
    code = 'package main\n\nvar at = http.ListenAndServe(":9000", nil)\n'
    best = candidates(tmp_path, {**GO, "main.go": code}, Existing(health_paths=(path,)))[0]
    assert said(best)["healthcheck.path"] == "/up"


GO = {"go.mod": "module example.com/shop\n\ngo 1.24\n"}


def test_several_programs_are_alternatives_with_their_places(tmp_path: Path) -> None:
    files = {"cmd/api/main.go": "package main\n", "cmd/job/main.go": "// a job\npackage main\n"}
    best = candidates(tmp_path, {**GO, **files})[0]
    run = next(each for each in best.proposals if each.field == "build.run")
    assert run.value[-1].endswith(" ./cmd/api")  # type: ignore[index, union-attr]
    (other,) = run.alternatives
    assert other.value[-1].endswith(" ./cmd/job")  # type: ignore[index, union-attr]
    assert other.evidence == (Evidence(path="cmd/job/main.go", line=2),)


def test_a_port_of_the_code_is_sure_and_one_of_container_files_stands_beside_it(
    tmp_path: Path,
) -> None:
    code = 'package main\n\nvar at = http.ListenAndServe(":9000", nil)\n'
    told = Existing(ports=(Told(value="8000", evidence=Evidence(path="Dockerfile", line=7)),))
    best = candidates(tmp_path, {**GO, "main.go": code}, told)[0]
    port = next(each for each in best.proposals if each.field == "port")
    assert (port.value, port.confidence) == ("9000", Confidence.HIGH)
    assert port.because() == "listened on in main.go:3"
    assert [other.value for other in port.alternatives] == ["8000"]


def test_a_port_of_container_files_goes_before_a_usual_one(tmp_path: Path) -> None:
    told = Existing(ports=(Told(value="8888", evidence=Evidence(path="Dockerfile", line=7)),))
    files = {"package.json": '{"dependencies": {"express": "5"}}', "server.js": "start()\n"}
    best = candidates(tmp_path, files, told)[0]
    port = next(each for each in best.proposals if each.field == "port")
    assert (port.value, str(port.evidence[0])) == ("8888", "Dockerfile:7")


def test_the_port_of_a_database_is_not_the_apps(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "5", "redis": "4"}}',
        "server.js": "createClient({ port: 6379 })\napp.listen(5000)\n",
    }
    told = Existing(ports=(Told(value="9229", evidence=Evidence(path="Dockerfile", line=7)),))
    port = next(
        each for each in candidates(tmp_path, files, told)[0].proposals if each.field == "port"
    )
    assert (port.value, port.alternatives) == ("5000", ())


def test_the_folder_of_a_database_file_is_a_volume(tmp_path: Path) -> None:
    files = {
        "package.json": '{"dependencies": {"express": "5"}}',
        "server.js": "open(process.env.DB || '/var/lib/todos/todo.db')\napp.listen(5000)\n",
    }
    volumes = next(
        each for each in candidates(tmp_path, files)[0].proposals if each.field == "volumes"
    )
    assert (volumes.value, volumes.because()) == (
        ["/var/lib/todos"],
        "database file in server.js:1",
    )


def test_an_app_that_only_its_own_host_reaches_is_told(tmp_path: Path) -> None:
    code = 'package main\n\nvar at = http.ListenAndServe("127.0.0.1:9000", nil)\n'
    best = candidates(tmp_path, {**GO, "main.go": code})[0]
    assert any("127.0.0.1 alone" in note.text for note in best.notes)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"package.json": '{"dependencies": {"express": "5"}}'}, '"start": "node server.js"'),
        ({"deno.json": '{"tasks": {"start": "deno serve a.ts"}}', "main.ts": ""}, "`deno run"),
        ({"Cargo.toml": "[workspace]\n"}, "which program of the workspace"),
        ({"pom.xml": "<project><artifactId>a</artifactId></project>"}, "spring-boot-maven-plugin"),
        ({"Makefile": "all:\n\tgcc a.c\n", "a.c": "\n"}, "TARGET = shopd"),
        ({"package.json": '{"scripts": {"build": "x"}, "dependencies": {"next": "15"}}'}, "pages"),
        ({"package.json": '{"dependencies": {"next": "15"}}', "pages/a.js": ""}, "script `build`"),
    ],
)
def test_what_keeps_an_app_from_being_described_is_said(
    tmp_path: Path, files: Mapping[str, str], says: str
) -> None:
    best = candidates(tmp_path, files)[0]
    assert says in best.missing
    assert best.score <= 40


MAKEFILE = """\
echod: echod.o net.o
\t$(CC) $(LDFLAGS) $^ -o $@

%.o: %.c
\t$(CC) -c $< -o $@

net.o: net.c net.h
\t$(CC) -c $< -o $@
"""


def test_the_rule_that_links_names_the_program(tmp_path: Path) -> None:
    files = {"Makefile": MAKEFILE, "echod.c": "uint16_t bindport = 8081;\n", "net.c": "\n"}
    bench = {"devel/bench.c": "int port = 9999;\n"}
    found = said(candidates(tmp_path, {**files, **bench})[0])
    assert found["command"] == ["echod"]
    assert found["build.run"] == ["make echod", "install -D echod /out/echod"]
    assert found["build.packages"] == ["gcc", "libc6-dev", "make"]
    assert (found["port"], found["include"]) == ("8081", ["Makefile", "echod.c", "net.c"])


def test_of_several_programs_the_first_alone_is_made(tmp_path: Path) -> None:
    rule = "{0}: {0}.c\n\t$(CC) {0}.c -o {0} $(CFLAGS)\n\n"
    makefile = "all: server client\n\n" + rule.format("server") + rule.format("client")
    files = {"Makefile": makefile, "server.c": "\n", "client.c": "\n"}
    found = said(candidates(tmp_path, files)[0])
    assert found["build.run"] == ["make server", "install -D server /out/server"]


def test_the_cxx_compiler_is_there_for_cxx_alone(tmp_path: Path) -> None:
    files = {"Makefile": "TARGET = shopd\n\t$(CC) a.o\n", "src/a.cpp": "\n"}
    assert "g++" in said(candidates(tmp_path, files)[0])["build.packages"]


POM = """\
<project><artifactId>orders</artifactId>
<dependencies>{}</dependencies>
<build><plugins><plugin><artifactId>maven-jar-plugin</artifactId><configuration><archive>
<manifest><mainClass>com.example.orders.Main</mainClass></manifest>
</archive></configuration></plugin></plugins></build></project>
"""
JUNIT = "<dependency><artifactId>junit</artifactId><scope>test</scope></dependency>"
GSON = "<dependency><artifactId>gson</artifactId></dependency>"


@pytest.mark.parametrize(("needs", "whole"), [("", True), (JUNIT, True), (JUNIT + GSON, False)])
def test_a_jar_without_dependencies_is_whole(tmp_path: Path, needs: str, *, whole: bool) -> None:
    main = {"src/main/java/com/example/orders/Main.java": "new InetSocketAddress(8090);\n"}
    best = candidates(tmp_path, {"pom.xml": POM.format(needs), **main})[0]
    assert (best.missing == "") is whole
    assert said(best)["port"] == "8090"


def test_gems_without_a_lock_are_installed_and_locked_by_the_build(tmp_path: Path) -> None:
    gems = 'gem "sinatra"\ngem "puma", "~> 6"\ngem "pg"\n'
    best = candidates(tmp_path, {"Gemfile": gems, "config.ru": "run App\n"})[0]
    found = said(best)
    assert found["build.manifests"] == ["Gemfile"]
    assert found["build.run"][0].startswith("BUNDLE_PATH=/usr/local/bundle")
    assert found["build.artifacts"]["/src/Gemfile.lock"] == "/app/Gemfile.lock"
    assert found["packages"] == ["libpq5"]
    assert [note.text[:16] for note in best.notes] == ["No Gemfile.lock:"]


def test_a_file_name_never_becomes_a_command(tmp_path: Path) -> None:
    files = {**GO, "cmd/$(id)/main.go": "package main\n", "cmd/a;b/main.go": "package main\n"}
    best = candidates(tmp_path, files)[0]
    assert "id" not in str(said(best)["build.run"])
    assert ";" not in str(said(best)["build.run"])


def test_too_many_or_odd_sources_are_the_whole_context(tmp_path: Path) -> None:
    files = {f"part{number}/a.go": "package a\n" for number in range(20)}
    assert "include" not in said(candidates(tmp_path, {**GO, **files})[0])


def test_an_empty_folder_and_a_python_project_have_no_preset(tmp_path: Path) -> None:
    assert candidates(tmp_path, {"app.py": "print()\n", "pyproject.toml": "[project]\n"}) == []


MANIFESTS = (
    "Cargo.toml", "Cargo.lock", "CMakeLists.txt", "Makefile", "build.gradle", "composer.json",
    "deno.json", "Gemfile", "go.mod", "mix.exs", "package.json", "pom.xml", "Shop.csproj",
)  # fmt: skip


@pytest.mark.parametrize("text", ODD)
def test_nothing_in_a_manifest_is_a_crash(tmp_path: Path, text: str) -> None:
    tree = write(tmp_path, dict.fromkeys(MANIFESTS, text))
    for found in presets.candidates(tree, Existing()):
        spec_values = presets.values(list(found.proposals))
        if not found.missing:
            spec.from_values(spec_values)


@pytest.mark.parametrize("name", MANIFESTS)
def test_long_lines_cost_no_time(tmp_path: Path, name: str) -> None:
    text = "require: a" + "/-= \t(\"'" * 60_000
    code = "listen(" * 40_000
    files = {name: text, "src/main.rs": code, "main.go": code, "server.js": code, "a.c": code}
    tree = write(tmp_path, files)
    start = time.process_time()
    presets.candidates(tree, Existing())
    assert time.process_time() - start < 5
