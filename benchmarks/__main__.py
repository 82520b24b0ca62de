"""`python -m benchmarks`: measure and draw."""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from types import FrameType

from . import campaign, results
from .apps import ROOT
from .chart import draw
from .docker import EngineError
from .page import write
from .peers import PeerError
from .results import Results

PAGE = ROOT / "docs" / "benchmarks.md"
CHART = ROOT / "docs" / "benchmarks.svg"


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line asks; 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    options = _parser().parse_args(words)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _work(options)
    except (EngineError, PeerError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 1
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 2
    except KeyboardInterrupt:
        text = "interrupted: finished rounds are kept, no image or container is left behind"
        print(text, file=sys.stderr)  # noqa: T201 - a command line
        return 130
    return 0


def _work(options: argparse.Namespace) -> None:
    if options.draw or options.findings:
        measured = results.load()
        if options.findings:
            campaign.count_findings(measured, _say)
        _keep(measured)
        return
    if options.runs < 1:
        raise ValueError(f"--runs must be at least 1, not {options.runs}")
    apps = campaign.choose(options.only)
    if options.only:
        last: list[Results] = []
        campaign.run(apps, options.runs, _say, last.append)
        print(write(last[-1]))  # noqa: T201 - a part does not replace the whole
    else:
        campaign.run(apps, options.runs, _say, _keep)


def _keep(measured: Results) -> None:
    measured.save()
    PAGE.write_text(write(measured), encoding="utf-8")
    CHART.write_text(draw(measured), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure imgen's output beside naive Dockerfiles and other generators.",
    )
    only = "an app to measure, may be given again; prints the tables and replaces no file"
    parser.add_argument("--only", action="append", default=[], metavar="APP", help=only)
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="runs of each (3)")
    parser.add_argument("--draw", action="store_true", help="draw the last results again")
    again = "count the findings of the last results again, without building"
    parser.add_argument("--findings", action="store_true", help=again)
    return parser


_STARTED = time.monotonic()


def _say(text: str) -> None:
    seconds = time.monotonic() - _STARTED
    print(f"{seconds:6.0f} s  {text}", file=sys.stderr, flush=True)  # noqa: T201 - a command line


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
