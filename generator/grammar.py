"""Which texts a spec may hold: one function a kind, each returns its value or raises ValueError.

A spec is untrusted input, and every value ends up in an instruction, a shell script or an
nginx.conf. The grammars are narrow on purpose (PRACTICES E): what cannot be written in one
place without breaking out of it is refused here, once, for every door. Standard library only.
"""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_TEXT = 4096
MAX_NAME = 512
# Patterns are compiled on first use (`re` keeps them): a spec needs a few of them only.
_CONTROL = r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_HOST = (
    r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*"
)
_REGISTRY = rf"{_HOST}(?::[0-9]+)?(?:/{_COMPONENT})*"
_REPOSITORY = rf"(?:{_HOST}(?::[0-9]+)?/)?{_COMPONENT}(?:/{_COMPONENT})*"
_REFERENCE = (
    rf"(?P<repository>(?:{_HOST}(?::[0-9]+)?/)?{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_NAME = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
_PACKAGE_NAME = r"[A-Za-z0-9]+(?:[._-]+[A-Za-z0-9]+)*"
_PINNED_PACKAGE = (
    rf"{_PACKAGE_NAME}(?:\[{_PACKAGE_NAME}(?:,{_PACKAGE_NAME})*\])?"
    r"==(?:[0-9]+!)?[0-9](?:[A-Za-z0-9.+-]*[A-Za-z0-9])?"
)
_ENV_NAME = r"[A-Za-z_][A-Za-z0-9_]{0,127}"
_PATH = r"(?:/[A-Za-z0-9._-]+)+"
_CONTEXT_PATH = r"[A-Za-z0-9_.@+-]+(?:/[A-Za-z0-9_.@+-]+)*"
_URL_PATH = r"(?:/[A-Za-z0-9._~-]+)*/?(?:\?[A-Za-z0-9._~=&-]*)?"
_UPSTREAM_PATH = r"(?:/[A-Za-z0-9._~-]*)*"
_LOCATION = r"/(?:[A-Za-z0-9._~-]+/)*[A-Za-z0-9._~-]*"
_APP_TARGET = (
    r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_.]*(?:\(\))?"
)
_VERSION = r"[0-9]+(?:\.[0-9]+)*(?:[.-]?[A-Za-z][A-Za-z0-9]*|-[0-9A-Za-z]+)?(?:[.-][0-9A-Za-z]+)*"
_SYSTEM_PATHS = (
    r"/(?:bin|boot|dev|etc|home|lib|lib64|mnt|nonexistent|opt|proc|root|run|sbin|sys|tmp|usr"
    r"|usr/bin|usr/lib|usr/local|usr/local/bin|usr/sbin|usr/share|var|var/cache|var/lib|var/log)"
)
_SYSTEM_TREES = r"/(?:boot|dev|proc|sys)(?:/.*)?"


def shown(value: object) -> str:
    """Quote a value for a message: one line, escaped, not longer than 60 characters."""
    if isinstance(value, str):
        text = repr(value) if value else "nothing"
    elif value is None:
        text = "nothing"
    elif isinstance(value, dict):
        text = "a mapping"
    elif isinstance(value, list | tuple):
        text = "a list"
    else:
        text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def one_line(value: object) -> str:
    """Text on one line, without control or invisible characters, in Unicode normal form C."""
    if not isinstance(value, str):
        raise ValueError(f"must be text, not {shown(value)}")
    if re.search(_CONTROL, value):
        raise ValueError(f"must be one line without control characters, not {shown(value)}")
    if unicodedata.normalize("NFC", value) != value:
        raise ValueError(f"must be in Unicode normal form C, {shown(value)} is not")
    if any(unicodedata.category(char) in ("Cs", "Cf", "Co") for char in value):
        raise ValueError(f"must not hold invisible characters: {shown(value)}")
    return value


def matched(pattern: str, value: object, rule: str) -> str:
    """Text of at most 512 characters that fits a pattern; `rule` says in words what does."""
    line = one_line(value)
    if len(line) > MAX_NAME or not re.fullmatch(pattern, line):
        raise ValueError(f"{rule}, not {shown(line)}")
    return line


def value_text(value: object) -> str:
    """Any printable line of at most 4096 characters, empty allowed."""
    line = one_line(value)
    if len(line) > MAX_TEXT:
        raise ValueError(f"must have at most {MAX_TEXT} characters, not {len(line)}")
    return line


def text(value: object) -> str:
    """Like `value_text`, without blanks around it and at most 200 characters, not empty."""
    line = one_line(value).strip()
    if not line or len(line) > 200:
        raise ValueError(f"must have 1 to 200 characters, not {shown(line) if line else 'none'}")
    return line


