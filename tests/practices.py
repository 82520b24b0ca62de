"""One check a practice, in the text of the generated files (numbers as in docs/practices.md).

A check yields what is wrong, with the line of the Dockerfile where there is one. Each is tried on
a wrong file in test_practices.py, so that none of them can be silent for ever.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from tests.dockerfiles import (
    Instruction,
    Stage,
    commands,
    decoded,
    exec_form,
    flag,
    mounts,
    pairs,
    stages,
)


@dataclass(frozen=True)
class Output:
    """The generated files by name."""

    files: Mapping[str, str]

    @cached_property
    def stages(self) -> list[Stage]:
        return stages(self.files["Dockerfile"])

    @property
    def final(self) -> Stage:
        return self.stages[-1]

    @property
    def script(self) -> list[str]:
        return self.files["entrypoint.sh"].splitlines()

    def steps(self) -> Iterator[tuple[Stage, Instruction]]:
        return ((stage, found) for stage in self.stages for found in stage.instructions)

    def runs(self) -> Iterator[tuple[Stage, Instruction]]:
        return ((stage, found) for stage, found in self.steps() if found.cmd == "RUN")


Check = Callable[[Output], Iterator[str]]
PRACTICES: dict[str, Check] = {}


def practice(number: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        PRACTICES[number] = check
        return check

    return register


SECRET_WORDS = frozenset(
    ["apikey", "auth", "credential", "credentials", "key", "password", "passwd", "pword", "secret",
     "token"]
)  # fmt: skip
SECRET_PARTS = re.compile(r"api_key|client_key|password|private|secret|token|username")
SSHD = frozenset(["dropbear", "openssh", "openssh-server", "sshpass"])
MANAGERS = frozenset(["cron", "cronie", "monit", "openrc", "runit", "s6", "supervisor", "systemd"])
UNNEEDED = frozenset(
    ["build-base", "build-essential", "g++", "gcc", "git", "less", "make", "man-db", "nano", "sudo",
     "telnet", "vim"]
)  # fmt: skip
ESCAPED = {"apt-get": "apt", "apk": "apk", "dnf": "dnf", "microdnf": "microdnf", "yum": "yum"}
SIGNALS = frozenset(["SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGUSR1", "SIGUSR2"])
# As PID 1; tests/engine/test_init.py tries them all, and gunicorn and nginx, which do reap.
LEAVES_ZOMBIES = frozenset(["granian", "hypercorn", "python", "uvicorn"])
SECRET_FILES = ("app.key", ".env", "deep/.env.local", "tls/site.pem", ".aws", ".ssh/id_rsa",
                ".netrc", ".npmrc", ".pypirc", ".envrc", "deep/prod.env", "store.jks", ".kube",
                ".docker", ".git-credentials", ".htpasswd", "infra/terraform.tfstate",
                "terraform.tfstate.backup")  # fmt: skip
CLUTTER = ("__pycache__", "deep/a.pyc", ".git", "node_modules", ".venv", ".pytest_cache")


def secret_name(name: str) -> bool:
    words = name.lower().split("_")
    return bool(SECRET_WORDS.intersection(words) or SECRET_PARTS.search(name.lower()))


def at(instruction: Instruction, text: str) -> str:
    return f"Dockerfile:{instruction.start_line}: {text}"


def installed(run: Instruction) -> list[str]:
    """The packages that a RUN installs, in its order."""
    found: list[str] = []
    for command in commands(run):
        if match := re.match(
            r"(apt-get install|apk add|(?:micro)?dnf install|yum install) (.*)", command
        ):
            found += [word for word in match[2].split() if not word.startswith("-")]
    return found


def name_of(package: str) -> str:
    return re.split(r"[=~:]", package, maxsplit=1)[0]


def is_source(copy: Instruction) -> bool:
    """Whether a COPY brings something from the build context."""
    return copy.cmd == "COPY" and flag(copy, "from") is None


@practice("S2.1")
def maintainer_label(output: Output) -> Iterator[str]:
    labels = output.final.pairs("LABEL")
    old, new = labels.get("maintainer"), labels.get("org.opencontainers.image.authors")
    if not old or decoded(old) == "":
        yield "the final stage has no maintainer label"
    if old != new:
        yield "maintainer and org.opencontainers.image.authors differ"
    yield from (at(found, "MAINTAINER") for _, found in output.steps() if found.cmd == "MAINTAINER")


@practice("S2.2")
def pinned_references(output: Output) -> Iterator[str]:
    names = {stage.name for stage in output.stages}
    references = [stage.base for stage in output.stages]
    references += [found for _, step in output.steps() if (found := flag(step, "from"))]
    references += [m["from"] for _, run in output.runs() for m in mounts(run) if "from" in m]
    if match := re.match(r"# syntax=(.*)\n\n", output.files["Dockerfile"]):
        references.append(match[1])
    for reference in references:
        tag = re.fullmatch(r".*?(?::([\w.-]+))?(?:@sha256:[0-9a-f]{64})?", reference)
        pinned = "@sha256:" in reference or (tag and tag[1] and tag[1] != "latest")
        if reference not in names and not pinned:
            yield f"{reference} is not pinned"


@practice("S2.3")
def compatible_tags(output: Output) -> Iterator[str]:
    version = decoded(output.final.pairs("ENV").get("APP_VERSION", '""'))
    label = output.final.pairs("LABEL").get("org.opencontainers.image.version", '""')
    if not version or decoded(label) != version:
        yield f"APP_VERSION is {version!r} and the version label is {label}"
    if bake := output.files.get("docker-bake.hcl"):
        parts = version.split(".")
        counts = range(len(parts), 0, -1) if all(p.isdigit() for p in parts) else [len(parts)]
        wanted = [".".join(parts[:count]) for count in counts]
        wanted = [tag for tag in wanted if tag != "0"]
        given = re.findall(r'^ {4}"[^"]*:([^":]+)",$', bake, flags=re.MULTILINE)
        if given != wanted:
            yield f"the tags are {given}, not {wanted}"


@practice("S2.4")
def one_service(output: Output) -> Iterator[str]:
    for name in ("CMD", "ENTRYPOINT"):
        if len(output.final.of(name)) != 1:
            yield f"{len(output.final.of(name))} {name} in the final stage"
    for _, run in output.runs():
        for package in installed(run):
            if name_of(package) in MANAGERS:
                yield at(run, f"{package} is there to run several services")
    for number, line in enumerate(output.script, 1):
        if re.search(r"(?<![&>])&(?![&\d])", line):
            yield f"entrypoint.sh:{number}: starts something in the background"


@practice("S2.5")
def signals_arrive(output: Output) -> Iterator[str]:
    entrypoint = output.final.of("ENTRYPOINT")[0]
    words = exec_form(entrypoint)
    tini = "/sbin/tini" if "addgroup -S" in output.files["Dockerfile"] else "/usr/bin/tini"
    program = exec_form(output.final.of("CMD")[0])[0]
    if words[-1:] != ["/usr/local/bin/entrypoint.sh"] or words[:-1] not in ([], [tini, "--"]):
        yield at(entrypoint, f"runs {words}")
    if output.script[0] != "#!/bin/sh" or "set -eu" not in output.script:
        yield "entrypoint.sh is no strict POSIX script"
    if output.script[-1] != 'exec "$@"':
        yield "entrypoint.sh does not end by becoming the app"
    modes = [
        flag(copy, "chmod") for copy in output.final.of("COPY") if "entrypoint.sh" in copy.value
    ]
    if modes != ["0555"]:
        yield "entrypoint.sh is not copied as a program"
    if program in LEAVES_ZOMBIES and words[:1] != [tini]:
        yield at(entrypoint, f"{program} reaps no orphans as PID 1")


@practice("S2.6")
def no_leftovers(output: Output) -> Iterator[str]:
    rules = {
        "apt-get": r"apt-get update && apt-get install -y --no-install-recommends .*"
        r"&& rm -rf /var/lib/apt/lists/\*",
        "apk": r"apk add --no-cache ",
        "dnf": r"\bdnf install -y .*&& dnf clean all",
        "microdnf": r"microdnf install -y .*&& microdnf clean all",
        "yum": r"yum install -y .*&& yum clean all",
    }
    for _, run in output.runs():
        text = " && ".join(commands(run))
        for manager, rule in rules.items():
            used = re.search(rf"\b{manager} (?:add|install)\b", text)
            if used and not re.search(rule, text):
                yield at(run, f"{manager} leaves files in the layer")
        if re.search(r"\b(?:dist-|full-)?upgrade\b", text):
            yield at(run, "upgrades the base image")
        caches = [m["target"] for m in mounts(run) if m["type"] == "cache"]
        if re.search(r"\bpip\b.* install|uv sync|npm ci", text) and not caches:
            yield at(run, "keeps the download cache in the layer")
        copied = {word for copy in output.final.of("COPY") for word in copy.value}
        for removed in re.findall(r"\brm -r?f? ?(\S+)", text):
            if removed in copied:
                yield at(run, f"removes {removed}, which an earlier layer keeps")


@practice("S2.7")
def cheap_rebuilds(output: Output) -> Iterator[str]:
    *build, final = output.stages
    seen = False
    for found in final.instructions:
        seen = seen or is_source(found)
        if found.cmd == "RUN" and seen:
            yield at(found, "runs again whenever the source changes")
    for stage in build:
        seen = False
        for found in stage.instructions:
            seen = seen or is_source(found)
            text = " && ".join(commands(found)) if found.cmd == "RUN" else ""
            locked = any(mount["type"] == "bind" for mount in mounts(found)) if text else False
            if seen and (locked or re.search(r"apt-get|apk add|npm ci|go mod download", text)):
                yield at(found, "installs after the source was copied")
    last = {"EXPOSE", "LABEL", "STOPSIGNAL", "USER", "VOLUME"}
    for before, after in zip(final.instructions, final.instructions[1:], strict=False):
        if before.cmd in last and after.cmd in ("RUN", "COPY", "ADD"):
            yield at(after, f"comes after {before.cmd}")


@practice("S2.8")
def exposed_port(output: Output) -> Iterator[str]:
    exposed = [word for found in output.final.of("EXPOSE") for word in found.value]
    for word in exposed:
        match = re.fullmatch(r"([1-9][0-9]*)/tcp", word)
        if not match or not 1 <= int(match[1]) <= 65535 or match[1] == "22":
            yield f"EXPOSE {word}"
    listening = " ".join(exec_form(output.final.of("CMD")[0]))
    listening += output.files.get("gunicorn.conf.py", "") + output.files.get("nginx.conf", "")
    used = re.findall(r"(?:--port |0\.0\.0\.0:|^ *listen )([0-9]+)", listening, flags=re.MULTILINE)
    if {f"{port}/tcp" for port in used} - set(exposed):
        yield f"listens on {used}, exposes {exposed}"


@practice("S2.9")
def versions_and_paths(output: Output) -> Iterator[str]:
    for stage in output.stages:
        for found in stage.of("ENV"):
            given = [key for key, _ in pairs(found)]
            if any(not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key) for key in given):
                yield at(found, "an odd name")
            if "DEBIAN_FRONTEND" in given:
                yield at(found, "a setting of the build")
            for key, value in pairs(found):
                if not (value.startswith('"') and value.endswith('"')):
                    yield at(found, f"{key} is not quoted")
                if "$" in value.replace("\\$", "") and key != "PATH":
                    yield at(found, f"{key} expands")
    if "APP_VERSION" not in output.final.pairs("ENV"):
        yield "no APP_VERSION"


@practice("S2.10")
def no_default_passwords(output: Output) -> Iterator[str]:
    script = "\n".join(output.script)
    set_here = {key for stage in output.stages for key in stage.pairs("ENV")}
    for kind, name in re.findall(r"^(require|default)_secret (\w+)", script, flags=re.MULTILINE):
        if name in set_here:
            yield f"{name} is a secret and stands in the image"
        if kind == "default" and "WARNING: %s has the default '%s'" not in script:
            yield f"{name} has a silent default"
        if kind == "require" and "exit 64" not in script:
            yield f"a missing {name} does not stop the start"
    if "chpasswd" in output.files["Dockerfile"]:
        yield "sets a password"


@practice("S2.11")
def no_sshd(output: Output) -> Iterator[str]:
    for _, run in output.runs():
        yield from (at(run, name) for name in installed(run) if name_of(name) in SSHD)
    yield from (f"{name} mentions sshd" for name, text in output.files.items() if "sshd" in text)


@practice("S2.12")
def volumes_for_data(output: Output) -> Iterator[str]:
    steps = output.final.instructions
    users = [found.value[0] for found in output.final.of("USER")]
    for found in output.final.of("VOLUME"):
        for path in exec_form(found):
            owner = users[-1].replace(":", " -g ")
            made = f"install -d -o {owner} -m 0750 {path}"
            runs = [run for run in output.final.of("RUN") if made in commands(run)]
            if not runs:
                yield at(found, f"{path} does not belong to the app")
            if re.fullmatch(r"/|/(?:tmp|etc|dev|proc|sys)(?:/.*)?", path):
                yield at(found, f"{path} is the system's")
        if any(later.cmd in ("RUN", "COPY") for later in steps[steps.index(found) :]):
            yield at(found, "comes before the last write")


@practice("S2.13")
def numeric_user(output: Output) -> Iterator[str]:
    users = output.final.of("USER")
    ids = re.fullmatch(r"([0-9]+):([0-9]+)", users[-1].value[0]) if users else None
    if not ids or not all(1 <= int(number) <= 65533 for number in ids.groups()):
        yield f"the user is {users[-1].value[0] if users else 'root'}"
    after = [found.cmd for found in output.final.instructions][-3:]
    if after != ["USER", "ENTRYPOINT", "CMD"]:
        yield f"the end is {after}"


@practice("S2.14")
def clean_final_stage(output: Output) -> Iterator[str]:
    earlier: list[str] = []
    for stage in output.stages:
        for found in stage.instructions:
            source = flag(found, "from")
            if source and source not in earlier:
                yield at(found, f"copies from {source}, which is no earlier stage")
        earlier.append(stage.name)
    for run in output.final.of("RUN"):
        for package in installed(run):
            if name_of(package).endswith(("-dev", "-devel")) or name_of(package) in UNNEEDED:
                yield at(run, f"{package} is for building")
        if re.search(r"\b(?:pip|uv|npm|make|go) ", " && ".join(commands(run))):
            yield at(run, "builds in the final stage")
    venv = [found for found in output.final.of("COPY") if "/opt/venv" in found.value]
    if venv and output.stages[0].base != output.final.base:
        yield at(venv[0], "the environment was made for another base")


@practice("S2.15")
def no_secrets(output: Output) -> Iterator[str]:
    for _, found in output.steps():
        if found.cmd in ("ENV", "ARG"):
            yield from (at(found, key) for key, _ in pairs(found) if secret_name(key))
        for mount in mounts(found) if found.cmd == "RUN" else []:
            if mount["type"] == "secret" and mount.get("required") != "true":
                yield at(found, f"builds without the secret {mount.get('id')}")
        if found.cmd == "COPY" and any(is_denied_name(word) for word in found.value):
            yield at(found, "copies a secret")
    for name, text in output.files.items():
        if re.search(r"://[^/@\s\"']*:[^/@\s\"']+@", text):
            yield f"{name} holds a URL with a password"
    yield from let_in(output, SECRET_FILES)


def is_denied_name(path: str) -> bool:
    patterns = ("*.pem", "*.key", ".env", ".env.*", ".netrc", "id_rsa*")
    return any(fnmatchcase(path.rsplit("/", 1)[-1], pattern) for pattern in patterns)


@practice("S2.16")
def heartbeat_in_memory(output: Output) -> Iterator[str]:
    command = exec_form(output.final.of("CMD")[0])
    if command[0] != "gunicorn":
        return
    if "--config" in command:  # the app's own, which imgen does not see
        if command[command.index("--worker-tmp-dir") + 1] != "/dev/shm":
            yield "gunicorn's heartbeat may wait for a disk"
        if 'XDG_RUNTIME_DIR="/dev/shm"' not in output.files["Dockerfile"]:
            yield "gunicorn writes a socket to a read-only home"
        return
    settings: dict[str, object] = {}
    exec(output.files["gunicorn.conf.py"], settings)
    if settings.get("worker_tmp_dir") != "/dev/shm":
        yield "gunicorn's heartbeat may wait for a disk"
    if settings.get("control_socket_disable") is not True:
        yield "gunicorn writes a socket to a read-only home"


@practice("S2.17")
def alpine_with_care(output: Output) -> Iterator[str]:
    for stage in output.stages:
        alpine = "alpine" in stage.base
        if alpine and not re.search(r"alpine:?3\.[0-9]+|@sha256:", stage.base):
            yield f"{stage.base} names no release of Alpine"
        for run in stage.of("RUN"):
            text = " && ".join(commands(run))
            if alpine and re.search(r"\b(?:apt-get|useradd|groupadd)\b", text):
                yield at(run, "a Debian command on Alpine")
            if not alpine and re.search(r"\b(?:apk|adduser|addgroup)\b", text):
                yield at(run, "an Alpine command on another base")


@practice("S2.18")
def small_context(output: Output) -> Iterator[str]:
    for path in sorted(sources(output) - {"."}):
        if ignored(output.files[".dockerignore"], path):
            yield f".dockerignore keeps {path} out"
    yield from let_in(output, CLUTTER)
    own = ("Dockerfile", ".imgen.lock", "imgen.yaml", ".github/workflows")
    other = () if "." in sources(output) else ("notes.md", "tests/test_app.py")
    for path in (*own, *other):
        if not ignored(output.files[".dockerignore"], path):
            yield f".dockerignore lets {path} in"


def sources(output: Output) -> set[str]:
    """What COPY and bind mounts take from the build context."""
    copied = {
        str(word) for _, copy in output.steps() if is_source(copy) for word in copy.value[:-1]
    }
    bound = {
        mount["source"]
        for _, run in output.runs()
        for mount in mounts(run)
        if mount["type"] == "bind" and "from" not in mount
    }
    return copied | bound


def let_in(output: Output, names: Iterable[str]) -> Iterator[str]:
    """Yield what of `names` reaches the builder at the context's root or inside a source."""
    for source in sorted(sources(output)):
        for name in names:
            path = name if source == "." else f"{source}/{name}"
            if not ignored(output.files[".dockerignore"], path):
                yield f".dockerignore lets {path} in"


