"""How a Dockerfile is read: by BuildKit's parser, with the right lines."""

import sys

import pytest

from generator.audit.dockerfile import Dockerfile, parse, references
from generator.errors import UsageError

WHOLE = """\
# syntax=docker/dockerfile:1

ARG RELEASE=trixie
FROM debian:${RELEASE}-slim AS Build
ENV A="b" \\
    # a comment
    C=d
RUN --mount=type=cache,target=/x \\
    --network=none \\
    apt-get update \\
    # another

    && apt-get install -y \\
        zlib1g \\
        curl \\
    && rm -rf "/var/lib/apt lists"
RUN <<EOF
echo hi
sshd &
EOF
ONBUILD RUN later
FROM build
COPY --from=0 /a \\
    /b/
HEALTHCHECK --interval=3s \\
    CMD ["wget", "-q", \\
         "http://localhost"]
CMD exec python app.py
"""


@pytest.fixture(scope="module")
def whole() -> Dockerfile:
    return parse(WHOLE)


def test_stages_have_names_bases_and_parents(whole: Dockerfile) -> None:
    first, second = whole.stages
    assert (first.name, first.base, second.base) == ("build", "debian:trixie-slim", "build")
    assert second.parent is first
    assert second.root == "debian:trixie-slim"
    assert [found.name for found in second.effective("ENV", "CMD")] == ["ENV", "CMD"]


def test_pairs_know_their_lines(whole: Dockerfile) -> None:
    (env,) = whole.stages[0].of("ENV")
    assert [(pair.key, pair.value, pair.line) for pair in env.pairs] == [
        ("A", '"b"', 5),
        ("C", "d", 7),
    ]


def test_words_of_a_long_run_know_their_lines(whole: Dockerfile) -> None:
    run = whole.stages[0].of("RUN")[0]
    assert (run.flag("network"), run.mounts()) == ("none", [{"type": "cache", "target": "/x"}])
    update, install, remove = run.commands
    assert (update.text, update.line) == ("apt-get update", 10)
    assert [(str(word), word.line) for word in install.words[-2:]] == [("zlib1g", 14), ("curl", 15)]
    assert remove.words[-1] == "/var/lib/apt lists"


def test_here_documents_are_read_as_scripts(whole: Dockerfile) -> None:
    run = whole.stages[0].of("RUN")[1]
    assert [(c.text, c.line, c.background) for c in run.commands] == [
        ("echo hi", 18, False),
        ("sshd", 19, True),
    ]


def test_an_exec_form_knows_the_lines_of_its_words(whole: Dockerfile) -> None:
    (command,) = whole.final.of("HEALTHCHECK")[0].commands
    assert command.exec_form
    assert [(str(word), word.line) for word in command.words] == [
        ("wget", 26),
        ("-q", 26),
        ("http://localhost", 27),
    ]


def test_the_program_is_found_behind_exec(whole: Dockerfile) -> None:
    command = whole.final.last("CMD")
    assert command is not None
    assert command.commands[0].program == "python"


def test_an_instruction_for_later_builds_is_marked(whole: Dockerfile) -> None:
    runs = [found for found in whole.stages[0].instructions if found.name == "RUN"]
    assert [found.on_build for found in runs] == [False, False, True]
    assert whole.stages[0].of("RUN") == runs[:2]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("FROM a:1\nCMD x\nENTRYPOINT y", ["ENTRYPOINT", "CMD"]),
        ("FROM a:1 AS b\nCMD x\nFROM b\nENTRYPOINT y", ["ENTRYPOINT"]),
        ("FROM a:1 AS b\nENTRYPOINT y\nFROM b\nCMD x", ["ENTRYPOINT", "CMD"]),
        ("FROM a:1\nONBUILD CMD x", []),
    ],
)
def test_what_an_image_starts_with(text: str, names: list[str]) -> None:
    assert [found.name for found in parse(text).final.starts()] == names


def test_needed_stages_leave_out_what_is_never_built() -> None:
    parsed = parse(
        "FROM a:1 AS x\nFROM b:1 AS unused\nFROM c:1 AS y\nCOPY --from=x / /\n"
        "FROM d:1\nRUN --mount=from=y,target=/y true\n"
    )
    assert [stage.base for stage in parsed.needed()] == ["a:1", "c:1", "d:1"]
    assert references(parsed.final.instructions[0]) == ["y"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a:1\nCMD sh -c 'nginx'", "sh"),
        ('FROM a:1\nCMD ["sh", "-c", "gunicorn app &"]', "gunicorn"),
        ("FROM a:1\nCMD nginx", "nginx"),
        ("FROM a:1\nRUN a \\\n b", "a"),
        ("FROM a:1\r\nRUN a \\\r\n  b\r\n", "a"),
        ("# escape=`\nFROM a:1\nRUN a `\n  b", "a"),
        ("FROM a:1\nHEALTHCHECK CMD curl x", "curl"),
        ('FROM a:1\nRUN ["apk", "add", "x"]', "apk"),
    ],
)
def test_the_first_command(text: str, expected: str) -> None:
    (instruction,) = parse(text).final.instructions
    assert instruction.commands[0].program == expected


@pytest.mark.parametrize("text", ["", "RUN x", "FROM", "FROM a:1\nNONSENSE x\n", "{}"])
def test_what_is_no_dockerfile_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"Dockerfile(:\d)?: is no Dockerfile"):
        parse(text)


def test_a_missing_parser_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dockerfile", None)
    with pytest.raises(UsageError, match=r"BuildKit's parser: .*'\.\[audit\]'"):
        parse("FROM a:1\n")
