#!/bin/sh
# Healthy while the worker's last heartbeat is less than 30 seconds old.
beat=$(stat -c %Y /dev/shm/worker.heartbeat) || exit 1
[ $(($(date +%s) - beat)) -lt 30 ]
