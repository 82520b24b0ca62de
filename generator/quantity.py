"""CPU and memory limits: texts such as 1.5, 1500m and 512Mi, and what follows from them.

Decimal throughout: a float would turn 2.0000000001 CPUs into two or three workers by rounding
error. Standard library only.
"""

import re
from decimal import ROUND_CEILING, Decimal

from generator.grammar import shown

MAX_CPUS = 1024
AUTO = "auto"
_CPUS = r"[0-9]{1,5}(?:\.[0-9]{1,9})?"
_MILLICPUS = r"([0-9]{1,8})m"
_MEMORY = r"([1-9][0-9]{0,15})(Ki|Mi|Gi|Ti|k|K|M|G|T|b|B)?"
_BYTES = {
    "": 1, "b": 1, "B": 1,
    "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40,
}  # fmt: skip


def cpus(value: object) -> str:
    """Normalise a CPU limit: `auto`, or CPUs above 0 and up to 1024 as a plain decimal.

    `1500m` (Kubernetes) and `1.5` (compose) both give `1.5`.

    Raises:
        ValueError: for anything else, exponents, signs and NaN included.
    """
    if value == AUTO:
        return AUTO
    given = str(value) if isinstance(value, int | float | Decimal) else value
    rule = f"must be CPUs above 0 and up to {MAX_CPUS} like 0.5, 2 or 1500m, or auto"
    if not isinstance(given, str) or isinstance(value, bool):
        raise ValueError(f"{rule}, not {shown(value)}")
    if milli := re.fullmatch(_MILLICPUS, given):
        number = Decimal(milli[1]) / 1000
    elif re.fullmatch(_CPUS, given):
        number = Decimal(given)
    else:
        raise ValueError(f"{rule}, not {shown(value)}")
    if not 0 < number <= MAX_CPUS:
        raise ValueError(f"{rule}, not {shown(value)}")
    return f"{number.normalize():f}"


def workers(limit: str) -> int:
    """Worker processes for a CPU limit: one for each CPU begun, at least one (S3, PRACTICES D).

    A worker runs on one CPU at a time, so 1.5 CPUs need two to be used up.
    """
    return max(1, int(Decimal(limit).to_integral_value(ROUND_CEILING)))


def memory(value: object) -> str:
    """A memory limit in bytes or with a unit (`512Mi`, `1G`), at least 6 MiB, the engine's least.

    Raises:
        ValueError: if it is no such quantity.
    """
    rule = "must be a quantity of memory like 512Mi or 1Gi, at least 6Mi"
    match = re.fullmatch(_MEMORY, str(value)) if isinstance(value, str | int) else None
    if not match or in_bytes(match[0]) < 6 * 2**20:
        raise ValueError(f"{rule}, not {shown(value)}")
    return match[0]


def in_bytes(quantity: str) -> int:
    """The bytes of a quantity that `memory` has accepted."""
    match = re.fullmatch(_MEMORY, quantity)
    if not match:
        raise ValueError(f"not a quantity of memory: {shown(quantity)}")
    return int(match[1]) * _BYTES[match[2] or ""]
