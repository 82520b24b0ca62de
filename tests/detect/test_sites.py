"""Sites are recognised by their generator, and described as one would by hand."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from generator import spec
from generator.detect import existing, sites
from generator.detect.model import Candidate
from generator.detect.sites.proposals import nested
from generator.detect.tree import Tree

NODE = "node:24-trixie-slim"
LOCK = {"package-lock.json": "{}"}


def package(*names: str, build: str = "build", **more: Any) -> dict[str, str]:
    """A package.json with its lock; each of the names may carry a version after `=`."""
    wanted = {name.partition("=")[0]: name.partition("=")[2] or "^9.0.0" for name in names}
    scripts = {"build": build} if build else {}
    whole = {"name": "app", "scripts": scripts, "dependencies": wanted, **more}
    return {"package.json": json.dumps(whole, indent=1), **LOCK}


def candidates(folder: Path, files: Mapping[str, str]) -> list[Candidate]:
    """What is found in a folder of these files."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    tree = Tree.scan(folder)
    return sites.candidates(tree, existing.Existing())


def only(folder: Path, files: Mapping[str, str]) -> Candidate:
    """The one candidate; whatever it proposes makes a spec, and none of it is a default."""
    (found,) = candidates(folder, files)
    if not found.missing:
        spec.from_values(nested(found.proposals))
    for proposal in found.proposals:
        for place in proposal.evidence:
            lines = (folder / place.path).read_text("utf-8").splitlines()
            assert 0 <= place.line <= len(lines), place
    return found


def fields(found: Candidate) -> dict[str, Any]:
    """The proposals by field, without the one that all have."""
    values = {each.field: each.value for each in found.proposals}
    assert values.pop("resources.cpus") == "auto"
    return values


def notes(found: Candidate) -> str:
    return "\n".join(note.text for note in found.notes)


def built(output: str, *, run: str = "npm run build", **more: Any) -> dict[str, Any]:
    """The fields of a site that npm builds."""
    main = {"build.image": NODE, "build.run": ["npm ci", run], "build.output": output}
    return {**main, **{key.replace("build_", "build."): value for key, value in more.items()}}


