"""What to write for a finding of a tool: written there, the tool no longer finds it."""

import time
from dataclasses import dataclass

import pytest

from generator import practices
from generator.audit import tools
from generator.audit.dockerfile import parse
from generator.audit.remedies import remedy
from generator.audit.remedy_forms import LEAVE_OUT, SHORT
from generator.audit.rewritten import joined, with_option
from generator.audit.sources import Script, Sources
from generator.audit.tools import ToolFinding
from generator.findings import Severity
from tests.remedied import applied

BASE = "FROM debian:trixie-slim\n"
APT = "RUN apt-get update && apt-get install -y --no-install-recommends tini"
CLEAN = " && rm -rf /var/lib/apt/lists/*"


def sources_of(text: str) -> Sources:
    return Sources(dockerfile=parse(text))


def found_in(text: str, rule: str) -> list[ToolFinding]:
    return [one for one in tools.hadolint(sources_of(text)) if one.rule == rule]


@dataclass(frozen=True)
class Case:
    """A code, a Dockerfile that has it once, and what is to be written."""

    rule: str
    text: str
    instead: str


CASES = [
    Case("DL3000", f"{BASE}WORKDIR app\n", "WORKDIR /app"),
    Case("DL3000", f"{BASE}WORKDIR /srv\nWORKDIR app/../lib\n", "WORKDIR /srv/lib"),
    Case("DL3001", f"{BASE}RUN ssh example\n", LEAVE_OUT),
    Case("DL3002", f"{BASE}USER root\n", "USER 10001:10001"),
    Case("DL3003", f"{BASE}RUN cd /srv && make\n", "WORKDIR /srv\nRUN make"),
    Case(
        "DL3003",
        f"{BASE}WORKDIR /app\nRUN cd /srv \\\n    && make\n",
        "WORKDIR /srv\nRUN make\nWORKDIR /app",
    ),
    Case("DL3004", f"{BASE}RUN sudo make && sudo make check\n", "RUN make && make check"),
    Case("DL3009", f"{BASE}{APT}\n", f"{APT} \\\n    &&{CLEAN[3:]}"),
    Case(
        "DL3010",
        f"{BASE}COPY --chmod=0444 a.tgz /opt/a.tgz\nRUN tar -xf /opt/a.tgz\n",
        "ADD --chmod=0444 a.tgz /opt/",
    ),
    Case("DL3012", f"{BASE}HEALTHCHECK NONE\nHEALTHCHECK NONE\n", LEAVE_OUT),
    Case(
        "DL3014",
        f"{BASE}RUN apt-get update && apt-get install \\\n  --no-install-recommends a{CLEAN}\n",
        f"RUN apt-get update && apt-get install -y \\\n  --no-install-recommends a{CLEAN}",
    ),
    Case(
        "DL3015",
        f"{BASE}RUN apt-get update && apt-get -qq install -y tini{CLEAN}\n",
        f"RUN apt-get update && apt-get -qq install --no-install-recommends -y tini{CLEAN}",
    ),
    Case(
        "DL3019",
        "FROM alpine:3.23\nRUN apk add tini\n",
        "RUN apk add --no-cache tini",
    ),
    Case("DL3020", f"{BASE}ADD --chown=1:1 a b /c/\n", "COPY --chown=1:1 a b /c/"),
    Case("DL3021", f"{BASE}COPY a b /c\n", "COPY a b /c/"),
    Case("DL3025", f"{BASE}CMD exec app --name 'a b'\n", 'CMD ["app", "--name", "a b"]'),
    Case("DL3025", f"{BASE}ENTRYPOINT ['app', 'x']\n", 'ENTRYPOINT ["app", "x"]'),
    Case(
        "DL3025",
        f"{BASE}HEALTHCHECK --interval=9s CMD app ping\n",
        'HEALTHCHECK --interval=9s CMD ["app", "ping"]',
    ),
    Case(
        "DL3027",
        f"{BASE}RUN apt update && apt -y install --no-install-recommends tini{CLEAN}\n",
        f"RUN apt-get update && apt-get -y install --no-install-recommends tini{CLEAN}",
    ),
    Case("DL3029", "FROM --platform=linux/amd64 debian:trixie-slim AS a\n", f"{BASE[:-1]} AS a"),
    Case(
        "DL3030",
        f"{BASE}RUN yum install a && yum clean all\n",
        "RUN yum install -y a && yum clean all",
    ),
    Case(
        "DL3032",
        f"{BASE}RUN yum install -y a\n",
        "RUN yum install -y a \\\n    && yum clean all",
    ),
    Case(
        "DL3034",
        f"{BASE}RUN zypper install a && zypper clean\n",
        "RUN zypper install -y a && zypper clean",
    ),
    Case(
        "DL3036",
        f"{BASE}RUN zypper in -y a\n",
        "RUN zypper in -y a \\\n    && zypper clean all",
    ),
    Case(
        "DL3038",
        f"{BASE}RUN dnf install a && dnf clean all\n",
        "RUN dnf install -y a && dnf clean all",
    ),
    Case(
        "DL3040",
        f"{BASE}RUN microdnf install -y a\n",
        "RUN microdnf install -y a \\\n    && microdnf clean all",
    ),
    Case(
        "DL3042",
        f"{BASE}RUN python -m pip install a==1 && pip3 install b==2\n",
        "RUN python -m pip install --no-cache-dir a==1 && pip3 install --no-cache-dir b==2",
    ),
    Case("DL3044", f'{BASE}ENV A="1 2" B=$A\n', 'ENV A="1 2"\nENV B=$A'),
    Case("DL3045", f"{BASE}COPY a b\n", "WORKDIR /app\nCOPY a b"),
    Case("DL3046", f"{BASE}RUN useradd -u 1000000 a\n", "RUN useradd --no-log-init -u 1000000 a"),
    Case("DL3047", f"{BASE}RUN wget http://a\n", "RUN wget --progress=dot:giga http://a"),
    Case("DL3048", f"{BASE}LABEL Org.Shop_Name=a\n", "LABEL org.shop-name=a"),
    Case("DL3059", f"{BASE}RUN a\nRUN b c\n", "RUN a \\\n    && b c"),
    Case("DL3060", f"{BASE}RUN yarn install\n", "RUN yarn install \\\n    && yarn cache clean"),
    Case("DL3065", "FROM --platform=$TARGETPLATFORM debian:trixie-slim\n", BASE[:-1]),
    Case("DL3066", f"{BASE}USER app\n", "USER 10001:10001"),
    Case(
        "DL4000",
        f'{BASE}MAINTAINER Ann "A" <ann@shop>\n',
        'LABEL maintainer="Ann \\"A\\" <ann@shop>" \\\n'
        '      org.opencontainers.image.authors="Ann \\"A\\" <ann@shop>"',
    ),
    Case("DL4003", f'{BASE}CMD ["a"]\nCMD ["b"]\n', LEAVE_OUT),
    Case("DL4004", f'{BASE}ENTRYPOINT ["a"]\nENTRYPOINT ["b"]\n', LEAVE_OUT),
    Case("DL4005", f"{BASE}RUN ln -sf /bin/bash /bin/sh\n", 'SHELL ["/bin/bash", "-c"]'),
    Case(
        "DL4006",
        f"{BASE}RUN a | b\n",
        'SHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b',
    ),
    Case(
        "DL4006",
        "FROM alpine:3.23\nRUN a | b\n",
        'SHELL ["/bin/ash", "-o", "pipefail", "-c"]\nRUN a | b',
    ),
]  # fmt: skip
every_case = pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])


