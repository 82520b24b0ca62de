"""How shell commands are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.audit.installs import install
from generator.audit.shell import shell_commands

SCRIPT = """\
set -eu
serve() {
    nginx -g "daemon off;" &
}
if [ -z "$X" ]; then
    echo "no $X" >&2
fi
value=$(cat /a | sort)
(sleep 1 &)
FOO=1 exec gunicorn "a"b c\\ d 'e f'
exec "$@"
"""


def test_commands_have_words_lines_and_context() -> None:
    found = {command.text: command for command in shell_commands(SCRIPT)}
    assert found["set -eu"].line == 1
    nginx = found["nginx -g daemon off;"]
    assert (nginx.line, nginx.background, nginx.nested) == (3, True, True)
    assert found["cat /a"].piped
    assert found["sleep 1"].background
    gunicorn = found["exec gunicorn ab c d e f"]
    assert gunicorn.program == "gunicorn"
    assert gunicorn.words[2:] == ("ab", "c d", "e f")
    assert (found["exec $@"].line, found["exec $@"].nested) == (11, False)


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for command in shell_commands(text):
        assert command.words


@pytest.mark.parametrize(
    ("text", "manager", "packages"),
    [
        ("apt-get install -y --no-install-recommends b a=1", "apt-get", ["b", "a=1"]),
        ("sudo apt-get -o A::B=1 install -y x", "apt-get", ["x"]),
        ("apk add --no-cache --virtual .deps gcc", "apk", ["gcc"]),
        ("apk --no-cache add gcc", "apk", ["gcc"]),
        ("pip install -r requirements.txt uv==1", "pip", ["uv==1"]),
        ("python3 -m pip install flask", "pip", ["flask"]),
        ("pip --python /v/bin/python install a", "pip", ["a"]),
        ("npm ci", "npm", []),
        ("uv pip install a", "uv", ["a"]),
        ("dnf -y install httpd", "dnf", ["httpd"]),
    ],
)
def test_what_a_command_installs(text: str, manager: str, packages: list[str]) -> None:
    (command,) = shell_commands(text)
    found = install(command)
    assert found is not None
    assert (found.manager, list(found.packages)) == (manager, packages)


@pytest.mark.parametrize(
    "text", ["apt-get update", "rm -rf x", "npm run build", "pip list", "cd x"]
)
def test_what_installs_nothing(text: str) -> None:
    (command,) = shell_commands(text)
    assert install(command) is None
