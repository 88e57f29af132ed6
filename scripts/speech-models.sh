#!/usr/bin/env bash
# Installs the models that the tests use, from PyPI, into a folder of the build.
. "$(dirname "$0")/lib.sh"

need_packages "${BUILD_PACKAGES[@]}"
build --product companion-edge || die "the build failed"
need_models .build/debug/companion-edge