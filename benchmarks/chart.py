"""The chart: for each app a row of bars for each variant, as SVG without fonts or scripts."""

from collections.abc import Iterator, Sequence
from html import escape

from .metrics import METRICS, Metric, written
from .results import IMGEN, NAIVE, Measured, Results, Variant

WIDTH = 800
_LEFT, _LABEL, _ROW, _HEAD, _TOP = 20, 152, 21, 34, 92
_SHOWN = ("bytes", "cold", "rebuild", "stop")
_COLUMN, _BAR = 122, 58
_EXIT, _USER, _YES_NO = 632, 668, 714
_LETTER = 0.6  # the width of a wide letter, in font sizes
_SMALL = 12

# It has its own background, so that it reads on light and dark pages alike.
_STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de; }
  text { font: 12px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; }
  .text { fill: #1f2328; }
  .quiet { fill: #59636e; }
  .title { font-size: 16px; font-weight: 600; }
  .app { font-weight: 600; }
  .imgen { fill: #0969da; }
  .naive { fill: #8c959f; }
  .peer { fill: #bc4c00; }
  .mended { fill: #e9a173; }
  .line { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    .text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .imgen { fill: #4493f8; }
    .naive { fill: #656c76; }
    .peer { fill: #db6d28; }
    .mended { fill: #9a5a2f; }
    .line { stroke: #3d444d; }
  }
"""


def draw(results: Results) -> str:
    """Draw the results as an SVG document, 800 pixels wide."""
    height = _TOP + sum(_HEAD + len(app.variants) * _ROW for app in results.apps) + 58
    body = [*_heading(results), *_apps(results), *_foot(results, height)]
    title = "Image size, build times and stop time of imgen, naive Dockerfiles and other generators"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    page = f'x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="6"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">',
        f'<title id="title">{title}</title>',
        f"<style>{_STYLE}</style>",
        f'<rect class="page" {page}/>',
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _heading(results: Results) -> Iterator[str]:
    yield _text(_LEFT, 32, "imgen beside naive Dockerfiles and other generators", "text title")
    shorter = "Shorter bars are better. Rebuild: after one edited line. Stop: 10 s is a kill;"
    runs = "one run" if results.runs == 1 else f"median of {results.runs} runs"
    yield _text(_LEFT, 52, f"{shorter} {runs} on {results.machine['cpus']} CPUs.")
    for index, metric in enumerate(_metrics()):
        yield _text(_column(index), 78, _HEADINGS[metric.name], "text app")
    for x, heading in ((_EXIT, "exit"), (_USER, "uid"), (_YES_NO, "hardened")):
        yield _text(x, 78, heading, "text app")


def _foot(results: Results, height: int) -> Iterator[str]:
    hardened = "hardened: answers with a read-only root, no capabilities, a user that is not root."
    mended = "mended: after the smallest change with which it builds and runs."
    yield _text(_LEFT, height - 34, hardened)
    yield _text(_LEFT, height - 16, f"{mended} Measured on {results.date}.")


def _apps(results: Results) -> Iterator[str]:
    top = _TOP
    for app in results.apps:
        yield f'<path class="line" d="M{_LEFT} {top + 2}H{WIDTH - _LEFT}"/>'
        yield _text(_LEFT, top + 22, app.name, "text app")
        yield _text(_LEFT + 100, top + 22, f"{app.profile}: {app.about}")
        top += _HEAD
        for variant in app.shown():
            yield from _variant(app, variant, top)
            top += _ROW


def _variant(app: Measured, variant: Variant, top: int) -> Iterator[str]:
    base = top + 12
    yield _text(_LEFT, base, variant.title, "text")
    if not variant.runs:
        room = int((WIDTH - _LEFT - _LABEL) / (_SMALL * _LETTER))
        yield _text(_LABEL, base, shortened(variant.failure or "not measured", room))
        return
    for index, metric in enumerate(_metrics()):
        yield from _bar(app, variant, metric, _column(index), top)
    yield _text(_EXIT, base, str(variant.exit_code), "quiet" if variant.exit_code else "text")
    yield _text(_USER, base, str(variant.uid), "text" if variant.uid else "quiet")
    answer = "yes" if variant.hardened else "no"
    yield _text(_YES_NO, base, answer, "text" if variant.hardened else "quiet")


def _bar(app: Measured, variant: Variant, metric: Metric, x: int, top: int) -> Iterator[str]:
    value = variant.number(metric.name)
    if value is None:
        return
    most = max(other.number(metric.name) or 0 for other in app.variants if other.runs)
    width = max(1.0, _BAR * value / most) if most else 1.0
    place = f'x="{x}" y="{top + 2}" width="{width:.1f}" height="12" rx="2"'
    yield f'<rect class="{_kind(variant)}" {place}/>'
    yield _text(x + width + 5, top + 12, written(metric, variant), "text")


def _kind(variant: Variant) -> str:
    if variant.name in {IMGEN, NAIVE}:
        return variant.name
    return "mended" if variant.mended else "peer"


_HEADINGS = {
    "bytes": "image size",
    "cold": "cold build",
    "rebuild": "rebuild",
    "stop": "docker stop",
}


def _metrics() -> Sequence[Metric]:
    return [metric for name in _SHOWN for metric in METRICS if metric.name == name]


def _column(index: int) -> int:
    return _LABEL + index * _COLUMN


def shortened(text: str, room: int) -> str:
    """A text of at most so many letters, cut at a word."""
    if len(text) <= room:
        return text
    return text[: room - 1].rsplit(" ", 1)[0] + "…"


def _text(x: float, y: float, text: str, kind: str = "quiet") -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y}">{escape(text, quote=False)}</text>'
