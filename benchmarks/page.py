"""docs/benchmarks.md: the tables, how to read them, and where another one is better."""

from collections.abc import Iterator, Mapping
from textwrap import fill

from .metrics import METRICS, NONE, Metric, beaten, ratio, written
from .peers import LANGUAGES, PACKAGES
from .results import IMGEN, Measured, Results, Variant

# Why another one has the better number, where we know it.
_REASONS: Mapping[tuple[str, str], str] = {
    ("flask-hello", "cold"): "imgen's has more steps: a second stage, a user, copies with modes",
    ("node-server", "cold"): "imgen installs tini with apt: 37 s of it were this mirror's download",
    ("node-server", "size"): "imgen's has tini, since node as PID 1 handles no signal by itself",
}

_INTRODUCTION = """\
# Benchmarks

<!-- Written by `python -m benchmarks`. Change benchmarks/page.py, not this file. -->

The same apps with the files that imgen generates, with a Dockerfile as many blogs write it
("naive"), and with what other generators write. All variants of an app were measured side by side
in one session, so compare the numbers with one another and not with those of another machine.

![Bars of image size, build times and stop time for each app and variant](benchmarks.svg)
"""

_HOW_TO_READ = """\
## How to read it

Every cell holds the number, and after it how many times imgen's number that is: above 1 imgen is
better, below 1 the other one is.

| column | what it is |
|---|---|
| size | bytes of the image, its base included, 1 MB = 1,000,000 bytes |
| cold build | `docker build --no-cache` with empty cache mounts; the base image is there |
| rebuild | `docker build` again after one edited line of the source |
| ready | from `docker run` to the first answer with status 200 at `/`, of five starts |
| stop | `docker stop` with its default of 10 s; 10 s mean that the signal was not heard |
| exit | the exit code after that: 0 is a graceful end, 137 a kill |
| uid | the user of PID 1 |
| hardened | answers with `--read-only --cap-drop ALL --security-opt no-new-privileges` and a \
numeric user (10001 where the image runs as root), with a tmpfs where \
the app's spec says so; "with /tmp" is: only if it also gets a tmpfs at /tmp |
| audit | findings of `imgen audit` in the files as written |
| hadolint | findings of hadolint with its defaults in the Dockerfile as written |

"mended" is a generator's output after the smallest change with which this app builds and runs; the
row above it is the output as written. Its findings are counted after the change.
"""

_COMMANDS = """\
## Measure it yourself

```console
$ make bench                                         # all of it; Docker 23 or later, node and npm
$ python -m benchmarks --only flask-api --runs 1     # a part: prints its tables, replaces no file
$ python -m benchmarks --findings                    # counts the findings again, builds nothing
$ python -m benchmarks --draw                        # this page and the chart from the last results
```

It installs the other generators into a temporary folder, lets them write into a copy of the app
without asking them questions, and removes every image and container at the end, also after Ctrl-C.
The numbers are in [benchmarks/results.json](../benchmarks/results.json).
"""

_STAND_INS = """
These base images stand in for the real ones, which could not be pulled:
"""
_ALIASES = """
And these names, which only other generators use, were given to a stand-in with the same language
version for the time of the measurement. The real image may be of another Debian release, and so of
another size.
"""


def write(results: Results) -> str:
    """The whole page as Markdown."""
    parts = [
        _INTRODUCTION,
        _HOW_TO_READ,
        "\n\n".join(_app(app) for app in results.apps) + "\n",
        _better(results),
        _as_written(results),
        _conditions(results),
        _COMMANDS,
    ]
    return "\n".join(part for part in parts if part)


def _app(app: Measured) -> str:
    heads = ["variant", *(metric.heading for metric in METRICS), "uid", "hardened"]
    lines = [
        f"## {app.name}",
        "",
        f"Profile `{app.profile}`: {app.about}.",
        "",
        f"| {' | '.join(heads)} |",
        f"|---|{'---:|' * len(METRICS)}---:|---|",
        *(f"| {' | '.join(_cells(app, variant))} |" for variant in app.shown()),
    ]
    return "\n".join(lines)


