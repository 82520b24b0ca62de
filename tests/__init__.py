"""The tests; a package, so that they import from anywhere without an installation."""
