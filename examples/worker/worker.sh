#!/bin/sh
# Count the words of every *.txt file in the spool into a *.txt.words file beside it.
#
# There is no signal trap here, on purpose: the kernel drops a SIGTERM sent to a PID 1 that
# does not handle it, so this script as PID 1 would sit out the whole grace period of
# `docker stop`. Under an init such as tini it dies of SIGTERM at once (exit status 143).
set -eu

spool=${SPOOL_DIR:-/var/spool/worker}
heartbeat=/dev/shm/worker.heartbeat

if [ ! -d "$spool" ]; then
    echo "worker: $spool is not a directory" >&2
    exit 1
fi
echo "worker: watching $spool"

while :; do
    for job in "$spool"/*.txt; do
        if [ ! -f "$job" ] || [ -e "$job.words" ]; then
            continue
        fi
        wc -w <"$job" >"$job.words.new"
        mv "$job.words.new" "$job.words" # atomic: a reader never sees half a result
        echo "worker: $job has $(cat "$job.words") words"
    done
    touch "$heartbeat"
    sleep 1
done
