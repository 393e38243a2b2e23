#!/usr/bin/env bash
# A certificate authority for development and a certificate for localhost, both only for this machine.
# Import development-ca.pem into a browser or client to trust it; never use these keys for anything else.
#
#   certs/make-development-ca.sh [DIR]     writes into DIR; without it into certs/
set -euo pipefail
cd "${1:-$(dirname "$0")}"
command -v openssl >/dev/null || { echo "openssl is needed; try: apt-get install openssl" >&2; exit 1; }
umask 077

if [ ! -f development-ca.pem ] || ! openssl x509 -checkend 2592000 -noout -in development-ca.pem >/dev/null; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 730 -sha256 \
        -keyout development-ca.key -out development-ca.pem -subj "/CN=Yimen development CA $(hostname)" \
        -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign \
        -addext 'nameConstraints=critical,permitted;DNS:localhost,excluded;IP:0.0.0.0/0.0.0.0,excluded;IP:::/::' 2>/dev/null
    echo "made $PWD/development-ca.pem"
fi
# No address among the names: BoringSSL, which Swift's own clients use, refuses a chain that constrains addresses as soon
# as a certificate holds one.
request=$(mktemp)
extensions=$(mktemp)
trap 'rm -f "$request" "$extensions"' EXIT
cat >"$extensions" <<EOT
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = DNS:localhost
EOT
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out "$request" -subj /CN=localhost 2>/dev/null
openssl x509 -req -in "$request" -CA development-ca.pem -CAkey development-ca.key -days 397 -sha256 \
    -set_serial "0x$(openssl rand -hex 16)" -extfile "$extensions" -out leaf.pem 2>/dev/null
cat leaf.pem development-ca.pem >server.pem
rm leaf.pem
chmod 644 server.pem development-ca.pem
echo "made $PWD/server.pem and server.key for localhost (397 days)"
