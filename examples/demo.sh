#!/bin/sh
# Generates the Flask example and, where a container engine answers, proves it on a container.
# usage: demo.sh IMGEN
set -eu

imgen=$1
folder=.demo
say() { printf '\n# %s\n' "$*"; }

rm -rf "$folder"
mkdir "$folder"
cp -R examples/flask-api/shop examples/flask-api/requirements.txt "$folder"
# Without the frontend line the build needs no image but the base.
{ cat examples/flask-api/imgen.yaml; echo 'syntax: none'; } >"$folder/imgen.yaml"

say "The description: $folder/imgen.yaml"
cat "$folder/imgen.yaml"
say "imgen generate $folder/imgen.yaml"
"$imgen" generate "$folder/imgen.yaml"
say "The result: $folder/Dockerfile"
cat "$folder/Dockerfile"

if ! docker version >/dev/null 2>&1; then
    say "No container engine answers here, so the demo ends with the files in $folder."
    exit 0
fi

say "The proof: imgen verify $folder"
"$imgen" verify "$folder" --skip reproducible
say "The reason of a line: imgen explain $folder/Dockerfile:$(grep -n '^USER' "$folder/Dockerfile" | cut -d: -f1)"
"$imgen" explain "$folder/Dockerfile:$(grep -n '^USER' "$folder/Dockerfile" | cut -d: -f1)"
