"""What was measured, as kept in results.json."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median_low
from typing import Any

HERE = Path(__file__).resolve().parent
FILE = HERE / "results.json"
IMGEN, NAIVE = "imgen", "naive"


@dataclass(kw_only=True)
class Variant:
    """One way to make the image of an app, and its numbers.

    Times are in seconds, one for each run; `failure` says why there are none. `mended` says what
    was wrong with the output as written, where this is the mended one.
    """

    name: str
    mended: str = ""
    failure: str = ""
    bytes: int = 0
    cold: list[float] = field(default_factory=list)
    rebuild: list[float] = field(default_factory=list)
    ready: list[float] = field(default_factory=list)
    stop: list[float] = field(default_factory=list)
    exit_code: int | None = None
    uid: int | None = None
    hardened: bool | None = None
    hardened_failure: str = ""
    hardened_with_tmp: bool | None = None
    audit: int | None = None
    hadolint: int | None = None

    @property
    def title(self) -> str:
        """Its name in tables."""
        return f"{self.name}, mended" if self.mended else self.name

    @property
    def runs(self) -> bool:
        """Whether it builds and answers."""
        return not self.failure and bool(self.stop)

    def number(self, metric: str) -> float | None:
        """The median of a metric (of an even number of runs the lower), or its one value.

        Returns:
            None where there is none.
        """
        value = getattr(self, metric)
        if isinstance(value, list):
            return median_low(value) if value else None
        if metric == "bytes" and not value:
            return None
        return None if value is None else float(value)


@dataclass(kw_only=True)
class Measured:
    """An app and its variants."""

    name: str
    profile: str
    about: str
    variants: list[Variant]

    def variant(self, title: str) -> Variant | None:
        """The variant of that title."""
        return next((one for one in self.variants if one.title == title), None)

    def shown(self) -> Sequence[Variant]:
        """The variants: imgen's, the naive one, then the others as they were measured."""
        order = {IMGEN: 0, NAIVE: 1}
        return sorted(self.variants, key=lambda one: order.get(one.name, 2))


@dataclass(kw_only=True)
class Results:
    """A whole measurement."""

    date: str
    runs: int
    machine: dict[str, str]
    peers: dict[str, str]
    stand_ins: dict[str, str]
    aliases: dict[str, str]
    apps: list[Measured]
    loads: list[float] = field(default_factory=list)

    def save(self, file: Path = FILE) -> None:
        """Write it as JSON."""
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def load(file: Path = FILE) -> Results:
    """Read results.

    Raises:
        ValueError: if the file is missing or not what `save` writes.
    """
    try:
        raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        apps = [
            Measured(**{**app, "variants": [Variant(**one) for one in app["variants"]]})
            for app in raw.pop("apps")
        ]
        return Results(apps=apps, **raw)
    except FileNotFoundError:
        raise ValueError(f"{file.name} is missing: run `python -m benchmarks`") from None
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{file.name} is not what `python -m benchmarks` writes: {error}"
        ) from None
