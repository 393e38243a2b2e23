#!/usr/bin/env bash
# `make run`: from a fresh clone to a running demo. What it makes stays in var/; a second run keeps it.
# The environment names of docs/configuration.md are passed on; SAMPLES_PORT moves the sample departments, and
# BUILD_CONFIGURATION=debug builds faster while one works on the code; PROGRAMS names a folder with built programs. With YIMEN_HTTP_TLS=true it serves https, with a
# certificate of a development CA that it makes under certs/.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/quietly.sh

build=${BUILD_CONFIGURATION:-release}
export YIMEN_DEMO=${YIMEN_DEMO:-true} YIMEN_LOG_FORMAT=${YIMEN_LOG_FORMAT:-text}
data=${YIMEN_DATA_DIRECTORY:-var}
tls=${YIMEN_HTTP_TLS:-false} purposes=(build) trust=()
samples_port=${SAMPLES_PORT:-8090}
if [ "$tls" = true ]; then
    port=${YIMEN_HTTP_PORT:-8443}
    issuer=${YIMEN_ISSUER:-https://localhost:$port}
    purposes+=(tls)
else
    port=${YIMEN_HTTP_PORT:-8080}
    issuer=${YIMEN_ISSUER:-http://localhost:$port}
fi

fail() { printf '%s\n' "$@" >&2; exit 1; }
trap 'echo; echo "Stopped while preparing; nothing is running."; exit 130' INT TERM HUP

scripts/packages.sh "${purposes[@]}"

# One run at a time on one data directory; the servers hold the lock too, should this script be killed.
mkdir -p "$data/logs" && chmod 700 "$data" || fail "The data directory $data cannot be made; set YIMEN_DATA_DIRECTORY."
exec 9>>"$data/.running"
flock -n 9 || fail "make run is already running on $data/ (process $(tail -1 "$data/.running"))." \
    "Stop that one with Ctrl-C, or give this one its own: YIMEN_DATA_DIRECTORY, YIMEN_HTTP_PORT, SAMPLES_PORT."
echo $$ >"$data/.running"

# Before anything takes long: a port that somebody else has.
taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
! taken "$port" || fail "Port $port is taken by another program. Stop it, or choose another: YIMEN_HTTP_PORT=8081 make run"
! taken "$samples_port" || fail "Port $samples_port is taken by another program. Stop it, or choose another: SAMPLES_PORT=8091 make run"

if [ "$tls" = true ] && [ -z "${YIMEN_HTTP_CERTIFICATE:-}" ]; then
    [ -f certs/server.pem ] && openssl x509 -checkend 86400 -noout -in certs/server.pem >/dev/null ||
        certs/make-development-ca.sh
    trust=(--ca-file certs/development-ca.pem)
fi

# What the programs were built from; the same again needs no look by the package manager, which takes many seconds.
sources() {
    stat -Lc '%n %s %Y' "$(command -v swift)"
    find Package.swift Sources -type f -printf '%p %s %T@\n' | LC_ALL=C sort
    # Not there before the first build, which makes it.
    [ ! -f Package.resolved ] || find Package.resolved -printf '%p %s %T@\n'
}
mkdir -p .build/logs
stamp=.build/logs/run-$build.sources
programs=${PROGRAMS:-.build/$build}
sources >"$stamp.new"
if [ -n "${PROGRAMS:-}" ]; then
    rm -f "$stamp.new"
elif ! cmp -s "$stamp.new" "$stamp" || [ ! -x "$programs/yimen" ] || [ ! -x "$programs/department-samples" ]; then
    rm -f "$stamp"
    . scripts/build.sh
    quietly .build/logs/run-yimen.log "Building in $build (the first time this takes many minutes)" \
        swift build -c "$build" --product yimen
    quietly .build/logs/run-samples.log "Building the sample departments" \
        swift build -c "$build" --product department-samples
    # What was there when the build began, since files may have changed meanwhile, with the versions that it resolved.
    { grep -v '^Package.resolved ' "$stamp.new"; find Package.resolved -printf '%p %s %T@\n'; } >"$stamp"
    rm -f "$stamp.new"
fi

"$programs/yimen" migrate | sed '/^applied /d'
"$programs/yimen" seed demo

# The seed registers the sample departments at their usual port; at another one they are registered anew.
register_sample() {
    local site=http://localhost:$samples_port/$1
    "$programs/yimen" client remove --id "sample-$1" >/dev/null
    "$programs/yimen" client add --id "sample-$1" --name "$2" --secret "demo-only-$1-secret" \
        --auth-method client_secret_basic --grant authorization_code --grant refresh_token \
        --scope openid --scope profile --scope phone --redirect-uri "$site/callback" \
        --post-logout-redirect-uri "$site/signed-out" --backchannel-logout-uri "$site/backchannel-logout" >/dev/null
}
if [ "$samples_port" != 8090 ]; then
    register_sample social-security "社会保险服务网（示例）"
    register_sample real-estate "不动产登记网（示例）"
fi

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
trap 'stop_all; echo; echo "Stopped. The data is kept in $data/."; exit 0' INT TERM HUP
trap stop_all EXIT

# In sessions of their own: Ctrl-C reaches this script alone, which then stops both in order.
logs=$data/logs
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
if [ ${#trust[@]} != 0 ]; then
    echo "  Browsers trust it once they have imported certs/development-ca.pem."
    echo
fi

wait -n "${!running[@]}" || true
gone=$(ended)
[ -z "$gone" ] || report_end "$gone"
