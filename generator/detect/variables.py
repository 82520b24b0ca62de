"""Which variables become `env`, which `secrets`, and which a note."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence

from generator.detect.existing import Existing
from generator.detect.harmless import for_production
from generator.detect.model import Evidence, Note
from generator.detect.variable import Variable
from generator.secrecy import changes_code, secret_name

_SHOWN = 12  # names in a note
# What the image or the engine sets, and what a server reads for itself.
_OWN = frozenset(
    [
        "APP_VERSION", "DJANGO_SETTINGS_MODULE", "GRANIAN_WORKERS", "HOME", "HOSTNAME", "LANG",
        "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED", "TMPDIR",
        "USER", "WEB_CONCURRENCY",
    ]
)  # fmt: skip
_HOSTS = frozenset(["HOST", "APP_HOST", "SERVER_HOST", "BIND_HOST", "LISTEN_HOST"])
_PORTS = frozenset(["PORT", "APP_PORT", "SERVER_PORT", "BIND_PORT", "LISTEN_PORT"])
_ADDRESS = re.compile(r"(?i).*(?:_ur[li]|_dsn|_host|_hosts|_endpoint|_address|_server|dsn)")
_PLACEHOLDER = re.compile(
    r"(?i).*(?:change[-_ ]?me|your[-_ ]|replace|xxx|<|>|todo|example|secret|\.\.\.|localhost"
    r"|127\.0\.|\b0?12345).*"
)


class Variables:
    """The variables that a program reads, sorted by what they become."""

    def __init__(
        self,
        read: Sequence[Variable],
        examples: Mapping[str, tuple[str, Evidence]],
        told: Existing,
        *,
        port: int,
    ) -> None:
        self.read = [each for each in read if each.name not in _OWN]
        self.examples, self.told, self.port = examples, told, port
        self._changed: dict[str, tuple[str, Evidence]] = {}
        self._env = {each.name: found for each in self.read if (found := self._value(each))}

    def env(self) -> Mapping[str, tuple[str, str, tuple[Evidence, ...]]]:
        """Values that everyone may see: value, reason and evidence by name."""
        return self._env

    def secrets(self) -> list[Variable]:
        """What has to be given at run time, because no safe value is known."""
        return [
            each
            for each in self.read
            if each.needed and each.name not in self._env and _can_be_secret(each.name)
        ]

    def _value(self, each: Variable) -> tuple[str, str, tuple[Evidence, ...]] | None:
        """A value for a variable that is needed, if a safe one is known."""
        if not each.needed:
            return self._on_volume(each.name)
        if each.name in _PORTS and self.port:
            return str(self.port), "the port, needed in", (each.evidence,)
        if each.name in _HOSTS:
            return "0.0.0.0", "every address, needed in", (each.evidence,)  # noqa: S104
        if secret_name(each.name) or _ADDRESS.fullmatch(each.name):
            return None
        return self._given(each.name, each)

    def _on_volume(self, name: str) -> tuple[str, str, tuple[Evidence, ...]] | None:
        """A folder for data that a container file gives, on a volume of the same file."""
        told = self.told.env.get(name)
        if told is None or not told.value.startswith("/"):
            return None
        volumes = [each.value.rstrip("/") for each in self.told.volumes]
        if not any(f"{told.value}/".startswith(f"{each}/") for each in volumes if each):
            return None
        given = self._given(name)
        return given and (given[0], "on the volume, as in", given[2])

    def _given(
        self, name: str, read: Variable | None = None
    ) -> tuple[str, str, tuple[Evidence, ...]] | None:
        """A public value that a compose file or an example of an environment file gives."""
        value, place = "", read.evidence if read else Evidence(path="")
        if told := self.told.env.get(name):
            value, place = told.value, told.evidence
        elif name in self.examples:
            value, place = self.examples[name]
        if value and _PLACEHOLDER.fullmatch(value):
            return None
        found = for_production(name, value, kind=read.kind if read else "text")
        if not found:
            return None
        if not value:
            return found, "off in production, needed in", (place,)
        if found == value:
            return value, "needed by the app, given in", (place,)
        self._changed[name] = (found, place)
        return found, "needed by the app; for development it is another in", (place,)

    def notes(self, moved: Container[str]) -> Iterator[Note]:
        """Variables that are no proposal, but that a person may have to set."""
        doubtful = [each for each in self.read if each.doubtful and not each.needed]
        refused = [each for each in self.read if each.needed and not _can_be_secret(each.name)]
        optional = [
            each for each in self.read
            if not (each.needed or each.doubtful or each.default or each.name in moved)
        ]  # fmt: skip
        open_secrets = [
            each for each in self.read
            if each.default and each.text and not each.needed and secret_name(each.name)
        ]  # fmt: skip
        if self._changed:
            changed = [f"{name}={value}" for name, (value, _) in self._changed.items()]
            more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
            text = "set for production, where a value for development was given; check that the "
            text += "code knows it: " + ", ".join(changed[:_SHOWN]) + more
            places = tuple(place for _, place in self._changed.values())
            yield Note(text=text, evidence=places[:3])
        if open_secrets:
            text = "left at a value that everyone can read in the code, unless given: "
            yield Note(text=text + _names(open_secrets), evidence=_places(open_secrets))
        if doubtful:
            text = "asked for in some cases only, without a default: "
            yield Note(text=text + _names(doubtful), evidence=_places(doubtful))
        if optional:
            text = "read if they are given: "
            yield Note(text=text + _names(optional), evidence=_places(optional))
        if refused:
            text = "needed, but of names that cannot be checked at start: "
            yield Note(text=text + _names(refused), evidence=_places(refused))


def _can_be_secret(name: str) -> bool:
    return not (changes_code(name) or name.startswith("_") or name in _OWN)


def _names(variables: Sequence[Variable]) -> str:
    names = [each.name for each in variables]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _places(variables: Sequence[Variable]) -> tuple[Evidence, ...]:
    return tuple(each.evidence for each in variables[:3])
