"""Which program of a Go or Node.js project starts, and what its installation reads."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.detect.model import Candidate, Confidence, Proposal

from .test_presets import GO, candidates, said

MAIN = "package main\n\nfunc main() {}\n"
LISTENS = 'package main\n\nfunc main() { http.ListenAndServe(":9090", nil) }\n'


def proposal(candidate: Candidate, field: str) -> Proposal:
    return next(each for each in candidate.proposals if each.field == field)


def program(run: object) -> str:
    """The folder below cmd/ that a list of build commands ends with."""
    assert isinstance(run, list)
    return str(run[-1]).rpartition(" ./cmd/")[2]


# Go.


@pytest.mark.parametrize(
    ("programs", "built"),
    [
        ({"migrate": MAIN, "server": LISTENS}, "server"),
        ({"aaa": MAIN, "bbb": LISTENS}, "bbb"),
        ({"aaa": MAIN, "bbb": 'package main\n\nvar at = router.Run(":80")\n'}, "bbb"),
        ({"gen": MAIN, "shop": MAIN}, "shop"),
        ({"aaa": MAIN, "shopd": MAIN}, "shopd"),
        ({"api": LISTENS, "shop": LISTENS}, "shop"),
        ({"admin-cli": MAIN, "api": MAIN, "worker": MAIN}, "api"),
        ({"cli": MAIN, "core": MAIN, "worker": MAIN}, "core"),
        ({"migrate": MAIN, "worker": LISTENS}, "worker"),
        ({"core": MAIN, "worker": LISTENS}, "core"),
        ({"seed": MAIN, "web": MAIN}, "web"),
    ],
)
def test_of_several_go_programs_the_server_is_built(
    tmp_path: Path, programs: Mapping[str, str], built: str
) -> None:
    files = {f"cmd/{name}/main.go": text for name, text in programs.items()}
    run = proposal(candidates(tmp_path, {**GO, **files})[0], "build.run")
    assert program(run.value) == built
    assert run.confidence is Confidence.HIGH
    assert {program(each.value) for each in run.alternatives} == set(programs) - {built}


@pytest.mark.parametrize("text", [MAIN, LISTENS])
def test_go_programs_that_nothing_tells_apart_are_a_guess(tmp_path: Path, text: str) -> None:
    files = {"cmd/left/main.go": text, "cmd/right/main.go": text}
    run = proposal(candidates(tmp_path, {**GO, **files})[0], "build.run")
    assert (run.confidence, len(run.alternatives)) == (Confidence.LOW, 1)


def test_a_listening_program_outside_of_cmd_goes_before_a_tool_in_it(tmp_path: Path) -> None:
    files = {"cmd/gen/main.go": MAIN, "server/main.go": LISTENS, "examples/x/main.go": LISTENS}
    assert said(candidates(tmp_path, {**GO, **files})[0])["build.run"][-1].endswith(" ./server")


def test_the_port_is_that_of_the_program_that_is_built(tmp_path: Path) -> None:
    worker = LISTENS.replace("9090", "2112")
    files = {"cmd/aworker/main.go": MAIN, "cmd/a-worker/main.go": worker, "cmd/web/a.go": LISTENS}
    assert said(candidates(tmp_path, {**GO, **files})[0])["port"] == "9090"


# Node.js.

EXPRESS = {"dependencies": {"express": "4"}}
HTTP = "const http = require('http')\nhttp.createServer(answer).listen(8080)\n"


def node(
    folder: Path, package: Mapping[str, Any], *files: str, **texts: str
) -> tuple[Candidate, dict[str, Any]]:
    tree = {"package.json": json.dumps(package), **dict.fromkeys(files, "x\n"), **texts}
    best = candidates(folder, tree)[0]
    return best, said(best)


POSTINSTALL = {"scripts": {"build": "x", "postinstall": "node scripts/x.js"}}


@pytest.mark.parametrize("lock", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"])
@pytest.mark.parametrize(
    ("packages", "source"),
    [
        ({"express": "4"}, "server.js"),
        ({"next": "15"}, "app/page.tsx"),
        ({"nuxt": "^4"}, "nuxt.config.ts"),
        ({"@react-router/serve": "7"}, "app/root.tsx"),
    ],
    ids=str,
)
def test_an_installation_after_the_source_has_its_lock(
    tmp_path: Path, packages: Mapping[str, str], source: str, lock: str
) -> None:
    package = {"name": "a", "dependencies": packages, **POSTINSTALL}
    _, found = node(tmp_path, package, source, "scripts/x.js", lock)
    assert lock in found["include"]
    assert "scripts" in found["include"]
    assert found.get("build.manifests", []) == []
    assert f"/src/{lock}" not in found["build.artifacts"]


def test_an_installation_before_the_source_has_its_lock_as_a_manifest(tmp_path: Path) -> None:
    _, found = node(tmp_path, EXPRESS, "server.js", "package-lock.json")
    assert found["include"] == ["package.json", "server.js"]


def test_hidden_settings_of_yarn_are_there_as_well(tmp_path: Path) -> None:
    package = {**EXPRESS, "scripts": {"postinstall": "node x.js"}}
    _, found = node(tmp_path, package, "server.js", "yarn.lock", ".yarnrc.yml")
    assert {"yarn.lock", ".yarnrc.yml"} <= set(found["include"])


def test_an_entry_beside_the_built_folder_is_copied_with_it(tmp_path: Path) -> None:
    scripts = {"start": "node server.js", "build": "webpack"}
    package = {"main": "dist/bundle.js", "scripts": scripts, **EXPRESS}
    _, found = node(tmp_path, package, "server.js", "src/index.js", "package-lock.json")
    assert found["command"] == ["node", "server.js"]
    assert found["build.run"] == ["npm ci", "npm run build", "npm prune --omit=dev"]
    copied = found["build.artifacts"]
    assert copied["/src/server.js"] == "/app/server.js"
    assert copied["/src/dist"] == "/app/dist"
    assert copied["/src/node_modules"] == "/app/node_modules"


def test_a_folder_that_the_server_serves_is_built(tmp_path: Path) -> None:
    package = {"scripts": {"start": "node server.js", "build": "vite build"}, **EXPRESS}
    served = {"server.js": "app.use(express.static(path.join(__dirname, 'dist')))\n"}
    best, found = node(tmp_path, package, "yarn.lock", **served)
    assert "yarn run build" in found["build.run"]
    assert found["build.artifacts"]["/src/dist"] == "/app/dist"
    assert found["build.artifacts"]["/production"] == "/app/node_modules"
    assert best.notes == ()


def test_a_build_whose_folder_is_unknown_is_told(tmp_path: Path) -> None:
    package = {"scripts": {"start": "node server.js", "build": "node make.js"}, **EXPRESS}
    best, found = node(tmp_path, package, "server.js", "package-lock.json")
    assert found["build.run"] == ["npm ci --omit=dev"]
    assert ["script `build` is not run" in note.text for note in best.notes] == [True]


@pytest.mark.parametrize(
    ("start", "entry"),
    [
        ("node node_modules/.bin/nodemon server.js", "server.js"),
        ("nodemon --watch src src/main.js", "src/main.js"),
        ("NODE_ENV=development node scripts/dev-server.js", "server.js"),
        ("node dev.js", "server.js"),
        ("node node_modules/webpack-dev-server/bin/x.js", "server.js"),
        ("webpack-dev-server", "server.js"),
        ("vite", "server.js"),
        ("npm run build && node ./lib/a.js", "lib/a.js"),
        ("cd other && node a.js", "server.js"),
        ("node -r dotenv/config device.mjs", "device.mjs"),
        ("node ./bin/www", "bin/www"),
        ("node ./bin/shop", "bin/shop"),
        ("node lib/a", "lib/a.js"),
        ("node lib", "lib/index.js"),
    ],
)
def test_what_starts_is_a_file_and_no_tool_of_development(
    tmp_path: Path, start: str, entry: str
) -> None:
    package = {"scripts": {"start": start}, **EXPRESS}
    files = (
        "server.js", "scripts/dev-server.js", "lib/a.js", "lib/index.js", "package-lock.json",
        "src/main.js", "device.mjs", "bin/www", "bin/shop", "dev.js",
    )  # fmt: skip
    _, found = node(tmp_path, package, *files)
    assert found["command"] == ["node", entry]


def test_a_committed_build_is_copied(tmp_path: Path) -> None:
    package = {"scripts": {"start": "node dist/a.js"}, **EXPRESS}
    best, found = node(tmp_path, package, "dist/a.js", "package-lock.json")
    assert "dist" in found["include"]
    assert found["build.artifacts"]["/src/dist"] == "/app/dist"
    assert best.notes == ()


def test_a_server_without_packages_needs_no_build_stage(tmp_path: Path) -> None:
    best, found = node(tmp_path, {"name": "hello", "main": "app.js"}, **{"app.js": HTTP})
    assert best.missing == ""
    assert best.notes == ()
    assert not any(field.startswith("build") for field in found)
    assert found["base"] == "node:24-trixie-slim"
    assert (found["command"], found["port"]) == (["node", "app.js"], "8080")
    assert found["include"] == ["app.js", "package.json"]


def test_a_compiled_server_without_packages_has_no_folder_of_them(tmp_path: Path) -> None:
    scripts = {"build": "tsc", "start": "node dist/a.js"}
    package = {"scripts": scripts, "devDependencies": {"typescript": "5"}}
    _, found = node(tmp_path, package, "src/a.ts", "yarn.lock")
    assert found["build.run"][1:] == ["yarn run build"]
    assert found["build.artifacts"] == {
        "/src/dist": "/app/dist",
        "/src/package.json": "/app/package.json",
    }


def test_a_server_without_package_json_is_no_candidate(tmp_path: Path) -> None:
    assert candidates(tmp_path, {"app.js": HTTP}) == []


def test_the_address_of_prismas_database_is_a_secret(tmp_path: Path) -> None:
    schema = {"prisma/schema.prisma": 'datasource db {\n  url = env("DATABASE_URL")\n}\n'}
    best, found = node(tmp_path, EXPRESS, "server.js", **schema)
    assert found["secrets"] == ["DATABASE_URL"]
    assert str(proposal(best, "secrets").evidence[0]) == "prisma/schema.prisma:2"


def test_secrets_that_the_code_reads_are_told(tmp_path: Path) -> None:
    code = "sign(process.env.JWT_SECRET)\nopen(process.env.API_TOKEN || 'x')\n"
    best, found = node(tmp_path, EXPRESS, "package-lock.json", **{"server.js": code})
    assert "secrets" not in found
    assert [note.text for note in best.notes] == ["read if they are given: JWT_SECRET"]


# The readings themselves.


@pytest.mark.parametrize(
    ("reading", "says"),
    [
        ({"line": "x"}, "needs one of `file` and `of`"),
        ({"file": "a", "of": "name"}, "needs one of `file` and `of`"),
        ({"of": "nam"}, "facts.port.read.0 names the fact nam"),
        ({"file": "{nam}.js"}, "facts.port.read.0 names the fact nam"),
        ({"file": "a", "when": "nam"}, "facts.port.read.0 names the fact nam"),
    ],
)
def test_a_reading_that_cannot_be_is_told(reading: Mapping[str, Any], says: str) -> None:
    from generator.detect.presets.model import Preset

    facts = {"name": {"read": [{"file": "a"}]}, "port": {"read": [reading]}}
    whole = {"kind": "X", "score": 1, "recognise": [{"file": "a"}], "facts": facts, "spec": {}}
    with pytest.raises(ValueError, match="facts") as error:
        Preset.model_validate(whole)
    assert says in str(error.value)
