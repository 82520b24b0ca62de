"""The lines of a .dockerignore (S2.18): what the build context may hold.

Patterns are rooted at the context and the last match wins, so secrets are denied again after
everything that is let in.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

_SECRETS = (
    "**/*.env", "**/*.jks", "**/*.key", "**/*.p12", "**/*.pem", "**/*.pfx", "**/*.tfstate*",
    "**/.aws", "**/.docker", "**/.env", "**/.env.*", "**/.envrc", "**/.git-credentials",
    "**/.htpasswd", "**/.kube", "**/.netrc", "**/.npmrc", "**/.pypirc", "**/.ssh", "**/id_dsa*",
    "**/id_ecdsa*", "**/id_ed25519*", "**/id_rsa*",
)  # fmt: skip
_CLUTTER = (
    "**/*.py[cod]", "**/.DS_Store", "**/.cache", "**/.coverage", "**/.git", "**/.mypy_cache",
    "**/.pytest_cache", "**/.ruff_cache", "**/.venv", "**/__pycache__", "**/node_modules",
)  # fmt: skip
_PROJECT = (
    ".devcontainer", ".dockerignore", ".github", ".gitignore", ".gitlab-ci.yml", ".idea",
    ".imgen.lock", ".vscode", "Dockerfile*", "compose*.y*ml", "docker-bake.hcl",
    "docker-compose*.y*ml", "imgen.yaml", "venv",
)  # fmt: skip


def ignore_lines(context: Iterable[str], outputs: Iterable[str] = ()) -> tuple[str, ...]:
    """List the patterns that let in `context` and nothing that is secret or of no use.

    `context` are the paths that a COPY or a bind mount names; `.` means that the whole context
    is copied, so that only the known clutter can be denied. `outputs` are folders that a build
    step makes and that must not come from the developer's machine.
    """
    paths = sorted(set(context))
    denied = sorted((*_SECRETS, *_CLUTTER, *outputs))
    if "." in paths:
        return (*denied, *_PROJECT)
    return ("*", *(f"!{path}" for path in paths), *denied)


def is_secret_path(path: str) -> bool:
    """Whether a path of the build context would be denied as a secret."""
    return _is_denied(path, _SECRETS)


def is_clutter_path(path: str) -> bool:
    """Whether a path of the build context would be denied as of no use to the app."""
    return _is_denied(path, _CLUTTER)


def _is_denied(path: str, patterns: Iterable[str]) -> bool:
    names = [pattern.removeprefix("**/") for pattern in patterns]
    return any(fnmatchcase(part, name) for part in path.split("/") for name in names)
