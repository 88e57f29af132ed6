#!/usr/bin/env bash
# Builds the simulation of sync for release and runs it: `scripts/simulate.sh [seeds=N] [first=N] [seed=N] …`.
. "$(dirname "$0")/lib.sh"

need_packages "${BUILD_PACKAGES[@]}"
release=(-c release --product sync-simulation)
say "building for release"
build "${release[@]}" || die "the build failed"
exec "$(swift build -c release --show-bin-path)/sync-simulation" "$@"
