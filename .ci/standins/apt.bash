# shellcheck shell=bash
# What the engine's and the images' scripts both ask of the machine's apt. Sourced, not run.

aptget() {
    DEBIAN_FRONTEND=noninteractive apt-get -q=2 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" </dev/null
}

refresh_lists() {
    local try errors=
    for try in {1..20}; do # another apt may hold the lock of the lists, which has no timeout
        errors=$(aptget update 2>&1) && return
        [[ $errors == *lock* ]] || break
        sleep "$((try < 5 ? try : 5))"
    done
    printf '%s\n' "$errors" >&2
    return 1
}

# The mirror from which this machine takes its own release; it serves the newer ones too.
debian_mirror() {
    local codename
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    # Without release info, since that leaves out every source whose lists were not fetched yet.
    # shellcheck disable=SC2016 # apt expands these
    apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v release="$codename" '$2 == release && $3 == "main" && !mirror { mirror = $1 } END { print mirror }'
}
