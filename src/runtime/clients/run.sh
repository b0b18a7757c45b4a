#!/bin/bash
# Calls every operation of a build with real clients, each on a new embedded school, and prints how many calls came out as expected.
#
#   run.sh MWSD BUILD [ROW...]     the program, the folder with manifest.json, and parts of the names of rows (default: all)
#
# A row is a client, a shape of the interface and a WSDL. Each plays three cases of each operation: a call that succeeds, one that fails,
# and one by somebody who may not. `agree` counts the answers that are those of the other clients. Exit status 1 when one is not.
#
# MWSC_OKTECH_TREE: folder with the original's sources; clients then read its WSDLs (wspp/moodlewsdl.xml, wspp/moodlewsdl2.xml) as well.
# MWSC_CLIENTS_INSTALL=no: install nothing. A row whose client is not there is skipped, and says why.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -ge 2 ] || { sed -n '2,/^set/{/^#/!q;s/^# \{0,1\}//p}' "$0" >&2; exit 2; }
[ -x "$1" ] || { echo "$1 is no program: \`cargo build -p mwsd\` makes target/debug/mwsd" >&2; exit 2; }
packages="php-cli php-soap php-xml php-curl default-jdk-headless libaxis-java libgoogle-gson-java jaxws python3-zeep mono-devel gsoap libgsoap-dev g++ nodejs npm"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mwsd-clients

# What of the clients is not on this machine. Debian's packages need an administrator, node's need nobody.
install() {
    local missing=
    for package in $packages; do
        dpkg -s "$package" >/dev/null 2>&1 || missing+=" $package"
    done
    # A node from elsewhere will do.
    if command -v npm >/dev/null; then missing=${missing/ nodejs/} missing=${missing/ npm/}; fi
    if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        # shellcheck disable=SC2086
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends $missing; } \
            >/dev/null || echo "these packages could not be installed:$missing"
    elif [ -n "$missing" ]; then
        echo "rows may be skipped for want of:$missing"
    fi
    if command -v npm >/dev/null && [ ! -d "$cache/node_modules/soap" ]; then
        mkdir -p "$cache"
        (cd "$cache" && npm install --no-audit --no-fund soap@1 >npm.log 2>&1) ||
            echo "node-soap could not be installed: $(grep -m1 -E 'reason:|code E' "$cache/npm.log" || tail -n1 "$cache/npm.log")"
    fi
}

[ "${MWSC_CLIENTS_INSTALL:-yes}" = no ] || install
export NODE_PATH=$cache/node_modules PYTHONDONTWRITEBYTECODE=1
command -v python3 >/dev/null || { echo "python3 is needed, which plays the calls" >&2; exit 2; }
exec python3 "$here/play.py" "$@"