VITE = {"index.html": "<html>", "src/main.js": "", "vite.config.js": "export default {}\n"}
SPA = {"spa": "true"}
# fmt: off
GENERATORS = {
    "vite": (
        {**package("vite"), **VITE, "README.md": "", "REVIEWING.md": "", "tests/a.test.js": "",
         ".gitignore": "dist"},
        "Vite site",
        built("dist", immutable=["/assets/"],
              include=["index.html", "package.json", "src", "vite.config.js"]),
    ),
    "vite react, other folder": (
        {**package("vite", "react"), **VITE, "tsconfig.json": "{}", "eslint.config.js": "",
         "vite.config.js": "export default {\n  build: { outDir: 'build' },\n}\n"},
        "Vite site",
        built("build", immutable=["/assets/"], **SPA,
              include=["index.html", "package.json", "src", "tsconfig.json", "vite.config.js"]),
    ),
    "vite in a root of its own": (
        {**package("vite"), "web/index.html": "",
         "vite.config.js": "x = {\n  root: 'web',\n  build: { outDir: '../dist' },\n}\n"},
        "Vite site",
        built("dist", immutable=["/assets/"], include=["package.json", "vite.config.js", "web"]),
    ),
    "vite, folder in the script": (
        {**package("vite", build="vite build --outDir site"), **VITE},
        "Vite site",
        built("site", immutable=["/assets/"],
              include=["index.html", "package.json", "src", "vite.config.js"]),
    ),
    "vite, made for a path": (
        {**package("vite", build="tsc && vite build"), **VITE,
         "vite.config.js": "export default {\n  base: '/shop/',\n}\n"},
        "Vite site",
        built("dist", run="npm run build -- --base=/", immutable=["/assets/"],
              include=["index.html", "package.json", "src", "vite.config.js"]),
    ),
    "vite, plain files in assets": (
        {**package("vite"), **VITE, "public/assets/logo.svg": ""},
        "Vite site",
        built("dist", include=["index.html", "package.json", "public", "src", "vite.config.js"]),
    ),
    "create-react-app": (
        {**package("react-scripts=5.0.1", "react"), "public/index.html": "", "src/index.js": ""},
        "Create React App",
        built("build", immutable=["/static/"], **SPA, include=["package.json", "public", "src"]),
    ),
    "create-react-app of old": (
        {**package("react-scripts=^4.0.3", homepage="https://me.example.com/shop"),
         "public/index.html": "", "src/index.js": ""},
        "Create React App",
        built("build", immutable=["/static/"], **SPA, include=["package.json", "public", "src"],
              run="NODE_OPTIONS=--openssl-legacy-provider PUBLIC_URL=/ npm run build"),
    ),
    "vue-cli": (
        {**package("@vue/cli-service=~5.0.0"), "public/index.html": "", "src/main.js": "",
         "vue.config.js": "module.exports = { outputDir: 'www' }\n"},
        "Vue CLI app",
        built("www", immutable=["/css/", "/js/"], **SPA,
              include=["package.json", "public", "src", "vue.config.js"]),
    ),
    "next export": (
        {**package("next"), "app/page.jsx": "",
         "next.config.mjs": "export default {\n  output: 'export',\n  trailingSlash: true\n}\n"},
        "Next.js export",
        built("out", run="NEXT_TELEMETRY_DISABLED=1 npm run build", immutable=["/_next/static/"],
              include=["app", "next.config.mjs", "package.json"]),
    ),
    "astro": (
        {**package("astro", "vite"), "src/pages/index.astro": "", "astro.config.mjs": "x = {}\n"},
        "Astro site",
        built("dist", immutable=["/_astro/"], include=["astro.config.mjs", "package.json", "src"]),
    ),
    "sveltekit": (
        {**package("@sveltejs/kit", "@sveltejs/adapter-static", "vite"), "src/app.html": "",
         "svelte.config.js": "import adapter from '@sveltejs/adapter-static'\n"
         "export default { kit: { adapter: adapter({ fallback: 'index.html' }) } }\n"},
        "SvelteKit site",
        built("build", immutable=["/_app/immutable/"], **SPA,
              include=["package.json", "src", "svelte.config.js"]),
    ),
    "angular": (
        {**package("@angular/core=^20.1.0"), "src/main.ts": "",
         "angular.json": json.dumps({"projects": {
            "shop": {"projectType": "application", "architect": {"build": {
                "builder": "@angular/build:application", "options": {}}}}}})},
        "Angular app",
        built("dist/shop/browser", run="NG_CLI_ANALYTICS=false npm run build", **SPA,
              immutable=["/media/"], include=["angular.json", "package.json", "src"]),
    ),
    "angular of old": (
        {**package("@angular/core=^16.0.0"), "src/main.ts": "", "angular.json": json.dumps(
            {"projects": {"shop": {"projectType": "application", "architect": {"build": {
                "builder": "@angular-devkit/build-angular:browser",
                "options": {"outputPath": "dist/shop"}}}}}})},
        "Angular app",
        built("dist/shop", run="NG_CLI_ANALYTICS=false npm run build", **SPA,
              include=["angular.json", "package.json", "src"]),
    ),
    "docusaurus": (
        {**package("@docusaurus/core", build="docusaurus build"), "docs/intro.md": "",
         "docusaurus.config.js": "module.exports = { baseUrl: '/' }\n"},
        "Docusaurus site",
        built("build", immutable=["/assets/"],
              include=["docs", "docusaurus.config.js", "package.json"]),
    ),
    "gatsby": (
        {**package("gatsby=^5.0.0"), "gatsby-config.js": "", "src/pages/index.js": ""},
        "Gatsby site",
        built("public", immutable=["/static/"],
              include=["gatsby-config.js", "package.json", "src"]),
    ),
    "eleventy": (
        {**package("@11ty/eleventy", build=""), "index.md": "",
         ".eleventy.js": "module.exports = () => ({ dir: { output: 'www' } })\n"},
        "Eleventy site",
        built("www", run="npx eleventy", include=[".eleventy.js", "index.md", "package.json"]),
    ),
    "vitepress": (
        {**package("vitepress", build="", scripts={"docs:build": "vitepress build docs"}),
         "docs/index.md": "", "docs/.vitepress/config.mts": "export default { cleanUrls: true }\n"},
        "VitePress site",
        built("docs/.vitepress/dist", run="npm run docs:build", immutable=["/assets/"],
              include=["docs", "package.json"]),
    ),
    "vuepress": (
        {**package("vuepress=^2.0.0", build="vuepress build docs"), "docs/README.md": ""},
        "VuePress site",
        built("docs/.vuepress/dist", immutable=["/assets/"], include=["docs", "package.json"]),
    ),
    "nuxt": (
        {**package("nuxt=^3.1.0", scripts={"generate": "nuxt generate", "build": "nuxt build"}),
         "app.vue": "", "nuxt.config.ts": "export default defineNuxtConfig({ ssr: false })\n"},
        "Nuxt site",
        built(".output/public", run="NUXT_TELEMETRY_DISABLED=1 npm run generate", **SPA,
              immutable=["/_nuxt/"], include=["app.vue", "nuxt.config.ts", "package.json"]),
    ),
    "react router": (
        {**package("@react-router/dev", "vite"), "app/root.tsx": "",
         "react-router.config.ts": "export default { ssr: false }\n"},
        "React Router app",
        built("build/client", immutable=["/assets/"], **SPA,
              include=["app", "package.json", "react-router.config.ts"]),
    ),
    "remix": (
        {**package("@remix-run/dev", "vite"), "app/root.tsx": "",
         "vite.config.ts": "export default { plugins: [remix({ ssr: false })] }\n"},
        "Remix app",
        built("build/client", immutable=["/assets/"], **SPA,
              include=["app", "package.json", "vite.config.ts"]),
    ),
    "ember": (
        {**package("ember-cli"), "app/app.js": "", "ember-cli-build.js": ""},
        "Ember app",
        built("dist", immutable=["/assets/"], **SPA,
              include=["app", "ember-cli-build.js", "package.json"]),
    ),
    "parcel": (
        {**package("parcel", build="parcel build src/index.html --dist-dir out"),
         "src/index.html": ""},
        "Parcel site",
        built("out", include=["package.json", "src"]),
    ),
    "webpack": (
        {**package("webpack=^5.0.0", "html-webpack-plugin"), "src/index.js": "",
         "webpack.config.js": "module.exports = {output: {path: path.resolve(__dirname, 'w')}}\n"},
        "webpack site",
        built("w", include=["package.json", "src", "webpack.config.js"]),
    ),
    "hexo": (
        {**package("hexo"), "_config.yml": "title: x\n", "source/_posts/a.md": ""},
        "Hexo site",
        built("public", include=["_config.yml", "package.json", "source"]),
    ),
    "quasar": (
        {**package("@quasar/app-vite", "quasar"), "src/App.vue": "", "index.html": ""},
        "Quasar app",
        built("dist/spa", immutable=["/assets/"], **SPA,
              include=["index.html", "package.json", "src"]),
    ),
    "mkdocs": (
        {"mkdocs.yml": "site_name: x\ntheme: {name: material}\nplugins: [search, redirects]\n"
         "markdown_extensions:\n  - a:\n      b: !!python/name:c.d\n", "docs/index.md": ""},
        "MkDocs site",
        {"build.image": "python:3.13-slim-trixie", "build.manifests": ["mkdocs.yml"],
         "build.run": ["pip install mkdocs mkdocs-material mkdocs-redirects", "mkdocs build"],
         "build.output": "site", "include": ["docs", "mkdocs.yml"]},
    ),
    "mkdocs with requirements": (
        {"mkdocs.yml": "site_name: x\nsite_dir: public\ndocs_dir: pages\n", "pages/index.md": "",
         "requirements.txt": "mkdocs==1.6.1\n"},
        "MkDocs site",
        {"build.image": "python:3.13-slim-trixie", "build.manifests": ["requirements.txt"],
         "build.run": ["pip install -r requirements.txt", "mkdocs build"],
         "build.output": "public", "include": ["mkdocs.yml", "pages"]},
    ),
    "sphinx": (
        {"docs/conf.py": "project = 'x'\nextensions = ['myst_parser']\nhtml_theme = 'furo'\n",
         "docs/index.md": ""},
        "Sphinx site",
        {"build.image": "python:3.13-slim-trixie", "build.manifests": ["docs/conf.py"],
         "build.run": ["pip install sphinx furo myst-parser",
                       "sphinx-build -b html -d /tmp/doctrees docs docs/_build/html"],
         "build.output": "docs/_build/html", "include": ["docs"]},
    ),
    "hugo": (
        {"hugo.toml": "baseURL = 'https://example.org/'\n", "content/_index.md": "",
         "layouts/index.html": ""},
        "Hugo site",
        {"build.image": "debian:trixie-slim", "build.packages": ["hugo"],
         "build.run": ["hugo --minify --baseURL /"], "build.output": "public",
         "include": ["content", "hugo.toml", "layouts"]},
    ),
    "jekyll": (
        {"_config.yml": "title: x\n", "_posts/2026-01-01-a.md": ""},
        "Jekyll site",
        {"build.image": "debian:trixie-slim", "build.packages": ["jekyll"],
         "build.run": ["jekyll build"], "build.output": "_site"},
    ),
    "pages at the top": (
        {"index.html": "", "css/a.css": "", "README.md": "", "LICENSE": "", "robots.txt": "",
         "scripts/deploy.js": ""},
        "Static site",
        {"build.image": "alpine:3.23", "build.output": "site",
         "build.run": ["mkdir site && cp -r css index.html robots.txt site/"],
         "include": ["css", "index.html", "robots.txt"]},
    ),
    "pages beside a folder named site": (
        {"index.html": "", "site/a.html": ""},
        "Static site",
        {"build.image": "alpine:3.23", "build.output": "published",
         "build.run": ["mkdir published && cp -r index.html site published/"],
         "include": ["index.html", "site"]},
    ),
    "finished pages in the usual folder": ({"public/index.html": ""}, "Static site in public", {}),
    "finished pages elsewhere": (
        {"_site/index.html": ""}, "Static site in _site", {"site": "_site"},
    ),
}
# fmt: on


