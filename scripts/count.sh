# shellcheck shell=bash
# Sourced: adds up what test runners reported, from their JUnit files.

passed=0 failed=0 skipped=0

add_counts() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# count_report TITLE EXIT-CODE FILE…   adds a runner's report; a missing or empty one is a failure, not a zero, and so
# is a runner that ended badly while its report knows of no failure.
count_report() {
    local title=$1 ended=$2 numbers
    shift 2
    if ! read -r -a numbers < <(read_reports "$@"); then
        echo "  $title: the runner reported no count (it ended with $ended)"
        add_counts 0 1 0
        return
    fi
    if [ "$ended" != 0 ] && [ "${numbers[1]}" = 0 ]; then
        echo "  $title: the runner ended with $ended"
        numbers[1]=1
    fi
    echo "  $title: ${numbers[0]} passed, ${numbers[1]} failed, ${numbers[2]} skipped"
    add_counts "${numbers[@]}"
}

# Prints `passed failed skipped`, or nothing when a file is missing or cut short, or there was no test at all.
read_reports() {
    local file
    for file in "$@"; do
        grep -q '</testsuites>' "$file" 2>/dev/null || return 1
    done
    cat "$@" | awk '
        BEGIN { RS = "<" }
        function close_case() { if (open) { if (bad) failed++; else if (left) skipped++; else passed++ } open = bad = left = 0 }
        /^testcase[ >]/ { close_case(); open = 1 }
        /^(failure|error)[ >\/]/ { bad = 1 }
        /^skipped[ >\/]/ { left = 1 }
        END { close_case(); if (passed + failed + skipped) print passed + 0, failed + 0, skipped + 0 }'
}

# The one closing line; fails when something failed or nothing passed.
close_counts() {
    echo
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

# The failures of a Swift Testing log, without the thousands of lines around them.
show_swift_failures() {
    grep -E '✘|^error:|Fatal error|signal code|Exited with' "$1" | grep -v 'Test run with' | head -80 || true
    echo "  the whole log: $1"
}
