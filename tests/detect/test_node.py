"""What package.json and its locks tell."""

import json
from pathlib import Path
from typing import Any

import pytest

from generator import build_tools
from generator.detect import node
from generator.detect.node import NodeProject
from generator.detect.node_release import allows
from generator.detect.tree import Tree


def read(folder: Path, package: Any, **files: str) -> NodeProject | None:
    """Read a project with further files."""
    everything = {
        "package.json": package if isinstance(package, str) else json.dumps(package, indent=2)
    }
    everything.update(files)
    for path, text in everything.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return node.read(Tree.scan(folder))


def found(folder: Path, package: Any, **files: str) -> NodeProject:
    project = read(folder, package, **files)
    assert project
    return project


PNPM = "npm install -g pnpm@{} && pnpm install --frozen-lockfile"
BERRY = "# generated\n\n__metadata:\n  version: 8\n"


@pytest.mark.parametrize(
    ("package", "files", "install", "manifests"),
    [
        pytest.param({}, {"package-lock.json": "{}"}, "npm ci",
                     ("package.json", "package-lock.json"), id="npm"),
        pytest.param({}, {"npm-shrinkwrap.json": "{}"}, "npm ci",
                     ("package.json", "npm-shrinkwrap.json"), id="shrinkwrap"),
        pytest.param({}, {}, "npm install", ("package.json",), id="no lock"),
        pytest.param({}, {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}, PNPM.format(10),
                     ("package.json", "pnpm-lock.yaml"), id="pnpm 9.0"),
        pytest.param({}, {"pnpm-lock.yaml": "lockfileVersion: '6.0'\n"}, PNPM.format(8),
                     ("package.json", "pnpm-lock.yaml"), id="pnpm 6.0"),
        pytest.param({}, {"pnpm-lock.yaml": "lockfileVersion: 5.4\n"}, PNPM.format(7),
                     ("package.json", "pnpm-lock.yaml"), id="pnpm 5.4"),
        pytest.param({"packageManager": "pnpm@9.1.2+sha512.0a"},
                     {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", "pnpm-workspace.yaml": "{}\n"},
                     PNPM.format("9.1.2"),
                     ("package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml"), id="pnpm pinned"),
        pytest.param({}, {"yarn.lock": "# yarn lockfile v1\n"},
                     "npm install -g --force yarn@1.22.22 && yarn install --frozen-lockfile",
                     ("package.json", "yarn.lock"), id="yarn classic"),
        pytest.param({"packageManager": "yarn@4.5.0"},
                     {"yarn.lock": BERRY, ".yarnrc.yml": "nodeLinker: node-modules\n"},
                     "npm install -g --force @yarnpkg/cli-dist@4.5.0 && yarn install --immutable",
                     ("package.json", "yarn.lock", ".yarnrc.yml"), id="yarn berry"),
        pytest.param({}, {"yarn.lock": BERRY},
                     "npm install -g --force @yarnpkg/cli-dist@4 && "
                     "YARN_ENABLE_GLOBAL_CACHE=false yarn install --immutable",
                     ("package.json", "yarn.lock"), id="yarn without node_modules"),
        pytest.param({}, {"yarn.lock": BERRY, ".yarn/releases/yarn-4.1.0.cjs": "//",
                          ".yarnrc.yml":
                          "yarnPath: .yarn/releases/yarn-4.1.0.cjs\nnodeLinker: node-modules\n"},
                     "node .yarn/releases/yarn-4.1.0.cjs install --immutable",
                     ("package.json", "yarn.lock", ".yarnrc.yml", ".yarn/releases"),
                     id="yarn of the project"),
        pytest.param({}, {"bun.lock": "{}"},
                     "npm install -g bun@1 && bun install --frozen-lockfile",
                     ("package.json", "bun.lock"), id="bun"),
        pytest.param({"packageManager": "yarn@1.22.19"}, {"package-lock.json": "{}"},
                     "npm ci", ("package.json", "package-lock.json"), id="lock beats pin"),
        pytest.param({}, {"package-lock.json": "{}", ".npmrc": "legacy-peer-deps=true\n"},
                     "npm ci --legacy-peer-deps", ("package.json", "package-lock.json"),
                     id="option of npmrc"),
        pytest.param({"scripts": {"postinstall": "node tools/copy.js"}},
                     {"package-lock.json": "{}"}, "npm ci", (), id="script at install"),
        pytest.param({"scripts": {"prepare": "husky", "postinstall": "patch-package"}},
                     {"package-lock.json": "{}", "patches/a+1.0.0.patch": "x"}, "npm ci",
                     ("package.json", "package-lock.json", "patches"), id="harmless scripts"),
        pytest.param({"dependencies": {"own": "file:../own"}}, {"package-lock.json": "{}"},
                     "npm ci", (), id="package of the project"),
        pytest.param({"workspaces": ["packages/*"]},
                     {"package-lock.json": "{}", "packages/a/package.json": "{}",
                      "packages/a/b/package.json": "{}", "other/package.json": "{}"},
                     "npm ci",
                     ("package.json", "package-lock.json", "packages/a/package.json"),
                     id="workspace"),
    ],
)  # fmt: skip
def test_installation(
    tmp_path: Path,
    package: dict[str, Any],
    files: dict[str, str],
    install: str,
    manifests: tuple[str, ...],
) -> None:
    project = found(tmp_path, {"name": "app", **package}, **files)
    assert project.install == install
    assert project.manifests == manifests


@pytest.mark.parametrize(
    ("package", "files", "major", "place"),
    [
        pytest.param({}, {}, "", "", id="nothing"),
        pytest.param({"engines": {"node": ">=18"}}, {}, "24", "package.json:4", id="range"),
        pytest.param({"engines": {"node": "^22.1.0"}}, {}, "22", "package.json:4", id="caret"),
        pytest.param({"engines": {"node": "20.x"}}, {}, "", "package.json:4", id="ended"),
        pytest.param({}, {".nvmrc": "v22.3.0\n"}, "22", ".nvmrc:1", id="nvmrc"),
        pytest.param({}, {".nvmrc": "lts/jod\n"}, "22", ".nvmrc:1", id="name"),
        pytest.param({}, {".nvmrc": "lts/*\n"}, "", "", id="any"),
        pytest.param({}, {".node-version": "18\n"}, "", ".node-version:1", id="ended pin"),
        pytest.param({"volta": {"node": "24.1.0"}}, {}, "24", "package.json:3", id="volta"),
        pytest.param({}, {".tool-versions": "python 3.12\nnodejs 22.1.0\n"}, "22",
                     ".tool-versions:2", id="tool-versions"),
        pytest.param({"engines": {"node": ">=20"}}, {".nvmrc": "22"}, "22", ".nvmrc:1",
                     id="pin beats range"),
    ],
)  # fmt: skip
def test_release(
    tmp_path: Path, package: dict[str, Any], files: dict[str, str], major: str, place: str
) -> None:
    project = found(tmp_path, {"name": "app", **package}, **{"package-lock.json": "{}", **files})
    assert project.node == major
    assert project.image == f"node:{major or 24}-trixie-slim"
    assert ", ".join(map(str, project.node_evidence)) == place
    ended = not major and bool(place)
    assert any("is taken" in note.text for note in project.notes) == ended


@pytest.mark.parametrize(
    ("wanted", "majors"),
    [
        ("*", [22, 24, 26]),
        ("x", [22, 24, 26]),
        (">=22.12.0", [22, 24, 26]),
        (">22", [24, 26]),
        (">22.1", [22, 24, 26]),
        ("<24", [22]),
        ("<24.0.0", [22]),
        ("<24.1", [22, 24]),
        ("<=24", [22, 24]),
        (">=18 <25", [22, 24]),
        (">= 18.0.0 < 25.0.0", [22, 24]),
        ("^20.19.0 || >=22.12.0", [22, 24, 26]),
        ("22 || 24", [22, 24]),
        ("~24.1", [24]),
        ("20 - 24", [22, 24]),
        ("nonsense", []),
    ],
)
def test_ranges(wanted: str, majors: list[int]) -> None:
    assert [major for major in (22, 24, 26) if allows(wanted, major)] == majors


@pytest.mark.parametrize(
    "package",
    ['{"name": "app"}\n', '{\n  "dependencies": {\n    "b": "1",\n    "a": "1"\n  }\n}\n'],
)
def test_yarn_writes_package_json_anew(tmp_path: Path, package: str) -> None:
    # A file that is mounted for the installation alone cannot be written.
    assert found(tmp_path, package, **{"yarn.lock": BERRY}).manifests == ()
    assert found(tmp_path, package, **{"yarn.lock": "# yarn lockfile v1\n"}).manifests


def test_the_binary_of_a_test_tool_is_not_fetched(tmp_path: Path) -> None:
    project = found(
        tmp_path,
        {"devDependencies": {"cypress": "13"}},
        **{"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
    )
    assert project.install.endswith("&& CYPRESS_INSTALL_BINARY=0 pnpm install --frozen-lockfile")
    assert "CYPRESS" not in project.production_install
    assert tuple(build_tools.manifests(project.install)) == ("package.json", "pnpm-lock.yaml")


@pytest.mark.parametrize(
    ("script", "early"),
    [
        ("husky install && svelte-kit sync && (git config a.b c.d || true)", True),
        ("(cd src && make)", False),
        ("git config a.b $(make)", False),
    ],
)
def test_a_script_that_needs_no_source_runs_before_it_is_there(
    tmp_path: Path, script: str, *, early: bool
) -> None:
    project = found(tmp_path, {"scripts": {"postinstall": script}})
    assert bool(project.manifests) is early


def test_yarn_1_does_not_refuse_what_the_others_warn_of(tmp_path: Path) -> None:
    lock = '# yarn lockfile v1\n\n"@achrinza/node-ipc@9.2.2":\n  version "9.2.2"\n'
    project = found(tmp_path, {"name": "app"}, **{"yarn.lock": lock})
    assert project.install.endswith("yarn install --frozen-lockfile --ignore-engines")


def test_what_no_longer_compiles_is_told(tmp_path: Path) -> None:
    project = found(tmp_path, {"devDependencies": {"node-sass": "^4.12.0", "sass": "1"}})
    told = [note for note in project.notes if "compiles for no supported" in note.text]
    assert [(note.text[:9], note.evidence[0].line) for note in told] == [("node-sass", 3)]


def test_a_private_registry_is_told_and_no_token(tmp_path: Path) -> None:
    rc = "//registry.example.com/:_authToken=${TOKEN}\nshamefully-hoist=true\n@me:registry=x\n"
    lock = {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n", ".npmrc": rc}
    project = found(tmp_path, {"name": "app"}, **lock)
    assert project.install.endswith("--config.shamefully-hoist=true")
    assert [str(note.evidence[0]) for note in project.notes] == [".npmrc:1", ".npmrc:3"]
    assert "TOKEN" not in str(project)


def test_commands(tmp_path: Path) -> None:
    project = found(tmp_path, {"scripts": {"docs:build": "x"}}, **{"bun.lock": ""})
    assert project.run("docs:build") == "bun run docs:build"
    assert project.execute("vite build") == "bunx vite build"
    assert project.production_install.endswith("bun install --frozen-lockfile --production")


@pytest.mark.parametrize(
    "package",
    ["", "{", "[]", "3", '"x"', "null", "{}"],
)
def test_what_is_no_project(tmp_path: Path, package: str) -> None:
    assert read(tmp_path, package) is None


@pytest.mark.parametrize("value", [3, "x", [1, {}], {"a": 1}, {"a": {"b": []}}, None, True])
@pytest.mark.parametrize(
    "key",
    ["scripts", "dependencies", "devDependencies", "engines", "volta", "workspaces", "name",
     "packageManager"],
)  # fmt: skip
def test_wrong_types(tmp_path: Path, key: str, value: Any) -> None:
    files = {"pnpm-workspace.yaml": "packages: 3\n", ".yarnrc.yml": "yarnPath: [1]\n"}
    assert found(tmp_path, {key: value, "private": True}, **files).manager == "npm"


@pytest.mark.parametrize(
    ("command", "manifests", "caches"),
    [
        ("npm ci", ["package.json", "package-lock.json"], ["/root/.npm"]),
        ("CI=true npm ci --omit=dev", ["package.json", "package-lock.json"], ["/root/.npm"]),
        ("npm install", [], ["/root/.npm"]),
        ("npm install -g tool", [], ["/root/.npm"]),
        (PNPM.format(10), ["package.json", "pnpm-lock.yaml"],
         ["/root/.local/share/pnpm/store", "/root/.npm"]),
        ("yarn install --frozen-lockfile", ["package.json", "yarn.lock"],
         ["/usr/local/share/.cache/yarn"]),
        ("yarn install --immutable", ["package.json", "yarn.lock"], ["/root/.yarn/berry/cache"]),
        ("bun install", ["bun.lock", "package.json"], ["/root/.bun/install/cache"]),
        # What else it reads is not known, so all of it waits for the source.
        ("npm ci && npm run build", [], ["/root/.npm"]),
        ("cd web && npm ci", [], ["/root/.npm"]),
        ("make", [], []),
    ],
)  # fmt: skip
def test_build_tools(command: str, manifests: list[str], caches: list[str]) -> None:
    assert list(build_tools.manifests(command)) == manifests
    assert build_tools.caches([command]) == caches
