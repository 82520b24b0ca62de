"""What to write where a fault is mended by leaving something out."""

from generator.audit.shell import Command


def nothing(why: str) -> str:
    """Tell that the line goes, and what takes its place."""
    return f"(nothing: {why})"


def without(command: Command, *words: str) -> str:
    """An installing command without some packages."""
    kept = [word for word in command.words if word not in words]
    named = [word for word in kept[2:] if not word.startswith("-")]
    return " ".join(kept) if named else nothing(f"leave {' and '.join(words)} out")
