#!/bin/sh
# Like the official image: an option or a script is run by node, a command as it is.
set -eu
if [ "${1#-}" != "$1" ] || ! command -v "$1" >/dev/null; then
    set -- node "$@"
fi
exec "$@"
