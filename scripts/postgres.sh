#!/usr/bin/env bash
# A throwaway PostgreSQL of its own: one cluster in one directory, unix socket only, never as root.
#
#   scripts/postgres.sh start DIR [setting=value …]   make (or restart) the cluster in DIR; prints its URL
#   scripts/postgres.sh url DIR                       print the URL again
#   scripts/postgres.sh restart DIR                   stop at once and start again (for fault tests)
#   scripts/postgres.sh stop DIR                      stop at once and remove DIR
#
# Settings are server settings such as fsync=off. The URL suits YIMEN_DATABASE_URL and YIMEN_TEST_POSTGRES.
set -euo pipefail

usage() { sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64; }
fail() { echo "postgres.sh: $*" >&2; exit 1; }

[ $# -ge 2 ] || usage
command=$1 directory=$(realpath -m "$2")
shift 2
# The socket's path must fit sockaddr_un (108 bytes), and a URL should need no escaping.
[[ $directory =~ ^/[A-Za-z0-9._/-]{1,80}$ ]] || fail "'$directory' must be a short path of letters, digits and ._-/"

marker=$directory/.throwaway-cluster
url="postgres:///yimen?host=$directory&user=yimen"

# PostgreSQL refuses to run as root; Debian's package brings the account `postgres` for it.
as_owner() {
    if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

find_programs() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)
    if [ -x "$newest" ]; then programs=$(dirname "$newest"); return; fi
    newest=$(command -v initdb) || fail "PostgreSQL is not installed; try: apt-get install postgresql"
    programs=$(dirname "$newest")
}

start_server() {
    as_owner "$programs/pg_ctl" -D "$directory/data" -l "$directory/server.log" -w -t 60 start >/dev/null ||
        { tail -20 "$directory/server.log" >&2; fail "the server in $directory did not start"; }
}

stop_server() {
    if [ -f "$directory/data/postmaster.pid" ]; then
        as_owner "$programs/pg_ctl" -D "$directory/data" -m immediate -w -t 30 stop >/dev/null || true
    fi
}

make_cluster() {
    [ -z "$(ls -A "$directory" 2>/dev/null)" ] || fail "$directory is not empty and not a cluster made here"
    mkdir -p "$directory"
    chmod 700 "$directory"
    touch "$marker"
    if [ "$(id -u)" = 0 ]; then chmod 711 "$directory" && chown -R postgres "$directory"; fi
    as_owner "$programs/initdb" -D "$directory/data" -U yimen -A trust -E UTF8 --locale=C.UTF-8 >"$directory/initdb.log" 2>&1 ||
        { cat "$directory/initdb.log" >&2; fail "initdb failed in $directory"; }
    {
        echo "listen_addresses = ''"
        echo "unix_socket_directories = '$directory'"
        echo "max_connections = 600"
        printf '%s\n' "$@"
    } >>"$directory/data/postgresql.conf"
}

find_programs
case $command in
start)
    if [ ! -f "$marker" ]; then
        make_cluster "$@"
        start_server
        "$programs/createdb" -h "$directory" -U yimen yimen
    elif ! as_owner "$programs/pg_ctl" -D "$directory/data" status >/dev/null 2>&1; then
        start_server
    fi
    echo "$url"
    ;;
url) echo "$url" ;;
restart)
    [ -f "$marker" ] || fail "$directory holds no cluster made here"
    stop_server
    start_server
    ;;
stop)
    [ -e "$directory" ] || exit 0
    [ -f "$marker" ] || fail "$directory holds no cluster made here; nothing was removed"
    stop_server
    rm -rf "$directory"
    ;;
*) usage ;;
esac
