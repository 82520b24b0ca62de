"""The `imgen` command."""

import gc
import os
import sys
from contextlib import suppress


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # A run is short: collecting garbage and taking the interpreter apart would be a quarter of it.
    gc.disable()
    code = _run()
    with suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def _run() -> int:
    """Run the command line; a package that another distribution replaced is named."""
    try:
        from generator.cli import run
    except (ImportError, AttributeError) as error:  # nothing there, or nothing of ours
        print(
            f"imgen: cannot load {error.name}: {error}\n"
            "Another distribution may own a package of that name; install imgen on its own, "
            "for example with pipx.",
            file=sys.stderr,
        )
        return 1
    return run()


if __name__ == "__main__":
    main()
