#!/usr/bin/env bash
# Every check that needs no test run. Runs them all and fails if one found something.
# shellcheck disable=SC2317  # functions called through `check` are reachable
. "$(dirname "$0")/lib.sh"

need_packages systemd
need_packages shellcheck || say "shellcheck is not there: shell scripts are not checked"

failed=0
check() {
    local name=$1
    shift
    if "$@" >&2; then say "lint: $name: ok"; else
        say "lint: $name: FAILED"
        failed=1
    fi
}

# Fails and shows the lines if the pattern is found in tracked or new files under the given paths.
forbid() {
    local pattern=$1
    shift
    ! grep -rnEI --exclude-dir=.build "$pattern" "$@"
}

shell_scripts() {
    command -v shellcheck >/dev/null || return 0
    shellcheck --external-sources --source-path=SCRIPTDIR scripts/*.sh .ci/run
}

swift_files=(Sources Tests Package.swift)
[[ ! -d Benchmarks ]] || swift_files+=(Benchmarks)

check "swift format" swift format lint --strict --recursive --parallel "${swift_files[@]}"
check "shell scripts" shell_scripts
check "systemd units" scripts/check-units.sh
check "no crashes by design" forbid '\btry!|\bas!|fatalError\(|preconditionFailure\(' Sources
check "no unfinished work" forbid '\b(TODO|FIXME|XXX)\b' Sources Tests systemd Makefile
check "no paths of one machine" forbid '/(root|home/[a-z]+|opt/swift)/' Sources Tests systemd Makefile Package.swift
exit "$failed"
