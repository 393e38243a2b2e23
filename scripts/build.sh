# shellcheck shell=bash
# Sourced before `swift build` and `swift test`: what makes a second build do only what has changed.

# SwiftPM passes the traits of a package (-D flags of swift-configuration) in the order of a set, which differs from
# process to process; a changed command line compiles that module and everything above it anew.
export SWIFT_DETERMINISTIC_HASHING=1
