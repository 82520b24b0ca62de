"""Which packages and commands do not belong in an image of one service (S2.4, S2.11, S2.20)."""

import re
from collections.abc import Iterable, Iterator, Sequence

from generator.errors import Problem
from generator.grammar import matched

_DEB = r"[a-z0-9][a-z0-9+.-]*[a-z0-9+](?::[a-z0-9-]+)?(?:=[A-Za-z0-9.+:~*-]*[A-Za-z0-9.+~*])?"
_APK = r"[A-Za-z0-9][A-Za-z0-9_.+-]*[A-Za-z0-9_+](?:(?:=|~=|~)[0-9][A-Za-z0-9._-]*)?"
_SSHD = frozenset(["openssh", "openssh-server", "dropbear", "sshpass", "tinysshd"])
_SUPERVISORS = frozenset(
    [
        "anacron",
        "busybox-suid",
        "cron",
        "cronie",
        "daemontools",
        "dcron",
        "fcron",
        "incron",
        "monit",
        "openrc",
        "runit",
        "s6",
        "s6-overlay",
        "supervisor",
        "systemd",
        "systemd-sysv",
        "sysvinit-core",
    ]
)
# A package whose program is a service, and that program: fine when it is the command itself.
_SERVICES = {
    "apache2": ("apache2", "apachectl", "httpd"),
    "caddy": ("caddy",),
    "haproxy": ("haproxy",),
    "httpd": ("httpd",),
    "lighttpd": ("lighttpd",),
    "mariadb-server": ("mariadbd", "mysqld"),
    "memcached": ("memcached",),
    "mosquitto": ("mosquitto",),
    "mysql-server": ("mysqld",),
    "nginx": ("nginx",),
    "nginx-light": ("nginx",),
    "postgresql": ("postgres",),
    "postgresql-server": ("postgres",),
    "rabbitmq-server": ("rabbitmq-server",),
    "redis": ("redis-server",),
    "redis-server": ("redis-server",),
    "valkey": ("valkey-server",),
    "varnish": ("varnishd",),
}
_FORBIDDEN_PROGRAMS = {
    "sshd": "no sshd in an image (S2.11): use `docker exec` or `kubectl debug`",
    "dropbear": "no sshd in an image (S2.11): use `docker exec` or `kubectl debug`",
    **dict.fromkeys(
        ("cron", "crond", "init", "monit", "openrc", "runsvdir", "s6-svscan", "service",
         "supervisord", "systemctl", "systemd"),
        "one service an image (S2.4): the engine or the orchestrator restarts and schedules it",
    ),
}  # fmt: skip
_SHELLS = frozenset(["sh", "bash", "ash", "dash", "busybox"])
_SERVER_PROGRAMS = frozenset(program for programs in _SERVICES.values() for program in programs)
_UNNEEDED = frozenset(
    [
        "aptitude",
        "curl",
        "dnsutils",
        "emacs",
        "gdb",
        "htop",
        "iputils-ping",
        "less",
        "man-db",
        "manpages",
        "mc",
        "nano",
        "net-tools",
        "netcat-openbsd",
        "procps",
        "strace",
        "sudo",
        "telnet",
        "tcpdump",
        "vim",
        "vim-tiny",
        "wget",
    ]
)
_BUILD_TOOLS = frozenset(
    [
        "autoconf",
        "automake",
        "build-base",
        "build-essential",
        "cargo",
        "clang",
        "cmake",
        "g++",
        "gcc",
        "git",
        "gfortran",
        "golang",
        "libc6-dev",
        "linux-headers",
        "make",
        "musl-dev",
        "nodejs-npm",
        "npm",
        "pkg-config",
        "pkgconf",
        "python3-dev",
        "rustc",
    ]
)
_COMPILERS = frozenset(
    [
        "build-base",
        "build-essential",
        "cargo",
        "clang",
        "g++",
        "gcc",
        "gfortran",
        "musl-dev",
        "rust",
    ]
)


def _name(package: str) -> str:
    return re.split(r"[=~:]", package, maxsplit=1)[0]


def apt_package(value: object) -> str:
    """A Debian package, with an optional version; a final `-` would remove it, so it is refused."""
    return matched(_DEB, value, "must be a Debian package like libpq5 or curl=8.14.*")


def apk_package(value: object) -> str:
    """An Alpine package, with an optional version; no `>`, which the shell would redirect."""
    return matched(_APK, value, "must be an Alpine package like libpq or curl~8.14")


