#!/bin/bash
# Calls every operation of a build with real clients of the OK Tech interface, on a new embedded school.
# Usage: run.sh MWSD BUILD    (the program, and the folder with manifest.json). Needs php with ext-soap.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mwsd=$(realpath "$1") build=$(realpath "$2")
work=$(mktemp -d)
port=${PORT:-8199}
cd "$work"
"$mwsd" serve --build "$build" --listen "127.0.0.1:$port" 2>log &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 50); do
    grep -q 'with the password' log && curl -s -o /dev/null "http://127.0.0.1:$port/" && break
    sleep 0.1
done
password=$(sed -n 's/.*with the password \([0-9a-f]*\).*/\1/p' log)
php "$here/soap.php" "http://127.0.0.1:$port" "$build/manifest.json" "$password"
