SIGNS = [(10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def to_roman(number: int) -> str:
    """Write a number up to 39 in Roman numerals."""
    found = ""
    for value, sign in SIGNS:
        count, number = divmod(number, value)
        found += sign * count
    return found
