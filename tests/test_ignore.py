"""The .dockerignore: what may reach the builder (S2.18)."""

import pytest

from generator.ignore import ignore_lines, is_clutter_path, is_secret_path
from tests.practices import ignored


def test_named_paths_are_let_in_and_nothing_else() -> None:
    lines = ignore_lines(["src", "a/b", "src"])
    assert lines[:3] == ("*", "!a/b", "!src")
    assert not [line for line in lines[3:] if line.startswith("!")]


@pytest.mark.parametrize("context", [["."], ["src"], ["src", "."]], ids=str)
@pytest.mark.parametrize(
    "name",
    [
        ".env", ".env.local", "a.pem", "a.key", "a.p12", "a.pfx", ".netrc", ".npmrc", ".pypirc",
        ".aws", ".ssh", "id_rsa",
        ".envrc", "prod.env", "store.jks", ".kube", ".docker", ".git-credentials", ".htpasswd",
        "terraform.tfstate", "terraform.tfstate.backup",
        "id_ed25519.pub", "id_ecdsa", "id_dsa", ".git", "__pycache__", "a.pyc", "node_modules",
        ".venv", ".pytest_cache",
        ".mypy_cache", ".ruff_cache", ".DS_Store", ".coverage", ".cache",
    ],
)  # fmt: skip
def test_secrets_and_clutter_stay_out_at_any_depth(name: str, context: list[str]) -> None:
    text = "\n".join(ignore_lines(context))
    for path in (name, f"src/{name}", f"src/deep/{name}"):
        assert ignored(text, path), path


def test_the_projects_own_files_stay_out_of_a_whole_context() -> None:
    text = "\n".join(ignore_lines(["."]))
    for name in (
        "Dockerfile",
        ".dockerignore",
        ".github",
        ".vscode",
        ".idea",
        ".devcontainer",
        "compose.yaml",
        "docker-bake.hcl",
        "imgen.yaml",
        ".imgen.lock",
    ):
        assert ignored(text, name), name
    for name in ("src", "src/app.py", "README.md", "environment", "keys.py"):
        assert not ignored(text, name), name


def test_what_a_build_makes_stays_out() -> None:
    text = "\n".join(ignore_lines(["."], ["dist"]))
    assert ignored(text, "dist/app.js")
    assert not ignored(text, "src/dist/app.js"), "a folder of that name in the source"
    text = "\n".join(ignore_lines(["web"], ["web/out"]))
    assert ignored(text, "web/out")
    assert not ignored(text, "web/src/out")


@pytest.mark.parametrize(
    "path", [".env", "a/.env.prod", "a.pem", "keys/a.key", ".ssh/config", "id_rsa_old", ".aws",
     ".envrc", "a/prod.env", ".docker/config.json", "infra/terraform.tfstate"],
)  # fmt: skip
def test_a_secret_path_is_known(path: str) -> None:
    assert is_secret_path(path)


@pytest.mark.parametrize("path", [".", "src", "environment", "a.pem.txt", "key", "src/env"])
def test_another_path_is_none(path: str) -> None:
    assert not is_secret_path(path)


@pytest.mark.parametrize("path", [".git", "node_modules", "web/node_modules", ".venv", "a.pyc"])
def test_clutter_is_known(path: str) -> None:
    assert is_clutter_path(path)


@pytest.mark.parametrize("path", [".", "src", "gitignore", "node_modules.txt", "dist"])
def test_another_path_is_no_clutter(path: str) -> None:
    assert not is_clutter_path(path)
