#!/usr/bin/env bash
# Builds what changed and runs the program: `scripts/run.sh [ARGUMENTS]`, the conversation by default.
# Standard input and output are the program's alone, so the conversation can be piped.
. "$(dirname "$0")/lib.sh"

need_packages "${BUILD_PACKAGES[@]}"

# A debug build: it is there sooner than a release build, shares everything with `make test`,
# and answers well within what a person notices. `make install` builds for release.
program=.build/debug/companion-edge
stamp=.build/run.stamp
if [[ ! -x $program || ! -e $stamp || -n $(find Sources Package.swift -newer "$stamp" -print -quit) ]]; then
    started=$(mktemp)
    build --product companion-edge || die "the build failed"
    mv "$started" "$stamp"
fi
(($#)) || set -- chat
exec "$program" "$@"
