"""CPU and memory limits, and the worker processes that follow from a limit."""

from decimal import Decimal

import pytest

from generator import quantity


@pytest.mark.parametrize(
    ("limit", "workers"),
    [
        ("0.000000001", 1), ("0.001", 1), ("0.5", 1), ("1", 1), ("1.000000001", 2), ("1.5", 2),
            ("2", 2), ("2.1", 3),
        ("1024", 1024),
    ],
)  # fmt: skip
def test_there_is_one_worker_for_each_cpu_begun(limit: str, workers: int) -> None:
    assert quantity.workers(limit) == workers


@pytest.mark.parametrize(
    ("given", "limit"),
    [
        ("1.5", "1.5"), ("1500m", "1.5"), ("2", "2"), ("2.0", "2"), ("2.50", "2.5"), ("1000m", "1"),
            ("0.5", "0.5"),
        ("500m", "0.5"), ("1m", "0.001"), ("0.0001", "0.0001"), ("1024", "1024"), ("1024000m",
            "1024"), ("100", "100"),
        ("auto", "auto"), (2, "2"), (1.5, "1.5"), (Decimal("0.5"), "0.5"), ("007", "7"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_cpu_limit_is_a_plain_decimal(given: object, limit: str) -> None:
    assert quantity.cpus(given) == limit


@pytest.mark.parametrize(
    "given",
    [
        "0", "0.0", "0m", "-1", "+1", "-0.5", "1e3", "1E3", "nan", "NaN", "inf", "Infinity", "1025",
        "1024.1", "1.5m", "m",
        ".5", "1.", "1,5", " 1", "1 ", "1\n", "\u0662", "\uff11", "1_000", "0x1", "", "AUTO", "two",
        "1.0000000001", "999999999999",
        True, None, [], {}, float("nan"), float("inf"), -1, 0, 1e-7,
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_cpu_limit_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"^must be CPUs above 0 and up to 1024 .* or auto, not "):
        quantity.cpus(given)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("6Mi", 6 * 2**20), ("512Mi", 512 * 2**20), ("1Gi", 2**30), ("1Ti", 2**40), ("10000Ki",
            10000 * 2**10),
        ("512M", 512 * 10**6), ("1G", 10**9), ("1T", 10**12), ("10000k", 10**7), ("10000K", 10**7),
            ("6291456", 6 * 2**20),
        ("6291456b", 6 * 2**20), ("6291456B", 6 * 2**20), (6291456, 6 * 2**20),
    ],
    ids=repr,
)  # fmt: skip
def test_a_memory_limit_has_a_unit_or_is_bytes(given: object, size: int) -> None:
    kept = quantity.memory(given)
    assert kept == str(given)
    assert quantity.in_bytes(kept) == size


@pytest.mark.parametrize(
    "given",
    [
        "", "0", "5Mi", "6291455", "-1Gi", "1.5Gi", "1e9", "1 Gi", "Gi", "512mi", "512MB", "512MiB",
        "\u0665\u0661\u0662Mi", "1Pi", "01Gi",
        "9" * 17, None, [], 1.5,
    ],
    ids=repr,
)  # fmt: skip
def test_what_is_no_memory_limit_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match=r"^must be a quantity of memory .*, at least 6Mi, not "):
        quantity.memory(given)


def test_only_a_checked_quantity_has_bytes() -> None:
    with pytest.raises(ValueError, match=r"not a quantity of memory"):
        quantity.in_bytes("much")
