"""Where a site is built from and to, what is built for another host, and plain pages' scripts."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from generator.detect import detect

from .site_folder import VITE, candidates, fields, notes, only, package

LOCKED = {"package-lock.json": "{}"}


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")
    return folder


# The folders of a Vite site, and the path that it is made for.


@pytest.mark.parametrize(
    ("config", "script", "output"),
    [
        ("root: path.resolve(import.meta.dirname, 'client'),", "vite build", "client/dist"),
        ("root: resolve(__dirname, 'client'),", "vite build", "client/dist"),
        ("plugins: [], root: 'client', build: { outDir: '../out' }", "vite build", "out"),
        (
            "root: 'client', build: { outDir: path.resolve(import.meta.dirname, 'dist/public') }",
            "vite build",
            "dist/public",
        ),
        ("", "tsc && vite build client", "client/dist"),
        ("", "vite build client --outDir ../out", "out"),
    ],
)
def test_a_vite_site_may_lie_in_a_folder(
    tmp_path: Path, config: str, script: str, output: str
) -> None:
    pages = {"client/index.html": "", "vite.config.ts": f"export default {{ {config} }}\n"}
    found = fields(only(tmp_path, {**package("vite", build=script), **pages}))
    assert found["build.output"] == output


@pytest.mark.parametrize(
    "config",
    [
        "defineConfig({ base: '/shop/', plugins: [] })",
        "defineConfig({\n  base: mode === 'production' ? '/shop/' : '/',\n})",
        'defineConfig({\n  base: process.env.BASE || "/shop/",\n})',
    ],
)
def test_a_vite_site_for_a_path_is_built_for_the_root(tmp_path: Path, config: str) -> None:
    files = {**package("vite", build="vite build"), **VITE, "vite.config.js": config}
    found = only(tmp_path, files)
    assert fields(found)["build.run"][-1] == "npm run build -- --base=/"
    assert "Built for / and not for /shop/" in notes(found)


def test_a_path_that_only_the_script_names_is_told(tmp_path: Path) -> None:
    found = only(tmp_path, {**package("vite", build="vite build --base=/shop/"), **VITE})
    assert "The script builds for /shop/, but nginx serves the site at /" in notes(found)


# What makes files by its script, and what is made for another host.


@pytest.mark.parametrize(
    ("name", "script", "output"),
    [
        ("next", "next build && next export", "out"),
        ("nuxt=^4.0.0", "nuxt generate", ".output/public"),
        ("nuxt=^4.0.0", "nuxi generate", ".output/public"),
    ],
)
def test_a_script_may_say_that_files_are_made(
    tmp_path: Path, name: str, script: str, output: str
) -> None:
    files = {**package(name, build=script), "pages/index.js": ""}
    chosen = detect(write(tmp_path, files)).chosen
    assert chosen
    assert chosen.profile.value == "nginx"
    values = {each.field: each.value for each in chosen.proposals}
    assert values["build.output"] == output
    assert values["build.run"][-1].endswith("npm run build")  # type: ignore[index, union-attr]


@pytest.mark.parametrize(
    ("config", "profile"),
    [
        (
            "const c = { output: process.env.NODE_ENV === 'production' ? 'export' : undefined }",
            "nginx",
        ),
        ('const c = { "output": "export" }', "nginx"),
        ("const c = {\n  // output: 'export',\n}", "generic"),
    ],
)
def test_what_next_makes_is_read_in_its_configuration(
    tmp_path: Path, config: str, profile: str
) -> None:
    files = {**package("next", build="next build"), "app/page.tsx": "", "next.config.ts": config}
    chosen = detect(write(tmp_path, files)).chosen
    assert chosen
    assert (chosen.profile.value, chosen.missing) == (profile, "")


HOSTED = {
    "sveltekit": (
        ("@sveltejs/kit", "@sveltejs/adapter-auto"),
        {"svelte.config.js": "import adapter from '@sveltejs/adapter-auto'\n"},
        "@sveltejs/adapter-auto makes neither files",
    ),
    "astro": (
        ("astro", "@astrojs/vercel"),
        {"astro.config.mjs": "x = {\n  output: 'server',\n  adapter: vercel(),\n}\n"},
        "@astrojs/vercel makes neither files",
    ),
    "nuxt": (
        ("nuxt=^4.0.0",),
        {"nuxt.config.ts": "x = {\n  nitro: { preset: 'cloudflare-pages' },\n}\n"},
        "take node-server",
    ),
    "remix": (
        ("@remix-run/dev", "@remix-run/cloudflare"),
        {"vite.config.ts": "x = {}\n"},
        "@remix-run/cloudflare makes a program for another host",
    ),
}


@pytest.mark.parametrize("name", HOSTED)
def test_an_app_for_another_host_is_told_as_such(tmp_path: Path, name: str) -> None:
    names, files, says = HOSTED[name]
    chosen = detect(write(tmp_path, {**package(*names), **files})).chosen
    assert chosen
    assert says in chosen.missing


def test_an_adapter_that_is_not_in_use_keeps_nothing_back(tmp_path: Path) -> None:
    config = {"astro.config.mjs": "x = { output: 'static' }\n", "src/pages/index.astro": ""}
    assert not only(tmp_path, {**package("astro", "@astrojs/vercel"), **config}).missing


# What lies beside the package.


def test_what_a_site_reads_beside_its_folder_goes_into_the_build(tmp_path: Path) -> None:
    inner = package("@docusaurus/core", build="docusaurus build")
    files = {f"website/{path}": text for path, text in inner.items()}
    config = "module.exports = { baseUrl: '/', docs: { path: '../docs' } }\n"
    files |= {"website/docusaurus.config.js": config, "docs/a.md": "", "other/a.md": ""}
    assert fields(only(tmp_path, files))["include"] == ["website", "docs"]


def test_docusaurus_1_is_known(tmp_path: Path) -> None:
    inner = package("docusaurus=^1.14.0", build="docusaurus-build")
    files = {f"website/{path}": text for path, text in inner.items()}
    files |= {"website/siteConfig.js": "x = { projectName: 'shop' }\n", "docs/a.md": ""}
    found = fields(only(tmp_path, files))
    assert (found["build.output"], found["include"]) == ("website/build/shop", ["website", "docs"])


def test_of_a_workspace_the_app_goes_before_its_documents(tmp_path: Path) -> None:
    def member(script: str, *names: str) -> str:
        return package(*names, build=script)["package.json"]

    top = {"name": "mono", "private": True, "scripts": {"build": "pnpm -r build"}}
    files = {
        "package.json": json.dumps(top),
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
        "pnpm-workspace.yaml": "packages: ['apps/*']\n",
        "apps/docs/package.json": member("astro build", "astro"),
        "apps/web/package.json": member("vite build", "vite").replace('"app"', '"web"'),
        "apps/web/index.html": "",
    }
    chosen = detect(write(tmp_path, files)).chosen
    assert chosen
    assert chosen.kind == "Vite site in apps/web"
    run = next(each.value for each in chosen.proposals if each.field == "build.run")
    assert run[-1] == "pnpm --filter web... run build"  # type: ignore[index]


# Pages that a script makes, or adds styles to.


def scripted(script: str, **more: str) -> dict[str, str]:
    return {**package("gulp", build=script), "public/index.html": "", **more}


def test_styles_that_a_script_writes_beside_the_pages_are_built(tmp_path: Path) -> None:
    script = "tailwindcss -i src/in.css -o public/out.css"
    found = fields(only(tmp_path, {**scripted(script), "src/in.css": ""}))
    assert found["build.run"] == ["npm ci", "npm run build"]
    assert found["build.output"] == "public"


def test_sources_are_no_site_where_gulp_makes_one(tmp_path: Path) -> None:
    files = {**package("gulp", build="gulp build"), "src/index.html": ""}
    found = only(tmp_path, {**files, "gulpfile.js": "src('x').pipe(gulp.dest('./www'))\n"})
    assert fields(found)["build.output"] == "www"


def test_sources_are_no_site_where_nobody_knows_what_the_script_makes(tmp_path: Path) -> None:
    files = {**package(build="node make.js"), "src/index.html": "", "make.js": ""}
    assert only(tmp_path, files).missing.startswith("build.output:")


def test_a_script_that_pages_do_not_need_is_told(tmp_path: Path) -> None:
    found = only(tmp_path, {**package(build="node make.js"), "public/index.html": ""})
    assert "The script `build` of package.json is not run" in notes(found)
    assert "build.run" not in fields(found)


# Jupyter Book, MkDocs with a group of packages, Hugo and Jekyll.

BOOK = {"docs/_config.yml": "title: x\n", "docs/_toc.yml": "format: jb-book\nroot: intro\n"}


@pytest.mark.parametrize(
    ("line", "bound"), [("jupyter-book", " 'jupyter-book<2'"), ("jupyter-book==1.0.4", "")]
)
def test_a_jupyter_book_is_built(tmp_path: Path, line: str, bound: str) -> None:
    found = only(tmp_path, {**BOOK, "docs/requirements.txt": f"{line}\nmatplotlib\n"})
    values = fields(found)
    assert found.kind == "Jupyter Book"
    install = f"pip install -r docs/requirements.txt{bound}"
    assert values["build.run"] == [install, "jupyter-book build docs"]
    assert (values["build.output"], values["include"]) == ("docs/_build/html", ["docs"])


@pytest.mark.parametrize("table", ["dependency-groups", "project.optional-dependencies"])
def test_packages_of_a_group_for_documents_are_installed(tmp_path: Path, table: str) -> None:
    project = f'[project]\nname = "x"\n[{table}]\ndocs = ["mkdocs>=1.6", "mkdocs-redirects"]\n'
    files = {"mkdocs.yml": "plugins: [mkdocstrings]\n", "docs/index.md": "", "src/x/a.py": ""}
    found = fields(only(tmp_path, {**files, "pyproject.toml": project}))
    assert found["build.run"][0] == "pip install 'mkdocs>=1.6' mkdocs-redirects"
    assert found["include"] == ["docs", "mkdocs.yml", "src"]


def test_a_hugo_theme_without_quotes_is_missed_as_well(tmp_path: Path) -> None:
    files = {"hugo.yaml": "baseURL: https://x.example.com/\ntheme: PaperMod\n", "content/a.md": ""}
    assert "the theme PaperMod" in only(tmp_path, files).missing


@pytest.mark.parametrize(
    ("lock", "ruby"),
    [("jekyll (3.9.5)", "3.3"), ("jekyll (4.3.4)", "3.3"), ("jekyll (4.4.1)", "3.4")],
)
def test_a_jekyll_site_gets_a_ruby_that_loads_it(tmp_path: Path, lock: str, ruby: str) -> None:
    files = {
        "Gemfile": 'gem "jekyll"\n',
        "Gemfile.lock": f"GEM\n  specs:\n    {lock}\n",
        "_config.yml": "baseurl: /blog\n",
    }
    (found, *_) = candidates(tmp_path, files)
    values = fields(found)
    assert values["build.image"] == f"ruby:{ruby}-slim-trixie"
    assert values["build.run"][-1] == "bundle exec jekyll build --baseurl ''"


# An Nx workspace.

NX = {"nx.json": "{}", "apps/shop/project.json": '{"name": "shop"}', "apps/shop/index.html": ""}


def test_an_app_of_an_nx_workspace_is_built_by_its_name(tmp_path: Path) -> None:
    config = "export default { build: { outDir: '../../dist/apps/shop' } }\n"
    files = {**package("nx", "vite", build=""), **NX, "apps/shop/vite.config.ts": config}
    found = fields(only(tmp_path, files))
    assert found["build.run"] == ["npm ci", "npx nx build shop"]
    assert found["build.output"] == "dist/apps/shop"


def test_an_nx_app_whose_folder_nothing_tells_is_named(tmp_path: Path) -> None:
    found = only(tmp_path, {**package("nx", build=""), **NX})
    assert "`nx build shop`" in found.missing


@pytest.mark.parametrize("text", ["[]", '{"name": 3}', "{", '{"targets": {"build": 3}}'])
def test_an_odd_project_file_does_no_harm(tmp_path: Path, text: str) -> None:
    assert candidates(tmp_path, {**package("nx", build=""), **NX, "apps/shop/project.json": text})


@pytest.mark.parametrize("value", ["'/shop/'", "production ? '/shop/' : '/'"])
@pytest.mark.parametrize(
    ("name", "config", "key"),
    [
        ("@vue/cli-service", "vue.config.js", "publicPath"),
        ("@docusaurus/core", "docusaurus.config.js", "baseUrl"),
    ],
)
def test_a_path_that_no_option_changes_is_told(
    tmp_path: Path, name: str, config: str, key: str, value: str
) -> None:
    files = {**package(name), config: f"module.exports = {{\n  {key}: {value},\n}}\n"}
    assert "The site is made for /shop/" in notes(only(tmp_path, files))


@pytest.mark.parametrize(
    ("name", "config", "text", "command"),
    [
        ("vite", "vite.config.js", "build: { outDir: '../static' },", "--outDir dist"),
        (
            "vite",
            "vite.config.js",
            "build: { outDir: '../static' }, base: '/static/',",
            "--base=/ --outDir dist",
        ),
        ("@vue/cli-service", "vue.config.js", "outputDir: '../static',", "--dest dist"),
    ],
)
def test_a_site_for_a_folder_beside_it_is_built_into_its_own(
    tmp_path: Path, name: str, config: str, text: str, command: str
) -> None:
    script = "vite build" if name == "vite" else "vue-cli-service build"
    files = {
        **package(name, build=script),
        "index.html": "",
        config: f"export default {{ {text} }}\n",
    }
    found = fields(only(tmp_path, files))
    assert found["build.run"][-1] == f"npm run build -- {command}"
    assert found["build.output"] == "dist"


def test_a_program_beside_the_folder_of_a_site_is_told(tmp_path: Path) -> None:
    inner = {f"web/{path}": text for path, text in {**package("vite"), **VITE}.items()}
    found = only(tmp_path, {**inner, "go.mod": "module example.com/shop\n"})
    assert "The program at the top of the project is no part of it" in notes(found)
