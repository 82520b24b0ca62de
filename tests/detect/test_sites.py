"""What a site's files say about how it is built, and what keeps it from being built."""

import json
from pathlib import Path

import pytest

from .site_folder import LOCK, VITE, built, candidates, fields, notes, only, package


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
