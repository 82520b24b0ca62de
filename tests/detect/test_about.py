"""What the manifests and the repository say of an app as such."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from generator.detect import about, licenses
from generator.detect.model import Confidence, Proposal
from generator.detect.tree import Tree


def found(root: Path, profile: str = "") -> dict[str, Proposal]:
    return {each.field: each for each in about.read(Tree.scan(root), profile=profile)}


def values(root: Path, profile: str = "") -> dict[str, Any]:
    return {field: each.value for field, each in found(root, profile).items()}


def project(tmp_path: Path, **files: str) -> Path:
    """A folder of a fixed name with some files; `_` stands for a dot in their names."""
    root = tmp_path / "My_Shop"
    root.mkdir()
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_an_empty_folder_has_a_name_a_version_and_a_maintainer(tmp_path: Path) -> None:
    root = project(tmp_path)
    assert values(root) == {
        "name": "my-shop",
        "version": "0.1.0",
        "maintainer": "my-shop maintainers",
    }
    assert found(root)["maintainer"].confidence is Confidence.LOW
    assert found(root)["version"].confidence is Confidence.LOW


PYPROJECT = """\
[build-system]
name = "not this"

[project]
name = "Shop.API"
version = "1.4.2"
description = "Sells   things"
license = {text = "MIT License"}
authors = [{name = "Your Name", email = "you@example.com"}, {name = "Ada", email = "ada@shop.org"}]

