#!/usr/bin/env bash
# Makes sure that the Debian packages for a purpose are there; installs the missing ones, all or none.
#
#   scripts/packages.sh build          what compiling and running need
#   scripts/packages.sh build test     … and what `make test` needs beside it
#   scripts/packages.sh build bench    … and what `make bench` needs beside it
#   scripts/packages.sh build tls      … and what a development certificate needs
set -euo pipefail

wanted=()
for purpose in "$@"; do
    case $purpose in
    build) wanted+=(libssl-dev libsqlite3-dev libargon2-dev libpq-dev libqrencode-dev zlib1g-dev) ;;
    test) wanted+=(postgresql chromium chromium-driver fonts-noto-cjk python3-venv zbar-tools openssl) ;;
    bench) wanted+=(postgresql postgresql-contrib wrk python3) ;;
    tls) wanted+=(openssl) ;;
    *) echo "packages.sh: unknown purpose '$purpose'" >&2; exit 64 ;;
    esac
done

command -v swift >/dev/null || {
    echo "Swift 6.3 is needed and no \`swift\` is on the PATH; see https://www.swift.org/install/" >&2
    exit 1
}
command -v dpkg-query >/dev/null || {
    echo "This is no Debian. Please install yourself what these packages hold: ${wanted[*]}" >&2
    exit 1
}

missing=()
for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} = 0 ] && exit 0

if [ "$(id -u)" = 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    as_root=(sudo)
else
    {
        echo "These Debian packages are missing: ${missing[*]}"
        echo "Installing them needs root, and neither root nor sudo is at hand. Nothing was changed."
        echo "Please run, or ask an administrator to run:"
        echo "    apt-get install --no-install-recommends ${missing[*]}"
    } >&2
    exit 1
fi

echo "Installing Debian packages: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@" </dev/null >>"$log" 2>&1; }
# apt downloads everything before it unpacks anything, so a failure here leaves the system as it was.
apt update || echo "(the package lists could not be refreshed; trying with the old ones)"
apt install -y --no-install-recommends "${missing[@]}" || {
    tail -20 "$log" >&2
    echo "Installing ${missing[*]} failed; nothing else was done." >&2
    exit 1
}
