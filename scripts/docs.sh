#!/usr/bin/env bash
# `make docs`: the files that are printed by the program itself.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/build.sh

swift build --product yimen
yimen=$(swift build --show-bin-path)/yimen
"$yimen" configuration markdown >.build/configuration.md
"$yimen" configuration example >.build/yimen.example.yaml
mv .build/configuration.md docs/configuration.md
mv .build/yimen.example.yaml config/yimen.example.yaml