@pytest.mark.parametrize("name", GENERATORS)
def test_generators(tmp_path: Path, name: str) -> None:
    files, kind, expected = GENERATORS[name]
    found = only(tmp_path, files)
    assert found.kind == kind
    assert fields(found) == expected
    assert (found.missing, found.score >= 75) == ("", True)


SERVERS = {
    "next": {**package("next"), "next.config.js": "module.exports = {}\n"},
    "next that only says so": {
        **package("next"),
        "next.config.js": "module.exports = {\n  // output: 'export',\n}\n",
    },
    "astro adapter": {**package("astro"), "astro.config.mjs": "x = { adapter: node() }\n"},
    "sveltekit": {**package("@sveltejs/kit", "vite", "@sveltejs/adapter-node"), **VITE},
    "nuxt": {**package("nuxt"), "nuxt.config.ts": "export default {}\n"},
    "remix": {**package("@remix-run/dev", "vite"), "vite.config.js": "x\n"},
    "angular": {
        **package("@angular/core"),
        "angular.json": json.dumps(
            {"projects": {"a": {"architect": {"build": {"options": {"ssr": {"entry": "x"}}}}}}}
        ),
    },
    "vite library": {
        **package("vite"),
        **VITE,
        "vite.config.js": "export default { build: { lib: { entry: 'a' } } }\n",
    },
    "vite without a page": {**package("vite"), "src/a.js": ""},
    "express": package("express"),
    "nothing": {"README.md": ""},
}


