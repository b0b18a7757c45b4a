#!/bin/bash
# Opens the page of a build in Chromium, tries operations in every format, runs the lines for curl that it shows, and looks at it on a wide
# screen and on a phone's.
#
#   page.sh MWSD BUILD [FOLDER]    the program, the folder with manifest.json, and where pictures go (default: nowhere)
#
# Needs chromium, node with npm, and curl. On Debian, as root, it installs what is missing.
set -eu
[ $# -ge 2 ] || { sed -n '2,/^set/{/^#/!q;s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd) mwsd=$(realpath "$1") build=$(realpath "$2")
pictures=${3:+$(realpath "$3")}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mwsd-clients
missing=
for program in chromium npm curl; do command -v $program >/dev/null || missing+=" $program"; done
if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null
elif [ -n "$missing" ]; then
    echo "this is needed and not there:$missing" >&2
    exit 2
fi
mkdir -p "$cache"
[ -d "$cache/node_modules/puppeteer-core" ] || (cd "$cache" && npm install --no-audit --no-fund puppeteer-core@24 >npm.log 2>&1) || {
    tail -n 5 "$cache/npm.log" >&2
    exit 2
}
work=$(mktemp -d) port=${PORT:-8197}
# A folder, as most servers have one.
base=http://127.0.0.1:$port/moodle
cd "$work"
MWSD_DEMO_PASSWORD=examined "$mwsd" serve --build "$build" --listen "127.0.0.1:$port" --base-url "$base" --store memory --log warn 2>log &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    curl -s -o /dev/null "$base/" && break
    kill -0 $server 2>/dev/null || { cat log >&2; exit 2; }
    sleep 0.1
done
NODE_PATH=$cache/node_modules CHROMIUM=$(command -v chromium) PICTURES=$pictures USERNAME=admin PASSWORD=examined node "$here/page.js" "$base/"
