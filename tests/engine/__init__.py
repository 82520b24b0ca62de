"""Tests that build and run what imgen generates on a real container engine.

They skip where none answers; with IMGEN_ENGINE=required nothing may skip. See conftest.py.

What a killed run leaves behind carries the label io.imgen.test:

    docker rm --force --volumes $(docker ps --all --quiet --filter label=io.imgen.test)
"""