[project.urls]
Homepage = "https://shop.org"
Repository = "git@github.com:acme/shop.git"
"""


def test_pyproject(tmp_path: Path) -> None:
    proposals = found(project(tmp_path, pyproject_toml=PYPROJECT))
    assert {field: each.value for field, each in proposals.items()} == {
        "name": "shop-api",
        "version": "1.4.2",
        "maintainer": "Ada <ada@shop.org>",
        "description": "Sells things",
        "license": "MIT",
        "source": "https://github.com/acme/shop",
    }
    assert proposals["version"].because() == "set in pyproject.toml:6"
    assert proposals["name"].because() == "named in pyproject.toml:5"
    assert proposals["source"].because() == "named in pyproject.toml:13"
    assert proposals["version"].confidence is Confidence.HIGH


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"pyproject_toml": '[tool.poetry]\nname = "a"\nversion = "2.0"\n'
             'license = "GPL-3.0-only"\n'
             'authors = ["Ada <ada@shop.org>"]\nrepository = "https://gitlab.com/a/b.git"\n'},
            {"name": "a", "version": "2.0", "maintainer": "Ada <ada@shop.org>",
             "license": "GPL-3.0-only", "source": "https://gitlab.com/a/b"},
        ),
        (
            {"setup_cfg": "[metadata]\nname = a\nversion = attr: a.__version__\nauthor = Ada\n"
             "author_email = ada@shop.org\nurl = https://github.com/acme/a\n",
             "src__a__init_py": ""},
            {"name": "a", "version": "0.1.0", "maintainer": "Ada <ada@shop.org>",
             "source": "https://github.com/acme/a"},
        ),
        (
            {"package_json": '{"name": "@acme/web", "version": "0.0.0", "license": "UNLICENSED",'
             '"author": "Ada <ada@shop.org> (https://a.org)", "repository": "acme/web"}'},
            {"name": "web", "version": "0.1.0", "maintainer": "Ada <ada@shop.org>",
             "source": "https://github.com/acme/web"},
        ),
        (
            {"Cargo_toml": '[package]\nname = "fast_thing"\nversion.workspace = true\n'
             '[workspace.package]\nversion = "3.1.0"\nlicense = "MIT OR Apache-2.0"\n'},
            {"name": "fast-thing", "version": "3.1.0", "license": "MIT OR Apache-2.0",
             "maintainer": "fast-thing maintainers"},
        ),
        (
            {"pom_xml": "<project><parent><artifactId>boot</artifactId><version>9</version>"
             "</parent>\n<artifactId>shop</artifactId>\n<version>1.0-SNAPSHOT</version>\n<dependencies>"
             "<description>no</description></dependencies></project>"},
            {"name": "shop", "version": "1.0-SNAPSHOT", "maintainer": "shop maintainers"},
        ),
        (
            {"App_csproj": "<Project><PropertyGroup><Version>2.1.0</Version><Authors>Ada</Authors>"
             "</PropertyGroup></Project>"},
            {"name": "app", "version": "2.1.0", "maintainer": "Ada"},
        ),
        (
            {"composer_json": '{"name": "acme/shop", "license": ["MIT"],'
             '"authors": [{"name": "A"}]}'},
            {"name": "shop", "version": "0.1.0", "maintainer": "A", "license": "MIT"},
        ),
        (
            {"go_mod": "module github.com/acme/tool/v2\n\ngo 1.23\n"},
            {"name": "tool", "version": "0.1.0", "maintainer": "tool maintainers",
             "source": "https://github.com/acme/tool"},
        ),
        (
            {"CITATION_cff": "version: 1.2\nauthors:\n- given-names: Ada\n  family-names: L\n"},
            {"name": "my-shop", "version": "1.2", "maintainer": "Ada L"},
        ),
        (
            {"VERSION": "v3.2.1+build5\n", "MAINTAINERS": "# who\n* Ada L <ada@shop.org>\n"},
            {"name": "my-shop", "version": "3.2.1", "maintainer": "Ada L <ada@shop.org>"},
        ),
        (
            {"CHANGELOG_md": "# Changes\n\n## [Unreleased]\n\n## [1.2.3] - 2026\n\n## 1.0.0\n",
             "_github__CODEOWNERS": "# c\n*.js x\n* @acme/platform\n"},
            {"name": "my-shop", "version": "1.2.3", "maintainer": "acme/platform"},
        ),
        (
            {"shop__version_py": '__version__: str = "1.2.3.dev4"\n',
             "LICENSE": "MIT License\n\nC"},
            {"name": "my-shop", "version": "1.2.3.dev4", "license": "MIT",
             "maintainer": "my-shop maintainers"},
        ),
    ],
)  # fmt: skip
def test_other_manifests(files: dict[str, str], expected: dict[str, str], tmp_path: Path) -> None:
    assert values(project(tmp_path, **files)) == expected


def test_versions_that_disagree_are_told(tmp_path: Path) -> None:
    root = project(tmp_path, pyproject_toml='[project]\nversion = "1.0"\n', VERSION="1.1\n")
    proposal = found(root)["version"]
    assert proposal.value == "1.0"
    assert [(each.value, str(each.evidence[0])) for each in proposal.alternatives] == [
        ("1.1", "VERSION:1")
    ]


def test_the_manifest_of_the_profile_is_asked_first(tmp_path: Path) -> None:
    root = project(
        tmp_path, package_json='{"name": "web"}', pyproject_toml='[project]\nname = "api"\n'
    )
    assert values(root, "nginx")["name"] == "web"
    assert values(root, "python-multistage")["name"] == "api"


def git(root: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=T", "-c", "user.email=t@t.org"]
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)


def test_the_repository_tells_source_tags_and_owner(tmp_path: Path) -> None:
    root = project(tmp_path, README="x")
    git(root, "init", "-q")
    git(root, "remote", "add", "origin", "https://user:t0ken@git.acme.org/team/shop.git")
    git(root, "add", ".")
    git(root, "commit", "-qm", "x")
    for tag in ("v1.9.0", "v1.10.0", "v2.0.0-rc1", "nightly"):
        git(root, "tag", tag)
    git(root, "pack-refs", "--all")
    git(root, "tag", "v1.2.0")
    assert values(root) == {
        "name": "my-shop",
        "version": "1.10.0",
        "maintainer": "team",
        "source": "https://git.acme.org/team/shop",
    }
    git(root, "config", "user.name", "Ada")
    git(root, "config", "user.email", "ada@shop.org")
    assert values(root)["maintainer"] == "Ada <ada@shop.org>"
    git(root, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert values(tmp_path / "tree")["source"] == "https://git.acme.org/team/shop"


def test_a_git_file_that_leads_elsewhere_is_not_followed(tmp_path: Path) -> None:
    other = project(tmp_path)
    git(other, "init", "-q")
    git(other, "remote", "add", "origin", "https://git.acme.org/team/secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / ".git").write_text(f"gitdir: {other}/.git\n", encoding="utf-8")
    assert "source" not in values(root)
    (root / ".git").unlink()
    (root / ".git").symlink_to(other / ".git")
    assert "source" not in values(root)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("https://github.com/a/b", "https://github.com/a/b"),
        ("https://user:secret@github.com/a/b.git/", "https://github.com/a/b"),
        ("git+https://github.com/a/b.git", "https://github.com/a/b"),
        ("git@github.com:a/b.git", "https://github.com/a/b"),
        ("ssh://git@git.acme.org:2222/a/b.git", "https://git.acme.org/a/b"),
        ("http://git.acme.org:3000/a/b", "http://git.acme.org:3000/a/b"),
        ("git://github.com/a/b", "https://github.com/a/b"),
        ("github:a/b", "https://github.com/a/b"),
        ("a/b", "https://github.com/a/b"),
        ("/srv/git/a.git", ""),
        ("../a", ""),
        ("file:///a", ""),
        ("https://[", ""),
        ("https://a.org:999999/x", ""),
        ("", ""),
    ],
)
def test_addresses_of_repositories(written: str, address: str) -> None:
    assert about.address(written) == address


@pytest.mark.parametrize(
    ("written", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2", "1.2"),
        ("1.2.3+abc", "1.2.3"),
        ("0.0.0", ""),
        ("0.0.0-semantically-released", ""),
        ("0.0.0.dev0", ""),
        ("$VERSION", ""),
        ("next", ""),
    ],
)
def test_versions(written: str, version: str) -> None:
    assert about.version(written) == version


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("(MIT OR Apache-2.0)", "(MIT OR Apache-2.0)"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("BSD", ""),
        ("Proprietary", ""),
        ("SEE LICENSE IN LICENSE", ""),
        ("MIT OR Mine", ""),
    ],
)
def test_licences(written: str, name: str) -> None:
    assert licenses.expression(written) == name


@pytest.mark.parametrize("name", ["...", "日本", "-", "A B!c"])
def test_any_folder_gets_a_name(name: str, tmp_path: Path) -> None:
    root = tmp_path / f"{name}x" / name if name == "..." else tmp_path / name
    root.mkdir(parents=True)
    assert values(root)["name"] == ("a-b-c" if name == "A B!c" else "app")
