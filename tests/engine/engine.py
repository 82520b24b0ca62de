"""The product's engine with a label of the tests, and what only tests do with an engine."""

import re
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from generator.verify import engine as product
from generator.verify.dialect import DOCKER
from generator.verify.engine import Built
from generator.verify.engine import unavailable as why_unavailable
from generator.verify.errors import BuildError

# A mirror that does not answer for a moment is no fault of a Dockerfile.
_NETWORK = re.compile(
    r"Temporary failure resolving|Unable to connect to|Could not connect to|E: Failed to fetch"
)
_WAIT = 20  # seconds before a build is tried again
TEST = "io.imgen.test"


class Engine(product.Engine):
    """The engine that answers. Whatever it makes carries the session's label."""

    LABEL = TEST
    PREFIX = "imgen-test"

    def __init__(self, session: str) -> None:
        super().__init__(session, DOCKER)
        self._aliases: set[str] = set()

    def build(
        self,
        context: Path,
        *options: str,
        tag: str,
        dockerfile: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Built:
        """Build, and once more if a mirror could not be reached."""

        def build() -> Built:
            return super(Engine, self).build(
                context, *options, tag=tag, dockerfile=dockerfile, environment=environment
            )

        try:
            return build()
        except BuildError as error:
            if not is_of_the_network(str(error)):
                raise
            print(f"{context}: the network failed, building again")  # noqa: T201
        time.sleep(_WAIT)
        return build()

    def is_local(self, reference: str) -> bool:
        """Whether a reference can only be one of this machine's own."""
        return reference in self._aliases or super().is_local(reference)

    def alias(self, reference: str, name: str) -> None:
        """Give a present image another name for this session."""
        self.call("image", "tag", reference, name)
        self._tags.add(name)
        self._aliases.add(name)

    def adopt(self, tag: str) -> str:
        """Take on a tag that a command of a test made, to remove it at the end."""
        self._tags.add(tag)
        return tag

    def require(self, reference: str, *, patience: float = 120) -> None:
        """Make sure that a base image is there; an alias says nothing new of its own."""
        if reference not in self._aliases:
            super().require(reference, patience=patience)

    def gateway(self) -> str:
        """The address at which containers and builds reach this machine."""
        form = "{{(index .IPAM.Config 0).Gateway}}"
        return self.call("network", "inspect", "--format", form, "bridge").stdout.strip()

    def network(self) -> str:
        """Make a network on which containers find one another by name."""
        name = self._new_name()
        self.call("network", "create", *self._label_options(), name)
        return name


class Verifier(Engine):
    """An engine of one verification alone: verifying ends with its clean-up.

    The shared one would lose every image and container that other tests still use.
    """

    PREFIX = "imgen-test-verify"

    def __init__(self) -> None:
        super().__init__(uuid.uuid4().hex[:10])
        self.patience = 30.0


def is_of_the_network(said: str) -> bool:
    """Whether a builder says that a mirror could not be reached."""
    return bool(_NETWORK.search(said))


def unavailable() -> str:
    """Say why no engine can be used, or nothing if one answers."""
    return why_unavailable(DOCKER)