def _cells(app: Measured, variant: Variant) -> Iterator[str]:
    yield f"**{variant.title}**" if variant.name == IMGEN else variant.title
    for metric in METRICS:
        yield _cell(metric, variant, app)
    yield NONE if variant.uid is None else str(variant.uid)
    yield _hardened(variant)


def _hardened(variant: Variant) -> str:
    if variant.hardened is None:
        return NONE
    return "yes" if variant.hardened else "with /tmp" if variant.hardened_with_tmp else "no"


def _cell(metric: Metric, variant: Variant, app: Measured) -> str:
    times = ratio(metric, variant, app) if variant.name != IMGEN else None
    return written(metric, variant) + (f" · {_times(times)}" if times is not None else "")


def _times(value: float) -> str:
    digits = 0 if value >= 10 else 2 if value < 2 else 1
    return f"{value:.{digits}f}\N{MULTIPLICATION SIGN}"


def _better(results: Results) -> str:
    lines = [
        f"- {app.name}, {metric.heading}: {variant.title} {written(metric, variant)}, "
        f"imgen {written(metric, own)}{_reason(app.name, metric)}"
        for app in results.apps
        if (own := app.variant(IMGEN))
        for metric, variant in beaten(app)
    ]
    text = (
        "## Where another one is better\n\n"
        "Every median that is clearly better than imgen's: by 0.1 MB in size, by a "
        "tenth in time\n(and at least 0.1 s in builds, 0.05 s otherwise), by one in counts.\n\n"
    )
    return text + "\n".join(lines or ["None in this run."]) + "\n"


def _reason(app: str, metric: Metric) -> str:
    reason = _REASONS.get((app, metric.name))
    return f" ({reason})" if reason else ""


def _as_written(results: Results) -> str:
    said: dict[str, list[str]] = {}
    for app in results.apps:
        for variant in app.variants:
            for text in _troubles(variant):
                said.setdefault(text, []).append(f"{app.name} {variant.title}")
    lines = [f"- {'; '.join(names)}: {text}" for text, names in said.items()]
    return "## What did not work, and what was mended\n\n" + "\n".join(lines or ["Nothing."]) + "\n"


def _troubles(variant: Variant) -> Iterator[str]:
    if variant.failure:
        yield _code(variant.failure)
    if variant.mended:
        yield f"mended, because {variant.mended}"
    if variant.hardened_failure:
        yield f"run hardened, it {_code(variant.hardened_failure)}"


def _code(text: str) -> str:
    """`does not build: error` with the error as code."""
    said, _, error = text.partition(": ")
    return f"{said}: `{error.replace('`', chr(39))}`" if error else said


def _load(results: Results) -> str:
    """How busy the machine was, if it was measured."""
    if not results.loads:
        return ""
    low, high = min(results.loads), max(results.loads)
    return f" The machine had other work too: its load before a build was {low:.1f} to {high:.1f}."


def _conditions(results: Results) -> str:
    machine = results.machine
    runs = "one run" if results.runs == 1 else f"the (lower) median of {results.runs} runs"
    conditions = (
        f"Measured on {results.date}: Docker {machine['engine']} ({machine['storage']}, "
        f"cgroup {machine['cgroup']}), Linux {machine['kernel']} on {machine['architecture']}, "
        f"{machine['cpus']} CPUs, {machine['memory']}; {runs}, the order of the variants changing "
        f"with each.{_load(results)} The line `# syntax=` was dropped from every Dockerfile that "
        "has one, since it needs a registry."
    )
    parts = [
        "## Under which conditions\n",
        f"{fill(conditions, 98)}\n",
        "Other generators:\n",
        *(
            f"- `{PACKAGES[name]}` {version} from {LANGUAGES[name]}"
            for name, version in results.peers.items()
        ),
    ]
    if results.stand_ins:
        parts.append(_STAND_INS)
        parts += [f"- `{name}`: {source}" for name, source in results.stand_ins.items()]
    if results.aliases:
        parts.append(_ALIASES)
        parts += [f"- `{name}` was `{present}`" for name, present in results.aliases.items()]
    return "\n".join(parts) + "\n"
