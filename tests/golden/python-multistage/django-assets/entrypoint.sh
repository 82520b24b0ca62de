#!/bin/sh
# Prepares the environment, then becomes the application: exec keeps its PID and its signals.
set -eu

# A secret comes as NAME or as the path of a file in NAME_FILE, never from the image.
read_secret() {
    eval "_value=\${$1:-} _file=\${$1_FILE:-}"
    if [ -n "$_value" ] && [ -n "$_file" ]; then
        echo >&2 "error: set $1 or $1_FILE, not both"
        exit 64
    fi
    if [ -n "$_file" ]; then
        _value=$(cat "$_file") || {
            echo >&2 "error: cannot read $_file, the file in $1_FILE"
            exit 64
        }
        export "$1=$_value"
    fi
}

require_secret() {
    read_secret "$1"
    if [ -z "$_value" ]; then
        echo >&2 "error: $1 is not set: set it, or $1_FILE to a file with it"
        exit 64
    fi
}

require_secret SECRET_KEY

if [ "$#" -eq 0 ]; then
    echo >&2 "error: no command given"
    exit 64
fi

exec "$@"
