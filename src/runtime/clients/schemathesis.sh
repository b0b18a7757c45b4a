#!/bin/bash
# Tests the JSON interface of every service of a build by its own OpenAPI document, with all checks of schemathesis, on a new embedded
# school. Exit status 0 when there is no failure.
# Usage: schemathesis.sh MWSD BUILD [OPTION...]    (the program, the folder with the manifest, more options of `schemathesis run`)
# Needs python3 with venv and a package index, or SCHEMATHESIS=PROGRAM.
set -eu
mwsd=$(realpath "$1") build=$(realpath "$2")
shift 2
work=$(mktemp -d)
port=${PORT:-8198}
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
if [ -z "${SCHEMATHESIS:-}" ]; then
    python3 -m venv python >python.log 2>&1 && python/bin/pip install --quiet 'schemathesis>=4,<5' >>python.log 2>&1 || {
        cat python.log >&2
        exit 2
    }
    SCHEMATHESIS=$work/python/bin/schemathesis
fi
# Some hundred times it logs in with a wrong password on purpose, and wants to be told that, not that it was too often.
printf '[limits]\nlogins-of-account = 1000000\nlogins-of-address = 1000000\n' >mwsd.toml
MWSD_DEMO_PASSWORD=examined "$mwsd" serve --config mwsd.toml --build "$build" --listen "127.0.0.1:$port" --store memory --log warn 2>log &
server=$!
for _ in $(seq 100); do
    curl -s -o services.json "http://127.0.0.1:$port/page/services.json" && break
    sleep 0.1
done
status=0
for service in $(python3 -c 'import json; print(*(service[0] for service in json.load(open("services.json"))["services"]))'); do
    "$SCHEMATHESIS" run "http://127.0.0.1:$port/api/$service/openapi.json" --auth admin:examined --checks all --continue-on-failure "$@" || status=1
    kill -0 $server 2>/dev/null || { echo "the server is gone" >&2; status=1; break; }
done
# A defect that only the log tells of is one, too.
if grep -E 'ERROR|panicked|does not fit the manifest' log; then status=1; fi
exit $status
