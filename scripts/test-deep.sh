#!/usr/bin/env bash
# `make test-deep`: what takes too long for every change. Every parser of outside data gets mutated input for a minute
# (libFuzzer with AddressSanitizer, guided by coverage), and the server is killed under load a few hundred times.
#
#   DEEP_SECONDS=60     for each parser
#   DEEP_CYCLES=300     kills on each database; 0 leaves them out
#   DEEP_JOBS=2         parsers at once; by default one for each core
#   DEEP_TARGETS="jwk"  only these parsers; by default all
#
# Inputs that reached something new stay in .build-fuzz/corpus, so that the next run goes on from there. An input that
# breaks a parser is kept in .build-fuzz/found; `.build-fuzz/release/FuzzProbe fuzz NAME FILE` repeats it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
. scripts/quietly.sh
. scripts/build.sh

export DEEP_SECONDS=${DEEP_SECONDS:-60}
cycles=${DEEP_CYCLES:-300} jobs=${DEEP_JOBS:-$(nproc)}
export scratch=.build-fuzz
probe=$scratch/release/FuzzProbe
passed=0 failed=0
mkdir -p "$scratch/logs" "$scratch/found"
rm -rf "$scratch/results" && mkdir "$scratch/results"

close_counts() {
    echo
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
give_up() { failed=$((failed + 1)); close_counts; exit 1; }
trap 'exit 130' INT TERM

scripts/packages.sh build bench || give_up

# Swift's own linker on Linux, gold, fails on libFuzzer. Internal declarations are what many targets are about.
quietly "$scratch/logs/build.log" "Building the parsers for fuzzing (the first time this takes half an hour)" \
    swift build -c release --scratch-path "$scratch" --product FuzzProbe \
    -Xswiftc -sanitize=fuzzer,address -Xswiftc -DYIMEN_FUZZING -Xswiftc -enable-testing -Xswiftc -use-ld=lld || give_up

# libFuzzer only installs its handlers where Swift has none.
export SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
"$probe" check >"$scratch/logs/check.log" 2>&1 || {
    tail -5 "$scratch/logs/check.log"
    echo "A parser broke on its own seeds; the whole log: $scratch/logs/check.log"
    give_up
}

fuzz() {
    local name=$1 ended=0
    local corpus=$scratch/corpus/$name log=$scratch/logs/$name.log
    "$scratch/release/FuzzProbe" seed "$name" "$corpus"
    "$scratch/release/FuzzProbe" fuzz "$name" -max_total_time="$DEEP_SECONDS" -timeout=10 -rss_limit_mb=3000 \
        -max_len=8192 -print_final_stats=1 -artifact_prefix="$scratch/found/$name-" "$corpus" \
        >"$log" 2>&1 </dev/null || ended=$?
    echo "$ended" >"$scratch/results/$name"
    if [ $ended = 0 ]; then
        printf '  %-26s %s inputs, %s kept\n' "$name" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" "$(find "$corpus" -type f | wc -l)"
    else
        printf '  %-26s FAILED (%d): %s\n' "$name" "$ended" \
            "$(grep -m1 -oE 'broken promise: .*|Fatal error.*|ERROR: .*' "$log" || echo "see $log")"
        sed -n 's/.*Test unit written to /      the input: /p' "$log"
    fi
}
export -f fuzz

read -r -a targets <<<"${DEEP_TARGETS:-$("$probe" list | tr '\n' ' ')}"
echo "Fuzzing ${#targets[@]} parsers for $DEEP_SECONDS s each, $jobs at once …"
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I {} bash -c 'fuzz "$1"' _ {}
for name in "${targets[@]}"; do
    if [ "$(cat "$scratch/results/$name" 2>/dev/null)" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done

if [ "$cycles" -gt 0 ]; then
    log=$scratch/logs/crash.log
    if BENCH_CYCLES=$cycles quietly "$log" "Killing the server $cycles times under load, on each database" \
        Benchmarks/run --only crash; then
        grep 'bars reached' "$log"
        read -r reached missed < <(sed -nE 's/^([0-9]+) bars reached, ([0-9]+) not:.*/\1 \2/p' "$log")
        passed=$((passed + ${reached:-0})) failed=$((failed + ${missed:-1}))
    else
        failed=$((failed + 1))
    fi
fi

close_counts
