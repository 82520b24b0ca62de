"""The `imgen` command."""

import sys


def main() -> int:
    """Run the command line; a package that another distribution replaced is named."""
    try:
        from generator.cli import run
    except ImportError as error:
        print(
            f"imgen: cannot load {error.name}: {error}\n"
            "Another distribution may own a package of that name; install imgen on its own, "
            "for example with pipx.",
            file=sys.stderr,
        )
        return 1
    return run()


if __name__ == "__main__":
    sys.exit(main())
