#!/bin/sh
# Prepares the environment, then becomes the application: exec keeps its PID and its signals.
set -eu

# Prints the CPUs this container may use: those it may run on, or its quota rounded up.
usable_cpus() {
    # nproc honours the cpuset, but also OpenMP's variables, which are not about workers.
    cpus=$(unset OMP_NUM_THREADS OMP_THREAD_LIMIT; nproc)
    quota=max
    period=1
    if [ -r /sys/fs/cgroup/cpu.max ]; then
        read -r quota period </sys/fs/cgroup/cpu.max
    elif [ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]; then # cgroup v1
        read -r quota </sys/fs/cgroup/cpu/cpu.cfs_quota_us
        read -r period </sys/fs/cgroup/cpu/cpu.cfs_period_us
    fi
    case $quota in
        max | -1) ;;
        *)
            limit=$(((quota + period - 1) / period))
            [ "$limit" -ge "$cpus" ] || cpus=$limit
            ;;
    esac
    echo "$cpus"
}

if [ "${1:-}" = gunicorn ]; then
    _workers=$(usable_cpus)
    set -- "$@" --workers "$_workers"
fi

if [ "$#" -eq 0 ]; then
    echo >&2 "error: no command given"
    exit 64
fi

exec "$@"
