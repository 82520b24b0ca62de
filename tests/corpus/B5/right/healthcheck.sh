#!/bin/sh
set -eu

[ -e /dev/shm/served ]
