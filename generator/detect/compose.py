"""What a compose file says of the service that is built from the folder."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.detect import shell
from generator.detect.values import entries, mapping, number, text, texts

FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_USUAL = ("web", "app", "api", "server", "backend", "site", "frontend")
_PORT = re.compile(r"(?:.*:)?(\d{1,5})(?:/tcp)?")


@dataclass(frozen=True)
class Service:
    """A service by its name, with what its entry holds."""

    name: str
    entry: Mapping[str, Any]

    def dockerfile(self) -> str:
        """The Dockerfile it is built with, below the folder; empty if it is built elsewhere."""
        build = self.entry.get("build")
        context = text(build) or text(mapping(build).get("context")) or "."
        if context.strip("/") != "." and context != "./":
            return ""
        name = text(mapping(build).get("dockerfile")) or "Dockerfile"
        return name.removeprefix("./")

    def ports(self) -> Iterator[int]:
        """The ports inside the container."""
        for key in ("ports", "expose"):
            value = self.entry.get(key)
            for each in value if isinstance(value, list) else ():
                port = mapping(each).get("target") if isinstance(each, dict) else each
                match = _PORT.fullmatch(shell.filled(str(port), {})) if _is_plain(port) else None
                if match and 0 < int(match[1]) < 65536:
                    yield int(match[1])

    def environment(self) -> dict[str, str]:
        """Its variables; one without a value is given from outside."""
        value = self.entry.get("environment")
        if isinstance(value, dict):
            found = {key: "" if one is None else one for key, one in mapping(value).items()}
            return {key: _word(one) for key, one in found.items() if _is_plain(one)}
        pairs = (each.partition("=") for each in texts(value))
        return {name.strip(): given for name, _, given in pairs}

    def command(self) -> list[str]:
        """The words of its command."""
        value = self.entry.get("command")
        if isinstance(value, str):
            return shell.last_command(value.replace("$$", "$"), {})
        return shell.unwrapped(texts(value), {})

    def health_test(self) -> str:
        """The command of its health check, as one text."""
        return " ".join(texts(mapping(self.entry.get("healthcheck")).get("test")))

    def volumes(self) -> Iterator[str]:
        """The folders of its named volumes."""
        value = self.entry.get("volumes")
        for each in texts(value):
            source, colon, target = each.partition(":")
            if colon and source and source[0] not in "./~$":
                yield target.partition(":")[0]
        for entry in entries(value):
            if text(entry.get("type")) == "volume" and text(entry.get("source")):
                yield text(entry.get("target"))


def services(document: Mapping[str, Any]) -> dict[str, Service]:
    """All services by name."""
    found = mapping(document.get("services"))
    return {name: Service(name, mapping(entry)) for name, entry in found.items()}


def built(found: Mapping[str, Service]) -> Service | None:
    """The service that is built from the folder itself, the likeliest if there are several."""
    own = [each for each in found.values() if "build" in each.entry and each.dockerfile()]
    usual = {name: rank for rank, name in enumerate(_USUAL)}
    own.sort(key=lambda each: (usual.get(each.name, len(usual)), not list(each.ports())))
    return own[0] if own else None


def _is_plain(value: object) -> bool:
    return isinstance(value, str | bool | float) or number(value) is not None


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
