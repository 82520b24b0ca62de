"""Prompts that answer from a table, for tests of the questions without a terminal."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.prompts import Back, Question

BACK = "<"


@dataclass
class Script:
    """Prompts that take their answers from a table, or the default, and note what was asked.

    An answer of several lines is given one line a time, which is for a question asked again. `<`
    goes back, and `=` takes the default.
    """

    answers: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    seen: dict[str, Question] = field(default_factory=dict)
    keys: str = ""

    def text(self, question: Question) -> str:
        return self._next(question)

    def confirm(self, question: Question) -> bool:
        return self._next(question) == next(iter(question.choices))

    def select(self, question: Question) -> str:
        return self._next(question)

    def say(self, text: str) -> None:
        self.said.append(text)

    def _next(self, question: Question) -> str:
        turn = self.asked.count(question.key)
        self.asked.append(question.key)
        self.seen[question.key] = question
        lines = self.answers.get(question.key, question.default).split("\n")
        answer = lines[min(turn, len(lines) - 1)]
        if answer == BACK:
            raise Back
        return question.default if answer == "=" else answer
