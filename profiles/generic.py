"""Any program on any base image: compiled in a build stage, or copied as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, ClassVar

from generator import bases
from generator.errors import Problem
from generator.image import FAMILIES, BuildStage, Copy
from profiles import _fields as f
from profiles._base import Profile
from profiles._build import WORKDIR, Build, build_stage
from profiles._fields import Field


class ArtifactBuild(Build):
    """A build whose results are copied one by one."""

    artifacts: dict[f.AbsolutePath, f.ArtifactTarget] = Field(
        description="What to copy: from a path in the build stage, whose folder is /src, to a path "
        "in the image."
    )


class Generic(Profile):
    """A program, its files, and the system packages it needs."""

    SUMMARY: ClassVar[str] = "Any program: compiled in a build stage or copied as it is."
    QUESTIONS: ClassVar[tuple[str, ...]] = (
        "name",
        "version",
        "maintainer",
        "base",
        "build",
        "build.image",
        "build.packages",
        "build.run",
        "build.artifacts",
        "include",
        "command",
        "port",
        "healthcheck.command",
        "packages",
        "secrets",
        "resources.cpus",
    )

    COMMON: ClassVar[tuple[str, ...]] = (
        "name",
        "maintainer",
        "build",
        "build.image",
        "build.run",
        "build.artifacts",
        "command",
        "port",
    )

    base: f.ImageReference = Field("debian:trixie-slim", description="Base image of the app.")
    family: Annotated[str, f.choice(*FAMILIES)] | None = Field(
        None, description="Package manager of the base, where its name does not tell."
    )
    build: ArtifactBuild | None = Field(
        None, description="Commands that make the program in a stage of their own."
    )
    command: list[f.Argument] = Field(description="The program and its arguments, in exec form.")

    def base_image(self) -> str:
        return self.base

    def package_family(self) -> str:
        return self.family or super().package_family()

    def argv(self) -> Sequence[str]:
        return self.command

    def environment(self) -> Mapping[str, str]:
        return {"LANG": "C.UTF-8"}

    def default_init(self) -> bool:
        return self._has_tini()

    def _has_tini(self) -> bool:
        """Whether tini is among the distribution's own packages."""
        return self.package_family() in ("apt", "apk") or "fedora" in self.base

    def build_stage(self) -> BuildStage | None:
        if not self.build:
            return None
        stage = build_stage(self, self.build)
        # What no command of the build reads need not go through it.
        return replace(stage, copies=()) if self._untouched() else stage

    def copies(self) -> Sequence[Copy]:
        if not self.build:
            return super().copies()
        untouched = self._untouched()
        artifacts = sorted(self.build.artifacts.items(), key=lambda pair: pair[::-1])
        return [
            Copy(source=untouched.get(made, made), target=target, from_build=made not in untouched)
            for made, target in artifacts
        ]

    def _untouched(self) -> Mapping[str, str]:
        """Artifacts that are source as it is, with their paths in the build context.

        There are some only if the build does nothing but install dependencies.
        """
        if not self.build or len(self.build.run) != 1 or not self.build.dependency_manifests():
            return {}
        paths = {made: made.removeprefix(f"{WORKDIR}/") for made in self.build.artifacts}
        source = {
            made: path
            for made, path in paths.items()
            if any(f"{path}/".startswith(f"{known}/") for known in self.include)
        }
        made = [f"{path}/" for path in paths if path not in source]
        mixed = any(
            f"{WORKDIR}/{known}/".startswith(path) for path in made for known in self.include
        )
        return {} if mixed or "." in self.include else source

    def context(self) -> Sequence[str]:
        manifests = self.build.dependency_manifests() if self.build else ()
        return [*self.include, *manifests]

    def probe(self) -> Sequence[str] | None:
        if self.port is None or self.package_family() != "apk":
            return None
        if self.healthcheck.path is None:
            return bases.busybox_nc(self.port, self.healthcheck.timeout)
        return bases.busybox_wget(self.port, self.healthcheck.path, self.healthcheck.timeout)

    def references(self) -> Iterator[tuple[str, str]]:
        yield "base", self.base
        if self.build:
            yield "build.image", self.build.image

    def check(self) -> Iterator[Problem]:
        yield from super().check()
        if not self.command:
            yield Problem(field="command", text="must have at least one word")
        if not self.package_family():
            known = ", ".join(FAMILIES)
            text = f"has an unknown package manager: name it in `family` ({known})"
            yield Problem(field="base", text=text)
        elif self.init is None and not self._has_tini():
            text = "has no tini package: run with `--init`, or handle SIGTERM and reap orphans"
            yield Problem(field="base", text=text, warning=True)
        if self.build:
            yield from self.build.check()
            targets = list(self.build.artifacts.values())
            for path in sorted({path for path in targets if targets.count(path) > 1}):
                yield Problem(field="build.artifacts", text=f"two files go to {path}")
            if not self.build.artifacts:
                yield Problem(field="build.artifacts", text="must name at least one file to copy")
        if self.healthcheck.path is not None and self.probe() is None and self.port is not None:
            text = "needs a client, which this base has not: write `command` (PRACTICES B10)"
            yield Problem(field="healthcheck.path", text=text)
        if self.resources.cpus == "auto":
            text = "auto is for servers whose workers imgen counts: give a number"
            yield Problem(field="resources.cpus", text=text)
