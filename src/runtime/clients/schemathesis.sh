#!/bin/bash
# Tests the JSON interface of every service of a build by its own OpenAPI document, with all checks of schemathesis, on a new embedded
# school. Exit status 0 when there is no failure.
#
#   schemathesis.sh MWSD BUILD [OPTION...]    the program, the folder with manifest.json, more options of `schemathesis run`
#
# BACK_END: other options of `mwsd serve` in place of `--store memory`, such as `--recorded DIR`.
# USER_AND_PASSWORD: who calls, `admin:examined` by default.
# SCHEMATHESIS: the program; by default it is installed from the package index, which needs python3 with venv. On Debian, as root, that is
# installed when it is missing.
set -eu
[ $# -ge 2 ] || { sed -n '2,/^set/{/^#/!q;s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
mwsd=$(realpath "$1") build=$(realpath "$2")
shift 2
work=$(mktemp -d)
port=${PORT:-8198}
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"

install() {
    if ! python3 -c 'import ensurepip' 2>/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv; } >/dev/null
    fi
    python3 -m venv python && python/bin/pip install --quiet 'schemathesis>=4,<5'
}
if [ -z "${SCHEMATHESIS:-}" ]; then
    install >python.log 2>&1 || { cat python.log >&2; echo "schemathesis could not be installed; SCHEMATHESIS can name one" >&2; exit 2; }
    SCHEMATHESIS=$work/python/bin/schemathesis
fi
# Some hundred times it logs in with a wrong password on purpose, and wants to be told that, not that it was too often.
printf '[limits]\nlogins-of-account = 1000000\nlogins-of-address = 1000000\n' >mwsd.toml
# shellcheck disable=SC2086
MWSD_DEMO_PASSWORD=examined "$mwsd" serve --config mwsd.toml --build "$build" --listen "127.0.0.1:$port" ${BACK_END:---store memory} --log warn 2>log &
server=$!
services=$(python3 - "http://127.0.0.1:$port/page/services.json" <<'PYTHON'
import json, sys, time, urllib.request
for _ in range(100):
    try:
        print(*(service[0] for service in json.load(urllib.request.urlopen(sys.argv[1]))["services"]))
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit("mwsd does not answer")
PYTHON
) || { cat log >&2; exit 2; }
status=0
for service in $services; do
    "$SCHEMATHESIS" run "http://127.0.0.1:$port/api/$service/openapi.json" --auth "${USER_AND_PASSWORD:-admin:examined}" --checks all --continue-on-failure "$@" || status=1
    kill -0 $server 2>/dev/null || { echo "the server is gone" >&2; status=1; break; }
done
# A defect that only the log tells of is one, too.
if grep -E 'ERROR|panicked|does not fit the manifest' log; then status=1; fi
exit $status
