#!/bin/bash
# Measures mwsd beside its peers, all in one run on one machine, and prints what comes of it beside the targets:
# PHP's SoapServer with the same WSDL, cached, and a handler that does nothing; a bare axum handler that writes the same bytes.
# Usage: src/bench/serve.sh    (in the root of the repository; needs wrk, curl, php with ext-soap)
#   MWSD=PROGRAM PEER=PROGRAM BUILD=FOLDER   programs that are built already; else a release build is made
#   ROUNDS=3 SECONDS_EACH=4 CLIENTS=32 MINUTES=3 IDLE=10000
set -euo pipefail
rounds=${ROUNDS:-3} seconds=${SECONDS_EACH:-4} clients=${CLIENTS:-32} minutes=${MINUTES:-3} idle=${IDLE:-10000}
work=$(mktemp -d)
group=
# PHP's workers outlive their parent.
trap '[ -z "$group" ] || kill -- -$group 2>/dev/null || true; kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
if [ -z "${MWSD:-}" ] || [ -z "${PEER:-}" ]; then
    cargo build --release --locked -p mwsd -p mwsd-peer
fi
mwsd=$(realpath "${MWSD:-target/release/mwsd}") peer=$(realpath "${PEER:-target/release/peer}")
if [ -z "${BUILD:-}" ]; then
    cargo run --locked --quiet -- generate --output "$work/out" >/dev/null 2>&1
fi
build=$(realpath "${BUILD:-$work/out/oktech/manifest}")
ulimit -n "$(ulimit -Hn)"
cd "$work"
at=127.0.0.1 ours=18701 bare=18702 php=18703
api="http://$at:$ours/api/mdl_soapserver"
soap=/wspp/service_pp2.php

until_answered() {
    for _ in $(seq 200); do curl -s -o /dev/null "http://$at:$1/" && return; sleep 0.05; done
    echo "nothing answers at port $1" >&2
    exit 1
}
memory() { awk '/^VmRSS/ { print $2 }' "/proc/$1/status"; }

# The service on its embedded store, with a school that has fifty users.
export MWSD_DEMO_PASSWORD=measured
printf 'build = "%s"\nlisten = "%s:%s"\nstore = "school.sqlite"\n[limits]\nconnections = %s\n' "$build" $at $ours $((idle + 1000)) >mwsd.toml
"$mwsd" serve --config mwsd.toml 2>log &
server=$!
until_answered $ours
# At rest, when what the start needed is given back.
sleep 15
at_rest=$(memory $server)
call() { curl -sf -u admin:measured -H 'content-type: application/json' -d "$2" "$api/$1"; }
known=$(call get_users '{"userids":[],"idfield":"id"}' | grep -o '"username"' | wc -l)
for n in $(seq $((known + 1)) 50); do
    call add_user "{\"userdatum\":{\"username\":\"u$n\",\"password\":\"measured\",\"firstname\":\"User\",\"lastname\":\"Number $n\",\"email\":\"u$n@school.example\",\"idnumber\":\"N$n\"}}" >/dev/null
done
session=$(curl -sf "http://$at:$ours$soap?wsfunction=login&wsformatout=json&username=admin&password=measured")
client=$(grep -o '"client":"*[0-9]*' <<<"$session" | grep -o '[0-9]*$')
key=$(grep -o '"sessionkey":"[0-9a-f]*' <<<"$session" | cut -d'"' -f4)

# What is asked, and what is answered.
envelope() {
    printf '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" xmlns:ns1="http://%s:%s/wspp/wsdl" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/" SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><SOAP-ENV:Body><ns1:%s><client xsi:type="xsd:int">%s</client><sesskey xsi:type="xsd:string">%s</sesskey>%s</ns1:%s></SOAP-ENV:Body></SOAP-ENV:Envelope>' \
        $at $ours "$1" "$client" "$key" "$2" "$1"
}
envelope get_my_id '' >soap-small
envelope get_users '<userids SOAP-ENC:arrayType="xsd:string[0]" xsi:type="SOAP-ENC:Array"/><idfield xsi:type="xsd:string">id</idfield>' >soap-list
printf '{}' >json-small
printf '{"userids":[],"idfield":"id"}' >json-list
printf 'wsfunction=get_users&wsformatout=json&client=%s&sesskey=%s&userids=&idfield=id' "$client" "$key" >form-list
cat >post.lua <<'LUA'
local file, kind = ...
function init(args)
    wrk.method = "POST"
    wrk.body = io.open(args[1]):read("a")
    wrk.headers["Content-Type"] = args[2]
    if args[3] then wrk.headers["Authorization"] = args[3] end
end
LUA
basic="Basic $(printf admin:measured | base64)"
for what in small list; do
    operation=$([ $what = small ] && echo get_my_id || echo get_users)
    curl -sf -H 'content-type: text/xml' --data-binary @soap-$what "http://$at:$ours$soap" >soap-$what.answer
    call $operation "$(cat json-$what)" >json-$what.answer
done
curl -sf --data-binary @form-list "http://$at:$ours$soap" >form-list.answer
records=$(grep -o '<username ' soap-list.answer | wc -l)

"$peer" bare $at:$bare /soap-small=soap-small.answer /soap-list=soap-list.answer /json-small=json-small.answer /json-list=json-list.answer /form-list=form-list.answer &
curl -sf "http://$at:$ours/wspp/wsdl_pp2.php" >same.wsdl
# The same records, as PHP's own client understands them.
php -r '[, $client, $key] = $argv;
    $rows = (new SoapClient("same.wsdl", ["cache_wsdl" => WSDL_CACHE_NONE]))->get_users($client, $key, [], "id");
    file_put_contents("rows.php", "<?php return " . var_export(json_decode(json_encode($rows), true), true) . ";");' "$client" "$key"
