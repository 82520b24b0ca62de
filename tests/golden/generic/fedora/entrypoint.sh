#!/bin/sh
# Prepares the environment, then becomes the application: exec keeps its PID and its signals.
set -eu

exec "$@"
