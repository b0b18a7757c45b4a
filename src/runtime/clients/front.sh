#!/bin/bash
# Measures typed SOAP in front of a Moodle: calls a second beside Moodle's own SOAP and REST, and what the service adds to a call.
# Usage: front.sh MWSD BUILD SERVICE    (the program, a folder with a manifest, and its service that has core_course_get_courses). Needs wrk.
#   MWSC_MOODLE_URL, MWSC_MOODLE_TOKEN    the site, and a token that may call that function and core_webservice_get_site_info
#   MWSC_MOODLE_TOKEN_SOAP                a token of a service whose WSDL Moodle can write; default: the same
#   SECONDS_EACH, CONNECTIONS             default: 8 and 4
# What is added is measured with one connection and in front of a recording, where the rest takes next to no time.
set -eu
[ -n "${MWSC_MOODLE_URL:-}" ] && [ -n "${MWSC_MOODLE_TOKEN:-}" ] || { echo "skipped: MWSC_MOODLE_URL and MWSC_MOODLE_TOKEN are not set"; exit 0; }
mwsd=$(realpath "$1") build=$(realpath "$2") service=$3
work=$(mktemp -d)
port=${PORT:-8190}
trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT

started() { # port, arguments of the program
    "$mwsd" "${@:2}" --listen "127.0.0.1:$1" 2>>"$work/log" &
    for _ in $(seq 100); do
        curl -s -o /dev/null "http://127.0.0.1:$1/" && return
        sleep 0.1
    done
    cat "$work/log" >&2
    exit 1
}

body() { # name, media type, text, further header
    printf '%s' "$3" >"$work/$1"
    printf 'wrk.method = "POST"\nwrk.body = io.open("%s"):read("*a")\nwrk.headers["Content-Type"] = "%s"\n%s\n' "$work/$1" "$2" "${4:-}" >"$work/$1.lua"
}

# Measures calls that succeed, and nothing else: a failure is quick.
run() { # what, connections, script, address
    local media=text/xml answer
    [ "$3" != rest ] || media=application/x-www-form-urlencoded
    answer=$(curl -s -H "Content-Type: $media" ${5:+-H "$5"} --data-binary "@$work/$3" "$4")
    if [ -z "$answer" ] || grep -qiE '<(.*:)?fault|"exception"' <<<"$answer"; then
        echo "$1: the call fails: ${answer:0:300}" >&2
        exit 1
    fi
    wrk -t1 -c"$2" -d"${SECONDS_EACH:-8}s" --latency -s "$work/$3.lua" "$4" |
        awk -v what="$1" '/50%/ {a = $2} /99%/ {b = $2} /Requests\/sec/ {n = $2} /Non-2xx/ {bad = $0} END {printf "%-34s %9s calls/s  p50 %-9s p99 %-9s %s\n", what, n, a, b, bad}'
}

function=core_course_get_courses
envelope=http://schemas.xmlsoap.org/soap/envelope/
basic=$(printf 'token:%s' "$MWSC_MOODLE_TOKEN" | base64 -w0)
namespace=$(python3 -c 'import json, sys; print(next(e["namespace"] for e in json.load(open(sys.argv[1] + "/manifest.json"))["endpoints"] if e["path"] == "/services/" + sys.argv[2]))' "$build" "$service")
body typed text/xml "<s:Envelope xmlns:s=\"$envelope\"><s:Body><$function xmlns=\"$namespace\"/></s:Body></s:Envelope>" "wrk.headers[\"Authorization\"] = \"Basic $basic\""
body soap text/xml "<s:Envelope xmlns:s=\"$envelope\"><s:Body><$function><options/></$function></s:Body></s:Envelope>"
body rest application/x-www-form-urlencoded "wstoken=$MWSC_MOODLE_TOKEN&wsfunction=$function&moodlewsrestformat=json"

started $port serve --build "$build" --upstream "$MWSC_MOODLE_URL"
for _ in 1 2 3; do
    run "Moodle's own SOAP" "${CONNECTIONS:-4}" soap "$MWSC_MOODLE_URL/webservice/soap/server.php?wstoken=${MWSC_MOODLE_TOKEN_SOAP:-$MWSC_MOODLE_TOKEN}"
    run "typed SOAP before Moodle's REST" "${CONNECTIONS:-4}" typed "http://127.0.0.1:$port/services/$service" "Authorization: Basic $basic"
    run "Moodle's own REST" "${CONNECTIONS:-4}" rest "$MWSC_MOODLE_URL/webservice/rest/server.php"
done

started $((port + 1)) record --upstream "$MWSC_MOODLE_URL" -o "$work/recording"
for name in core_webservice_get_site_info $function; do
    curl -s -o /dev/null -d "wstoken=$MWSC_MOODLE_TOKEN&wsfunction=$name&moodlewsrestformat=json" "http://127.0.0.1:$((port + 1))/webservice/rest/server.php"
done
started $((port + 2)) serve --build "$build" --recorded "$work/recording"
started $((port + 3)) serve --build "$build" --upstream "http://127.0.0.1:$((port + 2))"
# A recording holds a number in the place of a token.
token=$(grep -o 'wstoken=[0-9]*' "$work/recording/requests.json" | head -1 | cut -d= -f2)
basic=$(printf 'token:%s' $token | base64 -w0)
sed -i "s/Basic .*\"/Basic $basic\"/" "$work/typed.lua"
sed -i "s/wstoken=$MWSC_MOODLE_TOKEN/wstoken=$token/" "$work/rest"
for _ in 1 2 3; do
    run "recording alone" 1 rest "http://127.0.0.1:$((port + 2))/webservice/rest/server.php"
    run "typed SOAP before the recording" 1 typed "http://127.0.0.1:$((port + 3))/services/$service" "Authorization: Basic $basic"
done
