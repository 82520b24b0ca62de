"""What lies in the layers: nothing left behind, no tools, no packages that nobody needs."""

import re
from collections.abc import Iterable, Mapping, Sequence

from generator.findings import Severity
from generator.table import count
from generator.table import size as octets
from generator.verify import packages
from generator.verify.bench import Bench
from generator.verify.checks._model import Check, Outcome, failed, listed, passed, skipped, verdict
from generator.verify.layers import files, left_behind, merged

_FOLDERS = re.compile(r"(?:.*/)?s?bin/([^/]+)")
_TOOLS = re.compile(
    r"(?:[\w]+-linux-(?:gnu|musl)\w*-)?(?:cc|c\+\+|gcc|g\+\+|ld|as|cpp|clang)(?:-\d+)?"
    r"|make|gmake|cmake|ninja|meson|git|svn|hg|pip[\d.]*|uv|uvx|poetry|pdm|pipenv|npm|npx|pnpm|yarn"
    r"|bun|cargo|rustc|go|gofmt|javac|mvn|gradle|bundle|composer|rpmbuild|dpkg-buildpackage"
)
_PIP = re.compile(r".*/pip[\d.]*")
_REMOTE = re.compile(r"(?:.*/)?s?bin/(?:sshd|dropbear|telnetd|in\.telnetd)")
_REMOTE_PORT = "22/tcp"
# Packages that an image at run time has no use for; -dev packages come on top.
_UNNEEDED = frozenset(
    [
        *("build-essential", "dpkg-dev", "emacs", "git", "less", "man-db", "nano", "net-tools"),
        *("openssh-client", "procps", "rsync", "strace", "sudo", "tcpdump", "telnet", "vim"),
        *(
            "vim-tiny",
            "gcc",
            "g++",
            "make",
            "build-base",
            "apt-utils",
            "software-properties-common",
        ),
    ]
)


def clean_layers(bench: Bench) -> Outcome:
    """Look for what installing leaves behind."""
    found = [f"/{path}" for path in left_behind(bench.own_layers)]
    number = len(bench.own_layers)
    return verdict(
        found, f"no package lists, caches or temporary files in {count(number, 'layer')}"
    )


def no_build_tools(bench: Bench) -> Outcome:
    """Look for compilers and installers that the base does not have."""
    found = [
        f"/{file.path}"
        for file in files(bench.own_layers)
        if (match := _FOLDERS.fullmatch(file.path)) and _TOOLS.fullmatch(match[1])
    ]
    rest = [path for path in found if not _PIP.fullmatch(path)]
    # Some programs install plugins with pip, and so depend on it.
    owner = packages.distribution_that_needs(bench.own_layers, "pip") if rest != found else ""
    if owner and not rest:
        return passed(f"no compiler, make or git above the base; pip, which {owner} requires")
    return verdict(
        sorted(rest if owner else found), "no compiler, make, git or package manager above the base"
    )


def base_kept(bench: Bench) -> Outcome:
    """Compare with the base's layers."""
    if bench.base is None:
        return skipped("it starts from scratch")
    number = len(bench.base.layers)
    if not bench.below:
        return failed(f"its first layers are not the {number} of {bench.subject.base}")
    return passed(
        f"the {count(number, 'layer')} of {bench.subject.base}, then {len(bench.own_layers)} own"
    )


def no_sshd(bench: Bench) -> Outcome:
    """Look for programs that let somebody log in."""
    found = [f"/{path}" for path in merged(bench.layers) if _REMOTE.fullmatch(path)]
    if _REMOTE_PORT in bench.image.ports:
        found.append("EXPOSE 22")
    return verdict(found, "no sshd or dropbear, port 22 is not exposed")


def unneeded_packages(bench: Bench) -> Outcome:
    """Compare the packages with those of the base, and with those declared."""
    here = packages.installed(bench.layers)
    if not here:
        return skipped("the image has no package database that is known here")
    below = packages.installed(bench.layers[: bench.below]) if bench.below else {}
    added = sorted(set(here) - set(below))
    if not added:
        return passed(f"none added to the {len(below)} of the base")
    unwanted = nobodys(here, added, bench.subject.packages)
    if unwanted:
        return failed(f"nobody needs {listed(unwanted)}")
    return passed(f"{len(added)} added: {listed(added, 12)}")


def nobodys(
    here: Mapping[str, packages.Package], added: Sequence[str], declared: Iterable[str] | None
) -> list[str]:
    """Those of the added packages that nobody needs; None for `declared` where nothing tells.

    What a declared package depends on comes with it, whatever it is.
    """
    unwanted = {name for name in added if name in _UNNEEDED or name.endswith(("-dev", "-devel"))}
    if declared is not None:
        wanted = packages.closure(here, declared)
        unwanted &= packages.names(declared)
        unwanted |= set(added) - wanted
    elif {"curl", "wget"} <= set(added):
        unwanted.add("curl and wget, one will do")
    return sorted(unwanted)


def size(bench: Bench) -> Outcome:
    """Measure it."""
    own = sum(size for _, size in own_steps(bench))
    number = len(bench.own_layers)
    return passed(f"{octets(bench.image.size)}, {octets(own)} in {number} layers of its own")


def own_steps(bench: Bench) -> list[tuple[str, int]]:
    """The instructions above the base with the bytes that each added, in their order."""
    steps = bench.engine.steps(bench.tag)
    below = len(bench.engine.steps(bench.subject.base)) if bench.below else 0
    return [(_as_written(text), size) for text, size in reversed(steps[: len(steps) - below])]


def _as_written(instruction: str) -> str:
    """An instruction of the history without what the builder puts around it."""
    return instruction.replace("RUN /bin/sh -c ", "RUN ", 1).removesuffix(" # buildkit")


CHECKS = (
    Check(name="clean-layers", practice="S2.6", title="leaves nothing in layers", run=clean_layers),
    Check(name="no-build-tools", practice="S2.14", title="has no build tools", run=no_build_tools),
    Check(name="base-kept", practice="S2.2", title="keeps its base's layers", run=base_kept),
    Check(name="no-sshd", practice="S2.11", title="lets nobody log in", run=no_sshd),
    Check(
        name="unneeded-packages",
        practice="S2.19",
        title="adds only needed packages",
        run=unneeded_packages,
    ),
)
SIZE = Check(
    name="size",
    practice="S2.14",
    title="tells its size",
    run=size,
    severity=Severity.NOTE,
)
