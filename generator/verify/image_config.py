"""What an image says of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ImageConfig:
    """What `image inspect` tells, without what is never asked for; the size in bytes."""

    id: str
    size: int
    layers: tuple[str, ...]
    labels: Mapping[str, str]
    environment: Mapping[str, str]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    user: str
    workdir: str
    ports: frozenset[str]
    volumes: frozenset[str]
    stop_signal: str
    probe: Mapping[str, Any]

    @property
    def argv(self) -> tuple[str, ...]:
        """The whole command of a container that is given none."""
        return (*self.entrypoint, *self.command)


def read_config(text: str) -> ImageConfig:
    """Read what `docker image inspect` or `podman image inspect` prints for one image."""
    (found,) = json.loads(text)
    config = found["Config"]
    return ImageConfig(
        id=str(found["Id"]).removeprefix("sha256:"),
        size=found["Size"],
        layers=tuple(found["RootFS"]["Layers"]),
        labels=config.get("Labels") or {},
        environment=dict(pair.split("=", 1) for pair in config.get("Env") or () if "=" in pair),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        command=tuple(config.get("Cmd") or ()),
        user=config.get("User", ""),
        workdir=config.get("WorkingDir", ""),
        ports=frozenset(config.get("ExposedPorts") or ()),
        volumes=frozenset(config.get("Volumes") or ()),
        stop_signal=config.get("StopSignal", ""),
        probe=config.get("Healthcheck") or found.get("Healthcheck") or {},
    )
