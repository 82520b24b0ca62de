def trains() -> list[str]:
    return ["12:04 to Ghent", "12:19 to Namur"]
