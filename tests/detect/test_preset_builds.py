"""Which program of a compiled or interpreted language is built, and what its build reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from .test_presets import candidates, said


def spec_of(folder: Path, files: Mapping[str, str]) -> dict[str, Any]:
    best = candidates(folder, files)[0]
    assert not best.missing
    return said(best)


# C and C++.

COMPILE = "\t$(CC) -o $@ $^\n"


def test_a_makefile_at_the_top_may_hand_over_to_one_in_src(tmp_path: Path) -> None:
    files = {
        "Makefile": "default: all\n\n.DEFAULT:\n\tcd src && $(MAKE) $@\n",
        "src/Makefile": f"TARGET = shopd\n$(TARGET): main.o\n{COMPILE}",
        "src/main.c": "htons(9000)\n",
    }
    found = spec_of(tmp_path, files)
    assert found["build.run"] == ["make -C src", "install -D src/shopd /out/shopd"]
    assert found["command"] == ["shopd"]


def test_a_c_program_without_a_name_is_told_as_one(tmp_path: Path) -> None:
    inner = "SERVER=shop$(SUFFIX)\nall: $(SERVER)\n$(SERVER): main.o\n" + COMPILE
    more = "main.o: main.c\n\t$(CC) -c -o main.o main.c\nlcov:\n\tgeninfo -o shop.info .\n"
    files = {"Makefile": "all:\n\t$(MAKE) -C src\n", "src/Makefile": inner + more}
    best = candidates(tmp_path, {**files, "src/main.c": ""})[0]
    assert best.kind == "C or C++ program with a Makefile"
    assert "names the program" in best.missing


def test_of_several_linked_programs_the_server_is_built(tmp_path: Path) -> None:
    rules = "".join(f"{name}: {name}.o\n{COMPILE}" for name in ("client", "server"))
    best = candidates(tmp_path, {"Makefile": rules, "client.c": "", "server.c": ""})[0]
    assert said(best)["command"] == ["server"]
    assert any("there is also client" in note.text for note in best.notes)


def test_cmake_builds_no_test_and_reads_the_folders_that_it_adds(tmp_path: Path) -> None:
    files = {
        "CMakeLists.txt": "project(shop)\nadd_subdirectory(src)\nadd_subdirectory(tests)\n",
        "src/CMakeLists.txt": "add_executable(shopd main.cpp)\n",
        "src/main.cpp": "",
        "docs/a.md": "",
        "tests/CMakeLists.txt": "add_executable(shop_tests t.cpp)\n",
        "tests/t.cpp": "",
    }
    found = spec_of(tmp_path, files)
    assert found["command"] == ["shopd"]
    assert found["include"] == ["CMakeLists.txt", "src", "tests"]


# Rust.


def test_the_program_of_a_rust_workspace_has_the_name_that_its_manifest_says(
    tmp_path: Path,
) -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\n',
        "Cargo.lock": "",
        "crates/admin/Cargo.toml": '[package]\nname = "shop-admin"\n',
        "crates/admin/src/main.rs": "fn main() {}\n",
        "crates/web/Cargo.toml": '[package]\nname = "shop-web"\n',
        "crates/web/src/main.rs": 'fn main() { TcpListener::bind("0.0.0.0:3000"); }\n',
    }
    best = candidates(tmp_path, files)[0]
    assert said(best)["command"] == ["shop-web"]
    assert "--bin shop-web " in said(best)["build.run"][0]
    assert any("there is also crates/admin" in note.text for note in best.notes)


# Go.

EMBEDS = "package main\n\n//go:embed all:web/dist\nvar files embed.FS\n\nfunc main() {}\n"
GO = {"go.mod": "module example.com/shop\n\ngo 1.24\n"}
WEB = {"web/package.json": "{}", "web/package-lock.json": "{}"}


def test_what_go_embeds_is_built_before(tmp_path: Path) -> None:
    found = spec_of(tmp_path, {**GO, **WEB, "main.go": EMBEDS})
    assert found["build.run"][0] == "npm --prefix web ci && npm --prefix web run build"
    assert found["build.packages"] == ["nodejs", "npm"]


def test_what_go_embeds_may_be_here(tmp_path: Path) -> None:
    found = spec_of(tmp_path, {**GO, **WEB, "main.go": EMBEDS, "web/dist/index.html": ""})
    assert len(found["build.run"]) == 1
    assert "build.packages" not in found


def test_what_go_embeds_and_nothing_makes_is_missing(tmp_path: Path) -> None:
    best = candidates(tmp_path, {**GO, "ui/files.go": EMBEDS.replace("web/dist", "dist")})[0]
    assert "`//go:embed` takes in a folder" in best.missing


# Java and .NET.

POM = "<project><packaging>war</packaging><artifactId>shop</artifactId><build>{}</build></project>"


def test_a_spring_boot_war_is_installed_as_what_java_runs(tmp_path: Path) -> None:
    pom = POM.format("<artifactId>spring-boot-maven-plugin</artifactId>")
    run = spec_of(tmp_path, {"pom.xml": pom})["build.run"]
    assert run[1].startswith("find target -maxdepth 1 -name '*.war' ")
    assert len(run) == 2


def test_a_war_for_a_server_is_told_as_such(tmp_path: Path) -> None:
    best = candidates(tmp_path, {"pom.xml": POM.format("")})[0]
    assert "the packaging is war" in best.missing


def test_a_module_of_gradle_is_built_from_the_top(tmp_path: Path) -> None:
    files = {
        "settings.gradle": "rootProject.name = 'shop'\ninclude 'core', 'web'\n",
        "build.gradle": "plugins { id 'org.springframework.boot' version '3.3.0' apply false }\n",
        "core/build.gradle": "plugins { id 'java-library' }\n",
        "web/build.gradle": "plugins {\n  id 'org.springframework.boot'\n}\n",
        "web/src/main/resources/application.properties": "server.port=9000\n",
    }
    found = spec_of(tmp_path, files)
    assert found["build.run"][0] == "gradle --no-daemon :web:bootJar"
    assert found["build.run"][1].startswith("find web/build/libs ")
    assert found["port"] == "9000"


def test_facts_of_another_dotnet_project_do_not_count(tmp_path: Path) -> None:
    def project(sdk: str, more: str = "") -> str:
        return (
            f'<Project Sdk="Microsoft.NET.Sdk{sdk}"><PropertyGroup>{more}</PropertyGroup></Project>'
        )

    files = {
        "src/A.Core/A.Core.csproj": project("", "<AssemblyName>core</AssemblyName>"),
        "src/A.Jobs/A.Jobs.csproj": project(".Worker", "<TargetFramework>net8.0</TargetFramework>"),
        "src/A.Web/A.Web.csproj": project(".Web", "<TargetFramework>net10.0</TargetFramework>"),
    }
    found = spec_of(tmp_path, files)
    assert found["command"] == ["dotnet", "A.Web.dll"]
    assert "aspnetcore-runtime-10.0" in found["packages"]


# Ruby and PHP.


def test_sinatra_without_a_rackup_file_listens_on_every_interface(tmp_path: Path) -> None:
    best = candidates(tmp_path, {"Gemfile": 'gem "sinatra"\n', "app.rb": 'require "sinatra"\n'})[0]
    found = said(best)
    assert (found["env"]["APP_ENV"], found["port"]) == ("production", "4567")
    assert any("add the gem puma" in note.text for note in best.notes)


RAILS = {
    "Gemfile": 'gem "rails"\ngem "puma"\ngem "jsbundling-rails"\n',
    "Gemfile.lock": "GEM\n  specs:\n    propshaft (1.0)\n    puma (6.0)\n",
    "config.ru": "",
    "config/application.rb": "class Application < Rails::Application\n",
    "package.json": "{}",
    "yarn.lock": "",
}


def test_rails_reads_vendored_scripts_and_bundles_with_node(tmp_path: Path) -> None:
    files = {**RAILS, "vendor/javascript/a.js": "", "vendor/cache/a.gem": ""}
    found = spec_of(tmp_path, files)
    assert {"nodejs", "npm"} <= set(found["build.packages"])
    assert found["build.run"][1].startswith("npm install -g yarn@")
    assert "vendor" in found["include"]
    assert found["build.artifacts"]["/src/vendor"] == "/app/vendor"


@pytest.mark.parametrize(("lock", "install"), [("package-lock.json", "ci"), ("", "install")])
def test_the_styles_of_laravel_are_built(tmp_path: Path, lock: str, install: str) -> None:
    files = {
        "composer.json": "{}",
        "artisan": "",
        "public/index.php": "<?php\n",
        "package.json": '{"devDependencies": {"laravel-vite-plugin": "^1.0"}}',
        **({lock: "{}"} if lock else {}),
    }
    found = spec_of(tmp_path, files)
    assert f"npm {install} && npm run build" in found["build.run"]
    assert "nodejs" in found["build.packages"]
