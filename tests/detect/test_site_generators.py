"""Sites are recognised by their generator, and described as one would by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from .site_folder import VITE, built, candidates, fields, only, package

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


def test_each_generator_can_be_read() -> None:
    from generator.detect.sites.generators import known

    assert len({each.kind for each in known()}) == len(known()) > 10
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
