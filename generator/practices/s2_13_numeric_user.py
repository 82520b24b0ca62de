"""S2.13: the process runs as a user that is not root, given by number."""

from collections.abc import Iterator, Sequence

from generator.audit.dockerfile import Instruction, Stage
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images
from generator.practices._final import (
    built,
    filled,
    is_root,
    is_windows,
    last_user,
    settings,
)
from generator.practices._model import Carrier, Example, Practice

# Official images of systems and languages, which run as root unless a USER follows.
_ROOT = frozenset(
    ["almalinux", "alpine", "amazoncorretto", "amazonlinux", "busybox", "buildpack-deps", "bun",
     "caddy", "centos", "composer", "debian", "denoland", "eclipse-temurin", "elixir", "erlang",
     "fedora", "gcc", "golang", "gradle", "haskell", "httpd", "maven", "nginx", "node", "openjdk",
     "oraclelinux", "perl", "php", "pypy", "python", "rockylinux", "ruby", "rust", "scratch",
     "swift", "tomcat", "ubi", "ubi-minimal", "ubi8", "ubi9", "ubi9-minimal", "ubuntu"]
)  # fmt: skip
_ACCOUNTS = {
    "nginx": "101:101",
    "node": "1000:1000",
    "nobody": "65534:65534",
    "nonroot": "65532:65532",
    "www-data": "33:33",
}
_STEPPING_DOWN = frozenset(["gosu", "runuser", "s6-setuidgid", "setpriv", "su-exec"])
_ID = "10001:10001"


def check(sources: Sources) -> Iterator[Fault]:
    """Yield a missing USER, root however it is written, and users that have only a name."""
    if is_windows(sources.final):
        return
    last = last_user(sources.final)
    yield from _missing(sources) if last is None else _wrong(sources, last)
    for stage in sources.dockerfile.needed():
        for found in built(stage):
            if found.name == "USER" and found is not last and found in stage.instructions:
                yield from _named_before(sources, stage, found)


def _missing(sources: Sources) -> Iterator[Fault]:
    base = sources.final.root
    name, tag = _images.name_and_tag(base)
    instead = f"USER {_account(sources.final, name)}"
    said = (*tag.split("-"), *name.split("-"), *base.split("/"))
    if "$" in base or not {"chainguard", "nonroot", "unprivileged"}.isdisjoint(said):
        return
    if name in _ROOT or "/distroless/" in base:
        if _steps_down(sources):
            what = "no USER: the container starts as root, and its script gives that up later"
            yield sources.at(None, what, instead=instead, severity=Severity.WARNING)
        else:
            yield sources.at(None, "no USER: the process runs as root", instead=instead)
    else:
        what = f"no USER: whether {base.partition('@')[0]} runs as root is not to be seen here"
        yield sources.at(None, what, instead=instead, severity=Severity.NOTE)


def _wrong(sources: Sources, found: Instruction) -> Iterator[Fault]:
    user = filled(found.words[0].strip("\"'"), settings(sources.final))
    name, _, group = user.partition(":")
    base, _ = _images.name_and_tag(sources.final.root)
    if "$" in user:
        return
    if is_root(user):
        milder = Severity.WARNING if _steps_down(sources) else None
        what = f"USER {user} is root"
        instead = f"USER {_account(sources.final, base)}"
        yield sources.at(found, what, instead=instead, severity=milder)
    elif not name.isdigit():
        what = f"USER {user} is a name: a cluster that demands non-root wants the number"
        if _is_made(sources.final, name) and not _ids(sources.final, name)[0]:
            what += "; make the account with one"
        instead = f"USER {_account(sources.final, name)}"
        yield sources.at(found, what, instead=instead, severity=Severity.WARNING)
    elif not group:
        what = f"USER {user} names no group: it may be that of root"
        instead = f"USER {name}:{_ids(sources.final, name)[1] or name}"
        yield sources.at(found, what, instead=instead, severity=Severity.NOTE)