def rpm_package(value: object) -> str:
    """An RPM package name; no `-` first or last, no glob."""
    rule = "must be an RPM package like libpq or openssl-libs"
    return matched(r"[A-Za-z0-9](?:[A-Za-z0-9_.+-]*[A-Za-z0-9_+])?", value, rule)


def any_package(value: object) -> str:
    """A package of some family; `of_family` looks again when the family is known."""
    rule = "must be a package name like libpq5"
    return matched(r"[A-Za-z0-9][A-Za-z0-9_.+:=~*-]*[A-Za-z0-9_.+~*]", value, rule)


def compiles(package: str) -> bool:
    """Whether a package is a compiler, or brings the headers of the C library for one."""
    return _name(package) in _COMPILERS


def for_build(package: str) -> bool:
    """Whether a package is there to build, not to run: a tool for it, or headers."""
    name = _name(package)
    return name in _BUILD_TOOLS or name.endswith(("-dev", "-devel"))


def of_family(value: str, family: str) -> str:
    """A package of a known family (apt, apk, or one of the RPM managers)."""
    check = {"apt": apt_package, "apk": apk_package}.get(family, rpm_package)
    return check(value)


def package(value: object) -> str:
    """A package name of any family that brings neither sshd nor a service manager."""
    given = any_package(value)
    if _name(given) in _SSHD:
        raise ValueError(f"no sshd in an image (S2.11): leave out {given}")
    if _name(given) in _SUPERVISORS:
        raise ValueError(f"one service an image (S2.4): {given} is there to run several")
    return given


def in_order(packages: Iterable[str]) -> tuple[str, ...]:
    """Sort packages by name, each name once with the first of its versions (S2.21)."""
    chosen: dict[str, str] = {}
    for package in packages:
        chosen.setdefault(_name(package), package)
    return tuple(chosen[name] for name in sorted(chosen))


def check_family(field: str, packages: Iterable[str], family: str) -> Iterator[Problem]:
    """Yield the packages that the package manager of the base cannot take, or takes twice."""
    seen: dict[str, str] = {}
    for index, name in enumerate(packages):
        if (first := seen.setdefault(_name(name), name)) != name:
            yield Problem(field=f"{field}.{index}", text=f"stands beside {first}: choose one")
        try:
            of_family(name, family)
        except ValueError as error:
            yield Problem(field=f"{field}.{index}", text=str(error))


def check_packages(packages: Iterable[str], command: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with the packages of the final stage of an image that runs `command`."""
    program = command[0].rsplit("/", 1)[-1] if command else ""
    for index, package in enumerate(packages):
        field, name = f"packages.{index}", _name(package)
        if name in _SERVICES and program not in _SERVICES[name]:
            text = f"one service an image (S2.20): {name} is one of its own, give it its own image"
            yield Problem(field=field, text=text)
        elif for_build(package):
            text = f"{name} is needed to build, not to run: move it to the build's packages (S2.14)"
            yield Problem(field=field, text=text, warning=True)
        elif name in _UNNEEDED:
            text = f"does the app need {name} at run time? Tools for people stay out (S2.19)"
            yield Problem(field=field, text=text, warning=True)


def check_command(field: str, command: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with a command: no service manager, no second program behind `&`."""
    if not command:
        return
    program = command[0].rsplit("/", 1)[-1]
    if not program or not re.fullmatch(r"[A-Za-z0-9._+-]+", program):
        yield Problem(field=field, text="must begin with a program's name or absolute path")
        return
    if reason := _FORBIDDEN_PROGRAMS.get(program):
        yield Problem(field=field, text=f"{reason}, not {program}")
    if program in ("env", "su", "sudo", "gosu", "nohup", "setsid") or (
        program in _SHELLS and "-c" in command[1:]
    ):
        text = f"must be the program itself in exec form, not through {program} (S2.5)"
        yield Problem(field=field, text=text)
    words = {part for word in command[1:] for part in re.split(r"[\s;&|]+", word)}
    if program in _SHELLS - {"busybox"} and (extra := sorted(words & _SERVER_PROGRAMS)):
        text = f"one service an image (S2.20): {extra[0]} is one of its own"
        yield Problem(field=field, text=text)
    if "&" in command[1:]:
        yield Problem(field=field, text="must be one program: '&' starts a second (S2.4)")
