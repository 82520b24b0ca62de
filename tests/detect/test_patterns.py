"""No regular expression of a preset or a site generator takes long on any text.

They are looked for in whole files that anyone may have written, so each must be linear.
"""

import importlib
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from generator.detect.presets.model import Preset, Reading, load, paths
from generator.detect.sites.generators import known

# The standard library's own reader of regular expressions: one that is written here would err.
_parser = importlib.import_module("re._parser")
_UNBOUNDED = _parser.MAXREPEAT
_REPEATS = (_parser.MAX_REPEAT, _parser.MIN_REPEAT)
_WITH_LINE_FEED = (
    _parser.CATEGORY_SPACE,
    _parser.CATEGORY_NOT_DIGIT,
    _parser.CATEGORY_NOT_WORD,
)
_LONG = 2**15
_LONGEST_PATH = 4096
_MOST_SECONDS = 0.5


def patterns() -> Iterator[tuple[str, str]]:
    """Every pattern that is looked for in texts, with the file it stands in."""
    for path in paths():
        found = (reading.line for reading in readings(load(path)))
        yield from ((path.name, each) for each in found if each)
    for generator in known():
        for name, value in vars(generator).items():
            if value and (name.endswith("_config") or name == "other_fallback"):
                yield generator.kind, value
        yield from ((generator.kind, note["unless"]) for note in generator.notes)


def readings(preset: Preset) -> Iterator[Reading]:
    yield from (*preset.recognise, *preset.unless)
    yield from (reading for fact in preset.facts.values() for reading in fact.read)


ALL = sorted(set(patterns()))


def items(parsed: Any) -> list[tuple[Any, Any]]:
    return list(parsed)


def inner(code: Any, argument: Any) -> Iterable[Any]:
    """The parts that an item of a pattern holds, each a way that it can go."""
    if code in _REPEATS or code is _parser.POSSESSIVE_REPEAT:
        return [argument[2]]
    if code is _parser.SUBPATTERN:
        return [argument[3]]
    if code is _parser.BRANCH:
        return list(argument[1])
    if code is _parser.ATOMIC_GROUP:
        return [argument]
    return []


def loops(parsed: Any) -> Iterator[Any]:
    """Every repeat without a bound, with what it repeats."""
    for code, argument in items(parsed):
        if code in _REPEATS and argument[1] == _UNBOUNDED:
            yield argument[2]
        for part in inner(code, argument):
            yield from loops(part)


def takes_line_feed(parsed: Any) -> bool:
    """Whether a repeated single item fits the end of a line."""
    if len(parsed) != 1:
        return False
    code, argument = items(parsed)[0]
    if code is _parser.IN:
        negated = argument[0][0] is _parser.NEGATE
        held = any(
            (kind is _parser.LITERAL and what == ord("\n"))
            or (kind is _parser.CATEGORY and what in _WITH_LINE_FEED)
            for kind, what in argument
        )
        return held != negated
    return bool(code is _parser.NOT_LITERAL and argument != ord("\n"))


def after_line_start(parsed: Any, *, at_start: bool = False) -> Iterator[Any]:
    """The repeats without a bound that can follow `^` with nothing certain between."""
    for code, argument in items(parsed):
        if code is _parser.AT and argument is _parser.AT_BEGINNING:
            at_start = True
            continue
        if at_start and code in _REPEATS and argument[1] == _UNBOUNDED:
            yield argument[2]
        for part in inner(code, argument):
            yield from after_line_start(part, at_start=at_start)
        optional = code in _REPEATS and argument[0] == 0
        at_start = at_start and (optional or code in (_parser.ASSERT, _parser.ASSERT_NOT))


def faults(pattern: str) -> list[str]:
    parsed = _parser.parse(pattern)
    found = []
    if any(takes_line_feed(each) for each in after_line_start(parsed)):
        found.append("runs over lines from each `^`: write [ \\t]{0,20}")
    if any(True for each in loops(parsed) for _ in loops(each)):
        found.append("has a repeat without a bound in another")
    first = items(parsed)[0]
    if first[0] in _REPEATS and first[1][1] == _UNBOUNDED:
        found.append("begins with a repeat without a bound")
    return found


@pytest.mark.parametrize(
    ("pattern", "is_faulty"),
    [
        (r"^\s*(?:require )?x", True),
        (r'^(?:import |\s+)"C"$', True),
        (r"^(?:a)?[^x]*y", True),
        (r"(?:a+b?)*c", True),
        (r"\S*:80", True),
        (r"^[ \t]{0,20}x", False),
        (r"^[^\n]*y", False),
        (r'"start"\s*:', False),
        (r"^a\s*=", False),
    ],
)
def test_the_faults_are_seen(pattern: str, *, is_faulty: bool) -> None:
    assert bool(faults(pattern)) == is_faulty


def test_no_pattern_has_a_fault() -> None:
    assert len(ALL) > 200
    found = [f"{name}: {each} {faults(each)}" for name, each in ALL if faults(each)]
    assert not found


def sample(parsed: Any) -> str:
    """A short text that a pattern fits, as far as one can write it without trying."""
    return "".join(sampled(code, argument) for code, argument in items(parsed))


def sampled(code: Any, argument: Any) -> str:
    if code is _parser.LITERAL:
        return chr(argument)
    if code in _REPEATS:
        return sample(argument[2]) * max(1, int(argument[0]))
    if code is _parser.IN:
        kind, what = argument[0]
        if kind in (_parser.LITERAL, _parser.RANGE):
            return chr(what if kind is _parser.LITERAL else what[0])
        return "a" if kind is _parser.NEGATE else {_parser.CATEGORY_SPACE: " "}.get(what, "1")
    parts = list(inner(code, argument))
    any_other = "a" if code in (_parser.NOT_LITERAL, _parser.ANY) else ""
    return sample(parts[0]) if parts else any_other


def hostile(pattern: str, length: int) -> Iterator[str]:
    """Texts that a pattern nearly fits, very often or for very long."""
    for text in ("\n", " ", "a", "1", "/", "../", '"', ": ", "\n ", "a:\n\t"):
        yield text * (length // len(text))
    whole = sample(_parser.parse(pattern))
    for end in {1, len(whole) // 3, len(whole) // 2, 2 * len(whole) // 3, len(whole) - 1}:
        start = whole[:end] or "a"
        yield start * (length // len(start))
        yield from (start + sign * length + "!" for sign in ("\n", " ", "a", start[-1]))


def assert_fast(pattern: str, length: int, flags: int = 0) -> None:
    compiled = re.compile(pattern, flags)
    for text in hostile(pattern, length):
        started = time.process_time()
        for _ in compiled.finditer(text):
            pass
        seconds = time.process_time() - started
        assert seconds < _MOST_SECONDS, f"{pattern} takes {seconds:.1f} s on {text[:60]!r}"


@pytest.mark.parametrize("name", sorted({name for name, _ in ALL}))
def test_every_pattern_is_fast_on_any_text(name: str) -> None:
    for pattern in (each for where, each in ALL if where == name):
        assert_fast(pattern, _LONG, re.MULTILINE)


def test_every_pattern_of_paths_is_fast_on_any_path() -> None:
    found = {each.path for path in paths() for each in readings(load(path)) if each.path}
    assert len(found) > 5
    for pattern in found:
        assert_fast(pattern, _LONGEST_PATH)