cat >soap.php <<'PHP'
<?php
class handler {
    function get_my_id($client, $sesskey) { return 2; }
    function get_users($client, $sesskey, $userids, $idfield) { return require __DIR__ . '/rows.php'; }
}
$server = new SoapServer(__DIR__ . '/same.wsdl', ['cache_wsdl' => WSDL_CACHE_BOTH]);
$server->setObject(new handler());
$server->handle();
PHP
PHP_CLI_SERVER_WORKERS=$(nproc) setsid php -d opcache.enable_cli=1 -d opcache.enable=1 -d soap.wsdl_cache_enabled=1 -d "soap.wsdl_cache_dir=$work" \
    -S $at:$php soap.php >/dev/null 2>&1 &
group=$!
until_answered $bare
until_answered $php

# Requests a second.
rate() { # file, media type, url
    curl -s -o answer -w '%{http_code}' -H "content-type: $2" -H "authorization: $basic" --data-binary "@$1" "$3" | grep -q 200 || {
        echo "no answer from $3: $(head -c 500 answer)" >&2
        exit 1
    }
    wrk -t1 -c"$clients" -d"${seconds}s" -s post.lua "$3" -- "$1" "$2" "$basic" >wrk.out
    if grep -q 'Non-2xx' wrk.out; then echo "errors from $3:" >&2; grep Non-2xx wrk.out >&2; exit 1; fi
    awk '/^Requests\/sec/ { printf "%d", $2 }' wrk.out
}
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
row() { # name, file, media type, url of ours, least of bare, least of php
    local mine=0 theirs=0 phps=0 of_php=- verdict=met
    # Again and again one after the other, so that what else the machine does falls on all alike.
    for _ in $(seq "$rounds"); do
        mine=$((mine + $(rate "$2" "$3" "$4")))
        theirs=$((theirs + $(rate "$2" "$3" "http://$at:$bare/$2")))
        [ "$6" = - ] || phps=$((phps + $(rate "$2" "$3" "http://$at:$php/")))
    done
    mine=$((mine / rounds)) theirs=$((theirs / rounds)) phps=$((phps / rounds))
    if [ "$6" = - ]; then
        phps=-
    else
        of_php=$(ratio "$mine" "$phps")
        awk -v r="$of_php" -v t="$6" 'BEGIN { exit r < t }' || verdict=missed
    fi
    local of_bare
    of_bare=$(ratio "$mine" "$theirs")
    awk -v r="$of_bare" -v t="$5" 'BEGIN { exit r < t }' || verdict=missed
    printf '%-24s %9s %9s %9s   %5s (>= %s)   %5s (>= %s)   %s\n' "$1" "$mine" "$theirs" "$phps" "$of_bare" "$5" "$of_php" "$6" "$verdict"
}
printf '%s, %s cores, %s clients, %s times %s s each\n\n' "$("$mwsd" --version)" "$(nproc)" "$clients" "$rounds" "$seconds"
printf '%-24s %9s %9s %9s   %-15s   %-13s\n' 'requests a second' mwsd bare PHP 'mwsd/bare' 'mwsd/PHP'
row "SOAP, $records records" soap-list text/xml "http://$at:$ours$soap" 0.5 4
row 'SOAP, one number' soap-small text/xml "http://$at:$ours$soap" 0.5 0
row "JSON, $records records" json-list application/json "$api/get_users" 0.5 -
row "plain HTTP, $records records" form-list application/x-www-form-urlencoded "http://$at:$ours$soap" 0.5 -
row 'JSON, one number' json-small application/json "$api/get_my_id" 0.5 -

least=
for _ in 1 2 3 4 5; do
    took=$("$peer" start $at:18704 / "$mwsd" serve --build "$build" --listen $at:18704 --store started.sqlite)
    least=$(awk -v a="$took" -v b="${least:-1e9}" 'BEGIN { print (a < b) ? a : b }')
done
printf '\nstart to first answer   %8s ms          (< 100)\n' "$least"
printf 'memory at rest          %8.1f MB          (< 40)\n' "$(awk -v k="$at_rest" 'BEGIN { print k / 1024 }')"

# Memory under load: a sample every five seconds, and the slope of the second half.
wrk -t1 -c"$clients" -d"$((minutes * 60))s" -s post.lua "http://$at:$ours$soap" -- soap-list text/xml >/dev/null &
load=$!
while kill -0 $load 2>/dev/null; do
    memory $server >>samples
    sleep 5
done
awk '{ y[NR] = $1 } END { n = 0; for (i = int(NR / 2) + 1; i <= NR; i++) { x = (i - 1) * 5; n++; sx += x; sy += y[i]; sxx += x * x; sxy += x * y[i] }
    slope = n > 1 ? (n * sxy - sx * sy) / (n * sxx - sx * sx) : 0
    printf "memory under load       %8.1f MB after %d s, %+.2f MB an hour in the second half\n", y[NR] / 1024, (NR - 1) * 5, slope * 3600 / 1024 }' samples

before=$(memory $server)
"$peer" idle $at:$ours "$idle" /page/services.json >idle.out &
holding=$!
sleep 12
during=$(memory $server)
wait $holding
read -r alive waited <idle.out
printf 'idle connections        %8s of %s answer after 20 s; a new client waited %s ms; %.1f kB of memory each\n' \
    "$alive" "$idle" "$waited" "$(awk -v a="$before" -v b="$during" -v n="$idle" 'BEGIN { print (b - a) / n }')"
