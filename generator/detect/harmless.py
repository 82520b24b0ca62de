"""Which values of a container file or an example may stand in an image, and for production."""

import re
from collections.abc import Mapping

from generator.secrecy import hints_at_secret, public_env_name, public_text

_BOOLEANS: Mapping[str, str] = {"true": "false", "yes": "no", "on": "off", "1": "0"}
_OFF = frozenset(_BOOLEANS.values())
_LEVELS = frozenset(
    ["trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal"]
)
_PRODUCTION = "production"
_DEVELOPMENT = frozenset(["dev", "develop", "development"])
# Words that are a place of work only in a variable that names the place.
_AT_WORK = frozenset(["local", "localhost", "debug", "test", "testing"])
_PLACES = frozenset(
    ["config", "deployment", "env", "environment", "mode", "profile", "settings", "stage", "tier"]
)
_WORDS = _LEVELS | frozenset(
    ["production", "prod", "live", "staging", "stage", "local", "remote", "none", "null", "auto",
     "default", "all", "enabled", "disabled", "json", "text", "plain", "console", "memory",
     "redis", "valkey", "memcached", "sqlite", "sqlite3", "postgres", "postgresql", "mysql",
     "mariadb", "mongodb", "rabbitmq", "kafka", "s3", "minio", "filesystem", "file", "disk",
     "http", "https", "grpc", "smtp", "cpu", "cuda", "gpu", "utc", "gmt", "utf-8", "utf8"]
)  # fmt: skip
_FORMS = re.compile(
    r"[+-]?\d{1,9}(?:\.\d{1,6})?(?:ms|[smhdKMG]|[KMG]i?B|%)?"  # a number, a time, a size
    r"|\d{1,3}(?:\.\d{1,3}){3}(?:/\d{1,2})?(?::\d{1,5})?"  # an address
    r"|(?:[a-z0-9]+[.-])*[a-z0-9]+:\d{1,5}"  # a host with a port
    r"|[a-z]{2}(?:-[a-z]{2,10}){0,3}-\d[a-z]?"  # a region of a cloud
    r"|[a-z]{2}(?:[_-][A-Z]{2})?(?:\.(?:UTF-8|utf8))?"  # a language
    r"|(?:Africa|America|Asia|Atlantic|Australia|Europe|Pacific)/[A-Z][A-Za-z]{2,20}"
)
_PATH = re.compile(r"(?:\.{0,2}/)?[\w.-]{1,40}(?:/[\w.-]{1,40}){0,12}/?")
_FILE = re.compile(r"[\w-]{1,40}\.(?:cfg|conf|csv|db|ini|json|log|sqlite3?|toml|txt|xml|ya?ml)")
_DOTTED = re.compile(r"[a-z][a-z_]{0,40}(?:\.[a-z][a-z0-9_]{0,40}){1,5}(?:\.[A-Z][A-Za-z]{1,40})?")
_OF_CODE = frozenset(["app", "backend", "class", "engine", "module", "settings"])


def for_production(name: str, value: str, *, kind: str = "text") -> str | None:
    """What a variable gets in an image, if its value in a development file may be told.

    A value that is on while one works is turned off, in the spelling that it had. None is for what
    may be a secret, and for what no one but a person can know.
    """
    if not _is_public(name, value):
        return None
    words = name.lower().split("_")
    word = value.lower()
    if "debug" in words[-1:] or (any("debug" in each for each in words) and word in _BOOLEANS):
        return _off(value, kind)
    if word in _BOOLEANS or word in _OFF:  # whatever its name is, this is no secret
        return value
    if hints_at_secret(name):
        return None
    if word in _DEVELOPMENT or (word in _AT_WORK and words[-1] in _PLACES):
        return _PRODUCTION
    return value if _is_harmless(words, value) else None


def _is_public(name: str, value: str) -> bool:
    try:
        public_env_name(name)
        public_text(value)
    except ValueError:
        return False
    return True


def _off(value: str, kind: str) -> str | None:
    """The opposite of a value that switches on, as it is spelled."""
    word = value.lower()
    if word in _OFF:
        return value
    off = _BOOLEANS.get(word)
    if off is None:
        # Nothing was given: a text may mean anything, such as that "false" is not empty.
        return {"bool": "false", "int": "0"}.get(kind)
    if value.isupper():
        return off.upper()
    return off.capitalize() if value[0].isupper() else off


def _is_harmless(words: list[str], value: str) -> bool:
    if value.lower() in _WORDS or _FORMS.fullmatch(value):
        return True
    if _is_random(value):
        return False
    if _FILE.fullmatch(value):
        return True
    if _DOTTED.fullmatch(value):
        return words[-1] in _OF_CODE and not _DEVELOPMENT.union(_AT_WORK) & set(value.split("."))
    # Without a dot or a slash before it, only small letters are a path: keys have slashes too.
    is_path = value.startswith(("/", "./", "../")) or ("/" in value and value.islower())
    return is_path and _PATH.fullmatch(value) is not None and not _has_digits(value)


def _is_random(value: str) -> bool:
    """Whether a text looks drawn by lot, as a key in base64 or hexadecimal does."""
    mixed = all(re.search(kind, value) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    return (mixed and len(value) > 15) or re.search(r"[0-9a-fA-F]{16,}", value) is not None


def _has_digits(value: str) -> bool:
    """Whether a relative path without a mark of one holds more digits than names do."""
    return not value.startswith(("/", ".")) and sum(map(str.isdigit, value)) > 3
