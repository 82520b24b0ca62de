"""A container engine by its command line: builds, images and containers, cleaned up again."""

import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .container import Container
from .image_config import ImageConfig, read_config
from .progress import Progress, Step, base_references

OLDEST = 23  # the first engine whose builder knows COPY --link
STAND_IN = "io.imgen.stand-in"
TEST = "io.imgen.test"
SESSION = f"{TEST}.session"
# What a careful orchestrator leaves a container.
HARDENED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")

Completed = subprocess.CompletedProcess[str]


class BuildError(Exception):
    """A build that failed; the text is all that the builder said."""


class MissingBaseError(Exception):
    """A base image that is neither present nor can be pulled."""


@dataclass(frozen=True)
class Built:
    """A successful build."""

    tag: str
    seconds: float
    steps: tuple[Step, ...]

    def runs(self) -> list[Step]:
        """The RUN instructions, whether they ran or came from the cache."""
        return [step for step in self.steps if step.text.startswith("RUN ")]


def unavailable() -> str:
    """Say why no engine can be used, or nothing if one answers."""
    if not shutil.which("docker"):
        return "there is no docker command"
    try:
        version = _call("version", "--format", "{{.Server.Version}}", timeout=5)
        _call("buildx", "version", timeout=5)
    except subprocess.TimeoutExpired:
        return "no engine answers within 5 s"
    except subprocess.CalledProcessError as error:
        return f"no engine answers: {error.stderr.strip()}"
    number = re.match(r"\d+", version.stdout)
    if not number or int(number[0]) < OLDEST:
        return f"the engine is {version.stdout.strip()}, {OLDEST} or newer is needed"
    return ""