def _named_before(sources: Sources, stage: Stage, found: Instruction) -> Iterator[Fault]:
    """Yield names of users that do not decide on the container, as hadolint does too."""
    user = found.words[0] if found.words else ""
    name = user.partition(":")[0].strip("\"'")
    if name and name != "root" and not name.isdigit() and "$" not in name:
        what = f"USER {user} is a name: a number is the same in every image"
        instead = f"USER {_account(stage, name)}"
        yield sources.at(found, what, instead=instead, severity=Severity.NOTE)


def _steps_down(sources: Sources) -> bool:
    commands = [one for script in sources.scripts for one in script.commands]
    words = (word for one in (*sources.start_commands(), *commands) for word in one.words)
    return any(word.rsplit("/", 1)[-1] in _STEPPING_DOWN for word in words)


def _account(stage: Stage, name: str) -> str:
    """The numbers of an account: those the Dockerfile gives it, else known ones."""
    uid, gid = _ids(stage, name)
    if not uid and name not in _ACCOUNTS:
        uid, gid = _ids(stage, "")
    if name == "www-data" and _images.is_alpine(stage.root):
        return "82:82"
    return f"{uid}:{gid or uid}" if uid else _ACCOUNTS.get(name, _ID)


def _is_made(stage: Stage, name: str) -> bool:
    """Whether the Dockerfile itself makes an account."""
    return any(
        command.program in ("adduser", "useradd") and name in command.words
        for found in built(stage)
        for command in found.commands
    )


def _ids(stage: Stage, name: str) -> tuple[str, str]:
    """The numbers that useradd or adduser gives to an account, by its name or number, or to any."""
    variables = settings(stage)
    groups: dict[str, str] = {}
    uid = gid = ""
    for found in built(stage):
        for command in found.commands if found.name == "RUN" else ():
            words = [filled(word, variables) for word in command.arguments()]
            if command.program in ("addgroup", "groupadd"):
                groups[words[-1]] = _option(words, "-g", "--gid")
            elif command.program in ("adduser", "useradd"):
                given = _option(words, "-u", "--uid")
                if name in ("", given, words[-1]) or name in words:
                    uid = given
                    gid = _option(words, "-g", "--gid") or _option(words, "-G", "--ingroup")
    gid = groups.get(gid, gid)
    return (uid if uid.isdigit() else ""), (gid if gid.isdigit() else "")


def _option(words: Sequence[str], *names: str) -> str:
    for place, word in enumerate(words):
        option, sign, value = word.partition("=")
        if option in names:
            return value if sign else "".join(words[place + 1 : place + 2])
    return ""


PRACTICE = Practice(
    id="S2.13",
    title="Not root, by number",
    why=(
        "A process that runs as root and breaks out is root on the host too. A cluster that "
        "demands non-root refuses a name, since only a number shows that it is not root."
    ),
    source=(
        "best practices for making container images, 2023; CIS Docker 4.1; "
        "Kubernetes' restricted pod security standard"
    ),
    severity=Severity.ERROR,
    codes=("DL3002", "DL3066"),
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("USER",),
            why="a number, so that runAsNonRoot can be checked; the group too, else it may be 0",
            fields=("user",),
        ),
    ),
    example=Example(
        wrong="""\
FROM debian:trixie-slim
COPY --link --chmod=0555 ledgerd /usr/local/bin/ledgerd
CMD ["ledgerd"]
""",
        right="""\
FROM debian:trixie-slim
COPY --link --chmod=0555 ledgerd /usr/local/bin/ledgerd
USER 10001:10001
CMD ["ledgerd"]
""",
    ),
    check=check,
    checked=(
        "the last USER of the image is there and is neither root, also as 0 or 00, nor a name, "
        "and has a group; a base that is known not to run as root needs none"
    ),
    proofs=("no-root", "hardened"),
)
