#!/usr/bin/env bash
# `make run`: from a fresh clone to a running demo. What it makes stays in var/; a second run keeps it.
# The environment names of docs/configuration.md are passed on; SAMPLES_PORT moves the sample departments, and
# BUILD_CONFIGURATION=debug builds faster while one works on the code.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/quietly.sh

scripts/packages.sh build
build=${BUILD_CONFIGURATION:-release}
quietly .build/logs/run-yimen.log "Building in $build (the first time this takes many minutes)" \
    swift build -c "$build" --product yimen
quietly .build/logs/run-samples.log "Building the sample departments" \
    swift build -c "$build" --product department-samples
programs=$(swift build -c "$build" --show-bin-path)

export YIMEN_DEMO=${YIMEN_DEMO:-true} YIMEN_LOG_FORMAT=${YIMEN_LOG_FORMAT:-text}
tls=${YIMEN_HTTP_TLS:-false} trust=()
if [ "$tls" = true ]; then
    port=${YIMEN_HTTP_PORT:-8443}
    issuer=${YIMEN_ISSUER:-https://localhost:$port}
    [ -n "${YIMEN_HTTP_CERTIFICATE:-}" ] || [ -f certs/server.pem ] || certs/make-development-ca.sh
    [ -n "${YIMEN_HTTP_CERTIFICATE:-}" ] || trust=(--ca-file certs/development-ca.pem)
else
    port=${YIMEN_HTTP_PORT:-8080}
    issuer=${YIMEN_ISSUER:-http://localhost:$port}
fi
samples_port=${SAMPLES_PORT:-8090}
logs=${YIMEN_DATA_DIRECTORY:-var}/logs
mkdir -p "$logs"

"$programs/yimen" migrate
"$programs/yimen" seed demo

declare -A running=()
stop_all() {
    trap '' INT TERM
    local process patience=300
    for process in "${!running[@]}"; do kill -TERM "$process" 2>/dev/null || true; done
    for process in "${!running[@]}"; do
        while kill -0 "$process" 2>/dev/null && [ $((patience -= 1)) -gt 0 ]; do sleep 0.1; done
        kill -KILL "$process" 2>/dev/null || true
    done
    wait
    running=()
}
trap 'stop_all; echo; echo "Stopped. The data is kept in ${YIMEN_DATA_DIRECTORY:-var}/."; exit 0' INT TERM HUP
trap stop_all EXIT

# In sessions of their own: Ctrl-C reaches this script alone, which then stops both in order.
setsid "$programs/yimen" serve >>"$logs/yimen.log" 2>&1 &
running[$!]="yimen serve (log: $logs/yimen.log)"
setsid "$programs/department-samples" --issuer "$issuer" --port "$samples_port" "${trust[@]}" \
    >>"$logs/department-samples.log" 2>&1 &
running[$!]="department-samples (log: $logs/department-samples.log)"

# Answers are asked for without curl, which a fresh system may not have.
answers() {
    local request="GET $2 HTTP/1.1\r\nHost: localhost:$1\r\nConnection: close\r\n\r\n" line=
    if [ "${3:-false}" = true ]; then
        # shellcheck disable=SC2059
        line=$(printf "$request" | timeout 2 openssl s_client -quiet -connect "localhost:$1" 2>/dev/null | head -1)
    else
        # shellcheck disable=SC2059
        line=$( (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "$request" >&3 && timeout 2 head -1 <&3) 2>/dev/null)
    fi
    [[ $line == *" 200"* ]]
}
ended() {
    local process
    for process in "${!running[@]}"; do kill -0 "$process" 2>/dev/null || { echo "$process"; return; }; done
}
report_end() {
    echo "Ended by itself: ${running[$1]}; its last words:" >&2
    tail -15 "$(sed -E 's/.*log: (.*)\)/\1/' <<<"${running[$1]}")" >&2
    unset "running[$1]"
    exit 1
}
until answers "$port" /health/ready "$tls" && answers "$samples_port" /health; do
    gone=$(ended)
    [ -z "$gone" ] || report_end "$gone"
    sleep 0.2
done

cat <<EOT

  Yimen is running.                                    Ctrl-C stops it.

  Citizen            $issuer/
  Kiosk              $issuer/kiosk
  Board              $issuer/board/jinan-24h
  Window             $issuer/window
  Message sink       $issuer/demo/messages
  Sample departments http://localhost:$samples_port/

  Sign in as         19900000001 … 19900000016         citizens
                     officer.jinan  guide.jinan        window officer, hall guide
                     manager.jinan  admin  auditor     hall manager, administrator, auditor
  Password           Yimen-demo-2026                   for all of them
  Kiosk device       kiosk-jinan-24h                   secret: demo-only-kiosk-jinan-24h-secret

EOT

wait -n "${!running[@]}" || true
gone=$(ended)
[ -z "$gone" ] || report_end "$gone"
