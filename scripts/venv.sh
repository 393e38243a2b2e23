#!/usr/bin/env bash
# A Python environment of our own in .build/venv with what the acceptance tests need; made again when that changes.
# Works with Debian's python3 + python3-venv and with any other Python 3.9 or newer that brings venv.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=Tests/Acceptance/requirements.txt
venv=.build/venv
stamp=$venv/.made-from
if [ -f "$stamp" ] && cmp -s "$requirements" "$stamp" && "$venv/bin/python" -c '' 2>/dev/null; then exit 0; fi

python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
[ -n "$python" ] || { echo "Python 3.9 or newer with venv is needed; try: apt-get install python3-venv" >&2; exit 1; }

rm -rf "$venv"
"$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --no-input -r "$requirements"
cp "$requirements" "$stamp"
