"""What a Node.js server needs when it starts: packages, a client, databases, variables."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from generator.detect import node, node_environment, node_nuxt, node_services
from generator.detect.existing import Existing
from generator.detect.tree import Tree

from .test_presets import candidates, said

BERRY = "__metadata:\n  version: 8\n"
LINKER = "nodeLinker: node-modules\n"
PLUGIN = "plugins:\n  - path: .yarn/plugins/@yarnpkg/plugin-workspace-tools.cjs\n"


def package(**more: Any) -> str:
    return json.dumps({"name": "shop", **more}, indent=2)


def tree(folder: Path, **files: str) -> Tree:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return Tree.scan(folder)


def next_files(**more: str) -> dict[str, str]:
    wanted = package(
        scripts={"build": "next build", "start": "next start"},
        dependencies={"next": "15"},
        devDependencies={"typescript": "5"},
    )
    return {"package.json": wanted, "app/page.tsx": "", **more}


@pytest.mark.parametrize(
    ("version", "settings", "focuses"),
    [("3.6.1", LINKER, False), ("2.4.3", LINKER, False), ("3.6.1", LINKER + PLUGIN, True),
     ("4.5.0", LINKER, True)],
)  # fmt: skip
def test_yarn_before_4_installs_for_production_by_a_plugin_alone(
    tmp_path: Path, version: str, settings: str, *, focuses: bool
) -> None:
    pinned = package(packageManager=f"yarn@{version}", dependencies={"express": "5"})
    there = tree(tmp_path, **{"package.json": pinned, "yarn.lock": BERRY, ".yarnrc.yml": settings})
    found = node.read(there)
    assert found
    assert ("workspaces focus" in found.production_install) is focuses
    assert bool(found.production_install) is focuses


def test_the_release_of_yarn_in_the_project_tells_as_well(tmp_path: Path) -> None:
    release = ".yarn/releases/yarn-3.6.1.cjs"
    more = {"yarn.lock": BERRY, ".yarnrc.yml": f"{LINKER}yarnPath: {release}\n", release: "//"}
    found = said(candidates(tmp_path, next_files(**more))[0])
    install = f"node {release} install --immutable"
    assert found["build.run"] == [install, f"node {release} run build", "rm -rf .next/cache"]
    assert found["build.artifacts"]["/src/node_modules"] == "/app/node_modules"


def test_a_server_finds_its_packages_in_a_folder_whatever_yarn_prefers(tmp_path: Path) -> None:
    pinned = package(
        packageManager="yarn@4.5.0",
        scripts={"build": "next build", "start": "next start"},
        dependencies={"next": "15"},
    )
    files = {"package.json": pinned, "yarn.lock": BERRY, "app/page.jsx": ""}
    install, build, _ = said(candidates(tmp_path, files)[0])["build.run"]
    yarn = "YARN_NODE_LINKER=node-modules yarn"
    assert install.partition("&& ")[2] == (
        f"{yarn} workspaces focus --production && mv node_modules /production && "
        f"npm install -g --force @yarnpkg/cli-dist@4.5.0 && {yarn} install --immutable"
    )
    assert build == f"{yarn} run build"


def test_a_server_without_a_build_is_installed_whole_by_such_a_yarn(tmp_path: Path) -> None:
    pinned = package(
        packageManager="yarn@3.6.1", scripts={"start": "node a.js"}, dependencies={"express": "5"}
    )
    files = {"package.json": pinned, "yarn.lock": BERRY, ".yarnrc.yml": LINKER, "a.js": ""}
    found = said(candidates(tmp_path, files)[0])
    assert [line.rpartition("&& ")[2] for line in found["build.run"]] == [
        "yarn install --immutable"
    ]


@pytest.mark.parametrize(("allowed", "ignored"), [("12", True), (">=12", False), ("", False)])
def test_yarn_1_installs_where_the_project_allows_no_supported_node(
    tmp_path: Path, allowed: str, *, ignored: bool
) -> None:
    files = {"package.json": package(engines={"node": allowed}), "yarn.lock": "# v1\n"}
    found = node.read(tree(tmp_path, **files))
    assert found
    assert ("--ignore-engines" in found.install) is ignored


def test_typescript_stays_for_a_configuration_that_is_read_at_start(tmp_path: Path) -> None:
    files = next_files(**{"package-lock.json": "{}", "next.config.ts": "export default {}"})
    best = candidates(tmp_path, files)[0]
    assert said(best)["build.run"] == ["npm ci", "npm run build", "rm -rf .next/cache"]
    assert any("next.config.ts needs typescript" in note.text for note in best.notes)


@pytest.mark.parametrize(
    "more",
    [{"next.config.mjs": "export default {}"},
     {"next.config.ts": "export default { output: 'standalone' }"}],
)  # fmt: skip
def test_typescript_is_left_out_where_nothing_reads_it(
    tmp_path: Path, more: dict[str, str]
) -> None:
    best = candidates(tmp_path, next_files(**{"package-lock.json": "{}", **more}))[0]
    run = said(best)["build.run"]
    assert ("npm prune --omit=dev" in run) is ("next.config.mjs" in more)
    assert not any("needs typescript" in note.text for note in best.notes)


def remix(folder: Path, provider: str, told: str = "") -> Any:
    wanted = package(
        scripts={"build": "remix build", "start": "remix-serve build/index.js"},
        dependencies={"@remix-run/serve": "2", "@prisma/client": "5"},
        devDependencies={"prisma": "5"},
    )
    schema = f'datasource db {{\n  provider = "{provider}"\n  url = env("DATABASE_URL")\n}}\n'
    secret = (
        'import check from "tiny-invariant";\n\n'
        'check(process.env.SESSION_SECRET, "SESSION_SECRET must be set");\n'
    )
    files = {"package.json": wanted, "package-lock.json": "{}", "prisma/schema.prisma": schema}
    files |= {"app/session.server.ts": secret, **({"Dockerfile": told} if told else {})}
    return candidates(folder, files)[0]


def test_a_framework_gets_the_client_of_prisma(tmp_path: Path) -> None:
    found = said(remix(tmp_path, "postgresql"))
    assert found["build.run"] == [
        "npm ci", "npx prisma generate", "npm run build", "npm prune --omit=dev",
    ]  # fmt: skip
    assert found["packages"] == ["openssl"]
    assert found["secrets"] == ["DATABASE_URL", "SESSION_SECRET"]


def test_prisma_with_sqlite_gets_a_volume(tmp_path: Path) -> None:
    best = remix(tmp_path, "sqlite")
    found = said(best)
    assert found["env"]["DATABASE_URL"] == "file:/data/app.db"
    assert (found["volumes"], found["secrets"]) == (["/data"], ["SESSION_SECRET"])
    assert any("prisma migrate deploy" in note.text for note in best.notes)


def test_a_container_file_tells_where_sqlite_lies(tmp_path: Path) -> None:
    there = tree(
        tmp_path,
        **{"schema.prisma": 'provider = "sqlite"\nurl = env("DB_URL")\n',
           "Dockerfile": "FROM node:24\nENV DB_URL=file:/var/lib/shop/shop.db\n"},
    )  # fmt: skip
    from generator.detect.existing import read

    found = node_services.database(there, read(there))
    assert found
    assert (found.address, found.folder) == ("file:/var/lib/shop/shop.db", "/var/lib/shop")
    usual = node_services.database(there, Existing())
    assert usual
    assert usual.address == "file:/data/app.db"


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import check from 'tiny-invariant'\ncheck(process.env.A_KEY)\n", ["A_KEY"]),
        ("import { ok } from 'node:assert'\nok(process.env.A_KEY, 'x')\n", ["A_KEY"]),
        ("import { invariant as must } from '@epic-web/invariant'\nmust(process.env.A_KEY)\n",
         ["A_KEY"]),
        ("const { ok: sure } = require('assert')\nsure(process.env.A_KEY)\n", ["A_KEY"]),
        ("const a = process.env.A_KEY;\ninvariant(a, 'x');\n", ["A_KEY"]),
        ("invariant(typeof process.env.A_KEY === 'string', 'x')\n", ["A_KEY"]),
        ("invariant(\n  process.env.A_KEY,\n  'x'\n)\n", ["A_KEY"]),
        ("ok(process.env.A_KEY)\n", []),
        ("import { equal } from 'assert'\nequal(process.env.A_KEY, 1)\n", []),
        ("invariant(process.env.A_KEY ?? b, 'x')\n", []),
    ],
)  # fmt: skip
def test_what_is_asserted_is_needed(tmp_path: Path, code: str, needed: list[str]) -> None:
    found = node_environment.find(tree(tmp_path, **{"server.js": code}))
    assert [each.name for each in found if each.needed] == needed


@pytest.mark.parametrize(
    ("code", "said_of_it"),
    [
        ("connect({ url: 'mongodb://localhost/todo' })\n",
         "MongoDB at localhost, which is the container itself: have it read"),
        ("const url = process.env.DB_URL || 'postgres://me:pw@localhost:5432/a'\n",
         "PostgreSQL at localhost, which is the container itself: give DB_URL"),
        (("const dev =\n  'mongodb+srv://me:pw@a.example.net/x';\n"
          "const url = process.env.MONGO_URI || dev;\n"),
         "MongoDB at a.example.net: give MONGO_URI"),
    ],
)  # fmt: skip
def test_the_address_of_a_database_in_the_code(tmp_path: Path, code: str, said_of_it: str) -> None:
    there = tree(tmp_path, **{"app.js": code, "test/a.js": "'redis://localhost:1'\n"})
    [note] = node_services.notes(there, "")
    assert said_of_it in note.text
    assert "pw" not in note.text
    assert note.evidence[0].path == "app.js"


def test_a_file_of_variables_is_not_in_the_image(tmp_path: Path) -> None:
    code = "\nrequire('dotenv').config({ path: 'variables.env' })\n"
    values = "NODE_ENV=development\nPORT=3000\nSPACE_ID=a\nAPI_KEY=b\n"
    [note] = node_services.notes(tree(tmp_path, **{"a.js": code, "variables.env": values}), "a.js")
    assert note.text.endswith("give SPACE_ID, API_KEY")
    assert str(note.evidence[0]) == "a.js:2"


def test_what_nuxt_reads_when_it_starts(tmp_path: Path) -> None:
    config = (
        "export default defineNuxtConfig({\n  runtimeConfig: {\n    tmdbKey: process.env.KEY,\n"
        "    // old: '',\n    mail: { host: '', port: 25 },\n    public: {\n"
        "      apiBase: '',\n      title: 'Shop',\n    },\n  },\n  app: { head: '' },\n})\n"
    )
    wanted = package(scripts={"build": "nuxt build"}, dependencies={"nuxt": "^4.0.0"})
    best = candidates(tmp_path, {"package.json": wanted, "nuxt.config.ts": config})[0]
    [note] = [each for each in best.notes if "NUXT_" in each.text]
    names, _, more = note.text.partition("; ")
    assert names == (
        "read when the server starts: NUXT_TMDB_KEY, NUXT_MAIL_HOST, NUXT_PUBLIC_API_BASE"
    )
    assert "read by the build alone" in more
    assert str(note.evidence[0]) == "nuxt.config.ts:2"


def test_a_filled_configuration_of_nuxt_needs_no_note(tmp_path: Path) -> None:
    config = "export default {\n  runtimeConfig: {\n    a: 'b',\n  },\n  other: { c: '' },\n}\n"
    assert node_nuxt.note(tree(tmp_path, **{"nuxt.config.ts": config})) is None


@pytest.mark.parametrize(
    "piece",
    ["'mongodb://", "'mongodb://a", "import ", "const {a", "invariant(", "a = ", "path: 'a",
     "process.env.A ", "a: {", "a: process.env", "{", "runtimeConfig: {\n",
     "url = env('", "provider = ", "file:/a/", "from 'assert'\n", "\t"],
)  # fmt: skip
def test_hostile_code_is_read_quickly(tmp_path: Path, piece: str) -> None:
    code = "assert process.env.A\n" + piece * (200_000 // len(piece))
    config = "runtimeConfig: {\n" + code
    there = tree(tmp_path, **{"a.js": code, "schema.prisma": code, "nuxt.config.ts": config})
    before = time.process_time()
    list(node_services.notes(there, "a.js"))
    node_services.database(there, Existing())
    node_environment.find(there, "a.js")
    node_nuxt.note(there)
    assert time.process_time() - before < 2
