"""What must not stand in an image, where everyone can read it (S2.15)."""

import re

from generator.grammar import env_name, matched, shown, text, url, value_text

_CODE_CHANGING = frozenset(
    ["BASHOPTS", "BASH_ENV", "ENV", "GCONV_PATH", "IFS", "PATH", "PS4", "SHELLOPTS"]
)
_LABEL_KEY = r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*(?:/[a-z0-9]+(?:[._-][a-z0-9]+)*)?"
_OWN_LABELS = ("maintainer", "org.opencontainers.image.")
_FOREIGN_LABELS = ("com.docker.", "io.docker.", "org.dockerproject.")

# `name=value` inside a value, with no variable to be filled in.
_ASSIGNED = (
    r"(?i)(?<![a-z0-9])(?:pass|passwd|password|pwd|secret|(?:access_)?token|api[_-]?key)"
    r"=[^\s$;&]"
)
# What BuildKit's SecretsUsedInArgOrEnv and hadolint's DL3064 look for in a name.
_SECRET_WORDS = frozenset(
    [
        "apikey",
        "auth",
        "credential",
        "credentials",
        "key",
        "pass",
        "passphrase",
        "password",
        "pwd",
        "pword",
        "passwd",
        "pw",
        "secret",
        "token",
    ]
)
# DBPASS, JWTKEY: a name in one word. What stands before is told one by one, since COMPASS, BYPASS
# and MONKEY are names as well.
_JOINED = re.compile(
    r"(?:(?:admin|amqp|api|app|auth|basic|broker|cert|db|database|elastic|email|ftp|http|imap|jwt"
    r"|keystore|ldap|login|mail|mariadb|master|minio|mongo|mongodb|mq|mqtt|my|mysql|neo4j|oracle"
    r"|pg|pop3?|postgres|postgresql|proxy|rabbit|rabbitmq|redis|root|s3|sftp|smtp|sql|ssh|ssl"
    r"|sudo|tls|truststore|user|vault|web|wp)(?:pass|pswd|pw)"
    r"|[a-z0-9]+(?:passwd|password)"
    r"|(?!old)[a-z0-9]+pwd"
    r"|(?:access|aes|app|auth|crypt|crypto|enc|encryption|hmac|jwt|master|priv|rsa|sign|signing)key"
    r"|(?:auth|crypto|hash|hmac|jwt|key|pass|password|pw|session|token)salts?)"
)
# The last word of a name that is a secret only with another word before it.
_LAST_WORDS = frozenset(["salt", "salts", "seed", "signing"])
_WITH_LAST = frozenset(
    ["auth", "cookie", "crypto", "encryption", "hash", "hashids", "hmac", "jwt", "master",
     "mnemonic", "pass", "password", "session", "signing", "wallet"]
)  # fmt: skip
# For a guess, which may doubt a harmless name: the whole of a word, or the end of one.
_HINT_WORDS = frozenset(
    ["account", "admin", "bearer", "cipher", "creds", "crypt", "encryption", "hash", "hmac", "jwt",
     "license", "login", "mnemonic", "nonce", "otp", "passcode", "phrase", "pin", "salt", "seed",
     "sid", "sign", "signature", "signing", "sk", "user", "webhook"]
)  # fmt: skip
_HINT_END = re.compile(
    r".*(?:pass|passwd|passphrase|pswd|pwd|pw|key|keys|salt|seed|jwt|sign|signing|auth|creds?"
    r"|credentials?|passwords?|user|login|hash)"
)
_NO_HINTS = frozenset(
    ["assign", "bypass", "campaign", "compass", "design", "hockey", "hotkey", "monkey", "turkey"]
)
# A login in a URL without a password, which may be a token; `-p word`, `-u name:word`.
_LOGIN = re.compile(
    r"://[^/\s@]{1,300}@|(?<!\S)-p[ =]?[A-Za-z_]|(?<!\S)-u[ =]?[^\s:/]{1,100}:[^\s/]"
)
SECRET_PARTS = (
    "api_key",
    "client_key",
    "password",
    "private",
    "secret",
    "token",
    "username",
)
SECRET_VALUES = (
    (r"-----BEGIN [A-Z ]*PRIVATE KEY", "a private key"),
    (r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*://[^/@:\s]*:[^/@\s]+@", "a URL with a password"),
    (r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b", "a cloud access key"),
    (r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{36,}", "an access token"),
    (r"\b(?:glpat|github_pat|pypi|npm)[-_][A-Za-z0-9_-]{20,}", "an access token"),
    (_ASSIGNED, "a password or token by name"),
    (r"\bxox[abprs]-[A-Za-z0-9-]{10,}", "an access token"),
    (r"\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{8,}", "an access key"),
    (r"\bwhsec_[A-Za-z0-9+/=]{16,}", "a signing secret"),
    (r"(?<![A-Za-z0-9_-])sk-(?:admin|ant|proj|svcacct)-[A-Za-z0-9_-]{8,}", "an access key"),
    # A digit, so that no word such as sk-learn-contributions-and-more is one.
    (r"(?<![A-Za-z0-9_-])sk-(?=[A-Za-z_-]{0,60}[0-9])[A-Za-z0-9_-]{20,}", "an access key"),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", "a signed token"),
)


def secret_name(name: str) -> bool:
    """Whether a linter takes a variable of this name for a secret (S2.15)."""
    lower = name.lower()
    words = lower.split("_")
    return (
        any(part in lower for part in SECRET_PARTS)
        or not _SECRET_WORDS.isdisjoint(words)
        or any(_JOINED.fullmatch(word) for word in words)
        or (words[-1] in _LAST_WORDS and not _WITH_LAST.isdisjoint(words[:-1]))
    )


def hints_at_secret(name: str) -> bool:
    """Whether a variable of this name may hold a secret: a guess then takes no value for it.

    This doubts more names than `secret_name`, which refuses what a person wrote.
    """
    words = name.lower().split("_")
    return (
        secret_name(name)
        or not _HINT_WORDS.isdisjoint(words)
        or any(_HINT_END.fullmatch(word) for word in words if word not in _NO_HINTS)
    )


def gives_away(line: str) -> bool:
    """Whether a command or another line that a guess wants to show may hold a secret."""
    if _LOGIN.search(line) or any(re.search(pattern, line) for pattern, _ in SECRET_VALUES):
        return True
    names = re.findall(r"(?<![\w-])-{0,2}([A-Za-z_][\w-]{0,127})(?==[^\s=])", line)
    names += re.findall(r"(?<![\w-])--?([A-Za-z][\w-]{0,127})(?=[ \t]+[^\s-])", line)
    return any(hints_at_secret(each.replace("-", "_")) for each in names)


def changes_code(name: str) -> bool:
    """Whether a variable of this name decides which code a shell or the loader runs."""
    return name.startswith("LD_") or name in _CODE_CHANGING


def public_env_name(value: object) -> str:
    """A variable that may stand in the image: neither a secret's name nor one imgen owns."""
    name = env_name(value)
    if secret_name(name):
        raise ValueError(f"{name} looks like a secret: name it in `secrets`, give it at run time")
    if changes_code(name):
        raise ValueError(f"{name} changes which code runs and cannot be set here")
    return name


def step_variable(value: object) -> str:
    """A variable of one build step; it may be named like a secret, but decides no code."""
    name = env_name(value)
    if changes_code(name):
        raise ValueError(f"{name} changes which code runs and cannot be set here")
    return name


def public_text(value: object) -> str:
    """A value that may stand in the image: nothing that looks like a secret (S2.15)."""
    line = value_text(value)
    for pattern, what in SECRET_VALUES:
        if re.search(pattern, line):
            raise ValueError(
                f"holds {what}: an image shows its values to everyone, use `secrets` instead"
            )
    return line


def label_text(value: object) -> str:
    """A short text that becomes a label, such as a description."""
    return public_text(text(value))


def public_url(value: object) -> str:
    """A URL that becomes a label: no token in its query either."""
    return public_text(url(value))


def label_key(value: object) -> str:
    """A label's key that is neither imgen's nor the engine's own."""
    key = matched(_LABEL_KEY, value, "must be a lower-case key like com.example.team")
    if key.startswith(_FOREIGN_LABELS):
        raise ValueError(f"must not be in a namespace reserved by the engine: {shown(key)}")
    if key.startswith(_OWN_LABELS):
        raise ValueError(f"is written by imgen from the other fields: {shown(key)}")
    if secret_name(re.sub("[./-]", "_", key)):
        raise ValueError(f"looks like a secret, and everyone can read a label: {shown(key)}")
    return key
