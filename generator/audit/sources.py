"""What a check sees: the Dockerfile, and what it brings into the image from beside it."""

import ast
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from generator.audit.dockerfile import Dockerfile, Instruction, Stage
from generator.audit.ignored import IgnoreFile
from generator.audit.nginx_conf import Directive
from generator.audit.shell import Command, shell_commands
from generator.findings import Fault, Severity

LARGEST = 1_000_000
"""A file with more bytes is no script or configuration."""


@dataclass(frozen=True, kw_only=True)
class Script:
    """A shell script that the image starts with; `path` as in the build context."""

    path: str
    text: str = field(repr=False)
    target: str
    copied_by: Instruction | None = field(default=None, repr=False)

    @cached_property
    def commands(self) -> tuple[Command, ...]:
        """Its commands, in their order."""
        return shell_commands(self.text)

    @property
    def shell(self) -> str:
        """The program of its first line (`sh`, `bash`), empty without one."""
        match = re.match(r"#!\s*(?:\S*/env\s+)?(\S+)", self.text)
        return match[1].rsplit("/", 1)[-1] if match else ""


@dataclass(frozen=True, kw_only=True)
class NginxConf:
    """An nginx.conf that is copied into the image."""

    path: str
    text: str = field(repr=False)
    directives: tuple[Directive, ...] = field(repr=False)

    def of(self, name: str) -> list[Directive]:
        """All directives of a name, at any depth, in their order."""
        return [found for top in self.directives for found in top.tree() if found.name == name]


@dataclass(frozen=True, kw_only=True)
class GunicornConf:
    """A gunicorn.conf.py that is copied into the image; `settings` are its plain assignments."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def settings(self) -> dict[str, tuple[ast.expr, int]]:
        """The value and the line of each top-level assignment."""
        try:
            tree = ast.parse(self.text)
        except (SyntaxError, ValueError):
            return {}
        return {
            target.id: (node.value, node.lineno)
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }


@dataclass(frozen=True, kw_only=True)
class Sources:
    """One Dockerfile and its company.

    `root` is the build context, None if there is none; `today` decides which bases have ended.
    """

    dockerfile: Dockerfile
    root: Path | None = None
    ignore: IgnoreFile | None = None
    scripts: tuple[Script, ...] = ()
    nginx: tuple[NginxConf, ...] = ()
    gunicorn: tuple[GunicornConf, ...] = ()
    today: date = field(default_factory=lambda: datetime.now(UTC).date())

    @property
    def final(self) -> Stage:
        """The stage that becomes the image."""
        return self.dockerfile.final

    def at(
        self,
        instruction: Instruction | None,
        what: str,
        *,
        instead: str = "",
        line: int = 0,
        severity: Severity | None = None,
    ) -> Fault:
        """Make a fault of an instruction, or of the final FROM where one is missing."""
        place = line or (instruction or self.final.start).line
        return Fault(
            path=self.dockerfile.path, line=place, what=what, instead=instead, severity=severity
        )

    def start_commands(self) -> list[Command]:
        """What the image starts with: the commands of ENTRYPOINT and CMD."""
        return [command for one in self.final.starts() for command in one.commands]

    def program(self) -> str:
        """The name of the program that the container runs in the end, empty if unknown.

        Inits and wrapper scripts are looked through.
        """
        programs = map(self._looked_through, self.start_commands())
        return next((program for program in programs if program), "")

    def _looked_through(self, command: Command) -> str:
        words = list(command.arguments())
        while words and words[0].rsplit("/", 1)[-1] in INITS:
            words = words[1:]
            while words and words[0].startswith("-"):
                words = words[1:]
        if not words:
            return ""
        targets = {script.target.rsplit("/", 1)[-1]: script for script in self.scripts}
        name = words[0].rsplit("/", 1)[-1]
        if script := targets.get(name):
            last = [found for found in script.commands if not found.nested][-1:]
            if last and last[0].words[:2] == ("exec", "$@"):
                return ""  # what CMD says
            return last[0].program if last else ""
        return name

    def copied(self) -> Iterator[tuple[Instruction, str, str]]:
        """Each COPY or ADD from the build context: instruction, source, target in its stage."""
        for _, found in self.dockerfile.steps():
            if found.name in ("ADD", "COPY") and found.flag("from") is None:
                *origins, target = found.words or ("",)
                for origin in origins:
                    if not origin.startswith("<<") and "://" not in origin:
                        yield found, origin, target


INITS = frozenset(["catatonit", "dumb-init", "tini"])


def place_in_image(target: str, source: str, workdir: str) -> str:
    """Where a copied file ends up: below a target that ends in `/` or is a folder."""
    full = posixpath.join(workdir or "/", target)
    if target.endswith(("/", ".")) or target in ("", "."):
        full = posixpath.join(full, posixpath.basename(source.rstrip("/")))
    return posixpath.normpath(full)