def _call(
    *arguments: str,
    timeout: float = 300,
    check: bool = True,
    stdin: str = "",
    environment: Mapping[str, str] | None = None,
) -> Completed:
    return subprocess.run(
        ["docker", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=check,
        env=environment,
    )


class Engine:
    """The engine that answers. Whatever it makes carries the session's label."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.bases: dict[str, str] = {}
        self.volumes: set[str] = set()
        self._tags: set[str] = set()
        self._aliases: set[str] = set()
        self._count = 0

    def tag(self, name: str) -> str:
        """A tag that no other session uses."""
        return f"imgen-test/{self.session}/{name}:1"

    def labels(self) -> Mapping[str, str]:
        """What marks things as made by this session."""
        return {TEST: "1", SESSION: self.session}

    def _label_options(self) -> list[str]:
        return [word for pair in self.labels().items() for word in ("--label", "=".join(pair))]

    def call(self, *arguments: str, timeout: float = 300, check: bool = True) -> Completed:
        """Run one docker command.

        Raises:
            AssertionError: with its error output, if it must not fail and does.
        """
        done = _call(*arguments, timeout=timeout, check=False)
        assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stderr}"
        return done

    def cpus(self) -> int:
        """The CPUs of the machine that runs the containers."""
        return int(self.call("info", "--format", "{{.NCPU}}").stdout)

    def description(self) -> str:
        """Its version and how it limits CPUs."""
        form = "engine {{.ServerVersion}}, storage {{.Driver}}, cgroup v{{.CgroupVersion}}"
        return self.call("info", "--format", form).stdout.strip()

    # Base images.

    def require(self, reference: str) -> None:
        """Make sure that a base image is there, and note whether it is a stand-in.

        Raises:
            MissingBaseError: if it is neither present nor can be pulled.
        """
        if reference in {*self.bases, *self._aliases, "scratch"}:
            return
        look = ("image", "inspect", "--format", f'{{{{index .Config.Labels "{STAND_IN}"}}}}')
        done = self.call(*look, reference, check=False)
        if done.returncode and not reference.startswith("imgen-test/"):
            self.call("pull", "--quiet", reference, timeout=120, check=False)
            done = self.call(*look, reference, check=False)
        if done.returncode:
            raise MissingBaseError(f"base image {reference} is neither here nor can be pulled")
        self.bases[reference] = done.stdout.strip()

    def alias(self, reference: str, name: str) -> None:
        """Give a present image another name for this session."""
        self.call("image", "tag", reference, name)
        self._tags.add(name)
        self._aliases.add(name)

    def adopt(self, tag: str) -> str:
        """Take on a tag that a command of a test made, to remove it at the end."""
        self._tags.add(tag)
        return tag

    def gateway(self) -> str:
        """The address at which containers and builds reach this machine."""
        form = "{{(index .IPAM.Config 0).Gateway}}"
        return self.call("network", "inspect", "--format", form, "bridge").stdout.strip()

    # Builds.

    def build(
        self,
        context: Path,
        *options: str,
        tag: str,
        dockerfile: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Built:
        """Build an image from a folder.

        Raises:
            BuildError: with the builder's output.
            MissingBaseError: if a base image is missing.
        """
        file = dockerfile or context / "Dockerfile"
        for reference in base_references(file.read_text(encoding="utf-8")):
            self.require(reference)
        start = time.monotonic()
        done = _call(
            *("build", "--progress", "rawjson", "--tag", tag, "--file", str(file)),
            *self._label_options(),
            *options,
            str(context),
            check=False,
            timeout=600,
            environment=environment,
        )
        progress = Progress(done.stderr)
        if done.returncode:
            raise BuildError(progress.text())
        self._tags.add(tag)
        return Built(tag, time.monotonic() - start, progress.steps())

    def export(self, context: Path, dockerfile: str, *options: str) -> bytes:
        """Build, and give the last stage's file system as a tar archive."""
        done = subprocess.run(
            ["docker", "build", "--output", "-", "--file", "-", *options, str(context)],
            input=dockerfile.encode(),
            capture_output=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise BuildError(done.stderr.decode())
        return done.stdout

    # Images.

    def image(self, tag: str) -> ImageConfig:
        """Inspect an image."""
        return read_config(self.call("image", "inspect", tag).stdout)

    def history(self, tag: str) -> str:
        """Every instruction that made an image, as the image tells them."""
        return self.call("history", "--no-trunc", "--format", "{{.CreatedBy}}", tag).stdout

    # Containers.

    def _new_name(self) -> str:
        self._count += 1
        return f"imgen-test-{self.session}-{self._count}-{time.monotonic_ns()}"

    def run(
        self,
        tag: str,
        *options: str,
        command: Sequence[str] = (),
        hardening: Sequence[str] = HARDENED,
        timeout: float = 60,
    ) -> Completed:
        """Run a container to its end."""
        name = self._new_name()
        words = ("run", "--name", name, *self._label_options(), *hardening, *options)
        with Container(self, name):
            return self.call(*words, tag, *command, timeout=timeout, check=False)

    def start(
        self,
        tag: str,
        *options: str,
        command: Sequence[str] = (),
        hardening: Sequence[str] = HARDENED,
    ) -> Container:
        """Start a container in the background; use it as a context manager."""
        name = self._new_name()
        words = ("run", "--detach", "--name", name, *self._label_options(), *hardening, *options)
        container = Container(self, name)
        try:
            self.call(*words, tag, *command)
        except AssertionError:
            container.remove()
            raise
        return container

    def network(self) -> str:
        """Make a network on which containers find one another by name."""
        name = self._new_name()
        self.call("network", "create", *self._label_options(), name)
        return name

    # The end.

    def left_over(self) -> list[str]:
        """What this session made and has not removed yet."""
        mine = ("--filter", f"label={SESSION}={self.session}")
        found = [
            *self.call("ps", "--all", "--format", "container {{.Names}}", *mine).stdout.split("\n"),
            *self.call("network", "ls", "--format", "network {{.Name}}", *mine).stdout.split("\n"),
            *self.call("image", "ls", "--format", "image {{.ID}}", *mine).stdout.split("\n"),
        ]
        names = self.call("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split()
        tags = [f"tag {name}" for name in names if self.session in name]
        volumes = self.call("volume", "ls", "--quiet").stdout.split()
        kept = [f"volume {name}" for name in self.volumes.intersection(volumes)]
        return [line for line in (*found, *tags, *kept) if line]

    def clean_up(self) -> None:
        """Remove the images, tags and networks of this session; base images stay."""
        mine = ("--filter", f"label={SESSION}={self.session}")
        for tag in sorted(self._tags):
            self.call("image", "rm", "--force", tag, check=False)
        for image in set(self.call("image", "ls", "--quiet", *mine).stdout.split()):
            self.call("image", "rm", "--force", image, check=False)
        for network in self.call("network", "ls", "--quiet", *mine).stdout.split():
            self.call("network", "rm", network, check=False)
