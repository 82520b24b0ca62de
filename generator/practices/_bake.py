"""The tags that a docker-bake.hcl gives, read token by token."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Token:
    """A word, a sign or a text in quotes of HCL, and its line."""

    text: str
    line: int
    is_text: bool = False


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One `name = value` of a target; of a list the texts in it. `plain` without expressions."""

    target: str
    name: str
    values: tuple[Token, ...]
    line: int
    plain: bool


def attributes(text: str) -> Iterator[Attribute]:
    """Yield the attributes of all targets, in their order."""
    tokens = list(_tokens(text))
    target, depth = "", 0
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if depth == 0 and token.text == "target" and place + 1 < len(tokens):
            target = tokens[place + 1].text
        elif not token.is_text and token.text == "{":
            depth += 1
        elif not token.is_text and token.text == "}":
            depth -= 1
            target = target if depth else ""
        elif target and depth == 1 and _is_sign(tokens, place + 1, "="):
            end = _end(tokens, place + 2)
            value = tokens[place + 2 : end]
            yield Attribute(
                target=target,
                name=token.text,
                values=tuple(one for one in value if one.is_text),
                line=token.line,
                plain=all(one.is_text or one.text in "[]," for one in value),
            )
            place = end - 1
        place += 1


def _is_sign(tokens: list[Token], place: int, sign: str) -> bool:
    return place < len(tokens) and not tokens[place].is_text and tokens[place].text == sign


def _end(tokens: list[Token], place: int) -> int:
    """The place after a value: a bracket's partner, or what stands in the same line."""
    depth, line = 0, tokens[place].line if place < len(tokens) else 0
    while place < len(tokens):
        token = tokens[place]
        if depth == 0 and (token.line > line or _is_sign(tokens, place, "}")):
            return place
        if not token.is_text:
            depth += (token.text in "([{") - (token.text in ")]}")
        line = token.line
        place += 1
    return place


def _tokens(text: str) -> Iterator[Token]:
    place, line = 0, 1
    while place < len(text):
        letter = text[place]
        end = place + 1
        if letter == "#" or text.startswith("//", place):
            end = _until(text, place, "\n")
        elif text.startswith("/*", place):
            end = _until(text, place + 2, "*/") + 2
        elif letter == '"':
            while end < len(text) and text[end] not in '"\n':
                end += 2 if text[end] == "\\" else 1
            yield Token(text=text[place + 1 : end], line=line, is_text=True)
            end += 1
        elif letter.isalnum() or letter == "_":
            while end < len(text) and (text[end].isalnum() or text[end] in "_-."):
                end += 1
            yield Token(text=text[place:end], line=line)
        elif not letter.isspace():
            yield Token(text=letter, line=line)
        line += text.count("\n", place, end)
        place = end


def _until(text: str, place: int, sign: str) -> int:
    found = text.find(sign, place)
    return len(text) if found < 0 else found
