#!/bin/sh
# Generates the Flask example and, where a container engine answers, builds, runs and shows it.
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

image=imgen-demo:$$
container=
clean_up() {
    [ -z "$container" ] || docker rm --force --volumes "$container" >/dev/null
    docker image rm --force "$image" >/dev/null 2>&1 || true
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say "docker build"
docker build --quiet --tag "$image" "$folder"

say "Without its secret it refuses to start"
docker run --rm "$image" || echo "(exit code $?)"

say "Read-only, without capabilities, with 1.5 CPUs"
container=$(docker run --detach --read-only --cap-drop ALL --security-opt no-new-privileges \
    --cpus 1.5 --memory 512m --env DATABASE_URL=postgresql://nobody@localhost/none "$image")
tries=0
until docker exec "$container" python -c \
    "from urllib.request import urlopen; print(urlopen('http://127.0.0.1:8000/').read().decode())" \
    2>/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -gt 30 ]; then
        docker logs "$container"
        exit 1
    fi
    sleep 1
done
docker top "$container" -eo pid,uid,comm

say "docker stop"
started=$(date +%s)
docker stop "$container" >/dev/null
echo "$(($(date +%s) - started)) s, exit code $(docker inspect --format '{{.State.ExitCode}}' "$container")"
