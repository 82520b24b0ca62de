"""What `imgen verify` reads from a Dockerfile and from a builder's progress."""

import json

from generator.verify.engine import build_arguments
from generator.verify.progress import PlainProgress, Progress, Step
from generator.verify.stages import base_references, directives, final_base, without_frontend

STAGES = """\
# syntax=docker/dockerfile:1
# escape=`

ARG TAG=1
FROM --platform=$BUILDPLATFORM one:${TAG} AS Build
RUN echo `
    FROM not:this
COPY <<FILE /x
FROM nor:this
FILE
FROM build AS middle
FROM two:${OTHER:-3}
"""


def test_the_stages_of_a_dockerfile_are_read() -> None:
    assert directives(STAGES) == {"syntax": "docker/dockerfile:1", "escape": "`"}
    assert base_references(STAGES) == ["one:1", "two:3"]
    assert base_references(STAGES, {"TAG": "9"}) == ["one:9", "two:3"]
    assert final_base(STAGES) == "two:3"
    assert final_base(STAGES.replace("FROM two:${OTHER:-3}\n", "")) == "one:1"


def test_only_the_frontend_line_goes() -> None:
    assert without_frontend(STAGES) == STAGES.removeprefix("# syntax=docker/dockerfile:1\n")
    assert without_frontend("FROM a\n# syntax=b\n") == "FROM a\n# syntax=b\n"


def test_steps_are_read_from_every_kind_of_progress() -> None:
    vertex = {"digest": "1", "name": "[build 2/3] RUN  make", "cached": True}
    raw = json.dumps({"vertexes": [vertex]})
    assert Progress(f"{raw}\nERROR: no\n").steps() == (Step("build", "RUN make", cached=True),)
    assert Progress(f"{raw}\nERROR: no\n").text() == "ERROR: no"
    plain = "#5 [build 2/3] RUN make\n#5 CACHED\n#6 [3/3] RUN x\n#6 0.12 out\n#6 DONE 0.1s\n"
    assert PlainProgress(plain).steps() == (
        Step("build", "RUN make", cached=True),
        Step("", "RUN x", cached=False),
    )
    assert "out" in PlainProgress(plain).text().splitlines()
    podman = "STEP 1/3: FROM a\nSTEP 2/3: RUN make\n--> Using cache 12ab\nSTEP 3/3: RUN x\n--> 1\n"
    assert [(step.text, step.cached) for step in PlainProgress(podman).steps()][1:] == [
        ("RUN make", True),
        ("RUN x", False),
    ]


def test_build_arguments_are_found_among_options() -> None:
    options = ["--build-arg", "A=1", "--secret", "id=x", "--build-arg", "B"]
    assert build_arguments(options) == {"A": "1"}