def ignored(patterns: str, path: str) -> bool:
    """Whether the last pattern that matches a path, or a folder above it, keeps it out."""
    parts = path.split("/")
    heads = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    result = False
    for pattern in patterns.splitlines():
        if any(_pattern(pattern.removeprefix("!")).fullmatch(head) for head in heads):
            result = not pattern.startswith("!")
    return result


def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of a .dockerignore, rooted at the context: `*` stays in one folder."""
    pieces = re.split(r"(\*\*/|\*|\?|\[[^]]*\])", pattern)
    known = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    return re.compile(
        "".join(known.get(p, p if p.startswith("[") else re.escape(p)) for p in pieces)
    )


@practice("S2.19")
def no_unneeded_packages(output: Output) -> Iterator[str]:
    for run in output.final.of("RUN"):
        packages = {name_of(package) for package in installed(run)}
        yield from (at(run, name) for name in sorted(packages & UNNEEDED))
        if packages >= {"curl", "wget"}:
            yield at(run, "curl and wget")


@practice("S2.20")
def one_concern(output: Output) -> Iterator[str]:
    servers = frozenset(["apache2", "gunicorn", "httpd", "nginx", "postgresql", "redis-server"])
    program = exec_form(output.final.of("CMD")[0])[0]
    for run in output.final.of("RUN"):
        for package in installed(run):
            if name_of(package) in servers - {program}:
                yield at(run, f"{package} is a service of its own")


@practice("S2.21")
def sorted_arguments(output: Output) -> Iterator[str]:
    for _, found in output.steps():
        names = []
        if found.cmd == "RUN":
            names = [name_of(package) for package in installed(found)]
        elif found.cmd in ("ENV", "LABEL"):
            names = [key for key, _ in pairs(found)]
        elif found.cmd == "VOLUME":
            names = exec_form(found)
        if names != sorted(set(names)):
            yield at(found, f"not sorted: {' '.join(names)}")
    for number, line in enumerate(output.files["Dockerfile"].splitlines(), 1):
        if line.endswith("\\") and not line.endswith(" \\"):
            yield f"Dockerfile:{number}: no blank before the backslash"


@practice("S3")
def workers_by_the_limit(output: Output) -> Iterator[str]:
    if "nginx.conf" not in output.files:
        return
    given = re.findall(r"\bworker_processes\s+([^;]*);", output.files["nginx.conf"])
    at_start = [line for line in output.script if "worker_processes" in line]
    if len(given) + len(at_start) != 1:
        yield f"worker_processes is set {len(given)} times, and {len(at_start)} at start"
    if given and not re.fullmatch(r"[1-9][0-9]*", given[0]):
        yield f"worker_processes {given[0]}"
    if at_start and "cpu.max" not in output.files["entrypoint.sh"]:
        yield "entrypoint.sh does not read the cgroup"


@practice("B1")
def frontend_line_first(output: Output) -> Iterator[str]:
    lines = output.files["Dockerfile"].splitlines()
    found = [
        number
        for number, line in enumerate(lines)
        if re.match(r"#\s*(?:syntax|escape|check)\s*=", line)
    ]
    if found not in ([], [0]) or (found and lines[1]):
        yield "a parser directive that is not first, or nothing to end it"


@practice("B5")
def independent_layers(output: Output) -> Iterator[str]:
    links = re.compile(r"/(?:bin|lib|lib64|sbin|var/run)(?:/.*)?")
    for copy in output.final.of("COPY"):
        if flag(copy, "link") is None or links.fullmatch(copy.value[-1]):
            yield at(copy, "not an independent layer")


@practice("B6")
def readable_files(output: Output) -> Iterator[str]:
    for copy in output.final.of("COPY"):
        if (
            flag(copy, "chmod") not in ("0444", "0555", "u=rwX,go=rX")
            and "/opt/venv" not in copy.value
        ):
            yield at(copy, "has the mode of the developer's machine")


@practice("B7")
def code_belongs_to_root(output: Output) -> Iterator[str]:
    for _, found in output.steps():
        if flag(found, "chown") is not None or "chown" in str(found.original):
            yield at(found, "gives the app its own code")


@practice("B10")
def healthcheck_within(output: Output) -> Iterator[str]:
    ports = [word.split("/")[0] for found in output.final.of("EXPOSE") for word in found.value]
    for found in output.final.of("HEALTHCHECK"):
        words = " ".join(exec_form(found))
        if "localhost" in words:
            yield at(found, "localhost may be ::1")
        asked = re.findall(r"127\.0\.0\.1(?::|', | )([0-9]+)", words)
        if set(asked) - set(ports):
            yield at(found, f"asks port {asked}, exposed is {ports}")
        given = re.findall(r"(?:-[mTw] |timeout=|\), )([0-9]+)", words)
        if given and given != [str(flag(found, "timeout")).removesuffix("s")]:
            yield at(found, f"gives up after {given} s, the engine after {flag(found, 'timeout')}")
        if exec_form(found)[0] in ("curl", "wget", "nc") and exec_form(found)[0] not in bundled(
            output.final.base
        ):
            yield at(found, f"{exec_form(found)[0]} is not in {output.final.base}")


def bundled(base: str) -> tuple[str, ...]:
    """Clients that are in a base image."""
    if "alpine" in base:
        return ("nc", "wget")
    return ("curl",) if "nginx" in base else ()


@practice("B11")
def stop_signal(output: Output) -> Iterator[str]:
    given = [found.value[0] for found in output.final.of("STOPSIGNAL")]
    if len(given) != 1 or given[0] not in SIGNALS:
        yield f"STOPSIGNAL {given}"
    if "nginx.conf" in output.files and given != ["SIGQUIT"]:
        yield "nginx drops requests at SIGTERM"


@practice("B14")
def no_heredocs_and_pipes(output: Output) -> Iterator[str]:
    for _, run in output.runs():
        if "<<" in str(run.original) or run.heredocs:
            yield at(run, "a here-document goes on after errors")
        if re.search(r"(?<!\|)\|(?!\|)", str(run.value[0])):
            yield at(run, "a pipe hides the first command's failure")


@practice("B15")
def python_environment(output: Output) -> Iterator[str]:
    if output.files["Dockerfile"].find("/opt/venv") < 0:
        return
    variables = output.final.pairs("ENV")
    wanted = {
        "PATH": '"/opt/venv/bin:$PATH"',
        "PYTHONDONTWRITEBYTECODE": '"1"',
        "PYTHONUNBUFFERED": '"1"',
    }
    yield from (
        f"{key} is not {value}" for key, value in wanted.items() if variables.get(key) != value
    )


@practice("B22")
def nothing_of_the_day(output: Output) -> Iterator[str]:
    for name, text in output.files.items():
        if re.search(r"image\.created|[0-9]{4}-[0-9]{2}-[0-9]{2}T|ARG SOURCE_DATE_EPOCH", text):
            yield f"{name} changes from day to day"
    if "/opt/venv" in output.files["Dockerfile"]:
        if output.stages[0].pairs("ENV").get("SOURCE_DATE_EPOCH") != '"315532800"':
            yield "bytecode holds the times of its sources"
        if any(installed(run) for run in output.stages[0].of("RUN")) and (
            output.stages[0].pairs("ENV").get("CFLAGS") != '"-g0"'
        ):
            yield "compiled modules hold the names of temporary folders"
    for run in output.final.of("RUN"):
        yield from (at(run, text) for text in days_kept(" && ".join(commands(run))))


def days_kept(script: str) -> Iterator[str]:
    """Yield what a RUN of the final stage leaves that tells when it ran."""
    apt = "rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/* /var/log/*.log /var/log/apt"
    if "apt-get install" in script and apt not in script:
        yield "keeps apt's logs or ldconfig's cache"
    if "apk add" in script and "rm -f /var/log/apk.log" not in script:
        yield "keeps apk's log"
    if "useradd" in script and "SOURCE_DATE_EPOCH=0 useradd" not in script:
        yield "/etc/shadow holds the day"
    if "adduser" in script and "/etc/shadow" not in script:
        yield "/etc/shadow holds the day"
