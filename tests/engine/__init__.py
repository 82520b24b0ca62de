"""Tests that build and run what imgen generates on a real container engine.

They skip where none answers; with IMGEN_ENGINE=required nothing may skip. See conftest.py.
"""
