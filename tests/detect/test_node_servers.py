"""Node.js servers: what starts them, and what is built for them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.detect import detect
from generator.detect.model import Candidate, Detection

EXPRESS = {"express": "^5"}
SERVER = "import express from 'express'\nexpress().listen(process.env.PORT || 4000)\n"
TSCONFIG = json.dumps({"compilerOptions": {"outDir": "./dist", "rootDir": "./src"}})


def project(
    folder: Path,
    scripts: Any,
    *,
    packages: Mapping[str, str] = EXPRESS,
    development: Mapping[str, str] | None = None,
    files: Mapping[str, str] | None = None,
) -> Detection:
    """Detect a project with a package.json and further files."""
    package = {"name": "app", "version": "1.0.0", "scripts": scripts, "dependencies": packages}
    package["devDependencies"] = development or {}
    everything = {"package.json": json.dumps(package, indent=2), "package-lock.json": "{}"}
    everything |= files or {}
    for path, text in everything.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return detect(folder)


def chosen(found: Detection) -> Candidate:
    assert found.chosen
    return found.chosen


def value(found: Detection, field: str) -> Any:
    proposal = found.proposal(field)
    return proposal and proposal.value


@pytest.mark.parametrize(
    ("scripts", "command"),
    [
        ({"start": "npm run server:run", "server:run": "node server.js"}, ["node", "server.js"]),
        ({"start": "node --inspect --watch server.js"}, ["node", "server.js"]),
        ({"start": "node --env-file=.env server.js"}, ["node", "server.js"]),
        ({"start": "node -r dotenv/config server.js"}, ["node", "server.js"]),
        ({"start": "node --import ./trace.mjs server.js --port 80"},
         ["node", "--import", "./trace.mjs", "server.js", "--port", "80"]),
        ({"start": "pm2-runtime start server.js -i max"}, ["node", "server.js"]),
        ({"start": "pm2-runtime ecosystem.config.js"}, ["node", "server/index.js"]),
        ({"start": "forever start server.js"}, ["node", "server.js"]),
        ({"start": "nodemon", "start:prod": "node server"}, ["node", "server.js"]),
        ({"start": "node ./server/"}, ["node", "server/index.js"]),
        ({"start": "dotenv -e .env -- node server.js"}, ["node", "server.js"]),
        ({"start": "node a.ts"}, ["node", "a.ts"]),
    ],
)  # fmt: skip
def test_the_command_behind_a_start_script(
    tmp_path: Path, scripts: Mapping[str, str], command: list[str]
) -> None:
    files = {"server.js": SERVER, "server/index.js": SERVER, "a.ts": SERVER, "trace.mjs": "x\n"}
    files["ecosystem.config.js"] = "module.exports = {apps: [{script: './server/index.js'}]}\n"
    found = project(tmp_path, scripts, files=files)
    assert value(found, "command") == command
    assert chosen(found).missing == ""


@pytest.mark.parametrize(
    ("start", "says"),
    [
        ("nx serve", "`nx serve`, which is for development (package.json:5)"),
        ("turbo run start --filter=api && pnpm --filter api start", "a package of a workspace"),
        ("node lost.js", "lost.js, which is not in the project"),
        ("deno run index.ts", "`deno run index.ts`"),
        ("unheard-of serve", "a program of no package in `dependencies`"),
        ("cd api && node index.js", "lies in another folder"),
        ("node dev-server.js", "by its name for development"),
        ("node watch.js", "a server for development: it loads concurrently"),
    ],
)
def test_what_cannot_start_an_image_is_said(tmp_path: Path, start: str, says: str) -> None:
    found = project(
        tmp_path,
        {"start": start},
        development={"concurrently": "9"},
        files={
            "watch.js": "const concurrently = require('concurrently')\n",
            "dev-server.js": SERVER,
        },
    )
    assert says in chosen(found).missing
    assert '"start": "node server.js"' in chosen(found).missing
    assert value(found, "command") is None


def test_a_library_is_no_server(tmp_path: Path) -> None:
    files = {"index.js": "module.exports = 1\n"}
    found = project(tmp_path, {"test": "x"}, packages={"ws": "8"}, files=files)
    assert "neither a script `start` nor a `main`" in chosen(found).missing


def test_finished_pages_go_before_a_server_for_development(tmp_path: Path) -> None:
    files = {
        "scripts/start.js": "const browserSync = require('browser-sync')\n",
        "dist/index.html": "<html></html>\n",
    }
    start = {"start": "npm run build && node scripts/start.js", "build": "node scripts/build.js"}
    found = project(tmp_path, start, packages={}, development={"browser-sync": "3"}, files=files)
    assert chosen(found).kind == "Static site in dist"
    assert "browser-sync" in found.others[0].missing


def test_a_server_that_builds_its_own_pages_is_a_server(tmp_path: Path) -> None:
    scripts = {"start": "npm run serve-it", "serve-it": "node server/server.js"}
    scripts["build"] = "vite build --config ./config/vite.config.js"
    files = {"server/server.js": SERVER, "index.html": "x\n", "src/main.js": "x\n"}
    found = project(tmp_path, scripts, development={"vite": "6"}, files=files)
    assert chosen(found).kind == "Node.js server"
    assert value(found, "build.run") == ["npm ci", "npm run build", "npm prune --omit=dev"]
    assert value(found, "build.artifacts")["/src/dist"] == "/app/dist"
    assert value(found, "command") == ["node", "server/server.js"]


@pytest.mark.parametrize(
    ("build", "entry"),
    [
        ("tsc", "dist/main.js"),
        ("tsc -p tsconfig.json && tsc-alias", "dist/main.js"),
        ("tsup src/main.ts", "dist/main.js"),
        ("esbuild src/main.ts --outfile=out/main.cjs", "out/main.cjs"),
        ("babel src -d lib", "lib/main.js"),
        ("webpack --mode production", "dist/bundle.js"),
    ],
)
def test_what_a_build_makes_is_copied_without_the_source(
    tmp_path: Path, build: str, entry: str
) -> None:
    scripts = {"build": build, "start": f"node {entry}"}
    files = {"tsconfig.json": TSCONFIG, "src/main.ts": SERVER, "config/default.json": "{}"}
    found = project(tmp_path, scripts, development={"typescript": "5"}, files=files)
    folder = entry.partition("/")[0]
    assert value(found, "command") == ["node", entry]
    assert value(found, "build.artifacts") == {
        f"/src/{folder}": f"/app/{folder}",
        "/src/node_modules": "/app/node_modules",
        "/src/package.json": "/app/package.json",
        "/src/config": "/app/config",
    }


def test_a_compiler_in_the_start_script_runs_in_the_build(tmp_path: Path) -> None:
    files = {"tsconfig.json": TSCONFIG, "src/main.ts": SERVER}
    found = project(tmp_path, {"start": "tsc && node dist/main.js"}, files=files)
    assert value(found, "build.run") == ["npm ci", "npx tsc", "npm prune --omit=dev"]
    assert chosen(found).notes == ()


def test_a_step_before_the_server_is_said(tmp_path: Path) -> None:
    start = {"start": "knex migrate:latest && node server.js"}
    found = project(tmp_path, start, files={"server.js": SERVER})
    assert ["knex migrate:latest" in note.text for note in chosen(found).notes] == [True]


def test_pages_of_a_package_of_their_own_are_built_into_the_server(tmp_path: Path) -> None:
    client = {"scripts": {"build": "react-scripts build"}, "dependencies": {"react-scripts": "5"}}
    files = {
        "server/index.js": f"{SERVER}app.use(express.static('client/build'))\n",
        "client/package.json": json.dumps(client),
        "client/package-lock.json": "{}",
        "client/public/index.html": "x\n",
    }
    scripts = {"start": "node server/index.js", "build": "npm --prefix client run build"}
    found = project(tmp_path, scripts, files=files)
    assert value(found, "build.run")[1:3] == ["cd client && npm ci", "npm run build"]
    copied = value(found, "build.artifacts")
    assert copied["/src/client/build"] == "/app/client/build"
    assert "/src/client" not in copied
    assert "client" in value(found, "include")
    assert found.folders == ()


@pytest.mark.parametrize("at_run_time", [True, False])
def test_a_compiler_at_run_time_is_in_the_image(tmp_path: Path, *, at_run_time: bool) -> None:
    packages = {**EXPRESS, **({"tsx": "4"} if at_run_time else {})}
    development = {} if at_run_time else {"tsx": "4"}
    files = {"src/index.ts": SERVER}
    start = {"start": "tsx src/index.ts"}
    found = project(tmp_path, start, packages=packages, development=development, files=files)
    assert value(found, "command") == ["node", "--import", "tsx", "src/index.ts"]
    assert value(found, "build.run") == (["npm ci --omit=dev"] if at_run_time else ["npm ci"])
    assert bool(chosen(found).notes) != at_run_time


def test_a_program_of_a_package_is_started_from_it(tmp_path: Path) -> None:
    packages = {"fastify": "5", "fastify-cli": "7"}
    start = {"start": "fastify start -l info app.js"}
    found = project(tmp_path, start, packages=packages, files={"app.js": "x\n"})
    command = ["node_modules/.bin/fastify", "start", "-l", "info", "app.js"]
    assert value(found, "command") == command
    assert value(found, "env")["FASTIFY_ADDRESS"] == "0.0.0.0"


def test_what_the_start_script_sets_stays(tmp_path: Path) -> None:
    start = "cross-env NODE_ENV=production PORT=8081 NODE_PATH=lib API_TOKEN=abc node server.js"
    found = project(tmp_path, {"start": start}, files={"server.js": "listen(process.env.PORT)\n"})
    expected = {"NODE_ENV": "production", "PORT": "8081", "NODE_PATH": "lib"}
    assert value(found, "env") == expected
    assert value(found, "port") == "8081"


def test_the_client_of_prisma_is_made(tmp_path: Path) -> None:
    files = {"server.js": SERVER, "prisma/schema.prisma": "x\n"}
    packages = {**EXPRESS, "@prisma/client": "^6.1.0"}
    start = {"start": "node server.js"}
    found = project(tmp_path, start, packages=packages, development={"prisma": "6"}, files=files)
    run = ["npm ci", "npx prisma generate", "npm prune --omit=dev"]
    assert value(found, "build.run") == run
    assert value(found, "packages") == ["openssl"]


def test_what_compiles_has_its_compiler(tmp_path: Path) -> None:
    packages = {**EXPRESS, "better-sqlite3": "11"}
    start = {"start": "node server.js"}
    found = project(tmp_path, start, packages=packages, files={"server.js": SERVER})
    assert value(found, "build.packages") == ["g++", "make", "python3"]
    assert value(found, "packages") is None


def test_the_command_of_a_container_file_is_taken_if_it_is_here(tmp_path: Path) -> None:
    files = {"web.js": SERVER, "Procfile": "web: node web.js\n"}
    found = project(tmp_path, {}, files=files)
    assert value(found, "command") == ["node", "web.js"]
    (tmp_path / "Procfile").write_text("web: node /srv/elsewhere\n")
    assert "web.js" not in str(value(detect(tmp_path), "command"))


def test_a_server_around_next_is_started_itself(tmp_path: Path) -> None:
    scripts = {"build": "next build", "start": "NODE_ENV=production node server.js"}
    files = {"server.js": SERVER, "pages/index.js": "x\n"}
    found = project(tmp_path, scripts, packages={**EXPRESS, "next": "15"}, files=files)
    assert value(found, "command") == ["node", "server.js"]
    assert value(found, "build.artifacts")["/src/.next"] == "/app/.next"


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ("listen(Number(process.env.PORT) || 4001)", "4001"),
        ("listen(parseInt(process.env.PORT, 10) || 4002)", "4002"),
        ("const s = { PORT: z.coerce.number().default(4003) }", "4003"),
        ("const s = { PORT: port({ default: 4004 }) }", "4004"),
        ("config.get('PORT') ?? 4005", "4005"),
    ],
)
def test_the_port_as_code_says_it(tmp_path: Path, code: str, port: str) -> None:
    found = project(tmp_path, {"start": "node server.js"}, files={"server.js": f"{code}\n"})
    assert value(found, "port") == port
    assert "PORT" not in value(found, "env")


def test_a_loopback_address_that_fastify_takes_by_itself_is_said(tmp_path: Path) -> None:
    packages = {"fastify": "5"}
    start = {"start": "node server.js"}
    code = "const app = require('fastify')()\napp.listen({ port: 3000 })\n"
    found = project(tmp_path, start, packages=packages, files={"server.js": code})
    assert any("127.0.0.1 alone" in note.text for note in chosen(found).notes)
    (tmp_path / "server.js").write_text(code.replace("3000", "3000, host: '::'"))
    assert not any("127.0.0.1" in note.text for note in chosen(detect(tmp_path)).notes)


@pytest.mark.parametrize("scripts", [3, ["x"], {"start": 4}, {"start": "node 'a"}, {"start": "&&"}])
def test_scripts_of_any_kind_are_no_crash(tmp_path: Path, scripts: Any) -> None:
    found = project(tmp_path, scripts, files={"server.js": SERVER})
    assert value(found, "command") == ["node", "server.js"]


def test_scripts_that_call_each_other_end(tmp_path: Path) -> None:
    scripts = {"start": "npm run a", "a": "npm run b && npm run b", "b": "npm run a && npm run a"}
    scripts["build"] = "npm run a && npm run b"
    found = project(tmp_path, scripts, packages={"ws": "8"})
    assert value(found, "command") is None


def test_an_address_of_its_own_is_set_where_the_code_asks_for_one(tmp_path: Path) -> None:
    code = "app.listen(3000, process.env.HOST || 'localhost')\n"
    found = project(tmp_path, {"start": "node server.js"}, files={"server.js": code})
    assert value(found, "env")["HOST"] == "0.0.0.0"
    assert chosen(found).notes == ()


def test_a_server_beside_a_site_is_no_server_of_it(tmp_path: Path) -> None:
    scripts = {
        "start": "react-scripts start",
        "server": "node api.js",
        "build": "react-scripts build",
    }
    packages = {**EXPRESS, "react": "19", "react-scripts": "5"}
    files = {"api.js": SERVER, "public/index.html": "x\n", "src/index.js": "x\n"}
    found = project(tmp_path, scripts, packages=packages, files=files)
    assert chosen(found).kind == "Create React App"
    assert [other.kind for other in found.others] == ["Node.js server"]
