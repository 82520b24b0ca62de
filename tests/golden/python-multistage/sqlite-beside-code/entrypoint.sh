#!/bin/sh
# Prepares the environment, then becomes the application: exec keeps its PID and its signals.
set -eu

if [ "$#" -eq 0 ]; then
    echo >&2 "error: no command given"
    exit 64
fi

exec "$@"
