#!/usr/bin/env bash
# Builds and runs the tests: `scripts/test.sh [--filter NAME]`. The last line says how many passed.
. "$(dirname "$0")/lib.sh"

need_packages "${TEST_PACKAGES[@]}"
need_cloud_stack
say "building the program and its tests"
build --build-tests || die "the build failed"
need_speech_models
say "running the tests"
# All tests are Swift Testing's; without XCTest its empty summary does not hide theirs.
exec swift test --skip-build --disable-xctest "$@" </dev/null
