"""Which packages and commands are told to be out of place."""

import pytest

from generator import packages
from generator.errors import Problem


def problems_of(names: list[str], command: list[str]) -> list[Problem]:
    return list(packages.check_packages(names, command))


@pytest.mark.parametrize(
    "name", ["nginx", "redis-server=5:8.0", "postgresql", "apache2", "mariadb-server"]
)
def test_a_second_service_is_refused(name: str) -> None:
    found = problems_of(["libpq5", name], ["/app/run"])
    assert [(each.field, each.warning) for each in found] == [("packages.1", False)]


@pytest.mark.parametrize(
    ("name", "program"),
    [("nginx", "nginx"), ("redis-server", "/usr/bin/redis-server"), ("apache2", "apachectl")],
)
def test_a_service_that_is_the_command_is_fine(name: str, program: str) -> None:
    assert problems_of([name], [program, "--flag"]) == []


@pytest.mark.parametrize(
    "name", ["gcc", "make", "libpq-dev", "openssl-devel", "git", "vim", "curl", "sudo", "gcc=4:14"]
)
def test_tools_for_building_and_for_people_draw_a_warning(name: str) -> None:
    found = problems_of([name], ["/app/run"])
    assert [(each.field, each.warning) for each in found] == [("packages.0", True)]


def test_packages_of_the_app_draw_none() -> None:
    assert (
        problems_of(["ca-certificates", "libpq5", "tzdata", "developer-docs"], ["/app/run"]) == []
    )
    assert problems_of([], []) == []


@pytest.mark.parametrize(
    "command",
    [
        ["/app/run", "--flag"], ["nginx"], ["python", "-m", "app", "a & b"], ["sh", "/app/run.sh"],
            ["bash", "run.sh", "-x"],
        ["/app/cron-like"], ["env-app"], [],
    ],
    ids=repr,
)  # fmt: skip
def test_one_program_is_a_command(command: list[str]) -> None:
    assert list(packages.check_command("command", command)) == []


@pytest.mark.parametrize(
    "command",
    [
        ["sshd", "-D"], ["/usr/sbin/sshd"], ["supervisord"], ["cron"], ["systemctl", "start", "x"],
            ["service", "nginx", "start"],
        ["sh", "-c", "exec app"], ["/bin/bash", "-c", "app"], ["busybox", "sh", "-c", "app"],
            ["env", "app"], ["sudo", "app"],
        ["nohup", "app"], ["/app/run", "&"], ["sh", "run.sh", "nginx"], ["", "x"], ["/", "x"],
            ["a b"], ["app;", "x"], ["$APP"],
    ],
    ids=repr,
)  # fmt: skip
def test_another_command_is_refused(command: list[str]) -> None:
    found = list(packages.check_command("command", command))
    assert found
    assert not [each for each in found if each.warning or each.field != "command"]


def test_packages_are_sorted_by_name_and_stand_once() -> None:
    given = ["libb=2", "liba-utils", "liba=1", "libb=2", "liba~1"]
    assert packages.in_order(given) == ("liba=1", "liba-utils", "libb=2")


def test_one_package_in_two_versions_is_refused() -> None:
    found = list(packages.check_family("packages", ["libb=2", "liba", "libb=2", "libb"], "apt"))
    assert [str(each) for each in found] == ["packages.3: stands beside libb=2: choose one"]
