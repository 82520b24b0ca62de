"""The line to write for what hadolint, BuildKit's checks or shellcheck find.

Most codes have a short form; many have the very instruction, worked out where that is certain.
"""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass

from generator.audit import rewritten
from generator.audit.dockerfile import Instruction, Stage
from generator.audit.installs import installs
from generator.audit.remedy_forms import ANOTHER_NAME, LABELS, MOUNTED, SHORT
from generator.audit.sources import Sources
from generator.audit.tools import Replacement, ToolFinding

CARRIAGE_RETURN = "SC1017"
"""The shellcheck code of a line that ends as on Windows."""

_ESCAPE = re.compile(r"(?:#.*\n)*?#[ \t]*escape[ \t]*=[ \t]*`", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A finding with the instruction and the stage that it is about; `text` is the tool's."""

    text: str
    one: Instruction
    stage: Stage | None

    def before(self) -> tuple[Instruction, ...]:
        """What runs before it in its stage, or in the stages that this one goes on from."""
        chain = self.stage.chain() if self.stage else ()
        return tuple(found for found in chain if found.line < self.one.line and not found.on_build)

    def workdir(self) -> str:
        """The folder that WORKDIRs before it lead to, empty if that is the base image's."""
        folder = ""
        for found in self.before():
            if found.name == "WORKDIR" and found.words:
                folder = posixpath.join(folder, found.words[0])
        return posixpath.normpath(folder) if folder.startswith("/") else ""

    def named(self, sign: str) -> str:
        """What the tool names between two signs, empty if it names nothing."""
        match = re.search(rf"{sign}([^{sign}]+){sign}", self.text)
        return match[1] if match else ""


_Recipe = Callable[[_Place], str]


def remedy(found: ToolFinding, sources: Sources) -> str:
    """What to write for a finding of a tool: one or more lines, or a hint in brackets.

    Lines stand for the whole instruction at fault; those of `DL3059` for the RUN before it too.
    """
    if found.tool == "shellcheck":
        return _of_script(found, sources)
    if place := _place(found, sources):
        recipe = _RECIPES.get(found.rule)
        if text := recipe(place) if recipe and place.one.words else "":
            return _with_backticks(text) if _has_backticks(sources) else text
    if short := SHORT.get(found.rule):
        return short
    return f"(see {_TOOLS.get(found.tool, found.tool)}'s explanation of {found.rule})"


_TOOLS = {"buildkit": "BuildKit"}


def _has_backticks(sources: Sources) -> bool:
    return _ESCAPE.match(sources.dockerfile.text) is not None


def _with_backticks(text: str) -> str:
    return re.sub(r"\\$", "`", text, flags=re.MULTILINE)


def _place(found: ToolFinding, sources: Sources) -> _Place | None:
    dockerfile = sources.dockerfile
    for one in dockerfile.instructions:
        if one.line <= found.line <= one.end:
            stages = [stage for stage in dockerfile.stages if stage.start.line <= one.line]
            return _Place(text=found.text, one=one, stage=stages[-1] if stages else None)
    return None


# Scripts.


def _of_script(found: ToolFinding, sources: Sources) -> str:
    hint = f"(see shellcheck's explanation of {found.rule})"
    script = next((one for one in sources.scripts if one.path == found.path), None)
    lines = script.text.split("\n") if script else []
    if not 1 <= found.line <= len(lines):
        return hint
    if found.rule == CARRIAGE_RETURN:
        line = lines[found.line - 1].rstrip("\r")
        return line if line.strip() else "(the empty line without its carriage return)"
    return fixed(lines, found.fix).strip("\n") or hint


def fixed(lines: list[str], fix: tuple[Replacement, ...]) -> str:
    """The lines that replacements change, changed; empty if there are none.

    Lines and columns count from 1, and a tab is one column. An end is before its column.
    """
    if not fix:
        return ""
    first, last = min(one.line for one in fix), max(one.end_line for one in fix)
    if first < 1 or last > len(lines):
        return ""
    text = "\n".join(lines[first - 1 : last])
    starts = [0]
    for line in lines[first - 1 : last]:
        starts.append(starts[-1] + len(line) + 1)
    # From the end, so that places before it stay; at one place, the later in precedence is inner.
    for one in sorted(fix, key=lambda one: (one.line, one.column, one.precedence), reverse=True):
        start = starts[one.line - first] + one.column - 1
        end = starts[one.end_line - first] + one.end_column - 1
        text = text[:start] + one.text + text[end:]
    return text


# Stages and their names.


def _base(place: _Place) -> str:
    image = place.one.words[0].partition("@")[0]
    folder, slash, name = image.rpartition("/")
    version = f"{folder}{slash}{name.partition(':')[0]}:<version>"
    return rewritten.replaced(place.one, place.one.words[0], version)


def _another_name(place: _Place) -> str:
    words = place.one.words
    return _with_name(place, ANOTHER_NAME) if len(words) > 2 else ""


def _with_name(place: _Place, name: str) -> str:
    start, sign, old = place.one.source.rstrip().rpartition(place.one.words[-1])
    return f"{start}{name}" if sign and not old else ""


def _lower_name(place: _Place) -> str:
    return _with_name(place, place.one.words[-1].lower()) if len(place.one.words) > 2 else ""


def _as_cased(place: _Place) -> str:
    keyword = "AS" if place.one.source.lstrip().startswith("FROM") else "as"
    return re.sub(r"(?i)(\s)as(\s+\S+\s*)\Z", rf"\g<1>{keyword}\g<2>", place.one.source)


def _without_platform(place: _Place) -> str:
    return rewritten.without_flag(place.one, "platform")


def _another_stage(place: _Place) -> str:
    return rewritten.flag_set(place.one, "from", "<name of a stage above>")


def _described(place: _Place) -> str:
    if place.one.name == "ARG" and place.one.pairs:
        return f"# {place.one.pairs[0].key} <what it is for>"
    name = place.stage.name if place.stage and place.one.name == "FROM" else ""
    return f"# {name} <what it is for>" if name else ""


# Instructions.


def _casing(place: _Place) -> str:
    return rewritten.cased(place.one, str.lower if "(lowercase)" in place.text else str.upper)


def _exec_form(place: _Place) -> str:
    if text := rewritten.exec_form(place.one):
        return text
    check = " CMD" if place.one.name == "HEALTHCHECK" else ""
    start = " ".join([rewritten.head(place.one), *place.one.flags])
    return f'{start}{check} ["<program>", "<argument>"]'


def _maintainer(place: _Place) -> str:
    name = " ".join(place.one.words).strip().strip("\"'")
    escaped = re.sub(r'(["\\])', r"\\\1", name)
    return (
        f'{"ONBUILD " if place.one.on_build else ""}LABEL maintainer="{escaped}" \\\n'
        f'      org.opencontainers.image.authors="{escaped}"'
    )


def _workdir(place: _Place) -> str:
    folder = place.one.words[0] if place.one.words else ""
    if not re.fullmatch(r"[\w./-]+", folder):
        return ""
    full = posixpath.normpath(posixpath.join("/", place.workdir(), folder))
    return f"{rewritten.head(place.one)} {full}"


def _copy(place: _Place) -> str:
    flags = {flag.partition("=")[0] for flag in place.one.flags}
    known = {"--chmod", "--chown", "--exclude", "--link"}
    return rewritten.renamed(place.one, "COPY") if flags <= known else ""


def _unpacked(place: _Place) -> str:
    """ADD of an archive; what was the name of the file would be that of a folder."""
    if place.one.is_exec or place.one.flag("from") is not None or len(place.one.words) != 2:
        return ""
    source, target = place.one.words
    added = rewritten.renamed(place.one, "ADD")
    if posixpath.basename(source) != posixpath.basename(target):
        return added
    start, sign, rest = added.rstrip().rpartition(target)
    return f"{start}{posixpath.join(posixpath.dirname(target), '')}" if sign and not rest else ""


def _to_folder(place: _Place) -> str:
    text = place.one.source.rstrip()
    return f"{text}/" if not place.one.is_exec and text.endswith(place.one.words[-1]) else ""


def _below_workdir(place: _Place) -> str:
    return "" if place.one.on_build else f"WORKDIR /app\n{place.one.source}"


def _not_ignored(place: _Place) -> str:
    name = place.named('"')
    return f"!{name} (as the last line of .dockerignore)" if name else ""


def _without_empty_lines(place: _Place) -> str:
    if place.one.heredocs:
        return ""
    return "\n".join(line for line in place.one.source.split("\n") if line.strip())


def _ports(place: _Place, change: Callable[[str], str]) -> str:
    return " ".join([rewritten.head(place.one), *map(change, place.one.words)])


def _container_ports(place: _Place) -> str:
    return _ports(place, lambda port: port.rpartition(":")[2])


def _lower_ports(place: _Place) -> str:
    return _ports(place, lambda port: port if "$" in port else port.lower())


# Values.


def _key_value(place: _Place) -> str:
    if place.one.name not in ("ENV", "LABEL") or len(place.one.pairs) != 1:
        return ""
    pair = place.one.pairs[0]
    value = rewritten.quoted(pair.value or "")
    return f"{rewritten.head(place.one)} {pair.key}={value}" if value else ""


def _each_alone(place: _Place) -> str:
    head = rewritten.head(place.one)
    return "\n".join(f"{head} {pair.key}={pair.value}" for pair in place.one.pairs)


def _secret(place: _Place) -> str:
    name = place.named('"')
    if not name and len(place.one.pairs) == 1:
        name = place.one.pairs[0].key
    return MOUNTED.format(id=name.lower(), name=name) if re.fullmatch(r"\w+", name) else ""


def _argument(place: _Place) -> str:
    """An ARG with a default, for a name of FROM that has none; it counts above the first FROM."""
    match = re.search(r"\$\{?(\w+)", place.one.words[0])
    name = place.named("'") or (match[1] if match else "")
    return f"ARG {name}=<default> (above the first FROM)" if re.fullmatch(r"\w+", name) else ""


def _variable(place: _Place) -> str:
    match = re.search(r"'\$(\w+)'(?: \(did you mean \$(\w+)\?\))?", place.text)
    if not match:
        return ""
    if match[2]:
        return re.sub(rf"(\$\{{?){match[1]}\b", rf"\g<1>{match[2]}", place.one.source)
    return f"ARG {match[1]}=<default>\n{place.one.source}"


def _label_key(place: _Place) -> str:
    text = place.one.source
    for pair in place.one.pairs:
        key = re.sub(r"[^a-z0-9]*([.-])[^a-z0-9]*|[^a-z0-9]+", _separator, pair.key.lower())
        if re.fullmatch(r"\w+", pair.key):
            key = re.sub(r"[^a-z0-9]+", "-", pair.key.lower())
        text = re.sub(rf"(?<!\S){re.escape(pair.key)}(?==|\s)", key.strip(".-"), text, count=1)
    return text if text != place.one.source else ""


def _separator(match: re.Match[str]) -> str:
    return match[1] or "-"


def _missing_label(place: _Place) -> str:
    name = place.named("`")
    return f'LABEL {name}="<text>"' if name else ""


def _label(code: str) -> _Recipe:
    def written(place: _Place) -> str:
        name = place.named("`")
        return f'LABEL {name}="{LABELS[code]}"' if name else ""

    return written


# Commands.


def _option(program: str, verb: str, option: str, *, unless: str) -> _Recipe:
    return lambda place: rewritten.with_option(place.one, program, verb, option, unless=unless)


def _then(*commands: str) -> _Recipe:
    return lambda place: rewritten.continued(place.one, *commands)


def _cleaned(*programs: str) -> _Recipe:
    """Clean up after the one of these package managers that the RUN calls."""

    def written(place: _Place) -> str:
        called = {command.program for command in place.one.commands}
        found = [program for program in programs if program in called]
        return rewritten.continued(place.one, *[f"{program} clean all" for program in found])

    return written


def _pinned(managers: tuple[str, ...], sign: str) -> _Recipe:
    """The command with a version for each package that has none."""

    def written(place: _Place) -> str:
        for found in installs(place.one):
            names = [name for name in found.packages if re.fullmatch(r"[\w@/.\[\]-]+", name)]
            loose = [
                name for name in names if not name.startswith((".", "/")) and sign not in name[1:]
            ]
            if found.manager in managers and loose:
                words = (f"{w}{sign}<version>" if w in loose else w for w in found.command.words)
                return " ".join(words)
        return ""

    return written


def _without_sudo(place: _Place) -> str:
    text, count = re.subn(r"(?<![\w/.-])sudo\s+(?![-\s\\])", "", place.one.source)
    called = [one for one in place.one.commands if "sudo" in one.words]
    return text if count == len(called) else ""


def _apt_get(place: _Place) -> str:
    verbs = "autoclean|autoremove|clean|dist-upgrade|install|purge|remove|update|upgrade"
    pattern = rf"(?<![\w/.-])apt(?=(?:\s|\\\n)+(?:-\S+(?:\s|\\\n)+)*(?:{verbs})\b)"
    text, count = re.subn(pattern, "apt-get", place.one.source)
    called = [one for one in place.one.commands if one.program == "apt"]
    return text if count == len(called) else ""


def _changed_folder(place: _Place) -> str:
    """WORKDIR for a `cd` at the start, and back to the folder before where that is known."""
    pattern = r"(?is)\s*RUN\s+cd\s+(/[\w./-]*)(?:\s|\\\n)*&&(?:\s|\\\n)*(.+)"
    match = re.fullmatch(pattern, place.one.source)
    if not match or place.one.on_build or re.search(r"\bcd\s", match[2]):
        return ""
    back = [f"WORKDIR {before}"] if (before := place.workdir()) else []
    return "\n".join([f"WORKDIR {match[1]}", f"RUN {match[2]}", *back])


def _joined(place: _Place) -> str:
    before = place.before()
    if not before or before[-1].name != "RUN":
        return ""
    return rewritten.joined(before[-1], place.one)


def _pipefail(place: _Place) -> str:
    alpine = place.stage is not None and "alpine" in place.stage.root
    shell = "/bin/ash" if alpine else "/bin/bash"
    return f'SHELL ["{shell}", "-o", "pipefail", "-c"]\n{place.one.source}'


_YES = r"--yes|--assume-yes|--assumeyes|--non-interactive|-[a-zA-Z]*y[a-zA-Z]*|-q[a-z]*q|-qq"

_RECIPES: dict[str, _Recipe] = {
    "ConsistentInstructionCasing": _casing,
    "CopyIgnoredFile": _not_ignored,
    "DL3000": _workdir,
    "DL3003": _changed_folder,
    "DL3004": _without_sudo,
    "DL3006": _base,
    "DL3007": _base,
    "DL3009": _then("rm -rf /var/lib/apt/lists/*"),
    "DL3010": _unpacked,
    "DL3013": _pinned(("pip", "pip3"), "=="),
    "DL3014": _option("apt-get", "install", "-y", unless=_YES),
    "DL3015": _option(
        "apt-get", "install", "--no-install-recommends", unless="--no-install-recommends"
    ),
    "DL3016": _pinned(("npm",), "@"),
    "DL3019": _option("apk", "add", "--no-cache", unless="--no-cache"),
    "DL3020": _copy,
    "DL3021": _to_folder,
    "DL3022": _another_stage,
    "DL3023": _another_stage,
    "DL3024": _another_name,
    "DL3025": _exec_form,
    "DL3027": _apt_get,
    "DL3028": _pinned(("gem",), ":"),
    "DL3029": _without_platform,
    "DL3030": _option("yum", "install", "-y", unless=_YES),
    "DL3032": _cleaned("yum"),
    "DL3034": _option("zypper", "(?:install|in)", "-y", unless=_YES),
    "DL3036": _cleaned("zypper"),
    "DL3038": _option("(?:micro)?dnf", "install", "-y", unless=_YES),
    "DL3040": _cleaned("dnf", "microdnf"),
    "DL3042": _option(r"pip[\d.]*", "install", "--no-cache-dir", unless="--no-cache-dir"),
    "DL3044": _each_alone,
    "DL3045": _below_workdir,
    "DL3046": _option("useradd", "", "--no-log-init", unless="-l|--no-log-init"),
    "DL3047": _option("wget", "", "--progress=dot:giga", unless="--progress.*|-q|-nv"),
    "DL3048": _label_key,
    "DL3049": _missing_label,
    "DL3059": _joined,
    "DL3060": _then("yarn cache clean"),
    "DL3062": _pinned(("go",), "@"),
    "DL3063": _another_name,
    "DL3064": _secret,
    "DL3065": _without_platform,
    "DL4000": _maintainer,
    "DL4006": _pipefail,
    "DuplicateStageName": _another_name,
    "ExposeInvalidFormat": _container_ports,
    "ExposeProtoCasing": _lower_ports,
    "FromAsCasing": _as_cased,
    "FromPlatformFlagConstDisallowed": _without_platform,
    "InvalidDefaultArgInFrom": _argument,
    "InvalidDefinitionDescription": _described,
    "JSONArgsRecommended": _exec_form,
    "LegacyKeyValueFormat": _key_value,
    "MaintainerDeprecated": _maintainer,
    "NoEmptyContinuation": _without_empty_lines,
    "RedundantTargetPlatform": _without_platform,
    "ReservedStageName": _another_name,
    "SecretsUsedInArgOrEnv": _secret,
    "StageNameCasing": _lower_name,
    "UndefinedArgInFrom": _argument,
    "UndefinedVar": _variable,
    "WorkdirRelativePath": _workdir,
    **{code: _label(code) for code in LABELS},
}
