# shellcheck shell=bash
# Sourced: runs a long command with its output in a log, so that what is printed stays readable.
#
#   quietly LOG TITLE COMMAND…    prints the title and how long it took; on failure the errors and the log's end

quietly() {
    local log=$1 title=$2 status=0 began=$SECONDS
    shift 2
    mkdir -p "$(dirname "$log")"
    printf '%s …\n' "$title"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if [ $status = 0 ]; then
        printf '  done in %d s\n' $((SECONDS - began))
    else
        printf '  failed after %d s (status %d); the errors, then the end of %s:\n' $((SECONDS - began)) $status "$log"
        grep -E '(error|fatal):' "$log" | sort -u | head -40 || true
        tail -25 "$log"
    fi
    return $status
}
