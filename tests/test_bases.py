"""What is known of base images: their package manager, their end of life, their registry."""

from datetime import date

import pytest

from generator import bases

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("reference", "family"),
    [
        ("debian:trixie-slim", "apt"), ("ubuntu:24.04", "apt"), ("python:3.13-slim-trixie", "apt"),
        ("registry.example.com/hub/python:3.13", "apt"), ("node:24-trixie-slim", "apt"),
            ("golang:1.25", "apt"),
        (f"python@{DIGEST}", "apt"), ("buildpack-deps:trixie", "apt"), ("nginx:1.30", "apt"),
        ("alpine:3.23", "apk"), ("python:3.13-alpine3.23", "apk"), ("nginx:1.30-alpine3.23-slim",
            "apk"),
        ("own/app:1-alpine", "apk"), (f"alpine@{DIGEST}", "apk"),
        ("fedora:43", "dnf"), ("rockylinux:9", "dnf"), ("almalinux:10", "dnf"), ("amazonlinux:2023",
            "dnf"),
        ("registry.example.com/ubi9/ubi:9.6", "dnf"), ("registry.example.com/ubi9:9.6", "dnf"),
        ("registry.example.com/ubi9/ubi-minimal:9.6", "microdnf"),
            ("registry.example.com/ubi9-minimal:9.6", "microdnf"),
        ("oraclelinux:9-slim", "microdnf"),
        ("centos:7", "yum"), ("amazonlinux:2", "yum"), ("amazonlinux:2.0.20250101", "yum"),
        ("own/runtime:1", ""), ("busybox:1.37", ""),
    ],
)  # fmt: skip
def test_a_base_image_has_a_package_manager(reference: str, family: str) -> None:
    assert bases.family(reference) == family


DAY = date(2026, 11, 1)


@pytest.mark.parametrize(
    ("reference", "warning"),
    [
        ("python:3.8-slim-trixie",
            "python 3.8 reached its end of life on 2024-10-07: choose a later release"),
        ("python:3.6", "python 3.6 reached its end of life long ago: choose a later release"),
        ("python:2.7.18-slim",
            "python 2.7.18 reached its end of life long ago: choose a later release"),
        ("python:3.13-alpine3.18",
            "alpine 3.18 reached its end of life on 2025-05-09: choose a later release"),
        ("python:3.13-slim-buster",
            "debian buster reached its end of life on 2024-06-30: choose a later release"),
        ("python:3.13-jessie",
            "debian jessie reached its end of life long ago: choose a later release"),
        ("debian:10", "debian 10 reached its end of life on 2024-06-30: choose a later release"),
        ("debian:9-slim", "debian 9 reached its end of life long ago: choose a later release"),
        ("mirror.example.com/alpine:3.11",
            "alpine 3.11 reached its end of life long ago: choose a later release"),
        ("ubuntu:20.04",
            "ubuntu 20.04 reached its end of life on 2025-05-31: choose a later release"),
        ("ubuntu:16.04", "ubuntu 16.04 reached its end of life long ago: choose a later release"),
        ("node:16-slim", "node 16 reached its end of life long ago: choose a later release"),
        ("node:20.1.0",
            "node 20.1.0 reached its end of life on 2026-04-30: choose a later release"),
        ("centos:7", "centos 7 reached its end of life on 2024-06-30: choose a later release"),
        ("nginx:1.26-alpine-slim",
            "nginx 1.26 reached its end of life on 2025-04-23: choose a later release"),
        (f"python:3.8@{DIGEST}",
            "python 3.8 reached its end of life on 2024-10-07: choose a later release"),
    ],
    ids=lambda value: value.split(" ")[0],
)  # fmt: skip
def test_the_end_of_a_release_is_told(reference: str, warning: str) -> None:
    assert bases.end_of_life(reference, DAY) == warning


@pytest.mark.parametrize(
    "reference",
    ["python:3.13-slim-trixie", "python:3.11-slim-trixie", "debian:trixie-slim", "alpine:3.23",
        "node:24", "ubuntu:24.04", "nginx:1.30",
     f"python@{DIGEST}", "own/python-app:3.1", "golang:1.10", "python:3-slim", "debian:sid"],
)  # fmt: skip
def test_a_living_or_unknown_release_is_not_told(reference: str) -> None:
    assert bases.end_of_life(reference, DAY) == ""


def test_a_release_ends_on_its_day_and_not_before() -> None:
    assert bases.end_of_life("python:3.9", date(2025, 10, 30)) == ""
    assert bases.end_of_life("python:3.9", date(2025, 10, 31)) != ""


def test_imgens_own_defaults_are_alive() -> None:
    for reference in (f"alpine:{bases.ALPINE}", f"debian:{bases.PYTHON_DEBIAN}"):
        assert bases.end_of_life(reference, DAY) == ""


@pytest.mark.parametrize(
    ("reference", "result"),
    [
        ("python:3.13", "mirror.example.com/hub/python:3.13"),
        ("library/python:3.13", "mirror.example.com/hub/library/python:3.13"),
        ("other.example.com/python:3.13", "other.example.com/python:3.13"),
        ("localhost/python:3.13", "localhost/python:3.13"),
        ("other:5000/python:3.13", "other:5000/python:3.13"),
    ],
)
def test_the_registry_stands_before_names_without_one(reference: str, result: str) -> None:
    assert bases.with_registry(reference, "mirror.example.com/hub") == result
    assert bases.with_registry(reference, None) == reference


def test_only_node_is_node() -> None:
    assert bases.is_node("mirror.example.com/node:24-trixie-slim")
    assert not bases.is_node("node-exporter:1")
