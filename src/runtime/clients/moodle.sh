#!/bin/bash
# Puts the service in front of a real Moodle and calls that through OK Tech's SOAP, in both shapes; see moodle.php for what it looks at.
# Usage: moodle.sh MWSD BUILD    (the program, and the folder with OK Tech's manifest.json). Needs php with ext-soap, and the variables
#   MWSC_MOODLE_URL, MWSC_MOODLE_TOKEN    the site, and a token of an administrator for a service with all functions
#   MWSC_MOODLE_SERVICE                   short name of such a service, which everybody may use
#   MWSC_MOODLE_ADMIN, MWSC_MOODLE_STUDENT    `name:password` of that administrator, and of somebody who is a student in some course
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for name in URL TOKEN SERVICE ADMIN STUDENT; do
    variable=MWSC_MOODLE_$name
    [ -n "${!variable:-}" ] || { echo "skipped: $variable is not set"; exit 0; }
done
mwsd=$(realpath "$1") build=$(realpath "$2")
work=$(mktemp -d)
port=${PORT:-8198}
"$mwsd" serve --build "$build" --upstream "$MWSC_MOODLE_URL" --upstream-service "$MWSC_MOODLE_SERVICE" --listen "127.0.0.1:$port" 2>"$work/log" &
server=$!
trap 'kill $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 50); do
    curl -s -o /dev/null "http://127.0.0.1:$port/" && break
    sleep 0.1
done
php "$here/moodle.php" "http://127.0.0.1:$port"
