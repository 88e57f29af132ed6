#!/usr/bin/env bash
# Builds the benchmarks for release and runs them: `scripts/bench.sh [ARGUMENTS]`.
. "$(dirname "$0")/lib.sh"

need_packages "${BUILD_PACKAGES[@]}"
case ${1:-} in "" | sync | cloud | rooms) need_packages python3 python3-venv && need_cloud_stack ;; esac
case ${1:-} in "" | sound) need_packages pulseaudio pulseaudio-utils libasound2-plugins ;; esac
# Package.swift adds the benchmarks only when it is asked to.
export COMPANION_BENCH=1
# The same flags as the installed program, so that both share one build.
release=(-c release --static-swift-stdlib)
say "building for release"
build "${release[@]}" || die "the build failed"
programs=$(swift build "${release[@]}" --show-bin-path)
in_network=()
# Rooms need a network of their own, see there, and LiveKit's library.
case ${1:-} in "" | rooms)
    need_models "$programs/companion-edge"
    in_network=(scripts/room-network.sh)
    ;;
esac
exec "${in_network[@]}" "$programs/companion-bench" "$@"
