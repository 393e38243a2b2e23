#!/usr/bin/env bash
# `make test`: everything, on SQLite and on a throwaway PostgreSQL, and one closing count.
#
#   scripts/test.sh          packages, build, Swift tests on both databases, acceptance tests with a real browser
#   scripts/test.sh quick    Swift tests on SQLite only
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/quietly.sh
. scripts/count.sh
. scripts/build.sh

mode=${1:-all}
logs=.build/logs
artifacts=.build/artifacts
mkdir -p "$logs" "$artifacts"
rm -f "$logs"/swift-tests*.xml "$logs"/acceptance.xml

# A stage that fails before any test ran counts as one failure, so that the closing line never looks green.
give_up() { add_counts 0 1 0; close_counts; exit 1; }

if [ "$mode" = all ]; then scripts/packages.sh build test || give_up; else scripts/packages.sh build || give_up; fi
quietly "$logs/build.log" "Building everything, with the tests" swift build --build-tests || give_up

cluster=
trap '[ -z "$cluster" ] || scripts/postgres.sh stop "$cluster"' EXIT
trap 'exit 130' INT TERM
if [ "$mode" = all ]; then
    quietly "$logs/venv.log" "Preparing Python for the acceptance tests" scripts/venv.sh || give_up
    cluster=$(mktemp -d /tmp/yimen-XXXXXX)
    # Durability against power loss is of no use here: what the fault tests kill is the server, not the machine.
    YIMEN_TEST_POSTGRES=$(scripts/postgres.sh start "$cluster" fsync=off) || give_up
    export YIMEN_TEST_POSTGRES
    echo "A throwaway PostgreSQL runs in $cluster"
else
    unset YIMEN_TEST_POSTGRES
fi

echo "Swift tests${YIMEN_TEST_POSTGRES:+, on SQLite and PostgreSQL} …"
ended=0
# Few tests at once: many of them watch the clock, and each has a database of its own.
swift test --skip-build --disable-xctest --experimental-maximum-parallelization-width 4 \
    --xunit-output "$logs/swift-tests.xml" >"$logs/swift-tests.log" 2>&1 </dev/null ||
    { ended=$?; show_swift_failures "$logs/swift-tests.log"; }
count_report "Swift tests" $ended "$logs"/swift-tests*.xml

if [ "$mode" = all ]; then
    echo "Acceptance tests, with a third-party client and a real browser …"
    ended=0
    .build/venv/bin/python -m pytest Tests/Acceptance -q --tb=short -o junit_family=xunit2 -p no:cacheprovider \
        --junitxml "$logs/acceptance.xml" </dev/null >"$logs/acceptance.log" 2>&1 || ended=$?
    # pytest's own closing line is left out: there shall be one. The whole log stays in the file.
    grep -vE '^(=+ )?[0-9]+ (passed|failed|skipped|error).* in [0-9.]+s|^- generated xml' "$logs/acceptance.log" | head -400 || true
    count_report "Acceptance tests" $ended "$logs/acceptance.xml"
fi

close_counts