def integer(value: object, low: int, high: int, unit: str = "") -> int:
    """A whole number in decimal ASCII digits between `low` and `high`, both included."""
    given = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    rule = f"must be a whole number from {low} to {high}{unit}"
    if not isinstance(given, str) or not re.fullmatch(r"0|[1-9][0-9]{0,9}", given):
        raise ValueError(f"{rule}, not {shown(value)}")
    if not low <= int(given) <= high:
        raise ValueError(f"{rule}, not {given}")
    return int(given)


def boolean(value: object) -> bool:
    """True or false, also as yes, no, on, off in any case."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    word = value.lower() if isinstance(value, str) else ""
    if word not in words:
        raise ValueError(f"must be true or false, not {shown(value)}")
    return words[word]


def port(value: object) -> int:
    """A TCP port from 1 to 65535 except 22, which is sshd's (S2.8, S2.11)."""
    number = integer(value, 1, 65535)
    if number == 22:
        raise ValueError("must not be 22, the port of sshd: use `docker exec` to look inside")
    return number


def app_name(value: object) -> str:
    """A name that can be an image's: lower-case words joined by `.`, `_` or `-`."""
    name = matched(_NAME, value, "must be lower-case letters and digits joined by '-', '_' or '.'")
    if len(name) > 128:
        raise ValueError("must have at most 128 characters")
    return name


def version(value: object) -> str:
    """A release such as 1.4.2 or a pre-release such as 1.5.0-rc.1, usable as a tag (S2.3)."""
    line = one_line(value)
    if "+" in line:
        raise ValueError(f"must not hold '+', which no tag may: not {shown(line)}")
    if len(line) > 128 or not re.fullmatch(_VERSION, line):
        raise ValueError(f"must be a version like 1.4.2 or 1.5.0-rc.1, not {shown(line)}")
    return line


def env_name(value: object) -> str:
    """The name of an environment variable: letters, digits and `_`, no digit first."""
    rule = "must be letters, digits and '_', not starting with a digit"
    return matched(_ENV_NAME, value, rule)


def image_reference(value: object) -> str:
    """`name:tag`, `name@sha256:…` or both; a tag or digest must be there, never latest (S2.2)."""
    rule = "must be an image reference like debian:trixie-slim"
    reference = matched(_REFERENCE, value, rule)
    match = re.fullmatch(_REFERENCE, reference)
    tag = match["tag"] if match else None
    if match and not tag and not match["digest"]:
        raise ValueError(f"must name a tag or a digest, no tag means latest: not {shown(value)}")
    if tag == "latest":
        raise ValueError(f"must not be tagged latest, name a release: not {shown(value)}")
    return reference


def split_reference(reference: str) -> tuple[str, str, str]:
    """Repository, tag and digest of an image reference; what is missing is empty."""
    match = re.fullmatch(_REFERENCE, reference)
    if not match:
        raise ValueError(f"not an image reference: {shown(reference)}")
    return match["repository"], match["tag"] or "", match["digest"] or ""


def repository(value: object) -> str:
    """Where an image is pushed: optional host and port, and a path without a tag."""
    return matched(_REPOSITORY, value, "must be like registry.example.com/team, without a tag")


def registry(value: object) -> str:
    """What stands before the names of base images: host, optional port and path."""
    return matched(_REGISTRY, value, "must be like registry.example.com:5000/team")


def data_directory(value: object) -> str:
    """A folder for data inside the image: an absolute path that is not the system's (S2.12)."""
    path = absolute_path(value)
    tree = r"/(?:etc|var/lib/apt|var/lib/dpkg)(?:/.*)?"
    if any(re.fullmatch(each, path) for each in (_SYSTEM_PATHS, _SYSTEM_TREES, tree)):
        raise ValueError(f"must not be a folder of the system: {shown(path)}")
    return path


def absolute_path(value: object) -> str:
    """An absolute path of letters, digits, `.`, `_`, `-`, without `.` or `..` parts."""
    line = one_line(value)
    path = line.rstrip("/") or line
    rule = "must be an absolute path like /var/lib/app of letters, digits, '.', '_' and '-'"
    matched(_PATH, path, rule)
    if any(part in (".", "..") for part in path.split("/")):
        raise ValueError(f"must not hold '.' or '..': {shown(line)}")
    return path


def artifact_target(value: object) -> str:
    """Where a built file goes: not through /bin, /lib or /sbin, which are links (B5)."""
    path = absolute_path(value)
    if re.match(r"/(?:bin|lib|lib64|sbin)/", path):
        raise ValueError(f"must not lie behind a link, write /usr{path}")
    if re.fullmatch(_SYSTEM_TREES, path):
        raise ValueError(f"must not be a folder of the kernel or the boot loader: {shown(path)}")
    if re.fullmatch(_SYSTEM_PATHS, path):
        raise ValueError(f"must name the file itself, not the folder: {shown(path)}")
    own = r"/usr/local/bin/entrypoint\.sh|/usr/bin/tini|/etc/(?:passwd|group|shadow)"
    if re.fullmatch(own, path):
        raise ValueError(f"would replace a file that the image relies on: {shown(path)}")
    return path


