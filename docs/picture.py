"""Draw what a terminal showed: ANSI text on standard input, an SVG file named by the argument.

The pictures of the README come from a real terminal, for example:
tmux capture-pane -e -p | python docs/picture.py docs/wizard.svg "imgen new"
"""

import sys
from io import StringIO
from pathlib import Path

from rich.ansi import AnsiDecoder
from rich.console import Console

COLUMNS = 80


def draw(screen: str, title: str) -> str:
    """Return the SVG of an 80-column screen."""
    console = Console(width=COLUMNS, record=True, file=StringIO(), force_terminal=True)
    for line in AnsiDecoder().decode(screen.rstrip()):  # a style may go on in the next line
        console.print(line, soft_wrap=True)
    return console.export_svg(title=title)


def without_downloads(svg: str) -> str:
    """Drop the web fonts that the drawing would fetch."""
    kept, inside = [], False
    for line in svg.splitlines():
        inside = inside or "@font-face" in line
        if not inside:
            kept.append(line)
        elif line.strip() == "}":
            inside = False
    # Some viewers drop the blanks at the start of a line otherwise.
    text = "\n".join(line.rstrip() for line in kept)
    return text.replace("<text ", '<text xml:space="preserve" ') + "\n"


if __name__ == "__main__":
    target, title = sys.argv[1:]
    Path(target).write_text(without_downloads(draw(sys.stdin.read(), title)), encoding="utf-8")