@every_case
def test_what_is_written_instead_ends_the_finding(case: Case) -> None:
    found = found_in(case.text, case.rule)
    assert len(found) == 1
    instead = remedy(found[0], sources_of(case.text))
    assert instead == case.instead
    assert found_in(applied(case.text, found[0], instead), case.rule) == []


HINTS = [
    # Where the instruction itself is not certain: the form of one.
    Case("DL3003", f"{BASE}RUN make; cd /srv && make\n", "WORKDIR /<folder>"),
    Case("DL3004", f"{BASE}RUN sudo -u app make\n", "RUN <the command without sudo>"),
    Case("DL3006", "FROM debian AS a\n", "FROM debian:<version> AS a"),
    Case("DL3007", "FROM shop.example:5/a:latest\n", "FROM shop.example:5/a:<version>"),
    Case("DL3011", f"{BASE}EXPOSE 70000\n", "EXPOSE <port from 1 to 65535>"),
    Case("DL3013", f"{BASE}RUN a && pip install --no-cache-dir b==1 c\n",
         "pip install --no-cache-dir b==1 c==<version>"),
    Case("DL3016", f"{BASE}RUN npm install -g @a/b c@1\n", "npm install -g @a/b@<version> c@1"),
    Case("DL3022", f"{BASE}COPY --from=x /a /b\n", "COPY --from=<name of a stage above> /a /b"),
    Case("DL3024", f"{BASE[:-1]} AS a\n{BASE[:-1]} AS a\n", f"{BASE[:-1]} AS <another name>"),
    Case("DL3025", f"{BASE}CMD app $PORT\n", 'CMD ["<program>", "<argument>"]'),
    Case("DL3025", f"{BASE}CMD cd /srv\n", 'CMD ["<program>", "<argument>"]'),
    Case("DL3028", f"{BASE}RUN gem install a\n", "gem install a:<version>"),
    Case("DL3062", f"{BASE}RUN go install a.example/b\n", "go install a.example/b@<version>"),
    Case("DL3063", f"{BASE[:-1]} AS context\n", f"{BASE[:-1]} AS <another name>"),
    Case(
        "DL3064",
        f"{BASE}ARG API_TOKEN=1\n",
        "RUN --mount=type=secret,id=api_token,env=API_TOKEN,required=true "
        "<the command that needs it>",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", HINTS, ids=[case.rule for case in HINTS])
def test_what_is_not_certain_is_a_form(case: Case) -> None:
    found = found_in(case.text, case.rule)
    assert found
    assert remedy(found[0], sources_of(case.text)) == case.instead


@pytest.mark.parametrize("second", ["RUN b; c", "RUN b || c", "RUN b & c", "RUN --network=none b"])
def test_steps_are_not_joined_where_one_would_not_wait_for_the_other(second: str) -> None:
    *_, before, after = parse(f"{BASE}RUN a\n{second}\n").instructions
    assert joined(before, after) == ""


def test_steps_are_joined_with_all_their_lines() -> None:
    *_, before, after = parse(f"{BASE}RUN a \\\n  b\nRUN c | d \\\n  && e\n").instructions
    assert joined(before, after) == "RUN a \\\n  b \\\n    && c | d \\\n  && e"


def test_an_escape_character_of_windows_is_kept() -> None:
    text = f"# escape=`\n{BASE}RUN yum install -y a\n"
    found = found_in(text, "DL3032")
    assert remedy(found[0], sources_of(text)) == "RUN yum install -y a `\n    && yum clean all"


def test_every_code_of_the_catalogue_has_a_form() -> None:
    codes = {code for practice in practices.every() for code in practice.codes}
    assert {code for code in codes if not code.startswith("SC")} - SHORT.keys() == set()
    assert all(text.strip() for text in SHORT.values())


@pytest.mark.parametrize(("tool", "name"), [("hadolint", "hadolint"), ("buildkit", "BuildKit")])
def test_a_code_that_nobody_knows_points_to_its_tool(tool: str, name: str) -> None:
    found = ToolFinding(
        tool=tool, rule="X9", path="Dockerfile", line=1, text="no", severity=Severity.NOTE
    )
    assert remedy(found, sources_of(BASE)) == f"(see {name}'s explanation of X9)"


SCRIPTS = [
    ("SC2086", '\techo $1 >>"$2"', '\techo "$1" >>"$2"'),
    ("SC2164", "cd /srv", "cd /srv || exit"),
    ("SC2006", 'a="`date`"; echo "$a"', 'a="$(date)"; echo "$a"'),
    ("SC2068", "exec $@", "(see shellcheck's explanation of SC2068)"),
]


@pytest.mark.parametrize(("rule", "line", "instead"), SCRIPTS, ids=[rule for rule, *_ in SCRIPTS])
def test_a_script_is_mended_as_shellcheck_would(rule: str, line: str, instead: str) -> None:
    def found(text: str) -> list[tuple[ToolFinding, Sources]]:
        script = Script(path="run.sh", text=f"#!/bin/sh\n{text}\n", target="/run.sh")
        sources = Sources(dockerfile=parse(BASE), scripts=(script,))
        return [(one, sources) for one in tools.shellcheck([script]) if one.rule == rule]

    told = found(line)
    assert [remedy(*one) for one in told] == [instead]
    if not instead.startswith("("):
        assert found(instead) == []


def test_a_line_end_of_windows_goes() -> None:
    script = Script(path="run.sh", text="#!/bin/sh\r\n\r\ntrue\r\n", target="/run.sh")
    sources = Sources(dockerfile=parse(BASE), scripts=(script,))
    told = [remedy(one, sources) for one in tools.shellcheck([script]) if one.rule == "SC1017"]
    assert told == ["#!/bin/sh", "(the empty line without its carriage return)", "true"]


def test_only_the_lines_of_the_instruction_are_replaced() -> None:
    text = f"{BASE}RUN a \\\n  && b\nUSER app\n"
    found = ToolFinding(
        tool="hadolint", rule="DL3066", path="Dockerfile", line=4, text="", severity=Severity.NOTE
    )
    assert applied(text, found, "USER 1:1") == f"{BASE}RUN a \\\n  && b\nUSER 1:1\n"


ODD = (
    BASE + 'ONBUILD RUN a\nMAINTAINER x\nEXPOSE 80\nENV A b\nENV A=1 \\\n  B="2 \\\n3"\nLABEL a=b\n'
    'WORKDIR $A\nCOPY <<E /a\nx\nE\nRUN <<E\napt-get update\nE\nCOPY ["a b", "/c"]\nADD a /b\n'
    'RUN ["pip", "install", "a"]\nRUN \'open\nRUN pip install \\\n  # why\n  a\nVOLUME /a\n'
    'HEALTHCHECK NONE\nHEALTHCHECK CMD a\nSHELL ["/bin/sh"]\nSTOPSIGNAL 15\nUSER a\nARG A\n'
    "CMD []\nCMD\nENTRYPOINT [a]\nFROM scratch\n"
)


def test_a_finding_of_any_code_at_any_line_has_something_to_write() -> None:
    sources = sources_of(ODD)
    lines = range(ODD.count("\n") + 3)
    for rule in [*SHORT, "X9"]:
        for line in lines:
            found = ToolFinding(
                tool="hadolint",
                rule=rule,
                path="Dockerfile",
                line=line,
                text="",
                severity=Severity.NOTE,
            )
            assert remedy(found, sources).strip(), (rule, line)


def test_a_long_command_is_read_in_time() -> None:
    [*_, step] = parse(BASE + "RUN apt-get" + " \\\n  a" * 3000 + "\n").instructions
    began = time.process_time()
    assert with_option(step, "apt-get", "install", "-y", unless="-y") == ""
    assert time.process_time() - began < 5