def context_path(value: object) -> str:
    """A path inside the build context: relative, without `..`, `.` for all of it."""
    line = one_line(value)
    path = "." if line == "./" else line.removeprefix("./").rstrip("/") or line
    rule = "must be a path inside the build context, letters, digits and '._@+-/'"
    matched(_CONTEXT_PATH, path, rule)
    if ".." in path.split("/") or ("." in path.split("/") and path != "."):
        raise ValueError(f"must not leave the build context: {shown(line)}")
    if path.startswith("-"):
        raise ValueError(f"must not start with '-': {shown(line)}")
    return path


def made_path(value: object) -> str:
    """A path that a build makes inside its folder: as in the context, but not all of it."""
    path = context_path(value)
    if path == ".":
        raise ValueError("must be a folder like dist: '.' is the whole source")
    return path


def release(value: object) -> str:
    """Major and minor version of a language or server, such as 3.13."""
    return matched(r"[0-9]{1,3}\.[0-9]{1,3}(?:\.[0-9]{1,3})?", value, "must be like 3.13")


def tool_version(value: object) -> str:
    """The release of a tool that installs packages, such as 0.13.9 or 2026.10.3."""
    pattern = r"[0-9]{1,4}(?:\.[0-9]{1,4}){1,3}"
    return matched(pattern, value, "must be a version like 2.5.1")


def package_name(value: object) -> str:
    """The name of a Python package, an extra or a dependency group."""
    rule = "must be letters and digits joined by '-', '_' or '.'"
    return matched(_PACKAGE_NAME, value, rule)


def pinned_package(value: object) -> str:
    """A Python package with its exact version, such as `gunicorn==23.0.0`."""
    rule = "must be a package with its exact version like gunicorn==23.0.0"
    return matched(_PINNED_PACKAGE, value, rule)


def normalized_package(requirement: str) -> str:
    """The name in a requirement as an index writes it (PEP 503)."""
    name = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
    return re.sub(r"[._-]+", "-", name).lower()


def app_target(value: object) -> str:
    """What a Python server loads: `package.module:name`, or `module:name()` that makes it."""
    return matched(_APP_TARGET, value, "must be module:name like shop.wsgi:app")


def url(value: object) -> str:
    """An http or https URL of printable ASCII without credentials."""
    line = matched(r"[!-~]+", value, "must be an http or https URL")
    if re.search(r"[\"'`\\$<>{}|^]", line):
        raise ValueError(f"must percent-encode quotes, '$' and the like: {shown(line)}")
    try:
        parts = urlsplit(line)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError(f"must be an http or https URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"must be an http or https URL, not {shown(line)}")
    if "@" in parts.netloc:
        raise ValueError("must not hold credentials: give them to the build as a secret")
    return line


def upstream(value: object) -> str:
    """Where nginx sends requests: `http://host:port`, with a path that replaces the location's."""
    line = url(value)
    parts = urlsplit(line)
    if parts.query or parts.fragment or not re.fullmatch(_UPSTREAM_PATH, parts.path):
        raise ValueError(f"must be scheme, host, port and a plain path: {shown(line)}")
    # The name of a service in a compose file may hold an underscore.
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?::[0-9]+)?", parts.netloc):
        raise ValueError(f"must name a plain host: {shown(line)}")
    return line


def url_path(value: object) -> str:
    """The path of a health check, such as `/healthz`."""
    line = matched(_URL_PATH, value, "must be a path like /healthz")
    if not line.startswith("/"):
        raise ValueError(f"must start with '/': {shown(line)}")
    return line


def location(value: object) -> str:
    """A prefix of nginx locations, such as `/api/`."""
    return matched(_LOCATION, value, "must be a path like /api/")


def license_expression(value: object) -> str:
    """An SPDX licence expression such as `Apache-2.0` or `MIT OR Apache-2.0`."""
    word = r"[A-Za-z0-9][A-Za-z0-9.+-]*"
    pattern = rf"\(?{word}\)?(?: (?:AND|OR|WITH) \(?{word}\)?)*"
    rule = "must be an SPDX expression like Apache-2.0"
    expression = matched(pattern, value, rule)
    if expression.count("(") != expression.count(")"):
        raise ValueError(f"{rule}, not {shown(expression)}")
    return expression


def one_of(value: object, choices: Iterable[str]) -> str:
    """One of a few words."""
    allowed = list(choices)
    if value not in allowed:
        raise ValueError(f"must be one of {', '.join(allowed)}, not {shown(value)}")
    return str(value)
