"""S2.20: an image is for one concern."""

from collections.abc import Iterator

from generator.audit.dockerfile import Instruction
from generator.audit.installs import install, package_name
from generator.audit.shell import Word
from generator.audit.sources import Sources
from generator.findings import Fault, Severity
from generator.practices import _images
from generator.practices._final import built, is_windows, kept_packages, without
from generator.practices._model import Carrier, Example, Practice

_WEB = {
    "apache2": ("apache2", "apache2ctl", "apachectl", "httpd", "apache2-foreground"),
    "caddy": ("caddy",),
    "haproxy": ("haproxy",),
    "httpd": ("httpd", "apachectl", "httpd-foreground"),
    "lighttpd": ("lighttpd",),
    "nginx": ("nginx",),
    "nginx-full": ("nginx",),
    "nginx-light": ("nginx",),
    "varnish": ("varnishd",),
}
_DATABASES = {
    "default-mysql-server": ("mysqld", "mysqld_safe"),
    "mariadb": ("mariadbd", "mariadbd-safe", "mysqld", "mysqld_safe"),
    "mariadb-server": ("mariadbd", "mariadbd-safe", "mysqld", "mysqld_safe"),
    "memcached": ("memcached",),
    "mongodb": ("mongod",),
    "mongodb-org": ("mongod",),
    "mongodb-server": ("mongod",),
    "mysql-server": ("mysqld", "mysqld_safe"),
    "postgresql": ("postgres",),
    "postgresql-server": ("postgres",),
    "rabbitmq-server": ("rabbitmq-server",),
    "redis": ("redis-server",),
    "redis-server": ("redis-server",),
    "valkey": ("valkey-server",),
}
# Official images of languages, which are there to run an app.
_LANGUAGES = frozenset(
    ["bun", "eclipse-temurin", "elixir", "erlang", "golang", "node", "openjdk", "perl", "php",
     "pypy", "python", "ruby", "rust"]
)  # fmt: skip
_WEB_IMAGES = frozenset(["caddy", "haproxy", "httpd", "nginx", "nginx-unprivileged"])
_APP_SERVERS = frozenset(
    ["daphne", "granian", "gunicorn", "hypercorn", "php-fpm", "puma", "unicorn", "uvicorn", "uwsgi",
     "waitress-serve"]
)  # fmt: skip
_INTERPRETERS = frozenset(
    ["bun", "deno", "dotnet", "java", "node", "perl", "php", "python", "python3", "ruby"]
)
_APP_PACKAGES = frozenset(["gunicorn", "nodejs", "php-fpm", "uwsgi"])


def check(sources: Sources) -> Iterator[Fault]:
    """Yield a web server or a database beside the app."""
    if is_windows(sources.final):
        return
    name, _ = _images.name_and_tag(sources.final.root)
    program = sources.program()
    for one in kept_packages(sources.final):
        own = _WEB.get(one.name) or _DATABASES.get(_unversioned(one.name))
        beside = _beside(sources, name, program)
        if own and beside and program not in own:
            kind = "a web server" if one.name in _WEB else "a database"
            what = f"{one.name}, {kind}, is installed beside {beside}: give it an image of its own"
            left = [str(word) for word in one.found.packages if word is not one.word]
            instead = without(one.found, left)
            yield sources.at(one.instruction, what, instead=instead, line=one.word.line)
    if name in _WEB_IMAGES:
        for instruction, word in _app_servers(sources):
            what = f"{word} is an app server in the image of {name}: give the app its own image"
            yield sources.at(instruction, what, line=word.line)


def _beside(sources: Sources, name: str, program: str) -> str:
    """What else the image runs, empty where nothing says so."""
    if _has_app(sources, name, program) or program in _INTERPRETERS:
        return "the app"
    servers = {one for names in (*_WEB.values(), *_DATABASES.values()) for one in names}
    return program if program in servers else ""


def _unversioned(name: str) -> str:
    """`postgresql` of `postgresql-16` and `postgresql16`."""
    head = name.rstrip("0123456789.").rstrip("-")
    return head if head in _DATABASES else name


def _has_app(sources: Sources, name: str, program: str) -> bool:
    """Whether the image runs something else: an app server, or a language's code."""
    if program in _APP_SERVERS or name in _LANGUAGES:
        return True
    return any(
        word.rsplit("/", 1)[-1] in _APP_SERVERS
        for command in sources.start_commands()
        for word in command.words
    ) or any(one.name in _APP_PACKAGES or _is_fpm(one.name) for one in kept_packages(sources.final))


def _is_fpm(name: str) -> bool:
    return name.startswith("php") and name.endswith("-fpm")


def _app_servers(sources: Sources) -> Iterator[tuple[Instruction, Word]]:
    for instruction in built(sources.final):
        for command in instruction.commands if instruction.name == "RUN" else ():
            found = install(command)
            for word in found.packages if found else ():
                name = package_name(word.partition("[")[0])
                if name in _APP_SERVERS | _APP_PACKAGES or _is_fpm(name):
                    yield instruction, word


PRACTICE = Practice(
    id="S2.20",
    title="One concern an image",
    why=(
        "Two services in one image are scaled, updated, restarted and watched as one: the engine "
        "sees only the first process, and a crash of the other goes unseen."
    ),
    source="best practices for making container images, 2023; Docker's guide to building",
    severity=Severity.ERROR,
    carriers=(
        Carrier(
            file="Dockerfile",
            starts=("CMD",),
            why="one program; a web server in front of the app is an image of its own",
            fields=("command", "server", "proxy"),
        ),
    ),
    example=Example(
        wrong="""\
FROM python:3.13-slim-trixie
RUN apt-get update \\
    && apt-get install -y --no-install-recommends \\
        nginx \\
    && rm -rf /var/lib/apt/lists/*
CMD ["gunicorn", "shop.wsgi:app"]
""",
        right="""\
FROM python:3.13-slim-trixie
CMD ["gunicorn", "shop.wsgi:app"]
""",
    ),
    check=check,
    checked=(
        "no web server or database is installed beside an app or its server, unless it is the "
        "program that the image starts"
    ),
    proofs=("one-service", "first-process", "reaps-zombies"),
)
