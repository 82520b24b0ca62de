"""An environment variable that the code reads."""

from dataclasses import dataclass

from generator.detect.model import Evidence


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A variable that is read. `needed` says that the app does not start without it.

    `kind` is what its text has to be: text, int, bool, url, cache, list or json. `default` says
    that the code has a value of its own, `text` is that value if it is a plain text.
    """

    name: str
    evidence: Evidence
    needed: bool
    kind: str = "text"
    default: bool = False
    text: str = ""
    doubtful: bool = False
    """It is needed in some case only, or where it is used: the code alone does not tell."""

    def outweighs(self, other: "Variable") -> bool:
        """Whether this read says more of the same variable: a need before a wish."""
        return (self.needed, self.doubtful) > (other.needed, other.doubtful)
