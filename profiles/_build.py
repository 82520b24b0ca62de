"""The build stage of the profiles that compile or bundle with commands of their own."""

import re
from collections.abc import Iterator, Sequence

from generator import bases, build_tools, packages
from generator.errors import Problem
from generator.image import BuildStage, Step
from profiles import _fields as f
from profiles._base import CA_BUNDLE, Profile, build_copy
from profiles._fields import Field
from profiles._model import Model

WORKDIR = "/src"


class Build(Model):
    """Commands that make something in a stage of their own."""

    image: f.ImageReference = Field(description="Image with the build tools.")
    packages: list[f.Package] = Field([], description="System packages that the build needs.")
    manifests: list[f.ContextPath] | None = Field(
        None,
        description="Files that the first command reads; with them it runs before the source is "
        "copied. Known for npm, pnpm, yarn and go.",
    )
    run: list[f.ShellStep] = Field(description="Build commands, run in /src.")
    caches: list[f.AbsolutePath] = Field(
        [],
        description="Folders that the commands may keep from one build to the next: /root/.m2. "
        "Known for npm, pnpm, yarn and go.",
    )

    def dependency_manifests(self) -> Sequence[str]:
        """What the first command reads, if it installs dependencies."""
        if self.manifests is not None:
            return sorted(set(self.manifests))
        return build_tools.manifests(self.run[0]) if self.run else ()

    def check(self) -> Iterator[Problem]:
        """Yield what no single field can tell."""
        if not self.run:
            yield Problem(field="build.run", text="must have at least one command")
        family = bases.family(self.image)
        if self.packages and not family:
            text = (
                f"has an unknown package manager, so `packages` cannot be installed: {self.image}"
            )
            yield Problem(field="build.image", text=text)
        elif family:
            yield from packages.check_family("build.packages", self.packages, family)


def build_stage(profile: Profile, build: Build) -> BuildStage:
    """Compute the stage that runs a profile's build commands."""
    family = bases.family(build.image)
    node = bases.is_node(build.image)
    env = (
        {"NODE_EXTRA_CA_CERTS" if node else "SSL_CERT_FILE": CA_BUNDLE} if profile.ca_bundle else {}
    )
    index = getattr(profile, "package_index", None)
    manifests = build.dependency_manifests()
    split = 1 if manifests else 0
    binds = [f"type=bind,source={path},target={path}" for path in manifests]
    dependencies = _step(profile, build, build.run[:split], binds) if split else None
    return BuildStage(
        base=bases.with_registry(build.image, profile.registry),
        family=family,
        packages=packages.in_order(build.packages),
        args={"NPM_CONFIG_REGISTRY": index} if index else {},
        env=env,
        secrets=profile.secret_mounts(),
        package_mounts=profile.package_mounts(family),
        copies=tuple(build_copy(path) for path in sorted(set(profile.include))),
        dependencies=dependencies,
        steps=_step(profile, build, build.run[split:]) if build.run[split:] else None,
    )


def _step(
    profile: Profile, build: Build, commands: Sequence[str], binds: Sequence[str] = ()
) -> Step:
    folders = sorted({*build_tools.caches(commands), *build.caches})
    caches = [f"type=cache,target={path}" for path in folders]
    secrets = [f"type=secret,{options}" for options in profile.secret_mounts()]
    joined = commands if len(commands) == 1 else [grouped(command) for command in commands]
    return Step(mounts=(*caches, *binds, *secrets), commands=tuple(joined))


def grouped(command: str) -> str:
    """Keep a list such as `a || b` together, so that the `&&` around it still stops at errors."""
    single = re.search(r";|\|\||(?<![&>])&(?![&>])", command) is None
    return command if single else f"{{ {command}; }}"