@pytest.mark.parametrize("name", SERVERS)
def test_what_is_no_site(tmp_path: Path, name: str) -> None:
    assert candidates(tmp_path, SERVERS[name]) == []


@pytest.mark.parametrize(
    ("lock", "install", "build"),
    [
        ({"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
         "npm install -g pnpm@10 && pnpm install --frozen-lockfile", "pnpm run build"),
        ({"yarn.lock": "# yarn lockfile v1\n"},
         "npm install -g --force yarn@1.22.22 && yarn install --frozen-lockfile", "yarn run build"),
        ({"bun.lock": "{}"},
         "npm install -g bun@1 && bun install --frozen-lockfile", "bun run build"),
    ],
)  # fmt: skip
def test_managers(tmp_path: Path, lock: dict[str, str], install: str, build: str) -> None:
    files = {**package("vite"), **VITE, **lock}
    del files["package-lock.json"]
    found = fields(only(tmp_path, files))
    assert found["build.run"] == [install, build]
    # The command tells what it reads.
    assert "build.manifests" not in found


def test_without_a_lock(tmp_path: Path) -> None:
    files = {**package("vite"), **VITE}
    del files["package-lock.json"]
    found = only(tmp_path, files)
    assert fields(found)["build.run"] == ["npm install", "npm run build"]
    assert fields(found)["build.manifests"] == ["package.json"]
    assert "No lock file" in notes(found)


def test_scripts_that_run_at_install_need_the_source(tmp_path: Path) -> None:
    scripts = {"build": "vite build", "postinstall": "node copy.js"}
    files = {**package("vite", scripts=scripts), **VITE, "copy.js": ""}
    found = fields(only(tmp_path, files))
    assert found["build.manifests"] == []
    assert "package-lock.json" in found["include"]


def test_variables(tmp_path: Path) -> None:
    files = {
        **package("vite"),
        **VITE,
        "src/main.js": "a = import.meta.env.MODE\nb = import.meta.env.VITE_API\n"
        "c = import.meta.env.VITE_TITLE + import.meta.env.VITE_OTHER\n",
        ".env": "VITE_API=http://localhost:1\nVITE_TITLE='My shop'\nDB_PASSWORD=x\n",
        ".env.production": "VITE_API=https://api.example.com/v1\n",
    }
    found = only(tmp_path, files)
    assert fields(found)["build.run"] == [
        "npm ci",
        "VITE_API=https://api.example.com/v1 VITE_TITLE='My shop' npm run build",
    ]
    assert "reads VITE_OTHER at build time" in notes(found)
    assert "PASSWORD" not in str(found)


def test_secrets_in_env_files_are_left_out(tmp_path: Path) -> None:
    files = {**package("vite"), **VITE, ".env": "VITE_API_KEY=abcdef\nVITE_X=$(rm -rf /)\n"}
    assert fields(only(tmp_path, files))["build.run"] == ["npm ci", "npm run build"]


def test_a_secret_in_an_env_file_is_named_without_its_value(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "PRIVATE_KEY", "AUTH", "PASSPHRASE", "DBPASS", "STRIPE", "OPENAI", "DSN")
    values = dict.fromkeys(names, "hunter2")
    values["STRIPE"], values["OPENAI"] = "sk_live_hunter2a", "sk-proj-hunter2a"
    values["DSN"] = "https://hunter2@host/1"
    text = "".join(f"VITE_{name}={value}\n" for name, value in values.items())
    files = {
        **package("vite"),
        **VITE,
        ".env": f"{text}VITE_TITLE=Shop\nVITE_AUTH_ON=true\nVITE_X=a\n",
        ".env.production": "VITE_X=sk_live_hunter2b\n",
    }
    found = only(tmp_path, files)
    assert fields(found)["build.run"] == [
        "npm ci", "VITE_TITLE=Shop VITE_AUTH_ON=true npm run build",
    ]  # fmt: skip
    assert "hunter2" not in str(found)
    for name in (*names, "X"):
        assert f"VITE_{name}" in notes(found)


def test_what_the_configuration_does_not_settle_is_told(tmp_path: Path) -> None:
    files = {**package("next"), "next.config.js": "module.exports = { output: 'export' }\n"}
    assert "set generateBuildId" in notes(only(tmp_path, files))
    more = "module.exports = { output: 'export', generateBuildId: () => 'shop' }\n"
    assert "set generateBuildId" not in notes(only(tmp_path, {"next.config.js": more}))


def test_other_scripts_are_told(tmp_path: Path) -> None:
    scripts = {"build": "vite build", "build:test": "vite build --mode test", "lint": "eslint"}
    found = only(tmp_path, {**package("vite", scripts=scripts), **VITE})
    run = next(each for each in found.proposals if each.field == "build.run")
    (other,) = run.alternatives
    assert (other.value, str(other.evidence[0])) == (
        ["npm ci", "npm run build:test"],
        "package.json:5",
    )


def test_scripts_for_work_are_no_other_way_to_build(tmp_path: Path) -> None:
    scripts = {"build": "vite build", "start": "vite build --watch", "serve": "vite build && serve"}
    found = only(tmp_path, {**package("vite", scripts=scripts), **VITE})
    assert next(each for each in found.proposals if each.field == "build.run").alternatives == ()


def test_a_prefix_of_its_own_for_variables(tmp_path: Path) -> None:
    files = {
        **package("vite"),
        **VITE,
        "vite.config.js": "export default {\n  envPrefix: ['SHOP_', 'APP_'],\n}\n",
        ".env": "SHOP_TITLE=Hello\nOTHER=1\n",
        "src/main.js": "import.meta.env.APP_PLACE\n",
    }
    found = only(tmp_path, files)
    assert fields(found)["build.run"] == ["npm ci", "SHOP_TITLE=Hello npm run build"]
    assert "reads APP_PLACE at build time" in notes(found)


def test_a_single_page_app_is_one_by_its_generator(tmp_path: Path) -> None:
    found = only(tmp_path, {**package("react-scripts"), "public/index.html": ""})
    spa = next(each for each in found.proposals if each.field == "spa")
    assert spa.because() == "single-page app of package.json:7"


def test_an_extension_of_an_editor_is_no_site(tmp_path: Path) -> None:
    assert candidates(tmp_path, {**package("vite", engines={"vscode": "^1.9"}), **VITE}) == []


def test_a_theme_that_was_not_fetched_keeps_hugo_from_building(tmp_path: Path) -> None:
    files = {"hugo.toml": 'theme = "ananke"\n', "content/a.md": "A\n"}
    assert "the theme ananke" in only(tmp_path, files).missing
    files["themes/ananke/theme.toml"] = "name = 'Ananke'\n"
    assert only(tmp_path, files).missing == ""


def test_what_the_configuration_of_sphinx_names_is_read_by_the_build(tmp_path: Path) -> None:
    files = {
        "source/conf.py": "extensions = ['own.builder', 'sphinx.ext.todo']\n"
        "html_extra_path = ['../extra', '../../outside']\n",
        "own/__init__.py": "",
        "extra/robots.txt": "",
        "scripts/release.sh": "",
    }
    assert fields(only(tmp_path, files))["include"] == ["extra", "own", "source"]


def test_release_of_node(tmp_path: Path) -> None:
    found = only(tmp_path, {**package("vite"), **VITE, ".nvmrc": "22\n"})
    image = next(each for each in found.proposals if each.field == "build.image")
    assert image.value == "node:22-trixie-slim"
    assert image.because() == "Node.js by .nvmrc:1"


def test_a_server_beside_the_site(tmp_path: Path) -> None:
    scripts = {"build": "vite build", "start": "node server.js"}
    found = only(tmp_path, {**package("vite", "express", scripts=scripts), **VITE})
    assert found.score == 40
    assert "runs a server with express" in notes(found)


def test_proxy_of_the_development_server(tmp_path: Path) -> None:
    config = "export default {\n  server: {\n    proxy: { '/api': 'http://localhost:3001' },\n}}\n"
    found = only(tmp_path, {**package("vite"), **VITE, "vite.config.js": config})
    assert [str(note.evidence[0]) for note in found.notes] == ["vite.config.js:3"]
    assert "proxy" not in fields(found)


def test_site_in_a_folder(tmp_path: Path) -> None:
    files = {f"frontend/{path}": text for path, text in {**package("vite"), **VITE}.items()}
    found = only(tmp_path, {**files, "main.go": ""})
    assert (found.kind, found.score) == ("Vite site in frontend", 60)
    assert fields(found) == built(
        "frontend/dist",
        build_manifests=["frontend/package.json", "frontend/package-lock.json"],
        immutable=["/assets/"],
        include=["frontend"],
    ) | {"build.run": ["cd frontend && npm ci", "cd frontend && npm run build"]}


def test_two_services_are_two_images(tmp_path: Path) -> None:
    files = {f"frontend/{path}": text for path, text in {**package("vite"), **VITE}.items()}
    found = only(tmp_path, {**files, "backend/requirements.txt": "flask\n"})
    assert "imgen new backend, imgen new frontend" in found.missing


def test_turbo_builds_one_package_of_a_workspace(tmp_path: Path) -> None:
    web = json.dumps(
        {"name": "web", "scripts": {"build": "vite build"}, "dependencies": {"vite": "7"}}
    )
    files = {
        **package(build="turbo run build", workspaces=["apps/*"]),
        "apps/web/package.json": web,
        "apps/web/index.html": "",
    }
    run = fields(only(tmp_path, files))["build.run"]
    assert run == ["npm ci", "npx turbo run build --filter=web"]


def test_site_of_a_workspace(tmp_path: Path) -> None:
    top = {"name": "all", "workspaces": ["packages/*"]}
    files = {
        "package.json": json.dumps(top),
        **LOCK,
        "packages/ui/package.json": json.dumps({"name": "ui"}),
        **{f"packages/web/{path}": text for path, text in {**package("vite"), **VITE}.items()},
    }
    del files["packages/web/package-lock.json"]
    found = only(tmp_path, files)
    assert fields(found) == built(
        "packages/web/dist",
        run="npm run build --workspace=packages/web",
        build_manifests=[
            "package.json",
            "package-lock.json",
            "packages/ui/package.json",
            "packages/web/package.json",
        ],
        immutable=["/assets/"],
        include=["package.json", "packages"],
    )


def test_documentation_of_a_package_is_a_last_resort(tmp_path: Path) -> None:
    files = {
        "mkdocs.yml": "site_name: x\n",
        "docs/index.md": "",
        "pyproject.toml": "[project]\nname = 'x'\ndependencies = ['flask']\n",
    }
    assert only(tmp_path, files).score < 20


def test_zola_has_no_image_to_build_in(tmp_path: Path) -> None:
    found = only(tmp_path, {"config.toml": "base_url = 'x'\n", "content/a.md": ""})
    assert "zola" in found.missing


def test_output_outside_of_the_project(tmp_path: Path) -> None:
    config = "export default {\n  build: { outDir: '../backend/static' },\n}\n"
    found = only(tmp_path, {**package("vite"), **VITE, "vite.config.js": config})
    assert "outside" in found.missing


def test_names_that_no_spec_may_hold(tmp_path: Path) -> None:
    files = {"index.html": "", "my photo.jpg": "", "a;b.css": "", "-x.css": "", "img/a b.png": ""}
    found = only(tmp_path, files)
    assert fields(found)["include"] == ["img", "index.html"]
    assert "my photo.jpg" in notes(found)


def test_each_generator_can_be_read() -> None:
    from generator.detect.sites.generators import known

    assert len(known()) == 20
    for each in known():
        assert each.command
        assert each.scripts


WRONG = ["", "{", "[]", '"x"', "3", "\x00", "\ufffd\xff", "a: [", "- a", "x = ["]


@pytest.mark.parametrize("text", WRONG)
def test_broken_files(tmp_path: Path, text: str) -> None:
    names = [
        "package.json", "angular.json", "tsconfig.json", "package-lock.json", "vite.config.js",
        ".npmrc", ".nvmrc", ".env", "mkdocs.yml", "docs/conf.py", "config.toml", "_config.yml",
        "hugo.toml", "Gemfile", "pyproject.toml", "pnpm-workspace.yaml", "index.html",
    ]  # fmt: skip
    candidates(tmp_path, dict.fromkeys(names, text))


@pytest.mark.parametrize("value", [3, "x", [1], {"a": 1}, {"a": {"architect": 3}}, None])
def test_wrong_types(tmp_path: Path, value: Any) -> None:
    files = {
        **package("@angular/core", homepage=value, proxy=value, name=value),
        "angular.json": json.dumps({"projects": value, "defaultProject": value}),
        "mkdocs.yml": f"theme: {json.dumps(value)}\nplugins: {json.dumps(value)}\n"
        f"docs_dir: {json.dumps(value)}\nhooks: {json.dumps(value)}\n",
        "pyproject.toml": "project = 3\n",
    }
    assert [each.kind for each in candidates(tmp_path, files)] == ["Angular app", "MkDocs site"]
