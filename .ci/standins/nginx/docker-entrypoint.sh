#!/bin/sh
# The official image edits configuration files here; the stand-in only starts the command.
set -eu
exec "$@"
