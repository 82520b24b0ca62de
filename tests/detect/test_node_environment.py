"""The environment variables that a Node.js server needs."""

import time
from pathlib import Path

import pytest

from generator.detect import node_environment
from generator.detect.tree import Tree
from generator.detect.variable import Variable


def variables(folder: Path, entry: str = "", **files: str) -> dict[str, Variable]:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return {each.name: each for each in node_environment.find(Tree.scan(folder), entry)}


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("if (!process.env.A_KEY) throw new Error('x')\n", ["A_KEY"]),
        ("if (!process.env.A_KEY || !process.env.B_KEY) {\n  process.exit(1)\n}\n",
         ["A_KEY", "B_KEY"]),
        ("if (process.env.A_KEY === undefined) {\n  throw 1\n}\n", ["A_KEY"]),
        ("const key = process.env.A_KEY;\nif (!key) {\n  throw new Error()\n}\n", ["A_KEY"]),
        ("const { A_KEY, B = 1 } = process.env;\nif (!A_KEY) throw 1\n", ["A_KEY"]),
        ("assert(process.env.A_KEY, 'A_KEY')\n", ["A_KEY"]),
        ("mongoose.connect(process.env.MONGO_URI)\n", ["MONGO_URI"]),
        ("for (const k of ['A_KEY', 'B_KEY']) {\n  if (!process.env[k]) process.exit(1)\n}\n",
         ["A_KEY", "B_KEY"]),
        (("function need(name) {\n  const v = process.env[name]\n  if (!v) throw 1\n  return v\n}\n"
         "need('A_KEY')\nneed('B_KEY', 'x')\n"), ["A_KEY"]),
        (("import { z } from 'zod'\nconst s = z.object({\n  A_KEY: z\n    .string(),\n"
         "  B_KEY: z.string().optional(),\n  C_KEY: z.string().default('x'),\n})\n"
         "s.parse(process.env)\n"), ["A_KEY"]),
        ("const s = cleanEnv(process.env, { A_KEY: str(), B_KEY: str({ default: '' }) })\n",
         ["A_KEY"]),
        ("Joi.object({ A_KEY: Joi.string().required(), B_KEY: Joi.string() })\nprocess.env\n",
         ["A_KEY"]),
        (("const s = { required: ['A_KEY', 'B_KEY'], properties: { B_KEY: { default: 'x' } } }\n"
         "app.register(require('@fastify/env'), { schema: s, data: process.env })\n"), ["A_KEY"]),
        (("convict({ a: { format: String, default: null, env: 'A_KEY' },\n"
         "  b: { default: 'x', env: 'B_KEY' } })\nprocess.env\n"), ["A_KEY"]),
        ("config.getOrThrow<string>('A_KEY')\n", ["A_KEY"]),
        ("key = process.env.A_KEY || 'x'\nsend(process.env.B_KEY)\n", []),
        ("if (process.env.A_KEY) throw new Error('gone')\n", []),
        ("if (!process.env.A_KEY) console.warn('x')\n", []),
        ("app.get('/', (req, res) => {\n  if (!process.env.A_KEY) throw 1\n})\n", []),
        ("if (mail) {\n  if (!process.env.A_KEY) throw 1\n}\n", []),
        ("if (process.env.NODE_ENV === 'production') {\n  if (!process.env.A_KEY) throw 1\n}\n",
         ["A_KEY"]),
    ],
)  # fmt: skip
def test_what_the_server_gives_up_without(tmp_path: Path, code: str, needed: list[str]) -> None:
    found = variables(tmp_path, **{"server.js": code})
    assert sorted(name for name, each in found.items() if each.needed) == needed


def test_a_need_has_its_place(tmp_path: Path) -> None:
    code = "\nconst a = 1\nif (!process.env.A_KEY) throw 1\n"
    found = variables(tmp_path, **{"src/env.ts": code})
    assert str(found["A_KEY"].evidence) == "src/env.ts:3"


def test_a_need_in_some_case_is_doubtful(tmp_path: Path) -> None:
    found = variables(tmp_path, **{"a.js": "if (x) {\n  if (!process.env.A_KEY) throw 1\n}\n"})
    assert (found["A_KEY"].needed, found["A_KEY"].doubtful) == (False, True)


def test_only_what_the_entry_loads_is_read(tmp_path: Path) -> None:
    check = "if (!process.env.{}) throw 1\n"
    files = {
        "server.js": "require('./lib/a')\n",
        "lib/a.js": check.format("A_KEY"),
        "release.js": check.format("B_KEY"),
        "test/x.js": check.format("C_KEY"),
    }
    assert list(variables(tmp_path, "server.js", **files)) == ["A_KEY"]
    assert list(variables(tmp_path, "dist/unknown.js")) == ["B_KEY", "A_KEY"]


def test_a_built_entry_is_read_at_its_source(tmp_path: Path) -> None:
    check = "if (!process.env.{}) throw 1\n"
    files = {
        "src/main.ts": "import './env.js'\n",
        "src/env.ts": check.format("A_KEY"),
        "release.ts": check.format("B_KEY"),
    }
    assert list(variables(tmp_path, "dist/main.js", **files)) == ["A_KEY"]


def test_the_schema_of_prisma_names_its_database(tmp_path: Path) -> None:
    found = variables(tmp_path, **{"db/schema.prisma": 'url = env("MY_DB_URL")\n'})
    assert found["MY_DB_URL"].needed


@pytest.mark.parametrize(
    "piece",
    [
        "if (", "process.env.A ", "process.env[a]", "const {", "['A',", "function f(a", "A: z.\n",
        "required: [", "process.env.A =", "convict(", "getOrThrow<", " ", "\n", "{", "(",
        "import a from ", "!process.env.A\n", "env: 'A',", "const a = process.env.A_",
    ],
)  # fmt: skip
def test_hostile_code_is_read_quickly(tmp_path: Path, piece: str) -> None:
    start = "zod cleanEnv( Joi @fastify/env convict( process.env[k] throw parse(process.env)\n"
    code = start + piece * (200_000 // len(piece))
    (tmp_path / "a.js").write_text(code)
    before = time.process_time()
    node_environment.find(Tree.scan(tmp_path), "a.js")
    assert time.process_time() - before < 2
