#!/usr/bin/env bash
# Formats all Swift code in place.
. "$(dirname "$0")/lib.sh"

swift format --in-place --recursive --parallel Sources Tests Benchmarks Package.swift
