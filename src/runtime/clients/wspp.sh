#!/bin/bash
# Calls every operation of a build with real clients of the OK Tech interface, as run.sh does, but through a second service that has the
# first one behind it as an existing OK Tech server.
# Usage: wspp.sh MWSD BUILD [SCRIPT]    (the program, the folder with manifest.json, and the shape that is spoken to the server:
# service_pp2.php or service_pp.php, which lacks some operations). Needs php with ext-soap.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mwsd=$(realpath "$1") build=$(realpath "$2") script=${3:-service_pp2.php}
work=$(mktemp -d)
port=${PORT:-8196}
cd "$work"
export MWSD_DEMO_PASSWORD=Demo-pass-1
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$work"' EXIT

started() { # port, options
    "$mwsd" serve --build "$build" --listen "127.0.0.1:$1" "${@:2}" 2>>log &
    for _ in $(seq 100); do
        curl -s -o /dev/null "http://127.0.0.1:$1/" && return
        sleep 0.1
    done
    cat log >&2
    exit 1
}

started "$port" --store memory
started $((port + 1)) --upstream-wspp "http://127.0.0.1:$port/wspp/$script"
php "$here/soap.php" "http://127.0.0.1:$((port + 1))" "$build/manifest.json" "$MWSD_DEMO_PASSWORD"
